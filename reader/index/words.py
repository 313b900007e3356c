"""The words of the stories in SQLite's full-text tables: what a search looks through."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from operator import itemgetter
from typing import TYPE_CHECKING

from reader.index.bulk import insert_at_once

if TYPE_CHECKING:
    from reader.index.reading import Line


def newer_doc(sqlite: sqlite3.Connection, row: int) -> int:
    """A number for the newer text of a story; what stands under older ones is found no more."""
    return sqlite.execute("REPLACE INTO newer_text (row) VALUES (?)", (row,)).lastrowid or 0


def write(sqlite: sqlite3.Connection, texts: Iterable[tuple[int, Line]]) -> None:
    """Add words under their numbers: the rows of stories, or those of newer texts."""
    # In ascending order, because FTS5 writes out what it gathered when a number falls. It does so at the end
    # of each statement too: of small ones it makes many segments, and joining them takes as long as writing.
    ordered = sorted(texts, key=itemgetter(0))
    others = [(doc, line.other_words, line.own_words) for doc, line in ordered]
    insert_at_once(sqlite, "story_words (rowid, rest, title)", others)
    starts = [(doc, line.starts) for doc, line in ordered]
    insert_at_once(sqlite, "story_starts (rowid, starts)", starts)
