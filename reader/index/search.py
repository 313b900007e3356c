"""What a query finds in the index of one archive, in the order of a view."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import compress, product
from typing import Final

from reader.errors import QueryError
from reader.index.catalogue import READ, STARRED, Catalogue
from reader.index.schema import NEWER_DOC
from reader.index.stories import StoryIndex
from reader.model import View
from reader.query.sql import TextSearch, Value, condition, functions, noted_function, text_searches
from reader.query.tree import And, Is, Node, Not, Or

_WINDOW: Final = 2_000
"""Stories looked through for a first page: of what one in 40 holds they hold a page of 50."""

_SPREAD: Final = 16
"""Rows of the window may lie so many times further apart than they need to."""

_NO_NOTES: Final[Mapping[int, str]] = {}
_HAS: Final = {bit: bytes(1 if flags & bit else 0 for flags in range(256)) for bit in (READ, STARRED)}


def search(
    index: StoryIndex,
    node: Node | None,
    catalogue: Catalogue,
    view: View,
    *,
    also: Collection[int] = (),
    limit: int = 0,
    base: int = 0,
    notes: Mapping[int, str] = _NO_NOTES,
) -> Sequence[int]:
    """The rows of a view that fit a query, in the order of the view; may be empty.

    Args:
        index: The archive's index.
        node: What to find; None finds everything.
        catalogue: The stories and their marks.
        view: Which of them, and in which order.
        also: Rows that stay whatever their marks are.
        limit: Only so many from the beginning, which is quicker; 0 for all.
        base: Added to each row.
        notes: The user's notes by row.

    Raises:
        IndexFileError: If the index cannot be used.
        QueryError: If the query is more than SQLite can take.
    """
    if node is None:
        rows: Sequence[int] = catalogue.rows(view, also, base=base)
    else:
        rows = _search(index, node, catalogue, view, also, limit, base, notes)
    return rows[:limit] if limit else rows


def _search(
    index: StoryIndex,
    node: Node,
    catalogue: Catalogue,
    view: View,
    also: Collection[int],
    limit: int,
    base: int,
    notes: Mapping[int, str],
) -> Sequence[int]:
    texts = text_searches(node)
    with index.file.worker.use("search") as sqlite:
        newer = _Newer(sqlite)
        if texts is None:
            sqlite.create_function("noted", 1, noted_function(notes))
            finder = _Finder(sqlite, node, catalogue, bool(newer))
            return catalogue.kept(finder.rows(also), view, also, base=base)
        if limit and not newer:
            found = _first(sqlite, texts, catalogue.rows(view, also)[:_WINDOW])
            if len(found) >= limit:
                return array("q", map(base.__add__, found))
        return catalogue.kept(newer.rows(texts, catalogue.row_limit), view, also, base=base)


def _first(sqlite: sqlite3.Connection, texts: list[TextSearch], rows: array[int]) -> array[int]:
    """Those of the rows that all texts are in, in the same order; none where the rows lie too far apart.

    Files are indexed newest first, so the rows of some months lie together, and FTS5 leaves out the rest.
    """
    low, high = min(rows, default=0), max(rows, default=0)
    if high - low > _SPREAD * len(rows):
        return array("q")
    return array("q", filter(set(_in_all(sqlite, texts, low, high)).__contains__, rows))


def _in_all(sqlite: sqlite3.Connection, texts: list[TextSearch], low: int, high: int) -> list[int]:
    """What all texts are in, of the numbers from `low` to `high`, each once."""
    found = sorted((_matching(sqlite, text, low, high) for text in texts), key=len)
    return found[0] if len(found) == 1 else list(set(found[0]).intersection(*found[1:]))


def _matching(sqlite: sqlite3.Connection, text: TextSearch, low: int, high: int) -> list[int]:
    query = (
        f"SELECT group_concat(rowid) FROM {text.table} WHERE {text.table} MATCH ? AND rowid BETWEEN ? AND ?"
    )
    return _numbers(sqlite, query, (text.expression, low, high))


def _numbers(sqlite: sqlite3.Connection, query: str, values: Sequence[Value]) -> list[int]:
    """The numbers that a query with one ``group_concat`` gives."""
    # One long text of them, read by JSON's scanner, takes a third of the time of a line for each.
    try:
        (numbers,) = sqlite.execute(query, values).fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        # A limit of SQLite on what one statement may say: no reason to take the file for damaged.
        raise QueryError("this query is too long to be answered; leave something out", 0) from error
    found: list[int] = json.loads(f"[{numbers or ''}]")
    return found


class _Newer:
    """The stories whose text changed after it was indexed: numbers of newer texts, and whose they are."""

    def __init__(self, sqlite: sqlite3.Connection) -> None:
        self._sqlite = sqlite
        self._row_of = dict(sqlite.execute("SELECT doc, row FROM newer_text"))

    def __bool__(self) -> bool:
        return bool(self._row_of)

    def rows(self, texts: list[TextSearch], row_limit: int) -> list[int]:
        """The rows below `row_limit` that all texts are in, each once."""
        rows = _in_all(self._sqlite, texts, 0, row_limit - 1)
        if not self._row_of:
            return rows
        changed = set(self._row_of.values())
        kept = [row for row in rows if row not in changed]
        docs = _in_all(self._sqlite, texts, NEWER_DOC, max(self._row_of))
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
        flags, rows = self._catalogue.flags, self._catalogue.columns.rows
        if self._asks_for_marks:
            # Methods of sets, because SQLite calls them for each row: three times quicker than Python.
            read, starred = (frozenset(compress(rows, flags.translate(_HAS[bit]))) for bit in (READ, STARRED))
            self._use_marks(read.__contains__, starred.__contains__)
        # Not larger than the catalogue knows: others may have added stories since.
        found = self._found("row < ?", self._catalogue.row_limit)
        if not also or not self._asks_for_marks:
            return found
        kept = set(found)
        for is_read, is_starred in product((False, True), repeat=2):
            self._use_marks(_always(is_read), _always(is_starred))
            kept.update(self._found("row IN (SELECT value FROM json_each(?))", json.dumps(list(also))))
        return list(kept)

    def _found(self, where: str, value: Value) -> list[int]:
        query = f"SELECT group_concat(row) FROM story WHERE {where} AND ({self._condition.text})"
        return _numbers(self._sqlite, query, (value, *self._condition.values))

    def _use_marks(self, is_read: Callable[[int], bool], is_starred: Callable[[int], bool]) -> None:
        self._sqlite.create_function("is_read", 1, is_read)
        self._sqlite.create_function("is_starred", 1, is_starred)


def _asks_for_marks(node: Node) -> bool:
    if isinstance(node, And | Or):
        return any(map(_asks_for_marks, node.nodes))
    return _asks_for_marks(node.node) if isinstance(node, Not) else isinstance(node, Is)


def _always(value: bool) -> Callable[[int], bool]:
    return lambda row: value
