"""Keys for what lies over the panes: the pages, and the palette."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from textual import events
from textual.command import CommandPalette
from textual.worker import WorkerError

from reader.tui.keymap import WAY_OUT

if TYPE_CHECKING:
    from textual.message_pump import MessagePump
    from textual.widgets import Input

    from reader.tui.app import NewsreaderApp

PATIENCE_S: Final = 3.0
"""Longest wait for what the palette finds: a key must not take the keyboard away."""


class PageKeys:
    """Gives keys to the page in front at once, in their order.

    Textual puts them into the queue of the box that has the focus. Those typed ahead of an Esc or Enter that
    closes the page would be there as well, and end with it.

    Args:
        app: Whose pages they are.
    """

    def __init__(self, app: NewsreaderApp) -> None:
        self._app = app
        self._behind: list[events.Key | events.Paste] = []
        self._is_command_due = False

    def must_wait(self, event: events.Key | events.Paste) -> bool:
        """Whether it comes behind a command of the palette that is still to be run, and is given later."""
        is_early = self._is_command_due and getattr(event, "key", "") != WAY_OUT
        if is_early:
            self._behind.append(event)
        return is_early

    async def take(self, event: events.Key | events.Paste) -> bool:
        """Give it to the page in front; false where none lies over the panes, or nothing takes it."""
        if len(self._app.screen_stack) < 2:
            return False
        box = self._box
        if isinstance(event, events.Paste):
            if box is not None:
                box._on_paste(event)
            return box is not None
        if event.key == WAY_OUT:
            return False
        if box is not None and isinstance(self._app.screen, CommandPalette) and event.key == "enter":
            await self._choose(box, self._app.screen)
        elif await self._run(event.key, is_first=True):
            pass
        elif box is not None and event.is_printable:
            await box._on_key(event)
        else:
            await self._run(event.key)
        # What nothing knows is not left to Textual, which looks for its command once it has come up through
        # two queues: Ctrl+P pressed on a page that is closed by then would open the palette over what came
        # since.
        return True

    @property
    def _box(self) -> Input | None:
        """The box on the page that has the focus."""
        if self._app.focused is None:
            return None
        from textual.widgets import Input

        return self._app.focused if isinstance(self._app.focused, Input) else None

    async def _run(self, key: str, *, is_first: bool = False) -> bool:
        return await self._app._check_bindings(key, priority=is_first)

    async def _choose(self, box: Input, palette: CommandPalette) -> None:
        """Enter in the palette: about what is found for all that was typed, and before the keys behind it."""
        await self._caught_up(box, palette)
        await self._run("enter")
        await self._caught_up(box, palette)
        if self._app.screen is not palette:
            # The command stands behind the keys that came meanwhile.
            self._is_command_due = True
            self._app.call_later(self._release)

    async def _release(self) -> None:
        self._is_command_due = False
        behind, self._behind = self._behind, []
        for event in behind:
            await self._app.on_event(event)

    async def _caught_up(self, box: Input, palette: CommandPalette) -> None:
        """Wait until the palette has taken in what was typed or chosen."""
        found = palette.query("CommandList").first()
        with contextlib.suppress(WorkerError, TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                for node in (box, palette, found, palette):
                    await _emptied(node)
                await self._app.workers.wait_for_complete(
                    [worker for worker in self._app.workers if worker.node is palette]
                )


async def _emptied(node: MessagePump) -> None:
    """Wait until a node has done all that is in its queue now."""
    done = asyncio.Event()
    if node.call_later(done.set):
        await done.wait()
