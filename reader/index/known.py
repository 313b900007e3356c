"""What the index knows of the files of an archive, folder by folder."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from reader.index.stories import StoryIndex
from reader.model import Stamp

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
    """

    number: int
    path: str
    digest: int | None


def known(index: StoryIndex, path: str) -> Known | None:
    """A folder of the archive, or None where no file of it was ever read."""
    query = "SELECT id, digest FROM folder WHERE path = ?"
    with index.file.worker.use("look for a folder") as sqlite:
        line = sqlite.execute(query, (os.fsencode(path),)).fetchone()
    return None if line is None else Known(line[0], path, line[1])


def stamps(index: StoryIndex, folder: Known | None) -> dict[str, Stamp]:
    """What the files of a folder looked like when they were read, stories and others."""
    if folder is None:
        return {}
    with index.file.worker.use("list the files of a folder") as sqlite:
        lines = sqlite.execute(_FILES, {"id": folder.number}).fetchall()
    return {os.fsdecode(path): Stamp(mtime_ns, size) for path, mtime_ns, size in lines}


def others(index: StoryIndex, paths: Collection[str]) -> Iterator[Known]:
    """The folders that are none of these."""
    with index.file.worker.use("list its folders") as sqlite:
        lines = sqlite.execute("SELECT id, path, digest FROM folder").fetchall()
    for number, raw, digest in lines:
        path = os.fsdecode(raw)
        if path not in paths:
            yield Known(number, path, digest)
