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
import stat
import time
from binascii import crc32
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from reader.state import register
from reader.state.disk import Disk
from reader.state.register import Line
from reader.values import dataclass, field, replace

COMPACT_LINES: Final = 10_000
"""Up to this many lines a log is left alone: it loads in about 15 ms."""

BLOCK_BYTES: Final = 262_144
"""Read and parsed at once; a damaged line slows down the parsing of its block only."""

_TAIL_BYTES: Final = 64
_REWRITES: Final = 3
_LOCK_PAUSE_S: Final = 0.0005
_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL})
_NO_SYNC: Final = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})

_EDGE_BYTES: Final = 4_096

_Stamp = tuple[int, int, int, int]


class Place(NamedTuple):
    """How far a file has been read, and what tells it from others; JSON can hold it.

    Attributes:
        inode: Of the file.
        offset: Behind the last complete line.
        first: Hash of what the file begins with.
        last: Hash of what stands before the place.
        size: Of the file then, in bytes.
        mtime_ns: When it was written last.
        lines: Complete lines up to the place.
        bad: How many of them are damaged.
    """

    inode: int
    offset: int
    first: int
    last: int
    size: int
    mtime_ns: int
    lines: int
    bad: int


@dataclass(slots=True)
class _Seen:
    """How far one file has been read.

    Attributes:
        stamp: Device, inode, size in bytes and mtime in ns when it was looked at last.
        offset: Behind the last complete line taken in.
        tail: The bytes before `offset`: others there mean that the file was written anew.
        lines: Complete lines so far, blank ones left out.
        bad: How many of them are damaged.
    """

    stamp: _Stamp = (0, 0, 0, 0)
    offset: int = 0
    tail: bytes = b""
    lines: int = 0
    bad: int = 0

    def advance(self, data: bytes, lines: int, bad: int = 0) -> None:
        """Go on behind `data`, which ends on a line's end."""
        self.offset += len(data)
        self.tail = (self.tail + data[-_TAIL_BYTES:])[-_TAIL_BYTES:]
        self.lines += lines
        self.bad += bad


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


class MarkLog:
    """Reads, appends to and compacts the files of marks in one folder. Not thread-safe, but for `sync`.

    Args:
        folder: The config folder; it need not exist.
        disk: What the calls to the system go through.
        host: This machine's name; by default what the system says.
    """

    def __init__(self, folder: Path, disk: Disk | None = None, host: str = "") -> None:
        self._folder = folder
        self._disk = disk or Disk()
        self._own_name = f"state.{host or os.uname().nodename}.jsonl"
        self._seen: dict[str, _Seen] = {}
        self._unsynced: Unsynced | None = None
        self._named: tuple[int, int] | None = None  # the file whose name we brought onto the medium
        self._has_locks = True
        self.path = folder / "state.jsonl"
        """The file that is written to; settled by the first `read_new`."""
        self.read_error: OSError | None = None
        """Why something could not be read in the last `read_new`."""

    @property
    def bad_lines(self) -> int:
        """Damaged lines in all files; a torn last line counts once another follows it."""
        # Another thread may be reading: a copy of the values is taken in one step.
        return sum(seen.bad for seen in tuple(self._seen.values()))

    @property
    def line_count(self) -> int:
        """Lines in the files that `compact` would draw together."""
        return sum(seen.lines for name, seen in self._seen.items() if self._is_foldable(name))

    def read_new(self) -> Iterator[list[Line]]:
        """The sound lines that came since the last time, in pieces; all of a file that was replaced.

        A last line without its end is given too if it is whole, and again when its end has come. What
        cannot be read is left for the next time, and told in `read_error`.
        """
        self.read_error = None
        names = self._names()
        if not self._seen and self._own_name in names:
            self.path = self._folder / self._own_name
        for name in names:
            try:
                yield from self._read_file(name)
            except FileNotFoundError:
                self._seen.pop(name, None)
            except OSError as error:
                self.read_error = error
        if self.read_error is None:
            self._seen = {name: seen for name, seen in self._seen.items() if name in names}

    def position(self) -> dict[str, Place]:
        """How far each file has been read, for `resume` and `changed_since` of another process.

        Raises:
            OSError: If they cannot be read again.
        """
        return {name: self._place(name, seen) for name, seen in self._seen.items()}

    def resume(self, places: Mapping[str, Place]) -> bool:
        """Take the files for read up to these places, if they still are what they were; call it first."""
        seen = {}
        try:
            for name, place in places.items():
                found = self._seen_at(name, place)
                if found is None:
                    return False
                seen[name] = found
        except OSError:
            return False
        self._seen = seen
        if self._own_name in seen:
            self.path = self._folder / self._own_name
        return True

    def lines_up_to(self, name: str, start: int, end: int) -> Iterator[tuple[int, bytes]]:
        """Blocks of a file from `start` up to `end`, both behind a line, each with where it begins.

        Raises:
            OSError: If it cannot be read.
        """
        descriptor = self._disk.open(self._folder / name, os.O_RDONLY)
        try:
            for block in self._blocks(descriptor, start):
                if start + len(block) > end:
                    block = block[: end - start]
                if block:
                    yield start, block
                start += len(block)
                if start >= end:
                    return
        finally:
            self._disk.close(descriptor)

    def changed_since(self, places: Mapping[str, Place]) -> set[str] | None:
        """The stories that lines behind these places speak of: all that is new since then.

        None where that is not known, or more than is worth reading: the files are then others.

        Raises:
            OSError: If they cannot be read.
        """
        names = self._names()
        if self.read_error is not None or not places.keys() <= set(names):
            return None
        changed: set[str] = set()
        for name in names:
            lines = self._lines_behind(name, places.get(name))
            if lines is None:
                return None
            changed.update(line["id"] for line in lines if line is not None)
        return changed

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
            if _file(self._disk.fstat(descriptor)) != unsynced.file:
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

    def _names(self) -> list[str]:
        try:
            names = self._disk.names(self._folder)
        except FileNotFoundError:
            return []
        except OSError as error:
            self.read_error = error
            return []
        return sorted(name for name in names if name.startswith("state") and name.endswith(".jsonl"))

    def _is_foldable(self, name: str) -> bool:
        # The file of another machine is written there: only sync tools' copies are ours to take in.
        return name == self.path.name or "sync-conflict-" in name or "conflicted copy" in name.lower()

    def _read_file(self, name: str) -> Iterator[list[Line]]:
        path = self._folder / name
        old = self._seen.get(name)
        info = self._disk.stat(path)
        if not stat.S_ISREG(info.st_mode) or (old and old.stamp == _stamp(info)):
            return
        descriptor = self._disk.open(path, os.O_RDONLY)
        try:
            info = self._disk.fstat(descriptor)
            is_longer = old is not None and self._is_longer(descriptor, info, old)
            seen = replace(old if old and is_longer else _Seen(), stamp=_stamp(info))
            for block in self._blocks(descriptor, seen.offset):
                parsed = register.parse(block)
                sound = [line for line in parsed if line is not None]
                if block.endswith(b"\n"):
                    seen.advance(block, len(parsed), len(parsed) - len(sound))
                yield sound
        finally:
            self._disk.close(descriptor)
        self._seen[name] = seen

    def _place(self, name: str, seen: _Seen) -> Place:
        descriptor = self._disk.open(self._folder / name, os.O_RDONLY)
        try:
            info = self._disk.fstat(descriptor)
            inode = info.st_ino if _file(info) == seen.stamp[:2] else 0
            ends = self._ends(descriptor, seen.offset)
            return Place(inode, seen.offset, *ends, info.st_size, info.st_mtime_ns, seen.lines, seen.bad)
        finally:
            self._disk.close(descriptor)

    def _ends(self, descriptor: int, offset: int) -> tuple[int, int]:
        """What the file begins with, and what stands before `offset`, as hashes."""
        edge = min(offset, _EDGE_BYTES)
        first, last = (self._disk.read(descriptor, edge, start) for start in (0, offset - edge))
        return crc32(first), crc32(last)

    def _seen_at(self, name: str, place: Place) -> _Seen | None:
        """What is to be known of a file that was read up to a place; None where it is another by now."""
        descriptor = self._disk.open(self._folder / name, os.O_RDONLY)
        try:
            info = self._disk.fstat(descriptor)
            is_same = (
                stat.S_ISREG(info.st_mode)
                and info.st_ino == place.inode
                and info.st_size >= place.offset >= 0
                # As long as before, but written to: not only at its end.
                and (info.st_size != place.size or info.st_mtime_ns == place.mtime_ns)
                and self._ends(descriptor, place.offset) == (place.first, place.last)
            )
            if not is_same:
                return None
            length = min(place.offset, _TAIL_BYTES)
            tail = self._disk.read(descriptor, length, place.offset - length)
            is_whole = info.st_size == place.offset
            stamp = _stamp(info) if is_whole else (*_file(info), -1, 0)
            return _Seen(stamp, place.offset, tail, place.lines, place.bad)
        finally:
            self._disk.close(descriptor)

    def _lines_behind(self, name: str, place: Place | None) -> list[Line | None] | None:
        """The lines behind a place, or all; None where the file is another or they are too many."""
        info = self._disk.stat(self._folder / name)
        offset = place.offset if place else 0
        if not stat.S_ISREG(info.st_mode) or not 0 <= info.st_size - offset <= BLOCK_BYTES:
            return None
        if place is not None and self._seen_at(name, place) is None:
            return None
        descriptor = self._disk.open(self._folder / name, os.O_RDONLY)
        try:
            return [line for block in self._blocks(descriptor, offset) for line in register.parse(block)]
        finally:
            self._disk.close(descriptor)

    def _is_longer(self, descriptor: int, info: os.stat_result, old: _Seen) -> bool:
        """Whether the file is the one known and has only been appended to."""
        if _file(info) != old.stamp[:2] or info.st_size == old.stamp[2] or info.st_size < old.offset:
            return False
        tail = self._disk.read(descriptor, len(old.tail), old.offset - len(old.tail)) if old.tail else b""
        return tail == old.tail

    def _blocks(self, descriptor: int, offset: int) -> Iterator[bytes]:
        """The file from `offset` on, cut behind line ends; only the last block may lack one."""
        pieces: list[bytes] = []
        while data := self._disk.read(descriptor, BLOCK_BYTES, offset):
            offset += len(data)
            cut = data.rfind(b"\n") + 1
            if cut:
                yield b"".join((*pieces, data[:cut]))
                pieces.clear()
            if cut < len(data):
                pieces.append(data[cut:])
        if pieces:
            yield b"".join(pieces)

    def _write_behind(self, data: bytes, lines: Sequence[bytes]) -> bool:
        """Write at the end of the file; False where it was replaced meanwhile."""
        descriptor = self._disk.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        try:
            info = self._disk.fstat(descriptor)
            if self._unsynced and self._unsynced.file != _file(info):
                # Replaced since the last press: what went into the old file may be in no file now.
                data = b"".join(self._unsynced.lines) + data
            self._write_or_undo(descriptor, info, data)
        finally:
            self._disk.close(descriptor)
        try:
            there = self._disk.stat(self.path)
        except FileNotFoundError:
            return False
        if _file(there) != _file(info):
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
        if seen and seen.stamp == _stamp(before):
            seen.stamp = _stamp(after)

    def _note_written(self, data: bytes, lines: Sequence[bytes], size: int, info: os.stat_result) -> None:
        if self._unsynced is None:
            self._unsynced = Unsynced(_file(info))
        self._unsynced.file = _file(info)
        self._unsynced.lines += lines
        # Whoever made the file, or put it in place of another, may not have got to syncing the folder yet.
        self._unsynced.is_new |= _file(info) != self._named
        seen = self._seen.setdefault(self.path.name, _Seen((*_file(info), 0, 0)))
        # Ours need not be read again, unless others' lines or a torn one stand before them.
        if seen.stamp[:2] == _file(info) and seen.offset == size and info.st_size == size + len(data):
            seen.advance(data, data.count(b"\n"))
            seen.stamp = _stamp(info)

    def _write(self, descriptor: int, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[self._disk.write(descriptor, left) :]

    def _whole(self, names: Sequence[str]) -> tuple[dict[Path, _Stamp], bytes]:
        """What these files hold, as one, and their stamps; a torn last line ends where its file ends."""
        stamps: dict[Path, _Stamp] = {}
        blocks: list[bytes] = []
        for name in names:
            descriptor = self._disk.open(self._folder / name, os.O_RDONLY)
            try:
                stamps[self._folder / name] = _stamp(self._disk.fstat(descriptor))
                for block in self._blocks(descriptor, 0):
                    blocks += (block, b"" if block.endswith(b"\n") else b"\n")
            finally:
                self._disk.close(descriptor)
        return stamps, b"".join(blocks)

    def _replace(self, stamps: dict[Path, _Stamp], lines: list[bytes], alive: list[bytes]) -> bool:
        # A link to a file kept elsewhere (dotfiles) stays one.
        target = Path(os.path.realpath(self.path))
        fresh, spare = (target.with_name(f"{target.name}.{end}") for end in ("tmp", "bak.tmp"))
        try:
            bad = self._write_and_check(fresh, lines, alive)
            if _stamp(self._disk.stat(self.path)) != stamps.pop(self.path, None):
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

    def _retire(self, copies: dict[Path, _Stamp]) -> None:
        for path, stamp in copies.items():
            if _stamp(self._disk.stat(path)) == stamp:
                self._disk.rename(path, path.with_name(f"{path.name}.merged"))
                self._seen.pop(path.name, None)

    def _note_compacted(self, alive: list[bytes], bad: int) -> None:
        seen = _Seen(_stamp(self._disk.stat(self.path)))
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


def _file(info: os.stat_result) -> tuple[int, int]:
    return info.st_dev, info.st_ino


def _stamp(info: os.stat_result) -> _Stamp:
    return info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns
