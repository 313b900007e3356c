from __future__ import annotations

from pathlib import Path

import pytest

from reader.errors import IndexFileError
from reader.library import Library
from reader.model import Show, View
from reader.tui.headline import empty_text
from reader.tui.keys import Keys
from tests.tui.conftest import OpenApp, main_screen, screen_text, settled


@pytest.mark.parametrize("width", [140, 80, 60])
async def test_the_first_start_names_the_keys_that_matter_and_the_second_does_not(
    archive: Path, open_app: OpenApp, width: int
) -> None:
    async with open_app(archive, size=(width, 24), is_welcome=True) as pilot:
        line = screen_text(pilot).splitlines()[-1]
        assert "Welcome.   j goes down  Enter goes in" in line
        main_screen(pilot)._end_welcome()
        assert "Welcome" not in screen_text(pilot)
    async with open_app(archive, size=(width, 24), is_welcome=True) as pilot:
        assert "Welcome" not in screen_text(pilot)


async def test_trouble_and_questions_count_more_than_a_welcome(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, is_welcome=True) as pilot:
        await pilot.press("f")
        assert "Show" in screen_text(pilot).splitlines()[-1]
        await pilot.press("escape")
        assert "Welcome" in screen_text(pilot).splitlines()[-1]
        main_screen(pilot).show_trouble("the disk is full")
        assert "the disk is full" in screen_text(pilot).splitlines()[-1]


async def test_an_archive_without_stories_says_what_a_story_is(archive: Path, open_app: OpenApp) -> None:
    for file in (archive / "_news").glob("*.md"):
        file.unlink()
    async with open_app(archive) as pilot:
        await settled(pilot)
        text = screen_text(pilot)
        assert "No story in the archive yet." in text
        assert "Stories are Markdown files with front matter; r looks" in text


async def test_an_archive_that_cannot_be_read_says_why_and_what_to_press(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Library, *args: object) -> list[object]:
        raise IndexFileError("the disk is full")

    monkeypatch.setattr(Library, "begin", lambda self: None)
    monkeypatch.setattr(Library, "sync", fail)
    async with open_app(archive) as pilot:
        await settled(pilot)
        text = screen_text(pilot)
        assert "The archive cannot be read:" in text
        assert "the disk is full" in text
        assert "r tries again." in text


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (View(query="zebra"), "Nothing found.\nEsc forgets the search."),
        (View(show=Show.STARRED), "No starred story yet.\ns stars the story under the cursor."),
        (View(show=Show.UNREAD), "Everything is read.\n1 goes to the topics, All shows every story."),
        (View("AI"), "No story here.\nr looks at the archive again."),
        (View("AI", Show.UNREAD), "No story here is kept by the filter: unread.\nf a shows all of them."),
        (View("AI", quality_floor=72), "No story here has a quality of 72 or more.\n< lowers the floor."),
    ],
)
def test_every_empty_list_says_what_to_do(view: View, words: str) -> None:
    assert empty_text(view, Keys(), is_reading=False) == words


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (View(query="zebra"), "Nothing found.\n/ changes the search, 1 goes to the topics."),
        (
            View(show=Show.VIDEO, query="is:unread"),
            "No story here is kept by the filter: video.\nf a shows all of them.",
        ),
        (
            View(query="ai", quality_floor=72),
            "No story here has a quality of 72 or more.\n< lowers the floor.",
        ),
    ],
)
def test_an_empty_line_of_the_sidebar_that_searches_offers_what_helps_there(view: View, words: str) -> None:
    assert empty_text(view, Keys(), is_reading=False, is_typed=False, is_filtered=True) == words


def test_an_empty_list_names_the_key_the_config_has_given() -> None:
    assert "F9 stars" in empty_text(View(show=Show.STARRED), Keys({"toggle-star": ("f9",)}), is_reading=False)


def test_while_stories_may_still_come_nothing_is_said_to_be_missing() -> None:
    assert empty_text(View(), Keys(), is_reading=True, is_empty=True) == "Reading the archive …"
