"""SIGBUS: somebody cut a file short that is mapped into memory. Mended where that can be, else the end.

What Python does with a signal in C is to write its number into a pipe and to return; the instruction is tried
again, and faults again, until there is something to read. Whoever faults does so within SQLite, without
Python's lock, so that a thread can see to it meanwhile.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Final

PATIENCE_S: Final = 1.0
"""How long faults may go on where there is nothing left to mend; mending takes a millisecond."""

_PAUSE_S: Final = 0.01
_APART_S: Final = 0.5
"""Faults with so long a pause between them have nothing to do with each other."""

_PIPE_BYTES: Final = 1 << 16
"""All that the pipe holds: what faulted before it was mended is read in one piece with what was mended."""


class FaultWatch:
    """A thread that waits for faults of memory; of the main thread, and once.

    Args:
        mend: Called from that thread with each look at which there were faults, and once at first, so that
            whatever it needs is loaded; whether it found something to mend.
        give_up: Called from there where they go on, with the number of the signal; does not return.
    """

    def __init__(self, mend: Callable[[], bool], give_up: Callable[[int], None]) -> None:
        self._mend, self._give_up = mend, give_up
        self._reader, writer = os.pipe()
        os.set_blocking(writer, False)
        threading.Thread(target=self._watch, name="faults", daemon=True).start()
        # The pipe is told of all signals. Nothing else here wants it: the event loop, which could, has none.
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGBUS, lambda *_: None)

    def _watch(self) -> None:
        self._mend()
        since = last = 0.0
        while True:
            if signal.SIGBUS not in os.read(self._reader, _PIPE_BYTES):
                continue
            now = time.monotonic()
            if self._mend() or now - last > _APART_S:
                since = now
            last = now
            if now - since > PATIENCE_S:
                self._give_up(signal.SIGBUS)
            time.sleep(_PAUSE_S)
