"""A program in a pseudo terminal, measured from outside: a thread only stamps what arrives."""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

COLUMNS: Final = 120
ROWS: Final = 40
GAP_S: Final = 0.004
QUIET_S: Final = 0.12
"""A screen on which nothing has come for so long is settled."""

REST_S: Final = 0.055
"""The story under the cursor is read after a rest of 60 ms."""

LIMIT_S: Final = 30.0
"""Longest wait for anything."""

_SEQUENCES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]")
# A session leader takes the terminal for its own: closing it then ends the program.
_LAUNCHER: Final = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


class Probe:
    """A running program.

    Args:
        command: The program and its arguments.
        environment: Its environment.

    Attributes:
        started: When it was started, as `time.perf_counter` counts.
        frames: When each chunk of output arrived, and its length in bytes.
    """

    def __init__(self, command: Sequence[str], environment: dict[str, str]) -> None:
        self._master, terminal = os.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.frames: list[tuple[float, int]] = []
        self._text = bytearray()
        self._news = threading.Condition()
        self._pressed = 0.0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env={name: text for name, text in environment.items() if name != "PYTHONDONTWRITEBYTECODE"},
            start_new_session=True,
        )
        os.close(terminal)
        self._reader.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self._master, 1 << 16):
                with self._news:
                    self.frames.append((time.perf_counter(), len(data)))
                    self._text += data
                    self._news.notify_all()

    def wait_for(self, pattern: str) -> float:
        """Seconds from the start until the output, without its escape sequences, matches a pattern.

        Raises:
            TimeoutError: If it does not come.
        """
        with self._news:
            if not self._news.wait_for(lambda: re.search(pattern, self._shown()), LIMIT_S):
                raise TimeoutError(f"{pattern!r} did not appear in {self._shown()[-400:]!r}")
            return self.frames[-1][0] - self.started

    def _shown(self) -> str:
        return _SEQUENCES.sub("", self._text.decode("utf-8", "replace"))

    def settle(self) -> float:
        """Wait until nothing more comes; when the last of it came, as `time.perf_counter` counts."""
        while True:
            with self._news:
                last = self.frames[-1][0] if self.frames else self.started
            rest = last + QUIET_S - time.perf_counter()
            if rest <= 0:
                return last
            time.sleep(rest)

    def bytes_since(self, moment: float) -> int:
        """Bytes that came after a moment."""
        return sum(size for when, size in self.frames if when >= moment)

    def bursts(self) -> int:
        """How often something came after at least `GAP_S` of nothing: a frame comes in pieces."""
        moments = [moment for moment, _ in self.frames]
        return sum(later - earlier > GAP_S for earlier, later in pairwise([-GAP_S, *moments]))

    def press(self, key: str) -> tuple[float, int]:
        """Seconds from a key to the first frame of the answer, and all bytes until the screen settled."""
        time.sleep(random.uniform(0, 0.02))  # not in step with a clock of the program
        count = len(self.frames)
        pressed = self._pressed = time.perf_counter()
        os.write(self._master, key.encode())
        with self._news:
            if not self._news.wait_for(lambda: len(self.frames) > count, LIMIT_S):
                raise TimeoutError(f"no answer to {key!r}")
            first = self.frames[count][0]
        self.settle()
        return first - pressed, self.bytes_since(pressed)

    def switch(self, key: str) -> float:
        """Seconds from a key to the last byte of its answer, and not of what follows after a rest."""
        first, _ = self.press(key)
        until = self._pressed + max(REST_S, first + GAP_S)  # an answer may be late
        return max(moment for moment, _ in self.frames if moment < until) - self._pressed

    def hold(self, key: str, presses: int, rate_hz: float) -> float:
        """Seconds from the last of so many presses until the screen has settled."""
        for _ in range(presses):
            pressed = time.perf_counter()
            os.write(self._master, key.encode())
            time.sleep(1 / rate_hz)
        return max(0.0, self.settle() - pressed)

    def memory_mb(self) -> float:
        """Resident memory now, of the program and what it started; 0 where the system does not tell."""
        kb = 0
        for process in self._family():
            with contextlib.suppress(OSError):
                found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
                kb += int(found[1]) if found else 0
        return kb / 1024

    def _family(self) -> list[int]:
        family = [self.process.pid]
        for process in family:
            with contextlib.suppress(OSError):
                children = Path(f"/proc/{process}/task/{process}/children").read_text()
                family += map(int, children.split())
        return family

    def _wait_for_end(self) -> None:
        """Wait until the process ends, but not for ever."""
        if hasattr(os, "pidfd_open"):
            descriptor = os.pidfd_open(self.process.pid)
            try:
                select.select([descriptor], [], [], LIMIT_S)
            finally:
                os.close(descriptor)
            return
        # Looks less and less often: what is over after 17 ms is seen after 32, after 33 ms after 64.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(LIMIT_S)

    def end(self, key: str = "") -> float:
        """End it, with a key or by force; seconds from the key to its end."""
        pressed = time.perf_counter()
        if key:
            with contextlib.suppress(OSError):
                os.write(self._master, key.encode())
            self._wait_for_end()
        took = time.perf_counter() - pressed
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._master)
        return took
