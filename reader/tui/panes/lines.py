"""Runs of text in a style, and how a line is made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from reader.tui.guard import GUARD

Piece = tuple[str, Style]
"""A run of text in one style."""


Highlight = Callable[[str], list[tuple[int, int]]]
"""A text to the places in it that are marked: starts and ends, sorted, apart from each other."""


def no_highlights(text: str) -> list[tuple[int, int]]:
    """Nothing is searched for."""
    return []


def to_strip(pieces: Sequence[Piece], width: int, fill: Style) -> Strip:
    """Pieces as a strip of exactly `width` cells: cut, or filled up with `fill`.

    Neighbours that may share a style become one, blanks with whatever stands beside them on the same ground:
    each change of style is some 40 bytes on the wire, and equal looks are to be equal strips.
    """
    runs: list[tuple[str, Style]] = []
    left = width
    for text, style in (*pieces, (" " * width, fill)):
        size = cell_len(text)
        if size > left:
            text, size = set_cell_size(text, left), left
        if not text:
            continue
        left -= size
        is_blank = text.isspace() and not _shows_on_blanks(style)
        if not runs:
            runs.append((text, _ground(style) if is_blank else style))
            continue
        before, last = runs[-1]
        if (
            last is style
            or last == style
            or (is_blank and last.bgcolor == style.bgcolor and not _shows_on_blanks(last))
        ):
            runs[-1] = (before + text, last)
        elif last.color is None and last == _ground(style) and not _shows_on_blanks(style):
            runs[-1] = (before + text, style)
        else:
            runs.append((text, _ground(style) if is_blank else style))
    return Strip(GUARD.apply([Segment(text, style) for text, style in runs]), width)


def _shows_on_blanks(style: Style) -> bool:
    return bool(style.underline or style.reverse or style.strike)


@lru_cache(maxsize=256)
def _ground(style: Style) -> Style:
    """The style of blanks: all that can be seen of it there."""
    return Style(bgcolor=style.bgcolor)


def marked(text: str, places: Sequence[tuple[int, int]], style: Style, mark: Style) -> list[Piece]:
    """`text` in `style`, with `mark` laid over these places of it."""
    pieces: list[Piece] = []
    end = 0
    for start, stop in places:
        pieces += [(text[end:start], style), (text[start:stop], style + mark)]
        end = stop
    return [*pieces, (text[end:], style)]


def cut_start(text: str, width: int, ellipsis: str = "…") -> str:
    """`text` in at most `width` cells: its end, with an ellipsis before it where something is missing."""
    if cell_len(text) <= width:
        return text
    room = width - cell_len(ellipsis)
    if room <= 0:
        return cut(ellipsis, width, "")
    while cell_len(text) > room:
        text = text[max(1, (cell_len(text) - room) // 2) :]
    # Nothing that belongs to what was cut off may stand first.
    while text and (not cell_len(text[0]) or text[0] == "\u200d"):
        text = text[1:]
    return ellipsis + text.lstrip()


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """`text` in at most `width` cells, with an ellipsis where something is missing."""
    if cell_len(text) <= width:
        return text
    size = cell_len(ellipsis)
    if width <= size:
        return set_cell_size(text, max(0, width))
    return set_cell_size(text, width - size).rstrip() + ellipsis
