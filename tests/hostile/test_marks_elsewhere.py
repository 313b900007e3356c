"""The marks on full disks, and on two machines with wrong clocks that a sync tool or git keeps alike."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reader.model import StoryId
from reader.state.keeper import Change, MarkKeeper
from tests.hostile.chance import new_seed
from tests.hostile.limits import quiet_environment
from tests.unit.state.marks import NOON, Clock

TMPFS_KB = 64


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_KB}k", "tmpfs", str(folder)]
    if sys.platform != "linux" or shutil.which("mount") is None:
        pytest.skip("no tmpfs here")
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_keeps_what_was_acknowledged_and_takes_the_rest_once_there_is_room(
    small_disk: Path,
) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 8_192)
    told: list[str] = []
    keeper = MarkKeeper(small_disk, on_trouble=told.append)
    keeper.load()
    acknowledged = 0
    for number in range(5_000):
        keeper.record([Change(StoryId(f"g/{number}.md"), is_read=True, url="https://x.example/")])
        if keeper.unsaved:
            break
        acknowledged += 1
    assert 100 < acknowledged < 5_000
    assert "No space left" in keeper.trouble or "no space left" in keeper.trouble
    assert (small_disk / "state.jsonl").read_bytes().endswith(b"\n")
    other = MarkKeeper(small_disk)
    other.load()
    assert len(other.marks()) == acknowledged
    ballast.unlink()
    keeper.record([Change(StoryId("g/last.md"), is_starred=True)])
    assert keeper.unsaved == 0
    assert keeper.trouble == ""
    assert told[-1] == ""
    keeper.close()
    other.poll()
    assert len(other.marks()) == acknowledged + 2
    other.close()


# -- two machines ----------------------------------------------------------------------------------

TOOLS: dict[str, Callable[[int], str]] = {
    "Syncthing": lambda n: f"state.sync-conflict-20261122-1200{n:02}-ABCDEFG.jsonl",
    "Dropbox": lambda n: f"state (desk's conflicted copy 2026-11-22 {n}).jsonl",
    "Nextcloud": lambda n: f"state (conflicted copy 2026-11-22 12{n:04}).jsonl",
}
STORIES = [StoryId(f"g/{name}.md") for name in "abcde"]

Values = dict[str, tuple[bool | None, bool | None]]


class Machine:
    """A config folder, and a clock that is wrong by up to a year."""

    def __init__(self, chance: random.Random) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.clock = Clock()
        self.clock.now = NOON + timedelta(days=chance.choice((-365, 0, 365)), seconds=chance.randrange(60))
        self._chance = chance

    @property
    def file(self) -> Path:
        return self.folder / "state.jsonl"

    def press(self) -> None:
        keeper = MarkKeeper(self.folder, clock=self.clock)
        keeper.load()
        for _ in range(self._chance.randint(1, 4)):
            self.clock.now += timedelta(seconds=self._chance.choice((-30, 0, 1, 20)))
            story, value = self._chance.choice(STORIES), self._chance.random() < 0.5
            is_star = self._chance.random() < 0.5
            change = Change(story, is_starred=value) if is_star else Change(story, is_read=value)
            keeper.record([change])
            assert keeper.unsaved == 0
        keeper.close()

    def values(self) -> Values:
        keeper = MarkKeeper(self.folder, clock=self.clock)
        keeper.load()
        found: Values = {mark.story_id: (mark.is_read, mark.is_starred) for mark in keeper.marks()}
        keeper.close()
        return found


def meet_by_copies(
    one: Machine, other: Machine, tool: Callable[[int], str], number: int, chance: random.Random
) -> None:
    """Each side gets the other's file: one in place of its own, which becomes a copy; one as a copy."""
    mine = one.file.read_bytes() if one.file.exists() else b""
    theirs = other.file.read_bytes() if other.file.exists() else b""
    for machine, own, foreign in ((one, mine, theirs), (other, theirs, mine)):
        copy = machine.folder / tool(number)
        if chance.random() < 0.5:
            copy.write_bytes(foreign)
        else:
            copy.write_bytes(own)
            incoming = machine.folder / "incoming"
            incoming.write_bytes(foreign)
            incoming.rename(machine.file)
        for name in os.listdir(other.folder if machine is one else one.folder):
            # Copies are files like others, and go over too.
            source = (other.folder if machine is one else one.folder) / name
            if name.startswith("state") and name != "state.jsonl" and name.endswith(".jsonl"):
                target = machine.folder / name
                if not target.exists():
                    shutil.copy(source, target)


def meet_by_git(one: Machine, other: Machine, chance: random.Random) -> None:
    """A union merge; or one without, whose markers someone left in the file."""
    mine, theirs = (machine.file.read_bytes() if machine.file.exists() else b"" for machine in (one, other))
    merged = mine + theirs
    if chance.random() < 0.5:
        merged = b"<<<<<<< HEAD\n" + mine + b"=======\n" + theirs + b">>>>>>> theirs\n"
    for machine in (one, other):
        machine.file.write_bytes(merged)


def two_machines(chance: random.Random) -> tuple[Values, Values]:
    one, other = Machine(chance), Machine(chance)
    try:
        for number in range(chance.randint(1, 4)):
            for machine in chance.sample((one, other), 2):
                if chance.random() < 0.9:
                    machine.press()
            if chance.random() < 0.3:
                meet_by_git(one, other, chance)
            else:
                meet_by_copies(one, other, chance.choice([*TOOLS.values()]), number, chance)
        # Once more with nothing pressed, so that both have had everything.
        meet_by_copies(one, other, TOOLS["Syncthing"], 50, chance)
        meet_by_git(one, other, chance)
        return one.values(), other.values()
    finally:
        shutil.rmtree(one.folder)
        shutil.rmtree(other.folder)


def all_lines(folder: Path) -> set[bytes]:
    return {line for path in folder.glob("state*.jsonl") for line in path.read_bytes().split(b"\n") if line}


@pytest.mark.parametrize("cases", [100, pytest.param(1_000, marks=pytest.mark.stress)])
def test_two_machines_that_met_agree_whatever_their_clocks_and_the_tool(cases: int) -> None:
    seed = new_seed(f"two machines, {cases} cases")
    chance = random.Random(seed)
    for case in range(cases):
        one, other = two_machines(chance)
        assert one == other, f"seed {seed}, case {case}"


@pytest.mark.parametrize("cases", [100, pytest.param(1_000, marks=pytest.mark.stress)])
def test_the_same_lines_mean_the_same_in_any_order_and_any_files(cases: int) -> None:
    seed = new_seed(f"orders, {cases} cases")
    chance = random.Random(seed)
    for case in range(cases):
        machine = Machine(chance)
        machine.press()
        machine.clock.now += timedelta(days=chance.choice((-365, 365)))
        machine.press()
        expected, lines = machine.values(), [*all_lines(machine.folder)]
        for path in machine.folder.iterdir():
            path.unlink()
        for line in chance.sample(lines, len(lines)) + chance.choices(lines, k=3):
            name = chance.choice(["state.jsonl", *(tool(1) for tool in TOOLS.values())])
            with (machine.folder / name).open("ab") as file:
                file.write(line + b"\n")
        assert machine.values() == expected, f"seed {seed}, case {case}"
        shutil.rmtree(machine.folder)


def test_the_last_press_on_one_machine_counts_though_the_clock_of_the_other_is_a_year_ahead(
    tmp_path: Path,
) -> None:
    ahead, here = Clock(), Clock()
    ahead.now += timedelta(days=365)
    keepers = [MarkKeeper(tmp_path, clock=clock) for clock in (ahead, here)]
    for number, keeper in enumerate(keepers * 2):
        keeper.load()
        keeper.record([Change(STORIES[0], is_starred=number % 2 == 0)])
    keepers[0].poll()
    for keeper in keepers:
        mark = keeper.get(STORIES[0])
        assert mark is not None
        assert mark.is_starred is False
        keeper.close()


def test_git_itself_merges_the_lines_of_two_branches(tmp_path: Path) -> None:
    if shutil.which("git") is None:
        pytest.skip("no git here")

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(
            ["git", *identity, *arguments],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            env=quiet_environment(GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1"),
        )

    def press(*stories: str) -> None:
        keeper = MarkKeeper(tmp_path)
        keeper.load()
        keeper.record([Change(StoryId(story), is_read=True) for story in stories])
        keeper.close()

    git("init", "-q", "-b", "main")
    (tmp_path / ".gitattributes").write_text("*.jsonl merge=union\n")
    press("g/both.md")
    git("add", ".gitattributes", "state.jsonl")
    git("commit", "-qm", "one")
    git("checkout", "-qb", "desk")
    press("g/desk.md")
    git("commit", "-qam", "desk")
    git("checkout", "-q", "main")
    press("g/here.md")
    git("commit", "-qam", "here")
    git("merge", "-q", "desk")
    keeper = MarkKeeper(tmp_path)
    keeper.load()
    assert {mark.story_id for mark in keeper.marks()} == {"g/both.md", "g/desk.md", "g/here.md"}
    assert keeper.bad_lines == 0
    keeper.close()
