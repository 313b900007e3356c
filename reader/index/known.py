"""What the index knows of the files of an archive, folder by folder."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from reader.index.stories import StoryIndex
from reader.model import Stamp

_FOLDERS: Final = (
    "SELECT id, path, digest, (SELECT count(*) FROM story WHERE folder = id)"
    " + (SELECT count(*) FROM other_file WHERE folder = id) FROM folder"
)
_FILES: Final = (
    "SELECT path, mtime_ns, size FROM story WHERE folder = :id"
    " UNION ALL SELECT path, mtime_ns, size FROM other_file WHERE folder = :id"
)


class Known(NamedTuple):
    """A folder as the index has it.

    Attributes:
        number: Its id.
        path: Relative to the archive's root; ends in ``/`` but for the root's.
        digest: What `Folder.digest` gave when all of its files had been read, or None.
        files: How many files the index has of it: after damage fewer than there were.
    """

    number: int
    path: str
    digest: int | None
    files: int


def known(index: StoryIndex, path: str) -> Known | None:
    """A folder of the archive, or None where no file of it was ever read."""
    with index.file.worker.use("look for a folder") as sqlite:
        line = sqlite.execute(f"{_FOLDERS} WHERE path = ?", (os.fsencode(path),)).fetchone()
        return None if line is None else _known(line)


def stamps(index: StoryIndex, folder: Known | None) -> dict[str, Stamp]:
    """What the files of a folder looked like when they were read, stories and others."""
    if folder is None:
        return {}
    with index.file.worker.use("list the files of a folder") as sqlite:
        lines = sqlite.execute(_FILES, {"id": folder.number})
        return {os.fsdecode(path): Stamp(mtime_ns, size) for path, mtime_ns, size in lines}


def others(index: StoryIndex, paths: Collection[str]) -> Iterator[Known]:
    """The folders that are none of these."""
    with index.file.worker.use("list its folders") as sqlite:
        folders = list(map(_known, sqlite.execute(_FOLDERS)))
    yield from (folder for folder in folders if folder.path not in paths)


def _known(line: tuple[int, bytes, int | None, int]) -> Known:
    number, path, digest, files = line
    return Known(number, os.fsdecode(path), digest, files)
