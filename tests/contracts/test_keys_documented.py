"""The README's table of keys is the table of commands."""

from __future__ import annotations

from pathlib import Path

from reader.tui.commands import COMMANDS, key_table, key_text

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_readme_shows_the_keys_as_they_are() -> None:
    _, _, rest = README.read_text(encoding="utf-8").partition("<!-- keys -->\n")
    shown, end, _ = rest.partition("<!-- /keys -->")
    assert end, "the table lies between the lines <!-- keys --> and <!-- /keys -->"
    assert shown.strip() == key_table()


def test_every_command_has_its_row() -> None:
    head, rule, *rows = key_table().splitlines()
    assert (head, rule) == ("| Keys | Does |", "| --- | --- |")
    assert rows == [f"| {key_text(command.keys)} | {command.help} |" for command in COMMANDS]
