"""The line above the panes and the line below them; neither is ever wider than the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from textual.geometry import Region
from textual.strip import Strip

from reader.tui.hints import hints
from reader.tui.panes.lines import Piece, cut, cut_start, to_strip
from reader.wording import UNICODE_GLYPHS, ascii_text

if TYPE_CHECKING:
    from reader.tui.desk import Desk

Texts = tuple[tuple[str, str], ...]
"""Clean texts, each with its component class."""


_LEAST_END: Final = 22
"""Cells for the end of a sentence whose beginning is cut off: its last words with their numbers."""


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
        room = max(0, width - 2)
        right = self._end_of(self._right, self._right_room(room))
        left = self._cut(self._left, room - _cells(right) - (2 if right else 0))
        gap = room - _cells(left) - _cells(right)
        return to_strip([(" ", fill), *left, (" " * gap, fill), *right, (" ", fill)], width, fill)

    def _right_room(self, room: int) -> int:
        """How many cells the right text may take."""
        return room

    def _cut(self, texts: Texts, room: int) -> list[Piece]:
        pieces: list[Piece] = []
        for text, component in texts:
            shown = cut(self.shown(text), max(0, room - _cells(pieces)), self.desk.glyphs.ellipsis)
            if shown:
                pieces.append((shown, self.desk.style(component)))
        return pieces

    def _end_of(self, texts: Texts, room: int) -> list[Piece]:
        """What is strong has room first, then the end of the last text, where the numbers say the most of it.

        Of the others those are shown that fit, and of the last one no end that says nothing.
        """
        shown, last = [""] * len(texts), len(texts) - 1
        for place in sorted(range(len(texts)), key=lambda place: (texts[place][1] != "bar--strong", -place)):
            text, left = self.shown(texts[place][0]), room - sum(map(cell_len, shown))
            is_worth_cutting = not any(shown) or (place == last and left >= _LEAST_END)
            if cell_len(text) <= left or is_worth_cutting:
                shown[place] = cut_start(text, max(0, left), self.desk.glyphs.ellipsis)
        styled = zip(shown, texts, strict=True)
        return [(text, self.desk.style(component)) for text, (_, component) in styled if text]

    def shown(self, text: str) -> str:
        """A text as the terminal can show it."""
        return text if self.desk.glyphs is UNICODE_GLYPHS else ascii_text(text)


class HintBar(Bar):
    """The keys that matter, as many as there is room for; what one types or a notice takes their place.

    Attributes:
        where: What the keys are for, as in `reader.tui.hints.HINTS`.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.where = "stories"
        self._notice: Texts = ()
        self._aside: Texts = ()
        self._words: tuple[Texts, Texts] | None = None
        self._welcome: Sequence[tuple[str, str]] = ()

    def put(self, place: Region) -> None:
        """Stand here from now on, with as many keys as fit."""
        super().put(place)
        self._fill()

    def set_where(self, where: str) -> None:
        """Show the keys that matter there."""
        if where != self.where:
            self.where = where
            self._fill()

    def set_notice(self, notice: str) -> None:
        """Show a standing notice; an empty one brings the keys back."""
        self._notice = ((notice, "bar--alarm"),) if notice else ()
        self._fill()

    def set_aside(self, aside: Texts) -> None:
        """Show this at the right of the keys, in two thirds of the line at most."""
        if aside != self._aside:
            self._aside = aside
            self._fill()

    def set_welcome(self, hints: Sequence[tuple[str, str]]) -> None:
        """Show these in place of the usual keys, each with what it does; none brings those back."""
        self._welcome = hints
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
            room = self.place.width - 2
            texts = () if self._welcome else self._aside
            aside = _cells(self._end_of(texts, self._right_room(room)))
            self.set_text(self._keys(room - aside - 2 if aside else room), texts)

    def _right_room(self, room: int) -> int:
        return room if self._words is not None else room * 2 // 3

    def _keys(self, room: int) -> Texts:
        """As many keys as fit, the first ones first; before all others the one that shows every key."""
        found = self._welcome or hints(self.where, self.desk.keys)
        cells = [cell_len(f"{key} {does}  ") for key, does in found]
        every = self.desk.keys.first("keys")
        first = next((place for place, (key, _) in enumerate(found) if key == every), 0)
        room += 2  # behind the last one there is no gap
        shown: set[int] = set()
        for place in sorted(range(len(found)), key=lambda place: (place != first, place)):
            room -= cells[place]
            if room < 0:
                break
            shown.add(place)
        texts: list[tuple[str, str]] = []
        for place in sorted(shown):
            key, does = found[place]
            texts += [("  " + key if texts else key, "bar--strong"), (f" {does}", "bar--text")]
        return tuple(texts)


def _cells(pieces: list[Piece]) -> int:
    return sum(cell_len(text) for text, _ in pieces)
