"""Noticing that the archives change: a look at each folder now and then, and at the story one reads.

No file system events: a watch on each folder of a large archive costs more than a look at it, and network
drives tell of nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from reader.errors import NewsreaderError
from reader.library import Library
from reader.model import StoryId, StoryRow

LONGEST_PAUSE_S: Final = 30.0
_FIRST_PAUSE_S: Final = 2.0
_COST: Final = 2
"""A sync that found something is followed by a pause of so many times its length."""


class Watch:
    """Says when to look at the archives again. For one thread at a time.

    Args:
        library: Whose archives they are.
        clock: Gives seconds.
    """

    def __init__(self, library: Library, clock: Callable[[], float] = time.monotonic) -> None:
        self._library = library
        self._clock = clock
        self._pause_s = 0.0
        self._next_at = 0.0
        self._watched: tuple[StoryId, tuple[int, ...]] | None = None

    def is_due(self, row: StoryRow | None) -> bool:
        """Whether a folder has changed since the last sync, or the file of this story since the last look."""
        is_other = self._is_other(row)
        if self._clock() < self._next_at:
            return is_other
        try:
            return is_other or not self._library.is_unchanged()
        except NewsreaderError:
            return False  # the next sync somebody asks for tells why

    def synced(self, length_s: float, *, found_something: bool) -> None:
        """A sync that took so long is over. What changes nothing is not tried again and again.

        A folder that is not there any more, or whose clock cannot be told from that of the sync, seems to
        have changed at every look.
        """
        if found_something:
            self._pause_s = 0.0
        else:
            self._pause_s = min(LONGEST_PAUSE_S, max(_FIRST_PAUSE_S, 2 * self._pause_s))
        self._next_at = self._clock() + max(self._pause_s, _COST * length_s)

    def _is_other(self, row: StoryRow | None) -> bool:
        """Whether the file of the story was written since it was looked at first: in place, maybe."""
        file = None if row is None else self._library.file_of(row)
        if row is None or file is None:
            return False
        known, self._watched = self._watched, (row.story_id, _stamp(file))
        return known is not None and known[0] == row.story_id and known != self._watched


def _stamp(file: Path) -> tuple[int, ...]:
    try:
        status = os.stat(file)
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino
