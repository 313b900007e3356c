from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import platformdirs
import pytest

from reader import locations

FOLDERS = [
    ("XDG_CONFIG_HOME", locations.config_dir),
    ("XDG_CACHE_HOME", locations.cache_dir),
    ("XDG_STATE_HOME", locations.log_dir),
]


@pytest.mark.parametrize(("variable", "folder"), FOLDERS)
def test_the_xdg_variables_win(
    variable: str, folder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "/somewhere")
    assert folder() == Path("/somewhere/newsreader")


@pytest.mark.parametrize("value", ["", "relative/folder"])
@pytest.mark.parametrize(("variable", "folder"), FOLDERS)
def test_without_a_usable_one_it_is_the_usual_place(
    variable: str, folder: Callable[[], Path], value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    assert folder().is_absolute()
    assert folder().is_relative_to(Path.home())
    assert "newsreader" in folder().parts


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is platformdirs that says so")
@pytest.mark.parametrize("home", ["/home/someone", "/home//some one/", "/"])
def test_on_linux_the_usual_places_are_those_of_platformdirs(
    home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", home)
    for variable, _ in FOLDERS:
        monkeypatch.delenv(variable, raising=False)
    said = [
        platformdirs.user_config_path("newsreader", appauthor=False),
        platformdirs.user_cache_path("newsreader", appauthor=False),
        platformdirs.user_state_path("newsreader", appauthor=False),
    ]
    assert [folder() for _, folder in FOLDERS] == said
    monkeypatch.setattr(sys, "platform", "elsewhere")
    assert [folder() for _, folder in FOLDERS] == said


def test_the_files_lie_in_the_folders() -> None:
    assert locations.config_file() == locations.config_dir() / "config.yaml"
    assert locations.log_file() == locations.log_dir() / "newsreader.log"


def test_a_private_folder_is_made_with_its_parents_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = locations.private_dir(tmp_path / "a" / "b" / "c")
    finally:
        os.umask(before)
    assert made == tmp_path / "a" / "b" / "c"
    for folder in (made, made.parent, made.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    assert stat.S_IMODE(locations.private_dir(there).stat().st_mode) == 0o755


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        locations.private_dir(tmp_path / "file")
