"""Reading the files of marks: what came since the last time, and how far that is."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

from reader.state import register
from reader.state.disk import Disk
from reader.state.register import Line
from reader.values import dataclass, replace

BLOCK_BYTES: Final = 262_144
"""Read and parsed at once; a damaged line slows down the parsing of its block only."""

_TAIL_BYTES: Final = 64
_EDGE_BYTES: Final = 4_096

Stamp = tuple[int, int, int, int]
"""Device, inode, size in bytes and mtime in ns of a file."""


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
class Seen:
    """How far one file has been read.

    Attributes:
        stamp: Device, inode, size in bytes and mtime in ns when it was looked at last.
        offset: Behind the last complete line taken in.
        tail: The bytes before `offset`: others there mean that the file was written anew.
        lines: Complete lines so far, blank ones left out.
        bad: How many of them are damaged.
    """

    stamp: Stamp = (0, 0, 0, 0)
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


class ReadLog:
    """Every ``state*.jsonl`` of a folder, as far as it was read. Reading needs no lock. Not thread-safe.

    Args:
        folder: The config folder; it need not exist.
        disk: What the calls to the system go through.
        host: This machine's name; by default what the system says.
    """

    def __init__(self, folder: Path, disk: Disk | None = None, host: str = "") -> None:
        self._folder = folder
        self._disk = disk or Disk()
        self._own_name = f"state.{host or os.uname().nodename}.jsonl"
        self._seen: dict[str, Seen] = {}
        self.path = folder / "state.jsonl"
        """The file that is written to; settled by the first `read_new`."""
        self.read_error: OSError | None = None
        """Why something could not be read in the last `read_new`."""

    @property
    def bad_lines(self) -> int:
        """Damaged lines in all files; a torn last line counts once another follows it."""
        # Another thread may be reading: a copy of the values is taken in one step.
        return sum(seen.bad for seen in tuple(self._seen.values()))

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

    def _names(self) -> list[str]:
        try:
            names = self._disk.names(self._folder)
        except FileNotFoundError:
            return []
        except OSError as error:
            self.read_error = error
            return []
        return sorted(name for name in names if name.startswith("state") and name.endswith(".jsonl"))

    def _read_file(self, name: str) -> Iterator[list[Line]]:
        path = self._folder / name
        old = self._seen.get(name)
        info = self._disk.stat(path)
        if not stat.S_ISREG(info.st_mode) or (old and old.stamp == stamp_of(info)):
            return
        descriptor = self._disk.open(path, os.O_RDONLY)
        try:
            info = self._disk.fstat(descriptor)
            is_longer = old is not None and self._is_longer(descriptor, info, old)
            seen = replace(old if old and is_longer else Seen(), stamp=stamp_of(info))
            for block in self._blocks(descriptor, seen.offset):
                parsed = register.parse(block)
                sound = [line for line in parsed if line is not None]
                if block.endswith(b"\n"):
                    seen.advance(block, len(parsed), len(parsed) - len(sound))
                yield sound
        finally:
            self._disk.close(descriptor)
        self._seen[name] = seen

    def _place(self, name: str, seen: Seen) -> Place:
        descriptor = self._disk.open(self._folder / name, os.O_RDONLY)
        try:
            info = self._disk.fstat(descriptor)
            inode = info.st_ino if file_of(info) == seen.stamp[:2] else 0
            ends = self._ends(descriptor, seen.offset)
            return Place(inode, seen.offset, *ends, info.st_size, info.st_mtime_ns, seen.lines, seen.bad)
        finally:
            self._disk.close(descriptor)

    def _ends(self, descriptor: int, offset: int) -> tuple[int, int]:
        """What the file begins with, and what stands before `offset`, as hashes."""
        edge = min(offset, _EDGE_BYTES)
        first, last = (self._disk.read(descriptor, edge, start) for start in (0, offset - edge))
        return crc32(first), crc32(last)

    def _seen_at(self, name: str, place: Place) -> Seen | None:
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
            stamp = stamp_of(info) if is_whole else (*file_of(info), -1, 0)
            return Seen(stamp, place.offset, tail, place.lines, place.bad)
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

    def _is_longer(self, descriptor: int, info: os.stat_result, old: Seen) -> bool:
        """Whether the file is the one known and has only been appended to."""
        if file_of(info) != old.stamp[:2] or info.st_size == old.stamp[2] or info.st_size < old.offset:
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


def file_of(info: os.stat_result) -> tuple[int, int]:
    """Device and inode: which file it is."""
    return info.st_dev, info.st_ino


def stamp_of(info: os.stat_result) -> Stamp:
    """What tells a file that was written to from the same file before."""
    return info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns
