"""A list of rows of equal height, drawn line by line: a million rows cost no more than the visible ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from rich.style import Style
from textual.strip import Strip

from reader.tui.panes.lines import Piece, to_strip
from reader.tui.panes.pane import Pane
from reader.tui.panes.wrapping import wrapped

if TYPE_CHECKING:
    from reader.tui.desk import Desk

_KEPT_STRIPS: Final = 120


class Rows(Pane):
    """Rows under a cursor. What they show is up to the pane that derives from this.

    Args:
        desk: What it is a part of.
        name: Its name among the panes.
        title: On its border.
        on_move: Called when the cursor stands on another row, or on other content; with False where that
            was not done by hand. A call and no message: list and story then change in one frame, and a key
            typed ahead finds both of them changed.

    Attributes:
        row_height: Lines of a row.
        cursor: Number of the current row, 0 and up; meaningless while there are none.
    """

    row_height = 1
    empty_text: str = ""

    def __init__(self, desk: Desk, *, name: str, title: str, on_move: Callable[[bool], None]) -> None:
        super().__init__(desk, name=name, title=title)
        self._on_move = on_move
        self.cursor = 0
        self._strips: dict[tuple[object, ...], Strip] = {}

    # -- what a derived list says ------------------------------------------------------------------

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def row_key(self, index: int) -> object:
        """Everything that the look of a row depends on; equal keys are drawn once."""
        raise NotImplementedError

    def row_lines(self, index: int, width: int) -> Sequence[Sequence[Piece]]:
        """The lines of a row, `row_height` of them, each cut to `width` cells at most."""
        raise NotImplementedError

    # -- the cursor --------------------------------------------------------------------------------

    def move_to(self, index: int, *, by_hand: bool = True) -> None:
        """Put the cursor on a row, the nearest one there is, and bring it into view."""
        if not self.row_count:
            return
        old, new = self.cursor, max(0, min(index, self.row_count - 1))
        self.cursor = new
        if old != new:
            self.refresh_rows(old, new)
        self.show_cursor()
        if old != new or not by_hand:
            self._on_move(by_hand)

    def show_cursor(self) -> None:
        """Scroll so that the cursor is in view.

        Past an edge of the pane the list goes on by half a page: one redraw in ten rows, not in each, and
        what comes next is in view.
        """
        y, rows = self.cursor * self.row_height, self.row_height
        if self.top <= y and y + rows <= self.top + self.height:
            return
        half = max(rows, self.page_rows // 2 * rows)
        if 0 < y + rows - (self.top + self.height) <= half:
            self.scroll_line(self._whole_row(self.top + half))
        elif 0 < self.top - y <= half:
            self.scroll_line(self._whole_row(y + rows - half))
        elif y < self.top:
            self.scroll_line(y)
        else:
            self.scroll_line(y + rows - self.height)

    def _whole_row(self, y: int) -> int:
        return y // self.row_height * self.row_height

    def content_changed(self) -> None:
        """Take in another number of rows; the strips that still fit are kept."""
        self.cursor = max(0, min(self.cursor, self.row_count - 1))
        self.lines_changed()
        self.refresh()

    @property
    def line_count(self) -> int:
        """All rows."""
        return self.row_count * self.row_height

    def refresh_rows(self, *indexes: int) -> None:
        """Draw these rows again."""
        for index in indexes:
            self.refresh_lines(index * self.row_height, self.row_height)

    @property
    def page_rows(self) -> int:
        """How many whole rows are in view, 1 at least."""
        return max(1, self.height // self.row_height)

    def visible_rows(self) -> range:
        """The rows in view, those that are cut off included."""
        top = self.top // self.row_height
        return range(top, min(self.row_count, top + self.page_rows + 2))

    def action_down(self) -> None:
        """One row down."""
        self.move_to(self.cursor + 1)

    def action_up(self) -> None:
        """One row up."""
        self.move_to(self.cursor - 1)

    def action_top(self) -> None:
        """The first row."""
        self.move_to(0)

    def action_bottom(self) -> None:
        """The last row."""
        self.move_to(self.row_count - 1)

    def action_page_down(self) -> None:
        """One page down."""
        self.move_to(self.cursor + self.page_rows)

    def action_page_up(self) -> None:
        """One page up."""
        self.move_to(self.cursor - self.page_rows)

    def action_half_page_down(self) -> None:
        """Half a page down."""
        self.move_to(self.cursor + max(1, self.page_rows // 2))

    def action_half_page_up(self) -> None:
        """Half a page up."""
        self.move_to(self.cursor - max(1, self.page_rows // 2))

    # -- mouse -------------------------------------------------------------------------------------

    def clicked(self, x: int, y: int, *, is_double: bool) -> None:
        """Move to the row."""
        index = y // self.row_height
        if 0 <= index < self.row_count:
            self.move_to(index)

    # -- drawing -----------------------------------------------------------------------------------

    def line(self, y: int) -> Strip:
        """One line of the pane, from the strips kept where the row has not changed."""
        index, part = divmod(y, self.row_height)
        if index >= self.row_count:
            return self._empty_line(y - self.top, self.width)
        is_cursor = index == self.cursor
        key = (self.row_key(index), part, self.width, is_cursor and (2 if self.has_focus else 1))
        strip = self._strips.get(key)
        if strip is None:
            if len(self._strips) >= _KEPT_STRIPS:
                self._strips.clear()
            for number, pieces in enumerate(self.row_lines(index, self.width)):
                fill = self.style_of("row--text", index)
                self._strips[key[0], number, self.width, key[3]] = to_strip(pieces, self.width, fill)
            strip = self._strips[key]
        return strip

    def _empty_line(self, y: int, width: int) -> Strip:
        blank = self.desk.style("row--meta")
        lines = wrapped(self.empty_text, width - 3) if not self.row_count else []
        first = max(0, (self.height - len(lines)) // 3)
        text = lines[y - first] if first <= y < first + len(lines) else ""
        if not text:
            return self.blank_line()
        return to_strip([(f"  {text}", blank)], width, blank)

    def style_of(self, component: str, index: int) -> Style:
        """The style of a part of a row; the one under the cursor has more of it."""
        if index != self.cursor:
            return self.desk.style(component)
        under = "row--cursor" if self.has_focus else "row--cursor-blurred"
        return self.desk.style(component, under)

    def forget_strips(self) -> None:
        """Draw everything anew."""
        self._strips.clear()
        self.refresh()

    def restyled(self) -> None:
        """The styles have changed."""
        super().restyled()
        self._strips.clear()

    def resized(self) -> None:
        """Keep the cursor in view when the pane changes its size."""
        self._strips.clear()
        if self.row_count:
            self.show_cursor()

    def focus_changed(self) -> None:
        """The cursor looks different now."""
        self.refresh_rows(self.cursor)
