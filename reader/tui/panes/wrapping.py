"""Text in lines of so many cells: one regular expression for most text, word by word for wide characters."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

from rich.cells import cell_len, chop_cells

_CLOSING: Final = "\u3001\u3002\uff0c\uff0e\uff01\uff1f\uff1a\uff1b\u300d\u300f\uff09\u3011\u300b\u2026"
Span = tuple[int, int]
"""Where a line begins and ends in the text it was taken from."""


def wrap(text: str, width: int) -> list[Span]:
    """The lines of `text` in `width` cells, blanks at their ends left out.

    A word that is longer is broken. A line feed ends a line; a text without anything in it has no lines.
    """
    width = max(2, width)
    if text.isascii() or _narrow().fullmatch(text):
        return [match.span(1) for match in _narrow_lines(width).finditer(text)]
    return _wrap_wide(text, width)


def wrapped(text: str, width: int) -> list[str]:
    """The lines themselves."""
    return [text[start:end] for start, end in wrap(text, width)]


# Made when they are wanted: each takes some milliseconds, and plain English wants neither.


@cache
def _narrow() -> re.Pattern[str]:
    """Text of which each character takes one cell."""
    return re.compile(
        "[ -~\n\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u1e00-\u1eff"
        "\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u21ff]*"
    )


@cache
def _token() -> re.Pattern[str]:
    """What stays together: a word, a character of a script without blanks and the closing sign after it."""
    return re.compile(
        r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]"
        rf"[\u0300-\u036f\u3099\u309a\ufe00-\ufe0f{_CLOSING}]*"
        r"|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]+|[^\S\n]+|\n"
    )


@lru_cache(maxsize=64)
def _narrow_lines(width: int) -> re.Pattern[str]:
    return re.compile(rf"\s*(\S(?:.{{0,{width - 2}}}\S)?(?=\s|$)|\S{{{width}}})")


def _wrap_wide(text: str, width: int) -> list[Span]:
    lines: list[Span] = []
    start = end = -1
    used = 0
    for match in _token().finditer(text):
        token = match[0]
        if token == "\n":
            if start >= 0:
                lines.append((start, end))
            start, used = -1, 0
            continue
        size = cell_len(token)
        if token.isspace():
            used += size if start >= 0 else 0
            continue
        if start >= 0 and used + size > width:
            lines.append((start, end))
            start, used = -1, 0
        if size > width:
            *whole, rest = _chopped(token, width)
            place = match.start()
            for part in whole:
                lines.append((place, place + len(part)))
                place += len(part)
            start, end, used = place, match.end(), cell_len(rest)
            continue
        if start < 0:
            start = match.start()
        end, used = match.end(), used + size
    if start >= 0:
        lines.append((start, end))
    return lines


def _chopped(token: str, width: int) -> list[str]:
    # A word of thousands of signs that join into one another would be looked through again for each line.
    parts = [
        part for begin in range(0, len(token), 512) for part in chop_cells(token[begin : begin + 512], width)
    ]
    return parts or [token]
