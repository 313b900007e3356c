"""What a query finds in the index of one archive, in the order of a view."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from reader.errors import QueryError
from reader.index.catalogue import READ, STARRED, Catalogue
from reader.index.schema import NEWER_DOC
from reader.index.stories import StoryIndex
from reader.model import View
from reader.query.sql import TextSearch, Value, condition, functions, text_search
from reader.query.tree import And, Is, Node, Not, Or

_FIRST_WINDOW: Final = 2_000
"""Stories looked through first for a first page; each next window has four times as many."""

_SPREAD: Final = 16
"""Rows of a window may lie so many times further apart than they need to."""


def search(
    index: StoryIndex,
    node: Node | None,
    catalogue: Catalogue,
    view: View,
    *,
    also: Collection[int] = (),
    limit: int = 0,
) -> array[int]:
    """The rows of a view that fit a query, in the order of the view; may be empty.

    Args:
        index: The archive's index.
        node: What to find; None finds everything.
        catalogue: The stories and their marks.
        view: Which of them, and in which order.
        also: Rows that stay whatever their marks are.
        limit: Only so many from the beginning, which is quicker; 0 for all.

    Raises:
        IndexFileError: If the index cannot be used.
        QueryError: If the query is more than SQLite can take.
    """
    rows = catalogue.rows(view, also) if node is None else _search(index, node, catalogue, view, also, limit)
    return rows[:limit] if limit else rows


def _search(
    index: StoryIndex, node: Node, catalogue: Catalogue, view: View, also: Collection[int], limit: int
) -> array[int]:
    text = text_search(node)
    with index.file.worker.use("search") as sqlite:
        newer = _Newer(sqlite)
        if text is None:
            finder = _Finder(sqlite, node, catalogue, bool(newer))
            return catalogue.kept(finder.rows(also), view, also)
        if limit and not newer and view.order.value == "date":
            found = _first(sqlite, text, catalogue.rows(view, also), limit)
            if found is not None:
                return found
        return catalogue.kept(newer.rows(text, catalogue.row_limit), view, also)


def _first(sqlite: sqlite3.Connection, text: TextSearch, rows: array[int], limit: int) -> array[int] | None:
    """At least `limit` of the rows that a text is in, or all; None where rows follow the order too little.

    Files are indexed newest first, so the rows of a few months lie together and FTS5 can leave out the rest.
    """
    found = array("q")
    start, size = 0, _FIRST_WINDOW
    while start < len(rows) and len(found) < limit:
        window = rows[start : start + size]
        low, high = min(window), max(window)
        if high - low > _SPREAD * len(window):
            return None
        hits = set(_matching(sqlite, text, low, high))
        found.extend(filter(hits.__contains__, window))
        start, size = start + size, 4 * size
    return found


def _matching(sqlite: sqlite3.Connection, text: TextSearch, low: int, high: int) -> Iterator[int]:
    query = f"SELECT rowid FROM {text.table} WHERE {text.table} MATCH ? AND rowid BETWEEN ? AND ?"
    return (row for (row,) in _asked(sqlite, query, (text.expression, low, high)))


def _asked(sqlite: sqlite3.Connection, query: str, values: Sequence[Value]) -> Iterator[tuple[int]]:
    try:
        yield from sqlite.execute(query, values)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        # A limit of SQLite on what one statement may say: no reason to take the file for damaged.
        raise QueryError("this query is too long to be answered; leave something out", 0) from error


class _Newer:
    """The stories whose text changed after it was indexed: numbers of newer texts, and whose they are."""

    def __init__(self, sqlite: sqlite3.Connection) -> None:
        self._sqlite = sqlite
        self._row_of = dict(sqlite.execute("SELECT doc, row FROM newer_text"))

    def __bool__(self) -> bool:
        return bool(self._row_of)

    def rows(self, text: TextSearch, row_limit: int) -> list[int]:
        """The rows below `row_limit` that a text is in, each once."""
        rows = list(_matching(self._sqlite, text, 0, row_limit - 1))
        if not self._row_of:
            return rows
        changed = set(self._row_of.values())
        kept = [row for row in rows if row not in changed]
        docs = _matching(self._sqlite, text, NEWER_DOC, max(self._row_of))
        found = [self._row_of[doc] for doc in docs if doc in self._row_of]
        return kept + [row for row in found if row < row_limit]


class _Finder:
    """A query as one SQL statement over the stories and their marks."""

    def __init__(self, sqlite: sqlite3.Connection, node: Node, catalogue: Catalogue, has_newer: bool) -> None:
        self._sqlite = sqlite
        self._catalogue = catalogue
        self._condition = condition(node, has_newer=has_newer)
        self._asks_for_marks = _asks_for_marks(node)
        for name, (count, function) in functions().items():
            sqlite.create_function(name, count, function, deterministic=True)

    def rows(self, also: Collection[int]) -> list[int]:
        """The rows that fit, and those in `also` that do with other marks; each once."""
        catalogue = self._catalogue
        self._use_marks(lambda row: READ * catalogue.is_read(row) | STARRED * catalogue.is_starred(row))
        # Not larger than the catalogue knows: others may have added stories since.
        found = self._found("row < ?", catalogue.row_limit)
        if not also or not self._asks_for_marks:
            return found
        kept = set(found)
        for flags in (0, READ, STARRED, READ | STARRED):
            self._use_marks(_always(flags))
            kept.update(self._found("row IN (SELECT value FROM json_each(?))", json.dumps(list(also))))
        return list(kept)

    def _found(self, where: str, value: Value) -> list[int]:
        query = f"SELECT row FROM story WHERE {where} AND ({self._condition.text})"
        return [row for (row,) in _asked(self._sqlite, query, (value, *self._condition.values))]

    def _use_marks(self, marks: Callable[[int], int]) -> None:
        self._sqlite.create_function("is_read", 1, lambda row: bool(marks(row) & READ))
        self._sqlite.create_function("is_starred", 1, lambda row: bool(marks(row) & STARRED))


def _asks_for_marks(node: Node) -> bool:
    if isinstance(node, And | Or):
        return any(map(_asks_for_marks, node.nodes))
    return _asks_for_marks(node.node) if isinstance(node, Not) else isinstance(node, Is)


def _always(flags: int) -> Callable[[int], int]:
    return lambda row: flags
