"""The first stories of a view straight from the table: for a command that prints a page and ends.

Reading the whole catalogue for that would take longer than everything else the command does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Final

from reader.errors import QueryError
from reader.index.schema import HAS_RELATED, IS_VIDEO, PUBLISHED, UNPUBLISHED
from reader.index.stories import StoryIndex
from reader.model import Order, Show, View

if TYPE_CHECKING:
    from reader.query.sql import Value
    from reader.query.tree import Node

Entry = tuple[float, float, str, int]
"""Two keys that sort in the order of the view, the title without case, the row."""

_LAST: Final = float("inf")
_MORE: Final = 8
_NO_NOTES: Final[Mapping[int, str]] = {}

# After the keys in the order of the table's index, as the catalogue has it: the same twice.
_REST: Final = "quality, flags, topicset, outlet, kind, row"
_SHOWN: Final = {
    Show.ALL: "1",
    Show.UNREAD: "NOT is_read(row)",
    Show.STARRED: "is_starred(row)",
    Show.PUBLISHED: f"flags & {PUBLISHED}",
    Show.UNPUBLISHED: f"flags & {UNPUBLISHED}",
    Show.RELATED: f"flags & {HAS_RELATED}",
    Show.VIDEO: f"flags & {IS_VIDEO}",
}


def first(
    index: StoryIndex,
    view: View,
    limit: int,
    *,
    is_read: Callable[[int], bool],
    is_starred: Callable[[int], bool],
    node: Node | None = None,
    notes: Mapping[int, str] = _NO_NOTES,
) -> list[Entry]:
    """At most `limit` stories from the beginning of a view, in its order; its topic and query do not count.

    Args:
        index: The archive's index.
        view: What to show, by date or by quality, which the table can be read by.
        limit: 1 and up.
        is_read: Whether a row is marked so.
        is_starred: Whether a row is marked so.
        node: What they have to fit as well.
        notes: The user's notes by row.

    Raises:
        IndexFileError: If the index cannot be used.
        QueryError: If the query is more than SQLite can take.
    """
    with index.file.worker.use("read its first stories") as sqlite:
        sqlite.create_function("is_read", 1, is_read)
        sqlite.create_function("is_starred", 1, is_starred)
        where, values = _where(sqlite, index.archive.name, view, node, notes)
        lines = _lines(sqlite, view, limit, where, values)
    titles = index.titles([line[0] for line in lines])
    entries = [(*_keys(view, line), titles.get(line[0], ""), line[0]) for line in lines]
    return sorted(entries, key=lambda entry: entry[:3])[:limit]


def _where(
    sqlite: sqlite3.Connection, archive: str, view: View, node: Node | None, notes: Mapping[int, str]
) -> tuple[str, tuple[Value, ...]]:
    shown = f"({_SHOWN[view.show]})"
    floor: tuple[Value, ...] = ()
    if view.quality_floor is not None:
        shown, floor = f"{shown} AND quality >= ?", (view.quality_floor,)
    if node is None:
        return shown, floor
    from reader.query.sql import condition, functions, noted_function

    sqlite.create_function("noted", 1, noted_function(notes))
    for name, (count, function) in functions(archive).items():
        sqlite.create_function(name, count, function, deterministic=True)
    has_newer = sqlite.execute("SELECT 1 FROM newer_text LIMIT 1").fetchone() is not None
    wanted = condition(node, has_newer=has_newer)
    return f"{shown} AND ({wanted.text})", (*floor, *wanted.values)


def _lines(
    sqlite: sqlite3.Connection, view: View, limit: int, where: str, values: Collection[Value]
) -> list[tuple[int, int | None, int | None]]:
    """The first lines, and all that rank alike with the last of them: titles decide between those."""
    # That index holds all that is asked for, and in the usual order one need not sort.
    query = (
        "SELECT row, published_us, quality FROM story INDEXED BY story_order"
        f" WHERE {where} ORDER BY {_order(view)}, {_REST} LIMIT ?"
    )
    count = limit + _MORE
    while True:
        try:
            lines = sqlite.execute(query, (*values, count)).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                raise
            # A limit of SQLite on what one statement may say: no reason to take the file for damaged.
            raise QueryError("this query is too long to be answered; leave something out", 0) from error
        if len(lines) < count or _keys(view, lines[limit - 1]) != _keys(view, lines[-1]):
            return lines
        count *= _MORE


def _order(view: View) -> str:
    way = "ASC" if view.is_reversed else "DESC"
    if view.order is Order.QUALITY:
        return f"quality IS NULL, quality {way}, published_us DESC"
    return "published_us IS NULL, published_us" if view.is_reversed else "published_us DESC"


def _keys(view: View, line: tuple[int, int | None, int | None]) -> tuple[float, float]:
    _, published_us, quality = line
    sign = 1 if view.is_reversed else -1
    if view.order is Order.QUALITY:
        return _LAST if quality is None else sign * quality, _LAST if published_us is None else -published_us
    return _LAST if published_us is None else sign * published_us, 0
