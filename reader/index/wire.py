"""What goes through the pipes between the program and the processes that read files for it.

Numbers and texts in columns, which a call into C each takes apart: a tenth of the time that reading the
files takes. Nothing that comes back is ever run, and what has another shape is refused.
"""

from __future__ import annotations

import json
import os
import struct
from array import array
from collections.abc import Iterable, Sequence
from typing import Final

from reader.index.reading import Line, Reading
from reader.model import Problem, ProblemKind

SIZE: Final = struct.Struct("<I")
"""Comes before every message: its length in bytes."""

_PARTS: Final = struct.Struct("<II")  # lengths of the first two parts of an answer in bytes
_NUMBERS: Final = Line._fields.index("title")
_TEXTS: Final = len(Line._fields) - _NUMBERS
_MAY_BE_NONE: Final = Line._fields.index("flags")  # so many of the numbers
_NONE: Final = -(1 << 63)
_END: Final = b"\0"  # clean texts have none, nor can a path


def pack_paths(paths: Iterable[str]) -> bytes:
    """Paths as a message."""
    return _END.join(map(os.fsencode, paths))


def unpack_paths(message: bytes) -> list[str]:
    """What was packed."""
    return list(map(os.fsdecode, message.split(_END)))


def pack(readings: Sequence[Reading]) -> bytes:
    """Readings as a message.

    Raises:
        ValueError: If a text is not clean, or a number out of all range.
    """
    lines = [line for line, _ in readings if line]
    numbers, texts = array("q"), b""
    if lines:
        columns = list(zip(*lines, strict=True))
        try:
            for column in columns[:_MAY_BE_NONE]:
                numbers.extend([_NONE if number is None else number for number in column])
            for column in columns[_MAY_BE_NONE:_NUMBERS]:
                numbers.extend(column)
        except OverflowError as error:
            raise ValueError(error) from error
        texts = _END.join([_END.join(map(str.encode, column)) for column in columns[_NUMBERS:]])
        if texts.count(_END) != len(lines) * _TEXTS - 1:
            raise ValueError("a text is not clean")
    odd = ""
    if len(lines) < len(readings) or any(problems for _, problems in readings):
        odd = json.dumps(
            [
                [line is None, [[p.line, p.reason, p.kind.value] for p in problems]]
                for line, problems in readings
            ]
        )
    parts = (numbers.tobytes(), texts, odd.encode())
    return b"".join((_PARTS.pack(len(parts[0]), len(parts[1])), *parts))


def unpack(message: bytes, paths: Sequence[str]) -> list[Reading]:
    """What was packed, of the files at these paths.

    Raises:
        ValueError: If it was nothing of the kind.
    """
    try:
        numbers_end, texts_end = _PARTS.unpack_from(message)
        numbers_end += _PARTS.size
        texts_end += numbers_end
        lines = _lines(message[_PARTS.size : numbers_end], message[numbers_end:texts_end].decode())
        if texts_end == len(message):
            if len(lines) != len(paths):
                raise ValueError("other files than asked for")
            return [(line, ()) for line in lines]
        return _with_odd(json.loads(message[texts_end:]), lines, paths)
    except (struct.error, TypeError, RecursionError) as error:
        raise ValueError(error) from error


def _lines(numbers: bytes, texts: str) -> list[Line]:
    columns = array("q", numbers)
    count = len(columns) // _NUMBERS
    words = texts.split(_END.decode()) if count else []
    if len(columns) != count * _NUMBERS or len(words) != count * _TEXTS:
        raise ValueError("columns of different lengths")
    found: list[Sequence[int | None] | Sequence[str]] = []
    for at in range(_NUMBERS):
        column = columns[at * count : (at + 1) * count]
        is_full = at >= _MAY_BE_NONE or _NONE not in column
        found.append(column if is_full else [None if number == _NONE else number for number in column])
    found += [words[at * count : (at + 1) * count] for at in range(_TEXTS)]
    return list(map(Line._make, zip(*found, strict=True)))


def _with_odd(odd: list[list[object]], lines: Sequence[Line], paths: Sequence[str]) -> list[Reading]:
    rest = iter(lines)
    readings: list[Reading] = []
    for path, (is_none, problems) in zip(paths, odd, strict=True):
        if not isinstance(problems, list):
            raise TypeError("no list of problems")
        told = tuple(Problem(path, *_problem(*problem)) for problem in problems)
        line = None if is_none else next(rest, None)
        if line is None and not is_none:
            raise ValueError("too few stories")
        readings.append((line, told))
    if next(rest, None):
        raise ValueError("too many stories")
    return readings


def _problem(line: object, reason: object, kind: object) -> tuple[int, str, ProblemKind]:
    if not (isinstance(line, int) and isinstance(reason, str) and isinstance(kind, str)):
        raise TypeError("no problem")
    return line, reason, ProblemKind(kind)
