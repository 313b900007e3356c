"""Keys pressed while the library is still being opened."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from reader import locations
from reader.archive.scan import open_archive
from reader.config import Config
from reader.library import Library
from reader.model import Order
from reader.tui.app import NewsreaderApp
from reader.tui.panes.topic_tree import STARRED
from tests.tui.conftest import OpenApp, Reading, main_screen, screen_text, settled

Opens = Callable[[], None]
OpenSlowly = Callable[[Path], AbstractAsyncContextManager[tuple[Reading, Opens]]]


@pytest.fixture
def open_slowly(monkeypatch: pytest.MonkeyPatch) -> OpenSlowly:
    """``async with open_slowly(path) as (pilot, opens)``: the library is opened once `opens` is called."""
    gate = threading.Event()
    begin = Library.begin

    def wait_and_begin(library: Library) -> None:
        assert gate.wait(20)
        begin(library)

    @asynccontextmanager
    async def opened(path: Path) -> AsyncIterator[tuple[Reading, Opens]]:
        monkeypatch.setattr(Library, "begin", wait_and_begin)
        app = NewsreaderApp(Library([open_archive(path)]), Config(mark_read="open"))
        async with app.run_test(size=(140, 40), notifications=True) as pilot:
            try:
                yield pilot, gate.set
            finally:
                gate.set()

    return opened


def written() -> None:
    """A saved search in the file."""
    path = locations.searches_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("- name: Work\n  query: robots\n")


async def all_there(pilot: Reading) -> None:
    """Wait until the stories and the saved searches are shown."""
    screen = main_screen(pilot)
    for _ in range(200):
        await settled(pilot)
        if screen.is_filled and screen.topic_tree.searches:
            return
        await pilot.pause(0.02)
    raise AssertionError("the saved searches were never read")


async def test_what_needs_the_stories_says_that_they_are_not_there_yet(
    archive: Path, open_slowly: OpenSlowly
) -> None:
    written()
    async with open_slowly(archive) as (pilot, opens):
        for key in ("n", "A", "B"):
            await pilot.press(key)
            await pilot.pause()
            assert "Still opening …" in screen_text(pilot)
            main_screen(pilot).reader.unsay()
        assert "No unread story" not in screen_text(pilot)
        assert not main_screen(pilot).foot.is_open
        opens()
        await all_there(pilot)
        assert main_screen(pilot).topic_tree.searches == ("Work",)
        assert main_screen(pilot).story_list.row_count == 3


@pytest.mark.parametrize("keys", [["S"], ["d"], ["1", "j", "j", "j", "enter"], ["slash", *"robots", "enter"]])
async def test_what_is_chosen_while_opening_is_shown_and_the_saved_searches_with_it(
    archive: Path, open_app: OpenApp, open_slowly: OpenSlowly, keys: list[str]
) -> None:
    async with open_app(archive):
        pass  # the session of before knows of no saved search
    written()
    async with open_slowly(archive) as (pilot, opens):
        await pilot.press(*keys)
        await pilot.pause(0.5)
        screen = main_screen(pilot)
        view = screen.view
        assert not screen.is_filled
        opens()
        await all_there(pilot)
        assert screen.view == view
        assert screen.topic_tree.searches == ("Work",)
        starred = screen._entry.key == STARRED.key
        assert screen.story_list.row_count == (0 if starred else 1 if view.query else 3)


async def test_the_palette_too_says_that_the_stories_are_not_there_yet(
    archive: Path, open_slowly: OpenSlowly
) -> None:
    async with open_slowly(archive) as (pilot, _):
        await pilot.press("ctrl+p", *"save search", "enter")
        await pilot.pause(0.5)
        assert "Still opening …" in screen_text(pilot)
        assert not main_screen(pilot).foot.is_open


async def test_another_order_while_opening_leaves_a_saved_search_what_it_is(
    archive: Path, open_app: OpenApp, open_slowly: OpenSlowly
) -> None:
    written()
    async with open_app(archive) as pilot:
        await all_there(pilot)
        await pilot.press("1", "j", "j", "j", "enter")
        await settled(pilot)
        assert main_screen(pilot).view.query == "robots"
        while not main_screen(pilot).topic_tree.searches_with_counts():
            await pilot.pause(0.02)
    async with open_slowly(archive) as (pilot, opens):
        await pilot.press("d")
        await pilot.pause(0.5)
        screen = main_screen(pilot)
        assert (screen.view.query, screen.view.order) == ("robots", Order.QUALITY)
        opens()
        await all_there(pilot)
        assert (screen.view.query, screen.view.order) == ("robots", Order.QUALITY)
        assert screen.story_list.row_count == 1
