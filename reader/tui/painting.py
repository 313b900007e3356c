"""Sending to the terminal what changed, and nothing else.

Textual draws every widget anew and sends a line from edge to edge of its widget when a cell of it changes,
and the whole screen when the layout changes: 12 kB and 18 ms for each story one moves to, 150 kB at the
start. Here a partial update asks only the widget in front for just the cells that changed, and a full one
sends the lines that look different from what the terminal shows. This leans on two inner hooks of Textual,
`Screen._compositor` and `App._display`; a test holds what is shown to what Textual itself would draw.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Final

from rich.segment import Segment
from textual._compositor import Compositor, CompositorUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

if TYPE_CHECKING:
    from rich.console import Console
    from textual.widget import Widget


_OVERRUN: Final = 4
"""Cells that are sent again beside a doubtful character."""


@cache
def _doubtful() -> re.Pattern[str]:
    # Made when the first text is not plain ASCII: it takes some milliseconds.
    return re.compile(
        "[^\x00-\u02ff\u0370-\u0482\u048a-\u058f\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf"
        "\u2190-\u22ff\u2500-\u25ff\u2605\u2606\u3000-\u3029\u3030-\u3098\u309b-\u9fff\uac00-\ud7a3"
        "\uff01-\uffdc]+"
    )


def _is_doubtful(text: str) -> bool:
    """Whether terminals have opinions of their own on its width: emoji, joined and combining characters."""
    return not text.isascii() and _doubtful().search(text) is not None


class Shown:
    """What the terminal shows, as strips: what it shows already need not be sent.

    Attributes:
        early: What was sent before the first update, as it would be sent by that; see `reader.afterimage`.
        size: Of the terminal, where it has changed.
    """

    def __init__(self) -> None:
        self.early = ""
        self.size: Size | None = None
        self._lines: dict[int, list[tuple[int, Strip]]] = {}

    def forget(self) -> None:
        """Something else was drawn there: nothing is known of it."""
        self._lines.clear()

    def draw_over(self) -> None:
        """Something else is drawn now: what was sent before the first update does not stand there either."""
        self.early = ""
        self.forget()

    def put(self, x: int, y: int, strip: Strip) -> Iterator[tuple[int, Strip]]:
        """Show a strip from column `x` of line `y` on; the parts of it that differ, with their columns."""
        end = x + strip.cell_length
        kept = [(x, strip)]
        known_to = x
        for left, known in self._lines.get(y, ()):
            right = left + known.cell_length
            if right <= x or left >= end:
                kept.append((left, known))
                continue
            if left < x:
                kept.append((left, known.crop(0, x - left)))
            if right > end:
                kept.append((end, known.crop(end - left, known.cell_length)))
            first, last = max(left, x), min(right, end)
            if first > known_to:
                yield known_to, strip.crop(known_to - x, first - x)
            yield from _difference(
                first, strip.crop(first - x, last - x), known.crop(first - left, last - left)
            )
            known_to = last
        if known_to < end:
            yield known_to, strip.crop(known_to - x, end - x)
        if _is_doubtful(strip.text):
            # It may have run over what stands right of it.
            yield from ((left, known.crop(0, _OVERRUN)) for left, known in kept if left == end)
        kept.sort(key=_column)
        self._lines[y] = kept


def _column(part: tuple[int, Strip]) -> int:
    return part[0]


def _difference(x: int, new: Strip, old: Strip) -> Iterator[tuple[int, Strip]]:
    """What is new from the first segment that differs to the last; nothing where none does."""
    if new is old:
        return
    ours, theirs = list(new), list(old)
    start = 0
    while ours and theirs and ours[0] == theirs[0]:
        start += ours[0].cell_length
        del ours[0], theirs[0]
    end = new.cell_length
    while ours and theirs and ours[-1] == theirs[-1]:
        end -= ours[-1].cell_length
        del ours[-1], theirs[-1]
    if ours:
        yield x + start, new.crop(start, end)


class Painter(Compositor):
    """Textual's compositor for a screen of panes that change a few cells at a time.

    Args:
        shown: What the terminal shows; the app clears it when something else was drawn there.
    """

    def __init__(self, shown: Shown) -> None:
        super().__init__()
        self._shown = shown
        self._drawn_size = Size(0, 0)

    def render_full_update(self, simplify: bool = False) -> CompositorUpdate:  # type: ignore[override]
        """The lines of the whole screen that the terminal does not show already."""
        if simplify:  # for a picture, not for the terminal
            return super().render_full_update(simplify=True)
        self._dirty_regions.clear()
        if self.size != self._drawn_size:
            # What was drawn for another size may have run over the edges of this one.
            self._drawn_size = self.size
            self._shown.forget()
        chops = self._render_chops(self.size.region, lambda y: True)
        strips = [Strip.join(line.values()) for line in chops[: self.size.height]]
        return Changes([(self.size.region, strips)], self._shown)

    def render_partial_update(self) -> CompositorUpdate | None:  # type: ignore[override]
        """The changed cells, each drawn by the widget in front."""
        if self.size != self._drawn_size or self._shown.size not in (None, self.size):
            return None  # all of it is drawn when the screen has been laid out
        dirty, self._dirty_regions = self._dirty_regions, set()
        pieces: list[tuple[Region, list[Strip]]] = []
        for region in _apart(dirty):
            for widget, part, offset in self._owners(region.intersection(self.size.region)):
                pieces.append((part, widget.render_lines(part.translate(offset))))
        return Changes(pieces, self._shown) if pieces else None

    def _owners(self, region: Region) -> Iterator[tuple[Widget, Region, tuple[int, int]]]:
        """Who draws which part of a region, and what takes that part to the widget's own coordinates."""
        left = [region] if region else []
        for widget, (place, clip) in self.visible_widgets.items():
            if not left:
                return
            visible = place.intersection(clip)
            rest: list[Region] = []
            for part in left:
                inside = part.intersection(visible)
                if inside:
                    yield widget, inside, (-place.x, -place.y)
                    rest += _without(part, inside)
                else:
                    rest.append(part)
            left = rest


class Changes(CompositorUpdate):
    """Rectangles of cells, of which that is sent which the terminal does not show."""

    def __init__(self, pieces: list[tuple[Region, list[Strip]]], shown: Shown) -> None:
        self._pieces = pieces
        self._shown = shown

    def render_segments(self, console: Console) -> str:
        """The cells as escape sequences."""
        sent: list[str] = []
        for region, strips in self._pieces:
            for y, strip in enumerate(strips, region.y):
                for x, part in self._shown.put(region.x, y, strip):
                    if _is_doubtful(part.text):
                        sent.append(_held_in_place(x, y, part, console))
                    else:
                        sent += (_move_to(x, y), part.render(console))
        text = "".join(sent)
        early, self._shown.early = self._shown.early, ""
        return "" if text == early else text


def _held_in_place(x: int, y: int, strip: Strip, console: Console) -> str:
    """The strip on cleared cells, with what follows a doubtful character put where it belongs."""
    blank = Strip([Segment(" " * segment.cell_length, segment.style) for segment in strip])
    sent = [_move_to(x, y), blank.render(console)]
    for text, style, _ in strip:
        start = 0
        for doubt in (*_doubtful().finditer(text), None):
            end = len(text) if doubt is None else doubt.end()
            part = Strip([Segment(text[start:end], style)])
            sent += (_move_to(x, y), part.render(console))
            x += part.cell_length
            start = end
    return "".join(sent)


def _apart(regions: Iterable[Region]) -> list[Region]:
    """Regions that cover the same cells, none of them twice."""
    apart: list[Region] = []
    for region in sorted(regions, key=lambda region: -region.area):
        left = [region]
        for other in apart:
            left = [rest for part in left for rest in _without(part, part.intersection(other))]
        apart += left
    return apart


def _without(region: Region, hole: Region) -> list[Region]:
    """What is left of a region when a part of it is taken out."""
    if not hole:
        return [region]
    x, y, width, _height = region
    rest = (
        Region(x, y, width, hole.y - y),
        Region(x, hole.bottom, width, region.bottom - hole.bottom),
        Region(x, hole.y, hole.x - x, hole.height),
        Region(hole.right, hole.y, region.right - hole.right, hole.height),
    )
    return [part for part in rest if part]


def _move_to(x: int, y: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H"
