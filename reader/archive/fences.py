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
_FIELD_LINE: Final = r"""["']?\w[^:\n]{0,80}:(?=[ \t\n]|\Z)"""
_INNER_LINE: Final = r"[ \t]*(?:\n|\Z)|[ \t]+\S|-(?=[ \t\n])|[#\]}]"
_compiled: Final = cache(re.compile)  # a start that finds everything unchanged needs one of them
_JSON: Final = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


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
        return _told(data.decode("utf-16", "replace"), "some of it is not UTF-16")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    foreign = text.count("\N{REPLACEMENT CHARACTER}")
    # A single bad byte must not turn the good letters of a whole file into mojibake.
    if foreign < len(text) - len(text.encode("ascii", "ignore")) - foreign:
        return _told(text, "some of it is not UTF-8")
    return _told(data.decode("cp1252", "replace"), "some of it is neither UTF-8 nor Windows-1252")


def _told(text: str, problem: str) -> tuple[str, str]:
    return text, problem if "\N{REPLACEMENT CHARACTER}" in text else ""


def split(text: str) -> Parts:
    """A file's text as front matter and body; a fence is a line of exactly three characters."""
    start = len(text) - len(text.lstrip("\n \t"))
    if start and text[start - 1] != "\n":
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


def _split_open(kind: Kind, text: str, start: int, first_line: int) -> Parts:
    """Without a closing fence: the front matter goes on while its lines look like fields."""
    at, has_field = start, False
    while kind is Kind.YAML and at < min(len(text), start + FRONT_MATTER_LIMIT):
        is_field = _compiled(_FIELD_LINE).match(text, at) is not None
        if not is_field and not _compiled(_INNER_LINE).match(text, at):
            break
        has_field = has_field or is_field
        at = text.find("\n", at) + 1 or len(text)
    if not has_field:
        return Parts(Kind.NONE, "", text)
    return Parts(kind, text[start:at], text[at:], first_line, f"no closing {kind.value} line")


def _split_object(text: str, start: int) -> Parts:
    """A file that begins with a JSON object; one that only begins with a brace is all body."""
    head = text[start : start + FRONT_MATTER_LIMIT]
    if head.count("[") + head.count("{") > _BRACKET_LIMIT:
        return Parts(Kind.NONE, "", text)
    try:
        found, length = _JSON.raw_decode(head)
    except (ValueError, RecursionError):
        return Parts(Kind.NONE, "", text)
    if not found:
        return Parts(Kind.NONE, "", text)
    end = start + length
    return Parts(Kind.JSON, text[start:end], text[end:], text.count("\n", 0, start) + 1)
