from __future__ import annotations

from pathlib import Path

import pytest

from reader.model import Order, Show
from tests.factories import write_story
from tests.tui.conftest import OpenApp, Reading, main_screen, screen_text, settled


def titles(pilot: Reading) -> list[str]:
    """The titles in the list."""
    screen = main_screen(pilot)
    return [row.title for row in screen.library.rows(list(screen.story_list.ids))]


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    """Twenty stories of the qualities 1 to 20 and one of 24; the even ones are videos."""
    folder = tmp_path / "graded"
    for number in range(1, 21):
        write_story(
            folder / "_news",
            f"2021-02-{number:02}-s{number}.md",
            title=f"Story {number}",
            publishedDateTime=f"2021-02-{number:02}T08:00:00Z",
            quality=number,
            published=number < 11,
            type="article" if number % 2 else "video",
            topics=["Low" if number < 11 else "High"],
        )
    write_story(folder / "_news", "none.md", title="Best", quality=24, topics=["Low"])
    return folder


async def test_d_goes_round_the_orders_and_says_each(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        seen = []
        for _ in range(5):
            await pilot.press("d")
            await settled(pilot)
            seen.append((main_screen(pilot).view.order, titles(pilot)[0]))
        assert seen == [
            (Order.QUALITY, "Robots at work"),
            (Order.TITLE, "Clearview ruled illegal"),
            (Order.PROVIDER, "Robots at work"),
            (Order.RELATED, "Clearview ruled illegal"),
            (Order.DATE, "Clearview ruled illegal"),
        ]


@pytest.mark.parametrize("key", ["d", "D"])
async def test_a_search_that_sorts_by_itself_says_so_and_leaves_the_order_behind_it(
    archive: Path, open_app: OpenApp, key: str
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("slash", *"is:unread sort:quality", "enter")
        await settled(pilot)
        await pilot.press(key)
        await settled(pilot)
        assert "The search sorts by itself; / changes it." in screen_text(pilot)
        assert titles(pilot)[0] == "Robots at work"
        await pilot.press("escape")
        await settled(pilot)
        assert (screen.view.order, screen.view.is_reversed) == (Order.DATE, False)
        assert titles(pilot)[0] == "Clearview ruled illegal"


async def test_f_asks_for_a_filter_and_the_title_says_how_many_it_keeps(
    graded: Path, open_app: OpenApp
) -> None:
    async with open_app(graded) as pilot:
        await pilot.press("f")
        text = screen_text(pilot)
        assert "unread" in text.splitlines()[-1]
        await pilot.press("v")
        await settled(pilot)
        assert "All › newest first › video: 10 of 21" in screen_text(pilot)
        await pilot.press("f", "p")
        await settled(pilot)
        assert "published: 10 of 21" in screen_text(pilot)
        await pilot.press("f", "escape")
        assert main_screen(pilot).view.show is Show.PUBLISHED
        await pilot.press("f", "a")
        await settled(pilot)
        assert "21 unread of 21" in screen_text(pilot)


async def test_a_filter_is_chosen_with_arrows_and_enter_on_a_narrow_screen(
    graded: Path, open_app: OpenApp
) -> None:
    async with open_app(graded, size=(60, 20)) as pilot:
        await pilot.press("f")
        words = screen_text(pilot).splitlines()[-1].split()
        for answer in ("a all", "u unread", "s star", "p publ.", "n unpub.", "r related", "v video"):
            assert answer in " ".join(words)
        await pilot.press(*["right"] * 6)
        assert "video" in screen_text(pilot).splitlines()[-1]
        await pilot.press("enter")
        await settled(pilot)
        assert main_screen(pilot).view.show is Show.VIDEO


async def test_a_filter_of_unread_stories_keeps_only_unread_ones(graded: Path, open_app: OpenApp) -> None:
    async with open_app(graded) as pilot:
        screen = main_screen(pilot)
        await pilot.press("m", "1", "j", "f", "v")
        await settled(pilot)
        assert screen.story_list.row_count == 9
        assert "Unread › newest first › video: 9 stories" in screen_text(pilot)
        await pilot.press("escape", "f", "a")
        await settled(pilot)
        assert screen.story_list.row_count == 20


async def test_a_filter_of_all_stories_is_not_taken_for_the_line_of_the_sidebar(
    graded: Path, open_app: OpenApp
) -> None:
    async with open_app(graded) as pilot:
        await pilot.press("m", "f", "u")
        await settled(pilot)
        assert "All › newest first › unread: 20 of 21" in screen_text(pilot)
        await pilot.press("f", "s")
        await settled(pilot)
        text = screen_text(pilot)
        assert "All › newest first › starred: 0 stories" in text
        assert "No story here is kept by the filter: starred." in text
        await pilot.press("S")
        await settled(pilot)
        assert "Starred › newest first › 0 stories" in screen_text(pilot)


async def test_the_quality_floor_goes_up_and_down_by_steps_of_this_archive(
    graded: Path, open_app: OpenApp
) -> None:
    async with open_app(graded) as pilot:
        screen = main_screen(pilot)
        screen.background.find_floors()
        await settled(pilot)
        await pilot.press("greater_than_sign")
        await settled(pilot)
        assert "All › newest first › ≥4: 18 of 21" in screen_text(pilot)
        await pilot.press("greater_than_sign")
        await settled(pilot)
        assert "≥6: 16 of 21" in screen_text(pilot)
        await pilot.press(*["greater_than_sign"] * 20)
        await settled(pilot)
        assert "≥24: 1 of 21" in screen_text(pilot)
        assert "Nothing is left above this." in screen_text(pilot)
        await pilot.press(*["less_than_sign"] * 20)
        await settled(pilot)
        assert "21 unread of 21" in screen_text(pilot)
        assert "no quality floor" in screen_text(pilot)


async def test_order_filter_and_floor_are_remembered_for_each_topic(graded: Path, open_app: OpenApp) -> None:
    async with open_app(graded) as pilot:
        screen = main_screen(pilot)
        screen.background.find_floors()
        await settled(pilot)
        await pilot.press("t", *"high", "enter", "d", "greater_than_sign", "f", "v")
        await settled(pilot)
        assert "High › best first › video · ≥4: 5 of 10" in screen_text(pilot)
        await pilot.press("t", *"low", "enter")
        await settled(pilot)
        assert "Low › newest first › 11 unread of 11" in screen_text(pilot)
        await pilot.press("t", *"high", "enter")
        await settled(pilot)
        assert "High › best first › video · ≥4: 5 of 10" in screen_text(pilot)


async def test_a_topic_without_an_order_of_its_own_takes_that_of_all(graded: Path, open_app: OpenApp) -> None:
    async with open_app(graded) as pilot:
        await pilot.press("d", "t", *"low", "enter")
        await settled(pilot)
        assert "Low › best first" in screen_text(pilot)


async def test_an_empty_choice_says_how_to_get_out_of_it(graded: Path, open_app: OpenApp) -> None:
    async with open_app(graded) as pilot:
        await pilot.press("f", "r")
        await settled(pilot)
        assert "No story here is kept by the filter: with related." in screen_text(pilot)
        assert "f a shows all of them." in screen_text(pilot)


async def test_every_line_of_the_sidebar_remembers_the_story_the_cursor_stood_on(
    graded: Path, open_app: OpenApp
) -> None:
    async with open_app(graded) as pilot:
        screen = main_screen(pilot)

        async def title_after(*keys: str) -> str:
            await pilot.press(*keys)
            await settled(pilot)
            row = screen.story_list.current
            return row.title if row is not None else ""

        assert await title_after("j", "j", "s", "j") == "Story 17"
        assert await title_after("S") == "Story 18"
        assert await title_after("S") == "Story 17"
        assert await title_after("right_square_bracket", "j") == "Story 19"
        assert await title_after("left_square_bracket") == "Story 17"
        assert await title_after("right_square_bracket") == "Story 19"
        # In another order it is the same story.
        assert await title_after("d", "left_square_bracket", "right_square_bracket") == "Story 19"
        assert await title_after("d", "d", "d", "d", "left_square_bracket") == "Story 17"


async def test_a_search_that_goes_along_to_another_topic_begins_at_its_first_story(
    graded: Path, open_app: OpenApp
) -> None:
    async with open_app(graded) as pilot:
        screen = main_screen(pilot)
        await pilot.press("j", "j", "right_square_bracket", "slash", *"story", "enter")
        await settled(pilot)
        await pilot.press("j", "left_square_bracket")
        await settled(pilot)
        assert (screen.view.query, screen.story_list.cursor) == ("story", 0)
        await pilot.press("escape")
        await settled(pilot)
        await pilot.press("right_square_bracket", "left_square_bracket")
        await settled(pilot)
        assert screen.view.query == ""


async def test_the_title_says_how_many_of_what_a_floor_or_a_filter_leaves_are_unread(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("greater_than_sign")
        await settled(pilot)
        assert "All › newest first › ≥50: 2 of 3, 2 unread" in screen_text(pilot)
        await pilot.press("m")
        assert "≥50: 2 of 3, 1 unread" in screen_text(pilot)
        await pilot.press("f", "p")
        await settled(pilot)
        assert "published · ≥50: 2 of 3, 1 unread" in screen_text(pilot)
        await pilot.press("f", "u")
        await settled(pilot)
        assert "unread · ≥50: 1 of 3" in screen_text(pilot)
