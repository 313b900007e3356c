"""Keys that come faster than the screen: on the pages and in the palette each finds its place."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import pytest
from textual.command import CommandPalette
from textual.events import Hide, Key, Paste
from textual.screen import Screen
from textual.widgets import Input, OptionList

from reader.tui.held_keys import HeldKeys
from reader.tui.screens.help import HelpPage
from reader.tui.screens.main import MainScreen
from reader.tui.theming import Palette
from tests.tui.conftest import OpenApp, Reading, main_screen, screen_text, settled

CHARACTERS: Final = {"question_mark": "?", "slash": "/"}


def front(pilot: Reading) -> Screen[object]:
    """The page in front."""
    return pilot.app.screen


async def type_ahead(pilot: Reading, *keys: str) -> None:
    """Press keys before the first of them is heeded."""
    for key in keys:
        pilot.app.post_message(Key(key, CHARACTERS.get(key, key if len(key) == 1 else None)))
    await settled(pilot)
    await pilot.pause(0.3)


@pytest.mark.parametrize("typed", ["", "s", "star"])
async def test_a_key_behind_the_escape_that_closes_the_palette_is_heeded(
    archive: Path, open_app: OpenApp, typed: str
) -> None:
    async with open_app(archive) as pilot:
        await type_ahead(pilot, "ctrl+p")
        await type_ahead(pilot, *typed, "escape", "question_mark")
        assert isinstance(front(pilot), HelpPage)
        await type_ahead(pilot, "escape", "j")
        assert main_screen(pilot).story_list.cursor == 1


async def test_a_search_typed_behind_the_palette_is_searched_for(archive: Path, open_app: OpenApp) -> None:
    """Its first letters went with the palette, and a q among the others ended the app."""
    async with open_app(archive) as pilot:
        await type_ahead(pilot, "ctrl+p", "s", "escape", "slash", *"quality>60")
        assert pilot.app.is_running
        assert main_screen(pilot).view.query == "quality>60"


async def test_what_is_typed_before_the_palette_is_there_stands_in_it(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await type_ahead(pilot, "ctrl+p", *"rever", "left", "backspace", "s")
        assert pilot.app.screen.query_one(Input).value == "revsr"
        pilot.app.post_message(Paste("pasted\nlines"))
        await pilot.pause()
        assert pilot.app.screen.query_one(Input).value == "revspastedr"


async def test_enter_in_the_palette_runs_what_was_typed_before_it_and_other_keys_follow(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await type_ahead(pilot, "ctrl+p", *"reverse", "enter", "question_mark", "escape", "j", "j", "k")
        assert not isinstance(front(pilot), CommandPalette)
        assert main_screen(pilot).view.is_reversed
        assert main_screen(pilot).story_list.cursor == 1


async def test_enter_in_a_palette_that_finds_nothing_leaves_it_open(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await type_ahead(pilot, "ctrl+p", *"zzzz", "enter", "x")
        assert pilot.app.screen.query_one(Input).value == "zzzzx"


async def test_keys_behind_the_search_of_the_key_page_are_heeded(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await type_ahead(pilot, "question_mark", "slash", *"star", "escape", "escape", "j")
        assert front(pilot) is main_screen(pilot)
        assert main_screen(pilot).story_list.cursor == 1
        await type_ahead(pilot, "question_mark", "slash", *"star", "enter", "G", "escape", "g")
        assert isinstance(front(pilot), HelpPage)
        assert "Move one line down" in screen_text(pilot)


async def test_keys_behind_the_one_for_information_wait_until_the_page_is_there(
    archive: Path, open_app: OpenApp
) -> None:
    """The page came late, over the key page, and took the Esc that was meant for that."""
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        screen._ahead.forget()
        await type_ahead(pilot, "j", "i", "escape", "question_mark", "escape", "j")
        assert front(pilot) is screen
        assert screen.story_list.cursor == 2
        screen._ahead.forget()
        await type_ahead(pilot, "k", "i", "i", "question_mark")
        assert isinstance(front(pilot), HelpPage)
        assert len(pilot.app.screen_stack) == 2


async def test_information_on_what_a_search_finds_waits_for_both(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await type_ahead(pilot, "slash", *"privacy", "enter", "i", "escape", "question_mark")
        await pilot.pause(0.3)
        assert [type(page) for page in pilot.app.screen_stack[1:]] == [HelpPage]


async def test_information_on_a_story_that_is_never_read_comes_after_a_second(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        screen._ahead.forget()
        monkeypatch.setattr(screen.background, "read_story", lambda row, setting: None)
        await type_ahead(pilot, "j", "i", "escape", "j")
        await pilot.pause(1.5)
        assert front(pilot) is screen
        assert screen.story_list.cursor == 2


async def test_escape_behind_a_choice_in_the_palette_does_not_close_it_twice(
    archive: Path, open_app: OpenApp
) -> None:
    """That ended the app where the palette was slow."""
    async with open_app(archive) as pilot:
        await type_ahead(pilot, "ctrl+p", *"reverse")
        palette = pilot.app.screen
        assert isinstance(palette, CommandPalette)
        palette.dismiss()
        palette.dismiss()
        await pilot.pause()
        assert front(pilot) is main_screen(pilot)


async def test_the_palettes_list_is_not_paged_through_before_it_is_laid_out(
    archive: Path, open_app: OpenApp
) -> None:
    """PageDown right behind a letter ended the app."""
    async with open_app(archive) as pilot:
        await type_ahead(pilot, "ctrl+p", "s")
        palette = front(pilot)
        assert isinstance(palette, CommandPalette)
        found = palette.query_one(OptionList)
        options = list(found.options)
        palette._list_visible = False
        await pilot.pause(0.1)
        found.clear_options().add_options(options)
        found.highlighted = 0
        pilot.app.simulate_key("pagedown")
        await type_ahead(pilot, "pageup", "escape")
        assert pilot.app.is_running
        assert front(pilot) is main_screen(pilot)


async def test_keys_behind_one_that_opens_a_page_while_it_is_held_find_that_page(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        screen._ahead.forget()
        await type_ahead(
            pilot, "j", "i", "escape", "ctrl+p", *"sort", "escape", "question_mark", "slash", *"star"
        )
        await pilot.pause(0.3)
        assert isinstance(front(pilot), HelpPage)
        assert front(pilot).query_one(Input).value == "star"


@pytest.mark.parametrize("key", ["question_mark", "i", "ctrl+p"])
async def test_a_page_can_be_opened_again_before_the_one_that_was_closed_is_gone(
    archive: Path, open_app: OpenApp, key: str
) -> None:
    """Two pages with one id ended the app, or left all keys that came later waiting."""
    async with open_app(archive) as pilot:
        await type_ahead(pilot, *(key, "escape") * 5, "j", "2")
        assert pilot.app.is_running
        assert main_screen(pilot).story_list.cursor == 1
        main_screen(pilot)._ahead.forget()
        await type_ahead(pilot, "k", "i", "escape", *(key, "escape") * 5, "j", "j", "2")
        await pilot.pause(0.3)
        assert pilot.app.is_running
        assert main_screen(pilot).story_list.cursor == 2


async def test_what_was_typed_into_a_palette_that_is_closed_is_not_looked_for(
    archive: Path, open_app: OpenApp
) -> None:
    """The letters came up behind the Esc, and that there was no list any more ended the app."""
    async with open_app(archive) as pilot:
        await type_ahead(pilot, "ctrl+p", *"star", "escape")
        palette = Palette()
        await pilot.app.push_screen(palette)
        palette.dismiss()
        await pilot.pause(0.1)
        palette._gather_commands("s")
        await pilot.pause(0.1)
        assert pilot.app.is_running


async def test_a_held_key_that_fails_is_told_and_blocks_no_others() -> None:
    errors: list[Exception] = []
    done: list[str] = []

    def fail() -> None:
        raise ValueError("no")

    held = HeldKeys(is_early=lambda key: False, hurry=lambda: None, on_error=errors.append)
    held.hold("j", fail)
    held.hold("k", lambda: done.append("k"))
    held.release()
    await asyncio.sleep(0.01)
    assert [str(error) for error in errors] == ["no"]
    assert done == ["k"]
    assert not held.is_holding


async def test_what_hides_the_box_or_the_panes_does_not_take_the_focus_from_them(
    archive: Path, open_app: OpenApp
) -> None:
    """Without a focus keys took a longer way: the palette was opened behind the keys that came after it."""
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        for keys in ((), ("slash",)):
            await type_ahead(pilot, *keys)
            focused = screen.focused
            assert focused is not None
            focused.post_message(Hide())
            await pilot.pause(0.1)
            assert screen.focused is focused


async def test_keys_that_still_wait_when_one_quits_are_left(archive: Path, open_app: OpenApp) -> None:
    """They came to pages that were being taken down, and the app ended with an error."""
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        for key in ("question_mark", "slash", "enter"):
            pilot.app._exit = True
            await screen.reader._give(Key(key, CHARACTERS.get(key)))
        assert len(pilot.app.screen_stack) == 1
        screen.held._on_error(ValueError("half done"))
        pilot.app._exit = False
        assert pilot.app._exception is None


async def test_a_palette_that_is_closed_before_it_is_there_does_no_harm(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        palette = Palette()
        pilot.app.push_screen(palette)
        palette.dismiss()
        await pilot.pause(0.1)
        assert pilot.app.is_running
        assert front(pilot) is main_screen(pilot)
        await type_ahead(pilot, "ctrl+p", "escape", "j")
        assert main_screen(pilot).story_list.cursor == 1


async def test_a_key_that_comes_while_nothing_has_the_focus_is_not_done_behind_the_next(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await settled(pilot)
        screen.set_focus(None)
        await pilot.app.on_event(Key("ctrl+p", None))
        if pilot.app.screen is screen:
            screen.set_focus(screen.desk)  # as Textual does a moment later
        for event in (Key("escape", None), Key("slash", "/"), Paste("of the")):
            await pilot.app.on_event(event)
        await settled(pilot)
        assert pilot.app.screen_stack == [screen]
        assert screen.view.query == "of the"


async def test_a_key_that_a_page_does_not_know_is_not_kept_until_the_page_is_closed(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await settled(pilot)
        await type_ahead(pilot, "i")
        assert front(pilot) is not screen
        events = (Key("ctrl+p", None), Key("escape", None), Key("slash", "/"), Paste("of the"))
        for event in events:
            await pilot.app.on_event(event)
        await settled(pilot)
        await pilot.pause(0.3)
        assert pilot.app.screen_stack == [screen]
        assert screen.view.query == "of the"


async def test_a_search_typed_before_the_panes_are_there_is_searched_for(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slash opened the box, but what was typed behind it was lost with the queue of the screen."""
    mount = MainScreen.on_mount

    async def mount_late(screen: MainScreen) -> None:
        for key in ("slash", *"robots", "enter", "s"):
            screen.app.post_message(Key(key, CHARACTERS.get(key, key if len(key) == 1 else None)))
        await asyncio.sleep(0.1)
        mount(screen)

    monkeypatch.setattr(MainScreen, "on_mount", mount_late)
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        assert screen.view.query == "robots"
        assert screen.story_list.current is not None
        assert screen.library.is_starred(screen.story_list.current.story_id)
