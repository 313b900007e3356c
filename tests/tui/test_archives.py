from __future__ import annotations

from pathlib import Path

import pytest

from reader import locations, searches
from reader.archive.scan import open_archive
from reader.library import Library
from reader.model import Count, Show, View
from reader.query.parse import parse
from tests.factories import write_story
from tests.tui.conftest import OpenApp, Reading, main_screen, screen_text, settled


@pytest.fixture
def herald(tmp_path: Path) -> Path:
    """A second archive: two stories, one of them in a topic that the first archive has as well."""
    folder = tmp_path / "herald"
    write_story(
        folder, "one.md", title="Herald on AI", publishedDateTime="2021-02-03T12:00:00Z", topics=["AI"]
    )
    write_story(folder, "two.md", title="Herald on Space", topics=["Space"])
    return folder


def titles(pilot: Reading) -> set[str]:
    screen = main_screen(pilot)
    return {row.title for row in screen.library.rows(list(screen.story_list.ids))}


async def test_each_archive_is_a_branch_and_all_is_over_all_of_them(
    archive: Path, herald: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, herald) as pilot:
        text = screen_text(pilot)
        assert "All › newest first › 5 unread of 5" in text
        assert (
            text.index("Starred") < text.index("▸ gazette") < text.index("▸ herald") < text.index("Privacy")
        )
        await pilot.press("t", *"herald")
        await pilot.press("escape", "1", "j", "j", "j", "j")
        await settled(pilot)
        assert titles(pilot) == {"Herald on AI", "Herald on Space"}
        assert "herald › newest first › 2 unread of 2" in screen_text(pilot)


async def test_a_branch_unfolds_to_the_topics_of_its_archive(
    archive: Path, herald: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, herald) as pilot:
        screen = main_screen(pilot)
        await pilot.press("1", "j", "j", "j", "j", "l")
        entries = [entry.label for entry in screen.topic_tree._entries if entry.archive == "herald"]
        assert entries == ["herald", "AI", "Space"]
        await pilot.press("j")
        await settled(pilot)
        assert titles(pilot) == {"Herald on AI"}
        assert "herald · AI › newest first › 1 unread of 1" in screen_text(pilot)
        await pilot.press("2", "m")
        assert "herald · AI › newest first › 0 unread of 1" in screen_text(pilot)
        await pilot.press("1", "h")
        await settled(pilot)
        assert "herald › newest first › 1 unread of 2" in screen_text(pilot)
        await pilot.press("h")
        assert [entry.label for entry in screen.topic_tree._entries if entry.archive] == ["gazette", "herald"]


async def test_all_read_in_one_archive_leaves_the_other_alone(
    archive: Path, herald: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, herald) as pilot:
        await pilot.press("1", "j", "j", "j", "j", "A")
        assert "Mark 2 unread stories in herald as read?" in screen_text(pilot)
        await pilot.press("y")
        await settled(pilot)
        assert main_screen(pilot).library.counts().archives == {"gazette": Count(3, 3), "herald": Count(0, 2)}


async def test_a_branch_comes_back_at_the_next_start(archive: Path, herald: Path, open_app: OpenApp) -> None:
    async with open_app(archive, herald) as pilot:
        await pilot.press("1", "j", "j", "j", "j", "l", "j")
        await settled(pilot)
    async with open_app(archive, herald) as pilot:
        assert titles(pilot) == {"Herald on AI"}
        assert main_screen(pilot).topic_tree.current.archive == "herald"


async def test_one_archive_alone_is_no_branch(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        assert all(not entry.archive for entry in main_screen(pilot).topic_tree._entries)


def test_the_library_looks_in_one_archive(archive: Path, herald: Path, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    library = Library(
        [open_archive(archive), open_archive(herald)],
        state_folder=tmp_path / "state",
        cache_folder=tmp_path / "cache",
    )
    library.open()
    library.sync()
    library.reload()
    now = datetime.now(UTC)
    assert len(library.row_ids(View(archive="herald"))) == 2
    assert len(library.row_ids(View("AI", archive="gazette"))) == 2
    assert len(library.row_ids(View(archive="nowhere"))) == 0
    assert len(library.search_ids(parse("herald ", now), View(archive="gazette"))) == 0
    assert len(library.search_ids(parse("herald ", now), View(archive="herald"))) == 2
    assert library.topic_counts("herald") == {"AI": Count(1, 1), "Space": Count(1, 1)}
    assert len(library.row_ids(View(show=Show.STARRED, archive="herald"))) == 0


async def test_a_view_saved_in_a_branch_looks_in_that_archive_only(
    archive: Path, herald: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, herald) as pilot:
        await pilot.press("1", "j", "j", "j", "j", "l", "j", "B")
        assert "herald · AI" in screen_text(pilot).splitlines()[-1]
        await pilot.press("enter")
        await settled(pilot)
        assert main_screen(pilot).topic_tree.current.search == "herald · AI"
        assert titles(pilot) == {"Herald on AI"}
    (entry,) = searches.load(locations.searches_file()).entries
    assert entry.query == "archive:herald topic:AI"


async def test_the_box_completes_the_names_of_archives(
    archive: Path, herald: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, herald) as pilot:
        await pilot.press("slash", *"archive:h", "tab")
        await settled(pilot)
        assert main_screen(pilot).view.query == "archive:herald"
        assert titles(pilot) == {"Herald on AI", "Herald on Space"}


async def test_the_topics_have_room_for_what_a_branch_unfolds_to(
    archive: Path, herald: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, herald) as pilot:
        tree = main_screen(pilot).topic_tree
        before = tree.place.width
        await pilot.press("1", "j", "j", "j", "l")
        assert tree.place.width == tree.wanted_width() + 2 > before
        await pilot.press("h")
        assert tree.place.width == before
