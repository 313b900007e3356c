"""The line one types a query in. Imports Textual's Input, which takes long: only behind the first frame."""

from __future__ import annotations

from typing import ClassVar, Protocol

from textual.binding import Binding, BindingType
from textual.widgets import Input

from reader.query.parse import LENGTH_LIMIT


class Typing(Protocol):
    """Who is told what is typed."""

    def typed(self, text: str, position: int) -> None:
        """Something else is typed now; the cursor stands before this character."""

    def complete(self) -> None:
        """Take the first completion."""

    def leave(self) -> None:
        """Typing is over; the search stays."""

    def close(self) -> None:
        """The search is to be forgotten."""


class SearchBox(Input):
    """A query being typed, at the foot of the screen.

    Args:
        typing: Is called at once, not by messages: keys typed ahead find the right pane.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Clear the search", show=False),
        Binding("tab", "complete", "Take the first completion", show=False, priority=True),
        Binding("down", "leave", "To the stories found", show=False),
    ]

    def __init__(self, typing: Typing) -> None:
        super().__init__(
            id="search",
            placeholder='words, or topic:"computer vision" quality>=60 is:unread …',
            max_length=LENGTH_LIMIT,
            compact=True,
            select_on_focus=False,
        )
        self._typing = typing

    def put(self, text: str, position: int) -> None:
        """Have this in the box, with the cursor there."""
        if self.value != text:
            self.value = text
        self.cursor_position = position

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every keystroke is a search."""
        event.stop()
        if self.display:
            self._typing.typed(event.value, self.cursor_position)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter ends the typing."""
        event.stop()
        self._typing.leave()

    def action_leave(self) -> None:
        """Go to the stories found."""
        self._typing.leave()

    def action_close(self) -> None:
        """Forget the search."""
        self._typing.close()

    def action_complete(self) -> None:
        """Take the first completion."""
        self._typing.complete()
