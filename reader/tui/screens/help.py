"""The key page, made from the table of commands."""

from __future__ import annotations

from typing import Final

from rich.table import Table
from rich.text import Text

from reader.tui.commands import ANYWHERE, COMMANDS, MAIN, PANES, key_text
from reader.tui.screens.page import Page
from reader.wording import ascii_keys

_HEADINGS: Final = ((PANES, "In every pane"), (MAIN, "Stories"), (ANYWHERE, "Anywhere"))


def help_page(*, is_ascii: bool = False) -> Page:
    """Every key and what it does."""
    return Page("Keys", key_page(is_ascii=is_ascii), id="help")


def key_page(*, is_ascii: bool = False) -> Table:
    """Every command with its keys, grouped by where it works."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for scope, heading in _HEADINGS:
        table.add_row(Text(heading, style="bold"), "")
        for command in COMMANDS:
            if command.scope == scope:
                texts = key_text(command.keys), command.help
                keys, text = map(ascii_keys, texts) if is_ascii else texts
                table.add_row(Text(f"  {keys}", style="bold"), Text(text))
        table.add_row("", "")
    mouse = "Click, double click and wheel work too; drag the border between two panes to resize them."
    table.add_row(Text("Mouse", style="bold"), Text(mouse))
    return table
