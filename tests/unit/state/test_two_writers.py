"""Two writers of one file met at each call that either makes to the system, one after the other."""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from reader.state import log
from reader.state.disk import Disk
from reader.state.log import MarkLog
from tests.unit.state.marks import CALLS, line, on_disk

TOGGLES = b"".join(line("a", n, read=bool(n % 2)) for n in range(9))


class MeetingDisk(Disk):
    """Lets another do its work right before call number `at`, counted from 1."""

    def __init__(self, at: int, meanwhile: Callable[[], None]) -> None:
        self.left = at
        self.meanwhile = meanwhile

    def __getattribute__(self, name: str) -> Any:
        if name in CALLS:
            self.left -= 1
            if self.left == 0:
                self.meanwhile()
        return super().__getattribute__(name)


class FullDisk(MeetingDisk):
    """The same, on which each line is written half, and cut off again."""

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        super().write(descriptor, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "no space left")


@pytest.fixture(autouse=True)
def _compacting_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "COMPACT_LINES", 4)


def compact(folder: Path, disk: Disk) -> None:
    MarkLog(folder, disk).compact()


def append(folder: Path, disk: Disk) -> None:
    MarkLog(folder, disk).append([line("mine", read=True)])


@pytest.mark.parametrize(
    ("work", "kind"), [(compact, MeetingDisk), (append, MeetingDisk), (append, FullDisk)]
)
def test_what_another_was_told_is_written_is_there_whenever_it_came(
    tmp_path: Path, work: Callable[[Path, Disk], None], kind: type[MeetingDisk]
) -> None:
    for at in range(1, 100):
        folder = tmp_path / f"{at}"
        folder.mkdir()
        (folder / "state.jsonl").write_bytes(TOGGLES)
        told: list[bool] = []
        late = MarkLog(folder)
        disk = kind(at, lambda write=late.append, told=told: told.append(write([line("late", star=True)])))  # type: ignore[misc]
        with suppress(OSError):
            work(folder, disk)
        there = on_disk(folder)
        assert there["a"] == (False, None), at
        assert there.get("late") == (None, True) or not any(told), at
        if not told:
            return
    pytest.fail("it makes more calls than expected")


def test_a_line_is_there_whenever_another_compacts_the_file(tmp_path: Path) -> None:
    for at in range(1, 100):
        folder = tmp_path / f"{at}"
        folder.mkdir()
        (folder / "state.jsonl").write_bytes(TOGGLES)
        met: list[bool] = []
        late = MarkLog(folder)
        disk = MeetingDisk(at, lambda compact=late.compact, met=met: met.append(compact()))  # type: ignore[misc]
        assert MarkLog(folder, disk).append([line("mine", read=True)])
        assert on_disk(folder) == {"a": (False, None), "mine": (True, None)}, at
        if not met:
            return
    pytest.fail("it makes more calls than expected")
