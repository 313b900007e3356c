"""Marks set as the app sets them."""

from __future__ import annotations

from pathlib import Path

from reader.archive.scan import open_archive
from reader.library import Library
from reader.model import StoryId


def mark(folder: Path, path: str, *, is_read: bool | None = None, is_starred: bool | None = None) -> None:
    """Mark the story at `path` of the archive in `folder`."""
    library = Library([open_archive(folder)])
    library.sync()
    library.open()
    row_id = library.find(StoryId(f"{folder.name}/{path}"))
    assert row_id is not None
    (row,) = library.rows([row_id])
    if is_read is not None:
        library.set_read(row, is_read)
    if is_starred is not None:
        library.set_starred(row, is_starred)
    library.close()
