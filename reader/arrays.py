"""A file of arrays and what is to be known of them: written as a whole, read in parts, never changed.

Such a file lies in the cache and repeats what is kept better elsewhere. So whatever is wrong with it, it is
no file at all to whoever reads it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from array import array
from collections.abc import Mapping
from typing import Any, Final
from zlib import crc32

_MAGIC: Final = b"newsreader arrays 1\n"
_FIXED_BYTES: Final = len(_MAGIC) + 16
_ABANDONED_S: Final = 60.0
"""A file half written is somebody's at work no longer than this."""


class ArrayFile:
    """A file of arrays, open.

    Args:
        path: Where it lies.

    Attributes:
        head: What was written beside the arrays.

    Raises:
        OSError: If there is none that can be read.
        ValueError: If it is no such file, or a damaged one.
    """

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            self.head, self._places = self._read_head()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close it; may be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def read(self, name: str) -> array[int]:
        """One of the arrays.

        Raises:
            KeyError: If it is not in the file.
            OSError: If it cannot be read.
            ValueError: If it is damaged.
        """
        code, start, size, crc = self._places[name]
        data = self._read(start, size)
        if crc32(data) != crc:
            raise ValueError(f"the array {name} is damaged")
        found = array(code)
        found.frombytes(data)
        return found

    def _read_head(self) -> tuple[dict[str, Any], dict[str, tuple[str, int, int, int]]]:
        fixed = self._read(0, _FIXED_BYTES)
        if not fixed.startswith(_MAGIC):
            raise ValueError("no file of arrays")
        size, crc = int(fixed[-16:-8], 16), int(fixed[-8:], 16)
        data = self._read(_FIXED_BYTES, size)
        if crc32(data) != crc:
            raise ValueError("its head is damaged")
        head = json.loads(data)
        if head.pop("byteorder") != sys.byteorder:
            raise ValueError("from another machine")
        start = _FIXED_BYTES + size
        places = {}
        for name, code, item_bytes, size, crc in head.pop("arrays"):
            if array(code).itemsize != item_bytes:
                raise ValueError("from another machine")
            places[name] = (code, start, size, crc)
            start += size
        return head, places

    def _read(self, start: int, size: int) -> bytes:
        if self._descriptor < 0:
            raise ValueError("it is closed")
        data = os.pread(self._descriptor, size, start)
        if len(data) != size:
            raise ValueError("it ends early")
        return data


def open_arrays(path: str) -> ArrayFile | None:
    """The file at `path`, or None where there is none that is sound."""
    try:
        return ArrayFile(path)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def write_arrays(path: str, head: Mapping[str, Any], arrays: Mapping[str, array[int] | bytes]) -> bool:
    """Put a file in place of the one at `path`, in one step.

    Args:
        path: Its folder has to be there.
        head: Goes into JSON.
        arrays: By name; bytes are read back as an array of ``B``.

    Returns:
        False where it cannot be written, or somebody else is at it.
    """
    fresh = f"{path}.tmp"
    places = []
    for name, values in arrays.items():
        code, item_bytes = ("B", 1) if isinstance(values, bytes) else (values.typecode, values.itemsize)
        size = memoryview(values).nbytes
        places.append((name, code, item_bytes, size, crc32(values)))
    data = json.dumps({**head, "byteorder": sys.byteorder, "arrays": places}).encode()
    try:
        _remove_abandoned(fresh)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError:
        return False
    try:
        with open(descriptor, "wb", buffering=0) as file:
            for part in (_MAGIC, b"%08x%08x" % (len(data), crc32(data)), data, *arrays.values()):
                _write_all(file.fileno(), part)
        os.rename(fresh, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(fresh)
        return False
    return True


def _write_all(descriptor: int, part: bytes | array[int]) -> None:
    view = memoryview(part).cast("B") if part else memoryview(b"")
    while view:
        view = view[os.write(descriptor, view) :]


def _remove_abandoned(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        if time.time() - os.stat(path).st_mtime > _ABANDONED_S:
            os.unlink(path)
