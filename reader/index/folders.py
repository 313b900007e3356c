"""Whether the folders of an archive are as they were when it was indexed: a look at each folder, at no file.

A folder changes when a file in it is added, removed, renamed or replaced, as most editors do on saving; not
when a file is written in place. That much is enough for a command that prints a page of a large archive.
"""

from __future__ import annotations

import json
import os
import stat
import time
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
    """Whether no folder changed since `remember`; a look at each, 4 µs. False where nothing is remembered.

    Raises:
        IndexFileError: If the index cannot be used.
    """
    with index.file.worker.use("look for its folders") as sqlite:
        line = sqlite.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
        known = json.loads(line[0]) if line else {}
        return bool(known) and all(
            _changed_ns(index.archive, path) == moment for path, moment in known.items()
        )


def look(archive: Archive) -> dict[str, int]:
    """When each folder changed last, by path: to be taken before a sync and remembered after it.

    Empty for single files, which cost no more to look at than folders.
    """
    if archive.only:
        return {}
    latest_ns = time.time_ns() - int(SETTLED_S * 1e9)
    found = {path: _changed_ns(archive, path) for path in (*_folders(archive), *TOPIC_FOLDERS)}
    return {path: moment if moment <= latest_ns else _UNSETTLED for path, moment in found.items()}


def remember(index: StoryIndex, folders: dict[str, int]) -> None:
    """Note what `look` saw before a sync that is complete now.

    Raises:
        IndexFileError: If the index cannot be written.
    """
    with index.file.writer.write("note its folders", is_news=False) as sqlite:
        sqlite.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, json.dumps(folders)))


def _folders(archive: Archive) -> list[str]:
    """The folders that a scan enters, the root among them; ends in ``/`` but for the root."""
    found, waiting = [""], [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(f"{archive.root}/{folder}") as entries:
                inner = [
                    f"{folder}{entry.name}/"
                    for entry in entries
                    if entry.is_dir(follow_symlinks=False) and entry.name[0] != "." and entry.name != "_data"
                ]
        except OSError:  # the scan tells; a change of its rights is a change of the folder
            continue
        found += inner
        waiting += inner
    return found


def _changed_ns(archive: Archive, folder: str) -> int:
    # ctime: it moves along with mtime, and also where a tool sets the mtime back to what it was.
    try:
        status = os.stat(f"{archive.root}/{folder}", follow_symlinks=not folder)
    except OSError:
        return _MISSING
    return status.st_ctime_ns if stat.S_ISDIR(status.st_mode) else _MISSING
