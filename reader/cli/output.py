"""Printing: data on stdout, words on stderr. Nothing else in this room writes to either."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import Final, TextIO

from reader import clean
from reader.errors import NewsreaderError
from reader.patterns import pattern

CLOSED_PIPE: Final = 141
"""The exit code where no one reads on: 128 and the number of SIGPIPE, as shells count."""

PATIENCE_S: Final = 0.5
"""Work that is done by then needs no word."""

# JSON itself escapes what is below a blank.
_ACTING = pattern("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]")
_EVERY_S: Final = 0.1
_POINT_CELLS: Final = 70
_POINT_BEFORE: Final = 50
_CLEAR: Final = "\r\x1b[K"


def prepare() -> None:
    """Let no character stop the output: what the encoding lacks becomes ``?``."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def use_utf8() -> None:
    """Write UTF-8 to a file or a program whatever the locale says: for formats that promise it."""
    if isinstance(sys.stdout, io.TextIOWrapper) and not is_terminal():
        sys.stdout.reconfigure(encoding="utf-8")


def is_terminal() -> bool:
    """Whether a person looks at stdout."""
    return sys.stdout is not None and sys.stdout.isatty()


def is_utf8() -> bool:
    """Whether stdout takes any character."""
    encoding = getattr(sys.stdout, "encoding", None) or ""
    return encoding.casefold().replace("-", "").replace("_", "") == "utf8"


def width_cells() -> int:
    """Columns of the terminal; 80 where they are not known."""
    import shutil  # loads five ways to pack files: as long as reading a page of stories

    return shutil.get_terminal_size().columns


def write(text: str) -> None:
    """Data, as it is; on a terminal without what could act on it.

    Raises:
        BrokenPipeError: If no one reads on.
        NewsreaderError: If it cannot be written.
    """
    if sys.stdout is None:
        raise NewsreaderError("there is no standard output to write to")
    if is_terminal():
        text = clean.block(text, len(text))
    with _writing():
        sys.stdout.write(text)


def write_line(text: str) -> None:
    """One line of data; raises as `write` does."""
    write(f"{text}\n")


def write_json(value: object) -> None:
    """One value as JSON over several lines; raises as `write` does."""
    write_line(json_text(value, is_ascii=_needs_ascii(), indent=2))


def write_json_list(values: Iterable[object]) -> None:
    """A JSON list, one value a line, each written when it is there; raises as `write` does."""
    needs_ascii = _needs_ascii()
    before = "["
    for value in values:
        write(f"{before}\n{json_text(value, is_ascii=needs_ascii)}")
        before = ","
    write_line("[]" if before == "[" else "\n]")


def json_text(value: object, *, is_ascii: bool = False, indent: int | None = None) -> str:
    """A value as JSON; what a terminal could act on is escaped, as in the exact names of files."""
    return _ACTING.sub(_escaped, json.dumps(value, ensure_ascii=is_ascii, indent=indent))


def _escaped(char: re.Match[str]) -> str:
    return json.dumps(char[0])[1:-1] if char[0] > "\uffff" else f"\\u{ord(char[0]):04x}"


def flush() -> None:
    """Send what is still held back; raises as `write` does."""
    if sys.stdout is not None:
        with _writing():
            sys.stdout.flush()


def say(words: str) -> None:
    """One line of words; lost without complaint where stderr is closed."""
    _tell(f"{clean.line(words)}\n")


def warn(sentence: str) -> None:
    """One sentence under the program's name."""
    say(f"newsreader: {sentence}")


def point_at(text: str, place: int) -> None:
    """A line of text on stderr, with a caret below the character at `place`; of a long text what is near."""
    start = max(0, place - _POINT_BEFORE)
    shown, before = (_one_line(text[start:end]) for end in (start + _POINT_CELLS, place))
    _tell(f"  {shown}\n  {' ' * text_cells(before)}^\n")


def _one_line(text: str) -> str:
    return clean.block(text).replace("\n", " ")


class ProgressLine:
    """One line on stderr that is redrawn, for work that takes a while; nothing where stderr is no terminal.

    Args:
        clock: Gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next_s = clock() + PATIENCE_S
        self._is_shown = False
        self._is_wanted = sys.stderr is not None and sys.stderr.isatty()

    def show(self, words: str) -> None:
        """Show how far the work is."""
        if self._is_wanted and self._clock() >= self._next_s:
            self._next_s = self._clock() + _EVERY_S
            self._is_shown = True
            _tell(_CLEAR + clean.line(words))

    def clear(self) -> None:
        """Take the line away again."""
        if self._is_shown:
            self._is_shown = False
            _tell(_CLEAR)


def text_cells(text: str) -> int:
    """How many columns of a terminal a text takes, counting wide characters as two."""
    return len(text) if text.isascii() else sum(map(_char_cells, text))


def wrapped(text: str) -> list[str]:
    """The lines of a text, on a terminal as long as it is wide where blanks allow that; else as they are.

    A word that is longer, such as an address, is left to the terminal: so it can be taken whole from it.
    """
    lines = text.split("\n")
    if not is_terminal():
        return lines
    cells = width_cells()
    return [part for line in lines for part in _parts(line, cells)]


def _parts(line: str, cells: int) -> Iterator[str]:
    """A line in parts of at most so many columns, each as far in as the first one."""
    bare = line.lstrip()
    if text_cells(line) <= cells or not bare:
        yield line
        return
    indent = line[: len(line) - len(bare)]
    first, *words = bare.split(" ")  # blanks between them stay as many as they are
    part = indent + first
    for word in words:
        if text_cells(part) + 1 + text_cells(word) > cells >= text_cells(indent + word):
            yield part.rstrip()
            part = indent + word
        else:
            part = f"{part} {word}" if part.strip() else indent + word
    yield part.rstrip()


def fitted(text: str, cells: int, ellipsis: str) -> str:
    """`text` cut or filled up with blanks to exactly `cells` columns."""
    if text_cells(text) > cells:
        text = _cut(text, cells - text_cells(ellipsis)) + ellipsis
    return text + " " * (cells - text_cells(text))


def _cut(text: str, cells: int) -> str:
    widths = accumulate(map(_char_cells, text))
    return "".join(char for char, used in zip(text, widths, strict=True) if used <= cells)


def _char_cells(char: str) -> int:
    import unicodedata  # what is printed for programs is not measured

    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _needs_ascii() -> bool:
    return is_terminal() or not is_utf8()


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        _abandon(sys.stdout)
        raise
    except OSError as error:
        _abandon(sys.stdout)
        raise NewsreaderError(f"cannot write the output: {(error.strerror or 'failed').lower()}") from error


def _tell(text: str) -> None:
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _abandon(sys.stderr)


def _abandon(stream: TextIO) -> None:
    """Send the rest of a stream nowhere: flushing it at exit would fail again, with a traceback."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
