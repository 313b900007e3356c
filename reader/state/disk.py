"""The calls to the operating system that the marks need: the one place that is POSIX only.

Everything goes through an object, so that a test can make any one call fail.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from reader.locations import private_dir

FILE_MODE: Final = 0o600

# macOS has no fdatasync.
_datasync = getattr(os, "fdatasync", os.fsync)


class Disk:
    """Thin wrappers; each raises OSError, and nothing else."""

    def make_folder(self, path: Path) -> None:
        """Make the folder where it is missing, for its owner only."""
        private_dir(path)

    def names(self, folder: Path) -> list[str]:
        """What lies in the folder, in no order."""
        return os.listdir(folder)

    def stat(self, path: Path) -> os.stat_result:
        """Links are followed."""
        return os.stat(path)

    def open(self, path: Path, flags: int) -> int:
        """A descriptor; a file made by it is its owner's only. A pipe never blocks it."""
        return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, FILE_MODE)

    def close(self, descriptor: int) -> None:
        """Some file systems report here what writing did not."""
        os.close(descriptor)

    def fstat(self, descriptor: int) -> os.stat_result:
        """Of the open file, wherever its name leads by now."""
        return os.fstat(descriptor)

    def read(self, descriptor: int, size_bytes: int, offset: int) -> bytes:
        """At most `size_bytes` from `offset` on; empty at the end."""
        return os.pread(descriptor, size_bytes, offset)

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """How many bytes were taken, which may be fewer than given."""
        return os.write(descriptor, data)

    def truncate(self, descriptor: int, size_bytes: int) -> None:
        """Cut the file off."""
        os.ftruncate(descriptor, size_bytes)

    def sync_data(self, descriptor: int) -> None:
        """Content, and as much about it as reading it back needs, is on the medium."""
        _datasync(descriptor)

    def sync(self, descriptor: int) -> None:
        """The same with everything known about the file; works on a folder too."""
        os.fsync(descriptor)

    def lock(self, descriptor: int) -> bool:
        """Take the whole file without waiting; False while another holds it. Closing lets go."""
        import fcntl  # only who writes locks

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def rename(self, source: Path, target: Path) -> None:
        """Replaces `target` in one step."""
        os.rename(source, target)

    def link(self, source: Path, target: Path) -> None:
        """A second name for the same file."""
        os.link(source, target)

    def remove(self, path: Path) -> None:
        """Take a name away."""
        os.unlink(path)
