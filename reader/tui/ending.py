"""The end that a signal asks for: in good order if that is possible, but an end in any case."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING, Final, NoReturn, cast

from reader import afterimage
from reader.library import Library

if TYPE_CHECKING:
    import asyncio

    from reader.tui.app import NewsreaderApp
    from reader.tui.driver import PromptDriver

PATIENCE_S: Final = 3.0
"""How long the app may take to put the terminal back; where there is none any more, it may wait for ever."""

LAST_WORDS_S: Final = 0.5
"""How long the terminal may take to be put back past an app that hangs."""

_FAULT: Final = (
    b"newsreader stopped: a file that it had in memory was cut short (SIGBUS); the marks are saved\r\n"
)

log = logging.getLogger(__name__)


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
        app.when_shown = self._look_out

    def _look_out(self) -> None:
        # Imported here, and not in the first frame's time: all of it takes 3 ms.
        from reader.tui.faults import FaultWatch

        FaultWatch(self._mend, self._give_up)

    def _mend(self) -> bool:
        is_cut_short = self._library.lengthen()
        if is_cut_short and self._app is not None:
            log.warning("a file that SQLite had mapped was cut short")
            # The loop has ended where it is the last closing of the index that faults.
            with contextlib.suppress(RuntimeError):
                self._app.mend()
        return is_cut_short

    def _give_up(self, number: int) -> None:
        """End at once: a thread that faults for ever has the index, and cannot be asked to let go of it."""
        try:
            self._library.keeper.close()
        finally:
            self._leave(number, _FAULT)

    def _asked(self, number: int, frame: FrameType | None) -> None:
        threading.Thread(target=self._insist, args=(number,), name="ending", daemon=True).start()
        if self._app is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._app.exit, None, 128 + number)

    def _insist(self, number: int) -> None:
        if self._app is not None:
            time.sleep(PATIENCE_S)
        self._library.close()
        self._leave(number)

    def _leave(self, number: int, words: bytes = b"") -> NoReturn:
        afterimage.undo()
        # A terminal that was closed, or is held by Ctrl+S, can block whoever writes to it.
        last = threading.Thread(target=self._put_back, args=(words,), name="last words", daemon=True)
        last.start()
        last.join(LAST_WORDS_S)
        os._exit(128 + number)

    def _put_back(self, words: bytes) -> None:
        if self._app is not None and self._app._driver is not None:
            cast("PromptDriver", self._app._driver).put_back()
        with contextlib.suppress(OSError):
            os.write(2, words)
