"""Writing much: many rows in one statement, for which no other thread waits, and room for their pages."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from reader.errors import IndexFileError
from reader.index.connection import SMALL_CACHE, Connection

_ROWS: Final = (500, 50, 5, 1)
"""Rows in one statement; 500 take some 10 ms. Few sizes: a connection keeps each statement it has run lately,
with the values it was given last, a megabyte for 500 stories."""

_AT_ONCE: Final = (4, 64, 512, 4_096)
"""The same where all rows are to go into one statement."""

_ROOMY: Final = ("PRAGMA cache_size=-8000", "PRAGMA wal_autocheckpoint=4000")
"""8 MB of pages in memory, 32 MB of them in the log: many are changed again by the next batch."""

_USUAL: Final = (SMALL_CACHE, "PRAGMA wal_autocheckpoint=1000", "PRAGMA shrink_memory")


@contextlib.contextmanager
def room(connection: Connection) -> Iterator[None]:
    """While much is written, keep more of the file in memory and in the log; half as much is written then."""
    with connection.use("prepare it") as sqlite:
        for pragma in _ROOMY:
            sqlite.execute(pragma)
    try:
        yield
    finally:
        # Where writing failed this may fail too, and is not what to tell.
        with contextlib.suppress(IndexFileError), connection.use("tidy up") as sqlite:
            for pragma in _USUAL:
                sqlite.execute(pragma)


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
    limit = sqlite.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // width
    start = 0
    for count in (count for count in _ROWS if count <= limit):
        places = ", ".join([f"({', '.join('?' * width)})"] * count)
        while len(rows) - start >= count:
            some = rows[start : start + count]
            sqlite.execute(f"INSERT INTO {target} VALUES {places}", list(chain.from_iterable(some)))
            start += count


def insert_at_once(sqlite: sqlite3.Connection, target: str, rows: Sequence[Sequence[object]]) -> None:
    """The same in one statement, or as few as SQLite takes: where each of them costs more than its rows.

    Args:
        sqlite: Where.
        target: As above.
        rows: As above; the first value of each is not None.
    """
    width = len(rows[0]) if rows else 1
    limit = min(_AT_ONCE[-1], sqlite.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // width)
    for start in range(0, len(rows), limit):
        some = rows[start : start + limit]
        count = min(limit, next(count for count in _AT_ONCE if count >= len(some)))
        places = ", ".join([f"({', '.join('?' * width)})"] * count)
        # Rows of nothing fill it up, so that there are few different statements.
        nothing = [None] * width * (count - len(some))
        query = f"INSERT INTO {target} SELECT * FROM (VALUES {places}) WHERE column1 IS NOT NULL"
        sqlite.execute(query, [*chain.from_iterable(some), *nothing])
