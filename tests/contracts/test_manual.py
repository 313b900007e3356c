"""What is written of the tables of the program is what these say now."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from docs import manual
from reader.cli import COMMANDS
from reader.tui.commands import COMMANDS as KEY_COMMANDS

HINT = "make docs writes it anew"


def test_the_readme_is_up_to_date() -> None:
    text = manual.README.read_text(encoding="utf-8")
    assert manual.readme(text) == text, HINT


def test_the_readme_has_room_for_every_table() -> None:
    text = manual.README.read_text(encoding="utf-8")
    for name in ("keys", "config"):
        assert text.index(f"<!-- {name} -->") < text.index(f"<!-- /{name} -->")


def test_the_man_page_is_up_to_date() -> None:
    assert manual.MAN_PAGE.read_text(encoding="utf-8") == manual.man_page(), HINT


def test_the_man_page_names_every_command_and_key() -> None:
    page = manual.man_page()
    assert all(f".SS newsreader {name}\n" in page for name in COMMANDS)
    assert all(f"({command.id})".replace("-", "\\-") in page for command in KEY_COMMANDS)
    assert page.isascii()


@pytest.mark.skipif(not shutil.which("groff"), reason="there is no groff here")
def test_roff_has_nothing_to_complain_about() -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", manual.MAN_PAGE], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""


def test_the_readme_names_every_command() -> None:
    text = manual.README.read_text(encoding="utf-8")
    section = text.partition("### Without the screen")[2].partition("### Search")[0]
    assert [name for name in COMMANDS if name not in re.findall(r"\w+", section)] == []
