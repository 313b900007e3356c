"""Random keys for long, over an archive that changes, beside a second app: nothing grows, nothing fails.

``NEWSREADER_SOAK_S=1800 make stress`` for half an hour; the long form takes five minutes if nothing is said,
the short one a minute, in which memory has not settled yet and may grow more.
"""

from __future__ import annotations

import os
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from reader import locations
from tests.factories import write_archive
from tests.hostile.chance import new_seed
from tests.terminal.churn import Churn
from tests.terminal.pace import catch_up
from tests.terminal.pty_app import PtyApp
from tests.terminal.test_archive_untouched import KEYS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="counts what /proc tells")

SEARCHES = (
    "story",
    "hour 1",
    "topic:AI quality>=20",
    "churned*",
    "nothing at all",
    "(",
    'topic:"',
    "-a OR b",
)
MEBI_KB = 1_024


@dataclass(frozen=True)
class Sample:
    """What a process holds."""

    memory_kb: int
    files: int
    threads: int


def sample(app: PtyApp) -> Sample:
    status = Path(f"/proc/{app.pid}/status").read_text()
    assert "VmRSS" in status, f"it has ended; its last words: {app.text}"
    values = {
        name: text.split()[0]
        for name, _, text in (line.partition(":") for line in status.splitlines())
        if text.split()
    }
    return Sample(int(values["VmRSS"]), len(os.listdir(f"/proc/{app.pid}/fd")), int(values["Threads"]))


def press_some(app: PtyApp, chance: random.Random) -> None:
    """A handful of keys, now and then a search, a page or another size."""
    match chance.randrange(12):
        case 0:
            app.press("escape", "escape", "/", *chance.choice(SEARCHES))
            app.drain(0.05)
            app.press(*chance.choice([("enter",), ("escape",), ("enter", "j", "s", "escape")]))
        case 1:
            app.resize(*chance.choice([(100, 30), (60, 20), (160, 50), (30, 10)]))
        case 2:
            app.press("ctrl+p", *chance.choice(["star", "sort", "look"]), "escape")
        case _:
            app.press(*chance.choices(KEYS, k=chance.randint(1, 12)))
    app.drain(0.02)


def steady(app: PtyApp) -> Sample:
    """Close what is open and let it come to rest."""
    catch_up(app)
    app.press("g")
    app.drain(0.5)
    return sample(app)


def soak(archive: Path, seconds: float, chance: random.Random) -> list[Sample]:
    """Samples of the first app, the first taken when a fifth of the time is over."""
    churn = Churn(archive, chance)
    samples: list[Sample] = []
    begun = time.monotonic()
    rounds = 0
    with PtyApp(archive) as one, PtyApp(archive) as other:
        one.wait_for("unread of")
        other.wait_for("unread of")
        while (passed := time.monotonic() - begun) < seconds:
            rounds += 1
            press_some(one, chance)
            if rounds % 3 == 0:
                press_some(other, chance)
            if rounds % 5 == 0:
                churn.step()
            if rounds % 8 == 0:
                for app in (one, other):
                    app.resize(100, 30)
                    catch_up(app)
            if passed > seconds / 5 and passed > seconds * (len(samples) / 12 + 0.2):
                samples.append(steady(one))
            # What came out is not needed any more.
            for app in (one, other):
                app.forget_output()
        samples.append(steady(one))
        churn.tidy()
        for app in (one, other):
            app.resize(100, 30)
            catch_up(app)
            app.press("?")
            app.wait_for("Moving about")
            app.press("escape")
            assert app.quit() == 0
    print(f"{rounds} rounds of keys, {churn.steps} changes of the archive")
    return samples


def is_silent(log: str) -> bool:
    return not any(word in log for word in (" ERROR ", " CRITICAL ", "Traceback", "unhandled"))


def test_a_minute_of_keys_and_changes(tmp_path: Path) -> None:
    seed = new_seed("a minute's soak")
    samples = soak(write_archive(tmp_path / "gazette", 300), 60, random.Random(seed))
    first, last = samples[0], samples[-1]
    print(first, last)
    assert last.files <= max(found.files for found in samples[: len(samples) // 2 + 1]) + 2
    assert last.threads <= max(found.threads for found in samples[: len(samples) // 2 + 1]) + 2
    assert last.memory_kb - first.memory_kb <= 20 * MEBI_KB
    assert is_silent(locations.log_file().read_text())


@pytest.mark.stress
def test_a_long_soak_over_20_000_stories(tmp_path: Path) -> None:
    seconds = float(os.environ.get("NEWSREADER_SOAK_S") or 300)
    seed = new_seed(f"a soak of {seconds:.0f} s")
    samples = soak(write_archive(tmp_path / "gazette", 20_000), seconds, random.Random(seed))
    half = len(samples) // 2
    early, late = samples[:half], samples[half:]
    growth_kb = min(found.memory_kb for found in late) - min(found.memory_kb for found in early)
    print("memory in MB:", [round(found.memory_kb / MEBI_KB, 1) for found in samples])
    print("open files:", [found.files for found in samples], "threads:", [found.threads for found in samples])
    print(f"growth of memory from the first half to the second: {growth_kb / MEBI_KB:.1f} MB")
    assert late[-1].files <= max(found.files for found in early)
    assert late[-1].threads <= max(found.threads for found in early)
    assert growth_kb <= 5 * MEBI_KB
    assert is_silent(locations.log_file().read_text())
