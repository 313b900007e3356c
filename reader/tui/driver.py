"""Textual's terminal driver, made to end at once."""

from __future__ import annotations

import contextlib
import os
import selectors
import termios
from codecs import getincrementaldecoder
from threading import Event
from typing import TYPE_CHECKING, Final, cast

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from reader import afterimage
from reader.tui.pasting import PasteFilter

if TYPE_CHECKING:
    from reader.tui.app import NewsreaderApp


class WakingEvent(Event):
    """An event that also makes a pipe readable, so that a thread can wait for it and for a key at once."""

    def __init__(self) -> None:
        super().__init__()
        self.reader, self._writer = os.pipe()
        os.set_blocking(self.reader, False)

    def set(self) -> None:
        """Set the event and wake the thread."""
        super().set()
        os.write(self._writer, b"\0")

    def clear(self) -> None:
        """Forget both."""
        super().clear()
        with contextlib.suppress(BlockingIOError):
            os.read(self.reader, 1_024)


_LEAVE: Final = b"".join(
    [
        *(b"\x1b[?%dl" % mode for mode in (2004, 1000, 1003, 1015, 1006, 1016, 1004, 2048)),
        b"\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h",
    ]
)
"""What Textual sends when it gives the terminal back."""


class PromptDriver(LinuxDriver):
    """The driver of Linux and macOS without its wait at the end.

    Textual's input thread looks every 0.1 s whether it is to end, twice: quitting takes 260 ms of nothing.
    This one is woken.
    """

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.exit_event: WakingEvent = WakingEvent()
        self._has_screen = False
        self._is_on = False

    def start_application_mode(self) -> None:
        """Take the terminal; where the last screen stands on it already, let it stand."""
        taken = afterimage.take_over()
        self._has_screen = taken is not None
        self._is_on = True
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._has_screen = False
        if taken is not None:
            self.attrs_before = taken[0]
            cast("NewsreaderApp", self._app).shown.early = taken[1]

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        super().stop_application_mode()
        self._is_on = False

    def put_back(self) -> None:
        """Give the terminal back from another thread, past everything that may hang; the process ends then.

        May block where the terminal takes nothing. Does nothing where the app does not have it.
        """
        if self._is_on:
            with contextlib.suppress(OSError, termios.error):
                if self.attrs_before is not None:
                    termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
                os.write(2, _LEAVE)

    def write(self, data: str) -> None:
        """Send data to the terminal."""
        # Some terminals clear the second screen when they are sent to it once more.
        if not (self._has_screen and data == "\x1b[?1049h"):
            super().write(data)

    def run_input_thread(self) -> None:
        """Turn what the terminal sends into events until the driver ends."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")().decode
        pastes = PasteFilter()
        with selectors.SelectSelector() as selector:  # the only one that takes a terminal on macOS
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self.exit_event.reader, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                for key, _ in selector.select(0.1):
                    if key.fileobj != self.fileno:
                        continue
                    # Nothing at all would be taken for the end of all keys.
                    if data := pastes.filtered(decode(os.read(self.fileno, 4_096))):
                        for event in parser.feed(data):
                            self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
        with contextlib.suppress(EOFError, ParseError):  # in the middle of a sequence
            for event in parser.feed(""):
                self.process_message(event)
