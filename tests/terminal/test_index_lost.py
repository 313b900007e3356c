"""The index is taken away, emptied or overwritten under the running app, which reads on."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from reader import locations
from tests.factories import write_archive, write_story
from tests.terminal.pty_app import PtyApp
from tests.terminal.test_endings import patched
from tests.terminal.test_start_and_end import is_put_back, starred

IS_LINUX = sys.platform == "linux"

NOTHING_HELPS = """
from reader.index import mapped
mapped.lengthened = set
"""

of_linux = pytest.mark.skipif(not IS_LINUX, reason="only Linux tells what is mapped")


def index_files() -> list[Path]:
    return sorted((locations.cache_dir() / "index").rglob("*.sqlite*"))


def remove_files() -> None:
    for path in index_files():
        path.unlink(missing_ok=True)


def remove_folder() -> None:
    shutil.rmtree(locations.cache_dir())


def cut(share: float, ending: str = "") -> None:
    for path in index_files():
        if not path.name.endswith(ending):
            continue
        # Only Linux tells a program what it has in memory, so that it can go on.
        if path.name.endswith("-shm") and not IS_LINUX:
            continue
        with suppress(FileNotFoundError):  # whoever closes the last connection takes the others along
            os.truncate(path, int(path.stat().st_size * share))


def cut_off() -> None:
    cut(0)


def cut_in_half() -> None:
    cut(0.5)


def overwrite() -> None:
    for path in index_files():
        with suppress(FileNotFoundError), path.open("r+b") as file:
            file.write(os.urandom(os.fstat(file.fileno()).st_size))


def put_another_there() -> None:
    for path in index_files():
        fresh = path.with_name("fresh")
        fresh.write_bytes(os.urandom(50_000))
        fresh.rename(path)


def go(app: PtyApp, way: str, wanted: str) -> None:
    """Press a key until this is there: where damage is found the list is made anew under it."""
    for _ in range(3):
        app.press(way)
        with suppress(AssertionError):
            app.wait_for_pattern(wanted, deadline_s=8)
            return
    raise AssertionError(app.text)


def star(app: PtyApp, way: str, title: str) -> None:
    """Go there and star it."""
    go(app, way, f"▌[ ●]  {title}")
    go(app, "s", f"★ {title}")


@pytest.mark.parametrize(
    "harm", [remove_files, remove_folder, cut_off, cut_in_half, overwrite, put_another_there]
)
def test_reading_and_marking_go_on_whatever_becomes_of_the_index(
    tmp_path: Path, harm: Callable[[], None]
) -> None:
    archive = write_archive(tmp_path / "gazette", 30)
    with PtyApp(archive) as app:
        app.wait_for("Story 29")
        app.press("s")
        app.wait_for("★ Story 29")
        assert index_files()
        if IS_LINUX:
            app.wait_until_it_outlives_faults()
        harm()
        write_story(archive, "late.md", title="Come late", publishedDateTime="2022-01-01T00:00:00Z")
        app.press("r")
        app.wait_for("of 31")  # it comes above the line one stands on
        star(app, "g", "Come late")
        star(app, "G", "Story 0")
        app.press("/", *"hour 7")
        app.wait_for("Story 7")
        app.press("escape")
        assert app.quit() == 0
    assert sorted(starred()) == ["Come late", "Story 0", "Story 29"]
    assert not list(locations.log_dir().glob("crash-*"))
    with PtyApp(archive) as app:
        app.wait_for("of 31")
        go(app, "g", "★ Come late")  # what stands there at first is the last screen of before
        assert app.quit() == 0


@of_linux
@pytest.mark.parametrize("share", [0, 0.5])
def test_one_can_quit_where_what_sqlite_has_mapped_was_cut_short(tmp_path: Path, share: float) -> None:
    with PtyApp(write_archive(tmp_path / "gazette", 30)) as app:
        app.wait_for("Story 29")
        app.wait_until_it_outlives_faults()
        cut(share, "-shm")
        assert app.quit() == 0
        assert is_put_back(app)
    assert "cut short" in locations.log_file().read_text()


@of_linux
@pytest.mark.stress
@pytest.mark.parametrize("share", [0, 0.5])
def test_a_first_index_is_whole_though_what_sqlite_has_mapped_is_cut_short_again_and_again(
    tmp_path: Path, share: float
) -> None:
    with PtyApp(write_archive(tmp_path / "gazette", 4_000)) as app:
        app.wait_for("Story 3999")
        app.wait_until_it_outlives_faults()
        end = time.monotonic() + 4
        while time.monotonic() < end:
            cut(share, "-shm")
            app.drain(0.05)
        app.press("r")
        app.wait_for("of 4,000", deadline_s=60)
        assert app.quit() == 0
        assert is_put_back(app)


@of_linux
def test_a_fault_that_cannot_be_mended_ends_it_with_the_marks_saved_and_the_terminal_put_back(
    tmp_path: Path,
) -> None:
    with PtyApp(write_archive(tmp_path / "gazette", 3), program=patched(NOTHING_HELPS)) as app:
        app.wait_for("Story 2")
        app.press("s")
        app.wait_for("★ Story 2")
        app.wait_until_it_outlives_faults()
        cut_off()
        app.press("r")
        assert app.wait_for_end() == 128 + signal.SIGBUS
        assert is_put_back(app)
    assert b"cut short (SIGBUS); the marks are saved" in app.output
    assert starred() == ["Story 2"]
