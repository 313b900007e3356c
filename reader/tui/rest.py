"""Something to be done when the reader has rested for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Rest:
    """A call after a rest, put off each time it is started again.

    A timer of Textual's is a task of its own: too dear for something that every key press puts off.

    Args:
        call: What is done then, on the event loop.
    """

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call
        self._handle: asyncio.TimerHandle | None = None

    def start(self, rest_s: float) -> None:
        """Call after this rest, counted from now."""
        self.stop()
        self._handle = asyncio.get_running_loop().call_later(rest_s, self._done)

    def stop(self) -> None:
        """Do not call."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _done(self) -> None:
        self._handle = None
        self._call()
