"""The screen of the next start, kept at the end of this one: shown before anything is loaded.

Importing Textual takes a quarter of a second. What it will draw first is known when the app ends, as long as
nothing it depends on changes until then: files, terminal, environment, and the ages of stories. Where any of
that is different, nothing is shown too early. Loads hardly more than Python has loaded already.
"""

from __future__ import annotations

import os
import sys
import time
from zlib import crc32

# Not from typing: importing it takes longer than all that is done here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import FrameType
    from typing import Any

_FORMAT = "newsreader afterimage 1"
_SIZE_LIMIT = 1_000_000

_VARIABLES = ("TERM", "COLORTERM", "NO_COLOR", "LANG", "LC_ALL", "TZ", "TERM_PROGRAM")
"""What Textual or we look at in the environment, beside its own variables."""

_ENTER = b"\x1b[?1049h\x1b[?25l\x1b[?7l"
_LEAVE = b"\x1b[?7h\x1b[?25h\x1b[?1049l"


_painted: tuple[list[Any], str] | None = None
"""Attributes of the terminal before, and the frame, where nobody has taken it over or undone it yet."""


def show(arguments: Sequence[str]) -> bool:
    """Paint what the app will show with these arguments, if that is known; true if it is painted now."""
    global _painted
    try:
        frame = _valid_frame(arguments)
        if frame is None:
            return False
        # The public module takes as long to import as all of this.
        import _signal  # type: ignore[import-not-found]
        import termios

        before, quiet = termios.tcgetattr(0), termios.tcgetattr(0)
        # What one types until the app listens waits there unseen, and as it was typed: Ctrl+Q as well.
        quiet[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
        quiet[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
        _painted = before, frame.decode()
        for number in (_signal.SIGTERM, _signal.SIGHUP):
            _signal.signal(number, _end)
        termios.tcsetattr(0, termios.TCSANOW, quiet)
        _write(_ENTER + frame)
    except Exception:  # noqa: BLE001  it is a nicety: the app starts without it
        undo()
        return False
    return True


def take_over() -> tuple[list[Any], str] | None:
    """The app draws from now on; what the terminal was before, and the frame, or None if none was painted."""
    global _painted
    taken, _painted = _painted, None
    return taken


def undo() -> None:
    """Give the terminal back as it was, if anything was painted that nobody took over."""
    taken = take_over()
    if taken is not None:
        import termios

        _write(_LEAVE)
        termios.tcsetattr(0, termios.TCSANOW, taken[0])


def _end(number: int, frame: FrameType | None) -> None:
    """Asked to end before the app can listen."""
    undo()
    os._exit(128 + number)


def keep(frame: str, files: Iterable[str], not_after: float, size: tuple[int, int]) -> None:
    """Keep the first screen of the next start with the arguments of this one.

    Args:
        frame: Text and escape sequences that draw it on a screen of that size.
        files: All that it depends on; they need not exist.
        not_after: When it would look different, in seconds since 1970; infinity for never.
        size: Columns and rows.

    Raises:
        OSError: If it cannot be written.
    """
    arguments = sys.argv[1:]
    data = frame.encode("utf-8", "replace")
    head = [_FORMAT, _key(arguments), _circumstances(size), f"{crc32(data)}", f"{not_after}"]
    head += [f"{stamp(path)} {path}" for path in files]
    if any("\n" in line for line in head):
        return
    path = _path(arguments)
    # The mode is for the last folder only; the one above is ours too.
    for inner in (os.path.dirname(folder()), folder()):
        os.makedirs(inner, 0o700, exist_ok=True)
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "wb", opener=_private) as file:
        file.write(os.fsencode("\n".join(head)) + b"\n\n" + data)
    os.replace(temporary, path)


def _valid_frame(arguments: Sequence[str]) -> bytes | None:
    if not (os.isatty(0) and os.isatty(2)):
        return None
    try:
        with open(_path(arguments), "rb") as file:
            data = file.read(_SIZE_LIMIT)
    except OSError:
        return None
    head, _, frame = data.partition(b"\n\n")
    form, key, circumstances, checksum, not_after, *stamps = os.fsdecode(head).split("\n")
    size = os.get_terminal_size(2)
    is_valid = (
        (form, key) == (_FORMAT, _key(arguments))
        and circumstances == _circumstances((size.columns, size.lines))
        and checksum == f"{crc32(frame)}"
        and time.time() < float(not_after)
        and all(stamp(line.split(" ", 2)[2]) == " ".join(line.split(" ", 2)[:2]) for line in stamps)
    )
    return frame if is_valid else None


def stamp(path: str) -> str:
    """What changes when a file changes; two words."""
    try:
        status = os.stat(path)
    except OSError:
        return "- -"
    return f"{status.st_mtime_ns} {status.st_size}"


def _key(arguments: Sequence[str]) -> str:
    return "\0".join([os.getcwd(), *arguments])


def _circumstances(size: tuple[int, int]) -> str:
    """All that decides how a screen looks beside the files; one line."""
    names = sorted({*_VARIABLES, *(name for name in os.environ if name.startswith("TEXTUAL"))})
    variables = "\0".join(f"{name}={os.environ.get(name, '')}" for name in names)
    # The program itself: an upgrade or a change puts another time on its folders.
    here = os.path.dirname(os.path.abspath(__file__))
    return f"{size[0]}x{size[1]}\0{stamp(here)}\0{stamp(os.path.join(here, 'tui'))}\0{variables}"


def _path(arguments: Sequence[str]) -> str:
    return os.path.join(folder(), f"{crc32(os.fsencode(_key(arguments))):08x}")


def folder() -> str:
    """Where they lie: in `reader.locations.cache_dir`, found without the library that knows it."""
    cache = os.environ.get("XDG_CACHE_HOME", "")
    if not cache.startswith("/"):
        usual = "~/Library/Caches" if sys.platform == "darwin" else "~/.cache"
        cache = os.path.expanduser(usual)
    return os.path.join(cache, "newsreader", "afterimage")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(2, data) :]
