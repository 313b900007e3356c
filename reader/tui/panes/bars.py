"""The line above the panes and the line below them; neither is ever wider than the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.geometry import Region
from textual.strip import Strip

from reader.tui.commands import COMMANDS, HINTS, key_text
from reader.tui.panes.lines import Piece, cut, to_strip
from reader.wording import UNICODE_GLYPHS, ascii_text

if TYPE_CHECKING:
    from reader.tui.desk import Desk

Texts = tuple[tuple[str, str], ...]
"""Clean texts, each with its component class."""


class Bar:
    """One line: something at the left, something at the right; the left one gives way.

    Args:
        desk: What it is a part of.

    Attributes:
        place: Where it stands on the desk; without area it is not shown.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.place = Region()
        self._left: Texts = ()
        self._right: Texts = ()
        self._strip: Strip | None = None

    def put(self, place: Region) -> None:
        """Stand here from now on."""
        self.place = place
        self._strip = None

    def set_text(self, left: Texts = (), right: Texts = ()) -> None:
        """Show these texts."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self._strip = None
            self.desk.draw(self.place)

    def restyled(self) -> None:
        """The styles have changed."""
        self._strip = None

    def strips(self, crop: Region) -> list[Strip]:
        """The cells of a region of the desk inside the bar: one line."""
        if self._strip is None:
            self._strip = self._drawn()
        return [self._strip.crop(crop.x - self.place.x, crop.right - self.place.x)]

    def _drawn(self) -> Strip:
        width = self.place.width
        fill = self.desk.style("bar--text")
        room = width - 2
        right = self._cut(self._right, room)
        left = self._cut(self._left, room - _cells(right) - (2 if right else 0))
        gap = room - _cells(left) - _cells(right)
        return to_strip([(" ", fill), *left, (" " * gap, fill), *right, (" ", fill)], width, fill)

    def _cut(self, texts: Texts, room: int) -> list[Piece]:
        pieces: list[Piece] = []
        for text, component in texts:
            shown = text if self.desk.glyphs is UNICODE_GLYPHS else ascii_text(text)
            shown = cut(shown, room - _cells(pieces), self.desk.glyphs.ellipsis)
            if shown:
                pieces.append((shown, self.desk.style(component)))
        return pieces


class HintBar(Bar):
    """The keys that matter, as many as there is room for; what one types or a notice takes their place."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._notice: Texts = ()
        self._words: tuple[Texts, Texts] | None = None

    def put(self, place: Region) -> None:
        """Stand here from now on, with as many keys as fit."""
        super().put(place)
        self._fill()

    def set_notice(self, notice: str) -> None:
        """Show a standing notice; an empty one brings the keys back."""
        self._notice = ((notice, "bar--alarm"),) if notice else ()
        self._fill()

    def set_words(self, left: Texts, right: Texts = ()) -> None:
        """Show what belongs to something one types, until `forget_words`."""
        self._words = (left, right)
        self._fill()

    def forget_words(self) -> None:
        """Typing is over."""
        self._words = None
        self._fill()

    def _fill(self) -> None:
        if self._words is not None:
            self.set_text(*self._words)
        elif self._notice:
            self.set_text(self._notice)
        else:
            self.set_text(self._keys())

    def _keys(self) -> Texts:
        texts: list[tuple[str, str]] = []
        room = self.place.width - 2
        by_id = {command.id: command for command in COMMANDS}
        for command in (by_id[name] for name in HINTS):
            key = key_text(command.keys).split(" ")[0]
            room -= cell_len(key) + len(command.hint) + 3
            if room >= -2:
                texts += [(key, "bar--strong"), (f" {command.hint}  ", "bar--text")]
        return tuple(texts)


def _cells(pieces: list[Piece]) -> int:
    return sum(cell_len(text) for text, _ in pieces)
