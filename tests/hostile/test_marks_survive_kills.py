"""Writers and a compactor are killed at random moments; every acknowledged mark must be there afterwards.

The killing is done by this file run as a program: a process without threads, which may fork.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reader.model import StoryId
from reader.state import log
from reader.state.disk import Disk
from reader.state.keeper import Change, MarkKeeper

ROOT = Path(__file__).parents[2]
WRITERS = 3
ROUNDS_A_FOLDER = 15
PROCESSES = 8
PRESSES = 1_000
PRESS_PAUSE_S = 0.001
KILL_AFTER_S = 0.005


def marks_of(folder: Path) -> dict[str, int]:
    """By story the number of the last press, which stands in its address."""
    keeper = MarkKeeper(folder)
    keeper.load()
    return {mark.story_id: int(mark.url) for mark in keeper.marks()}


def press(keeper: MarkKeeper, story: str, number: int) -> None:
    keeper.record([Change(StoryId(story), is_read=number % 2 == 0, url=f"{number}")])


def write_for_ever(folder: Path, writer: int, life: int, pipe: int, pause_s: float = 0.0) -> None:
    """Presses on a few stories over and over and on ever new ones, each told once it is acknowledged."""
    keeper = MarkKeeper(folder)
    keeper.load()
    number = life * 1_000_000
    told = number
    while True:
        number += 1
        is_new = number % 4 == 0
        story = f"new/{writer}/{number}" if is_new else f"old/{writer}/{number % 3}"
        press(keeper, story, number)
        if keeper.unsaved == 0:
            os.write(pipe, f"{told + 1}-{number}\n".encode())
            told = number
        if pause_s:
            time.sleep(pause_s)


def compact_for_ever(folder: Path) -> None:
    log.COMPACT_LINES = 20  # type: ignore[misc]
    while True:
        with contextlib.suppress(OSError):
            log.MarkLog(folder).compact()


class LingeringDisk(Disk):
    """Says when the old file was looked at for the last time, and takes its time before it is replaced.

    Only the lock keeps a writer from writing into the old one meanwhile.
    """

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe

    def link(self, source: Path, target: Path) -> None:
        super().link(source, target)
        os.write(self._pipe, b".")
        time.sleep(3 * PRESS_PAUSE_S + KILL_AFTER_S)


def compact_once(folder: Path, pipe: int) -> None:
    log.COMPACT_LINES = 20  # type: ignore[misc]
    while not log.MarkLog(folder, LingeringDisk(pipe)).compact():
        pass


def forked(work: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        work()
    finally:
        os._exit(0)


def reap(child: int) -> None:
    os.waitpid(child, 0)


def acknowledged_by(pipe: int, writer: int) -> dict[str, int]:
    with os.fdopen(pipe, "rb") as told:
        spans = [line.split(b"-") for line in told.read().split(b"\n")[:-1]]
    marks: dict[str, int] = {}
    for first, last in spans:
        for number in range(int(first), int(last) + 1):
            story = f"new/{writer}/{number}" if number % 4 == 0 else f"old/{writer}/{number % 3}"
            marks[story] = number
    return marks


def kill_round(folder: Path, life: int, chance: random.Random) -> tuple[dict[str, int], int]:
    pipes = [os.pipe() for _ in range(WRITERS)]
    children = []
    for writer, (_, end) in enumerate(pipes):
        children.append(forked(lambda writer=writer, end=end: write_for_ever(folder, writer, life, end)))  # type: ignore[misc]
        os.close(end)
    children.append(forked(lambda: compact_for_ever(folder)))
    moments = sorted((chance.uniform(0.001, 0.030), child) for child in children)
    started = time.monotonic()
    for moment, child in moments:
        time.sleep(max(0.0, started + moment - time.monotonic()))
        os.kill(child, signal.SIGKILL)
    for child in children:
        reap(child)
    marks: dict[str, int] = {}
    for writer, (end, _) in enumerate(pipes):
        marks |= acknowledged_by(end, writer)
    return marks, len(children)


def kill_all(kills: int, seed: int) -> dict[str, int]:
    chance = random.Random(seed)
    done = lost = presses = compactions = 0
    while done < kills:
        with tempfile.TemporaryDirectory() as name:
            folder, expected = Path(name), dict[str, int]()
            for life in range(1, ROUNDS_A_FOLDER + 1):
                marks, killed = kill_round(folder, life, chance)
                expected |= marks
                done += killed
            found = marks_of(folder)
            lost += sum(found.get(story, -1) < number for story, number in expected.items())
            presses += len(expected)
            compactions += (folder / "state.jsonl.bak").exists()
    return {"kills": done, "acknowledged": presses, "lost": lost, "compacted": compactions}


def kill_while_compacting(rounds: int) -> dict[str, int]:
    """A writer is killed after it could have written into a file that is about to be replaced."""
    lost = presses = 0
    for life in range(1, rounds + 1):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            keeper = MarkKeeper(folder)
            keeper.record([Change(StoryId("old"), is_read=n % 2 == 0, url="0") for n in range(60)])
            keeper.close()
            begin, end = os.pipe()
            reached, reaching = os.pipe()
            writer = forked(lambda: write_for_ever(folder, 0, life, end, PRESS_PAUSE_S))  # noqa: B023
            compactor = forked(lambda: compact_once(folder, reaching))  # noqa: B023
            os.close(end)
            os.close(reaching)
            os.read(reached, 1)
            time.sleep(KILL_AFTER_S)
            os.kill(writer, signal.SIGKILL)
            reap(writer)
            reap(compactor)
            os.close(reached)
            expected = acknowledged_by(begin, 0)
            found = marks_of(folder)
            lost += sum(found.get(story, -1) < number for story, number in expected.items())
            presses += len(expected)
    return {"rounds": rounds, "acknowledged": presses, "lost": lost}


def press_many(folder: Path, process: int, end: int) -> None:
    keeper = MarkKeeper(folder)
    keeper.load()
    worst_s = 0.0
    for number in range(PRESSES):
        started = time.perf_counter()
        keeper.record(
            [
                Change(StoryId(story), is_read=True, url=f"{number}")
                for story in (f"{process}/{number}", f"{process}/same", f"{process}/same")
            ]
        )
        worst_s = max(worst_s, time.perf_counter() - started)
    keeper.close()
    os.write(end, f"{keeper.unsaved} {worst_s}\n".encode())


def press_together() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begin, end = os.pipe()
        children = [
            forked(lambda process=process: press_many(folder, process, end))  # type: ignore[misc]
            for process in range(PROCESSES)
        ]
        os.close(end)
        compactor = forked(lambda: compact_for_ever(folder))
        for child in children:
            reap(child)
        os.kill(compactor, signal.SIGKILL)
        reap(compactor)
        with os.fdopen(begin) as told:
            reports = [line.split() for line in told]
        found = marks_of(folder)
        return {
            "processes": len(reports),
            "unsaved": sum(int(unsaved) for unsaved, _ in reports),
            "worst_s": max(float(worst) for _, worst in reports),
            "compacted": float((folder / "state.jsonl.bak").exists()),
            "found": sum(
                found.get(f"{process}/{number}") == number
                for process in range(PROCESSES)
                for number in range(PRESSES)
            ),
        }


def environment() -> dict[str, str]:
    # A killed process leaves the data file of a coverage measurement in pieces.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    return kept | {"PYTHONPATH": str(ROOT)}


def outcome(*arguments: str, timeout_s: float) -> dict[str, float]:
    result = subprocess.run(
        [sys.executable, __file__, *arguments],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        cwd=ROOT,
        env=environment(),
    )
    assert result.returncode == 0, result.stderr
    print(*arguments, result.stdout)
    parsed: dict[str, float] = json.loads(result.stdout)
    return parsed


def seed() -> str:
    return os.environ.get("NEWSREADER_SEED") or str(random.SystemRandom().randrange(10**9))


def assert_nothing_lost(kills: int, timeout_s: float) -> None:
    chosen = seed()
    found = outcome("kill", str(kills), chosen, timeout_s=timeout_s)
    assert found["lost"] == 0, f"NEWSREADER_SEED={chosen}: {found}"
    assert found["kills"] >= kills
    assert found["acknowledged"] > kills
    assert found["compacted"] > 0


def test_no_acknowledged_mark_is_lost_in_500_kills() -> None:
    assert_nothing_lost(500, 120)


@pytest.mark.stress
def test_no_acknowledged_mark_is_lost_in_10_000_kills() -> None:
    assert_nothing_lost(10_000, 1_200)


def test_no_acknowledged_mark_is_lost_where_the_file_is_just_being_replaced() -> None:
    found = outcome("replace", "20", timeout_s=60)
    assert found["lost"] == 0, found
    assert found["rounds"] == 20


def test_eight_processes_and_a_compactor_keep_all_of_their_8_000_marks() -> None:
    found = outcome("together", timeout_s=180)
    assert found["processes"] == PROCESSES
    assert found["unsaved"] == 0
    assert found["found"] == PROCESSES * PRESSES
    assert found["compacted"]


PROGRAMS: dict[str, Callable[..., dict[str, float]]] = {
    "kill": lambda kills, seed: {**kill_all(int(kills), int(seed))},
    "replace": lambda rounds: {**kill_while_compacting(int(rounds))},
    "together": press_together,
}

if __name__ == "__main__":
    print(json.dumps(PROGRAMS[sys.argv[1]](*sys.argv[2:])))
