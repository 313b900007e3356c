from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from tests.factories import write_archive, write_story
from tests.tui.conftest import OpenApp, Reading, main_screen, screen_text, settled


def type_in(pilot: Reading, text: str) -> None:
    """Put `text` into the search box at once."""
    box = main_screen(pilot).query_one("#search", Input)
    box.value = text


def typed(pilot: Reading) -> str:
    """What is in the search box."""
    return main_screen(pilot).query_one("#search", Input).value


async def test_a_search_narrows_the_list_as_one_types(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"robo")
        await settled(pilot)
        screen = main_screen(pilot)
        assert screen.story_list.row_count == 1
        assert "1 story found" in screen_text(pilot)


async def test_a_story_is_found_by_its_related_coverage(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"regulators")
        await settled(pilot)
        assert main_screen(pilot).story_list.row_count == 1
        assert "Clearview ruled illegal" in screen_text(pilot)


async def test_what_was_found_is_marked_in_list_and_story(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"robo")
        await settled(pilot)
        screen = main_screen(pilot)
        for pane, line in ((screen.story_list, 0), (screen.story_pane, 0)):
            underlined = [s.text for s in pane.line(line) if s.style is not None and s.style.underline]
            assert underlined == ["Robo"]


async def test_escape_while_typing_brings_back_cursor_and_place(tmp_path: Path, open_app: OpenApp) -> None:
    write_archive(tmp_path / "many", 80)
    async with open_app(tmp_path / "many") as pilot:
        screen = main_screen(pilot)
        await pilot.press("pagedown", "pagedown", "k")
        cursor, top = screen.story_list.cursor, screen.story_list.top
        await pilot.press("slash", *"story 7")
        await settled(pilot)
        assert screen.story_list.row_count == 11
        await pilot.press("escape")
        await settled(pilot)
        assert (screen.story_list.cursor, screen.story_list.top) == (cursor, top)
        assert screen.story_list.row_count == 80


async def test_the_cursor_is_in_view_where_the_order_changed_during_a_search(
    tmp_path: Path, open_app: OpenApp
) -> None:
    write_archive(tmp_path / "many", 80)
    async with open_app(tmp_path / "many") as pilot:
        stories = main_screen(pilot).story_list
        await pilot.press("j", "j", "slash", *"story", "enter")
        await settled(pilot)
        await pilot.press("D", "slash", "escape")
        await settled(pilot)
        assert stories.cursor == 77
        assert stories.cursor in stories.visible_rows()


async def test_a_search_for_nothing_scrolls_no_other_list(tmp_path: Path, open_app: OpenApp) -> None:
    write_archive(tmp_path / "many", 80)
    async with open_app(tmp_path / "many") as pilot:
        stories = main_screen(pilot).story_list
        await pilot.press("G", "slash", "escape", "D")
        await settled(pilot)
        assert stories.cursor == 0
        assert stories.top == 0


async def test_escape_in_the_list_forgets_the_search_and_stays_on_the_story_found(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("slash", *"privacy")
        await settled(pilot)
        await pilot.press("enter")
        assert screen.story_list.has_focus
        await pilot.press("escape")
        await settled(pilot)
        assert screen.story_list.row_count == 3
        assert screen.story_list.current is not None
        assert screen.story_list.current.title == "Privacy by design"


@pytest.mark.parametrize(("keys", "before"), [(("h",), "topics"), (("enter",), "story")])
async def test_where_one_pane_is_shown_it_is_the_list_as_soon_as_one_searches(
    archive: Path, open_app: OpenApp, keys: tuple[str, ...], before: str
) -> None:
    async with open_app(archive, size=(60, 20)) as pilot:
        screen = main_screen(pilot)
        await pilot.press(*keys, "slash", *"robots")
        await settled(pilot)
        assert screen.story_list.is_shown
        assert "Robots at work" in screen_text(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert screen.pane == before
        await pilot.press("slash", *"robots", "enter")
        await settled(pilot)
        assert screen.pane == "stories"


async def test_a_query_is_taken_in_the_same_box_and_its_order_wins(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"quality>=24 -privacy sort:quality")
        await settled(pilot)
        screen = main_screen(pilot)
        titles = [row.title for row in screen._fetch(screen.story_list.ids)]
        assert titles == ["Robots at work", "Clearview ruled illegal"]
        assert "best first" in screen_text(pilot)


async def test_a_mistake_is_told_with_the_nearest_name_and_the_last_result_stays(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"clearview")
        await settled(pilot)
        type_in(pilot, "clearview topc:ai")
        await settled(pilot)
        assert main_screen(pilot).story_list.row_count == 1
        assert "did you mean “topic”?" in screen_text(pilot)


async def test_with_a_mistake_no_count_of_an_earlier_query_stands_there(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"clearview")
        await settled(pilot)
        assert screen_text(pilot).count("1 story") == 2
        await pilot.press("escape")
        await settled(pilot)
        await pilot.press("slash")
        await settled(pilot)
        assert "1 story" not in screen_text(pilot)
        type_in(pilot, "qualty>=60")
        await settled(pilot)
        text = screen_text(pilot)
        assert "did you mean “quality”?" in text
        assert "found" not in text
        assert "1 story" not in text
        type_in(pilot, "clearview")
        await settled(pilot)
        assert screen_text(pilot).count("1 story") == 2


async def test_while_a_value_is_half_typed_its_completions_stand_there_and_no_mistake(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"is:")
        await settled(pilot)
        assert "Tab unread · read · starred" in screen_text(pilot)
        await pilot.press(*"un")
        await settled(pilot)
        assert "Tab unread · unpublished" in screen_text(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert "is: takes unread" in screen_text(pilot)  # whoever wants to go on is told
        await pilot.press(*"x ", *"sta")
        await settled(pilot)
        assert "is: takes unread" in screen_text(pilot)  # it lies before what is being typed


async def test_the_orders_stand_there_as_soon_as_one_may_be_typed(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"sort:")
        await settled(pilot)
        assert "Tab date · quality · title" in screen_text(pilot)


@pytest.mark.parametrize(
    ("query", "remedy"),
    [
        ("a excerpt:b", "quote a word with a colon"),
        ("a since:202", "take 2021-02-04, today or 7d"),
        ("a -sort:quality", "as in sort:-quality"),
    ],
)
async def test_what_to_write_in_place_of_a_mistake_has_room_in_a_narrow_window(
    archive: Path, open_app: OpenApp, query: str, remedy: str
) -> None:
    async with open_app(archive, size=(60, 20)) as pilot:
        await pilot.press("slash", *query)
        await settled(pilot)
        assert remedy in screen_text(pilot).splitlines()[-2]


async def test_where_nothing_is_found_a_field_apart_from_its_sign_is_told(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"quality > 60")
        await settled(pilot)
        assert "Nothing found: write quality>60 without blanks" in screen_text(pilot)


async def test_topics_are_offered_in_the_order_of_the_sidebar(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"topic:")
        await settled(pilot)
        assert "Tab AI · Computer Vision · Privacy" in screen_text(pilot)


@pytest.mark.parametrize("width", [140, 60])
async def test_a_mistake_is_told_with_its_place_in_a_narrow_window_too(
    archive: Path, open_app: OpenApp, width: int
) -> None:
    async with open_app(archive, size=(width, 30)) as pilot:
        await pilot.press("slash", *"a since:2021-13")
        await settled(pilot)
        assert "“2021-13” is no date" in screen_text(pilot)
        assert "at 9" in screen_text(pilot)


async def test_tab_again_takes_the_next_completion(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"x is:un", "tab")
        await settled(pilot)
        assert typed(pilot) == "x is:unread"
        await pilot.press("tab")
        await settled(pilot)
        assert typed(pilot) == "x is:unpublished"
        await pilot.press("tab", *" sort:t", "tab", "tab")
        await settled(pilot)
        assert typed(pilot) == "x is:unread sort:title"


async def test_the_beginning_of_a_topic_finds_its_stories_while_one_types(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"topic:comp")
        await settled(pilot)
        assert main_screen(pilot).story_list.row_count == 1
        await pilot.press("x")
        await settled(pilot)
        assert main_screen(pilot).story_list.row_count == 0


async def test_tab_takes_the_first_completion(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"topic:comp")
        await pilot.press("tab")
        await settled(pilot)
        screen = main_screen(pilot)
        assert typed(pilot).strip() == 'topic:"Computer Vision"'
        assert screen.story_list.row_count == 1


async def test_what_is_typed_ahead_lands_in_the_search_box(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        app = pilot.app
        for key in ("j", "slash", "v", "r", "q"):
            app.simulate_key(key)
        await settled(pilot)
        assert typed(pilot) == "vrq"


async def test_nothing_found_says_how_to_go_on(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"xyzzy")
        await settled(pilot)
        assert "Nothing found." in screen_text(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert main_screen(pilot).story_list.row_count == 3


async def test_where_nothing_is_found_a_topic_that_there_is_not_is_told_with_the_nearest(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"topic:privaci", "enter")
        await settled(pilot)
        lines = " ".join(screen_text(pilot).replace("│", " ").replace("┃", " ").split())
        assert "Nothing found: there is no topic “privaci”;" in lines
        assert "did you mean “Privacy”?" in lines
        await pilot.press("slash", "ctrl+u", *"topic:privacy xyzzy", "enter")
        await settled(pilot)
        assert "Nothing found." in screen_text(pilot)


async def test_a_megabyte_pasted_into_the_box_is_cut_and_harmless(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash")
        type_in(pilot, "a[/]\x1b]52;c;x\x07" * 80_000)
        await settled(pilot)
        assert len(typed(pilot)) <= 1_200_000
        assert pilot.app.is_running


async def test_cjk_text_is_found_by_a_part_of_it(tmp_path: Path, open_app: OpenApp) -> None:
    write_story(tmp_path, "2021-01-01-a.md", title="日経クロステックの記事")
    write_story(tmp_path, "2021-01-02-b.md", title="Elsewhere")
    async with open_app(tmp_path) as pilot:
        await pilot.press("slash")
        type_in(pilot, "ロス")
        await settled(pilot)
        assert main_screen(pilot).story_list.row_count == 1


@pytest.mark.parametrize(
    ("keys", "query", "row"),
    [
        (["slash", *"clear", "enter", "r"], "clear", 0),
        (["slash", *"a", "enter", "j"], "a", 1),
        (["slash", *"clear", "enter", "escape", "j", "j"], "", 2),
        (["t", *"priv", "enter", "j"], "", 0),
    ],
)
async def test_what_is_typed_behind_enter_is_for_the_list(
    archive: Path, open_app: OpenApp, keys: list[str], query: str, row: int
) -> None:
    async with open_app(archive) as pilot:
        for key in keys:
            pilot.app.simulate_key(key)
        await pilot.pause(0.05)
        await settled(pilot)
        screen = main_screen(pilot)
        assert screen.desk.has_focus
        assert screen.view.query == query
        assert screen.story_list.cursor == row


async def test_what_is_pasted_before_enter_is_searched_for(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        pilot.app.simulate_key("slash")
        pilot.app.post_message(events.Paste("robots"))
        pilot.app.simulate_key("enter")
        await pilot.pause(0.05)
        await settled(pilot)
        assert main_screen(pilot).desk.has_focus
        assert main_screen(pilot).view.query == "robots"
        assert main_screen(pilot).story_list.row_count == 1


async def test_enter_on_a_mistake_stays_in_the_box(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        for key in ("slash", *"topc:ai", "enter", "q"):
            pilot.app.simulate_key(key)
        await pilot.pause(0.05)
        await settled(pilot)
        assert typed(pilot) == "topc:aiq"
        assert main_screen(pilot).foot.is_typing
        assert "did you mean “topic”?" in screen_text(pilot)
        assert pilot.app.is_running
        await pilot.press("down")
        assert main_screen(pilot).foot.is_typing
        await pilot.press("ctrl+u", *"robots", "enter")
        await settled(pilot)
        assert main_screen(pilot).desk.has_focus


async def test_what_is_typed_into_a_page_over_the_box_is_not_for_the_box(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"ab", "ctrl+p")
        await pilot.pause(0.1)
        assert len(pilot.app.screen_stack) == 2
        await pilot.press(*"cd")
        pilot.app.post_message(events.Paste("ef"))
        await pilot.pause(0.1)
        assert typed(pilot) == "ab"
        assert pilot.app.screen.query_one(Input).value == "cdef"


async def test_tab_without_a_completion_leaves_the_keys_in_the_box(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"zq", "tab", "q")
        await settled(pilot)
        assert main_screen(pilot).view.query == "zqq"


async def test_the_hints_of_a_search_that_stands_are_about_the_list(archive: Path, open_app: OpenApp) -> None:
    def hint_line(pilot: Reading) -> str:
        return screen_text(pilot).splitlines()[-2]

    async with open_app(archive) as pilot:
        await pilot.press("slash", *"clear")
        await settled(pilot)
        assert "Enter to the stories" in hint_line(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert hint_line(pilot).startswith(" Esc clear  / change  Space read on")
        await pilot.press("slash")
        await settled(pilot)
        assert "Enter to the stories" in hint_line(pilot)
        await pilot.click("#desk", offset=(40, 3))
        await settled(pilot)
        assert "Esc clear  / change" in hint_line(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert screen_text(pilot).splitlines()[-1].startswith(" Space read on")
