"""What the tests of the index share: an index of a folder, brought up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reader.archive.scan import open_archive
from reader.index.stories import StoryIndex
from reader.index.sync import SyncReport, sync
from reader.model import RowId, StoryRow, View
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


def row_of(index: StoryIndex, path: str) -> RowId:
    return RowId(index.rows_at([path])[path])


def index_file(folder: Path) -> Path:
    (found,) = folder.glob("*.sqlite")
    return found


def tamper(folder: Path, statement: str, *values: object) -> None:
    """Change the index file as flipped bits may, with what SQLite itself would not refuse."""
    connection = sqlite3.connect(index_file(folder), isolation_level=None)
    try:
        connection.execute("PRAGMA ignore_check_constraints=ON")
        connection.execute(statement, values)
    finally:
        connection.close()
