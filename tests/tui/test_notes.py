from __future__ import annotations

from pathlib import Path

from textual.events import Key

from reader.config import Config
from tests.tui.conftest import OpenApp, main_screen, screen_text, settled, story_loaded
from tests.tui.test_flow import log_lines


async def test_c_writes_a_note_stars_the_story_and_shows_the_note_beside_its_marks(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("c", *"for May", "enter")
        await settled(pilot)
        row = screen.story_list.current
        assert row is not None
        assert screen.library.note_of(row.story_id) == "for May"
        assert screen.library.is_starred(row.story_id)
        text = screen_text(pilot)
        assert "Note kept, and the story starred." in text
        assert "¶ for May" in text
        assert "+2 · unpublished · ¶" in text
        assert screen.pane == "stories"
    async with open_app(archive) as pilot:
        assert "¶ for May" in screen_text(pilot)


async def test_the_note_there_is_stands_in_the_box_and_esc_leaves_it(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("s", "c", *"one", "enter", "c", *" two")
        text = screen_text(pilot)
        assert "one two" in text
        assert "Enter keeps the note" in text
        await pilot.press("escape")
        await settled(pilot)
        row = screen.story_list.current
        assert row is not None
        assert screen.library.note_of(row.story_id) == "one"
        assert "Note kept." in screen_text(pilot)
        before = log_lines()
        await pilot.press("c", "enter")
        assert log_lines() == before


async def test_an_empty_line_takes_the_note_away_and_leaves_the_star(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("c", "enter")
        assert not log_lines()
        await pilot.press("c", *"one", "enter", "c", "ctrl+u")
        assert "Enter takes the note away" in screen_text(pilot)
        await pilot.press("enter")
        await settled(pilot)
        row = screen.story_list.current
        assert row is not None
        assert screen.library.note_of(row.story_id) == ""
        assert screen.library.is_starred(row.story_id)
        assert "¶" not in screen_text(pilot)


async def test_undo_takes_the_note_back_with_the_star_it_gave(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("c", *"one", "enter", "c", *"s", "enter", "c", "ctrl+u", "enter")
        row = screen.story_list.current
        assert row is not None
        notes = []
        for _ in range(3):
            await pilot.press("ctrl+z")
            await pilot.pause()
            notes.append((screen.library.note_of(row.story_id), screen.library.is_starred(row.story_id)))
        assert notes == [("ones", True), ("one", True), ("", False)]
        assert "Undone: note on “Clearview ruled illegal”" in screen_text(pilot)
        await pilot.press("ctrl+y")
        assert (screen.library.note_of(row.story_id), screen.library.is_starred(row.story_id)) == (
            "one",
            True,
        )


async def test_a_related_item_has_a_note_of_its_own(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, size=(160, 50)) as pilot:
        screen = main_screen(pilot)
        await pilot.press("3", "x", "c", *"the better one", "enter")
        await settled(pilot)
        item, row = screen.story_pane.item, screen.story_list.current
        assert item is not None
        assert row is not None
        assert item.row.title == "Canada asks Clearview to stop"
        assert screen.library.note_of(item.row.story_id) == "the better one"
        assert screen.library.note_of(row.story_id) == ""
        assert "¶ the better one" in screen_text(pilot)
        await pilot.press("enter")
        assert "¶ Canada asks Clearview to stop" in screen_text(pilot)


async def test_a_note_is_found_by_its_words_and_by_being_one(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("j", "c", *"worth quoting", "enter")
        await pilot.press("slash", *"note:quot")
        await settled(pilot)
        assert [screen.story_list.row_count, "Robots at work" in screen_text(pilot)] == [1, True]
        await pilot.press("ctrl+u", *"has:note", "enter")
        await settled(pilot)
        assert screen.story_list.row_count == 1
        await pilot.press("escape", "slash", *"has:no")
        await settled(pilot)
        await pilot.press("tab")
        assert screen.foot.text.strip() == "has:note"
        await pilot.press("ctrl+u", *"not")
        await pilot.press("tab")
        assert screen.foot.text == "note:"


async def test_keys_typed_before_the_story_is_read_end_in_its_note(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("j", "g")
        screen.story_pane._subject = None
        screen._ahead.forget()
        screen._show_story()
        screen.action_go_to("story")
        assert screen.story_pane.is_awaited
        for key in ("enter", "c", *"s q", "enter"):
            pilot.app.post_message(_key(key))
        await story_loaded(pilot)
        await pilot.pause(0.2)
        await settled(pilot)
        item = screen.story_pane.item
        assert item is not None
        assert screen.library.note_of(item.row.story_id) == "s q"


async def test_notes_are_drawn_with_ascii_where_all_is(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, config=Config(ascii=True)) as pilot:
        await pilot.press("c", *"café", "enter")
        await settled(pilot)
        text = screen_text(pilot)
        assert "& cafe" in text
        assert "unpublished - &" in text


async def test_a_long_note_is_wrapped_and_its_sign_in_the_list_takes_no_room_from_the_provider(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, size=(44, 30)) as pilot:
        await pilot.press("c", *("word " * 20), "enter")
        await settled(pilot)
        assert "Threat Post · 4 Feb 2021 · 24 · +2 · ¶" in screen_text(pilot)
        await pilot.press("3")
        await settled(pilot)
        lines = [line for line in screen_text(pilot).split("\n") if "word" in line]
        assert len(lines) == 3
        assert "¶ word" in lines[0]
        assert "¶" not in lines[1]


def _key(key: str) -> Key:
    return Key("space", " ") if key == " " else Key(key, key if len(key) == 1 else None)
