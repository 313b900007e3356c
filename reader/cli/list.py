"""``newsreader list``: the stories, one a line."""

from __future__ import annotations

import argparse
import difflib
from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

from reader import clean, wording
from reader.cli import DONE, output
from reader.cli.archives import Choice, add_archive_options, choose, paths_of, synced
from reader.cli.values import row_values
from reader.config import Config
from reader.errors import UsageError
from reader.model import Order, Show, StoryRow, Topic, View

if TYPE_CHECKING:
    from reader.library import Library

EXAMPLES: Final = """\
Each line has date, quality, marks (unread, star), provider and title; for other
programs they are parted by tabs, and the file's path follows.

examples:
  newsreader list --unread --limit 10
  newsreader list ~/news/powerapps --topic AI --sort quality
  newsreader list --starred --json"""

WINDOW_ROWS: Final = 500
"""Stories in memory at once; they are printed as they are read."""

_DATE_CELLS: Final = 10
_QUALITY_CELLS: Final = 4
_MARKS_CELLS: Final = 11
_PROVIDER_CELLS: Final = 16
_PROVIDER_FROM_CELLS: Final = 72  # a narrower terminal has room for little more than the title
_LEAST_TITLE_CELLS: Final = 10
_GAP: Final = "  "


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    add_archive_options(parser, has_paths=True)
    parser.add_argument("--topic", metavar="NAME", default="", help="only this topic and those below it")
    marks = parser.add_mutually_exclusive_group()
    marks.add_argument("--unread", action="store_true", help="only stories that are not read")
    marks.add_argument("--starred", action="store_true", help="only stories with a star")
    parser.add_argument("--sort", choices=[order.value for order in Order], default=Order.DATE.value)
    parser.add_argument("--reverse", action="store_true", help="oldest or poorest first")
    parser.add_argument("--limit", metavar="N", type=_number, help="at most so many stories")
    parser.add_argument("--json", action="store_true", help="a JSON list, one story a line")


def run(options: argparse.Namespace, config: Config) -> int:
    """Print the stories that the options ask for.

    Raises:
        NewsreaderError: If they cannot be listed.
    """
    choice = choose(paths_of(options), config)
    with synced(choice) as library:
        view = View(
            topic=_topic(options.topic, library.topics),
            show=Show.UNREAD if options.unread else Show.STARRED if options.starred else Show.ALL,
            order=Order(options.sort),
            is_reversed=options.reverse,
        )
        ids = library.row_ids(view)[: options.limit]
        if options.json:
            output.write_json_list(_values(library, choice, ids))
        elif output.is_terminal():
            _write_table(library, ids)
        else:
            _write_fields(library, choice, ids)
    return DONE


def rows(library: Library, row_ids: array[int]) -> Iterator[StoryRow]:
    """These stories, never all of them in memory."""
    for start in range(0, len(row_ids), WINDOW_ROWS):
        yield from library.rows(row_ids[start : start + WINDOW_ROWS])


def marked_values(library: Library, choice: Choice, row: StoryRow) -> dict[str, object]:
    """A story with its marks, for JSON."""
    is_read, is_starred = library.is_read(row.story_id), library.is_starred(row.story_id)
    file = choice.place_of(library, row)
    return dict(row_values(row, file, is_read=is_read, is_starred=is_starred))


def _values(library: Library, choice: Choice, ids: array[int]) -> Iterator[dict[str, object]]:
    return (marked_values(library, choice, row) for row in rows(library, ids))


def _write_fields(library: Library, choice: Choice, ids: array[int]) -> None:
    lines = ("\t".join(_fields(library, choice, row)) for row in rows(library, ids))
    _write_lines(lines)


def _fields(library: Library, choice: Choice, row: StoryRow) -> tuple[str, ...]:
    return (*_cells(library, row, ","), row.title, clean.path(choice.place_of(library, row)))


def _write_table(library: Library, ids: array[int]) -> None:
    width = output.width_cells()
    ellipsis = wording.glyphs(not output.is_utf8()).ellipsis
    _write_lines(_table_line(library, row, width, ellipsis) for row in rows(library, ids))


def _table_line(library: Library, row: StoryRow, width_cells: int, ellipsis: str) -> str:
    date, quality, marks, provider = _cells(library, row, " ")
    columns = [date.ljust(_DATE_CELLS), quality.rjust(_QUALITY_CELLS), marks.ljust(_MARKS_CELLS)]
    if width_cells >= _PROVIDER_FROM_CELLS:
        columns.append(output.fitted(provider, _PROVIDER_CELLS, ellipsis))
    head = _GAP.join([*columns, ""])
    title_cells = max(width_cells - output.text_cells(head), _LEAST_TITLE_CELLS)
    return head + output.fitted(row.title, title_cells, ellipsis).rstrip()


def _cells(library: Library, row: StoryRow, mark_separator: str) -> tuple[str, str, str, str]:
    """Date, quality, marks and provider; what a story lacks is empty."""
    marks = (
        "" if library.is_read(row.story_id) else "unread",
        "star" if library.is_starred(row.story_id) else "",
    )
    return (
        "" if row.published_at is None else row.published_at.date().isoformat(),
        "" if row.quality is None else str(row.quality),
        mark_separator.join(filter(None, marks)),
        row.provider.name or row.provider.domain,
    )


def _write_lines(lines: Iterator[str]) -> None:
    while block := list(islice(lines, WINDOW_ROWS)):
        output.write("\n".join([*block, ""]))


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
    near = difflib.get_close_matches(name.casefold(), names, n=1)
    hint = f'; did you mean "{names[near[0]]}"?' if near else ""
    raise UsageError(f'no story has the topic "{name}"{hint}')


def _names(tree: Iterable[Topic]) -> Iterator[str]:
    for topic in tree:
        yield topic.name
        yield from _names(topic.children)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise argparse.ArgumentTypeError(f'"{clean.line(text, 40)}" is not a whole number from 1 on')
    return int(text)
