"""The search box: a query typed below the panes, what could come next, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message

from reader.tui.widgets.bars import Bar
from reader.wording import UNICODE_GLYPHS, Glyphs

if TYPE_CHECKING:
    from textual.widgets import Input

    from reader.query.complete import Completion

    Complete = Callable[[str, int], Sequence[Completion]]
    """A query and the place of the cursor to what may come next."""

_SHOWN_COMPLETIONS: Final = 6


class SearchBar(Container):
    """A line to type in, and one above it for completions or for what is wrong.

    Args:
        id: Its id in the style sheets.
        complete: Finds completions; quick.
        glyphs: The signs to draw with.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Clear the search", show=False),
        Binding("tab", "complete", "Take the first completion", show=False, priority=True),
        Binding("down", "leave", "To the stories found", show=False),
    ]

    @dataclass
    class Changed(Message):
        """Something else is being searched for."""

        text: str

    @dataclass
    class Left(Message):
        """Typing is over; the search stays."""

    @dataclass
    class Closed(Message):
        """The search is to be forgotten."""

    def __init__(self, *, id: str, complete: Complete, glyphs: Glyphs = UNICODE_GLYPHS) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs
        self._complete = complete
        self.input: Input | None = None
        self._completions: Sequence[Completion] = ()
        self._outcome = ""
        self._mistake = ""

    def compose(self) -> ComposeResult:
        """The line above."""
        yield Bar(id="search-words", glyphs=self.glyphs)

    async def prepare(self) -> None:
        """Add the line to type in: after the first frame, because it takes long to import."""
        from textual.widgets import Input

        from reader.query.parse import LENGTH_LIMIT

        self.input = Input(
            id="search-input",
            placeholder='words, or topic:"computer vision" quality>=60 is:unread …',
            max_length=LENGTH_LIMIT,
            compact=True,
            select_on_focus=False,
        )
        await self.mount(self.input)

    @property
    def text(self) -> str:
        """What is typed."""
        return self.input.value if self.input is not None else ""

    def open(self, text: str) -> None:
        """Begin to type, with this in the box."""
        if self.input is None:
            return
        self.display = True
        if self.input.value != text:
            self.input.value = text
        self.input.cursor_position = len(text)
        self.screen.set_focus(self.input, scroll_visible=False)
        self._show()

    def show_outcome(self, outcome: str) -> None:
        """Say how much was found."""
        self._outcome, self._mistake = outcome, ""
        self._show()

    def show_mistake(self, mistake: str) -> None:
        """Say what is wrong with the query."""
        self._mistake = mistake
        self._show()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every keystroke is a search."""
        event.stop()
        if self.display:
            self._completions = self._complete(event.value, event.input.cursor_position)
            self.post_message(self.Changed(event.value))
            self._show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter ends the typing."""
        event.stop()
        self.post_message(self.Left())

    def action_leave(self) -> None:
        """Go to the stories found."""
        self.post_message(self.Left())

    def action_close(self) -> None:
        """Forget the search."""
        self.post_message(self.Closed())

    def action_complete(self) -> None:
        """Take the first completion; without one, go to the stories found."""
        if not self._completions or self.input is None:
            self.action_leave()
            return
        first = self._completions[0]
        text = self.text[: first.start] + first.text
        rest = self.text[first.end :]
        self.input.value = text + rest
        self.input.cursor_position = len(text)

    def _show(self) -> None:
        left: tuple[tuple[str, str], ...]
        if self._mistake:
            left = ((self._mistake, "bar--alarm"),)
        elif self._completions and self.text:
            labels = [entry.label for entry in self._completions[:_SHOWN_COMPLETIONS]]
            left = (("Tab ", "bar--strong"), (self.glyphs.separator.join(labels), "bar--text"))
        else:
            left = (("Enter ", "bar--strong"), ("to the stories  ", "bar--text"))
            left += (("Esc ", "bar--strong"), ("forget the search", "bar--text"))
        self.query_one("#search-words", Bar).set_text(left, ((self._outcome, "bar--text"),))
