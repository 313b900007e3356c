"""``newsreader search``: the stories that a query finds, one a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from reader.cli import DONE, output
from reader.cli.archives import add_archive_options, add_sync_option, choose, paths_of, synced
from reader.cli.listing import LINES, add_listing_options, add_sort_option, write_stories
from reader.cli.querying import names_topic, parsed, tell
from reader.config import Config
from reader.errors import QueryError
from reader.model import Order, View

if TYPE_CHECKING:
    import argparse

    from reader.library import Library
    from reader.query.tree import Query

EXAMPLES: Final = f"""\
{LINES}
Words of a query may be given one by one or in quotes; a word is taken whole,
and with a star as the beginning of one: recog*. Behind -- a query may begin with
a dash. No story found is no mistake: the exit code is 0.

examples:
  newsreader search facial recognition --limit 10
  newsreader search 'topic:AI quality>=60 since:2021 -"press release"'
  newsreader search --json -- -is:read provider:neowin"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("query", metavar="QUERY", nargs="+", help="words, or a query")
    add_archive_options(parser)
    add_sort_option(parser, default=None)
    add_listing_options(parser)
    add_sync_option(parser)


def run(options: argparse.Namespace, config: Config) -> int:
    """Print the stories that the query finds.

    Raises:
        NewsreaderError: If they cannot be looked for.
    """
    text = " ".join(options.query)
    choice = choose(paths_of(options), config)
    is_page, has_topics = options.limit is not None, names_topic(text)
    with synced(choice, is_asked=options.sync, is_page=is_page, has_topics=has_topics) as library:
        try:
            query = _parsed(text, options, library)
            ids = _found(library, query, options.limit)
        except QueryError as error:
            return tell(text, error)
        write_stories(library, choice, ids, is_json=options.json)
    if not ids:
        output.flush()
        from reader.query.hints import hint

        output.say(": ".join(filter(None, ("no story found", hint(text)))))
        for word in options.query:
            if word.startswith("--"):
                output.say(f"{word} stands behind --, where it is a word of the query")
    return DONE


def _parsed(text: str, options: argparse.Namespace, library: Library) -> Query:
    """The query, the options put into it: they count more than what it says of its order itself.

    Raises:
        QueryError: If it cannot be meant.
    """
    from reader.query.tree import Query

    query = parsed(text, library)
    return Query(
        query.node,
        query.order if options.sort is None else Order(options.sort),
        True if options.reverse else query.is_reversed,
        text,
    )


def _found(library: Library, query: Query, limit: int | None) -> Sequence[int]:
    return library.search_ids(query, View()) if limit is None else library.first_ids(View(), limit, query)
