from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual import events

from reader import locations
from reader.config import Config
from reader.model import Order, Show
from tests.factories import write_archive, write_story
from tests.tui.conftest import OpenApp, main_screen, screen_text, settled, story_loaded


async def test_the_stories_stand_newest_first_with_their_counts(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        text = screen_text(pilot)
    assert text.index("Clearview ruled") < text.index("Robots at work") < text.index("Privacy by design")
    assert "All › newest first › 3 unread of 3" in text
    assert "Threat Post · 4 Feb 2021 · 24 · +2 · unpublished" in text


async def test_the_story_pane_names_provider_and_domain(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        text = screen_text(pilot)
    assert "Threat Post · threatpost.com" in text
    assert "4 Feb 2021 12:52 UTC · unpublished" in text
    assert "quality 24" in text
    assert "Computer Vision · AI" in text
    assert re.search(r"87 The Next Web +\+6 h  Canada asks", text)


async def test_d_sorts_by_quality_and_the_cursor_stays_on_its_story(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("j", "d")
        await settled(pilot)
        screen = main_screen(pilot)
        assert screen.view.order is Order.QUALITY
        assert screen.story_list.current is not None
        assert screen.story_list.current.title == "Robots at work"
        assert screen.story_list.cursor == 0
        assert "best first" in screen_text(pilot)


async def test_capital_d_turns_the_order_round(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("D")
        await settled(pilot)
        text = screen_text(pilot)
    assert text.index("Privacy by design") < text.index("Clearview ruled")


async def test_s_stars_and_the_star_is_there_after_a_restart(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("s")
        assert "★ Clearview ruled illegal" in screen_text(pilot)
    async with open_app(archive) as pilot:
        assert "★ Clearview ruled illegal" in screen_text(pilot)
        await pilot.press("S")
        await settled(pilot)
        assert main_screen(pilot).story_list.row_count == 1


async def test_a_starred_story_whose_file_is_gone_still_shows_under_starred(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("s")
    (archive / "_news" / "2021-02-04-clearview.md").unlink()
    async with open_app(archive) as pilot:
        await pilot.press("S")
        await settled(pilot)
        text = screen_text(pilot)
        assert "Clearview ruled illegal" in text
        assert "not in this archive" in text
        assert "https://threatpost.com/clearview/" in text


async def test_m_toggles_read_and_the_counts_follow(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("m")
        assert "2 unread of 3" in screen_text(pilot)
        await pilot.press("m")
        assert "3 unread of 3" in screen_text(pilot)


async def test_a_story_stays_in_the_unread_view_when_it_becomes_read(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("1", "j")
        await settled(pilot)
        screen = main_screen(pilot)
        assert screen.view.show is Show.UNREAD
        await pilot.press("2", "m")
        await settled(pilot)
        assert screen.story_list.row_count == 3
        await pilot.press("1", "k")
        await settled(pilot)
        await pilot.press("j")
        await settled(pilot)
        assert screen.story_list.row_count == 2


async def test_n_and_p_go_to_unread_stories_only(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("j", "m", "k", "n")
        assert screen.story_list.cursor == 2
        await pilot.press("p")
        assert screen.story_list.cursor == 0


async def test_n_at_the_end_of_a_topic_offers_the_next_and_goes_there_when_pressed_again(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("1", "j", "j", "j")
        await settled(pilot)
        assert screen.view.topic == "AI"
        await pilot.press("2", "G", "n")
        await pilot.pause()
        assert "This is the end of AI; n again goes on" in screen_text(pilot)
        await pilot.press("n")
        await settled(pilot)
        assert screen.view.topic == "Computer Vision"
        assert "This is the end" not in screen_text(pilot)


async def test_enter_goes_in_and_escape_back_and_neither_quits(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("enter")
        assert screen.pane == "story"
        assert screen.library.is_read(screen.story_list.current.story_id)  # type: ignore[union-attr]
        await pilot.press("escape", "escape", "escape", "escape")
        assert screen.topic_tree.has_focus
        assert pilot.app.is_running


async def test_a_related_item_expands_and_is_starred_and_read_by_itself(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("3", "enter", "enter")
        text = screen_text(pilot)
        assert "Regulators said so." in text
        assert "https://thenextweb.com/canada/" in text
        await pilot.press("s", "m")
        assert screen.library.is_starred(screen.story_pane.item.row.story_id)  # type: ignore[union-attr]
        assert not screen.library.is_starred(screen.story_list.current.story_id)  # type: ignore[union-attr]
    async with open_app(archive) as pilot:
        await pilot.press("S")
        await settled(pilot)
        assert "Canada asks Clearview to stop" in screen_text(pilot)


async def test_e_expands_and_folds_all_related_coverage(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("e")
        assert "Lawsuits in Europe." in screen_text(pilot)
        await pilot.press("e")
        assert "Lawsuits in Europe." not in screen_text(pilot)


async def test_a_related_item_that_is_a_story_here_shares_its_marks(
    tmp_path: Path, open_app: OpenApp
) -> None:
    related = [{"title": "Told by another", "webUrl": "http://www.example.com/other?utm_source=x"}]
    write_story(tmp_path, "2021-01-02-lead.md", title="Lead", related=related)
    write_story(
        tmp_path,
        "2021-01-01-other.md",
        title="Other",
        webUrl="https://example.com/other/",
        publishedDateTime="2020-01-01T00:00:00Z",
    )
    async with open_app(tmp_path) as pilot:
        screen = main_screen(pilot)
        await pilot.press("3", "enter", "s", "2", "j")
        assert screen.library.is_starred(screen.story_list.current.story_id)  # type: ignore[union-attr]


async def test_space_pages_the_story_and_then_goes_to_the_next_unread(
    archive: Path, open_app: OpenApp
) -> None:
    write_story(
        archive / "_news",
        "2022-01-01-long.md",
        body="\n\n".join(f"Paragraph {number}." for number in range(60)),
        title="Long",
        publishedDateTime="2022-01-01T00:00:00Z",
        webUrl="https://example.com/long/",
    )
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        for _ in range(20):
            await pilot.press("space")
            if screen.story_list.cursor:
                break
            assert screen.story_pane.top > 0
        assert screen.story_list.cursor == 1


async def test_capital_j_and_k_scroll_the_story_while_the_list_keeps_the_focus(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, size=(100, 24)) as pilot:
        screen = main_screen(pilot)
        await pilot.press("e", "J", "J")
        assert screen.story_pane.top > 0
        assert screen.story_list.has_focus
        below = screen.story_pane.top
        await pilot.press("K")
        assert screen.story_pane.top < below


async def test_topics_count_their_stories_and_show_them(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        assert re.search(r"AI +2/2", screen_text(pilot))
        await pilot.press("1", "G")
        await settled(pilot)
        screen = main_screen(pilot)
        assert screen.view.topic == "Privacy"
        assert screen.story_list.row_count == 1


async def test_a_parent_topic_holds_the_stories_of_its_children_and_folds(
    archive: Path, open_app: OpenApp
) -> None:
    topics = archive / "_data" / "topics"
    topics.mkdir(parents=True)
    (topics / "cv.yaml").write_text("name: Computer Vision\nparent: Seeing\n", encoding="utf-8")
    (topics / "s.yaml").write_text("name: Seeing\n", encoding="utf-8")
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("1", "G", "k")
        await settled(pilot)
        assert screen.view.topic == "Seeing"
        assert screen.story_list.row_count == 1
        await pilot.press("h")
        assert "Computer Vision  " not in screen_text(pilot).split("Story")[0]
        await pilot.press("l", "j")
        await settled(pilot)
        assert screen.view.topic == "Computer Vision"


@pytest.mark.parametrize(
    ("size", "panes"),
    [
        ((140, 40), ["topics", "stories", "story"]),
        ((100, 30), ["topics", "stories", "story"]),
        ((80, 24), ["topics", "stories", "story"]),
        ((60, 20), ["stories"]),
    ],
)
async def test_each_width_shows_the_panes_it_has_room_for(
    archive: Path, open_app: OpenApp, size: tuple[int, int], panes: list[str]
) -> None:
    async with open_app(archive, size=size) as pilot:
        screen = main_screen(pilot)
        shown = [pane.name for pane in screen.desk.panes.values() if pane.is_shown]
        assert shown == panes
        assert all(len(line) <= size[0] for line in screen_text(pilot).split("\n"))


async def test_a_narrow_screen_shows_one_pane_at_a_time(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, size=(60, 20)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "Threat Post · threatpost.com" in screen_text(pilot)
        await pilot.press("h", "h")
        await pilot.pause()
        assert "All" in screen_text(pilot)
        assert "Clearview ruled" not in screen_text(pilot)


async def test_a_short_screen_takes_one_line_a_story(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, size=(140, 20)) as pilot:
        assert main_screen(pilot).story_list.row_height == 1


async def test_a_tiny_window_says_so(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, size=(38, 9)) as pilot:
        assert "Too small: 40 x 10 at least." in " ".join(screen_text(pilot).split())
    async with open_app(archive, size=(12, 5)) as pilot:
        assert "Too small: 40 x 10 at least." in " ".join(screen_text(pilot).split())


async def test_the_layout_follows_a_resize(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, size=(140, 40)) as pilot:
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        assert not main_screen(pilot).story_pane.is_shown
        await pilot.resize_terminal(140, 40)
        await pilot.pause()
        assert main_screen(pilot).story_pane.is_shown


async def test_a_click_moves_the_cursor_and_a_double_click_goes_in(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.click("#desk", offset=(screen.story_list.inner.x + 9, 4))
        assert screen.story_list.cursor == 1
        await pilot.click("#desk", offset=(screen.story_list.inner.x + 9, 6), times=2)
        assert screen.story_list.cursor == 2
        assert screen.story_pane.has_focus


async def test_the_wheel_scrolls_the_list(tmp_path: Path, open_app: OpenApp) -> None:
    write_archive(tmp_path / "many", 60)
    async with open_app(tmp_path / "many") as pilot:
        screen = main_screen(pilot)
        await pilot._post_mouse_events([events.MouseScrollDown], "#desk", offset=(60, 10))
        await pilot.pause()
        assert screen.story_list.top > 0
        assert screen.story_list.cursor == 0


async def test_new_stories_appear_on_r_without_moving_the_cursor(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("j")
        write_story(
            archive / "_news",
            "2023-01-01-new.md",
            title="Brand new",
            publishedDateTime="2023-01-01T00:00:00Z",
            webUrl="https://example.com/new/",
        )
        await pilot.press("r")
        await settled(pilot)
        await settled(pilot)
        assert screen.story_list.row_count == 4
        assert screen.story_list.current is not None
        assert screen.story_list.current.title == "Robots at work"


async def test_a_dwell_marks_read_once_the_cursor_was_moved(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, config=Config(mark_read="dwell", dwell_s=0.1)) as pilot:
        screen = main_screen(pilot)
        await pilot.pause(0.3)
        assert not screen.library.is_read(screen.story_list.current.story_id)  # type: ignore[union-attr]
        await pilot.press("j")
        await pilot.pause(0.4)
        assert screen.library.is_read(screen.story_list.current.story_id)  # type: ignore[union-attr]


async def test_a_failing_disk_stands_in_the_last_line_until_it_works_again(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        screen.show_trouble("marks are not saved: no space left on device; trying again")
        await pilot.pause()
        assert "no space left on device" in screen_text(pilot)
        screen.show_trouble("")
        await pilot.pause()
        assert "no space left" not in screen_text(pilot)
        assert "read on" in screen_text(pilot)


async def test_a_damaged_file_is_shown_and_counted(archive: Path, open_app: OpenApp) -> None:
    bad = archive / "_news" / "2024-01-01-bad.md"
    bad.write_text("---\ntitle: Still readable\nexcerpt: [unclosed\n---\n", encoding="utf-8")
    async with open_app(archive) as pilot:
        text = screen_text(pilot)
        assert "1 problem (newsreader check)" in text
        assert "Still readable" in text
        assert "This file is damaged" in screen_text(pilot)


async def test_the_key_page_lists_every_command(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert "Forget the search, then go back one pane. Never quits." in screen_text(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert "Clearview ruled illegal" in screen_text(pilot)


async def test_the_palette_finds_a_command_and_runs_it(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("ctrl+p")
        await pilot.press(*"reverse")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert main_screen(pilot).view.is_reversed


async def test_story_information_tells_the_size_of_sealed_content_and_not_the_content(
    archive: Path, open_app: OpenApp
) -> None:
    write_story(
        archive / "_news",
        "2025-01-01-sealed.md",
        title="Sealed",
        publishedDateTime="2025-01-01T00:00:00Z",
        secured="qP8U226kc6cKMATsdOd3Ig==",
    )
    async with open_app(archive) as pilot:
        await pilot.press("i")
        await pilot.pause()
        text = screen_text(pilot)
        assert "sealed content, 24 bytes" in text
        assert "qP8U226" not in text
        assert "2025-01-01-sealed.md" in text


async def test_story_information_waits_for_a_story_that_is_still_being_read(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        main_screen(pilot).story_list.action_down()
        main_screen(pilot).action_information()
        await story_loaded(pilot)
        await pilot.pause()
        assert 'title: "Robots at work"' in screen_text(pilot)


async def test_q_goes_back_from_the_story_and_quits_from_the_list(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("3", "q")
        assert main_screen(pilot).story_list.has_focus
        await pilot.press("q")
        await pilot.pause()
        assert not pilot.app.is_running


async def test_an_empty_view_says_what_to_do(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("S")
        await settled(pilot)
        assert "No starred story yet." in screen_text(pilot)


async def test_ascii_mode_shows_nothing_but_ascii_in_the_panes(archive: Path, open_app: OpenApp) -> None:
    write_story(archive / "_news", "2026-01-01-odd.md", title="Nézd: “quotes” – 日本")
    async with open_app(archive, size=(60, 20), config=Config(ascii=True, mark_read="open")) as pilot:
        await pilot.press("s")
        assert screen_text(pilot).isascii()
        await pilot.press("enter")
        await pilot.pause()
        assert screen_text(pilot).isascii()


async def test_two_archives_open_as_one_list(archive: Path, tmp_path: Path, open_app: OpenApp) -> None:
    write_archive(tmp_path / "other", 5)
    async with open_app(archive, tmp_path / "other") as pilot:
        assert main_screen(pilot).story_list.row_count == 8
        assert "gazette, other" in screen_text(pilot)


async def test_an_index_damaged_while_it_is_open_is_built_anew(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("s")
        for file in (locations.cache_dir() / "index").iterdir():
            file.write_bytes(b"no database " * 1_000)
        screen.story_list.show(screen.story_list.ids, 1, keeps_place=False)
        await settled(pilot)
        await settled(pilot)
        assert "Robots at work" in screen_text(pilot)
        assert "★ Clearview ruled illegal" in screen_text(pilot)


async def test_a_starred_related_item_stands_under_starred_at_once_and_is_counted(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("3", "enter", "s")
        assert re.search(r"★ Starred +1", screen_text(pilot))
        await pilot.press("S")
        await settled(pilot)
        text = screen_text(pilot)
        assert "Canada asks Clearview to stop" in text
        assert "related coverage" in text
        assert "Starred › newest first › 1 story" in text


async def test_taking_a_star_away_under_starred_changes_the_counts_at_once(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("s", "j", "s", "S")
        await settled(pilot)
        await pilot.press("s")
        text = screen_text(pilot)
        assert re.search(r"★ Starred +1", text)
        assert "Starred › newest first › 1 story" in text
        assert main_screen(pilot).story_list.row_count == 2


async def test_starred_again_goes_back_to_what_was_shown_before(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("1", "G", "S")
        await settled(pilot)
        assert screen.view.show is Show.STARRED
        await pilot.press("S")
        await settled(pilot)
        assert screen.view.topic == "Privacy"


async def test_reading_on_in_the_first_story_marks_it_read_after_a_rest(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, config=Config(mark_read="dwell", dwell_s=0.1)) as pilot:
        screen = main_screen(pilot)
        await pilot.press("J")
        await pilot.pause(0.4)
        assert screen.library.is_read(screen.story_list.current.story_id)  # type: ignore[union-attr]


async def test_paging_past_the_end_of_a_story_marks_it_read(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        first = screen.story_list.current
        assert first is not None
        await pilot.press("space")
        assert screen.library.is_read(first.story_id)
        assert screen.story_list.cursor == 1


async def test_ascii_mode_draws_the_frames_and_scroll_bars_in_ascii(
    tmp_path: Path, open_app: OpenApp
) -> None:
    write_archive(tmp_path / "many", 60)
    async with open_app(tmp_path / "many", config=Config(ascii=True, mark_read="open")) as pilot:
        await pilot.press("pagedown")
        assert screen_text(pilot).isascii()


async def test_ctrl_c_says_how_to_leave(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert "Ctrl+Q quits" in screen_text(pilot)
        assert pilot.app.is_running


async def test_the_topics_of_a_narrow_screen_take_all_of_it(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, size=(60, 20)) as pilot:
        await pilot.press("1")
        await pilot.pause()
        assert main_screen(pilot).topic_tree.place.width == 60


async def test_the_page_keys_work_on_the_key_page(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await settled(pilot)
        page = pilot.app.screen.query_one("#page")
        await pilot.press("G")
        await settled(pilot)
        assert page.scroll_offset.y == page.max_scroll_y > 0
        await pilot.press("g")
        await settled(pilot)
        assert page.scroll_offset.y == 0


async def test_a_heading_that_repeats_the_title_is_shown_once(tmp_path: Path, open_app: OpenApp) -> None:
    (tmp_path / "note.md").write_text("# Only once\n\nThe text.\n", encoding="utf-8")
    async with open_app(tmp_path) as pilot:
        pane = main_screen(pilot).story_pane
        lines = [pane.line(y).text.strip() for y in range(12)]
        assert lines.count("Only once") == 1
        assert "The text." in lines


async def test_keys_typed_ahead_of_a_page_do_no_harm(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        for key in ("question_mark", "g", "space", "j", "escape"):
            pilot.app.simulate_key(key)
        await settled(pilot)
        assert pilot.app.is_running


async def test_the_next_story_is_there_whole_in_the_frame_that_shows_it(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.pause(0.1)
        screen.story_list.action_down()
        assert screen.story_pane.story is not None
        assert screen.story_pane.story.row == screen.story_list.current


async def test_a_story_that_changed_is_not_shown_as_it_was_read_ahead(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.pause(0.1)
        write_story(
            archive / "_news",
            "2021-02-03-robots.md",
            title="Robots at work",
            excerpt="Told anew.",
            publishedDateTime="2021-02-03T08:00:00Z",
        )
        await pilot.press("r")
        await settled(pilot)
        await pilot.press("j")
        await story_loaded(pilot)
        assert "Told anew." in screen_text(pilot)


async def test_the_box_that_is_made_after_the_start_is_not_made_at_the_end(
    archive: Path, open_app: OpenApp
) -> None:
    """A quit in that moment ended with an error."""
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
    assert not screen.is_attached
    screen.foot._box = None
    await screen.foot.prepare()
    assert not screen.foot.is_open
