"""Text from outside becomes text that is safe to show: the only sanitiser.

Every string from a story, a file name, a config value, an exception or another program passes `line`
or `block` once, where it enters. What comes out holds no control character (but newlines in a block),
no escape sequence, no text-direction override, no lone surrogate, and no pile of combining marks.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

LINE_LIMIT: Final = 1_000
"""Characters kept of a one-line field; real titles end at 150, real excerpts at 340."""

EXCERPT_LIMIT: Final = 20_000
"""Characters kept of an excerpt or another paragraph."""

BLOCK_LIMIT: Final = 1_048_576
"""Characters kept of a body: cleaning 10 MB takes 1.6 s, 1 MiB a sixth of it."""

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"

# CSI, then OSC/DCS/SOS/PM/APC up to their terminator, then any other escape; 7-bit and C1 forms.
# Unterminated strings lose their introducer only, so a stray ESC cannot swallow the rest of a text.
_SEQUENCE: Final = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90-\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]?"
)

# What no one can see: dropped. Everything else that a terminal might act on leaves a visible mark.
# ZWJ, ZWNJ and variation selectors stay: emoji, Persian and Indic scripts need them.
_INVISIBLE = dict.fromkeys(
    [
        0x0D,
        0xAD,
        0x061C,
        0x180E,
        0x200B,
        0x200E,
        0x200F,
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        0xFEFF,
        *range(0xE0000, 0xE0080),
    ]
)
_UNSAFE = dict.fromkeys(
    [
        *range(0x20),
        *range(0x7F, 0xA0),
        *range(0xFFF9, 0xFFFC),
        *range(0xD800, 0xE000),
        0xFFFE,
        0xFFFF,
    ],
    REPLACEMENT,
)
_SPACES = dict.fromkeys([0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029], " ")
_BREAKS = {0x09: "    ", **dict.fromkeys([0x0A, 0x0C, 0x85, 0x2028, 0x2029], "\n")}
_LINE_TABLE = {**_UNSAFE, **_INVISIBLE, **_SPACES}
_BLOCK_TABLE = {**_UNSAFE, **_INVISIBLE, **_BREAKS}

# Where five and more marks may stand on one letter: signs that are neither letters, digits nor ASCII.
_CLUSTER = re.compile(r"[^\w\s\x00-\x7f]{5,}")
_MARKS_ON_A_LETTER: Final = 4
# These stand between marks without ending the pile.
_JOINER = re.compile("[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")

# Surrogates that stand for no byte of a file name: not from a disk, but perhaps from a marks file.
_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def line(text: str, limit: int = LINE_LIMIT) -> str:
    """One line: white space folded to single spaces, at most `limit` characters; may be empty."""
    return " ".join(_safe(text[: 4 * limit], _LINE_TABLE).split())[:limit].rstrip()


def field(text: str, limit: int = LINE_LIMIT) -> str:
    """A front matter value as one line: HTML entities decoded, once, before it is cleaned."""
    if "&" not in text:
        return line(text, limit)
    from html import unescape  # a table of 2,231 names; a list from the index has none of them

    return line(unescape(text[: 4 * limit]), limit)


def block(text: str, limit: int = BLOCK_LIMIT) -> str:
    r"""Several lines, parted by ``\n``: tabs become four spaces; cut after `limit` characters."""
    return _safe(text[:limit].replace("\r\n", "\n").replace("\r", "\n"), _BLOCK_TABLE)


def path(text: str, limit: int = LINE_LIMIT) -> str:
    r"""A file name or path as one line: bytes that are no UTF-8 show as ``\xNN``."""
    text = _NO_BYTE.sub(REPLACEMENT, text)
    return line(text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"), limit)


def _safe(text: str, table: dict[int, str | None] | dict[int, str]) -> str:
    # Printable to Python: no control, format, surrogate, private or unassigned character at all.
    if (text if table is _LINE_TABLE else text.replace("\n", "")).isprintable():
        return text if text.isascii() else _CLUSTER.sub(_thin, text)
    if "\x1b" in text or not text.isascii():
        text = _sequence().sub("", text)
    return _CLUSTER.sub(_thin, text.translate(table))


@cache
def _sequence() -> re.Pattern[str]:
    return re.compile(_SEQUENCE)


def _thin(cluster: re.Match[str]) -> str:
    """A pile of marks ("zalgo") climbs over the lines above; no language needs more than four on a letter."""
    text = cluster[0]
    # Asked once for each character there is: a million of them are most often a few.
    chars = set(text)
    joiners = set(filter(_JOINER.match, chars))
    marks = {char for char in chars if unicodedata.category(char) in ("Mn", "Me")} - joiners
    if not marks:
        return text
    kept: list[str] = []
    height = 0
    for char in text:
        if char in marks:
            height += 1
        elif char not in joiners:
            height = 0
        if height <= _MARKS_ON_A_LETTER:
            kept.append(char)
    return "".join(kept)
