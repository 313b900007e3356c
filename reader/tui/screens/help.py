"""The key page, made from the table of commands."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from reader.tui.commands import ANYWHERE, COMMANDS, MAIN, PANES, key_text

_HEADINGS: Final = ((PANES, "In every pane"), (MAIN, "Stories"), (ANYWHERE, "Anywhere"))


class HelpScreen(ModalScreen[None]):
    """Every key and what it does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "dismiss", "Close"),
        Binding("j,down", "scroll(1)", "Down", show=False),
        Binding("k,up", "scroll(-1)", "Up", show=False),
        Binding("space,pagedown", "scroll(10)", "Page down", show=False),
        Binding("pageup", "scroll(-10)", "Page up", show=False),
    ]

    def compose(self) -> ComposeResult:
        """One text in a box that scrolls."""
        with VerticalScroll(id="page") as page:
            page.border_title = "Keys"
            page.border_subtitle = "Esc closes"
            page.can_focus = False
            yield Static(key_page(), markup=False)

    def action_scroll(self, lines: int) -> None:
        """Scroll the page."""
        self.query_one("#page", VerticalScroll).scroll_relative(y=lines, animate=False)


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
