"""What only the index file knows of the stories that a query is about, asked for in one go."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Sequence
from typing import Final

from reader.errors import QueryError
from reader.index.schema import NEWER_DOC
from reader.query.sql import TextSearch, Value, condition, functions
from reader.query.text import name_key
from reader.query.tree import Leaf

_PIECE: Final = 16_384
"""Characters of numbers that are read at once."""


class Lookups:
    """Questions to the index of one archive.

    Args:
        sqlite: Its connection, for as long as this is used.
        archive: The archive's name.
    """

    def __init__(self, sqlite: sqlite3.Connection, archive: str) -> None:
        self._archive_key = name_key(archive)
        self._sqlite = sqlite
        # The stories whose text changed after it was indexed: numbers of newer texts, and whose they are.
        self._newer = dict(sqlite.execute("SELECT doc, row FROM newer_text"))
        self._changed = frozenset(self._newer.values())
        for name, (count, function) in functions(archive).items():
            sqlite.create_function(name, count, function, deterministic=True)

    def in_text(self, text: TextSearch, low: int, high: int) -> Sequence[int]:
        """The rows from `low` to `high` in which a search finds something, each once.

        Raises:
            QueryError: If the query is more than SQLite can take.
        """
        rows = self._matching(text, low, high)
        if not self._newer:
            return rows
        found = [self._newer.get(doc, 0) for doc in self._matching(text, NEWER_DOC, max(self._newer))]
        return [row for row in rows if row not in self._changed] + [
            row for row in found if low <= row <= high
        ]

    def with_test(self, leaf: Leaf, low: int, high: int) -> array[int]:
        """The rows from `low` to `high` that fit something no list of the catalogue has, each once."""
        test = condition(leaf)
        query = f"SELECT group_concat(row) FROM story WHERE row BETWEEN ? AND ? AND ({test.text})"
        return self._numbers(query, (low, high, *test.values))

    def is_archive(self, key: str) -> bool:
        """Whether this is the archive of a name, as `name_key` gives it."""
        return key == self._archive_key

    def ids(self, table: str, test: str, value: str) -> array[int]:
        """The numbers in a small table, as ``outlet``, of what fits a test with one value."""
        return self._numbers(f"SELECT group_concat(id) FROM {table} WHERE {test}", (value,))

    def _matching(self, text: TextSearch, low: int, high: int) -> array[int]:
        table = text.table
        query = f"SELECT group_concat(rowid) FROM {table} WHERE {table} MATCH ? AND rowid BETWEEN ? AND ?"
        return self._numbers(query, (text.expression, low, high))

    def _numbers(self, query: str, values: Sequence[Value]) -> array[int]:
        # One long text of them, read by JSON's scanner, takes a third of the time of a line for each. Piece
        # by piece: each number takes 28 bytes until it is in the array, and what has held as much at one
        # time is hardly ever given back.
        try:
            (numbers,) = self._sqlite.execute(query, values).fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                raise
            # A limit of SQLite on what one statement may say: no reason to take the file for damaged.
            raise QueryError("this query is too long to be answered; leave something out", 0) from error
        text, start, found = numbers or "", 0, array("q")
        while start < len(text):
            end = text.find(",", start + _PIECE)
            end = len(text) if end < 0 else end
            found.fromlist(json.loads(f"[{text[start:end]}]"))
            start = end + 1
        return found
