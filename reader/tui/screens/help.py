"""The key page, made from the table of commands."""

from __future__ import annotations

from typing import Final

from rich.table import Table
from rich.text import Text

from reader.tui.commands import ANYWHERE, COMMANDS, MAIN, PANES, key_text
from reader.tui.screens.page import Page

_HEADINGS: Final = ((PANES, "In every pane"), (MAIN, "Stories"), (ANYWHERE, "Anywhere"))


def help_page() -> Page:
    """Every key and what it does."""
    return Page("Keys", key_page(), id="help")


def key_page() -> Table:
    """Every command with its keys, grouped by where it works."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for scope, heading in _HEADINGS:
        table.add_row(Text(heading, style="bold"), "")
        for command in COMMANDS:
            if command.scope == scope:
                table.add_row(Text(f"  {key_text(command.keys)}", style="bold"), Text(command.help))
        table.add_row("", "")
    table.add_row(Text("Mouse", style="bold"), Text("Click, double click and wheel work too."))
    return table
