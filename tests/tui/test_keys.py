from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key
from textual.widgets import Input

from reader import browser
from reader.config import Config
from reader.errors import BrowserError
from reader.tui.commands import COMMANDS, GROUPS
from tests.tui.conftest import OpenApp, main_screen, screen_text, settled


def config(**keys: str) -> Config:
    return Config(mark_read="open", keys={name.replace("_", "-"): value for name, value in keys.items()})


async def test_a_key_of_the_config_does_its_command_and_the_old_one_does_not(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, config=config(toggle_star="F9, *", down="down", quit="ctrl+w")) as pilot:
        library = main_screen(pilot).library
        await pilot.press("f9")
        assert library.counts().starred == 1
        await pilot.press("asterisk")
        assert library.counts().starred == 0
        await pilot.press("s", "j")
        assert library.counts().starred == 0
        assert main_screen(pilot).story_list.cursor == 0
        await pilot.press("down")
        assert main_screen(pilot).story_list.cursor == 1
        await pilot.press("ctrl+w")
        await pilot.pause()
        assert not pilot.app.is_running


async def test_two_commands_can_change_their_keys_with_each_other(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, config=config(down="k", up="j")) as pilot:
        await pilot.press("k", "k", "j")
        assert main_screen(pilot).story_list.cursor == 1


async def test_hints_help_and_messages_name_the_keys_as_they_are(archive: Path, open_app: OpenApp) -> None:
    wanted = config(toggle_star="F9", undo="none", mark_all_read="M")
    async with open_app(archive, config=wanted) as pilot:
        assert "F9 star" in screen_text(pilot)
        await pilot.press("M", "y")
        await settled(pilot)
        assert "“Undo” takes it back" in " ".join(screen_text(pilot).replace("▌", " ").split())
        await pilot.press("question_mark", "slash", *"undo")
        await pilot.pause()
        assert "no key" in screen_text(pilot)


async def test_a_key_that_cannot_be_had_is_told_and_the_app_starts(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, config=config(toggle_sta="F9", open="ctrl+i")) as pilot:
        text = "\n".join(notification.message for notification in pilot.app._notifications)
        assert 'did you mean "toggle-star"?' in text
        await pilot.press("s")
        assert main_screen(pilot).library.counts().starred == 1


async def test_the_help_is_grouped_and_searched_and_escape_first_forgets_the_search(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        text = screen_text(pilot)
        assert text.index("Moving about") < text.index("Topics and searches")
        await pilot.press("slash", *"star")
        await pilot.pause()
        text = screen_text(pilot)
        assert "Star, or take the star away." in text
        assert "Move one line down" not in text
        await pilot.press(*" zebra")
        await pilot.pause()
        assert "No key does that." in screen_text(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert "Move one line down" in screen_text(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.screen is main_screen(pilot)


async def test_the_help_scrolls_again_after_a_search(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, size=(80, 24)) as pilot:
        await pilot.press("question_mark", "slash", "a", "enter")
        await pilot.pause(0.1)
        await pilot.press("j")
        await pilot.pause(0.1)
        page = pilot.app.screen
        assert page.query_one(Input).value == "a"
        assert page.query_one("#page").scroll_y == 1


async def test_what_is_typed_ahead_on_the_key_page_is_searched_for(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, size=(80, 24)) as pilot:
        for key in ("question_mark", "slash", *"star"):
            pilot.app.post_message(Key(key, key if len(key) == 1 else None))
        await settled(pilot)
        await pilot.pause(0.1)
        page = pilot.app.screen
        assert page.query_one(Input).value == "star"
        assert "Star, or take the star away." in screen_text(pilot)
        assert "Move one line down" not in screen_text(pilot)
        await pilot.press("escape", "G", "escape")
        await pilot.pause()
        assert pilot.app.screen is main_screen(pilot)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_every_command_stands_in_one_group_of_the_help(command: object) -> None:
    ids = [name for _, names in GROUPS for name in names]
    assert ids.count(command.id) == 1  # type: ignore[attr-defined]


async def test_the_palette_has_every_command_with_its_keys(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, config=config(toggle_star="F9")) as pilot:
        found = {entry.title: entry.help for entry in pilot.app.get_system_commands(pilot.app.screen)}
        assert {command.label for command in COMMANDS} <= set(found)
        assert found["Star"] == "Star, or take the star away. (F9)"


async def test_the_key_that_shows_a_page_closes_it_whatever_key_that_is(
    archive: Path, open_app: OpenApp
) -> None:
    wanted = config(keys="F9", information="I", down="n", next_unread="N", search="F")
    async with open_app(archive, config=wanted, size=(80, 24)) as pilot:
        for key in ("f9", "I"):
            await pilot.press(key)
            await settled(pilot)
            assert pilot.app.screen is not main_screen(pilot)
            await pilot.press(key)
            await settled(pilot)
            assert pilot.app.screen is main_screen(pilot)
        await pilot.press("f9", "n")
        await pilot.pause(0.1)
        assert "F searches" in screen_text(pilot)
        assert pilot.app.screen.query_one("#page").scroll_y == 1
        await pilot.press("F", *"star")
        await pilot.pause()
        assert "Star, or take the star away." in screen_text(pilot)


async def test_enter_typed_ahead_ends_the_search_of_the_key_page(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, size=(80, 24)) as pilot:
        for key in ("question_mark", "slash", "a", "q", "backspace", "enter", "j", "j"):
            pilot.app.post_message(Key(key, key if len(key) == 1 else None))
        await settled(pilot)
        await pilot.pause(0.1)
        page = pilot.app.screen
        assert page.query_one(Input).value == "a"
        await pilot.press("j", "j")
        await pilot.pause(0.1)
        assert page.query_one("#page").scroll_y == 2
        await pilot.press("slash", "q")
        assert page.query_one(Input).value == "q"
        await pilot.press("escape", "q")
        await pilot.pause()
        assert pilot.app.screen is main_screen(pilot)


async def test_where_no_browser_is_found_the_key_that_copies_the_link_is_named(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*arguments: object) -> None:
        raise BrowserError("no browser was found; set browser in the config")

    monkeypatch.setattr(browser, "command_for", none)
    async with open_app(archive, config=config(copy_link="F9")) as pilot:
        await pilot.press("o")
        await pilot.pause()
        (message,) = [notification.message for notification in pilot.app._notifications]
        assert message == "No browser was found; set browser in the config; F9 copies the link."
        assert main_screen(pilot).library.counts().everything.unread == 3
