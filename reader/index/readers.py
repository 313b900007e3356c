"""Reading the files that a sync asks for, in their order: here, or apart once there are many."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from reader.index.reading import Asked, FileRead, read_file
from reader.index.stories import StoryIndex
from reader.index.writing import Closed

if TYPE_CHECKING:
    from reader.index.apart import Helper

_FILES: Final = 64  # asked for at once, some 4 ms of work
_PATH_BYTES: Final = 6_000  # of their paths but the last, which has 4,096 at most
_FILE_BYTES: Final = 1_000_000  # of what is in them

Wanted = Asked | Closed


class Piece(NamedTuple):
    """Files that were read, and the folders that are done with them."""

    reads: list[FileRead]
    closed: list[Closed]


class Readers:
    """Who reads files for one sync; a context manager, at whose end no process is left.

    Args:
        index: Of whose archive they are.
        is_cancelled: Asked often.

    Attributes:
        was_cancelled: Whether it stopped before everything was read.
    """

    def __init__(self, index: StoryIndex, is_cancelled: Callable[[], bool]) -> None:
        self.was_cancelled = False
        self._index = index
        self._is_cancelled = is_cancelled
        self._was_started = False
        self._helpers: list[Helper] = []
        self._pending: deque[tuple[list[Wanted], Helper | None]] = deque()

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *exception: object) -> None:
        while self._helpers:
            self._helpers.pop().close()

    def start(self) -> None:
        """Let processes help from now on, as soon as they are there: there is much to read."""
        if not self._was_started:
            from reader.index import apart  # most syncs have little to read

            self._was_started = True
            self._helpers = apart.started(self._index.archive, self._index.stem)

    def read(self, wanted: Iterator[Wanted]) -> Iterator[Piece]:
        """Read what is wanted, in its order."""
        while not self.was_cancelled:
            ready = self._ready()
            if ready or self._pending:
                while (helper := _with_room(ready)) and (some := _some(wanted)):
                    self._ask(helper, some)
                if not self._pending:
                    return
                if piece := self._answered(*self._pending.popleft()):
                    yield piece
            elif (item := next(wanted, None)) is not None:
                yield self._here([item])
            else:
                return

    def _ready(self) -> list[Helper]:
        return [helper for helper in self._helpers[:] if self._is_ready(helper)]

    def _is_ready(self, helper: Helper) -> bool:
        from reader.index.apart import LostError

        try:
            return helper.is_ready()
        except LostError:
            self._lose(helper)
            return False

    def _ask(self, helper: Helper, some: list[Wanted]) -> None:
        from reader.index.apart import LostError

        paths = [item.path for item in some if isinstance(item, Asked)]
        self._pending.append((some, helper if paths else None))
        try:
            if paths:
                helper.ask(paths)
        except LostError:
            self._lose(helper)

    def _answered(self, some: list[Wanted], helper: Helper | None) -> Piece | None:
        from reader.index.apart import LostError

        if helper is None:
            return self._here(some)
        asked, closed = _parted(some)
        try:
            readings = helper.answer([item.path for item in asked], self._is_cancelled)
        except LostError:
            self._lose(helper)
            return self._here(some)
        if readings is None:
            self.was_cancelled = True
            return None
        reads = [FileRead(item, *reading) for item, reading in zip(asked, readings, strict=True)]
        return Piece(reads, closed)

    def _lose(self, lost: Helper) -> None:
        """Do without a process: what it was asked for and did not tell is read here."""
        if lost in self._helpers:
            self._helpers.remove(lost)
        lost.close()
        self._pending = deque((some, None if helper is lost else helper) for some, helper in self._pending)

    def _here(self, some: list[Wanted]) -> Piece:
        asked, closed = _parted(some)
        archive, stem = self._index.archive, self._index.stem
        reads: list[FileRead] = []
        for item in asked:
            if reads and self._is_cancelled():
                self.was_cancelled = True
                return Piece(reads, [])
            reads.append(FileRead(item, *read_file(archive, stem, item.path)))
        return Piece(reads, closed)


def _with_room(helpers: list[Helper]) -> Helper | None:
    """The one that has least to do, if it may be asked for more."""
    helper = min(helpers, key=lambda helper: helper.load, default=None)
    return helper if helper and helper.has_room() else None


def _some(wanted: Iterator[Wanted]) -> list[Wanted]:
    """So much of it as one process is asked for at once."""
    some: list[Wanted] = []
    files = path_bytes = file_bytes = 0
    for item in wanted:
        some.append(item)
        if isinstance(item, Asked):
            files += 1
            path_bytes += 4 * len(item.path) if not item.path.isascii() else len(item.path)
            file_bytes += item.stamp.size_bytes
        if len(some) >= _FILES or path_bytes >= _PATH_BYTES or file_bytes >= _FILE_BYTES:
            break
    return some


def _parted(some: list[Wanted]) -> tuple[list[Asked], list[Closed]]:
    asked = [item for item in some if isinstance(item, Asked)]
    return asked, [item for item in some if isinstance(item, Closed)] if len(asked) < len(some) else []
