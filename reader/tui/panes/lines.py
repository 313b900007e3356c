"""Runs of text in a style, and how a line is made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

Piece = tuple[str, Style]
"""A run of text in one style."""


Highlight = Callable[[str], list[tuple[int, int]]]
"""A text to the places in it that are marked: starts and ends, sorted, apart from each other."""


def no_highlights(text: str) -> list[tuple[int, int]]:
    """Nothing is searched for."""
    return []


def to_strip(pieces: Sequence[Piece], width: int, fill: Style) -> Strip:
    """Pieces as a strip of exactly `width` cells: cut, or filled up with `fill`.

    Neighbours in one style become one: each change of style is some 40 bytes on the wire.
    """
    runs: list[list[str]] = []
    styles: list[Style] = []
    left = width
    if pieces and _is_blank_alike(pieces[-1][1], fill):
        fill = pieces[-1][1]
    for text, style in (*pieces, (" " * width, fill)):
        size = cell_len(text)
        if size > left:
            text, size = set_cell_size(text, left), left
        if not text:
            continue
        if styles and styles[-1] == style:
            runs[-1].append(text)
        else:
            runs.append([text])
            styles.append(style)
        left -= size
    return Strip([Segment("".join(run), style) for run, style in zip(runs, styles, strict=True)], width)


def _is_blank_alike(style: Style, other: Style) -> bool:
    """Whether a space looks the same in both."""
    return style.bgcolor == other.bgcolor and not (style.underline or style.reverse or style.strike)


def marked(text: str, places: Sequence[tuple[int, int]], style: Style, mark: Style) -> list[Piece]:
    """`text` in `style`, with `mark` laid over these places of it."""
    pieces: list[Piece] = []
    end = 0
    for start, stop in places:
        pieces += [(text[end:start], style), (text[start:stop], style + mark)]
        end = stop
    return [*pieces, (text[end:], style)]


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """`text` in at most `width` cells, with an ellipsis where something is missing."""
    if cell_len(text) <= width:
        return text
    size = cell_len(ellipsis)
    if width <= size:
        return set_cell_size(text, max(0, width))
    return set_cell_size(text, width - size).rstrip() + ellipsis
