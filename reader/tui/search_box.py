"""The box one types in. Imports Textual's Input, which takes long: only behind the first frame."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input

from reader.query.parse import LENGTH_LIMIT
from reader.tui.foot import Foot
from reader.tui.line_box import LineBox


class SearchBox(LineBox):
    """A line being typed, at the foot of the screen.

    Args:
        foot: Its owner is called at once, not by messages: keys typed ahead find the right pane.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Forget it", show=False),
        Binding("tab", "complete", "Take the first completion", show=False, priority=True),
        Binding("down", "step(1)", "Next choice", show=False),
        Binding("up", "step(-1)", "Choice before", show=False),
    ]

    def __init__(self, foot: Foot) -> None:
        super().__init__(id="search", max_length=LENGTH_LIMIT, compact=True, select_on_focus=False)
        self._foot = foot

    def put(self, text: str, position: int) -> None:
        """Have this in the box, with the cursor there."""
        if self.value != text:
            self.value = text
        self.cursor_position = position

    def on_hide(self, event: events.Hide) -> None:
        """Keep the focus. Textual takes it away, but tells late: the box may be open again by then."""
        event.prevent_default()

    def _catch_up(self) -> None:
        """Tell what is typed; keys come faster than Textual's message about them."""
        if self.display and self._foot.owner is not None:
            self._foot.owner.typed(self.value, self.cursor_position)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every keystroke counts."""
        event.stop()
        self._catch_up()

    async def action_submit(self) -> None:
        """Enter ends the typing: by a call and no message, or the next key would still be typed."""
        self._catch_up()
        if self._foot.owner is not None:
            self._foot.owner.leave()

    def action_step(self, step: int) -> None:
        """Another choice."""
        self._catch_up()
        if self._foot.owner is not None:
            self._foot.owner.step(step)

    def action_close(self) -> None:
        """Forget what was typed."""
        if self._foot.owner is not None:
            self._foot.owner.close()

    def action_complete(self) -> None:
        """Take the first completion, or the next choice."""
        self._catch_up()
        if self._foot.owner is not None:
            self._foot.owner.complete()
