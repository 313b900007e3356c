"""The keys as they are: those of the table, or what the config says instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from reader.tui import keynames
from reader.tui.commands import COMMANDS
from reader.wording import ascii_keys

if TYPE_CHECKING:
    from textual.dom import DOMNode

_BY_ID: Final = {command.id: command for command in COMMANDS}


class Keys:
    """Which keys a command has.

    Args:
        keymap: Keys by command, as `reader.tui.keymap.keymap` gives them; empty for those of the table.
        is_ascii: Show them without any other sign.
    """

    def __init__(self, keymap: Mapping[str, Sequence[str]] | None = None, *, is_ascii: bool = False) -> None:
        self._keymap = keymap or {}
        self._is_ascii = is_ascii

    def shown(self, text: str) -> str:
        """A text about keys as it is to be shown."""
        return ascii_keys(text) if self._is_ascii else text

    def of(self, command_id: str) -> tuple[str, ...]:
        """The keys of a command as Textual calls them; none where it has been given none."""
        keys = self._keymap.get(command_id)
        if keys is None:
            return tuple(_BY_ID[command_id].keys.split(","))
        return tuple(key for key in keys if key != "none")

    def text(self, command_id: str) -> str:
        """The keys as a person reads them, parted by blanks; empty for none."""
        return self.shown(" ".join(map(keynames.shown, self.of(command_id))))

    def first(self, command_id: str) -> str:
        """What to press, in a sentence: a key, or the command's name, which the palette finds."""
        keys = self.of(command_id)
        return self.shown(keynames.shown(keys[0]) if keys else f"“{_BY_ID[command_id].label}”")

    def bind(self, node: DOMNode, *scopes: str) -> None:
        """Have a widget, a screen or the app listen to these keys for the commands of some scopes.

        Not by Textual's keymap: that is laid over all bindings anew with every key.
        """
        if not self._keymap:
            return
        from textual.binding import BindingsMap

        ours = [command for command in COMMANDS if command.scope in scopes]
        bound = [replace(command.binding(), key=key) for command in ours for key in self.of(command.id)]
        taken = {binding.key for binding in bound} | {command.id for command in ours}
        others = [
            binding
            for bindings in node._bindings.key_to_bindings.values()
            for binding in bindings
            if binding.key not in taken and binding.id not in taken
        ]
        node._bindings = BindingsMap([*bound, *others])
