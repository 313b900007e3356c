"""The line above the panes and the line below them; neither is ever wider than the screen."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.strip import Strip
from textual.widget import Widget

from reader.tui.commands import COMMANDS, HINTS, key_text
from reader.tui.widgets.lines import Piece, cut, to_strip
from reader.wording import UNICODE_GLYPHS, Glyphs, ascii_text


class Bar(Widget):
    """One line: something at the left, something at the right; the left one gives way."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"bar--strong", "bar--text", "bar--alarm"}

    def __init__(self, *, id: str, glyphs: Glyphs = UNICODE_GLYPHS) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs
        self._left: tuple[tuple[str, str], ...] = ()
        self._right: tuple[tuple[str, str], ...] = ()

    def set_text(
        self, left: tuple[tuple[str, str], ...] = (), right: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """Show these texts, each with its component class; clean already."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line."""
        width = self.size.width
        fill = self.get_visual_style("bar--text").rich_style
        room = width - 2
        right = self._cut(self._right, room)
        left = self._cut(self._left, room - _cells(right) - (2 if right else 0))
        gap = room - _cells(left) - _cells(right)
        return to_strip([(" ", fill), *left, (" " * gap, fill), *right, (" ", fill)], width, fill)

    def _cut(self, texts: tuple[tuple[str, str], ...], room: int) -> list[Piece]:
        pieces: list[Piece] = []
        for text, component in texts:
            shown = text if self.glyphs is UNICODE_GLYPHS else ascii_text(text)
            shown = cut(shown, room - _cells(pieces), self.glyphs.ellipsis)
            if shown:
                pieces.append((shown, self.get_visual_style(component).rich_style))
        return pieces


class HintBar(Bar):
    """The keys that matter, as many as there is room for; a standing notice takes their place."""

    def __init__(self, *, id: str, glyphs: Glyphs = UNICODE_GLYPHS) -> None:
        super().__init__(id=id, glyphs=glyphs)
        self._notice = ""

    def set_notice(self, notice: str) -> None:
        """Show a standing notice; an empty one brings the keys back."""
        self._notice = notice
        self._fill()

    def on_mount(self) -> None:
        """Show the keys."""
        self._fill()

    def on_resize(self) -> None:
        """Show as many keys as fit now."""
        self._fill()

    def _fill(self) -> None:
        if self._notice:
            self.set_text(((self._notice, "bar--alarm"),))
            return
        texts: list[tuple[str, str]] = []
        room = self.size.width - 2
        by_id = {command.id: command for command in COMMANDS}
        for command in (by_id[name] for name in HINTS):
            key = key_text(command.keys).split(" ")[0]
            room -= cell_len(key) + len(command.hint) + 3
            if room >= -2:
                texts += [(key, "bar--strong"), (f" {command.hint}  ", "bar--text")]
        self.set_text(tuple(texts))


def _cells(pieces: list[Piece]) -> int:
    return sum(cell_len(text) for text, _ in pieces)
