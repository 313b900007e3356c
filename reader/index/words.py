"""The words of the stories in SQLite's full-text tables: what a search looks through."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple, Self

from reader.index.bulk import insert
from reader.index.hashes import text_hash
from reader.query.text import starts_text, title_and_rest


class Text(NamedTuple):
    """What the word tables hold of a story.

    Attributes:
        title: The words of its title, parted by spaces.
        rest: Those of all else.
        starts: What these words begin with.
        crc: Tells whether they changed.
    """

    title: str
    rest: str
    starts: str
    crc: int

    @classmethod
    def of(cls, title: str, texts: Sequence[str]) -> Self:
        """The text of a story.

        Args:
            title: The story's.
            texts: What `reader.query.text.searched_texts` lists.
        """
        title, rest = title_and_rest(title, texts)
        return cls(title, rest, starts_text(title, rest), text_hash(f"{title}\n{rest}"))


def newer_doc(sqlite: sqlite3.Connection, row: int) -> int:
    """A number for the newer text of a story; what stands under older ones is found no more."""
    return sqlite.execute("REPLACE INTO newer_text (row) VALUES (?)", (row,)).lastrowid or 0


def write(sqlite: sqlite3.Connection, texts: Iterable[tuple[int, Text]]) -> None:
    """Add texts under their numbers: the rows of stories, or those of newer texts."""
    # In ascending order, because FTS5 writes out what it gathered when a number falls.
    ordered = sorted(texts, key=itemgetter(0))
    insert(
        sqlite, "story_words (rowid, rest, title)", [(doc, text.rest, text.title) for doc, text in ordered]
    )
    insert(sqlite, "story_starts (rowid, starts)", [(doc, text.starts) for doc, text in ordered])
