"""Many rows in one statement: SQLite works through them while other threads of the process go on."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Final

_ROWS: Final = 500
"""Rows in one statement, some 10 ms."""


def insert(sqlite: sqlite3.Connection, target: str, rows: Sequence[Sequence[object]]) -> None:
    """Insert rows, all of one length.

    Args:
        sqlite: Where.
        target: Table and columns, as they stand behind INSERT INTO.
        rows: May be none.
    """
    if not rows:
        return
    width = len(rows[0])
    # With `executemany` a thread gives up the interpreter and waits for it again with every row.
    count = min(_ROWS, sqlite.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // width)
    for start in range(0, len(rows), count):
        some = rows[start : start + count]
        places = ", ".join([f"({', '.join('?' * width)})"] * len(some))
        sqlite.execute(f"INSERT INTO {target} VALUES {places}", list(chain.from_iterable(some)))
