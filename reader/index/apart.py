"""Reading many files in processes of their own, beside the one that writes the index.

Python runs one thread at a time: with two processors an archive is read in half the time where reading and
writing are two processes, and whoever presses a key meanwhile waits for neither. None of them is needed: what
cannot be started, ends, or answers what nobody asked is done without.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from reader.index.child import READY
from reader.index.reading import Reading, Stem
from reader.index.wire import SIZE, pack_paths, unpack
from reader.model import Archive

_PROGRAM: Final = (
    "import sys; sys.path[:] = sys.argv[5:]; from reader.index.child import main; main(sys.argv[1:5])"
)
_COUNT: Final = 2
"""Processes: two read as fast as one writes, and take the turns that it leaves."""

_PIPE_BYTES: Final = 1 << 20  # where the system allows it
_ROOM_BYTES: Final = (16_000, 64_000)
"""Asked and not answered: it must fit into a pipe, the least one or a wide one, or both would wait."""

ASKED_BYTES: Final = 10_240
"""Most that is asked at once."""

_ANSWER_BYTES: Final = 1 << 28
_PATIENCE_S: Final = 30.0  # for one answer, which takes some 5 ms
_LOOK_MS: Final = 50


class LostError(Exception):
    """A process is of no more use."""


def processors() -> int:
    """How many processes may run at once here."""
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):  # macOS
        return os.cpu_count() or 1


def started(archive: Archive, stem: Stem) -> list[Helper]:
    """Processes on their way: as many as are of use, none where there is one processor only.

    One processor is left to the thread that waits for keys, where this is another one.

    Args:
        archive: What they read.
        stem: What `StoryIndex` was given.
    """
    count = processors()
    if count == 1 or threading.current_thread() is not threading.main_thread():
        count -= 1
    helpers: list[Helper] = []
    with contextlib.suppress(OSError, ValueError):
        helpers.extend(Helper(archive, stem) for _ in range(min(count, _COUNT)))
    return helpers


class Helper:
    """A process that reads files.

    Args:
        archive: Where they are.
        stem: What `StoryIndex` was given.

    Raises:
        OSError: If it cannot be started.
        ValueError: The same.
    """

    def __init__(self, archive: Archive, stem: Stem) -> None:
        flags = ["-I", "-X", f"utf8={sys.flags.utf8_mode}", *(["-B"] if sys.dont_write_bytecode else [])]
        places = [place for place in sys.path if os.path.isabs(place)]
        whose = [archive.name, str(archive.root), stem.__module__, stem.__qualname__]
        self._process = subprocess.Popen(
            [sys.executable, *flags, "-c", _PROGRAM, *whose, *places],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            # Of a group of its own: what a terminal sends to the program is not meant for it. Not of a
            # session of its own: Linux shares out its time by session, and would give it as much as the keys.
            process_group=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._asking, self._telling = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._room = _widened(self._asking, self._telling)
        self._waiting: deque[int] = deque()  # bytes of each message that is not answered
        self._is_ready = False

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def is_ready(self) -> bool:
        """Whether it answers by now; quick.

        Raises:
            LostError: If it never will.
        """
        if not self._is_ready and _is_readable(self._telling, 0):
            if self._message(lambda: False) != READY:
                raise LostError
            self._is_ready = True
        return self._is_ready

    @property
    def load(self) -> int:
        """How much it was asked for and has not answered, in bytes."""
        return sum(self._waiting)

    def has_room(self) -> bool:
        """Whether it may be asked for more now."""
        return self.load + ASKED_BYTES <= self._room

    def ask(self, paths: list[str]) -> None:
        """Ask for some files, for which there is room.

        Args:
            paths: At most `ASKED_BYTES` together.

        Raises:
            LostError: If it does not listen any more.
        """
        message = pack_paths(paths)
        message = SIZE.pack(len(message)) + message
        try:
            os.write(self._asking, message)
        except OSError as error:
            raise LostError from error
        self._waiting.append(len(message))

    def answer(self, paths: list[str], is_cancelled: Callable[[], bool]) -> list[Reading] | None:
        """What it says of the files that it was asked for first; None if it is cancelled.

        Raises:
            LostError: If it says nothing, or nothing that makes sense.
        """
        message = None if is_cancelled() else self._message(is_cancelled)
        if message is None:
            return None
        self._waiting.popleft()
        try:
            return unpack(message, paths)
        except ValueError as error:
            raise LostError from error

    def close(self) -> None:
        """End it, at once."""
        with contextlib.suppress(OSError):
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with contextlib.suppress(OSError):
                pipe.close()
        self._process.wait()

    def _message(self, is_cancelled: Callable[[], bool]) -> bytes | None:
        """The next message; None if it is cancelled meanwhile."""
        head = self._bytes(SIZE.size, is_cancelled)
        if head is None:
            return None
        (size,) = SIZE.unpack(head)
        if size > _ANSWER_BYTES:
            raise LostError
        return self._bytes(size, is_cancelled)

    def _bytes(self, count: int, is_cancelled: Callable[[], bool]) -> bytes | None:
        """Wait for so many bytes; None if it is cancelled meanwhile, and they are not all there."""
        parts: list[bytes] = []
        until = time.monotonic() + _PATIENCE_S
        while count > 0:
            if _is_readable(self._telling, _LOOK_MS):
                try:
                    parts.append(os.read(self._telling, count))
                except OSError as error:
                    raise LostError from error
                if not parts[-1]:
                    raise LostError
                count -= len(parts[-1])
            elif is_cancelled():
                return None
            elif time.monotonic() > until:
                raise LostError
        return b"".join(parts)


def _is_readable(descriptor: int, wait_ms: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(wait_ms))


def _widened(*pipes: int) -> int:
    """Let more go through pipes at once, if possible; how much may be asked at once then."""
    try:
        import fcntl

        for pipe in pipes:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except (ImportError, AttributeError, OSError):
        return _ROOM_BYTES[0]
    return _ROOM_BYTES[1]
