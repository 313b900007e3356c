"""What the app says of an index that is of no use, and that the stories are there all the same."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from reader import locations
from reader.index import soundness
from tests.tui.conftest import OpenApp, Reading, main_screen, screen_text
from tests.unit.index.shelf import index_file, tamper
from tests.unit.index.test_soundness import mislead


async def said(pilot: Reading, words: str) -> None:
    """Wait until a message says this."""
    end = time.monotonic() + 20  # generous: the machine may be busy
    while time.monotonic() < end:
        if any(words in message.message for message in pilot.app._notifications):
            return
        await pilot.pause(0.05)
    raise AssertionError(screen_text(pilot))


async def shown(pilot: Reading, words: str) -> None:
    """Wait until the screen shows this."""
    end = time.monotonic() + 20
    while words not in screen_text(pilot) and time.monotonic() < end:
        await pilot.pause(0.05)
    assert words in screen_text(pilot)


async def not_shown(pilot: Reading, words: str) -> None:
    """Wait until the screen does not show this any more."""
    end = time.monotonic() + 20
    while words in screen_text(pilot) and time.monotonic() < end:
        await pilot.pause(0.05)
    assert words not in screen_text(pilot)


async def keep_index(archive: Path, open_app: OpenApp) -> Path:
    async with open_app(archive):
        pass
    return index_file(locations.cache_dir() / "index")


async def test_an_index_of_another_version_is_built_anew_and_that_is_said(
    archive: Path, open_app: OpenApp
) -> None:
    tamper(await keep_index(archive, open_app), "PRAGMA user_version=1000")
    async with open_app(archive) as pilot:
        await said(pilot, "was made by another version of newsreader")
        await shown(pilot, "3 unread of 3")


@pytest.mark.parametrize("change", ["UPDATE story SET title = 'Rewritten'", ""])
async def test_a_damaged_index_is_built_anew_and_that_is_said(
    archive: Path, open_app: OpenApp, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soundness, "PAUSE_S", 0)
    file = await keep_index(archive, open_app)
    if change:
        tamper(file, change)
    else:
        mislead(file)
    async with open_app(archive) as pilot:
        await said(pilot, "was damaged")
        await shown(pilot, "3 unread of 3")
        await not_shown(pilot, "Rewritten")  # behind the sync, if the start was quicker


async def test_an_index_that_cannot_be_written_is_kept_in_memory_and_that_is_said(
    archive: Path, open_app: OpenApp
) -> None:
    folder = locations.cache_dir()
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in the way of the folder")
    async with open_app(archive) as pilot:
        await said(pilot, "this session works without it")
        await shown(pilot, "3 unread of 3")


async def test_keys_pressed_while_the_index_is_closed_to_be_built_anew_end_nothing(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("s", "s")
        for index in screen.library._indexes:
            index.close()
        await pilot.press("i", "escape", "d", "ctrl+z", "ctrl+z", "j", "k", "m", "f", "f", "G", "g", "n")
        await pilot.pause()
        for index in screen.library._indexes:
            index.rebuild("was damaged")
        screen.action_rescan()
        await shown(pilot, "of 3")
        await shown(pilot, "Privacy by design")
    assert pilot.app.return_code in (0, None)
