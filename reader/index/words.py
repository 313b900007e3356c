"""The words of the stories in SQLite's full-text tables: what a search looks through."""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

from reader.errors import IndexFileError
from reader.index.connection import Connection
from reader.query.text import starts_text, title_and_rest

_MANY: Final = 5_000
"""From so many stories on, half of the archive or more, merging waits for the end: it is done once then."""

_MERGE_PAGES: Final = 2_000
"""Pages merged in one transaction, some 50 ms: other instances get their turn between two."""

_AUTOMERGE: Final = 4
"""FTS5's own: segments of one size that are merged while one writes."""

_TABLES: Final = ("story_words", "story_starts")


@dataclass(frozen=True, slots=True)
class Text:
    """What the word tables hold of a story.

    Attributes:
        title: The words of its title, parted by spaces.
        rest: Those of all else.
        crc: Tells whether they changed.
        doc: The number they stand under: the story's row, or that of a newer text.
    """

    title: str
    rest: str
    crc: int
    doc: int = 0

    @classmethod
    def of(cls, title: str, texts: Sequence[str]) -> Self:
        """The text of a story, under no number yet.

        Args:
            title: The story's.
            texts: What `reader.query.text.searched_texts` lists.
        """
        title, rest = title_and_rest(title, texts)
        return cls(title, rest, zlib.crc32(f"{title}\n{rest}".encode()))

    def under(self, doc: int) -> Text:
        """The same text under a number."""
        return Text(self.title, self.rest, self.crc, doc)


def newer_doc(sqlite: sqlite3.Connection, row: int) -> int:
    """A number for the newer text of a story; what stands under older ones is found no more."""
    return sqlite.execute("REPLACE INTO newer_text (row) VALUES (?)", (row,)).lastrowid or 0


def write(sqlite: sqlite3.Connection, texts: Sequence[Text]) -> None:
    """Add texts; in ascending order, because FTS5 writes out what it gathered when a number falls."""
    ordered = sorted(texts, key=lambda text: text.doc)
    sqlite.executemany(
        "INSERT INTO story_words (rowid, rest, title) VALUES (?, ?, ?)",
        ((text.doc, text.rest, text.title) for text in ordered),
    )
    sqlite.executemany(
        "INSERT INTO story_starts (rowid, starts) VALUES (?, ?)",
        ((text.doc, starts_text(text.title, text.rest)) for text in ordered),
    )


@contextlib.contextmanager
def many(
    connection: Connection, count: int, known: int, is_cancelled: Callable[[], bool] = lambda: False
) -> Iterator[None]:
    """While a large part of an archive is written, leave merging to the end.

    Args:
        connection: Who writes.
        count: Stories to be written.
        known: Stories in all.
        is_cancelled: Asked often; what is not merged then is so by and by.
    """
    if count < _MANY or 2 * count < known:
        yield
        return
    _set_automerge(connection, 0)
    try:
        yield
        for table in _TABLES:
            _merge(connection, table, is_cancelled)
        with connection.use("give back room") as sqlite:
            # A script is run to its end; a statement without columns would give back one page.
            sqlite.executescript("PRAGMA incremental_vacuum")
    finally:
        # Where writing failed this may fail too, and is not what to tell.
        with contextlib.suppress(IndexFileError):
            _set_automerge(connection, _AUTOMERGE)


def _set_automerge(connection: Connection, segments: int) -> None:
    with connection.write("prepare its words") as sqlite:
        for table in _TABLES:
            sqlite.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('automerge', ?)", (segments,))


def _merge(connection: Connection, table: str, is_cancelled: Callable[[], bool]) -> None:
    # A negative number first begins a merge of everything; the others carry it on.
    # Source: https://www.sqlite.org/fts5.html#the_merge_command
    pages, has_more = -_MERGE_PAGES, True
    while has_more and not is_cancelled():
        with connection.write("sort its words") as sqlite:
            before = sqlite.total_changes
            sqlite.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", (pages,))
            has_more = sqlite.total_changes - before >= 2
        pages = _MERGE_PAGES
