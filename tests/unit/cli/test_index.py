from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from reader import locations
from reader.cli import index, run_command_line
from reader.library import Library
from tests.factories import write_archive
from tests.unit.cli.running import Run
from tests.unit.index.shelf import tamper
from tests.unit.index.test_soundness import mislead


def index_file(name: str) -> Path:
    (path,) = (locations.cache_dir() / "index").glob(f"{name}-*.sqlite")
    return path


def test_it_says_how_many_stories_how_long_and_where(run: Run, archive: Path) -> None:
    result = run("index", archive)
    assert result.code == 0
    assert result.out == f"powerapps: 3 stories, 3 read now, 0 forgotten; {index_file('powerapps')}\n"
    assert re.fullmatch(r"done in \d+\.\d s\n", result.err)


def test_only_what_changed_is_read(run: Run, archive: Path) -> None:
    run("index", archive)
    ants = archive / "2020" / "ants.md"
    ants.write_text(ants.read_text() + "\nMore.\n")
    (archive / "2021" / "robots.md").unlink()
    assert "2 stories, 1 read now, 1 forgotten" in run("index", archive).out


def test_rebuilt_it_is_read_anew(run: Run, archive: Path) -> None:
    run("index", archive)
    assert "3 stories, 3 read now, 0 forgotten" in run("index", "--archive", archive, "--rebuild").out
    assert index_file("powerapps").exists()


def test_as_json(run: Run, archive: Path) -> None:
    assert run("index", archive, "--json").json == [
        {
            "archive": "powerapps",
            "index": str(index_file("powerapps")),
            "stories": 3,
            "read": 3,
            "forgotten": 0,
        }
    ]


def test_what_is_wrong_with_config_and_index_is_told(
    run: Run, archive: Path, config_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config_home.mkdir(parents=True)
    (config_home / "config.yaml").write_text(f"archives: [/nowhere, {archive}]\n")
    (tmp_path / "cache").write_text("in the way of the folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first, second, _ = run("index").err.splitlines()
    assert first == "newsreader: config.yaml: /nowhere: no such file or directory"
    assert "this session works without it" in second


def test_an_index_of_another_version_is_told(run: Run, archive: Path) -> None:
    for command in (
        ["index", archive],
        ["list", "--archive", archive],
        ["search", "--archive", archive, "robots"],
    ):
        run("index", archive)
        tamper(index_file("powerapps"), "PRAGMA user_version=1000")
        result = run(*command)
        assert result.code == 0
        assert result.err.count("\n") <= 2
        assert result.err.startswith(
            "newsreader: the index of powerapps was made by another version of newsreader: it is built anew,"
            " marks stay as they are\n"
        )
        assert "another version" not in run(*command).err


def test_what_is_told_is_not_told_again_by_a_log_that_nobody_keeps(run: Run, archive: Path) -> None:
    run("index", archive)
    tamper(index_file("powerapps"), "PRAGMA user_version=1000")
    command = [sys.executable, "-m", "reader", "list", "--archive", str(archive)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr.splitlines() == [
        "newsreader: the index of powerapps was made by another version of newsreader: it is built anew,"
        " marks stay as they are"
    ]


def test_it_looks_for_damage_builds_it_anew_and_says_so(run: Run, archive: Path) -> None:
    run("index", archive)
    mislead(index_file("powerapps"))
    result = run("index", archive)
    assert "3 stories, 3 read now" in result.out
    assert "the index of powerapps was damaged: it is built anew" in result.err
    assert "3 stories, 0 read now" in run("index", archive).out


def test_in_a_pipe_a_line_now_and_then_says_how_far_it_is(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "EVERY_S", -1)
    lines = run("index", archive).err.splitlines()
    assert (lines[0], lines[-2]) == ("Looking for changes", "Indexing 3 of 3")


def test_short_work_needs_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.0, 1.0, 5.0, 5.0, 9.0])
    show = index._lines(lambda: next(times))
    for done in range(3):
        show(done, 10)
    assert capsys.readouterr().err == "Indexing 1 of 10\n"


def test_on_a_terminal_a_bar_shows_how_far_it_is(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    write_archive(tmp_path / "many", 5)
    monkeypatch.setenv("TERM", "xterm")
    stderr = Terminal()
    monkeypatch.setattr(sys, "stderr", stderr)
    assert "5 stories" in run("index", tmp_path / "many").out
    told = stderr.getvalue()
    assert "Looking for changes" in told
    assert "Indexing 5 of 5" in told


def test_stopped_it_says_that_nothing_is_lost(
    archive: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Library, "sync", stop)
    with pytest.raises(KeyboardInterrupt):
        run_command_line(["index", str(archive)])
    assert capsys.readouterr().err == "stopped; the next run goes on where it was\n"


def test_without_stderr_it_works_in_silence(run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert run("index", archive).code == 0
