"""Where the front matter of a file ends and its body begins."""

from __future__ import annotations

import codecs
import json
import re
from enum import Enum
from functools import cache
from typing import Final, NamedTuple

FRONT_MATTER_LIMIT: Final = 262_144
"""Characters of front matter that are parsed; the longest real one has 100 KiB."""

VALUES_LIMIT: Final = 10_000
"""YAML events, or values of another kind of front matter, that are taken. In the form of real files, of
which the largest has 1,300, the longest front matter has 9,000; 50,000 take a tenth of a second."""

_BRACKET_LIMIT: Final = 1_000  # of a file beginning with "{"; keeps the JSON scanner's recursion shallow


class Kind(Enum):
    """What the front matter is written in."""

    NONE = ""
    YAML = "---"
    TOML = "+++"
    JSON = ";;;"


class Parts(NamedTuple):
    r"""A file, cut in two.

    Attributes:
        kind: `Kind.NONE` means that all of it is body.
        raw: The front matter without its fences, lines parted by ``\n``.
        body: What follows it.
        first_line: 1-based line of the file in which `raw` begins.
        problem: Why the end of the front matter is a guess, or empty.
    """

    kind: Kind
    raw: str
    body: str
    first_line: int = 1
    problem: str = ""


_CLOSING: Final = {
    Kind.YAML: r"\n(?:---|\.\.\.)[ \t]*(?=\n|\Z)",  # Jekyll's rule: even inside a block scalar
    Kind.TOML: r"\n\+\+\+[ \t]*(?=\n|\Z)",
    Kind.JSON: r"\n;;;[ \t]*(?=\n|\Z)",
}
_KINDS: Final = {kind.value: kind for kind in _CLOSING}
_FIELD: Final = r"""["']?\w[^:\n]{0,80}:(?=[ \t\n]|\Z)"""
_INNER: Final = r"[ \t]*+(?=\n|\Z)|[ \t]++\S|-(?=[ \t\n])|[#\]}]"
_OPEN_LINES: Final = rf"(?:(?!\Z)(?:{_FIELD}|{_INNER})[^\n]*+\n?+)++"
_compiled: Final = cache(re.compile)  # a start that finds everything unchanged needs one of them
_BAD_PAIRS_LIMIT: Final = 20_000
_BAD_BYTES_LIMIT: Final = 1_000_000  # as many signs: more than is shown of front matter and body together
_CHUNK_BYTES: Final = 65_536


def decode(data: bytes) -> tuple[str, str]:
    r"""The text of a file, lines parted by ``\n``, and what was lost (empty for nothing).

    A byte order mark decides; else it is UTF-8, or Windows-1252 where most of it is no UTF-8.
    """
    text, problem = _decode(data)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, problem


def _decode(data: bytes) -> tuple[str, str]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _told(_decode_utf16(data), "some of it is not UTF-16")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        text = _decode_badly(data, "utf-8", _BAD_BYTES_LIMIT)
    foreign = text.count("\N{REPLACEMENT CHARACTER}")
    # A single bad byte must not turn the good letters of a whole file into mojibake.
    if foreign < len(text) - len(text.encode("ascii", "ignore")) - foreign:
        return _told(text, "some of it is not UTF-8")
    # All 256 bytes: asking the codec what to do with each of the five that mean nothing takes seconds.
    windows = bytes(range(256)).decode("cp1252", "replace")
    return _told(
        codecs.charmap_decode(data, "strict", windows)[0], "some of it is neither UTF-8 nor Windows-1252"
    )


def _decode_utf16(data: bytes) -> str:
    try:
        return data.decode("utf-16")
    except UnicodeDecodeError:
        return _decode_badly(data, "utf-16", _BAD_PAIRS_LIMIT)


def _decode_badly(data: bytes, encoding: str, limit: int) -> str:
    """The text up to where so much of it is bad: that takes as long as 50 times as much that is good."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    parts: list[str] = []
    bad = at = 0
    while at < len(data) and bad < limit:
        parts.append(decoder.decode(data[at : at + _CHUNK_BYTES], at + _CHUNK_BYTES >= len(data)))
        bad += parts[-1].count("\N{REPLACEMENT CHARACTER}")
        at += _CHUNK_BYTES
    return "".join(parts)


def _told(text: str, problem: str) -> tuple[str, str]:
    return text, problem if "\N{REPLACEMENT CHARACTER}" in text else ""


def split(text: str) -> Parts:
    """A file's text as front matter and body; a fence is a line of exactly three characters."""
    # Many times as quick as to name the signs to strip; any other white space begins a body.
    start = len(text) - len(text.lstrip())
    if start and (text[start - 1] != "\n" or _has_odd_space(text[:start])):
        return Parts(Kind.NONE, "", text)
    if text.startswith("{", start):
        return _split_object(text, start)
    end = text.find("\n", start)
    opening = text[start : start + 3]
    kind = _KINDS.get(opening, Kind.NONE)
    if kind is Kind.NONE or end < 0 or text[start + 3 : end].strip(" \t"):
        return Parts(Kind.NONE, "", text)
    first_line = text.count("\n", 0, start) + 2
    closing = _compiled(_CLOSING[kind]).search(text, end)
    if closing is None:
        return _split_open(kind, text, end + 1, first_line)
    return Parts(kind, text[end + 1 : closing.start()], text[closing.end() + 1 :], first_line)


def _has_odd_space(blank: str) -> bool:
    return not blank.isascii() or any(sign in blank for sign in "\v\f\x1c\x1d\x1e\x1f")


def _split_open(kind: Kind, text: str, start: int, first_line: int) -> Parts:
    """Without a closing fence: the front matter goes on while its lines look like fields."""
    limit = start + FRONT_MATTER_LIMIT
    found = _compiled(_OPEN_LINES).match(text, start, limit) if kind is Kind.YAML else None
    if found is None or not _compiled(f"^{_FIELD}", re.MULTILINE).search(text, start, found.end()):
        return Parts(Kind.NONE, "", text)
    at = found.end() if found.end() < limit else text.find("\n", limit - 1) + 1 or len(text)
    return Parts(kind, text[start:at], text[at:], first_line, f"no closing {kind.value} line")


def _split_object(text: str, start: int) -> Parts:
    """A file that begins with a JSON object; one that only begins with a brace is all body."""
    head = text[start : start + FRONT_MATTER_LIMIT]
    if head.count("[") + head.count("{") > _BRACKET_LIMIT:
        return Parts(Kind.NONE, "", text)
    try:
        decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
        found, length = decoder.raw_decode(head)
    except (ValueError, RecursionError):
        return Parts(Kind.NONE, "", text)
    if not found:
        return Parts(Kind.NONE, "", text)
    end = start + length
    return Parts(Kind.JSON, text[start:end], text[end:], text.count("\n", 0, start) + 1)
