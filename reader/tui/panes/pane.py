"""A part of the desk: lines that scroll, in a border or without one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from reader.tui.panes.lines import cut, to_strip
from reader.wording import Glyphs

if TYPE_CHECKING:
    from reader.tui.desk import Desk

WHEEL_LINES: Final = 3
"""Lines that a step of the mouse wheel scrolls."""


class Pane:
    """Lines in a border, drawn where the desk has put them.

    Args:
        desk: What it is a part of.
        name: Its name among the panes.
        title: On its border.

    Attributes:
        name: Its name among the panes.
        title: On its border.
        place: Where it stands on the desk, border included; without area it is not shown.
        inner: Where its lines stand.
        top: The line of the content that stands first.
    """

    def __init__(self, desk: Desk, *, name: str, title: str) -> None:
        self.desk = desk
        self.name = name
        self.title = title
        self.place = Region()
        self.inner = Region()
        self.top = 0
        self._thumb = (0, 0)
        self._edges: dict[object, Strip] = {}
        self._blank: Strip | None = None

    # -- what a derived pane says ------------------------------------------------------------------

    @property
    def line_count(self) -> int:
        """How many lines the content has."""
        raise NotImplementedError

    @property
    def where(self) -> str:
        """What keys are pressed for here, as in `reader.tui.hints.HINTS`; asked for at every change."""
        return self.name

    def line(self, y: int) -> Strip:
        """A line of the content as a strip of exactly the inner width; blank below its end."""
        raise NotImplementedError

    def resized(self) -> None:
        """Another size: what depends on it is to be made anew."""

    def focus_changed(self) -> None:
        """The pane got the focus, or lost it."""

    def clicked(self, x: int, y: int, *, is_double: bool) -> None:
        """A click on line `y` of the content, `x` cells from its left edge."""

    def action_down(self) -> None:
        """One line down."""

    def action_up(self) -> None:
        """One line up."""

    def action_top(self) -> None:
        """To the first line."""

    def action_bottom(self) -> None:
        """To the last line."""

    def action_page_down(self) -> None:
        """One page down."""

    def action_page_up(self) -> None:
        """One page up."""

    def action_half_page_down(self) -> None:
        """Half a page down."""

    def action_half_page_up(self) -> None:
        """Half a page up."""

    # -- place -------------------------------------------------------------------------------------

    @property
    def glyphs(self) -> Glyphs:
        """The signs to draw with."""
        return self.desk.glyphs

    @property
    def has_focus(self) -> bool:
        """Whether keys go to it."""
        return self.desk.active is self and self.desk.has_focus

    @property
    def is_shown(self) -> bool:
        """Whether it has a place on the screen."""
        return bool(self.inner)

    @property
    def width(self) -> int:
        """Cells of a line."""
        return self.inner.width

    @property
    def height(self) -> int:
        """Lines in view."""
        return self.inner.height

    def put(self, place: Region, *, has_border: bool) -> None:
        """Stand here from now on."""
        inner = place.shrink((1, 1, 1, 1)) if has_border and place else place
        if (place, inner) == (self.place, self.inner):
            return
        is_other_size = inner.size != self.inner.size
        self.place, self.inner = place, inner
        self._edges.clear()
        if is_other_size and inner:
            self.scroll_line(self.top)
            self.resized()

    # -- scrolling ---------------------------------------------------------------------------------

    @property
    def max_top(self) -> int:
        """The last line that can stand first."""
        return max(0, self.line_count - self.height)

    def scroll_line(self, y: int) -> bool:
        """Bring line `y` to the top, or as near as the content allows; false if that changed nothing."""
        old, self.top = self.top, max(0, min(y, self.max_top))
        if old == self.top:
            return False
        self.refresh()
        return True

    def scroll_by(self, lines: int) -> bool:
        """Scroll so many lines down; false at the end."""
        return self.scroll_line(self.top + lines)

    def lines_changed(self) -> None:
        """The content has another number of lines; the place in it is kept as far as there is one."""
        self.scroll_line(self.top)
        self._refresh_thumb()

    # -- drawing -----------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Draw all lines in view again, and the sign of the place."""
        self.desk.draw(self.inner)
        self._refresh_thumb()

    def refresh_lines(self, first: int, count: int = 1) -> None:
        """Draw these lines of the content again, where they are in view."""
        region = Region(self.inner.x, self.inner.y + first - self.top, self.width, count)
        self.desk.draw(region.intersection(self.inner))

    def refresh_edge(self) -> None:
        """Draw the border again."""
        self._edges.clear()
        if self.place != self.inner:
            x, y, width, height = self.place
            self.desk.draw(Region(x, y, width, 1))
            self.desk.draw(Region(x, y + height - 1, width, 1))
            self.desk.draw(Region(x, y + 1, 1, height - 2))
            self.desk.draw(Region(x + width - 1, y + 1, 1, height - 2))

    def restyled(self) -> None:
        """The styles have changed."""
        self._edges.clear()
        self._blank = None

    def blank_line(self) -> Strip:
        """A line with nothing on it: always the same object, which is drawn and sent the quickest."""
        if self._blank is None or self._blank.cell_length != self.width:
            self._blank = to_strip((), self.width, self.desk.style("row--text"))
        return self._blank

    def strips(self, crop: Region) -> list[Strip]:
        """The cells of a region of the desk inside the pane, line by line."""
        first, last = crop.x - self.inner.x, crop.right - self.inner.x
        if self.inner.contains_region(crop):
            skip = self.top - self.inner.y
            if first == 0 and last == self.width:
                return [self.line(y + skip) for y in crop.line_range]
            return [self.line(y + skip).crop(first, last) for y in crop.line_range]
        x1, x2 = crop.x - self.place.x, crop.right - self.place.x
        return [self._whole(y).crop(x1, x2) for y in crop.line_range]

    def _whole(self, y: int) -> Strip:
        """A line with its border."""
        if y in (self.place.y, self.place.bottom - 1):
            return self._edge(y == self.place.y)
        left, right = self._sides(y)
        return Strip.join([left, self.line(y - self.inner.y + self.top), right])

    def _edge(self, is_upper: bool) -> Strip:
        key = (is_upper, self.title, self.has_focus)
        strip = self._edges.get(key)
        if strip is None:
            strip = self._edges[key] = self._drawn_edge(is_upper)
        return strip

    def _drawn_edge(self, is_upper: bool) -> Strip:
        line, title = self._edge_styles()
        width = self.place.width
        upper_left, upper_right, lower_left, lower_right, across, _ = tuple(self._frame)
        if not is_upper:
            return to_strip([(lower_left + across * (width - 2) + lower_right, line)], width, line)
        text = cut(f" {self.title} ", width - 4, self.glyphs.ellipsis)
        left = to_strip([(upper_left + across, line), (text, title)], 2 + cell_len(text), line)
        rest = width - left.cell_length - 1
        return Strip.join([left, to_strip([(across * rest + upper_right, line)], rest + 1, line)])

    @property
    def _frame(self) -> str:
        return self.glyphs.focus_frame if self.has_focus else self.glyphs.frame

    def _edge_styles(self) -> tuple[Style, Style]:
        if self.has_focus:
            return self.desk.style("frame--focus"), self.desk.style("frame--title-focus")
        return self.desk.style("frame--line"), self.desk.style("frame--title")

    def _sides(self, y: int) -> tuple[Strip, Strip]:
        start, end = self._thumb
        is_thumb = start <= y - self.inner.y < end
        key = (is_thumb, self.has_focus)
        left = self._edges.get(self.has_focus)
        if left is None:
            left = self._edges[self.has_focus] = self._side(self._frame[5])
        right = self._edges.get(key)
        if right is None:
            right = self._edges[key] = self._side(self.glyphs.thumb if is_thumb else self._frame[5])
        return left, right

    def _side(self, sign: str) -> Strip:
        return to_strip([(sign, self._edge_styles()[0])], 1, self._edge_styles()[0])

    # -- the sign of the place in the content ------------------------------------------------------

    def thumb_line(self, y: int) -> int:
        """The line that stands first when the sign of the place is dragged to line `y` of the pane."""
        start, end = self._thumb
        room = self.height - (end - start)
        return round(max(0, min(1, (y - (end - start) / 2) / room)) * self.max_top) if room > 0 else 0

    def _refresh_thumb(self) -> None:
        thumb = self._place_of_thumb()
        if thumb != self._thumb:
            rows = [y for part in (thumb, self._thumb) for y in part]
            self._thumb = thumb
            if self.place != self.inner:
                first, last = min(rows), max(rows)
                region = Region(self.place.right - 1, self.inner.y + first, 1, last - first)
                self.desk.draw(region.intersection(self.place))

    def _place_of_thumb(self) -> tuple[int, int]:
        """First and last line of the sign, the last excluded; none where everything is in view."""
        if not self.height or self.line_count <= self.height:
            return 0, 0
        size = max(1, self.height * self.height // self.line_count)
        start = round(self.top / self.max_top * (self.height - size))
        return start, start + size
