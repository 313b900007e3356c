"""Command lines that need no second look, taken without argparse, which takes as long as all the stories.

Whatever is odd in any way, or wrong, is left to it. What is taken here it takes alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import argparse


class _Taker:
    """What `add_options` of a command says it takes, in place of a parser."""

    def __init__(self, command: str) -> None:
        self._command = command
        self._flags: dict[str, object] = {}
        self._valued: dict[str, tuple[Callable[[str], object], Sequence[str], bool]] = {}
        self._rivals: list[set[str]] = []
        self._defaults: dict[str, object] = {"command": command}
        self._words: list[tuple[str, str | None, Sequence[str]]] = []

    def get_default(self, name: str) -> object:
        return self._defaults[name]

    def add_argument(
        self,
        name: str,
        *,
        metavar: str = "",
        help: str = "",
        action: str = "",
        default: object = None,
        nargs: str | None = None,
        type: Callable[[str], object] = str,
        choices: Sequence[str] = (),
    ) -> None:
        if not name.startswith("-"):
            self._words.append((name, nargs, choices))
            return
        if action == "store_true":
            self._flags[name] = default = False
        else:
            self._valued[name] = type, choices, action == "append"
        self._defaults[_key(name)] = default

    def add_mutually_exclusive_group(self) -> _Group:
        self._rivals.append(set())
        return _Group(self, self._rivals[-1])

    def taken(self, arguments: Sequence[str]) -> dict[str, object] | None:
        """The value of each option; None where argparse has to see it."""
        values = dict(self._defaults)
        given: set[str] = set()
        words: list[str] = []
        blocks = 0  # of words that stand together: argparse takes only one
        was_word = False
        waiting = iter(arguments)
        for argument in waiting:
            is_word = not argument.startswith("-")
            blocks += is_word and not was_word
            was_word = is_word
            if is_word:
                words.append(argument)
            elif argument in self._flags:
                values[_key(argument)] = True
                given.add(argument)
            elif argument not in self._valued or not self._take(argument, next(waiting, "-"), values):
                return None
        if blocks > 1 or any(len(given & rivals) > 1 for rivals in self._rivals):
            return None
        return values if self._take_words(words, values) else None

    def _take(self, option: str, text: str, values: dict[str, Any]) -> bool:
        made, choices, is_list = self._valued[option]
        if not text or text.startswith("-") or (choices and text not in choices):
            return False
        try:
            value = made(text)
        except Exception:  # noqa: BLE001  argparse says what is wrong, or fails alike
            return False
        key = _key(option)
        values[key] = [*values[key], value] if is_list else value
        return True

    def _take_words(self, words: list[str], values: dict[str, object]) -> bool:
        if not self._words:
            return not words
        (name, nargs, choices), *others = self._words
        if others or choices or not all(words):
            return False
        if nargs is None:
            values[name] = words[0] if words else None
            return len(words) == 1
        values[name] = words
        return bool(words) or nargs == "*"


class _Group:
    """Options of which a command line has one at most."""

    def __init__(self, taker: _Taker, names: set[str]) -> None:
        self._taker, self._names = taker, names

    def add_argument(self, name: str, **said: Any) -> None:
        self._names.add(name)
        self._taker.add_argument(name, **said)


def _key(option: str) -> str:
    return option.lstrip("-").replace("-", "_")


def plain_options(command: str, module: ModuleType, arguments: Sequence[str]) -> argparse.Namespace | None:
    """What the parser of a command makes of a command line; None where that has to see it."""
    taker = _Taker(command)
    module.add_options(taker)
    values = taker.taken(arguments)
    return None if values is None else cast("argparse.Namespace", SimpleNamespace(**values))
