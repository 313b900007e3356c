"""The ``secured`` blob, cut out: encrypted, a third of a file's bytes, of no use to a reader.

Only its size is kept. The plain form, one line at the top level, is cut before the parser sees it;
any other form is parsed like the rest and taken out of the values and of the shown text afterwards.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from reader.patterns import pattern

_KEY: Final = "secured"
_PLAIN: Final = pattern(
    r"""^secured:[ \t]*(?:"([^"\\\n]*)"|'([^'\n]*)'|([A-Za-z0-9+/=;_-]+))[ \t]*$"""
    r"""(?!\n(?:[ \t]*+\n)*+[ \t]++\S)""",  # no continuation lines
    re.MULTILINE,
)
_ANY: Final = pattern(
    r"""(?:^|[{,])[ \t]*(?:[-?][ \t]+)*["']?secured["']?\s*[:=](?!:)""", re.MULTILINE | re.IGNORECASE
)
_NEXT: Final = pattern(
    r"""\n(?=[ \t]*(?:[-?][ \t]+)*["']?[\w.-]+["']?[ \t]*(?::(?:[ \t\n]|\Z)|=[ \t]+\S)|[ \t]*[}\]])"""
)

_TELLTALE: Final = 16  # characters; a shorter sealed text may stand elsewhere by chance
_SHOWN_LIMIT: Final = 64
_VALUES_LIMIT: Final = 1_000


class Cut(NamedTuple):
    """Front matter without its sealed content.

    Attributes:
        text: What to parse; as many lines as before.
        shown: What may be shown.
        size_bytes: Of the sealed content.
        is_left: True if `text` still has sealed content, to be taken out by `purge`.
    """

    text: str
    shown: str
    size_bytes: int = 0
    is_left: bool = False


def cut(raw: str) -> Cut:
    """Front matter with the plain form of the blob cut out."""
    if not _is_named(raw):
        return Cut(raw, raw)
    found = _PLAIN.search(raw, max(raw.find("\nsecured:"), 0))
    if found is not None:
        before, after = raw[: found.start()], raw[found.end() :]
        if not (_is_named(before) or _is_named(after)) or not _ANY.search(before + after):
            size_bytes = len((found[1] or found[2] or found[3] or "").encode())
            return Cut(before + after, f"{before}{_KEY}: {notice(size_bytes)}{after}", size_bytes)
    shown, size_bytes = scrub(raw)
    return Cut(raw, shown, size_bytes, is_left=True)


def _is_named(text: str) -> bool:
    return "ecured" in text or "ECURED" in text  # a quarter of the time that folding the case takes


def notice(size_bytes: int) -> str:
    """What stands where sealed content stood."""
    return f"sealed content, {size_bytes} bytes"


def scrub(raw: str) -> tuple[str, int]:
    """The text with every sealed value, in whatever form, replaced by its size; and the bytes in all."""
    if _KEY not in raw.casefold():
        return raw, 0
    kept: list[str] = []
    at = total_bytes = count = 0
    while found := _ANY.search(raw, at):
        count += 1
        following = _NEXT.search(raw, found.end())
        # What has as many is made to take time: all the rest of it is taken for one value.
        end = following.start() if following and count < _VALUES_LIMIT else len(raw)
        size_bytes = len(raw[found.end() : end].strip(" \t\n\"'").encode("utf-8", "replace"))
        total_bytes += size_bytes
        kept += raw[at : found.end()], " ", notice(size_bytes)
        at = end
    return "".join([*kept, raw[at:]]), total_bytes


def has_key(fields: dict[str, Any]) -> bool:
    """True if one of the fields is the blob, however its name is written."""
    return any(key.casefold() == _KEY for key in fields)


def purge(fields: dict[str, Any], shown: str) -> tuple[dict[str, Any], str, int]:
    """Fields and shown text without sealed values, and the size of these in bytes.

    An alias that repeats a sealed value elsewhere is emptied too.
    """
    sealed: list[str] = []
    kept = _without_key(fields, sealed)
    texts = set(sealed)
    if texts:
        kept = _without_texts(kept, texts)
    for text in sorted(texts, key=len, reverse=True)[:_SHOWN_LIMIT]:
        if len(text) >= _TELLTALE:
            shown = shown.replace(text, notice(len(text.encode("utf-8", "replace"))))
    return kept, shown, sum(len(text.encode("utf-8", "replace")) for text in sealed)


def _without_key(value: Any, sealed: list[str]) -> Any:
    if isinstance(value, dict):
        for key in value:
            if key.casefold() == _KEY:
                sealed += _texts(value[key])
        return {key: _without_key(item, sealed) for key, item in value.items() if key.casefold() != _KEY}
    return [_without_key(item, sealed) for item in value] if isinstance(value, list) else value


def _without_texts(value: Any, sealed: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without_texts(item, sealed) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_texts(item, sealed) for item in value]
    return "" if value in sealed else value


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        items = value.values() if isinstance(value, dict) else value
        return [text for item in items for text in _texts(item)]
    return [value] if value else []
