"""The key page, made from the table of commands; one can search in it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Table
from rich.text import Text
from textual.widgets import Static

from reader.tui.commands import COMMANDS, GROUPS, Command
from reader.tui.keys import Keys
from reader.tui.line_box import LineBox
from reader.tui.screens.page import Page


class SearchLine(LineBox):
    """Where one types what to look for."""

    async def action_submit(self) -> None:
        """Enter: what was typed counts, and the keys of the page work again."""
        page = self.screen
        assert isinstance(page, HelpPage)
        page.find(self.value)
        page.set_focus(None)


class HelpPage(Page):
    """Every key and what it does.

    Args:
        keys: The keys as they are.
    """

    def __init__(self, keys: Keys) -> None:
        super().__init__(
            "Keys",
            whole_key_page(keys),
            keys=keys,
            command="keys",
            name="help",
            hint=f"{keys.first('search')} searches",
        )
        self._keys = keys
        self._found = ""
        self.listen(keys.of("search"), "search")

    async def action_search(self) -> None:
        """Type what to look for."""
        box = self.query_one_optional("#help-search", SearchLine)
        if box is None:
            box = SearchLine(id="help-search", placeholder="star, read, alt+", compact=True)
            await self.mount(box, after=0)
        # Not Widget.focus(): that waits for the next turn, and keys typed ahead would go elsewhere.
        self.set_focus(box)

    def on_input_changed(self, event: SearchLine.Changed) -> None:
        """Show what fits; not any more where the search was forgotten meanwhile."""
        if self.query_one_optional("#help-search", SearchLine) is not None:
            self.find(event.value)

    def find(self, text: str) -> None:
        """Show the keys that hold these words."""
        if text != self._found:
            self._found = text
            shown = key_page(self._keys, text) if text else whole_key_page(self._keys)
            self.query_one("#page Static", Static).update(shown)
            self.action_scroll(-100_000)

    async def action_dismiss(self, result: None = None) -> None:
        """Close; the first time after a search, only forget that."""
        box = self.query_one_optional("#help-search", SearchLine)
        if box is None:
            self.dismiss()
            return
        self.set_focus(None)
        await box.remove()
        self.find("")


_WIDTHS_KEPT: Final = 4


class DrawnOnce:
    """Draws the same only once for each width: Textual asks for it six times before a page is seen.

    Args:
        content: What is drawn.
    """

    def __init__(self, content: RenderableType) -> None:
        self._content = content
        self._drawn: dict[int, list[Segment]] = {}

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The cells of it."""
        width = options.max_width
        if width not in self._drawn:
            if len(self._drawn) >= _WIDTHS_KEPT:
                self._drawn.clear()
            self._drawn[width] = list(console.render(self._content, options))
        return self._drawn[width]

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """How wide it is."""
        return Measurement.get(console, options, self._content)


@lru_cache(maxsize=1)
def whole_key_page(keys: Keys) -> DrawnOnce:
    """Every command with its keys; kept from one opening to the next."""
    return key_page(keys)


def key_page(keys: Keys, text: str = "") -> DrawnOnce:
    """Every command with its keys, grouped by what it is about; only those that hold all words of `text`."""
    by_id = {command.id: command for command in COMMANDS}
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for heading, ids in GROUPS:
        commands = [by_id[name] for name in ids if _fits(by_id[name], keys, heading, text)]
        if commands:
            table.add_row(Text(heading, style="bold"), "")
            for command in commands:
                shown = keys.text(command.id) or "no key"
                table.add_row(Text(f"  {shown}", style="bold"), Text(keys.shown(command.help)))
            table.add_row("", "")
    if not table.row_count:
        table.add_row("", Text("No key does that. The command palette may know more."))
    elif not text:
        table.add_row(
            Text("Mouse", style="bold"),
            Text("Click, double click, wheel; drag the border between two panes."),
        )
    return DrawnOnce(table)


def _fits(command: Command, keys: Keys, heading: str, text: str) -> bool:
    words = f"{heading} {command.label} {command.help} {keys.text(command.id)} {command.id}".casefold()
    return all(word in words for word in text.casefold().split())
