from __future__ import annotations

from pathlib import Path

import pytest

from reader.tui.commands import COMMANDS
from tests.unit.cli.running import Run


@pytest.fixture
def config(config_home: Path) -> Path:
    """The config file, with a keymap of which one line is right."""
    config_home.mkdir(parents=True)
    file = config_home / "config.yaml"
    file.write_text("keys:\n  toggle-star: F\n  rescan: none\n  togle-read: x\n  open: Ctrl+I\n")
    return file


WRONG = [
    'config.yaml:4: keys: there is no command "togle-read"; did you mean "toggle-read"?',
    'config.yaml:5: keys: open: "Ctrl+I" is Tab to most terminals',
]


def test_every_command_is_a_line_with_its_keys(run: Run) -> None:
    result = run("keys")
    assert (result.code, result.err) == (0, "")
    assert [cells[1] for cells in result.cells] == [command.id for command in COMMANDS]
    assert ["j ↓", "down", "Move one line down in the focused pane."] in result.cells


def test_keys_are_those_of_the_config(run: Run, config: Path) -> None:
    result = run("keys")
    assert result.code == 0
    by_id = {cells[1]: cells[0] for cells in result.cells}
    assert (by_id["toggle-star"], by_id["rescan"], by_id["open"]) == ("F", "none", "o v")
    assert result.err.splitlines() == [f"newsreader: {problem}" for problem in WRONG]


def test_on_a_terminal_the_keys_are_aligned(run: Run, terminal: None) -> None:
    lines = run("keys").lines
    assert len({line.index(command.help) for line, command in zip(lines, COMMANDS, strict=True)}) == 1


def test_keys_as_json(run: Run, config: Path) -> None:
    by_id = {command["id"]: command for command in run("keys", "--json").json}
    assert by_id["toggle-star"]["keys"] == ["F"]
    assert by_id["toggle-star"]["usual_keys"] == ["s"]
    assert by_id["rescan"]["keys"] == []
    assert by_id["quit"]["scope"] == "anywhere"


def test_what_is_wrong_with_the_keys_is_found(run: Run, config: Path) -> None:
    result = run("keys", "--check")
    assert (result.code, result.lines, result.err) == (1, WRONG, "")
    assert run("keys", "--check", "--json").json == WRONG


def test_keys_that_are_right_are_told_to_be(run: Run) -> None:
    result = run("keys", "--check")
    assert (result.code, result.out, result.err) == (0, "", "keys: no problem\n")
    result = run("keys", "--check", "--json")
    assert (result.json, result.err) == ([], "")
