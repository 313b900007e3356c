r"""The marks on the disk: files that are only ever appended to.

In the config folder lie ``state.jsonl``, the empty ``state.lock`` which writers hold while they write, and
what sync tools leave there: every ``state*.jsonl`` is read and counts. Where ``state.<hostname>.jsonl``
exists, this machine writes only there: one writer a file, so no conflicts, and safe on a network drive
whose appends from two machines may collide. Reading needs no lock.

A torn last line (a process killed or a power cut while writing) costs that line only: who writes next ends
it first. On a file system without locks lines are appended all the same, each batch in one write, but
nothing is cut off after a failure and nothing is ever compacted.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from reader.state import register
from reader.state.disk import Disk
from reader.state.reading import ReadLog, Seen, Stamp, file_of, stamp_of
from reader.values import dataclass, field

COMPACT_LINES: Final = 10_000
"""Up to this many lines a log is left alone: it loads in about 15 ms."""

_REWRITES: Final = 3
_LOCK_PAUSE_S: Final = 0.0005
_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL})
_NO_SYNC: Final = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})


@dataclass(slots=True)
class Unsynced:
    """Lines that were written, but that a power cut may still take.

    Attributes:
        lines: As they were given to `MarkLog.append`.
        file: Device and inode they went into.
        is_new: Whether the file's name may not be on the medium either.
    """

    file: tuple[int, int]
    lines: list[bytes] = field(default_factory=list)
    is_new: bool = False


class MarkLog(ReadLog):
    """Reads, appends to and compacts the files of marks in one folder. Not thread-safe, but for `sync`.

    Args:
        folder: The config folder; it need not exist.
        disk: What the calls to the system go through.
        host: This machine's name; by default what the system says.
    """

    def __init__(self, folder: Path, disk: Disk | None = None, host: str = "") -> None:
        super().__init__(folder, disk, host)
        self._unsynced: Unsynced | None = None
        self._named: tuple[int, int] | None = None  # the file whose name we brought onto the medium
        self._has_locks = True

    @property
    def line_count(self) -> int:
        """Lines in the files that `compact` would draw together."""
        return sum(seen.lines for name, seen in self._seen.items() if self._is_foldable(name))

    def append(self, lines: Sequence[bytes], patience_s: float = 0.0) -> bool:
        r"""Write lines, each ending on ``\n``, in one go; safe against the end of the process at once.

        Args:
            lines: At least one.
            patience_s: How long to wait for another writer.

        Returns:
            False where another writer had the file all the time: nothing was written.

        Raises:
            OSError: Nothing was written, or as good as: writing it again does no harm.
        """
        self._disk.make_folder(self._folder)
        with self._lock(patience_s) as is_ours:
            if not is_ours:
                return False
            data = b"".join(lines)
            for _ in range(_REWRITES):
                if self._write_behind(data, lines):
                    return True
        raise OSError(errno.EBUSY, "the file of marks is replaced all the time")

    def take_unsynced(self) -> Unsynced | None:
        """What `sync` has to do: everything appended since the last time, None if nothing was."""
        unsynced, self._unsynced = self._unsynced, None
        return unsynced

    def sync(self, unsynced: Unsynced) -> bool:
        """Bring lines onto the medium. Takes its time; meanwhile other threads may go on appending.

        Returns:
            False where the file was replaced after they were written: append them again.

        Raises:
            OSError: They may be lost: append them again.
        """
        try:
            descriptor = self._disk.open(self.path, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            if file_of(self._disk.fstat(descriptor)) != unsynced.file:
                return False
            self._flush(descriptor, is_data_enough=True)
        finally:
            self._disk.close(descriptor)
        if unsynced.is_new:
            self._sync_folder(self.path.parent)
            self._named = unsynced.file
        return True

    def compact(self, patience_s: float = 0.0, *, is_asked: bool = False) -> bool:
        """Write the file anew without the lines that no longer count, and fold conflict copies in.

        Only done when there are more than `COMPACT_LINES` and more than half are dead. Lines that count in
        some field go over byte for byte, and so do damaged ones. The old file stays as ``.bak``, copies are
        renamed to ``.merged``.

        Args:
            patience_s: How long to wait for another writer.
            is_asked: Whether a person wants it: then it is done if there is anything to do at all.

        Returns:
            Whether it was done; not so where another writer has the file, or the system has no locks.

        Raises:
            OSError: No line was lost. A person is told in this way that another writer has the file.
        """
        with self._lock(patience_s) as is_ours:
            is_free = is_ours and self._has_locks
            is_done = is_free and self._compact(is_asked=is_asked)
        if is_asked and not is_free:
            raise OSError(errno.EBUSY, "another newsreader is writing, or the drive knows no locks")
        return is_done

    def _compact(self, *, is_asked: bool) -> bool:
        """The same, other writers kept away."""
        names = [name for name in self._names() if self._is_foldable(name)]
        stamps, data = self._whole(names)
        lines = register.split(data)
        alive = register.alive(lines)
        if is_asked:
            is_due = len(alive) < len(lines) or len(names) > 1
        else:
            is_due = len(lines) > COMPACT_LINES and 2 * len(alive) < len(lines)
        return is_due and self._replace(stamps, lines, alive)

    def _is_foldable(self, name: str) -> bool:
        # The file of another machine is written there: only sync tools' copies are ours to take in.
        return name == self.path.name or "sync-conflict-" in name or "conflicted copy" in name.lower()

    def _write_behind(self, data: bytes, lines: Sequence[bytes]) -> bool:
        """Write at the end of the file; False where it was replaced meanwhile."""
        descriptor = self._disk.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        try:
            info = self._disk.fstat(descriptor)
            if self._unsynced and self._unsynced.file != file_of(info):
                # Replaced since the last press: what went into the old file may be in no file now.
                data = b"".join(self._unsynced.lines) + data
            self._write_or_undo(descriptor, info, data)
        finally:
            self._disk.close(descriptor)
        try:
            there = self._disk.stat(self.path)
        except FileNotFoundError:
            return False
        if file_of(there) != file_of(info):
            return False
        self._note_written(data, lines, info.st_size, there)
        return True

    def _write_or_undo(self, descriptor: int, info: os.stat_result, data: bytes) -> None:
        size = info.st_size
        is_torn = size > 0 and self._disk.read(descriptor, 1, size - 1) != b"\n"
        try:
            self._write(descriptor, b"\n" + data if is_torn else data)
        except OSError:
            # Without a lock the end may be another's.
            if self._has_locks:
                with suppress(OSError):
                    self._disk.truncate(descriptor, size)
                    self._note_undone(info, self._disk.fstat(descriptor))
            raise

    def _note_undone(self, before: os.stat_result, after: os.stat_result) -> None:
        seen = self._seen.get(self.path.name)
        if seen and seen.stamp == stamp_of(before):
            seen.stamp = stamp_of(after)

    def _note_written(self, data: bytes, lines: Sequence[bytes], size: int, info: os.stat_result) -> None:
        if self._unsynced is None:
            self._unsynced = Unsynced(file_of(info))
        self._unsynced.file = file_of(info)
        self._unsynced.lines += lines
        # Whoever made the file, or put it in place of another, may not have got to syncing the folder yet.
        self._unsynced.is_new |= file_of(info) != self._named
        seen = self._seen.setdefault(self.path.name, Seen((*file_of(info), 0, 0)))
        # Ours need not be read again, unless others' lines or a torn one stand before them.
        if seen.stamp[:2] == file_of(info) and seen.offset == size and info.st_size == size + len(data):
            seen.advance(data, data.count(b"\n"))
            seen.stamp = stamp_of(info)

    def _write(self, descriptor: int, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[self._disk.write(descriptor, left) :]

    def _whole(self, names: Sequence[str]) -> tuple[dict[Path, Stamp], bytes]:
        """What these files hold, as one, and their stamps; a torn last line ends where its file ends."""
        stamps: dict[Path, Stamp] = {}
        blocks: list[bytes] = []
        for name in names:
            descriptor = self._disk.open(self._folder / name, os.O_RDONLY)
            try:
                stamps[self._folder / name] = stamp_of(self._disk.fstat(descriptor))
                for block in self._blocks(descriptor, 0):
                    blocks += (block, b"" if block.endswith(b"\n") else b"\n")
            finally:
                self._disk.close(descriptor)
        return stamps, b"".join(blocks)

    def _replace(self, stamps: dict[Path, Stamp], lines: list[bytes], alive: list[bytes]) -> bool:
        # A link to a file kept elsewhere (dotfiles) stays one.
        target = Path(os.path.realpath(self.path))
        fresh, spare = (target.with_name(f"{target.name}.{end}") for end in ("tmp", "bak.tmp"))
        try:
            bad = self._write_and_check(fresh, lines, alive)
            if stamp_of(self._disk.stat(self.path)) != stamps.pop(self.path, None):
                return False
            # One may lie here from a process killed at this point.
            with suppress(FileNotFoundError):
                self._disk.remove(spare)
            self._disk.link(target, spare)
            self._disk.rename(spare, target.with_name(f"{target.name}.bak"))
            self._disk.rename(fresh, target)
        finally:
            for path in (fresh, spare):
                with suppress(OSError):
                    self._disk.remove(path)
        self._sync_folder(target.parent)
        self._unsynced = None
        self._retire(stamps)
        self._note_compacted(alive, bad)
        return True

    def _write_and_check(self, path: Path, lines: list[bytes], alive: list[bytes]) -> int:
        """Write the new file and read it back; gives how many damaged lines it holds."""
        descriptor = self._disk.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        try:
            self._write(descriptor, b"".join(line + b"\n" for line in alive))
            self._flush(descriptor)
            back = b"".join(self._blocks(descriptor, 0))
        finally:
            self._disk.close(descriptor)
        values, bad = register.meaning(register.split(back))
        if (values, bad) != register.meaning(lines):
            raise OSError(errno.EIO, "the compacted marks differ from the old ones")
        return len(bad)

    def _retire(self, copies: dict[Path, Stamp]) -> None:
        for path, stamp in copies.items():
            if stamp_of(self._disk.stat(path)) == stamp:
                self._disk.rename(path, path.with_name(f"{path.name}.merged"))
                self._seen.pop(path.name, None)

    def _note_compacted(self, alive: list[bytes], bad: int) -> None:
        seen = Seen(stamp_of(self._disk.stat(self.path)))
        seen.advance(b"".join(line + b"\n" for line in alive), len(alive), bad)
        self._seen[self.path.name] = seen

    @contextmanager
    def _lock(self, patience_s: float) -> Iterator[bool]:
        """Whether no other writer has the files as long as this lasts."""
        descriptor = self._disk.open(self._folder / "state.lock", os.O_RDWR | os.O_CREAT)
        try:
            yield self._grab(descriptor, time.monotonic() + patience_s)
        finally:
            self._disk.close(descriptor)

    def _grab(self, descriptor: int, deadline: float) -> bool:
        try:
            while not self._disk.lock(descriptor):
                if time.monotonic() >= deadline:
                    return False
                time.sleep(_LOCK_PAUSE_S)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            self._has_locks = False
        return True

    def _sync_folder(self, folder: Path) -> None:
        descriptor = self._disk.open(folder, os.O_RDONLY)
        try:
            self._flush(descriptor)
        finally:
            self._disk.close(descriptor)

    def _flush(self, descriptor: int, *, is_data_enough: bool = False) -> None:
        try:
            (self._disk.sync_data if is_data_enough else self._disk.sync)(descriptor)
        except OSError as error:
            if error.errno not in _NO_SYNC:
                raise
