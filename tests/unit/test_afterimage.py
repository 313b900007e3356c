from __future__ import annotations

import os
import select
import stat
import sys
import termios
import time
from collections.abc import Iterator
from math import inf
from pathlib import Path

import pytest

from reader import afterimage, locations
from reader.afterimage import _valid_frame as valid_frame

FRAME = "\x1b[1;1Hnewsreader · ünï"


@pytest.fixture
def watched(tmp_path: Path) -> Path:
    """A file that the kept screen depends on."""
    file = tmp_path / "state.jsonl"
    file.write_text("one\n", encoding="utf-8")
    return file


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "isatty", lambda fd: True)
    monkeypatch.setattr(os, "get_terminal_size", lambda fd: os.terminal_size((80, 24)))
    monkeypatch.setattr(sys, "argv", ["newsreader", "gazette"])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def keep(watched: Path, not_after: float = inf, size: tuple[int, int] = (80, 24)) -> None:
    afterimage.keep(FRAME, [str(watched), str(watched.with_name("missing"))], not_after, size)


def test_what_was_kept_is_shown_while_nothing_has_changed(watched: Path) -> None:
    keep(watched)
    assert valid_frame(["gazette"]) == FRAME.encode()


def test_nothing_is_shown_where_nothing_was_kept(watched: Path) -> None:
    assert valid_frame(["gazette"]) is None
    keep(watched)
    assert valid_frame(["other"]) is None


def test_a_file_that_changed_came_or_went_makes_it_void(watched: Path) -> None:
    keep(watched)
    os.utime(watched, ns=(1, 1))
    assert valid_frame(["gazette"]) is None
    keep(watched)
    watched.with_name("missing").touch()
    assert valid_frame(["gazette"]) is None
    keep(watched)
    watched.unlink()
    assert valid_frame(["gazette"]) is None


def test_another_size_environment_or_folder_makes_it_void(
    watched: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep(watched, size=(81, 24))
    assert valid_frame(["gazette"]) is None
    keep(watched)
    for name in ("TERM", "NO_COLOR", "TEXTUAL_THEME"):
        with monkeypatch.context() as other:
            other.setenv(name, "another")
            assert valid_frame(["gazette"]) is None, name
    with monkeypatch.context() as elsewhere:
        elsewhere.chdir(tmp_path)
        assert valid_frame(["gazette"]) is None
    assert valid_frame(["gazette"]) is not None


def test_ages_that_have_changed_make_it_void(watched: Path) -> None:
    keep(watched, not_after=time.time() - 1)
    assert valid_frame(["gazette"]) is None
    keep(watched, not_after=time.time() + 60)
    assert valid_frame(["gazette"]) is not None


def test_a_damaged_one_is_not_shown_and_does_no_harm(watched: Path) -> None:
    keep(watched)
    (file,) = Path(afterimage.folder()).iterdir()
    whole = file.read_bytes()
    for damaged in (b"", b"\0" * 100, whole[:-3], whole[:40], whole.replace(b"news", b"nows")):
        file.write_bytes(damaged)
        assert not afterimage.show(["gazette"])


def test_nothing_is_shown_without_a_terminal(watched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(watched)
    monkeypatch.setattr(os, "isatty", lambda fd: False)
    assert valid_frame(["gazette"]) is None


def test_it_is_kept_where_nobody_else_can_read_it(watched: Path) -> None:
    keep(watched)
    (file,) = Path(afterimage.folder()).iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) & 0o077 == 0


def test_a_path_of_several_lines_is_not_kept(watched: Path) -> None:
    afterimage.keep(FRAME, [f"{watched}\nx"], inf, (80, 24))
    assert not Path(afterimage.folder()).exists()


def test_it_lies_in_the_cache_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in (os.environ["XDG_CACHE_HOME"], "", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", value)
        assert Path(afterimage.folder()).parent == locations.cache_dir()


@pytest.fixture
def pty() -> Iterator[tuple[int, int]]:
    master, slave = os.openpty()
    yield master, slave
    os.close(master)
    os.close(slave)


def test_the_terminal_is_given_back_where_the_app_does_not_start(
    watched: Path, monkeypatch: pytest.MonkeyPatch, pty: tuple[int, int]
) -> None:
    master, slave = pty
    before = termios.tcgetattr(slave)
    keep(watched)
    get, put, write = termios.tcgetattr, termios.tcsetattr, os.write
    monkeypatch.setattr(termios, "tcgetattr", lambda fd: get(slave))
    monkeypatch.setattr(termios, "tcsetattr", lambda fd, when, modes: put(slave, when, modes))
    monkeypatch.setattr(os, "write", lambda fd, data: write(slave if fd == 2 else fd, data))
    monkeypatch.setattr("_signal.signal", lambda number, handler: None)
    assert afterimage.show(["gazette"])
    assert get(slave)[3] & (termios.ECHO | termios.ICANON) == 0
    afterimage.undo()
    afterimage.undo()
    assert get(slave) == before
    shown = b""
    while not shown.endswith(b"\x1b[?1049l"):  # it comes in any number of pieces
        assert select.select([master], [], [], 10)[0]
        shown += os.read(master, 4_096)
    assert shown.startswith(b"\x1b[?1049h")
    assert shown.count(b"\x1b[?1049l") == 1
    assert FRAME.encode() in shown


def test_its_folders_are_their_owners_only_whatever_the_umask(watched: Path, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        keep(watched)
    finally:
        os.umask(before)
    for folder in (Path(afterimage.folder()), Path(afterimage.folder()).parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
