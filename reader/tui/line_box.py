"""A line that one types in. Imports Textual's Input, which takes long: only behind the first frame."""

from __future__ import annotations

from textual import events
from textual.widgets import Input


class LineBox(Input):
    """An input that takes each key at once, not by the queue of messages.

    Of keys typed ahead, the one behind Enter or Esc is then for whatever has the focus by that time.
    """

    async def take_key(self, event: events.Key) -> bool:
        """Take the character of a key; false where it has none."""
        if event.is_printable:
            await self._on_key(event)
        return event.is_printable

    def take_paste(self, event: events.Paste) -> None:
        """Take a pasted text."""
        self._on_paste(event)
