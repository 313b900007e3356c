"""Text from outside becomes text that is safe to show: the only sanitiser.

Every string from a story, a file name, a config value, an exception or another program passes `line`
or `block` once, where it enters. What comes out holds no control character (but newlines in a block),
no escape sequence, no text-direction override, no lone surrogate, and no pile of combining marks.
"""

from __future__ import annotations

import re
from typing import Final

from reader.patterns import pattern

LINE_LIMIT: Final = 1_000
"""Characters kept of a one-line field; real titles end at 150, real excerpts at 340."""

EXCERPT_LIMIT: Final = 20_000
"""Characters kept of an excerpt or another paragraph."""

BLOCK_LIMIT: Final = 524_288
"""Characters kept of a body, 250 pages of a book: with every second one a control character, cleaning them
takes 0.05 s."""

REPLACEMENT: Final = "\ufffd"  # not by name: to compile that loads a table of all names

# CSI, then OSC/DCS/SOS/PM/APC up to their terminator, then any other escape; 7-bit and C1 forms.
# Unterminated strings lose their introducer only, so a stray ESC cannot swallow the rest of a text.
# Each form begins with one letter, which lets the engine skip what has none of them.
_PARAMETERS: Final = r"[0-?]*+[ -/]*+[@-~]"
_STRING: Final = r"[^\x07\x1b\x90-\x9f]*+(?:\x07|\x1b\\|\x9c)"
_SEQUENCE: Final = pattern(
    rf"\x1b(?:\[{_PARAMETERS}|[\]PX^_]{_STRING}|[ -/]*+[0-~]?+)|\x9b{_PARAMETERS}"
    rf"|\x90{_STRING}|\x98{_STRING}|\x9d{_STRING}|\x9e{_STRING}|\x9f{_STRING}"
)
_SEQUENCES_LIMIT: Final = 100_000  # cut out of one text; of further ones their text is left

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

_TYPOGRAPHY: Final = "\u2013\u2014\u2018\u2019\u201c\u201d\u2026"

# Where five and more marks may stand on one letter: signs that are neither letters, digits nor ASCII, nor
# of the blocks that hold most dashes, arrows, frames, icons and emoji but no mark.
_SIGN: Final = (
    r"[^\w\s\x00-\xbf\u2010-\u202f\u20a0-\u20cf\u2100-\u2bff\u3000-\u3029\ue000-\uf8ff\uff00-\uffff"
    r"\U0001f000-\U0001faff]"
)
_MARKS_ON_A_LETTER: Final = 4
_CLUSTER = pattern(f"({_SIGN}{{{_MARKS_ON_A_LETTER}}}){_SIGN}+")
_CLUSTERS_LIMIT: Final = 2_000  # looked at one by one; no honest text has as many
_CLUSTER_LIMIT: Final = 100  # signs of one that are looked at, and kept
# These stand between marks without ending the pile.
_JOINER = pattern("[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")

# Surrogates that stand for no byte of a file name: not from a disk, but perhaps from a marks file.
_NO_BYTE = pattern("[\ud800-\udc7f\udd00-\udfff]")


def line(text: str, limit: int = LINE_LIMIT) -> str:
    """One line: white space folded to single spaces, at most `limit` characters; may be empty."""
    return " ".join(_safe(text[: 4 * limit], _LINE_TABLE).split())[:limit].rstrip()


def field(text: str, limit: int = LINE_LIMIT) -> str:
    """A front matter value as one line: HTML entities decoded, once, before it is cleaned."""
    return line(text if "&" not in text else without_entities(text[: 4 * limit]), limit)


def without_entities(text: str) -> str:
    """The text with its HTML entities decoded, once; not clean yet."""
    from html import unescape  # a table of 2,231 names; a list from the index has none of them

    return unescape(text)


def block(text: str, limit: int = BLOCK_LIMIT) -> str:
    r"""Several lines, parted by ``\n``: tabs become four spaces; cut after `limit` characters."""
    return _safe(text[:limit].replace("\r\n", "\n").replace("\r", "\n"), _BLOCK_TABLE)


def path(text: str, limit: int = LINE_LIMIT) -> str:
    r"""A file name or path as one line: bytes that are no UTF-8 show as ``\xNN``."""
    if text.isascii():
        return line(text, limit)
    text = _NO_BYTE.sub(REPLACEMENT, text)
    return line(text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"), limit)


def without_typography(text: str) -> str:
    """A space for each dash, quotation mark and ellipsis of good print: most texts are ASCII then."""
    for sign in _TYPOGRAPHY:
        text = text.replace(sign, " ")
    return text


def _safe(text: str, table: dict[int, str | None] | dict[int, str]) -> str:
    # Printable to Python: no control, format, surrogate, private or unassigned character at all.
    if not (text if table is _LINE_TABLE else text.replace("\n", "")).isprintable():
        if "\x1b" in text or not text.isascii():
            text = _SEQUENCE.sub("", text, _SEQUENCES_LIMIT)
        text = text.translate(table)
    if text.isascii() or without_typography(text).isascii():
        return text
    text, count = _CLUSTER.subn(_thin, text, _CLUSTERS_LIMIT)
    return text if count < _CLUSTERS_LIMIT else _CLUSTER.sub(lambda cluster: cluster[1], text)


def _thin(cluster: re.Match[str]) -> str:
    """A pile of marks ("zalgo") climbs over the lines above; no language needs more than four on a letter."""
    import unicodedata  # most texts hold no such pile

    text = cluster[0][:_CLUSTER_LIMIT]
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
