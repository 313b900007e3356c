"""Files of marks checked, compacted and merged because a person asks for it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from reader import clean
from reader.errors import StateError
from reader.state import register
from reader.state.disk import Disk
from reader.state.log import MarkLog
from reader.state.reading import BLOCK_BYTES
from reader.state.register import Line, Register
from reader.values import dataclass, field

DAMAGED_LIMIT: Final = 100
"""Damaged lines named one by one in each file."""

PATIENCE_S: Final = 5.0
"""How long to wait for another newsreader that writes."""

_BOM: Final = b"\xef\xbb\xbf"
_MARKERS: Final = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")


@dataclass(slots=True)
class Found:
    """What a file of marks holds.

    Attributes:
        path: The file.
        lines: How many there are, blank ones left out.
        damaged: The numbers of damaged ones, 1 and up, at most `DAMAGED_LIMIT`.
        damaged_count: How many are damaged.
        markers: How many are left there by a merge of git's; they mean nothing and harm nothing.
        taken: How many were written into the marks, by `merge`.
    """

    path: Path
    lines: int = 0
    damaged: list[int] = field(default_factory=list)
    damaged_count: int = 0
    markers: int = 0
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What several files say together.

    Attributes:
        files: Each by itself.
        lines: Lines of them all that still count.
        stories: Stories that are spoken of.
        read: How many of these are read.
        starred: How many have a star.
    """

    files: tuple[Found, ...]
    lines: int
    stories: int
    read: int
    starred: int


@dataclass(frozen=True, slots=True)
class Compacted:
    """What compacting did.

    Attributes:
        path: The file that is written to.
        before: Lines of it, and of the conflict copies beside it.
        after: Lines that are left; the same number where there was nothing to do.
        folded: Names of the conflict copies that were taken in.
    """

    path: Path
    before: int
    after: int
    folded: tuple[str, ...] = ()


def files_of(folder: Path) -> list[Path]:
    """The files in `folder` that hold marks, by name; may be empty."""
    return sorted(path for path in folder.glob("state*.jsonl") if path.is_file())


def check(paths: Sequence[Path]) -> Summary:
    """Look at files, which stay as they are.

    Raises:
        StateError: If one cannot be read.
    """
    together = Register()
    files: list[Found] = []
    for path in paths:
        found = Found(path)
        for _, parsed in _blocks(found):
            together.add(line for line in parsed if line is not None)
        files.append(found)
    marks = together.marks()
    return Summary(
        files=tuple(files),
        lines=together.count_lines(),
        stories=len(marks),
        read=sum(bool(mark.is_read) for mark in marks),
        starred=sum(bool(mark.is_starred) for mark in marks),
    )


def merge(folder: Path, paths: Sequence[Path], disk: Disk | None = None) -> list[Found]:
    """Write into the marks in `folder` what other files know better; those stay as they are.

    Raises:
        StateError: If a file cannot be read, or the marks cannot be written: then none was taken.
    """
    log = MarkLog(folder, disk)
    known = Register()
    _read(log, known)
    news: list[bytes] = []
    results: list[Found] = []
    for path in paths:
        found = Found(path)
        lines = [
            (raw, line)
            for raws, parsed in _blocks(found)
            for raw, line in zip(raws, parsed, strict=True)
            if line is not None
        ]
        known.add(line for _, line in lines)
        counting = known.surviving()
        better = [raw for raw, line in lines if id(line) in counting]
        found.taken = len(better)
        news += better
        results.append(found)
    if news:
        _append(log, news)
    return results


def compact(folder: Path, disk: Disk | None = None) -> Compacted:
    """Write the marks in `folder` anew without the lines that no longer count, and fold conflict copies in.

    The file that was stays beside it as ``.bak``, the copies as ``.merged``.

    Raises:
        StateError: If that cannot be done: then no line was lost.
    """
    log = MarkLog(folder, disk)
    _read(log, Register())
    before = log.line_count
    copies = {path.name for path in files_of(folder)}
    if not copies:
        return Compacted(log.path, 0, 0)
    try:
        log.compact(PATIENCE_S, is_asked=True)
    except OSError as error:
        raise StateError(f"the marks cannot be compacted: {_reason(error)}") from error
    folded = sorted(copies - {path.name for path in files_of(folder)})
    return Compacted(log.path, before, log.line_count, tuple(folded))


def _read(log: MarkLog, known: Register) -> None:
    for lines in log.read_new():
        known.add(lines)
    if log.read_error is not None:
        raise StateError(f"some marks cannot be read: {_reason(log.read_error)}") from log.read_error


def _append(log: MarkLog, lines: Sequence[bytes]) -> None:
    try:
        is_written = log.append([line + b"\n" for line in lines], PATIENCE_S)
        unsynced = log.take_unsynced()
        if unsynced is not None and not log.sync(unsynced):
            is_written = False
    except OSError as error:
        raise StateError(f"the marks cannot be written: {_reason(error)}") from error
    if not is_written:
        raise StateError("another newsreader is writing marks all the time; nothing was taken")


def _blocks(found: Found) -> Iterator[tuple[list[bytes], list[Line | None]]]:
    """The lines of a file piece by piece, with what each says; `found` is filled in on the way.

    Raises:
        StateError: If it cannot be read.
    """
    number = 0
    for block in _pieces(found.path):
        whole = block.removesuffix(b"\n").split(b"\n")
        raws = [line.removeprefix(_BOM) for line in whole if line.strip()]
        parsed = register.parse(b"\n".join(raws)) if raws else []
        each = iter(parsed)
        for line in whole:
            number += 1
            if line.strip():
                _count(found, number, line, next(each))
        yield raws, parsed


def _count(found: Found, number: int, raw: bytes, line: Line | None) -> None:
    found.lines += 1
    if line is not None:
        return
    if raw.startswith(_MARKERS):
        found.markers += 1
        return
    found.damaged_count += 1
    if len(found.damaged) < DAMAGED_LIMIT:
        found.damaged.append(number)


def _pieces(path: Path) -> Iterator[bytes]:
    """The file, cut behind line ends."""
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise StateError(f"{clean.path(str(path))} is no regular file")
            while block := file.read(BLOCK_BYTES):
                yield block if block.endswith(b"\n") else block + file.readline()
    except OSError as error:
        raise StateError(f"{clean.path(str(path))}: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    return clean.line(error.strerror or str(error)).lower()
