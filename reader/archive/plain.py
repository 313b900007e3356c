r"""The fields of front matter in the form that machines write, without YAML, which takes longer to load.

Strict: one line for each field or item, two more blanks for each level, texts in double quotes with none but
the simplest escapes or without quotes where no sign means anything to YAML. Whatever is odd in any way,
sound or not, is left to `reader.archive.guarded`; of what is taken here that one says the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from reader.archive.fences import VALUES_LIMIT
from reader.patterns import pattern

_LINES_LIMIT: Final = VALUES_LIMIT // 8  # no line makes as many values
_DEPTH_LIMIT: Final = 8

# Possessive throughout: what does not fit is found out in one pass, whatever the bytes.
_QUOTED: Final = r'[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]'
_PLAIN: Final = r"""-[0-9]{1,9}+|[^\W_](?:[\w .,&'()/!+\u2019-]|:(?=[^\s\x85]))*+(?<! )"""
_LINE: Final = pattern(
    r"( *+)(- )?+(?:([A-Za-z_]\w{0,60}+):(?: (?! )|\Z))?+"
    rf"""(?:"({_QUOTED}*+(?:\\["\\nrt]{_QUOTED}*+)*+)"|(\[\])|({_PLAIN}))?+""",
)
_ESCAPED: Final = pattern(r'\\(["\\nrt])')
_MEANT: Final = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}

_Line = tuple[int, bool, str | None, Any]
"""Blanks before it, whether it begins an item, the name of a field, its value; None where that follows."""


def plain_fields(text: str) -> dict[str, Any] | None:
    """The fields of a YAML text as `load_fields` gives them, or None where that has to see it."""
    try:
        lines = list(_read(text))
        lines.append((-1, False, None, None))
        found, end = _below(lines, 0, 0)
    except ValueError:
        return None
    return found if end == len(lines) - 1 and isinstance(found, dict) else None


def _read(text: str) -> Iterator[_Line]:
    """The lines that hold something.

    Raises:
        ValueError: If one has to be left to YAML.
    """
    written = text.split("\n")
    if len(written) > _LINES_LIMIT:
        raise ValueError
    for line in filter(None, written):
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError
        indent, dash, name, quoted, is_empty_list, plain = found.groups()
        value: Any = plain
        if quoted is not None:
            value = _ESCAPED.sub(lambda sign: _MEANT[sign[1]], quoted) if "\\" in quoted else quoted
        elif is_empty_list:
            value = []
        if value is None and name is None:
            raise ValueError
        yield len(indent), bool(dash), name, value


def _mapping(lines: list[_Line], at: int, indent: int) -> tuple[dict[str, Any], int]:
    """The fields from a line on, and where they end; the first of them may stand behind a dash."""
    if indent > 2 * _DEPTH_LIMIT:
        raise ValueError
    fields: dict[str, Any] = {}
    while True:
        _, _, name, value = lines[at]
        if name is None:
            raise ValueError
        at += 1
        if value is None:
            value, at = _below(lines, at, indent + 2)
        fields[name] = value
        before, is_item, _, _ = lines[at]
        if before != indent or is_item:
            return fields, at


def _below(lines: list[_Line], at: int, indent: int) -> tuple[Any, int]:
    """What stands below a name."""
    before, is_item, _, _ = lines[at]
    if before != indent:  # nothing, perhaps
        raise ValueError
    return _items(lines, at, indent) if is_item else _mapping(lines, at, indent)


def _items(lines: list[_Line], at: int, indent: int) -> tuple[list[Any], int]:
    items: list[Any] = []
    while lines[at][0] == indent and lines[at][1]:
        _, _, name, value = lines[at]
        if name is None:
            items.append(value)
            at += 1
        else:
            item, at = _mapping(lines, at, indent + 2)
            items.append(item)
    return items, at
