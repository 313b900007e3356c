"""A page laid over the panes: something to read, and Esc closes it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.visual import VisualType
from textual.widgets import Static


class Page(ModalScreen[None]):
    """Text in a box that scrolls.

    Args:
        title: On the border.
        content: What to read; a plain string in it is never markup.
        id: Its id in the style sheets.
        hint: On the border below.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,i,question_mark,f1", "dismiss", "Close"),
        Binding("j,down", "scroll(1)", "Down", show=False),
        Binding("k,up", "scroll(-1)", "Up", show=False),
        Binding("space,pagedown", "page(1.0)", "Page down", show=False),
        Binding("pageup", "page(-1.0)", "Page up", show=False),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False),
        Binding("g,home", "scroll(-100_000)", "Top", show=False),
        Binding("G,end", "scroll(100_000)", "Bottom", show=False),
    ]

    def __init__(self, title: str, content: VisualType, *, id: str, hint: str = "Esc closes") -> None:
        super().__init__(id=id)
        self._hint = hint
        self._title = title
        self._content = content

    def compose(self) -> ComposeResult:
        """The text in its box."""
        with VerticalScroll(id="page") as page:
            page.border_title = self._title
            page.border_subtitle = self._hint
            page.can_focus = False
            yield Static(self._content, markup=False)

    def action_scroll(self, lines: int) -> None:
        """Scroll the page."""
        # A key typed ahead may come before the page is made.
        if (box := self.query_one_optional("#page", VerticalScroll)) is not None:
            box.scroll_relative(y=lines, animate=False)

    def action_page(self, pages: float) -> None:
        """Scroll by pages, one line of them overlapping."""
        if (box := self.query_one_optional("#page", VerticalScroll)) is not None:
            self.action_scroll(round(pages * (box.scrollable_content_region.height - 1)))
