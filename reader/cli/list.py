"""``newsreader list``: the stories, one a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from reader.cli import DONE
from reader.cli.archives import add_archive_options, add_sync_option, choose, paths_of, synced
from reader.cli.listing import LINES, add_listing_options, add_sort_option, write_stories
from reader.config import Config
from reader.errors import UsageError
from reader.model import Order, Show, Topic, View
from reader.values import replace

if TYPE_CHECKING:
    import argparse

EXAMPLES: Final = f"""\
{LINES}

examples:
  newsreader list --unread --limit 10
  newsreader list ~/news/powerapps --topic AI --sort quality
  newsreader list --starred --json"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    add_archive_options(parser, has_paths=True)
    parser.add_argument("--topic", metavar="NAME", default="", help="only this topic and those below it")
    marks = parser.add_mutually_exclusive_group()
    marks.add_argument("--unread", action="store_true", help="only stories that are not read")
    marks.add_argument("--starred", action="store_true", help="only stories with a star")
    add_sort_option(parser)
    add_listing_options(parser)
    add_sync_option(parser)


def run(options: argparse.Namespace, config: Config) -> int:
    """Print the stories that the options ask for.

    Raises:
        NewsreaderError: If they cannot be listed.
    """
    choice = choose(paths_of(options), config)
    view = View(
        show=Show.UNREAD if options.unread else Show.STARRED if options.starred else Show.ALL,
        order=Order(options.sort),
        is_reversed=options.reverse,
    )
    # The first stories come straight from the index; a topic is a matter of the whole tree, and among those
    # with a star are some that no index knows.
    is_page = bool(options.limit and not options.topic and not options.starred)
    with synced(choice, is_asked=options.sync, is_page=is_page, has_topics=False) as library:
        if is_page:
            ids: Sequence[int] = library.first_ids(view, options.limit)
        else:
            view = replace(view, topic=_topic(options.topic, library.topics))
            ids = library.row_ids(view)[: options.limit]
        write_stories(library, choice, ids, is_json=options.json)
    return DONE


def _topic(name: str, tree: Iterable[Topic]) -> str:
    """The topic of that name, in whatever case; empty for an empty one.

    Raises:
        UsageError: If there is none, with the nearest one.
    """
    if not name:
        return ""
    names = {known.casefold(): known for known in _names(tree)}
    if name.casefold() in names:
        return names[name.casefold()]
    from reader.nearest import nearest

    near = nearest(name.casefold(), names)
    hint = f'; did you mean "{names[near]}"?' if near else ""
    raise UsageError(f'no story has the topic "{name}"{hint}')


def _names(tree: Iterable[Topic]) -> Iterator[str]:
    for topic in tree:
        yield topic.name
        yield from _names(topic.children)
