"""Power is cut at every moment of a session: what was on the medium for a second is there after it.

A recorder stands between the marks and the system and writes down what is written, synced, named and
renamed. Each replay takes a prefix of that, keeps what was synced, and of the rest only as much as chance
wants: of each file a beginning of its unsynced bytes, perhaps torn, of the folder a beginning of its
unsynced names. That is what a journalling file system may leave.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from reader.model import StoryId
from reader.state import keeper as keeper_module
from reader.state import log
from reader.state.disk import Disk
from reader.state.keeper import Change, MarkKeeper
from tests.hostile.chance import new_seed
from tests.unit.state.marks import Clock, on_disk

PRESSES = 60
STORIES = 12


@dataclass
class Medium:
    """A folder as the disk has it: contents by inode, names by inode, and what is only in memory yet."""

    synced: dict[int, bytes] = field(default_factory=dict)
    content: dict[int, bytes] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    changes: list[tuple[str, int | None]] = field(default_factory=list)
    """Names given or taken (None) since the folder was synced."""

    def left_after_the_cut(self, chance: random.Random) -> dict[str, bytes]:
        """A folder that the next start may find."""
        names = dict(self.names)
        for name, inode in self.changes[: chance.randint(0, len(self.changes))]:
            if inode is None:
                names.pop(name, None)
            else:
                names[name] = inode
        return {name: self._left_of(inode, chance) for name, inode in names.items()}

    def _left_of(self, inode: int, chance: random.Random) -> bytes:
        sure, all_of_it = self.synced.get(inode, b""), self.content.get(inode, b"")
        if not all_of_it.startswith(sure):  # cut off since: either may be there
            return chance.choice((sure, all_of_it))
        left = all_of_it[: chance.randint(len(sure), len(all_of_it))]
        # The size may be on the medium before the bytes are.
        return left + b"\0" * chance.choice((0, 0, len(all_of_it) - len(left)))


class RecordingDisk(Disk):
    """The real disk, and a list of all that was done to the folder of the marks."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[object, ...]]] = []
        self._paths: dict[int, Path] = {}

    def open(self, path: Path, flags: int) -> int:
        is_new = bool(flags & os.O_CREAT) and not path.exists()
        descriptor = super().open(path, flags)
        self._paths[descriptor] = path
        inode = os.fstat(descriptor).st_ino
        if is_new:
            self._note("name", path.name, inode)
        if flags & os.O_TRUNC:
            self._note("truncate", inode, 0)
        return descriptor

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        taken = super().write(descriptor, data)
        self._note("write", os.fstat(descriptor).st_ino, bytes(data[:taken]))
        return taken

    def truncate(self, descriptor: int, size_bytes: int) -> None:
        super().truncate(descriptor, size_bytes)
        self._note("truncate", os.fstat(descriptor).st_ino, size_bytes)

    def sync_data(self, descriptor: int) -> None:
        super().sync_data(descriptor)
        self._note("sync", os.fstat(descriptor).st_ino)

    def sync(self, descriptor: int) -> None:
        super().sync(descriptor)
        if self._paths[descriptor].is_dir():
            self._note("sync names")
        else:
            self._note("sync", os.fstat(descriptor).st_ino)

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self._note("rename", source.name, target.name)

    def link(self, source: Path, target: Path) -> None:
        super().link(source, target)
        self._note("name", target.name, os.stat(target).st_ino)

    def remove(self, path: Path) -> None:
        super().remove(path)
        self._note("unname", path.name)

    def _note(self, what: str, *details: object) -> None:
        self.calls.append((what, details))


def replayed(calls: Sequence[tuple[str, tuple[object, ...]]]) -> Medium:
    """What the medium has after these calls."""
    medium = Medium()
    live: dict[str, int] = {}
    for what, details in calls:
        match what, details:
            case "name", (str(name), int(inode)):
                live[name] = inode
                medium.content.setdefault(inode, b"")
                medium.changes.append((name, inode))
            case "unname", (str(name),):
                live.pop(name, None)
                medium.changes.append((name, None))
            case "rename", (str(source), str(target)):
                live[target] = live.pop(source)
                # In one step: never neither of the two.
                medium.changes.append((target, live[target]))
                medium.changes.append((source, None))
            case "write", (int(inode), bytes(data)):
                medium.content[inode] = medium.content.get(inode, b"") + data
            case "truncate", (int(inode), int(size)):
                medium.content[inode] = medium.content.get(inode, b"")[:size]
            case "sync", (int(inode),):
                medium.synced[inode] = medium.content.get(inode, b"")
            case "sync names", ():
                medium.names = dict(live)
                medium.changes.clear()
    return medium


@dataclass
class Session:
    """What was done to the disk, and which marks had to be on the medium after how many calls."""

    calls: list[tuple[str, tuple[object, ...]]]
    due: list[tuple[int, dict[str, int]]]


def session(chance: random.Random, folder: Path) -> Session:
    """Presses of two instances, each synced within a second as by the background thread; compactions."""
    disk, clock = RecordingDisk(), Clock()
    keepers = [MarkKeeper(folder, clock=clock, disk=disk) for _ in range(2)]
    for keeper in keepers:
        keeper._start = lambda: None  # type: ignore[method-assign]  # this test is its background thread
        keeper.load()
    pressed: dict[str, int] = {}
    by: list[dict[str, int]] = [{}, {}]
    sure: dict[str, int] = {}
    due: list[tuple[int, dict[str, int]]] = []
    for number in range(1, PRESSES + 1):
        which = chance.randrange(2)
        keeper, story = keepers[which], f"g/{chance.randrange(STORIES)}.md"
        clock.now += timedelta(milliseconds=chance.randint(1, 400))
        keeper.poll()
        keeper.record([Change(StoryId(story), is_read=number % 2 == 0, url=f"{number}")])
        assert keeper.unsaved == 0
        pressed[story] = by[which][story] = number
        if chance.random() < 0.3:
            keeper._sync()
            sure |= {one: mark for one, mark in by[which].items() if mark >= sure.get(one, 0)}
            due.append((len(disk.calls), dict(sure)))
        if chance.random() < 0.1:
            keeper._log.compact()
    for keeper in keepers:
        keeper.close()
    due.append((len(disk.calls), dict(pressed)))
    return Session(disk.calls, due)


def numbers_in(folder: Path) -> dict[str, int]:
    """By story the number of its last press; what was found there is read as at the next start."""
    keeper = MarkKeeper(folder)
    keeper.load()
    numbers: dict[str, int] = {mark.story_id: int(mark.url) for mark in keeper.marks()}
    assert keeper.trouble == ""
    keeper.record([Change(StoryId("g/after.md"), is_starred=True)])
    keeper.close()
    assert on_disk(folder)["g/after.md"] == (None, True), "the next mark is lost"
    return numbers


def lose_power(replays: int, seed: int) -> dict[str, int]:
    chance = random.Random(seed)
    found = {"replays": 0, "lost": 0, "calls": 0, "compactions": 0}
    while found["replays"] < replays:
        with tempfile.TemporaryDirectory() as name:
            recorded = session(chance, Path(name))
        found["calls"] += len(recorded.calls)
        found["compactions"] += sum(
            what == "rename" and details[1] == "state.jsonl" for what, details in recorded.calls
        )
        for cut in range(len(recorded.calls) + 1):
            expected: dict[str, int] = next((marks for at, marks in reversed(recorded.due) if at <= cut), {})
            with tempfile.TemporaryDirectory() as name:
                for file, content in replayed(recorded.calls[:cut]).left_after_the_cut(chance).items():
                    (Path(name) / file).write_bytes(content)
                numbers = numbers_in(Path(name))
            found["lost"] += sum(numbers.get(story, 0) < number for story, number in expected.items())
            found["replays"] += 1
            if found["replays"] == replays:
                break
    return found


@pytest.fixture(autouse=True)
def _compacting_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "COMPACT_LINES", 8)
    monkeypatch.setattr(keeper_module, "RETRY_S", 3600.0)


@pytest.mark.parametrize("replays", [300, pytest.param(5_000, marks=pytest.mark.stress)])
def test_a_power_cut_takes_nothing_that_was_there_for_a_second(replays: int) -> None:
    seed = new_seed(f"power loss, {replays} replays")
    found = lose_power(replays, seed)
    print(found)
    assert found["lost"] == 0, f"seed {seed}: {found}"
    assert found["compactions"] > 0


def test_a_compaction_leaves_nothing_for_a_power_cut_to_take(tmp_path: Path) -> None:
    disk = RecordingDisk()
    keeper = MarkKeeper(tmp_path / "marks", clock=Clock(), disk=disk)
    keeper._start = lambda: None  # type: ignore[method-assign]
    keeper.load()
    for number in range(20):
        keeper.record([Change(StoryId("g/a.md"), is_read=number % 2 == 0, url=f"{number}")])
    keeper._sync()
    keeper.record([Change(StoryId("g/b.md"), is_read=True, url="20")])
    assert keeper._log.compact()
    assert keeper._log.take_unsynced() is None
    for seed in range(30):
        folder = tmp_path / f"{seed}"
        folder.mkdir()
        for file, content in replayed(disk.calls).left_after_the_cut(random.Random(seed)).items():
            (folder / file).write_bytes(content)
        assert numbers_in(folder) == {"g/a.md": 19, "g/b.md": 20}, seed
    keeper.close()
