"""What the tests of the marks share: lines, a clock to set, a disk that fails when told to."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reader.model import StoryId
from reader.state import register
from reader.state.disk import Disk
from reader.state.keeper import Change, MarkKeeper
from reader.state.log import MarkLog

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def line(story: str, seconds: float = 0, **fields: Any) -> bytes:
    return register.encode({"t": register.time_text(at(seconds)), "id": story, **fields})


def read(story: str, is_read: bool = True) -> Change:
    return Change(StoryId(story), is_read=is_read)


def star(story: str, is_starred: bool = True, title: str = "Any") -> Change:
    return Change(StoryId(story), is_starred=is_starred, title=title)


def opened(folder: Path, **options: Any) -> MarkKeeper:
    keeper = MarkKeeper(folder, **options)
    keeper.load()
    return keeper


def on_disk(folder: Path) -> dict[str, tuple[bool | None, bool | None]]:
    """What the files say, without touching them: read and starred by story."""
    found = register.Register()
    for lines in MarkLog(folder).read_new():
        found.add(lines)
    return {mark.story_id: (mark.is_read, mark.is_starred) for mark in found.marks()}


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


CALLS = frozenset(name for name in vars(Disk) if not name.startswith("_"))


class FaultyDisk(Disk):
    """Fails call number `fail_at`, counted from 1, and all later ones if it `lasts`.

    Args:
        fail_at: 0 for never.
        code: The errno.
        lasts: Whether the trouble goes on until `heal`.
        only: Count and fail these calls only; empty means all.
    """

    def __init__(
        self, fail_at: int = 0, code: int = errno.ENOSPC, *, lasts: bool = False, only: str = ""
    ) -> None:
        self.fail_at = fail_at
        self.code = code
        self.lasts = lasts
        self.only = only.split()
        self.count = 0
        self.has_failed = False

    def heal(self) -> None:
        self.fail_at = 0

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name in CALLS and (not self.only or name in self.only):
            return self._guarded(found, name)
        return found

    def _guarded(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        def guarded(*args: Any) -> Any:
            self.count += 1
            if self.fail_at and (self.count == self.fail_at or (self.lasts and self.count > self.fail_at)):
                self.has_failed = True
                if name == "close":
                    call(*args)
                if name == "write":
                    call(args[0], args[1][: len(args[1]) // 2])
                raise OSError(self.code, os.strerror(self.code))
            return call(*args)

        return guarded
