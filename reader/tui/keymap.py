"""The keys of every command, once the config has had its say: checked by us, since Textual only keeps silent.

Loads no Textual: ``newsreader keys --check`` says the same as the app.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from reader import clean
from reader.nearest import nearest
from reader.tui import keynames
from reader.tui.commands import COMMANDS, Command, are_heard_together

Keymap = dict[str, tuple[str, ...]]
"""Command id to keys, as Textual calls them; `UNBOUND` alone for a command without any."""

UNBOUND: Final = ("none",)
"""What unbinds a command: a key that no keyboard has. Textual would take an empty list for no change."""

WAY_OUT: Final = "ctrl+q"
"""The key of ``quit``, whatever the config says."""

KEYS_LIMIT: Final = 8
"""Keys of one command."""

_QUIT: Final = "quit"
_SHOWN_CELLS: Final = 40
_NO_PLACES: Final[Mapping[str, str]] = {}


def keymap(
    wanted: Mapping[str, str], places: Mapping[str, str] = _NO_PLACES, commands: Sequence[Command] = COMMANDS
) -> tuple[Keymap, list[str]]:
    """The keys of every command, and a sentence for each wish that is not granted.

    Args:
        wanted: Command id to keys as the config has them: ``j,down``; ``none`` or nothing for no key at all.
        places: Command id to where that was written, as ``config.yaml:12``.
        commands: The table; no two of its commands clash.
    """
    granting = _Granting(commands, places)
    for command_id, text in wanted.items():
        granting.take(command_id, text)
    granting.part_clashing()
    return granting.keys(), granting.problems


def has_key(keys: Sequence[str]) -> bool:
    """Whether these are keys at all, and not `UNBOUND`."""
    return tuple(keys) != UNBOUND


class _Granting:
    """Wishes taken in one by one; what cannot be granted becomes a sentence."""

    def __init__(self, commands: Sequence[Command], places: Mapping[str, str]) -> None:
        self._commands = {command.id: command for command in commands}
        self._usual = {command.id: tuple(command.keys.split(",")) for command in commands}
        self._places = places
        self._granted: Keymap = {}
        self.problems: list[str] = []

    def keys(self) -> Keymap:
        return {**self._usual, **self._granted}

    def take(self, command_id: str, text: str) -> None:
        if command_id not in self._commands:
            self._refuse(
                command_id, f'there is no command "{clean.line(command_id, 60)}"{self._near(command_id)}'
            )
            return
        try:
            keys = _keys(text)
        except keynames.UnusableKeyError as error:
            self._refuse(command_id, f"{command_id}: {error}")
            return
        if command_id != _QUIT and WAY_OUT in keys:
            self._refuse(command_id, f"{command_id}: {keynames.shown(WAY_OUT)} is the way out of everything")
            return
        if command_id == _QUIT:
            if not has_key(keys):
                self._refuse(command_id, f"quit: {keynames.shown(WAY_OUT)} stays, the way out of everything")
                return
            keys = tuple(dict.fromkeys((*keys, WAY_OUT)))
        self._granted[command_id] = keys

    def part_clashing(self) -> None:
        """Take wishes back until no key means two things; the later one goes."""
        while clash := self._clash():
            loser, other, key = clash
            del self._granted[loser]
            shown = keynames.shown(key)
            self._refuse(loser, f"{loser}: {shown} is a key of {other}; give that another one, or none")

    def _clash(self) -> tuple[str, str, str] | None:
        """The last wish that takes a key of another command, that command, and the key."""
        keys = self.keys()
        for loser in reversed(self._granted):
            for other in keys:
                key = next((key for key in keys[loser] if key in keys[other] and has_key(keys[loser])), None)
                if key and other != loser and self._meet(loser, other):
                    return loser, other, key
        return None

    def _meet(self, one: str, other: str) -> bool:
        return are_heard_together(self._commands[one].scope, self._commands[other].scope)

    def _near(self, command_id: str) -> str:
        near = nearest(command_id.casefold().replace("_", "-"), self._commands)
        return f'; did you mean "{near}"?' if near else "; newsreader keys names them all"

    def _refuse(self, command_id: str, sentence: str) -> None:
        place = self._places.get(command_id)
        self.problems.append(f"{place}: keys: {sentence}" if place else f"keys: {sentence}")


def _keys(text: str) -> tuple[str, ...]:
    """Textual's names of the keys in `text`.

    Raises:
        UnusableKeyError: If one cannot be used.
    """
    written = [clean.line(key, _SHOWN_CELLS) for key in keynames.split(text)]
    if len(written) > KEYS_LIMIT:
        raise keynames.UnusableKeyError(f"a command has {KEYS_LIMIT} keys at most")
    if not written or [key.casefold() for key in written] == [*UNBOUND]:
        return UNBOUND
    return tuple(dict.fromkeys(map(keynames.textual_name, written)))
