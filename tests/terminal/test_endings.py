"""Whatever ends it or breaks in it: the terminal is put back, the marks are there, no story is told of."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader import locations
from tests.factories import write_archive
from tests.hostile.chance import new_seed
from tests.terminal.pty_app import PtyApp
from tests.terminal.test_start_and_end import NEWEST, is_put_back, starred

SECRET = "Story"
MEGABYTE = 1_000_000


def patched(code: str) -> tuple[str, ...]:
    """The reader, in which `code` has put something wrong."""
    return (sys.executable, "-c", f"{code}\nimport sys\nfrom reader.__main__ import main\nsys.exit(main())")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "gazette", 3)


@pytest.fixture
def app(archive: Path) -> Iterator[PtyApp]:
    with PtyApp(archive) as app:
        app.wait_for(NEWEST)
        yield app


def reports() -> list[Path]:
    return sorted(locations.log_dir().glob("crash-*.txt"))


def test_an_interrupt_from_outside_ends_it_with_the_marks_saved_and_the_terminal_put_back(
    app: PtyApp,
) -> None:
    app.press("s")
    app.wait_for(f"★ {NEWEST}")
    app.kill(signal.SIGINT)
    assert app.wait_for_end() == 130
    assert is_put_back(app)
    assert starred() == [NEWEST]
    assert b"Traceback" not in app.output


STUCK_DRIVER = """
from reader.tui.driver import PromptDriver
close, calls = PromptDriver.close, []
def stuck(self):
    calls.append(self)
    if len(calls) == 1:
        raise OSError("stuck")
    close(self)
PromptDriver.close = stuck
"""


def test_where_it_cannot_leave_at_once_it_takes_the_usual_way_out(archive: Path) -> None:
    with PtyApp(archive, program=patched(STUCK_DRIVER)) as app:
        app.wait_for(NEWEST)
        app.press("s")
        app.wait_for(f"★ {NEWEST}")
        assert app.quit() == 0
        assert is_put_back(app)
    assert starred() == [NEWEST]
    assert "stuck" in locations.log_file().read_text()
    assert not reports()


HANGING_KEY = """
import time
from reader.tui.screens.main import MainScreen
def hanging(self):
    time.sleep(600)
MainScreen.action_starred = hanging
"""


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_an_app_that_hangs_is_ended_with_the_terminal_put_back(
    archive: Path, number: signal.Signals, code: int
) -> None:
    with PtyApp(archive, program=patched(HANGING_KEY)) as app:
        app.wait_for(NEWEST)
        app.press("s")
        app.wait_for(f"★ {NEWEST}")
        app.press("S")
        app.drain(0.3)
        app.kill(number)
        assert app.wait_for_end() == code
        assert is_put_back(app)
    assert starred() == [NEWEST]


BROKEN_KEY = """
from reader.tui.screens.main import MainScreen
def broken(self):
    secret = self.story_list.current.title
    raise RuntimeError(f"cannot sort {secret}")
MainScreen.action_starred = broken
"""


def test_an_error_in_a_handler_leaves_a_report_without_a_word_of_a_story(archive: Path) -> None:
    with PtyApp(archive, program=patched(BROKEN_KEY)) as app:
        app.wait_for(NEWEST)
        app.press("s")
        app.wait_for(f"★ {NEWEST}")
        shown = len(app.output)
        app.press("S")
        assert app.wait_for_end() == 1
        assert is_put_back(app)
    said = app.output[app.output.rindex(b"\x1b[?1049l") :].decode()
    assert shown < len(app.output)
    (report,) = reports()
    assert "newsreader stopped because of an error of its own" in said
    assert report.name in said.replace("\r\n", "")
    assert SECRET not in said
    text = report.read_text()
    assert "RuntimeError" in text
    assert "in broken" in text
    assert SECRET not in text
    assert SECRET not in locations.log_file().read_text()
    assert report.stat().st_mode & 0o777 == 0o600
    assert starred() == [NEWEST]


BROKEN_SYNC = """
from reader.library import Library
def broken(self, *arguments):
    raise {error}("Story 2")
Library.sync = broken
"""


@pytest.mark.parametrize("error", ["RuntimeError", "MemoryError", "RecursionError", "SystemExit"])
def test_the_end_of_the_index_thread_is_told_and_reading_goes_on(archive: Path, error: str) -> None:
    with PtyApp(archive) as app:
        app.wait_for(NEWEST)
        assert app.quit() == 0
    with PtyApp(archive, program=patched(BROKEN_SYNC.format(error=error))) as app:
        app.wait_for(NEWEST)
        app.press("j", "s")
        app.wait_for("★ Story 1")
        app.press("enter")
        app.wait_for("What happened in hour 1.")
        assert app.quit() == 0
        assert is_put_back(app)
    assert starred() == ["Story 1"]
    assert "Story 2" not in locations.log_file().read_text()


def test_it_can_be_suspended_from_the_palette_and_goes_on_where_it_was(archive: Path, tmp_path: Path) -> None:
    shell = ("/bin/bash", "--norc", "--noprofile", "-i")
    if not os.path.exists(shell[0]):
        pytest.skip("no bash here")
    with PtyApp(program=shell, environ={"PS1": "SHELL> ", "PS2": ""}) as app:
        app.wait_for("SHELL>")
        app.send(f"{sys.executable} -m reader {archive}\n")
        app.wait_for(NEWEST)
        app.press("s")
        app.wait_for(f"★ {NEWEST}")
        app.press("ctrl+p")
        app.wait_for_output("Search for commands")
        app.press(*"suspend")
        app.wait_for("Back to the shell")
        app.press("enter")
        app.wait_for_output("SHELL>")
        assert starred() == [NEWEST]
        app.send("echo the shell lives\n")
        app.wait_for_output("the shell lives")
        app.send("fg\n")
        app.wait_for("unread of 3")
        app.press("j")
        app.wait_for("What happened in hour 1.")
        app.press("ctrl+q")
        app.wait_for_output("SHELL>")
        app.send("echo code $?\n")
        app.wait_for_output("code 0")
        app.send("exit\n")
        assert app.wait_for_end() == 0


@pytest.mark.parametrize("count", [60, pytest.param(2_000, marks=pytest.mark.stress)])
def test_it_outlives_a_storm_of_resizes_and_keys(app: PtyApp, count: int) -> None:
    chance = random.Random(new_seed(f"{count} resizes"))
    app.press("s")
    app.wait_for(f"★ {NEWEST}")
    for _ in range(count):
        app.resize(chance.choice((1, 2, 20, 40, 80, 133, 250)), chance.choice((1, 2, 5, 12, 24, 60)))
        app.press(
            chance.choice(["j", "k", "enter", "escape", "d", "/", "escape", "?", "escape", "1", "2", "3"])
        )
        app.drain(0.001)
    app.resize(100, 30)
    app.press("escape", "escape", "escape", "escape")
    app.drain(0.3)
    app.press("?")
    app.wait_for("Moving about")
    app.press("escape")
    assert app.quit() == 0
    assert is_put_back(app)
    assert starred() == [NEWEST]


@pytest.mark.parametrize("is_in_search", [True, False])
def test_a_pasted_megabyte_is_taken_or_left_and_does_no_harm(app: PtyApp, is_in_search: bool) -> None:
    if is_in_search:
        app.press("/")
        app.wait_for("forget the search")
    begun = time.monotonic()
    app.send("\x1b[200~" + "q\n\x1b[Aquality>= (" * (MEGABYTE // 15) + "\x1b[201~")
    if is_in_search:
        app.press("escape")
        app.wait_until_gone("forget the search", deadline_s=60)
    app.press("2", "s")
    app.wait_for(f"★ {NEWEST}", deadline_s=60)
    print(f"a megabyte took {time.monotonic() - begun:.1f} s")
    assert app.quit() == 0
    assert is_put_back(app)
    assert starred() == [NEWEST]
