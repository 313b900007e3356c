"""``newsreader export``: stories as a file for other programs and people."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reader import clean, locations, resources, wording
from reader.cli import DONE, output
from reader.cli.archives import Choice, add_archive_options, add_sync_option, choose, paths_of, synced
from reader.cli.formats import FORMATS, Heading, Item
from reader.cli.listing import marked_values, rows
from reader.cli.querying import parsed, tell
from reader.cli.saving import check_free, save
from reader.config import Config
from reader.errors import ArchiveError, QueryError, UsageError
from reader.model import Show, StoryRow, View

if TYPE_CHECKING:
    import argparse

    from reader.library import Library

EXAMPLES: Final = """\
What to export is said by --starred, by --view with a query as for newsreader
search, or by both. Without --format the suffix of FILE says how, else it is
Markdown. A web page loads nothing and runs nothing; a cell that a spreadsheet
could take for a formula begins with an apostrophe. FILE is written whole or not
at all, and never into an archive.

examples:
  newsreader export --starred > starred.md
  newsreader export --starred --output starred.html
  newsreader export --view 'topic:AI quality>=80 since:7d sort:quality' --format rss
  newsreader export --view is:unread --output unread.csv --force"""

_STARRED: Final = "Starred stories"
_TITLE_LIMIT: Final = 200


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--starred", action="store_true", help="the stories with a star")
    parser.add_argument("--view", metavar="QUERY", help="the stories that a query finds")
    parser.add_argument("--format", choices=list(FORMATS), help="how to write them")
    parser.add_argument("--output", metavar="FILE", help="where to; else to stdout")
    parser.add_argument("--force", action="store_true", help="replace FILE where it is there")
    add_archive_options(parser)
    parser.add_argument("--json", action="store_true", help="the same as --format json")
    add_sync_option(parser)


def run(options: argparse.Namespace, config: Config) -> int:
    """Write the stories.

    Raises:
        NewsreaderError: If they cannot be read or written.
    """
    if not options.starred and options.view is None:
        raise UsageError("say what to export: --starred, or --view with a query")
    form = _format(options)
    choice = choose(paths_of(options), config)
    if options.output is not None:
        _check_output(options.output, choice, replaces=options.force)
    text = options.view or ""
    with synced(choice, is_asked=options.sync) as library:
        try:
            ids = _found(library, text, is_starred=options.starred)
        except QueryError as error:
            return tell(text, error)
        pieces = FORMATS[form](_items(library, choice, ids), _heading(form, text, is_starred=options.starred))
        _write(pieces, options, len(ids))
    return DONE


def _format(options: argparse.Namespace) -> str:
    """The format that is wanted.

    Raises:
        UsageError: If FILE has a suffix of none, and no format is named.
    """
    if options.json and options.format not in (None, "json"):
        raise UsageError(f"--json and --format {options.format} are two formats")
    if options.json or options.format:
        return "json" if options.json else str(options.format)
    suffix = os.path.splitext(options.output or "")[1].lower().removeprefix(".")
    suffix = {"": "md", "markdown": "md", "htm": "html", "xml": "rss"}.get(suffix, suffix)
    if suffix not in FORMATS:
        raise UsageError(f'"{clean.line(suffix, 40)}" is no format; --format takes {", ".join(FORMATS)}')
    return suffix


def _check_output(name: str, choice: Choice, *, replaces: bool) -> None:
    """See whether the file may be written, before the work begins.

    Raises:
        UsageError: If it may not: an archive is only ever read, and marks are written by their log alone.
    """
    if not name:
        raise UsageError("--output needs the name of a file")
    target = Path(os.path.realpath(name))
    for archive in choice.archives:
        root = Path(os.path.realpath(archive.root))
        if target.is_relative_to(root) and (
            not archive.only or str(target.relative_to(root)) in archive.only
        ):
            raise UsageError(
                f"{clean.path(name)} lies in the archive {archive.name}, which is only ever read"
            )
    if target.is_relative_to(os.path.realpath(locations.config_dir())):
        raise UsageError(f"{clean.path(name)} lies beside the marks; write it elsewhere")
    check_free(Path(name), replaces=replaces)


def _found(library: Library, text: str, *, is_starred: bool) -> Sequence[int]:
    view = View(show=Show.STARRED if is_starred else Show.ALL)
    return library.search_ids(parsed(text, library), view) if text.strip() else library.row_ids(view)


def _heading(form: str, text: str, *, is_starred: bool) -> Heading:
    parts = (_STARRED if is_starred else "", clean.line(text, _TITLE_LIMIT))
    title = ": ".join(filter(None, parts)) or "Stories"
    if form != "html":
        return Heading(title)
    try:
        return Heading(title, (resources.styles_dir() / "export.css").read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise ArchiveError(f"{error}") from error


def _items(library: Library, choice: Choice, ids: Sequence[int]) -> Iterator[Item]:
    return (_item(library, choice, row) for row in rows(library, ids))


def _item(library: Library, choice: Choice, row: StoryRow) -> Item:
    values = marked_values(library, choice, row)
    return Item(
        row=row,
        file=str(values["file"]),
        is_read=library.is_read(row.story_id),
        is_starred=library.is_starred(row.story_id),
        note=library.note_of(row.story_id),
        values=values,
    )


def _write(pieces: Iterable[str], options: argparse.Namespace, count: int) -> None:
    if options.output is None:
        output.use_utf8()
        for piece in pieces:
            output.write(piece)
        return
    save(Path(options.output), pieces, replaces=options.force)
    output.say(f"{wording.count_text(count, 'story')} written to {clean.path(options.output)}")
