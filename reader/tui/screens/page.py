"""A page laid over the panes: something to read, and Esc closes it."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.visual import VisualType
from textual.widgets import Static

from reader.tui.keys import Keys

_ACTIONS: Final = {
    "down": "scroll(1)",
    "up": "scroll(-1)",
    "page-down": "page(1.0)",
    "page-story": "page(1.0)",
    "page-up": "page(-1.0)",
    "half-page-down": "page(0.5)",
    "half-page-up": "page(-0.5)",
    "top": "scroll(-100_000)",
    "bottom": "scroll(100_000)",
    "go-in": "dismiss",
    "back": "dismiss",
    "quit-or-back": "dismiss",
}
"""What the keys of a command do on a page."""


class Page(ModalScreen[None]):
    """Text in a box that scrolls, with the keys that scroll a pane.

    Args:
        title: On the border.
        content: What to read; a plain string in it is never markup.
        keys: The keys as they are.
        command: The command that shows the page: its keys close it again.
        name: Its class in the style sheets. No id: the page before it may not be gone yet, and two with one
            id end the app.
        hint: On the border below, before how to scroll and to close it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Close")]

    def __init__(
        self, title: str, content: VisualType, *, keys: Keys, command: str, name: str, hint: str = ""
    ) -> None:
        super().__init__(classes=name)
        scrolls = "/".join(filter(None, (keys.text(name).split(" ")[0] for name in ("down", "up"))))
        parts = (hint, f"{scrolls} scrolls" if scrolls else "", "Esc closes")
        self._hint = "  ".join(filter(None, parts))
        self._title = title
        self._content = content
        for name, action in {**_ACTIONS, command: "dismiss"}.items():
            self.listen(keys.of(name), action)

    def listen(self, keys: tuple[str, ...], action: str) -> None:
        """Do this on these keys."""
        if keys:
            self._bindings.bind(",".join(keys), action, show=False)

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
