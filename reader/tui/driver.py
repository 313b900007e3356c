"""Textual's terminal driver, made to end at once."""

from __future__ import annotations

import contextlib
import os
import selectors
from codecs import getincrementaldecoder
from threading import Event

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver


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

    def run_input_thread(self) -> None:
        """Turn what the terminal sends into events until the driver ends."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")().decode
        with selectors.SelectSelector() as selector:  # the only one that takes a terminal on macOS
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self.exit_event.reader, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                for key, _ in selector.select(0.1):
                    if key.fileobj == self.fileno and (data := decode(os.read(self.fileno, 4_096))):
                        for event in parser.feed(data):
                            self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
        with contextlib.suppress(EOFError, ParseError):  # in the middle of a sequence
            for event in parser.feed(""):
                self.process_message(event)
