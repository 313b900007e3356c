"""An archive that never stands still, while keys are pressed: nothing breaks, nothing is written into it."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader import locations
from tests.factories import write_archive
from tests.hostile.chance import new_seed
from tests.hostile.limits import DROP_PRIVILEGES
from tests.terminal.churn import Churn, make_deep, remove_deep
from tests.terminal.pace import catch_up
from tests.terminal.pty_app import PtyApp
from tests.terminal.test_archive_untouched import KEYS, state_of

LAUNCH = f"{DROP_PRIVILEGES}\nos.execv(sys.argv[1], sys.argv[1:])"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Path]:
    root = write_archive(tmp_path / "gazette", 40)
    deep = root / "deep"
    deep.mkdir()
    make_deep(deep, 600)
    yield root
    remove_deep(deep)


def confined_reader() -> tuple[str, ...]:
    """The reader without root's right to read what no one may."""
    return (sys.executable, "-I", "-S", "-c", LAUNCH, sys.executable, "-m", "reader")


def contents_of(archive: Path) -> dict[str, tuple[int, int, str]]:
    """All but the time of the root itself: the deep folders are put aside to be compared."""
    return {path: state for path, state in state_of(archive).items() if path != "."}


@pytest.mark.parametrize("rounds", [25, pytest.param(400, marks=pytest.mark.stress)])
def test_keys_and_an_archive_that_changes_under_them(archive: Path, rounds: int) -> None:
    chance = random.Random(new_seed(f"{rounds} rounds of churn"))
    churn = Churn(archive, chance)
    with PtyApp(archive, program=confined_reader()) as app:
        app.wait_for("Story 39")
        for _ in range(rounds):
            for _ in range(chance.randint(1, 12)):
                churn.step()
            app.press(*chance.choices(KEYS, k=20), "escape", "escape", "r")
            app.drain(0.02)
            catch_up(app)
            app.press("?")
            app.wait_for_output("Moving about")
            app.press("escape")
            app.forget_output()
        churn.tidy()
        # Now it stands still.
        deep = archive / "deep"
        hidden = deep.rename(archive.parent / "deep-aside")
        before = contents_of(archive)
        hidden.rename(deep)
        for _ in range(5):
            app.press(*chance.choices(KEYS, k=20), "escape", "escape", "r")
            app.drain(0.05)
        catch_up(app)
        app.press("?")
        app.wait_for_output("Moving about")
        app.press("escape")
        assert app.quit() == 0
        deep.rename(hidden)
        assert contents_of(archive) == before
        hidden.rename(deep)
    log = locations.log_file().read_text()
    assert "unhandled" not in log
    assert "Traceback" not in log
    assert " ERROR " not in log
