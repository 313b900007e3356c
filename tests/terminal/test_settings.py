"""What the config and the options ask of the terminal: keys, mouse, theme."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader import locations
from tests.factories import write_archive
from tests.terminal.pty_app import PtyApp

KITTY_KEYS = b"\x1b[>25u"
MOUSE = b"\x1b[?1000h"
NORD = b"48;2;46;52;64"
DRACULA = b"48;2;40;42;54"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "gazette", 3)


def output_of(archive: Path, *options: str, config: str = "") -> bytes:
    """All that goes to the terminal from the start to the end."""
    if config:
        file = locations.config_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(config)
    with PtyApp(archive, *options) as app:
        app.wait_for("Story 2")
        assert app.quit() == 0
        return bytes(app.output)


def test_kitty_keys_and_mouse_are_asked_for_unless_told_otherwise(archive: Path) -> None:
    output = output_of(archive)
    assert KITTY_KEYS in output
    assert MOUSE in output


def test_the_config_turns_kitty_keys_and_mouse_off(archive: Path) -> None:
    output = output_of(archive, config="kitty_keys: false\nmouse: false\n")
    assert KITTY_KEYS not in output
    assert MOUSE not in output


def test_no_mouse_turns_the_mouse_off(archive: Path) -> None:
    assert MOUSE not in output_of(archive, "--no-mouse", config="mouse: true\n")


def test_the_theme_of_the_command_line_counts_more_than_that_of_the_config(archive: Path) -> None:
    assert NORD in output_of(archive, config="theme: nord\n")
    output = output_of(archive, "--theme", "dracula")
    assert DRACULA in output
    assert NORD not in output
