"""Pages come and go, and leave nothing behind."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from textual._styles_cache import StylesCache
from textual.screen import Screen

from tests.tui.conftest import OpenApp, Reading, settled


def held(kind: type) -> int:
    """How many of them there are."""
    gc.collect()
    return sum(isinstance(one, kind) for one in gc.get_objects())


async def open_and_close(pilot: Reading, key: str, times: int) -> None:
    for _ in range(times):
        await pilot.press(key)
        await pilot.pause(0.05)
        await pilot.press("escape")
        await settled(pilot)


@pytest.mark.parametrize("key", ["question_mark", "i", "ctrl+p"])
async def test_a_page_that_is_closed_is_freed_with_what_was_drawn_of_it(
    archive: Path, open_app: OpenApp, key: str
) -> None:
    async with open_app(archive) as pilot:
        await open_and_close(pilot, key, 2)
        kinds = (Screen, StylesCache)
        before = [held(kind) for kind in kinds]
        await open_and_close(pilot, key, 8)
        await pilot.pause(0.5)
        screens, caches = (held(kind) - was for kind, was in zip(kinds, before, strict=True))
        assert screens <= 1
        assert caches < 12  # two pages
