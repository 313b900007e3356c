"""How the program begins and ends on a terminal, and what is saved and put back whichever way it ends."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader import locations, resources, searches
from reader.state.keeper import MarkKeeper
from tests.factories import write_archive
from tests.terminal.pty_app import DEADLINE_S, PROJECT, PtyApp, environment

NEWEST = "Story 2"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "gazette", 3)


@pytest.fixture
def app(archive: Path) -> Iterator[PtyApp]:
    """The app with its stories shown."""
    with PtyApp(archive) as app:
        app.wait_for(NEWEST)
        yield app


def starred() -> list[str]:
    """The titles of the stories with a star, as they are kept on the disk."""
    keeper = MarkKeeper(locations.config_dir())
    keeper.load()
    titles = [mark.title for mark in keeper.marks() if mark.is_starred]
    keeper.close()
    return titles


def is_put_back(app: PtyApp) -> bool:
    """Whether the terminal is again as it was: screen, cursor, mouse, paste, keyboard and modes."""
    last = {mode: state == b"h" for mode, state in re.findall(rb"\x1b\[\?(\d+)([hl])", app.output)}
    assert last[b"25"], "the cursor is hidden"
    assert last[b"7"], "long lines are cut"
    left_on = [mode for mode in (b"1049", b"1000", b"1003", b"1006", b"1015", b"1004", b"2004") if last[mode]]
    assert not left_on, "these modes are still on"
    assert b"\x1b[<u" in app.output, "keys still come as escape codes"
    return app.has_restored_modes()


def test_the_seeds_show_both_their_titles() -> None:
    with PtyApp(resources.seeds_dir()) as app:
        app.wait_for("Clearview’s facial recognition technology")
        app.wait_for("Clearview Facial-Recognition Technology")


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
def test_a_quit_is_a_success_and_puts_the_terminal_back(app: PtyApp, key: str) -> None:
    app.press(key)
    assert app.wait_for_end() == 0
    assert is_put_back(app)


@pytest.mark.parametrize(
    ("key", "shown"), [("?", "Moving about"), ("i", "Story information"), ("ctrl+p", "Search")]
)
def test_ctrl_q_quits_from_every_page(app: PtyApp, key: str, shown: str) -> None:
    app.press(key)
    app.wait_for(shown)
    assert app.quit() == 0
    assert is_put_back(app)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_it_with_the_marks_saved_and_the_terminal_put_back(
    app: PtyApp, number: signal.Signals, code: int
) -> None:
    app.press("s")
    app.wait_for(f"★ {NEWEST}")
    app.kill(number)
    assert app.wait_for_end() == code
    assert is_put_back(app)
    assert starred() == [NEWEST]


def test_it_ends_when_its_window_is_closed(app: PtyApp) -> None:
    app.press("s")
    app.wait_for(f"★ {NEWEST}")
    app.hang_up()
    app.wait_for_end()
    assert starred() == [NEWEST]


def test_what_was_shown_as_starred_outlives_a_kill(app: PtyApp) -> None:
    app.press("s")
    app.wait_for(f"★ {NEWEST}")
    app.kill(signal.SIGKILL)
    assert app.wait_for_end() == -signal.SIGKILL
    assert starred() == [NEWEST]


def test_a_search_that_is_being_saved_is_saved_before_it_ends(archive: Path) -> None:
    config = locations.config_dir()
    config.mkdir(parents=True, exist_ok=True)
    with (config / "searches.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as another window has it that is saving one
        with PtyApp(archive) as app:
            app.wait_for(NEWEST)
            app.press("B")
            app.wait_for("saves this view")
            app.press("ctrl+u", *"Later", "enter", "ctrl+q")
            app.drain(0.3)
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert app.wait_for_end() == 0
            assert is_put_back(app)
    assert [search.name for search in searches.load(config / "searches.yaml").entries] == ["Later"]


def test_a_star_appears_in_the_other_window_within_four_seconds_without_a_key(archive: Path) -> None:
    started = time.monotonic()
    with PtyApp(archive) as one, PtyApp(archive) as other:
        one.wait_for(NEWEST)
        other.wait_for(NEWEST)
        # What this machine takes for two starts says how slow it is now.
        start_s = time.monotonic() - started
        one.press("s")
        one.wait_for(f"★ {NEWEST}")
        other.wait_for(f"★ {NEWEST}", deadline_s=4 + start_s)


def test_no_color_sends_no_colour_and_the_cursor_can_be_seen(archive: Path) -> None:
    with PtyApp(archive, environ={"NO_COLOR": "1"}) as app:
        app.wait_for("What happened in hour 2.")
        _, line = app.where(f" {NEWEST}")
        _, other_line = app.where(" Story 1")
        assert app.is_reversed(line)
        assert not app.is_reversed(other_line)
        app.press("j")
        app.wait_for("What happened in hour 1.")
        app.drain(0.1)
        assert not app.is_reversed(line)
        assert app.is_reversed(other_line)
        assert app.quit() == 0
    sent = b";".join(re.findall(rb"\x1b\[([0-9;:]*)m", app.output))
    codes = set(map(int, re.findall(rb"\d+", sent)))
    # 39 and 49 are the terminal's own colours.
    assert {7, 39, 49} <= codes
    assert not codes & {*range(30, 39), *range(40, 49), *range(90, 108)}


@pytest.mark.parametrize("theme", ["ansi-light", "ansi-dark"])
def test_a_theme_of_the_terminal_sends_only_its_colours_from_the_start_on(archive: Path, theme: str) -> None:
    with PtyApp("--theme", theme, archive) as app:
        app.wait_for("What happened in hour 2.")
        app.press("j3")
        app.wait_for("What happened in hour 1.")
        assert app.quit() == 0
    assert not re.findall(rb"\x1b\[[0-9;]*[34]8;2;[0-9;]*m", app.output)
    assert re.search(rb"\x1b\[[0-9;]*39;49[0-9;]*m", app.output)


def run_without(stdin: int, stderr: int, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "reader", resources.seeds_dir()],
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        text=True,
        cwd=PROJECT,
        env=environment(**changes),
        timeout=DEADLINE_S,
        check=False,
    )


def is_a_sentence(text: str) -> bool:
    return text.count("\n") == 1 and text.endswith("\n") and len(text) < 200 and "Traceback" not in text


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both sides of a pty: ours and the program's."""
    ours, theirs = os.openpty()
    yield ours, theirs
    os.close(theirs)
    os.close(ours)


def test_without_a_terminal_it_says_so_and_fails() -> None:
    done = run_without(subprocess.DEVNULL, subprocess.PIPE)
    assert done.returncode == 2
    assert is_a_sentence(done.stderr)
    assert "needs a terminal" in done.stderr


def test_with_stderr_in_a_file_it_says_so_there(terminal: tuple[int, int]) -> None:
    done = run_without(terminal[1], subprocess.PIPE)
    assert done.returncode == 2
    assert is_a_sentence(done.stderr)


def test_with_stdin_from_elsewhere_it_says_so_on_the_terminal(terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    assert run_without(subprocess.DEVNULL, theirs).returncode == 2
    shown = os.read(ours, 10_000).decode().replace("\r\n", "\n")
    assert is_a_sentence(shown)
    assert "\x1b" not in shown


def test_a_dumb_terminal_is_refused_in_words() -> None:
    with PtyApp(resources.seeds_dir(), environ={"TERM": "dumb"}) as app:
        assert app.wait_for_end() == 2
    shown = app.output.decode().replace("\r\n", "\n")
    assert is_a_sentence(shown)
    assert "TERM=dumb" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize("delay_s", [0.3, 0.55, 0.8])
def test_a_terminal_closed_while_the_app_starts_leaves_no_process(archive: Path, delay_s: float) -> None:
    with PtyApp(archive) as app:
        app.drain(delay_s)
        app.hang_up()
        assert app.wait_for_end() != 0
