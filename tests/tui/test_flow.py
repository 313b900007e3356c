from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key

from reader import locations
from reader.config import Config
from reader.library import NO_ROW
from reader.model import Show, StoryId, StoryRow
from reader.tui.screens import marking
from reader.tui.screens.marking import named
from tests.factories import write_archive, write_story
from tests.tui.conftest import OpenApp, Reading, main_screen, screen_text, settled


def log_lines() -> list[str]:
    """The lines of the file of marks."""
    path = locations.config_dir() / "state.jsonl"
    return path.read_text().splitlines() if path.exists() else []


async def test_u_keeps_a_story_unread_while_the_cursor_rests_on_it(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, config=Config(mark_read="dwell", dwell_s=0.1)) as pilot:
        screen = main_screen(pilot)
        await pilot.press("j")
        await pilot.pause(0.25)
        row = screen.story_list.current
        assert row is not None
        assert screen.library.is_read(row.story_id)
        await pilot.press("u")
        await settled(pilot)
        screen._start_dwell()
        await pilot.pause(0.25)
        assert not screen.library.is_read(row.story_id)
        await pilot.press("enter", "escape")
        assert not screen.library.is_read(row.story_id)
        await pilot.press("j", "k")
        await pilot.pause(0.25)
        assert screen.library.is_read(row.story_id)


async def test_undo_and_redo_go_back_over_read_marks_and_stars_and_say_what_they_did(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("s", "j", "m", "ctrl+z")
        await pilot.pause()
        assert "Undone: read mark on “Robots at work”" in screen_text(pilot)
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert "Undone: star on “Clearview ruled illegal”" in screen_text(pilot)
        counts = screen.library.counts()
        assert (counts.starred, counts.everything.unread) == (0, 3)
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert "nothing to undo" in screen_text(pilot)
        await pilot.press("ctrl+y", "ctrl+y")
        await pilot.pause()
        assert "Done again: read mark on “Robots at work”" in screen_text(pilot)
        counts = screen.library.counts()
        assert (counts.starred, counts.everything.unread) == (1, 2)
        assert len(log_lines()) == 6


async def test_of_messages_that_come_quickly_only_the_last_one_stands_there(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("s", "m", "j", "s", "m")
        for key in ("ctrl+z",) * 4:
            pilot.app.post_message(Key(key, None))
        await settled(pilot)
        await pilot.pause(0.3)
        assert screen_text(pilot).count("Undone") == 1
        assert "Undone: star on “Clearview ruled illegal”" in screen_text(pilot)
        for number in range(4):
            main_screen(pilot).reader.say(f"Message {number}")
        await pilot.pause(0.3)
        assert screen_text(pilot).count("Message") == len(pilot.app.screen.query("Toast")) == 1


def test_a_long_title_in_a_message_ends_in_an_ellipsis() -> None:
    def words(title: str) -> str:
        return named(StoryRow(row_id=NO_ROW, story_id=StoryId(""), title=title))

    assert words("x" * 60) == f"“{'x' * 60}”"
    assert words("x" * 61) == f"“{'x' * 59}…”"
    assert words("word " * 14) == f"“{'word ' * 11}word…”"


async def test_something_new_done_ends_what_could_be_done_again(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("s", "ctrl+z", "m", "ctrl+y")
        await pilot.pause()
        assert "nothing to do again" in screen_text(pilot)


async def test_mark_all_read_by_accident_is_asked_about_and_undone(archive: Path, open_app: OpenApp) -> None:
    """Complaint 1 of readers of other programs: everything read by one wrong key, and no way back."""
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("j", "m", "A")
        assert "Mark 2 unread stories as read?" in screen_text(pilot)
        await pilot.press("q")
        assert screen.library.counts().everything.unread == 2
        await pilot.press("A", "enter")
        assert screen.library.counts().everything.unread == 2
        await pilot.press("A", "y")
        await settled(pilot)
        assert screen.library.counts().everything.unread == 0
        assert "Marked 2 unread stories as read; Ctrl+Z takes it back." in " ".join(
            screen_text(pilot).replace("▌", "").split()
        )
        before = log_lines()
        await pilot.press("ctrl+z")
        await settled(pilot)
        assert screen.library.counts().everything.unread == 2
        assert log_lines()[: len(before)] == before
        await pilot.press("ctrl+z")
        await settled(pilot)
        assert screen.library.counts().everything.unread == 3
        await pilot.press("ctrl+y", "ctrl+y")
        await settled(pilot)
        assert screen.library.counts().everything.unread == 0


@pytest.mark.parametrize(
    ("size", "question"),
    [
        ((140, 40), "Mark 2 unread stories in Computer Vision and Pattern Recognition as read?"),
        ((80, 24), "Mark 2 unread stories in Computer Vision and Pattern… as read?"),
        ((60, 20), "Mark 2 unread stories in Computer… as read?"),
        ((40, 12), "Mark 2 unread stories…"),
    ],
)
async def test_the_answers_stay_where_the_question_has_too_little_room(
    tmp_path: Path, open_app: OpenApp, size: tuple[int, int], question: str
) -> None:
    for name in ("a.md", "b.md"):
        write_story(tmp_path / "g", name, title=name, topics=["Computer Vision and Pattern Recognition"])
    async with open_app(tmp_path / "g", size=size) as pilot:
        await pilot.press("right_square_bracket", "right_square_bracket", "right_square_bracket")
        await settled(pilot)
        await pilot.press("A")
        foot = screen_text(pilot).splitlines()[-1]
        assert question in foot
        assert "y yes ▌n no" in foot


async def test_all_read_means_what_the_list_shows(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("slash", *"robots", "enter")
        await settled(pilot)
        await pilot.press("A")
        assert "Mark 1 unread story as read?" in screen_text(pilot)
        await pilot.press("y")
        await settled(pilot)
        assert screen.library.counts().everything.unread == 2
        await pilot.press("A")
        await pilot.pause()
        assert "No unread story here." in screen_text(pilot)


async def test_what_was_undone_stands_in_the_unread_view_again(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("A", "y")
        await settled(pilot)
        await pilot.press("1", "j")
        await settled(pilot)
        assert screen.view.show is Show.UNREAD
        assert screen.story_list.row_count == 0
        await pilot.press("ctrl+z")
        await settled(pilot)
        assert screen.story_list.row_count == 3


async def test_a_story_starred_before_it_was_moved_keeps_its_star_when_all_are_read(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("s")
    (archive / "_news" / "old").mkdir()
    (archive / "_news" / "2021-02-04-clearview.md").rename(
        archive / "_news" / "old" / "2021-02-04-clearview.md"
    )
    async with open_app(archive) as pilot:
        await pilot.press("A", "y")
        await settled(pilot)
        counts = main_screen(pilot).library.counts()
        assert (counts.starred, counts.everything.unread) == (1, 0)


async def test_brackets_go_through_the_topics_from_the_list(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("right_square_bracket", "right_square_bracket", "right_square_bracket")
        await settled(pilot)
        assert (screen.view.topic, screen.pane) == ("AI", "stories")
        await pilot.press("left_square_bracket")
        await settled(pilot)
        assert screen.view.show is Show.STARRED


async def test_t_goes_to_a_topic_by_a_few_letters(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("t", *"cv")
        assert "Enter goes to Computer Vision" in screen_text(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert (screen.view.topic, screen.pane) == ("Computer Vision", "stories")
        await pilot.press("t", *"zzz", "enter", "escape")
        await settled(pilot)
        assert (screen.view.topic, screen.foot.is_open) == ("Computer Vision", False)
        await pilot.press("t", *"p", "down", "up", "enter")
        await settled(pilot)
        assert screen.view.topic == "Privacy"


async def test_t_unfolds_what_the_topic_lies_in(tmp_path: Path, open_app: OpenApp) -> None:
    folder = tmp_path / "tree"
    write_story(folder / "_news", "a.md", title="A", topics=["Ethics"])
    (folder / "_data" / "topics").mkdir(parents=True)
    (folder / "_data" / "topics" / "ai.yaml").write_text("name: AI\n")
    (folder / "_data" / "topics" / "ethics.yaml").write_text("name: Ethics\nparent: AI\n")
    async with open_app(folder) as pilot:
        screen = main_screen(pilot)
        assert screen.topic_tree.go_to(screen.topic_tree._entries[4])
        assert screen.topic_tree.fold()
        await pilot.press("t", *"eth", "enter")
        await settled(pilot)
        assert screen.topic_tree.current.topic == "Ethics"


async def test_many_stories_are_marked_behind_the_screen(tmp_path: Path, open_app: OpenApp) -> None:
    write_archive(tmp_path / "many", 60)
    async with open_app(tmp_path / "many") as pilot:
        screen = main_screen(pilot)
        await pilot.press("A", "y", "j", "j")
        await settled(pilot)
        assert screen.story_list.cursor == 2
        assert screen.library.counts().everything.unread == 0
        assert len(log_lines()) == 60


async def test_brackets_say_that_there_is_no_topic_further_on(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("left_square_bracket")
        await pilot.pause()
        assert "There is no earlier topic." in screen_text(pilot)
        await pilot.press("1", "G", "right_square_bracket")
        await pilot.pause()
        assert "There is no later topic." in screen_text(pilot)


async def test_a_bulk_mark_that_is_still_going_on_can_be_taken_back(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("s")
        with screen.background._marking:
            await pilot.press("A", "y", "ctrl+z")
        await settled(pilot)
        assert "Undone: marking 3 unread stories as read" in screen_text(pilot)
        assert "Marked 3" not in screen_text(pilot)
        counts = screen.library.counts()
        assert (counts.starred, counts.everything.unread) == (1, 3)
        with screen.background._marking:
            await pilot.press("ctrl+y", "ctrl+z", "ctrl+y")
        await settled(pilot)
        assert screen.library.counts().everything.unread == 0


def has_ended(pilot: Reading) -> bool:
    return pilot.app._exit


async def test_one_who_quits_while_many_are_marked_loses_neither_the_marks_nor_the_undo(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        with screen.background._marking:
            await pilot.press("A", "y", "ctrl+z", "ctrl+q")
            await pilot.pause(0.2)
            assert not has_ended(pilot)
            assert "goes on to its end" in screen_text(pilot)
        while not has_ended(pilot):
            await pilot.pause(0.02)
        assert screen.library.counts().everything.unread == 3


async def test_a_long_undo_is_not_called_done_before_it_is(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marking, "MARKED_AT_ONCE", 1)
    async with open_app(archive) as pilot:
        await pilot.press("A", "y")
        await settled(pilot)
        with main_screen(pilot).background._marking:
            await pilot.press("ctrl+z")
            await pilot.pause()
            assert "Taking back: marking 3 unread stories as read" in screen_text(pilot)
            assert "Undone" not in screen_text(pilot)
        await settled(pilot)
        await pilot.pause()
        assert "Undone: marking 3 unread stories as read" in screen_text(pilot)


async def test_a_key_held_at_the_end_says_so_once_and_not_with_every_press(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app(archive) as pilot:
        said: list[str] = []
        monkeypatch.setattr(pilot.app, "notify", lambda message, **_: said.append(message))
        for _ in range(20):
            pilot.app.post_message(Key("left_square_bracket", "["))
        await settled(pilot)
        assert said == ["There is no earlier topic."]
        await pilot.press("ctrl+z", "left_square_bracket")
        assert said[1:] == ["There is nothing to undo.", "There is no earlier topic."]
