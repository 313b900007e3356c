"""The terminal app: the frame around the screens, and how it begins and ends."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from rich.console import RenderableType
from rich.text import Text
from textual import events
from textual.app import SystemCommand
from textual.binding import Binding
from textual.driver import Driver
from textual.filter import LineFilter
from textual.screen import Screen

from reader import clean, locations
from reader.config import Config, WatchedConfig
from reader.library import Library
from reader.tui.commands import ANYWHERE, COMMANDS, PANES, Command, bindings
from reader.tui.configured import ConfiguredApp
from reader.tui.desk import Desk
from reader.tui.guard import line_filters
from reader.tui.keymap import WAY_OUT
from reader.tui.mended import let_go_of_closed_pages
from reader.tui.opening import Opening
from reader.tui.page_keys import PageKeys
from reader.tui.painting import Changes, Shown
from reader.tui.screens.main import MainScreen
from reader.tui.session import Session, SessionFile

if TYPE_CHECKING:
    from textual.timer import Timer

    from reader.tui.next_start import NextStart

log = logging.getLogger(__name__)

LEAVING_S: Final = 0.05
"""How often one who leaves looks whether the marking is done."""


class NewsreaderApp(ConfiguredApp, inherit_bindings=False):
    """newsreader on the terminal.

    Args:
        library: The archives and marks; the app opens it and closes it.
        config: The settings.
        driver_class: What talks to the terminal; Textual's choice where it is None.
        opening: The library being opened; where it is None, the app begins with that.
        session: What was left at the end of the last one; where it is None, it is read here.
        watched: Tells when the settings change; None for settings that stay.

    Attributes:
        when_shown: Called once on the event loop, when the first frame is out.
        leave: Called at the end, once everything is ready for the next start; need not come back.
    """

    TITLE = "newsreader"
    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        *bindings(ANYWHERE),
        Binding("ctrl+c", "help_quit", show=False),
    ]
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        library: Library,
        config: Config | None = None,
        driver_class: type[Driver] | None = None,
        opening: Opening | None = None,
        session: Session | None = None,
        watched: WatchedConfig | None = None,
    ) -> None:
        let_go_of_closed_pages()
        super().__init__(config or Config(), watched, driver_class)
        self.library = library
        self.shown = Shown()
        self.when_shown: Callable[[], None] = lambda: None
        self._sessions = SessionFile(library.archives)
        left = session or self._sessions.load()
        self.opening = opening or Opening(library)
        self.next_start: NextStart | None = None
        self.leave: Callable[[], None] = lambda: None
        self._has_left = False
        self._leaving: Timer | None = None
        self._page_keys = PageKeys(self)
        self._early: list[events.Key | events.Paste] = []
        self._main = MainScreen(library, self.opening, self.shown, left)
        # What one chose last, unless the config has said something else since.
        if left.config_theme != self.config.theme or not self.begin_with(left.theme):
            self.begin_with_config()
        self._theme_at_start = self.theme

    def get_default_screen(self) -> Screen[None]:
        """The three panes."""
        return self._main

    def get_line_filters(self) -> list[LineFilter]:
        """Textual's filters and our guard."""
        return line_filters(super().get_line_filters(), is_ansi=self.native_ansi_color)

    async def on_event(self, event: events.Event) -> None:
        """Run the command of a key at once while a pane has the focus.

        Textual first hands a key to the focused widget and looks for its command when it has come back up
        through three queues. Of keys typed ahead those after ``/`` or ``3`` would then still go to the old
        pane: a search for "clear" would open a browser at its end.
        """
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            if self._page_keys.must_wait(event) or self._is_too_early(event):
                return
            # While a key of before waits or is being done, even if that opens a page, others come behind it.
            if self._is_for_main or self._main.held.is_holding:
                await self._take_for_main(event)
                return
            if await self._page_keys.take(event):
                return
        await super().on_event(event)

    async def _take_for_main(self, event: events.Key | events.Paste) -> None:
        if self._is_for_main and not self._is_typing and not isinstance(self.focused, Desk):
            self._main.set_focus(self._main.desk, scroll_visible=False)
        key = event.key if isinstance(event, events.Key) else ""
        if self._must_wait(key) and key != WAY_OUT:
            self._main.held.hold(key, partial(self._give, event))
        else:
            await self._give(event)

    @property
    def _is_for_main(self) -> bool:
        """Whether keys go to a pane or to the box at the foot, whatever Textual thinks has the focus.

        It takes the focus from what is hidden for a moment. A key that is then left to it comes to its
        command through the queue of the screen: behind those that were typed after it.
        """
        return self._main.is_mounted and self.screen_stack[-1:] == [self._main]

    def _is_too_early(self, event: events.Key | events.Paste) -> bool:
        """Whether there are no panes yet, or there were none for a key before it: then it is given later.

        Left to the queue of the screen it would run the command that it has, but what is typed behind ``/``
        has none, and would be lost.
        """
        is_early = bool(self._early) or not self._main.is_mounted
        is_early = is_early and getattr(event, "key", "") != WAY_OUT
        if is_early:
            self._early.append(event)
        return is_early

    async def give_early_keys(self) -> None:
        """The panes are there: give them what was typed before."""
        early, self._early = self._early, []
        for event in early:
            await self.on_event(event)

    @property
    def _is_typing(self) -> bool:
        """Whether keys go to the box at the foot; not while a page or the palette lies over it."""
        return self._main.foot.is_typing and self.focused is self._main.focused

    def _must_wait(self, key: str) -> bool:
        held = self._main.held
        return held.is_holding if self._is_typing or not key else held.must_wait(key)

    async def _give(self, event: events.Key | events.Paste) -> None:
        """A key or a paste, held or not: for a pane, or for the box that a key before it has opened.

        The box too takes it at once: behind Enter or Esc, the next key is for a pane again.
        """
        foot = self._main.foot
        if self._exit:
            return  # Ctrl+Q came before what still waits: the pages are being taken down
        if self._is_typing and isinstance(event, events.Paste):
            foot.take_paste(event)
        elif self._is_typing and isinstance(event, events.Key):
            if not (await self._check_bindings(event.key, priority=True) or await foot.take_key(event)):
                await self._check_bindings(event.key)
        elif isinstance(event, events.Key) and self._is_for_main and await self._run_key(event.key):
            return
        elif not await self._page_keys.take(event):
            await super().on_event(event)

    async def _run_key(self, key: str) -> bool:
        """Run the command of a key; false where it has none."""
        for is_first in (True, False):
            if not is_first and self._main.takes_key(key):
                return True
            if await self._check_bindings(key, priority=is_first):
                return True
        return False

    def on_mount(self) -> None:
        """Say what is wrong with the config."""
        # Another program had the terminal: a text browser, or the shell it was suspended from.
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())
        self.tell_problems()
        self.watch_settings()

    def action_redraw(self) -> None:
        """Draw everything again: something else has written on the terminal."""
        self.shown.draw_over()
        self.screen.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Choose the layout before the screen is laid out."""
        self.shown.size = event.size
        if self._main.is_mounted:
            self._main.fit(event.size)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if renderable is not None and not isinstance(renderable, Changes):
            self.shown.draw_over()
        super()._display(screen, renderable)

    def _leave_session(self) -> None:
        if self._main.is_filled and not self._has_left:
            self._has_left = True
            session = self._main.left_session()
            if self.kept_theme != self._theme_at_start:
                session.theme, session.config_theme = self.kept_theme, self.config.theme
            self._sessions.save(session)

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """End the app; where that is no emergency, with the first screen of the next start in mind.

        What is being marked is marked to its end first, and taken back where one said so: there is nothing to
        take it back with at the next start. A saved search is written to its end too.
        """
        if not return_code and self._main.is_mounted and (busy := self._busy_with()):
            if self._leaving is None:
                self.say(f"{busy} goes on to its end; then newsreader ends.")
                self._leaving = self.set_interval(LEAVING_S, lambda: self.exit(result, return_code, message))
            return
        if self._leaving is not None:
            self._leaving.stop()
        if not return_code and self._main.is_filled and not self.is_headless:
            gc.disable()  # it all ends in a moment
            is_syncing = self._main.background.is_syncing
            self.workers.cancel_all()  # what they do would only take turns with what follows
            from reader.tui.next_start import next_start

            try:
                self._leave_session()
                self.next_start = next_start(
                    self, self._main.desk, self._sessions.load(), is_syncing=is_syncing
                )
            except Exception:
                log.exception("the first screen of the next start was not kept")
            self.leave()
        super().exit(result, return_code, message)

    def _busy_with(self) -> str:
        """What nobody may break off, in a word; empty for nothing."""
        background = self._main.background
        return "Marking" if background.is_marking else "Saving" if background.is_saving else ""

    def on_unmount(self) -> None:
        """Save what is not saved yet."""
        self._leave_session()
        self.library.close()

    def settings_changed(self, old: Config) -> None:
        """Show everything as the settings are now."""
        if self._main.is_mounted:
            self._main.settings_changed(old)

    def mend(self) -> None:
        """Have the indexes built anew that were found damaged. From any thread."""
        self._main.call_later(self._main.mend)

    def show_trouble(self, trouble: str) -> None:
        """Marks cannot be saved (a sentence), or can again (an empty text). From any thread."""
        self._main.call_later(self._main.show_trouble, trouble)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: every command of the table, then what Textual has."""
        for command in COMMANDS:
            keys = self.keys.text(command.id)
            text = self.keys.shown(command.help) + (f" ({keys})" if keys else "")
            yield SystemCommand(command.label, text, partial(self._run_command, command, screen))
        yield SystemCommand(
            "Suspend", "Back to the shell for a while; fg goes on.", self.action_suspend_process
        )
        for textual_command in super().get_system_commands(screen):
            if textual_command.title == "Theme":
                yield textual_command
        yield from self.theme_commands()

    async def _run_command(self, command: Command, screen: Screen[object]) -> None:
        if self._main.must_wait_for_stories(command.id):
            return
        node = screen.focused if command.scope == PANES else None
        await (node or screen).run_action(command.action)

    async def action_keys(self) -> None:
        """Show every key; done when the page is there to be searched."""
        from reader.tui.screens.help import HelpPage

        # Once is enough: each page that lies open is drawn again when it ends.
        if not any(isinstance(screen, HelpPage) for screen in self.screen_stack):
            await self.push_screen(HelpPage(self.keys))

    def action_help_quit(self) -> None:
        """Ctrl+C copies selected text elsewhere; here it says how to leave."""
        self.say(f"Ctrl+Q quits; {self.keys.first('quit-or-back')} goes back one pane.")

    def _fatal_error(self) -> None:
        # Textual's own report prints local variables: story text and paths on the terminal.
        from reader.tui.crash import places, write_report

        error = self._exception or RuntimeError()
        log.critical("unhandled: %s", places(error))
        path = write_report(error) or locations.log_file()
        self.panic(Text(f"newsreader stopped because of an error of its own; see {clean.path(str(path))}"))
