from __future__ import annotations

from pathlib import Path

import pytest

from reader import locations
from reader.config import Config
from reader.model import Order
from reader.tui.layout import Shares
from tests.tui.conftest import OpenApp, main_screen, screen_text, settled
from tests.tui.test_saved_searches import choose, read, written


async def test_topic_story_order_and_sizes_come_back_at_the_next_start(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("t", *"ai", "enter", "d", "D", "G")
        await settled(pilot)
        row = screen.story_list.current
        assert row is not None
        screen.share_out(Shares(30, 400, 0))
        pilot.app.theme = "nord"
    (archive / "_news" / "2021-02-01-new.md").write_text("---\ntitle: New\ntopics: [AI]\nquality: 1\n---\n")
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        assert (screen.view.topic, screen.view.order, screen.view.is_reversed) == ("AI", Order.QUALITY, True)
        assert screen.story_list.current is not None
        assert screen.story_list.current.story_id == row.story_id
        assert screen.topic_tree.current.topic == "AI"
        assert screen.shares == Shares(30, 400, 0)
        assert pilot.app.theme == "nord"


async def test_reading_a_story_that_came_back_takes_a_key_first(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("j")
    async with open_app(archive, config=Config(dwell_s=0.1)) as pilot:
        await pilot.pause(0.3)
        screen = main_screen(pilot)
        assert screen.story_list.cursor == 1
        assert screen.library.counts().everything.unread == 3


async def test_a_theme_in_the_config_counts_more_than_one_chosen_before_it_was_written(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        pilot.app.theme = "nord"
    async with open_app(archive, config=Config(theme="gruvbox")) as pilot:
        assert pilot.app.theme == "gruvbox"
        pilot.app.theme = "dracula"
    async with open_app(archive, config=Config(theme="gruvbox")) as pilot:
        assert pilot.app.theme == "dracula"


async def test_a_saved_search_comes_back_with_its_stories(archive: Path, open_app: OpenApp) -> None:
    written("Work=robots OR privacy")
    async with open_app(archive) as pilot:
        await read(pilot)
        await choose(pilot, "Work")
        await pilot.press("2", "j")
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        assert screen.topic_tree.current.search == "Work"
        assert screen.story_list.row_count == 2
        assert screen.story_list.cursor == 1
        assert "Work › newest first › 2 stories" in screen_text(pilot)
        await read(pilot)
        assert screen.story_list.cursor == 1


async def test_what_is_gone_by_the_next_start_leaves_one_at_all(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("t", *"priv", "enter")
        await settled(pilot)
    (archive / "_news" / "2021-02-02-privacy.md").unlink()
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await settled(pilot)
        assert "All › newest first › 2 unread of 2" in screen_text(pilot)
        assert screen.story_list.row_count == 2


@pytest.mark.parametrize("text", ["{", '{"archives": []}', "null"])
async def test_a_broken_session_is_ignored(archive: Path, open_app: OpenApp, text: str) -> None:
    path = locations.session_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    async with open_app(archive) as pilot:
        assert "All › newest first › 3 unread of 3" in screen_text(pilot)


async def test_a_saved_search_that_was_not_counted_yet_comes_back_too(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.tui.screens.saving.COUNT_REST_S", 1000)
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"robots", "enter", "B", *"Work", "enter")
        await settled(pilot)
    monkeypatch.setattr("reader.tui.screens.main.PREPARE_S", 1000)
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        assert screen.topic_tree.current.search == "Work"
        assert screen.story_list.row_count == 1
        assert "Work !" not in " ".join(screen_text(pilot).split())
