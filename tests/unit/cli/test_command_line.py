from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import reader
import reader.__main__
from reader import cli
from reader.cli import COMMANDS
from reader.config import Config, WatchedConfig
from reader.model import Archive
from reader.tui import run as tui_run
from tests.factories import write_archive
from tests.unit.cli.running import Run

PROGRAM = [sys.executable, "-m", "reader"]
ROOT = Path(reader.__file__).parents[1]
OF_NO_ARCHIVE = {"keys", "config", "state"}


class App:
    """What the app would have been started with."""

    def __init__(self) -> None:
        self.archives: Sequence[Archive] = ()
        self.config = Config()
        self.watched = WatchedConfig(Path())

    def __call__(self, archives: Sequence[Archive], config: Config, watched: WatchedConfig) -> int:
        self.archives, self.config, self.watched = archives, config, watched
        return 0


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> App:
    app = App()
    monkeypatch.setattr(tui_run, "run", app)
    return app


def test_paths_start_the_app(run: Run, app: App, archive: Path) -> None:
    assert run(archive).code == 0
    assert app.archives == (Archive("powerapps", archive),)
    assert (app.config.ascii, app.config.mouse, app.config.theme) == (False, True, "")


def test_no_path_starts_the_app_on_the_seeds(run: Run, app: App) -> None:
    assert run().code == 0
    assert [archive.name for archive in app.archives] == ["seeds"]


def test_options_win_over_the_config(run: Run, app: App, config_home: Path) -> None:
    config_home.mkdir(parents=True)
    (config_home / "config.yaml").write_text("theme: nord\nascii: true\nmouse: false\narchives: [/nowhere]\n")
    run("seeds", "--ascii", "--no-mouse", "--theme", "dracula")
    assert (app.config.ascii, app.config.mouse, app.config.theme) == (True, False, "dracula")
    run("seeds")
    assert (app.config.ascii, app.config.mouse, app.config.theme) == (True, False, "nord")


def test_options_win_over_a_config_that_changes_while_the_app_is_open(
    run: Run, app: App, config_home: Path
) -> None:
    run("seeds", "--ascii", "--no-mouse", "--theme", "dracula")
    assert app.watched.changed() is None
    config_home.mkdir(parents=True)
    (config_home / "config.yaml").write_text("theme: nord\ndwell_s: 3\n")
    changed = app.watched.changed()
    assert changed == Config(ascii=True, mouse=False, theme="dracula", dwell_s=3)


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_the_app_is_told_what_is_wrong_with_the_config(
    run: Run, app: App, config_home: Path, archive: Path
) -> None:
    config_home.mkdir(parents=True)
    (config_home / "config.yaml").write_text(f"thme: x\narchives: [/nowhere, {archive}]\n")
    result = run()
    assert result.err == ""
    assert len(app.config.problems) == 2
    assert "/nowhere" in app.config.problems[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_subcommand_wins_over_a_folder_of_its_name(
    run: Run, app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write_archive(tmp_path / name, 1)
    monkeypatch.chdir(tmp_path)
    run(name)
    assert not app.archives
    for arguments in ([f"./{name}"], ["--", name]):
        assert run(*arguments).code == 0
        assert [archive.root for archive in app.archives] == [tmp_path / name]


def test_a_subcommand_stands_first(run: Run, app: App) -> None:
    result = run("--ascii", "list")
    assert result.code == 2
    assert result.err.startswith("newsreader: list has to come first")


@pytest.mark.parametrize(("word", "name"), [("lst", "list"), ("Check", "check"), ("wher", "where")])
def test_a_word_like_a_subcommand_names_the_nearest(run: Run, word: str, name: str) -> None:
    result = run(word)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f'newsreader: there is no file or folder "{word}"; did you mean newsreader {name}?\n'
    )


@pytest.mark.parametrize("word", ["powerapps", "a-list-of-things-that-are-not-there", "./lst/x"])
def test_a_path_that_is_not_there_is_wrong_use(run: Run, word: str) -> None:
    result = run(word)
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith(": no such file or directory\n")


def test_a_path_that_is_nearly_a_subcommand_opens(
    run: Run, app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_archive(tmp_path / "lists", 1)
    monkeypatch.chdir(tmp_path)
    assert run("lists").code == 0


@pytest.mark.parametrize(
    ("arguments", "program"),
    [
        (["--colour"], "newsreader"),
        (["list", "--sort", "x"], "newsreader list"),
        (["show"], "newsreader show"),
    ],
)
def test_wrong_options_are_a_sentence(run: Run, arguments: list[str], program: str) -> None:
    result = run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("newsreader: ")
    assert result.err.endswith(f"; {program} --help says what there is\n")
    assert result.err.count("\n") == 1


def test_options_are_not_guessed(run: Run) -> None:
    assert run("list", "--unre").code == 2


def test_help_names_every_subcommand_and_option(run: Run) -> None:
    result = run("--help")
    assert (result.code, result.err) == (0, "")
    for word in (*COMMANDS, "--ascii", "--no-mouse", "--theme", "--version", "examples:"):
        assert word in result.out
    assert max(map(len, result.lines)) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_each_subcommand_has_help_with_examples(run: Run, name: str) -> None:
    result = run(name, "--help")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"usage: newsreader {name} ")
    assert f"\n  newsreader {name} " in result.out
    if name not in OF_NO_ARCHIVE:
        assert "--archive PATH" in result.out
        assert "--json" in result.out


def test_the_version(run: Run) -> None:
    assert run("--version").out == f"newsreader {reader.__version__}\n"


def test_a_closed_pipe_ends_it_as_the_signal_would(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(text: str) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(cli.output, "write", write)
    result = run("list", archive)
    assert (result.code, result.err) == (141, "")


def test_ctrl_c_ends_it_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(arguments: Sequence[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "run_command_line", interrupted)
    assert reader.__main__.main() == 130


def test_python_m_reader_is_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["newsreader", "--version"])
    monkeypatch.delitem(sys.modules, "reader.__main__")
    monkeypatch.setattr(os, "_exit", sys.exit)
    with pytest.raises(SystemExit) as left:
        runpy.run_module("reader", run_name="__main__")
    assert left.value.code == 0
    assert capsys.readouterr().out.startswith("newsreader ")


# The real program, where only that shows what happens.


def start(*arguments: object, stdout: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_without_a_terminal_the_app_says_so(archive: Path) -> None:
    process = start(archive, stdout=subprocess.PIPE)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err.count("\n") == 1
    assert "needs a terminal" in err


def test_no_traceback_where_no_one_reads_on(tmp_path: Path) -> None:
    # More than a pipe holds, so that it cannot all be written before the reader is gone.
    write_archive(tmp_path / "many", 600)
    reading, writing = os.pipe()
    process = start("list", tmp_path / "many", "--json", stdout=writing)
    os.close(writing)
    os.read(reading, 10)
    os.close(reading)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (141, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full device")
def test_a_full_disk_is_a_sentence(archive: Path) -> None:
    with open("/dev/full", "wb") as full:
        process = start("list", archive, stdout=full.fileno())
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err == "newsreader: cannot write the output: no space left on device\n"


def test_ctrl_c_leaves_no_traceback(tmp_path: Path) -> None:
    # A pipe that no one reads stops the program in the midst of its work.
    write_archive(tmp_path / "many", 600)
    reading, writing = os.pipe()
    process = start("list", tmp_path / "many", "--json", stdout=writing)
    os.close(writing)
    os.read(reading, 10)
    process.send_signal(signal.SIGINT)
    os.set_blocking(reading, True)
    while os.read(reading, 65_536):
        pass
    os.close(reading)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
