"""The second line of defence: what reaches the terminal, whatever a widget was given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter, Monochrome, NoColor

from reader.patterns import pattern

_BAD = pattern("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ANY: Final = Color(0, 0, 0)


class Guard(LineFilter):
    """Drops control and direction characters from every line of every screen.

    Text is cleaned where it enters; this catches what a later change forgets. It does not see the address
    of a link style: none is used here.
    """

    def apply(self, segments: list[Segment], background: Color = _ANY) -> list[Segment]:
        """The segments without such characters; the same list where there are none."""
        if not any(_BAD.search(text) for text, _, _ in segments):
            return segments
        return [Segment(_BAD.sub("", text), style, control) for text, style, control in segments]


# One object each: a strip keeps what a filter made of it for each filter object.
GUARD: Final = Guard()
_NO_COLOR: Final = NoColor()


def line_filters(filters: Sequence[LineFilter], *, is_ansi: bool) -> list[LineFilter]:
    """Textual's own filters, made right for NO_COLOR with an ANSI theme, and the guard behind them.

    Textual chooses its grey-scale filter once, at the start; an ANSI theme turns black on black in it.
    """
    return [*(_NO_COLOR if isinstance(f, Monochrome) and is_ansi else f for f in filters), GUARD]
