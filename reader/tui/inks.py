"""Colours one can read: made of those of a theme, and moved as far from their ground as it takes.

The accents of many themes are chosen for buttons; as text some of them have a contrast of 1.1 to their own
background. The style sheets use what is made here instead: ``$ink`` and its like for text, ``$ground-…`` for
what is behind it, ``$line`` and ``$line-focus`` for frames.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from textual.color import Color

CONTRAST: Final = 4.6
"""Of text to every ground it may stand on: a little more than the 4.5 that WCAG asks for."""

LINE_CONTRAST: Final = 3.0
"""Of the frame of the pane with the focus to the background."""

_STEP: Final = 0.05
_DEFAULT: Final = "ansi_default"

_ANSI: Final = {
    "ink": _DEFAULT,
    "ink-soft": _DEFAULT,
    "line": _DEFAULT,
    "line-focus": _DEFAULT,
    "ground-bar": _DEFAULT,
    "ground-cursor": _DEFAULT,
    "ground-cursor-blurred": _DEFAULT,
    "ground-code": _DEFAULT,
}
"""The terminal's own two colours: of no other grounds is known that text can be told from them."""

Rgb = tuple[float, float, float]


def inks(variables: Mapping[str, str], *, is_dark: bool, is_ansi: bool) -> dict[str, str]:
    """Colours for our style sheets, from the variables of a theme.

    Args:
        variables: Those that Textual makes of a theme.
        is_dark: Whether it is a dark one.
        is_ansi: Whether it is one of the terminal's own colours.
    """
    if is_ansi:
        accent, alarm = variables["text-accent"], variables["text-error"]
        return {**_ANSI, "ink-accent": accent, "ink-star": accent, "ink-alarm": alarm}
    background = _rgb(variables["background"], (0, 0, 0))

    def color(name: str) -> Rgb:
        return _rgb(variables[name], background)

    foreground, surface, panel = color("foreground"), color("surface"), color("panel")
    cursor = blend(background, color("primary"), 0.24 if is_dark else 0.16)
    blurred = blend(background, foreground, 0.1 if is_dark else 0.08)
    rows = (background, cursor, blurred, surface)
    made = {
        "ink": readable(foreground, (*rows, panel)),
        "ink-soft": readable(blend(foreground, background, 0.35), rows),
        "ink-accent": readable(color("accent"), (*rows, panel)),
        "ink-star": readable(color("warning"), rows),
        "ink-alarm": readable(color("error"), (*rows, panel)),
        "line": blend(background, foreground, 0.28),
        "line-focus": readable(color("primary"), (background,), LINE_CONTRAST),
        "ground-bar": panel,
        "ground-cursor": cursor,
        "ground-cursor-blurred": blurred,
        "ground-code": surface,
    }
    return {name: _hex(rgb) for name, rgb in made.items()}


def contrast(one: Rgb, other: Rgb) -> float:
    """How well two colours can be told apart, 1 to 21, as WCAG 2 has it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(color: Rgb, grounds: Sequence[Rgb], least: float = CONTRAST) -> Rgb:
    """The colour, towards white or black until it can be read on all of these grounds.

    Where one direction does not do, the better end of it is what there is.
    """
    ends: tuple[Rgb, Rgb] = ((255, 255, 255), (0, 0, 0))
    end = max(ends, key=lambda end: min(contrast(end, ground) for ground in grounds))
    share = 0.0
    found = color
    while share < 1 and min(contrast(found, ground) for ground in grounds) < least:
        share += _STEP
        # What is sent is whole numbers: these are to be told apart, not what was rounded to them.
        found = _rounded(blend(color, end, min(1, share)))
    return found


def blend(color: Rgb, other: Rgb, share: float) -> Rgb:
    """A mix: all of `color` at 0, all of `other` at 1."""
    red, green, blue = (a + (b - a) * share for a, b in zip(color, other, strict=True))
    return red, green, blue


def _rounded(color: Rgb) -> Rgb:
    red, green, blue = map(round, color)
    return red, green, blue


@lru_cache(maxsize=512)
def _luminance(color: Rgb) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(value: str, ground: Rgb) -> Rgb:
    color = Color.parse(value)
    return blend(ground, color.rgb, color.a)


def _hex(color: Rgb) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in color)
