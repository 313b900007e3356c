"""A story file's bytes become fields and a body, whatever the bytes."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from reader import clean
from reader.archive import sealed
from reader.archive.fences import FRONT_MATTER_LIMIT, VALUES_LIMIT, Kind, decode, split
from reader.archive.plain import plain_fields
from reader.patterns import pattern
from reader.values import dataclass, field

Value = str | list["Value"] | dict[str, "Value"]
"""What a field may hold; scalars are text as it is written, whatever they look like."""

_DEPTH_LIMIT: Final = 64
_TOML_LIMIT: Final = 32_768  # tomllib is quadratic in the dots of a key: 128 KiB of them take hours
_TOML_DOTS_LIMIT: Final = 100
# What YAML refuses or takes for a line break, and a terminal might act on.
_UNPRINTABLE: Final = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
_UNPRINTABLE_LINE: Final = pattern(f"^[^\n{_UNPRINTABLE}]*[{_UNPRINTABLE}][^\n]*", re.MULTILINE)
_UNPRINTABLE_LINES_LIMIT: Final = 5_000  # cleaned with care; no honest front matter has one


@dataclass(frozen=True, slots=True)
class Document:
    r"""A story file, cut into fields and body.

    Attributes:
        fields: By name as written, the last of two alike; empty if there is no front matter. Without
            sealed content.
        body: Not yet cleaned; lines parted by ``\n``.
        raw: The front matter's text without its fences and without sealed content; not yet cleaned.
        first_line: 1-based line of the file in which `raw` begins.
        has_front_matter: False where all of the file is body.
        sealed_bytes: Size of what ``secured`` held.
        problems: (line, reason): 1-based line of the file, 0 if unknown; a clean sentence.
    """

    fields: dict[str, Value] = field(default_factory=dict)
    body: str = ""
    raw: str = ""
    first_line: int = 1
    has_front_matter: bool = False
    sealed_bytes: int = 0
    problems: tuple[tuple[int, str], ...] = ()


def read(data: bytes) -> Document:
    """The fields and the body of a file, with what is wrong with it. Never raises."""
    text, loss = decode(data)
    problems = [(0, loss)] if loss else []
    parts = split(text)
    if parts.kind is Kind.NONE:
        return Document(body=parts.body, problems=tuple(problems))
    body = parts.body
    if parts.problem:
        problems.append((parts.first_line - 1, parts.problem))
        body = sealed.scrub(body[: clean.BLOCK_LIMIT + 1])[0]
    raw, excess = _capped(parts.raw)
    if excess:
        problems.append((parts.first_line, excess))
    cut = sealed.cut(raw)
    fields, line, reason = _load(parts.kind, cut)
    if reason:
        problems.append((parts.first_line + line - 1 if line else 0, reason))
    shown, sealed_bytes = cut.shown, cut.size_bytes
    if cut.is_left or sealed.has_key(fields):
        fields, shown, found_bytes = sealed.purge(fields, shown)
        sealed_bytes = found_bytes or sealed_bytes
    if not fields and not sealed_bytes:
        # Perhaps it was no front matter, but text between two rules: nothing of it may be lost.
        body = f"{shown}\n{body}"
    return Document(fields, body, shown, parts.first_line, True, sealed_bytes, tuple(problems))


def _capped(raw: str) -> tuple[str, str]:
    """Front matter that a parser can take, and what is missing of it."""
    excess = ""
    if len(raw) > FRONT_MATTER_LIMIT:
        excess = "front matter longer than 256 KiB: the rest was not read"
        raw = raw[: raw.rfind("\n", 0, FRONT_MATTER_LIMIT) + 1 or FRONT_MATTER_LIMIT]
    # isprintable() is far quicker than the pattern, and stricter.
    if not raw.replace("\n", "").isprintable():
        raw, count = _UNPRINTABLE_LINE.subn(_printable, raw, _UNPRINTABLE_LINES_LIMIT)
        if count == _UNPRINTABLE_LINES_LIMIT:
            raw = re.sub(f"[{_UNPRINTABLE}]+", clean.REPLACEMENT, raw)
    return raw, excess


def _printable(found: re.Match[str]) -> str:
    return clean.block(found[0]).replace("\n", " ")


def _load(kind: Kind, cut: sealed.Cut) -> tuple[dict[str, Any], int, str]:
    """Fields, line of the text (0 if unknown), reason."""
    if not cut.text.strip():
        return {}, 0, ""
    if kind is Kind.YAML and (plain := plain_fields(cut.text)) is not None:
        return plain, 0, ""
    # Only now: most stories need none of the two libraries.
    from reader.archive.guarded import load_fields
    from reader.archive.salvage import salvage

    if kind is Kind.YAML:
        fields, line, reason, _ = load_fields(cut.text)
    else:
        fields, line, reason = _load_other(kind, cut.text)
    if fields is not None:
        return fields, 0, ""
    saved = salvage(cut.shown)
    return {name: value for name, value in saved.items() if name.casefold() != "secured"}, line, reason


def _load_other(kind: Kind, text: str) -> tuple[dict[str, Any] | None, int, str]:
    name = kind.name
    try:
        found = _toml(text) if kind is Kind.TOML else json.loads(text, parse_int=str, parse_float=str)
        fields, _ = _as_text(found, 0, 0)
    except (ValueError, RecursionError) as error:
        reason = clean.line(f"not valid {name}: {error}" if isinstance(error, ValueError) else "", 200)
        return None, getattr(error, "lineno", 0), reason or f"not valid {name}: nested too deep"
    if not isinstance(fields, dict):
        return None, 0, f"not valid {name}: there are no fields"
    return fields, 0, ""


def _toml(text: str) -> dict[str, Any]:
    import tomllib

    if len(text) > _TOML_LIMIT:
        raise ValueError("longer than 32 KiB")
    if any(line.count(".") > _TOML_DOTS_LIMIT for line in text.split("\n")):
        raise ValueError("a line with too many dots")
    return tomllib.loads(text, parse_float=str)


def _as_text(value: Any, depth: int, count: int) -> tuple[Value, int]:
    """A value with its scalars as text, and how many values have been seen.

    Raises:
        ValueError: If it is too deep or too large.
    """
    if depth > _DEPTH_LIMIT or count > VALUES_LIMIT:
        raise ValueError("nested too deep" if depth > _DEPTH_LIMIT else "too many values")
    count += 1
    if isinstance(value, dict):
        fields: dict[str, Value] = {}
        for key, item in value.items():
            fields[key], count = _as_text(item, depth + 1, count)
        return fields, count
    if isinstance(value, list):
        items: list[Value] = []
        for item in value:
            new, count = _as_text(item, depth + 1, count)
            items.append(new)
        return items, count
    if value is None:
        return "", count
    return (str(value).lower() if isinstance(value, bool) else str(value)), count
