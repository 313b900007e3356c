"""The app with its settings, which may change while it is open."""

from __future__ import annotations

import time
from typing import Final, Literal

from textual import constants
from textual.driver import Driver
from textual.keys import key_to_character
from textual.widgets._toast import ToastRack

from reader import wording
from reader.config import Config, WatchedConfig
from reader.tui.commands import ANYWHERE
from reader.tui.keymap import keymap
from reader.tui.keys import Keys
from reader.tui.themes import no_theme
from reader.tui.theming import ThemedApp, is_colourless

CONFIG_S: Final = 2.0
"""How often the config is looked at."""

SAME_S: Final = 1.0
"""How long a message is not said again."""

_TOLD: Final = 8
"""Problems in one message."""

_LATER: Final = ("archives", "mouse", "kitty_keys", "style")
"""Settings that count from the next start."""


class ConfiguredApp(ThemedApp, inherit_bindings=False):
    """The app with its settings.

    Args:
        config: What they are.
        watched: Tells when they change; None for settings that stay.
        driver_class: What talks to the terminal; Textual's choice where it is None.

    Attributes:
        config: The settings.
        glyphs: The signs to draw with.
        keys: Those of the commands.
    """

    def __init__(
        self, config: Config, watched: WatchedConfig | None = None, driver_class: type[Driver] | None = None
    ) -> None:
        super().__init__(driver_class, style=config.style, is_ascii=config.ascii)
        self.config = config
        self._has_usual_keys = True
        self._watched = watched
        self._is_looking = False
        self._said = ("", 0.0)
        self._is_coming = False
        self._key_problems: list[str] = []
        self._take_plain()

    def settings_changed(self, old: Config) -> None:
        """The settings were other ones before: show everything as they are now."""
        raise NotImplementedError

    def say(
        self, message: str, *, severity: Literal["information", "warning", "error"] = "information"
    ) -> None:
        """A short message in a corner; never markup."""
        if self.config.ascii:
            message = wording.ascii_text(message)
        now = time.monotonic()
        is_up = self._is_coming or any(said.message == message for said in self._notifications)
        if is_up and message == self._said[0] and now - self._said[1] < SAME_S:
            return  # of a key held down where it can do no more, each press would put it up anew
        self._said, self._is_coming = (message, now), True
        self.notify(message, severity=severity, markup=False, timeout=4 if severity == "information" else 8)

    def on_notify(self) -> None:
        """One message takes the place of the others, before Textual puts it up.

        It comes through a queue, so that several may be said before the first is there; and Textual
        itself takes down only a message whose box has been filled.
        """
        self._is_coming = False
        self.unsay()

    def unsay(self) -> None:
        """Take down what was said: it is over."""
        self.clear_notifications()
        for screen in self.screen_stack:
            for rack in screen.query_children(ToastRack):
                rack.remove_children()

    def begin_with_config(self) -> None:
        """Have the theme of the config from the first frame on."""
        if self.config.theme and not self.begin_with(self.config.theme):
            self.style_problems.append(self._no_theme())

    def tell_problems(self) -> None:
        """Say what is wrong with the settings, if anything is."""
        self._tell([*self.config.problems, *self._key_problems, *self.style_problems])

    def _tell(self, problems: list[str]) -> None:
        if problems:
            self.say("\n".join(problems[:_TOLD]), severity="warning")

    # -- when they change --------------------------------------------------------------------------

    def watch_settings(self) -> None:
        """Look now and then whether they have changed."""
        if self._watched is not None:
            self.set_interval(CONFIG_S, self.look_at_settings)

    def look_at_settings(self) -> None:
        """Look whether they have changed; what takes part in that later happens by itself."""
        if self._watched is not None and not self._is_looking:
            self._is_looking = True
            self.run_worker(self._look, thread=True, group="settings", exit_on_error=False)

    def _look(self) -> None:
        config = None
        try:
            config = self._watched.changed() if self._watched is not None else None
        finally:
            self._is_looking = False
        if config is not None:
            self.call_later(self.take_settings, config)

    def take_settings(self, config: Config) -> None:
        """Have these settings from now on, and say so."""
        old, self.config = self.config, config
        self._take_plain()
        problems = [*config.problems, *self._key_problems, *self._take_theme(old.theme)]
        self.settings_changed(old)
        if problems:
            self._tell(problems)
        elif config != old:
            later = [name for name in _LATER if getattr(config, name) != getattr(old, name)]
            counts = f"; {', '.join(later)}: from the next start on" if later else ""
            self.say(f"Settings read again{counts}.")

    def _take_plain(self) -> None:
        """Take over what needs nothing else."""
        config = self.config
        self.glyphs = wording.glyphs(config.ascii)
        self.set_class(config.ascii, "-ascii")
        self.animation_level = "basic" if config.animations else "none"
        self._key_problems = []
        if not config.keys and self._has_usual_keys:
            self.keys = Keys(is_ascii=config.ascii)
            return
        # All of them, also the usual ones: they may come back in place of others.
        granted, self._key_problems = keymap(config.keys, config.key_places)
        self.keys = Keys(granted, is_ascii=config.ascii)
        self.keys.bind(self, ANYWHERE)
        self._has_usual_keys = False

    def _take_theme(self, old: str) -> list[str]:
        name = self.config.theme or constants.DEFAULT_THEME
        theme = self.available_themes.get(name)
        if theme is None:
            return [self._no_theme()]
        if self.config.theme != old and (theme.ansi or not is_colourless()):
            self.theme = name
        return []

    def _no_theme(self) -> str:
        return no_theme(self.config.theme, self.config.theme_place)

    # -- keys --------------------------------------------------------------------------------------

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        """As Textual does; but a sign typed into a box is never a command, whatever its key is now."""
        focused = self.focused
        if priority and focused is not None and focused.check_consume_key(key, key_to_character(key)):
            return False
        return await super()._check_bindings(key, priority)
