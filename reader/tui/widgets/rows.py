"""A list of rows of equal height, drawn line by line: a million rows cost no more than the visible ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from reader.tui.commands import PANES, bindings
from reader.tui.widgets.lines import Lines, Piece, to_strip
from reader.wording import UNICODE_GLYPHS, Glyphs

_KEPT_STRIPS: Final = 2_000


class Rows(Lines):
    """Rows under a cursor. What they show is up to the widget that derives from this.

    Args:
        id: Its id in the style sheets.
        on_move: Called when the cursor stands on another row, or on other content; with False where that
            was not done by hand. A call and no message: list and story then change in one frame, and a key
            typed ahead finds both of them changed.
        glyphs: The signs to draw with.

    Attributes:
        row_height: Lines of a row.
        cursor: Number of the current row, 0 and up; meaningless while there are none.
        glyphs: The signs to draw with.
    """

    BINDINGS: ClassVar[list[Binding]] = bindings(PANES)  # type: ignore[assignment]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row--text",
        "row--strong",
        "row--meta",
        "row--sign",
        "row--star",
        "row--match",
        "row--cursor",
        "row--cursor-blurred",
    }
    """
    | Class | What it styles |
    |---|---|
    | ``row--text`` | A title that is read, a topic. |
    | ``row--strong`` | A title that is unread. |
    | ``row--meta`` | Provider, date, counts. |
    | ``row--sign`` | The unread sign and the sign of the cursor. |
    | ``row--star`` | The star. |
    | ``row--match`` | Laid over what a search found. |
    | ``row--cursor`` | On top of these in the row under the cursor. |
    | ``row--cursor-blurred`` | The same while another pane has the focus. |
    """

    row_height = 1
    empty_text: str = ""

    @dataclass
    class Chosen(Message):
        """A row was double-clicked."""

        sender: Rows

        @property
        def control(self) -> Rows:
            """The list; lets handlers select by its id."""
            return self.sender

    def __init__(self, *, id: str, on_move: Callable[[bool], None], glyphs: Glyphs = UNICODE_GLYPHS) -> None:
        super().__init__(id=id, glyphs=glyphs)
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
        """Scroll so that the cursor is in view."""
        region = Region(0, self.cursor * self.row_height, 1, self.row_height)
        self.scroll_to_region(region, animate=False, force=True)

    def content_changed(self) -> None:
        """Take in another number of rows; the strips that still fit are kept."""
        self.cursor = max(0, min(self.cursor, self.row_count - 1))
        self.set_height(self.row_count * self.row_height)
        self.refresh()

    def refresh_rows(self, *indexes: int) -> None:
        """Draw these rows again."""
        for index in indexes:
            self.refresh_lines(index * self.row_height, self.row_height)

    @property
    def page_rows(self) -> int:
        """How many whole rows are in view, 1 at least."""
        return max(1, self.scrollable_content_region.height // self.row_height)

    def visible_rows(self) -> range:
        """The rows in view, those that are cut off included."""
        top = self.scroll_offset.y // self.row_height
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

    def on_click(self, event: events.Click) -> None:
        """Move to the row; a double click chooses it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = (offset.y + self.scroll_offset.y) // self.row_height
        if 0 <= index < self.row_count:
            self.clicked(index, offset.x)
            if event.chain == 2:
                self.post_message(self.Chosen(self))

    def clicked(self, index: int, x: int) -> None:
        """A row was clicked, `x` cells from its left edge."""
        self.move_to(index)

    # -- drawing -----------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One line of the pane, from the strips kept where the row has not changed."""
        width = self.scrollable_content_region.width
        index, part = divmod(y + self.scroll_offset.y, self.row_height)
        if index >= self.row_count:
            return self._empty_line(y, width)
        is_cursor = index == self.cursor
        key = (self.row_key(index), part, width, is_cursor and (2 if self.has_focus else 1))
        strip = self._strips.get(key)
        if strip is None:
            strip = self._draw(index, part, width)
            if len(self._strips) >= _KEPT_STRIPS:
                self._strips.clear()
            self._strips[key] = strip
        return strip

    def _draw(self, index: int, part: int, width: int) -> Strip:
        pieces = self.row_lines(index, width)[part]
        fill = self.style_of("row--text", index)
        return to_strip(pieces, width, fill)

    def _empty_line(self, y: int, width: int) -> Strip:
        blank = self.part_style("row--meta")
        lines = self.empty_text.split("\n") if not self.row_count else []
        first = max(0, (self.scrollable_content_region.height - len(lines)) // 3)
        text = lines[y - first] if first <= y < first + len(lines) else ""
        return to_strip([(f"  {text}", blank)], width, blank)

    def style_of(self, component: str, index: int) -> Style:
        """The style of a part of a row; the one under the cursor has more of it."""
        if index != self.cursor:
            return self.part_style(component)
        under = "row--cursor" if self.has_focus else "row--cursor-blurred"
        return self.part_style(component, under)

    def forget_strips(self) -> None:
        """Draw everything anew."""
        self._strips.clear()
        super().forget_strips()

    def on_resize(self) -> None:
        """Keep the cursor in view when the pane changes its size."""
        self._strips.clear()
        if self.row_count:
            self.show_cursor()

    def on_focus(self) -> None:
        """The cursor looks different now."""
        self.refresh_rows(self.cursor)

    def on_blur(self) -> None:
        """The cursor looks different now."""
        self.refresh_rows(self.cursor)
