"""Whether the folders of an archive are as they were when it was indexed: a look at each folder, at no file.

A folder changes when a file in it is added, removed, renamed or replaced, as most editors do on saving; not
when a file is written in place. That much is enough for a command that prints a page of a large archive.
Of an archive of single files these are looked at instead of their folder.
"""

from __future__ import annotations

import json
import os
import stat
from typing import Final

from reader.index.stories import StoryIndex
from reader.model import Archive

SETTLED_S: Final = 2.0
"""A folder that changed so short a time before may change again within one tick of its file system's clock:
FAT's takes 2 s."""

TOPIC_FOLDERS: Final = ("_data/topics", "../_data/topics")
"""Where topic files may lie."""

_KEY: Final = "folders"
_MISSING: Final = 0
_UNSETTLED: Final = -1


def is_unchanged(index: StoryIndex) -> bool:
    """Whether no folder changed since the last sync; a look at each, 4 µs. False where nothing is remembered.

    Of an archive of single files: whether none of these did.

    Raises:
        IndexFileError: If the index cannot be used.
    """
    with index.file.worker.use("look for its folders") as sqlite:
        line = sqlite.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
        known = json.loads(line[0]) if line else {}
        return bool(known) and all(
            _changed_ns(index.archive, path) == moment for path, moment in known.items()
        )


def moments(archive: Archive) -> dict[str, int]:
    """When each folder of topic files, and each single file, changed last; ask before reading.

    By path; 0 for what is missing.
    """
    return {path: _changed_ns(archive, path) for path in (*TOPIC_FOLDERS, *archive.only)}


def remember(index: StoryIndex, changed: dict[str, int], begun_ns: int) -> None:
    """Note when each folder had changed last before a sync looked at it, now that the sync is complete.

    Args:
        index: The archive's.
        changed: Moments by path; a path ends in ``/`` but for the root's, which is empty.
        begun_ns: When the sync began.

    Raises:
        IndexFileError: If the index cannot be written.
    """
    if index.archive.only:
        changed = {path: moment for path, moment in changed.items() if path}  # others may lie in their folder
    latest_ns = begun_ns - int(SETTLED_S * 1e9)
    settled = {path: moment if moment <= latest_ns else _UNSETTLED for path, moment in changed.items()}
    with index.file.writer.write("note its folders", is_news=False) as sqlite:
        sqlite.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, json.dumps(settled)))


def _changed_ns(archive: Archive, folder: str) -> int:
    # ctime: it moves along with mtime, and also where a tool sets the mtime back to what it was.
    try:
        status = os.stat(f"{archive.root}/{folder}", follow_symlinks=not folder)
    except OSError:
        return _MISSING
    is_sought = stat.S_ISREG if folder in archive.only else stat.S_ISDIR
    return status.st_ctime_ns if is_sought(status.st_mode) else _MISSING
