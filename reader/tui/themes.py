"""Two themes of our own that look like a newspaper, by day and by night, and the list of all themes."""

from __future__ import annotations

from functools import partial
from typing import Final

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.theme import BUILTIN_THEMES, Theme

from reader import clean
from reader.nearest import nearest

GAZETTE: Final = Theme(
    name="gazette",
    dark=False,
    primary="#7a1f1f",
    secondary="#5c5346",
    accent="#8c1d18",
    warning="#8a5a00",
    error="#a31515",
    success="#2f6b3a",
    foreground="#1d1a16",
    background="#f7f3e8",
    surface="#efe9d9",
    panel="#e6dfcb",
)
"""Ink on newsprint, the masthead in red."""

LATE_EDITION: Final = Theme(
    name="late-edition",
    dark=True,
    primary="#c9a35a",
    secondary="#8f8574",
    accent="#e0b866",
    warning="#e8c170",
    error="#e2786c",
    success="#8fb573",
    foreground="#e6dfcf",
    background="#171512",
    surface="#211e1a",
    panel="#2a2620",
)
"""The same by lamp light."""

OWN: Final = (GAZETTE, LATE_EDITION)


def no_theme(name: str, place: str) -> str:
    """That there is no theme of this name, and the nearest one; empty if there is one.

    Args:
        name: As the config or the command line has it.
        place: Where it stands, as ``config.yaml:12``; or empty.
    """
    known = [*BUILTIN_THEMES, *(theme.name for theme in OWN)]
    if name in known:
        return ""
    near = nearest(name.casefold(), known)
    hint = f'did you mean "{near}"?' if near else f"there are {', '.join(sorted(known))}"
    words = f'there is no theme "{clean.line(name, 60)}"; {hint}'
    return f"{place}: {words}" if place else f"{words[0].upper()}{words[1:]}"


class ThemeList(Provider):
    """Every theme for the palette, the present one first: what stands under the cursor is shown at once."""

    async def discover(self) -> Hits:
        """All of them."""
        names = sorted(self.app.available_themes, key=lambda name: (name != self.app.theme, name))
        for name in names:
            yield DiscoveryHit(Content(name), partial(self._choose, name), text=name)

    async def search(self, query: str) -> Hits:
        """Those that are meant."""
        matcher = self.matcher(query)
        for name in sorted(self.app.available_themes):
            if (score := matcher.match(name)) > 0:
                yield Hit(score, Content(name), partial(self._choose, name), text=name)

    def _choose(self, name: str) -> None:
        self.app.theme = name
