"""The real program in a real terminal: started in a pty, its screen read by a terminal emulator."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

import pyte

PROJECT: Final = Path(__file__).resolve().parents[2]

READER: Final = (sys.executable, "-m", "reader")
"""The reader as it is."""

DEADLINE_S: Final = 20.0
"""Longest wait for anything: a busy machine may take seconds for what is usually done in a tenth."""

KEYS: Final[Mapping[str, str]] = {
    "enter": "\r",
    # As a terminal with the Kitty protocol sends it: the plain byte begins every other key as well.
    "escape": "\x1b[27u",
    "space": " ",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "ctrl+d": "\x04",
    "ctrl+p": "\x10",
    "ctrl+q": "\x11",
    "ctrl+u": "\x15",
}

# A session leader takes the terminal for its own; only then do its end and its size mean anything.
_LAUNCHER: Final = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
# Sequences that pyte takes for text.
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[(?:>[0-9;]*u|<[0-9;]*u|\?[0-9;]*\$p)")
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*)?\Z")
_READ_LIMIT: Final = 65_536
_WRITE_LIMIT: Final = 1_024
_NOT_INHERITED: Final = (
    "BROWSER",
    "COLUMNS",
    "DISPLAY",
    "LINES",
    "NO_COLOR",
    "TERM_PROGRAM",
    "TEXTUAL",
    "WAYLAND_DISPLAY",
)


def environment(**changes: str) -> dict[str, str]:
    """The environment of this test, as a terminal with all colours would have it, with these changes."""
    usual = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    return {**usual, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8", **changes}


def home_variables(home: Path) -> dict[str, str]:
    """Where the program keeps its own files, all below `home`."""
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_STATE_HOME": str(home / "state"),
    }


class PtyApp:
    """``newsreader`` in a pty of its own; at the end of a ``with`` block it has ended, by force if need be.

    Nothing runs beside the test: the program's output is read while the test waits for something.

    Args:
        arguments: The command line.
        size: Columns and lines.
        environ: Changes to the environment of the test.
        program: What is run with these arguments, the reader as it is installed if nothing else is said.

    Attributes:
        output: All bytes that came out so far.
    """

    def __init__(
        self,
        *arguments: str | Path,
        size: tuple[int, int] = (100, 30),
        environ: Mapping[str, str] | None = None,
        program: Sequence[str] = READER,
    ) -> None:
        columns, lines = size
        self.output = bytearray()
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._fed = self._pressed_at = 0
        self._master, slave = os.openpty()
        try:
            fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            self._modes_before = termios.tcgetattr(slave)
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _LAUNCHER, *program, *arguments],
                stdin=slave,
                stdout=slave,
                stderr=slave,
                cwd=PROJECT,
                env=environment(**(environ or {})),
                start_new_session=True,
            )
        finally:
            os.close(slave)

    def __enter__(self) -> PtyApp:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(DEADLINE_S)
        self.hang_up()

    # -- what it shows -----------------------------------------------------------------------------

    @property
    def lines(self) -> list[str]:
        """The lines of the screen, without trailing blanks, as far as the output has been read."""
        self._draw()
        # Not pyte's `display`, which looks up the width of each character again.
        columns, rows = range(self._screen.columns), range(self._screen.lines)
        buffer = self._screen.buffer
        return ["".join([buffer[row][column].data for column in columns]).rstrip() for row in rows]

    @property
    def text(self) -> str:
        """The screen in one piece."""
        return "\n".join(self.lines)

    def is_reversed(self, line: int) -> bool:
        """Whether most of a line of the screen is drawn with its colours exchanged."""
        self._draw()
        row = self._screen.buffer[line]
        return sum(row[column].reverse for column in range(self._screen.columns)) > self._screen.columns // 4

    def where(self, text: str) -> tuple[int, int]:
        """Column and line of a text on the screen, 0-based."""
        for number, line in enumerate(self.lines):
            if text in line:
                return line.index(text), number
        raise AssertionError(f"{text!r} is not on the screen:\n{self.text}")

    def wait_for(self, text: str, deadline_s: float = DEADLINE_S) -> str:
        """Wait until this text is on the screen; gives the screen."""
        self._wait(text, True, deadline_s)
        return self.text

    def wait_for_pattern(self, pattern: str, deadline_s: float = DEADLINE_S) -> str:
        """Wait until this regular expression is found on the screen; gives the screen."""
        end = time.monotonic() + deadline_s
        while not re.search(pattern, self.text):
            left = end - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"{pattern!r} never came; the screen is:\n{self.text}")
        return self.text

    def wait_until_gone(self, text: str, deadline_s: float = DEADLINE_S) -> str:
        """Wait until this text is not on the screen any more; gives the screen."""
        self._wait(text, False, deadline_s)
        return self.text

    def _wait(self, text: str, is_wanted: bool, deadline_s: float) -> None:
        end = time.monotonic() + deadline_s
        while (text in self.text) is not is_wanted:
            left = end - time.monotonic()
            if left <= 0 or not self._read(left):
                wish = "never came" if is_wanted else "never went"
                raise AssertionError(f"{text!r} {wish}; the screen is:\n{self.text}")

    def wait_for_output(self, text: str) -> None:
        """Wait until this text, all in one style, has been drawn since the last key.

        Much quicker than `wait_for` where a lot is drawn: the screen is not looked at.
        """
        end = time.monotonic() + DEADLINE_S
        while self.output.find(text.encode(), self._pressed_at) < 0:
            left = end - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"{text!r} was not drawn; the screen is:\n{self.text}")

    def drain(self, quiet_s: float) -> None:
        """Read what comes out until nothing has for so long."""
        end = time.monotonic() + DEADLINE_S
        before = -1
        while len(self.output) != before and time.monotonic() < end:
            before = len(self.output)
            if not self._read(quiet_s):
                return

    def _read(self, timeout_s: float) -> bool:
        """Take in what is there, or comes within the time; false when nothing can come any more."""
        data, is_open = b"", True
        while is_open and len(data) < _READ_LIMIT and select.select([self._master], [], [], timeout_s)[0]:
            try:
                more = os.read(self._master, _READ_LIMIT)
            except OSError:  # what Linux says when the other side is closed
                more = b""
            data, is_open, timeout_s = data + more, bool(more), 0
        self.output += data
        return is_open

    def _draw(self) -> None:
        """Bring the screen up to date. Only when it is looked at: this takes longer than all the rest."""
        data = bytes(self.output[self._fed :])
        if unfinished := _UNFINISHED.search(data):
            data = data[: unfinished.start()]
        self._fed += len(data)
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))

    def forget_output(self) -> None:
        """Let go of what came out, for long sessions; the screen stays."""
        self._draw()
        if len(self.output) - self._fed < 64:  # but for what is not finished yet
            del self.output[: self._fed]
            self._fed = self._pressed_at = 0

    # -- what is done to it ------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Press keys: characters, or names such as ``enter``."""
        self._pressed_at = len(self.output)
        self._send("".join(KEYS.get(key, key) for key in keys))

    def click(self, text: str) -> None:
        """Click on the first letter of a text on the screen."""
        column, line = self.where(text)
        place = f"0;{column + 1};{line + 1}"
        self._send(f"\x1b[<{place}M\x1b[<{place}m")

    def _send(self, text: str) -> None:
        data = text.encode()
        while data:
            # A program that is behind with reading may be waiting for its own output to be read.
            self._read(0)
            if select.select([], [self._master], [], 0.05)[1]:
                data = data[os.write(self._master, data[:_WRITE_LIMIT]) :]

    def send(self, text: str) -> None:
        """What the terminal sends, byte by byte as it stands here."""
        self._pressed_at = len(self.output)
        self._send(text)

    def resize(self, columns: int, lines: int) -> None:
        """Make the window larger or smaller."""
        self._draw()
        self._screen.resize(lines, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def kill(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def wait_until_it_outlives_faults(self) -> None:
        """Wait until it has a handler for SIGBUS, which is soon after the first frame."""
        end = time.monotonic() + DEADLINE_S
        status = Path(f"/proc/{self.pid}/status")
        while not int(re.findall(r"SigCgt:\s*(\w+)", status.read_text())[0], 16) >> signal.SIGBUS - 1 & 1:
            assert time.monotonic() < end, "it has no handler"
            self._read(0.01)

    def hang_up(self) -> None:
        """Close the terminal's side of the pty, as when its window is closed."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    # -- how it ends -------------------------------------------------------------------------------

    def quit(self) -> int:
        """Press Ctrl+Q and wait for the end; gives the exit code."""
        self.press("ctrl+q")
        return self.wait_for_end()

    def wait_for_end(self) -> int:
        """Read all that still comes out and wait until it has ended; gives the exit code."""
        end = time.monotonic() + DEADLINE_S
        while self._master >= 0 and time.monotonic() < end and self._read(end - time.monotonic()):
            pass
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(max(0.1, end - time.monotonic()))
        raise AssertionError(f"it never ended; the screen is:\n{self.text}")

    def has_restored_modes(self) -> bool:
        """Whether the terminal echoes and reads lines as it did before."""
        flags = termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN
        now = termios.tcgetattr(self._master)
        return bool(now[3] & flags == self._modes_before[3] & flags) and now[0] == self._modes_before[0]
