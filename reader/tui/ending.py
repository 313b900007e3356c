"""The end that a signal asks for: in good order if that is possible, but an end in any case."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING, Final, cast

from reader import afterimage
from reader.library import Library

if TYPE_CHECKING:
    from reader.tui.app import NewsreaderApp
    from reader.tui.driver import PromptDriver

PATIENCE_S: Final = 3.0
"""How long the app may take to put the terminal back; where there is none any more, it may wait for ever."""

LAST_WORDS_S: Final = 0.5
"""How long the terminal may take to be put back past an app that hangs."""


class Ending:
    """Listens for SIGTERM, SIGHUP and SIGINT from the first moment on.

    Handlers of the event loop would not do: it is not running yet while Textual is imported, it does not
    turn while a text browser has the terminal, and writing to a terminal that was closed can block it. What
    Python makes of SIGINT, an exception anywhere, leaves the app waiting for its own threads; Ctrl+C on the
    keyboard is a key here and no signal.

    Args:
        library: Saved and closed whichever way it ends.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._app: NewsreaderApp | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, self._asked)

    def of(self, app: NewsreaderApp, loop: asyncio.AbstractEventLoop) -> None:
        """From now on there is an app to end."""
        self._app, self._loop = app, loop

    def _asked(self, number: int, frame: FrameType | None) -> None:
        threading.Thread(target=self._insist, args=(number,), name="ending", daemon=True).start()
        if self._app is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._app.exit, None, 128 + number)

    def _insist(self, number: int) -> None:
        if self._app is not None:
            time.sleep(PATIENCE_S)
        self._library.close()
        afterimage.undo()
        # A terminal that was closed, or is held by Ctrl+S, can block whoever writes to it.
        last = threading.Thread(target=self._put_back, name="last words", daemon=True)
        last.start()
        last.join(LAST_WORDS_S)
        os._exit(128 + number)

    def _put_back(self) -> None:
        if self._app is not None and self._app._driver is not None:
            cast("PromptDriver", self._app._driver).put_back()
