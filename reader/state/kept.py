"""Where the lines that count stand in the files of marks: a start then reads those alone that came since.

It lies in the cache, and says nothing itself: every mark is read from its line. Where it does not fit the
files, all of them is read.
"""

from __future__ import annotations

import contextlib
import os
from array import array
from bisect import bisect_left
from collections.abc import Callable, Container, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Final
from zlib import crc32

from reader.arrays import open_arrays, write_arrays
from reader.state import register
from reader.state.disk import Disk
from reader.state.reading import BLOCK_BYTES, Place
from reader.state.register import Line
from reader.values import dataclass, field

_OFFSET_BITS: Final = 34
_FILE_BITS: Final = 6
_KEY_BITS: Final = 24
_BUCKETS: Final = 256
_WHERE: Final = (1 << _OFFSET_BITS + _FILE_BITS) - 1
_NOTES_LIMIT: Final = 10_000
_READ_BYTES: Final = 1_024


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of the files.

    Attributes:
        places: How far each file had been read, in their order.
        noted: The stories that lines with a note speak of.
        entries: Of each line that counts the lower part of its story's hash, its file and its place, sorted
            within each upper part.
        starts: Where each upper part begins among them, and the end of the last.
    """

    places: dict[str, Place]
    noted: frozenset[str]
    entries: array[int]
    starts: array[int]

    def of(self, hashed: int) -> Iterator[tuple[int, int]]:
        """File and place of each line of a story with this `hash_of`."""
        upper, lower = divmod(hashed, 1 << _KEY_BITS)
        first, last = self.starts[upper], self.starts[upper + 1]
        at = bisect_left(self.entries, lower << _OFFSET_BITS + _FILE_BITS, first, last)
        while at < last and self.entries[at] >> _OFFSET_BITS + _FILE_BITS == lower:
            yield divmod(self.entries[at] & _WHERE, 1 << _OFFSET_BITS)
            at += 1


@dataclass(slots=True)
class KeptLines:
    """The lines that something kept leads to, out of files that stay open whatever becomes of their names."""

    kept: Kept
    disk: Disk
    descriptors: list[int] = field(default_factory=list)

    def open(self, folder: Path) -> None:
        """Open the files.

        Raises:
            OSError: If one cannot be opened.
        """
        for name in self.kept.places:
            self.descriptors.append(self.disk.open(folder / name, os.O_RDONLY))

    def __del__(self) -> None:
        while self.descriptors:
            with contextlib.suppress(OSError):
                self.disk.close(self.descriptors.pop())

    def __call__(self, story_id: str) -> list[Line]:
        """The story's lines among those kept."""
        lines = (self.line(file, offset) for file, offset in self.kept.of(hash_of(story_id)))
        return [line for line in lines if line is not None and line["id"] == story_id]

    def every(self) -> Iterator[list[Line]]:
        """All sound lines of the files, as far as they were read, in pieces.

        Raises:
            OSError: If one cannot be read.
        """
        for descriptor, place in zip(self.descriptors, self.kept.places.values(), strict=True):
            offset = 0
            while data := self.disk.read(descriptor, min(BLOCK_BYTES, place.offset - offset), offset):
                block = data[: data.rfind(b"\n") + 1] or data
                offset += len(block)
                yield [line for line in register.parse(block) if line is not None]

    def line(self, file: int, offset: int) -> Line | None:
        """The line at a place; None where none is any more."""
        data, size = b"", _READ_BYTES
        while (end := data.find(b"\n") + 1) == 0:
            try:
                data = self.disk.read(self.descriptors[file], size, offset)
            except (OSError, IndexError):
                return None
            if len(data) < size and b"\n" not in data:
                return None
            size *= 4
        return next(iter(register.parse(data[:end])), None)


class Builder:
    """Gathers where lines stand."""

    def __init__(self) -> None:
        self._buckets = [array("Q") for _ in range(_BUCKETS)]

    def add(self, story_id: str, file: int, offset: int) -> None:
        """A line that counts.

        Raises:
            OverflowError: If the files are too many or too long.
        """
        if file >> _FILE_BITS or offset >> _OFFSET_BITS:
            raise OverflowError(offset)
        upper, lower = divmod(hash_of(story_id), 1 << _KEY_BITS)
        self._buckets[upper].append((lower << _FILE_BITS | file) << _OFFSET_BITS | offset)

    def add_kept(self, kept: Kept, without: Container[int]) -> None:
        """All that was kept before, of files that still have the same numbers.

        Args:
            kept: What was kept.
            without: But not of stories with these hashes.
        """
        for upper, bucket in enumerate(self._buckets):
            key = upper << _KEY_BITS
            entries = kept.entries[kept.starts[upper] : kept.starts[upper + 1]]
            shift = _OFFSET_BITS + _FILE_BITS
            bucket.extend(entry for entry in entries if key | entry >> shift not in without)

    def kept(self, places: dict[str, Place], noted: frozenset[str]) -> Kept:
        """All of it."""
        starts = array("Q", accumulate(map(len, self._buckets), initial=0))
        entries = array("Q")
        for bucket in self._buckets:  # one by one, so that other threads get their turn
            entries.extend(sorted(bucket))
        return Kept(places, noted, entries, starts)


def read_kept(path: str) -> Kept | None:
    """What `write_kept` wrote; None where there is nothing sound."""
    file = open_arrays(path)
    if file is None:
        return None
    try:
        places = {str(name): Place(*map(int, place)) for name, place in file.head["places"].items()}
        return Kept(places, frozenset(file.head["noted"]), file.read("entries"), file.read("starts"))
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        return None
    finally:
        file.close()


def write_kept(path: str, kept: Kept) -> bool:
    """Keep it; false where that cannot be."""
    if len(kept.noted) > _NOTES_LIMIT:
        return False
    head = {"places": kept.places, "noted": sorted(kept.noted)}
    return write_arrays(path, head, {"entries": kept.entries, "starts": kept.starts})


def located(
    data: bytes, offset: int, parse: Callable[[bytes], list[Line | None]] = register.parse
) -> Iterator[tuple[int, Line]]:
    """The sound lines of a block that begins at `offset`, each with where it begins."""
    parsed = iter(parse(data))
    for raw in data.split(b"\n"):
        if raw.strip() and (line := next(parsed)) is not None:
            yield offset, line
        offset += len(raw) + 1


def hash_of(story_id: str) -> int:
    """32 bits of an id."""
    return crc32(story_id.encode("utf-8", "surrogatepass"))
