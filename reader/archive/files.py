"""Opening one file so that nothing on the disk can hang or fill us: no links, no pipes, no devices."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from reader import clean
from reader.errors import StoryFileError

_CHUNK_BYTES: Final = 65_536  # asking for all of a large limit takes longer than reading a usual file


def read_regular(root: Path, path: str, limit: int) -> tuple[bytes, bool]:
    """The first `limit` bytes of a file below `root`, and whether there are more.

    Raises:
        StoryFileError: If it has vanished, cannot be read, is no regular file, or lies outside `root`.
    """
    if path.startswith("/") or (".." in path and ".." in path.split("/")):
        raise StoryFileError(f"{clean.path(path)} lies outside its archive")
    try:
        # O_NONBLOCK: opening a pipe without a writer would wait for ever.
        fd = os.open(f"{root}/{path}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            return _read(fd, path, limit)
        finally:
            os.close(fd)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise StoryFileError(f"{clean.path(path)} {_reason(error)}") from error


def _read(fd: int, path: str, limit: int) -> tuple[bytes, bool]:
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        raise StoryFileError(f"{clean.path(path)} is not a regular file")
    data = os.read(fd, min(limit, status.st_size) + 1)
    # A read may come back short, and a file may have grown since the fstat.
    while (
        len(data) != status.st_size
        and len(data) <= limit
        and (more := os.read(fd, min(_CHUNK_BYTES, limit + 1 - len(data))))
    ):
        data += more
    return data[:limit], len(data) > limit


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "is not there any more"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {clean.line(error.strerror).lower()}"
    return "cannot be read: its name is malformed"
