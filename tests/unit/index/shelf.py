"""What the tests of the index share: an index of a folder, brought up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reader.archive.scan import open_archive
from reader.index import known
from reader.index.stories import StoryIndex
from reader.index.sync import SyncReport, sync
from reader.model import RowId, Stamp, StoryRow, View
from reader.state import identity


@contextmanager
def opened(archive: Path, folder: Path) -> Iterator[StoryIndex]:
    """The index of `archive` in `folder`, as the disk has it."""
    index = StoryIndex(open_archive(archive), folder, identity.stem)
    try:
        yield index
    finally:
        index.close()


def synced(archive: Path, folder: Path) -> SyncReport:
    with opened(archive, folder) as index:
        return sync(index)


def rows(index: StoryIndex) -> list[StoryRow]:
    return index.rows(index.catalogue(()).rows(View()))


def titles(index: StoryIndex) -> list[str]:
    return [row.title for row in rows(index)]


def stamps(index: StoryIndex) -> dict[str, Stamp]:
    """What every file looked like when it was read."""
    found: dict[str, Stamp] = {}
    for folder in known.others(index, ()):
        found |= known.stamps(index, folder)
    return found


def row_of(index: StoryIndex, path: str) -> RowId:
    return RowId(index.rows_at([path])[path])


def index_file(folder: Path, archive: str = "*") -> Path:
    (found,) = folder.glob(f"{archive}-*.sqlite")
    return found


def tamper(file: Path, statement: str) -> None:
    """Put into an index what flipped bits may make of it, and SQLite does not refuse."""
    sqlite = sqlite3.connect(file, isolation_level=None)
    try:
        sqlite.execute(statement)
    finally:
        sqlite.close()
