from __future__ import annotations

import os
from pathlib import Path

import pytest

from reader import locations, resources
from tests.unit.cli.running import Run


def test_every_place_is_a_line(run: Run, config_home: Path) -> None:
    result = run("where")
    assert result.code == 0
    assert result.cells == [
        ["config", str(config_home / "config.yaml"), "", "missing"],
        ["marks", str(config_home / "state.jsonl"), "", "missing"],
        ["searches", str(config_home / "searches.yaml"), "", "missing"],
        ["index", str(locations.cache_dir() / "index"), "", "missing"],
        ["log", str(locations.log_file()), "", "missing"],
        ["session", str(locations.session_file()), "", "missing"],
        ["seeds", str(resources.seeds_dir()), "", ""],
        ["styles", str(resources.styles_dir()), "", ""],
        ["archive", str(resources.seeds_dir()), "seeds", ""],
    ]
    assert not config_home.exists()


def test_all_files_of_marks_are_named(run: Run, config_home: Path) -> None:
    config_home.mkdir(parents=True)
    (config_home / "state.jsonl").touch()
    (config_home / "state.laptop.jsonl").touch()
    marks = [cells[1] for cells in run("where").cells if cells[0] == "marks"]
    assert [os.path.basename(path) for path in marks] == ["state.jsonl", "state.laptop.jsonl"]


def test_the_archives_that_would_open(run: Run, archive: Path, config_home: Path) -> None:
    config_home.mkdir(parents=True)
    (config_home / "config.yaml").write_text(f"archives:\n  pa: {archive}\n  gone: /nowhere\n")
    result = run("where")
    assert result.cells[-1] == ["archive", str(archive), "pa", ""]
    assert result.err == "newsreader: config.yaml: /nowhere: no such file or directory\n"
    assert run("where", "--archive", archive).cells[-1] == ["archive", str(archive), "pa", ""]


def test_the_places_are_told_where_no_archive_can_be_opened(run: Run, config_home: Path) -> None:
    config_home.mkdir(parents=True)
    (config_home / "config.yaml").write_text("archives: /nowhere\n")
    result = run("where")
    assert result.code == 2
    assert result.cells[0][:1] == ["config"]
    assert "no archive of the config can be opened; config.yaml: /nowhere: no such file" in result.err


def test_a_named_archive_that_is_not_there_is_wrong_use(run: Run) -> None:
    result = run("where", "--archive", "/nowhere")
    assert (result.code, result.out) == (2, "")


def test_places_as_json(run: Run, archive: Path) -> None:
    places = run("where", "--archive", archive, "--json").json
    assert places[-1] == {"what": "archive", "path": str(archive), "name": "powerapps", "exists": True}
    assert places[0]["exists"] is False


def test_on_a_terminal_the_places_are_aligned(run: Run, archive: Path, terminal: None) -> None:
    lines = run("where", "--archive", archive).lines
    assert lines[0].startswith("config    /")
    assert lines[0].endswith("  (missing)")
    assert lines[-1] == f"archive   {archive}  (powerapps)"


def test_an_incomplete_installation_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", Path("/nowhere/reader"))
    result = run("where")
    assert result.code == 2
    assert result.err.count("is missing beside") == 3
    assert [cells[0] for cells in result.cells] == ["config", "marks", "searches", "index", "log", "session"]
