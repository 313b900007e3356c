"""Stories printed one a line, and the options that say which and how: for each command that lists some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from reader import clean
from reader.cli import output
from reader.cli.archives import Choice
from reader.model import Order, StoryRow

if TYPE_CHECKING:
    import argparse

    from reader.library import Library

LINES: Final = """\
Each line has date, quality, marks (unread, star), provider and title; for other
programs they are parted by tabs, and the file's path follows."""

WINDOW_ROWS: Final = 500
"""Stories in memory at once; they are printed as they are read."""

_LIMIT_DIGITS: Final = 9
_DATE_CELLS: Final = 10
_QUALITY_CELLS: Final = 4
_MARKS_CELLS: Final = 11
_PROVIDER_CELLS: Final = 16
_PROVIDER_FROM_CELLS: Final = 72  # a narrower terminal has room for little more than the title
_LEAST_TITLE_CELLS: Final = 10
_GAP: Final = "  "


def add_listing_options(parser: argparse.ArgumentParser) -> None:
    """The options that every listing has."""
    parser.add_argument("--reverse", action="store_true", help="oldest or poorest first")
    parser.add_argument("--limit", metavar="N", type=_number, help="at most so many stories")
    parser.add_argument("--json", action="store_true", help="a JSON list, one story a line")


def add_sort_option(parser: argparse.ArgumentParser, default: str | None = Order.DATE.value) -> None:
    """The option that says by what to sort."""
    parser.add_argument("--sort", choices=[order.value for order in Order], default=default, help="by what")


def write_stories(library: Library, choice: Choice, ids: Sequence[int], *, is_json: bool) -> None:
    """Print these stories: aligned for a person, parted by tabs or as JSON for a program."""
    if is_json:
        output.write_json_list(_values(library, choice, ids))
    elif output.is_terminal():
        _write_table(library, ids)
    else:
        _write_fields(library, choice, ids)


def rows(library: Library, row_ids: Sequence[int]) -> Iterator[StoryRow]:
    """These stories, never all of them in memory."""
    for start in range(0, len(row_ids), WINDOW_ROWS):
        yield from library.rows(row_ids[start : start + WINDOW_ROWS])


def marked_values(library: Library, choice: Choice, row: StoryRow) -> dict[str, object]:
    """A story with its marks, for JSON."""
    from reader.cli.values import row_values

    is_read, is_starred = library.is_read(row.story_id), library.is_starred(row.story_id)
    file = choice.place_of(library, row)
    note = library.note_of(row.story_id)
    return dict(row_values(row, file, is_read=is_read, is_starred=is_starred, note=note))


def _values(library: Library, choice: Choice, ids: Sequence[int]) -> Iterator[dict[str, object]]:
    return (marked_values(library, choice, row) for row in rows(library, ids))


def _write_fields(library: Library, choice: Choice, ids: Sequence[int]) -> None:
    lines = ("\t".join(_fields(library, choice, row)) for row in rows(library, ids))
    _write_lines(lines)


def _fields(library: Library, choice: Choice, row: StoryRow) -> tuple[str, ...]:
    return (*_cells(library, row, ","), row.title, clean.path(choice.place_of(library, row)))


def _write_table(library: Library, ids: Sequence[int]) -> None:
    from reader import wording

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


def _number(text: str) -> int:
    """How many stories at most; more than there can ever be means all of them."""
    digits = text.lstrip("0")
    if not (digits.isascii() and digits.isdigit()):
        import argparse

        raise argparse.ArgumentTypeError(f'"{clean.line(text, 40)}" is not a whole number from 1 on')
    return int(digits) if len(digits) <= _LIMIT_DIGITS else 10**_LIMIT_DIGITS
