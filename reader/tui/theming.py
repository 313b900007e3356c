"""What the app looks like: themes, our style sheets, the reader's own one, and colours one can read."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path, PurePath
from typing import Final

from textual.app import App, SystemCommand
from textual.await_complete import AwaitComplete
from textual.command import CommandPalette
from textual.css.stylesheet import Stylesheet
from textual.driver import Driver
from textual.events import Mount
from textual.widget import AwaitMount
from textual.worker import Worker

from reader import clean, resources
from reader.tui.inks import inks
from reader.tui.rest import Rest
from reader.tui.themes import OWN, ThemeList

log = logging.getLogger(__name__)

PREVIEW_S: Final = 0.06
"""How long a theme is stood on in the palette before it is shown."""

STYLE_LIMIT: Final = 1_000_000
"""Bytes of a style sheet of the reader's own."""


class Palette(CommandPalette):
    """Textual's palette, mended for quick hands.

    It closes once: what was chosen in it may come up when Esc has closed it, and what was typed as well, for
    which Textual would end the app: there is nothing left to show it in. It has no id, since the one before
    it may not be gone yet.
    """

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close it."""
        self._cancel_gather_commands()
        return super().dismiss(result) if self.is_current else AwaitComplete.nothing()  # type: ignore[no-untyped-call]

    def _on_mount(self, event: Mount) -> None:
        # Closed before it was there: Textual would look for the screen below it and end the app.
        if self not in self.app.screen_stack:
            event.prevent_default()

    def _gather_commands(self, search_value: str) -> Worker[None] | None:  # type: ignore[override]
        return super()._gather_commands(search_value) if self.is_current else None

    def _action_command_list(self, action: str) -> None:
        # Its list cannot be paged through before it is laid out.
        with contextlib.suppress(KeyError):
            super()._action_command_list(action)


class ThemedApp(App[None], inherit_bindings=False):
    """The app with its looks.

    Args:
        driver_class: What talks to the terminal; Textual's choice where it is None.
        style: A TCSS file of the reader's own, or None. One that cannot be used is left out.
        is_ascii: Draw with ASCII only.

    Attributes:
        style_problems: Why the style sheet is not used; sentences.
    """

    def __init__(
        self,
        driver_class: type[Driver] | None = None,
        *,
        style: Path | None = None,
        is_ascii: bool = False,
    ) -> None:
        super().__init__(driver_class, css_path=_style_sheets())
        self.style_problems: list[str] = []
        for theme in OWN:
            self.register_theme(theme)
        self._own_style: Path | None = None
        self._theme_before: str | None = None
        self._preview_name = ""
        self._preview = Rest(self._show_preview)
        self.set_class(is_ascii, "-ascii")
        if style is not None:
            self._take_style(style)

    # -- themes ------------------------------------------------------------------------------------

    def begin_with(self, theme: str) -> bool:
        """Have this theme from the first frame on; false where there is no such theme. Before the app runs.

        Without colours it is left as it is: the greys that Textual would make of it are colours too.
        """
        found = self.available_themes.get(theme)
        if found is not None and (found.ansi or not is_colourless()):
            self.set_reactive(App.theme, theme)
            # Textual chose for its own theme whether it puts fixed colours in place of the terminal's.
            self._refresh_truecolor_filter(self.ansi_theme)
            self.stylesheet.set_variables(self.get_css_variables())
        return found is not None

    def get_css_variables(self) -> dict[str, str]:
        """Textual's, and our colours; a theme may have its own for these too."""
        variables = super().get_css_variables()
        theme = self.current_theme
        return {**inks(variables, is_dark=theme.dark, is_ansi=theme.ansi), **variables}

    async def action_command_palette(self) -> None:  # type: ignore[override]
        """Every command by name; done when one can type."""
        if self.use_command_palette and not isinstance(self.screen, CommandPalette):
            await self.push_screen(Palette(placeholder="Search for commands"))

    def search_themes(self) -> AwaitMount:  # type: ignore[override]
        """The list of themes: the one under its cursor is shown at once, and Esc brings the old one back."""
        self._theme_before = self.theme
        return self.push_screen(
            Palette(providers=[ThemeList], placeholder="A theme; Esc: as before", classes="themes")
        )

    def theme_commands(self) -> Iterable[SystemCommand]:
        """A command for each theme; the palette finds them by name and does not list them all at first."""
        for name in sorted(self.available_themes):
            choose = partial(setattr, self, "theme", name)
            yield SystemCommand(f"Theme: {name}", "Have this theme from now on.", choose, discover=False)

    def on_command_palette_option_highlighted(self, event: CommandPalette.OptionHighlighted) -> None:
        """Show the theme under the cursor, unless the cursor goes on."""
        name = getattr(getattr(event.highlighted_event.option, "hit", None), "text", "")
        if self._theme_before is not None and name in self.available_themes:
            self._preview_name = name
            self._preview.start(PREVIEW_S)

    def on_command_palette_closed(self, event: CommandPalette.Closed) -> None:
        """The list is closed; without a choice everything is as it was."""
        before, self._theme_before = self._theme_before, None
        self._preview.stop()
        if before is not None and not event.option_selected:
            self.theme = before

    @property
    def kept_theme(self) -> str:
        """The theme that was chosen: not one that is only being looked at."""
        return self._theme_before or self.theme

    def _show_preview(self) -> None:
        if self._theme_before is not None and self.theme != self._preview_name:
            self.theme = self._preview_name

    # -- the reader's own style sheet --------------------------------------------------------------

    def _take_style(self, path: Path) -> None:
        """Use a style sheet if it is one: Textual would end the app over a mistake in it."""
        shown = clean.path(str(path))
        try:
            if path.stat().st_size > STYLE_LIMIT:
                self.style_problems.append(f"{shown}: too large for a style sheet; it is left out.")
                return
            trial = Stylesheet(variables=self.get_css_variables())
            trial.read(path)
            trial.parse()
        except OSError as error:
            self.style_problems.append(f"{shown}: {error.strerror or 'cannot be read'}; it is left out.")
        except Exception as error:
            log.info("style sheet %s", shown, exc_info=True)
            self.style_problems.append(f"{shown}: {_reason(error)}; it is left out.")
        else:
            self._own_style = path
            self.css_path = [*self.css_path, path]

    def refresh_css(self, animate: bool = True) -> None:
        """As Textual does, the palette too; a style sheet that does not fit the theme is left out."""
        try:
            super().refresh_css(animate=animate)
        except Exception:
            if self._own_style is None:
                raise
            log.info("style sheet %s", self._own_style, exc_info=True)
            self._drop_style()
            super().refresh_css(animate=animate)
        # Textual forgets the screen in front where that is one of its own.
        if self.screen_stack and isinstance(self.screen, CommandPalette):
            self.stylesheet.update(self.screen, animate=False)

    def _drop_style(self) -> None:
        path, self._own_style = self._own_style, None
        self.css_path = [other for other in self.css_path if other != path]
        for location in [key for key in self.stylesheet.source if key[0] == str(path)]:
            del self.stylesheet.source[location]
        self.notify(f"{clean.path(str(path))} does not fit this theme; it is left out.", markup=False)


def is_colourless() -> bool:
    """Whether the reader wants no colours at all (https://no-color.org)."""
    return bool(os.environ.get("NO_COLOR"))


def _style_sheets() -> list[str | PurePath]:
    """Ours: the frame first."""
    folder = resources.styles_dir()
    return [folder / "app.tcss", *sorted(set(folder.glob("*.tcss")) - {folder / "app.tcss"})]


def _reason(error: Exception) -> str:
    """What is wrong, in one line."""
    text = clean.line(str(getattr(error, "message", "") or error), 120)
    return text or "not a style sheet"
