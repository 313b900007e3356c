"""Keys as a person writes them, as Textual calls them, and as they are shown.

Loads no Textual: the command line checks a keymap too. A test holds the names to those of Textual.
"""

from __future__ import annotations

import string
import unicodedata
from typing import Final

from reader.nearest import nearest

NAMED: Final = frozenset(
    (
        *("escape", "tab", "enter", "space", "backspace", "insert", "delete", "home", "end"),
        *("pageup", "pagedown", "up", "down", "left", "right"),
        *(f"f{number}" for number in range(1, 25)),
    )
)
"""Every key with a name of its own."""

MODIFIERS: Final = ("alt", "ctrl", "shift")
"""In the order in which Textual has them before a key."""

_OTHER_NAMES: Final = {
    "esc": "escape",
    "return": "enter",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
    "del": "delete",
    "ins": "insert",
    "↑": "up",
    "↓": "down",
    "←": "left",
    "→": "right",
    "control": "ctrl",
}
_SHORTER: Final = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_SHOWN: Final = {
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "delete": "Del",
    "insert": "Ins",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}
# Terminals have one code for both.
_TWINS: Final = {"i": "Tab", "m": "Enter", "h": "Backspace", "[": "Esc"}
_CTRL_SIGNS: Final = frozenset("@\\]^_")


class UnusableKeyError(ValueError):
    """A key that cannot be used; ``str()`` says why, and names the key."""


def char_name(char: str) -> str:
    """What Textual calls the key of one printable character: ``slash`` for ``/``, itself for a letter."""
    if char.isalnum():
        return char
    name = unicodedata.name(char, char).lower().replace("-", "_").replace(" ", "_")
    return _SHORTER.get(name, name)


_SIGNS: Final = {char_name(char): char for char in string.punctuation}


def split(text: str) -> list[str]:
    """The keys of ``j, down``; a comma where a key is awaited is one: ``,`` and ``,,x`` hold it."""
    keys: list[str] = []
    rest = text.strip()
    while rest:
        key, _, rest = (
            (",", "", rest[1:].lstrip().removeprefix(",")) if rest[0] == "," else rest.partition(",")
        )
        keys.append(key.strip())
        rest = rest.strip()
    return keys


def textual_name(written: str) -> str:
    """What Textual calls a key: ``ctrl+d`` for ``Ctrl+D``, ``question_mark`` for ``?``.

    Raises:
        UnusableKeyError: If there is no such key, or terminals do not tell it from another one.
    """
    *before, base = _parts(written)
    if not base.strip():
        raise UnusableKeyError("a key is written as a sign or a name, such as space")
    modifiers = {_modifier(word, written) for word in before}
    char = _SIGNS.get(base, base) if len(base) > 1 else base
    if len(char) == 1:
        return _char_key(char, modifiers, written)
    name = _OTHER_NAMES.get(base.casefold(), base.casefold())
    if name not in NAMED:
        raise UnusableKeyError(f'there is no key "{written}"{_nearest(name)}')
    return "+".join((*sorted(modifiers), name))


def shown(key: str) -> str:
    """A key of Textual's as a person reads it: ``?`` for ``question_mark``, ``Ctrl+D`` for ``ctrl+d``."""
    *modifiers, base = key.split("+")
    if len(base) == 1 and modifiers:
        text = base.upper()
    else:
        text = _SIGNS.get(base) or _SHOWN.get(base) or (base if len(base) == 1 else _named(base))
    return "+".join((*(modifier.capitalize() for modifier in modifiers), text))


def _named(base: str) -> str:
    if base in NAMED:
        return base.capitalize()
    try:
        return unicodedata.lookup(base.replace("_", " "))
    except KeyError:
        return base


def _parts(written: str) -> list[str]:
    """Modifiers and key; the key itself may be the plus sign."""
    if written.endswith("+"):
        before = written[:-1].removesuffix("+")
        return [*(before.split("+") if before else ()), "+"]
    return written.split("+")


def _modifier(word: str, written: str) -> str:
    name = _OTHER_NAMES.get(word.strip().casefold(), word.strip().casefold())
    if name not in MODIFIERS:
        raise UnusableKeyError(f'there is no key "{written}"; before a + stands ctrl, alt or shift')
    return name


def _char_key(char: str, modifiers: set[str], written: str) -> str:
    arrow = _OTHER_NAMES.get(char)
    if arrow:
        return "+".join((*sorted(modifiers), arrow))
    if not char.isprintable():
        raise UnusableKeyError("a key is written as a sign or a name, such as space")
    if "shift" in modifiers:
        raise UnusableKeyError(f'"{written}" is written as the sign that Shift gives: {char.upper()}')
    if "ctrl" in modifiers:
        _check_ctrl(char.lower(), written)
        char = char.lower()
    return "+".join((*sorted(modifiers), char_name(char)))


def _check_ctrl(char: str, written: str) -> None:
    """Turn down what terminals send as something else.

    Raises:
        UnusableKeyError: If they do.
    """
    if char in _TWINS:
        raise UnusableKeyError(f'"{written}" is {_TWINS[char]} to most terminals')
    if char == "c":
        raise UnusableKeyError(f'"{written}" copies what is selected')
    if not (char.isascii() and char.isalnum()) and char not in _CTRL_SIGNS:
        raise UnusableKeyError(f'"{written}" is a key that terminals cannot send')


def _nearest(name: str) -> str:
    near = nearest(name, (*NAMED, *_OTHER_NAMES, *_SIGNS))
    return f'; did you mean "{near}"?' if near else ""
