"""What readers of other programs complain about, number by number, and how it is here.

The numbers are those of the list of complaints that the design was made from.
"""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from rich.style import Style
from textual import events

from reader import browser, locations
from reader.cli import run_command_line
from reader.config import Config
from reader.library import Library
from reader.model import Order, Show, StoryId, View
from reader.tui.commands import COMMANDS, PANES, Command
from tests.factories import write_story
from tests.tui.conftest import OpenApp, Reading, main_screen, screen_text, settled, story_loaded

RELATED = [
    {
        "title": "The rival's report",
        "excerpt": "Told by another.",
        "webUrl": "https://rival.example.com/report/",
        "quality": 99,
        "provider": {"name": "Rival", "domain": "rival.example.com"},
    }
]


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """Six stories, Alpha the newest, Zeta the oldest and the best; three in East, three in West."""
    folder = tmp_path / "paper"
    names = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta")
    for number, name in enumerate(names):
        write_story(
            folder / "_news",
            f"{name.lower()}.md",
            body="\n\n".join(f"Paragraph {count} of {name}." for count in range(60 if name == "Beta" else 1)),
            title=f"{name} story",
            publishedDateTime=f"2021-03-{20 - number:02}T08:00:00Z",
            webUrl=f"https://example.com/{name.lower()}/",
            quality=10 + number,
            topics=["East" if number < 3 else "West"],
            related=RELATED if name == "Alpha" else None,
        )
    return folder


def titles(pilot: Reading) -> list[str]:
    """The first words of the titles in the list."""
    screen = main_screen(pilot)
    return [row.title.split()[0] for row in screen.library.rows(list(screen.story_list.ids))]


def current(pilot: Reading) -> str:
    """The first word of the title under the cursor."""
    row = main_screen(pilot).story_list.current
    assert row is not None
    return row.title.split()[0]


def marked(library: Library) -> dict[str, tuple[bool, bool]]:
    """Whether each story is read, and starred."""
    rows = library.rows(list(library.row_ids(View())))
    return {
        row.title.split()[0]: (library.is_read(row.story_id), library.is_starred(row.story_id))
        for row in rows
    }


def unread(pilot: Reading) -> set[str]:
    """The stories that are unread."""
    return {name for name, (is_read, _) in marked(main_screen(pilot).library).items() if not is_read}


def style_of(pilot: Reading, text: str) -> Style:
    """How a text on the screen is drawn."""
    for strip in pilot.app.screen._compositor.render_strips():
        for segment in strip:
            if text in segment.text and segment.style is not None:
                return segment.style
    raise AssertionError(f"{text!r} is not on the screen:\n{screen_text(pilot)}")


def message(pilot: Reading) -> str:
    """What stands in the corner."""
    return "\n".join(notice.message for notice in pilot.app._notifications)


async def press(pilot: Reading, *keys: str) -> None:
    """Press keys one by one, each with all that follows from it."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def test_complaint_1_all_marked_read_by_accident_is_taken_back(paper: Path, open_app: OpenApp) -> None:
    async with open_app(paper) as pilot:
        await press(pilot, "m", "s", "down", "down", "m", "home")
        before = marked(main_screen(pilot).library)
        assert unread(pilot) == {"Beta", "Delta", "Epsilon", "Zeta"}
        await press(pilot, "A")
        assert "Mark 4 unread stories as read?" in screen_text(pilot)
        assert marked(main_screen(pilot).library) == before
        await press(pilot, "enter")  # the answer that stands first in line does no harm
        assert marked(main_screen(pilot).library) == before
        await press(pilot, "A", "y")
        assert unread(pilot) == set()
        assert message(pilot) == "Marked 4 unread stories as read; Ctrl+Z takes it back."
        await press(pilot, "down", "ctrl+z")
        assert message(pilot) == "Undone: marking 4 unread stories as read"
        assert marked(main_screen(pilot).library) == before
        assert "4 unread of 6" in screen_text(pilot)
    async with open_app(paper) as pilot:
        assert marked(main_screen(pilot).library) == before


async def test_complaint_4_a_story_stays_when_it_is_read_until_the_view_is_left_or_refreshed(
    paper: Path, open_app: OpenApp
) -> None:
    async with open_app(paper) as pilot:
        screen = main_screen(pilot)
        await press(pilot, "1", "down", "2")
        assert screen.view.show is Show.UNREAD
        await press(pilot, "enter", "left", "down", "down", "m", "down")
        assert unread(pilot) == {"Beta", "Delta", "Epsilon", "Zeta"}
        assert titles(pilot) == ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta"]
        await press(pilot, "down")
        text = screen_text(pilot)
        assert "● " not in next(line for line in text.splitlines() if "Alpha story" in line)
        assert style_of(pilot, "Alpha story") == style_of(pilot, "Gamma story")
        assert style_of(pilot, "Alpha story").bold != style_of(pilot, "Zeta story").bold
        await press(pilot, "r")
        assert titles(pilot) == ["Beta", "Delta", "Epsilon", "Zeta"]
        assert current(pilot) == "Epsilon"
        await press(pilot, "m")
        assert titles(pilot) == ["Beta", "Delta", "Epsilon", "Zeta"]
        await press(pilot, "1", "up", "down")
        assert titles(pilot) == ["Beta", "Delta", "Zeta"]


async def test_complaint_7_stories_are_sorted_as_one_likes_and_each_topic_remembers_it(
    paper: Path, open_app: OpenApp
) -> None:
    # Fetched in the opposite order of what they tell of, and just now.
    for age, name in enumerate(("zeta", "alpha", "epsilon", "beta", "delta", "gamma")):
        written_at = datetime(2026, 1, 1 + age, tzinfo=UTC).timestamp()
        os.utime(paper / "_news" / f"{name}.md", (written_at, written_at))
    async with open_app(paper) as pilot:
        assert titles(pilot) == ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta"]
        await press(pilot, "t", *"east", "enter", "d")
        assert titles(pilot) == ["Gamma", "Beta", "Alpha"]
        assert "East › best first" in screen_text(pilot)
        await press(pilot, "t", *"west", "enter", "d", "d", "D")
        assert titles(pilot) == ["Zeta", "Epsilon", "Delta"]
        assert main_screen(pilot).view.order is Order.TITLE
        await press(pilot, "1", "home")
        assert titles(pilot) == ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta"]
    os.utime(paper / "_news" / "zeta.md")
    async with open_app(paper) as pilot:
        assert titles(pilot) == ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta"]
        await press(pilot, "t", *"east", "enter")
        assert titles(pilot) == ["Gamma", "Beta", "Alpha"]
        await press(pilot, "t", *"west", "enter")
        assert titles(pilot) == ["Zeta", "Epsilon", "Delta"]


async def test_complaint_9_marks_outlive_a_killed_app_and_stories_that_are_away_for_a_while(
    paper: Path, open_app: OpenApp, tmp_path: Path
) -> None:
    marks, as_killed = locations.config_dir(), tmp_path / "as-killed"
    async with open_app(paper) as pilot:
        await press(pilot, "m", "down", "s", "down", "m", "u")
        wanted = marked(main_screen(pilot).library)
        shutil.copytree(marks, as_killed)  # what lies on the disk in this moment
    shutil.rmtree(marks)
    shutil.copytree(as_killed, marks)
    shutil.rmtree(locations.session_file().parent, ignore_errors=True)
    shutil.rmtree(locations.cache_dir(), ignore_errors=True)
    with (marks / "state.jsonl").open("a") as file:
        file.write('{"v":1,"id":"to')  # torn in the middle of a line
    away = tmp_path / "away"
    shutil.move(paper / "_news", away)
    write_story(paper / "_news", "other.md", title="Other story", webUrl="https://example.com/other/")
    async with open_app(paper) as pilot:
        assert set(marked(main_screen(pilot).library)) == {"Other"}
        await press(pilot, "m")
    shutil.copytree(away, paper / "_news", dirs_exist_ok=True)
    async with open_app(paper) as pilot:
        library = main_screen(pilot).library
        assert marked(library) == {**wanted, "Other": (True, False)}
        assert wanted["Alpha"] == (True, False)
        assert wanted["Beta"] == (False, True)
        await press(pilot, "home", *["down"] * titles(pilot).index("Gamma"))
        row = main_screen(pilot).story_list.current
        assert row is not None
        mark = library.mark_of(row.story_id)
        assert mark is not None
        assert mark.is_read is False  # a mark of its own: unread is more than nothing known
        # So an older mark of another machine does not come in its way.
        (marks / "state.elsewhere.jsonl").write_text(older_read_mark(row.story_id, marks / "state.jsonl"))
        await pilot.pause(1.2)
        await settled(pilot)
        assert "Gamma" in unread(pilot)


def older_read_mark(story_id: StoryId, path: Path) -> str:
    """The line in which a story was marked read, as another machine would have written it at that time."""
    for line in path.read_text().splitlines():
        try:
            fields = json.loads(line)
        except ValueError:
            continue
        if story_id in json.dumps(fields) and fields.get("read") is True:
            return f"{line}\n"
    raise AssertionError(f"no line marks {story_id} read")


async def test_complaint_10_sidebar_list_and_preview_stand_side_by_side(
    paper: Path, open_app: OpenApp
) -> None:
    async with open_app(paper, size=(120, 30)) as pilot:
        screen = main_screen(pilot)
        places = [screen.topic_tree.place, screen.story_list.place, screen.story_pane.place]
        assert all(left.right <= right.x for left, right in pairwise(places))
        assert {(place.y, place.bottom) for place in places} == {(1, 29)}
        assert min(place.width for place in places) >= 15
        for name in ("Beta", "Gamma"):
            await pilot.press("down")
            await story_loaded(pilot)
            assert screen.story_list.has_focus
            lines = screen_text(pilot).splitlines()
            sides = [line[place.x : place.right] for place in places for line in lines]
            shown = ["\n".join(sides[start : start + 30]) for start in (0, 30, 60)]
            assert "West" in shown[0]
            assert "Zeta story" in shown[1]
            assert f"Paragraph 0 of {name}." in shown[2]


@pytest.mark.parametrize("part", ["shown and chosen", "without letters", "none idle", "topics", "story"])
async def test_complaint_11_keys_are_shown_and_chosen_by_oneself_and_do_what_they_say(
    paper: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(browser, "start", lambda command: None)
    if part == "shown and chosen":
        await _keys_are_shown_and_chosen(paper, open_app)
    elif part == "without letters":
        await _no_letter_is_needed(paper, open_app)
    elif part == "none idle":
        assert await _idle_keys(paper, open_app) == {"ctrl+l"}  # it draws what is there already
    else:
        await _press_every_key(paper, open_app, {"topics": "1", "story": "3"}[part])


async def _keys_are_shown_and_chosen(paper: Path, open_app: OpenApp) -> None:
    keys = {"toggle-star": "ы, F5", "best-version": "F6", "down": "down"}
    async with open_app(paper, config=Config(mark_read="open", keys=keys)) as pilot:
        hints = screen_text(pilot).splitlines()[-1]
        for hint in ("Space read on", "n next", "ы star", "/ search", "? keys", "q quit"):
            assert hint in hints
        await story_loaded(pilot)
        assert "best version: 99 Rival (F6)" in screen_text(pilot)
        await press(pilot, "ы")
        assert marked(main_screen(pilot).library)["Alpha"] == (False, True)
        await press(pilot, "f5", "s", "j")
        assert marked(main_screen(pilot).library)["Alpha"] == (False, False)
        assert current(pilot) == "Alpha"
        await press(pilot, "question_mark", "slash", *"star")
        assert "ы F5" in screen_text(pilot)
        assert "Star, or take the star away." in screen_text(pilot)


async def _no_letter_is_needed(paper: Path, open_app: OpenApp) -> None:
    """Arrows, Enter, Space, function keys and the palette: all that every keyboard layout has."""
    async with open_app(paper) as pilot:
        screen = main_screen(pilot)
        await press(pilot, "left", "down", "down", "down", "down", "down")
        assert screen.view.topic == "West"
        await press(pilot, "enter", "down", "enter")
        assert (screen.pane, current(pilot)) == ("story", "Epsilon")
        await press(pilot, "left", "home", "space")
        assert current(pilot) == "Zeta"  # Epsilon is read
        await press(pilot, "f1")
        assert "Moving about" in screen_text(pilot)
        await press(pilot, "escape")
        assert pilot.app.screen is screen
        await press(pilot, "home")
        labels = [entry.title for entry in pilot.app.get_system_commands(pilot.app.screen)]
        assert {command.label for command in COMMANDS} <= set(labels)
        await press(pilot, "colon")
        await pilot.pause(0.3)
        await press(pilot, *["down"] * sorted(labels).index("Star"), "enter")
        await settled(pilot)
        assert marked(screen.library)["Delta"][1]


KEYS = [(command, key) for command in COMMANDS if command.id != "quit" for key in command.keys.split(",")]

# What has to be there for a command to have something to do.
BEFORE: dict[str, tuple[str, ...]] = {
    "up": ("G",),
    "top": ("G",),
    "page-up": ("G",),
    "half-page-up": ("G",),
    "scroll-story-up": ("J",),
    "previous-unread": ("G",),
    "redo": ("m", "ctrl+z"),
    "even": ("plus", "plus"),
    "stories": ("1",),
    "previous-topic": ("right_square_bracket",),
    "quit-or-back": ("3",),
}


async def _idle_keys(paper: Path, open_app: OpenApp) -> set[str]:
    """Press each key of each command in the list; gives those that changed nothing."""
    idle = set()
    async with open_app(paper, size=(80, 24)) as pilot:
        screen = main_screen(pilot)
        for command, key in KEYS:
            assert getattr(owner_of(command, pilot), method_of(command), None), command.id
            if screen.view.show is not Show.ALL:
                await pilot.press("1", "home")
            await pilot.press("2", "home", "down", *BEFORE.get(command.id, ()))
            await settled(pilot)
            pilot.app.clear_notifications()
            before = screen_text(pilot), pilot.app.screen, screen.story_list.ids
            await pilot.press(key)
            await settled(pilot)
            after = screen_text(pilot), pilot.app.screen, screen.story_list.ids
            if not message(pilot) and after[:2] == before[:2] and after[2] is before[2]:
                idle.add(key)
            await _close_all(pilot)
        await pilot.press("2", "q")
        assert not pilot.app.is_running
    return idle


async def _press_every_key(paper: Path, open_app: OpenApp, pane: str) -> None:
    async with open_app(paper, size=(80, 24)) as pilot:
        for _, key in KEYS:
            await pilot.press(pane)
            assert main_screen(pilot).pane == {"1": "topics", "3": "story"}[pane]
            if key != "q" or pane == "3":
                await pilot.press(key)
            await _close_all(pilot)
        await settled(pilot)
        await pilot.press("ctrl+q")
        assert not pilot.app.is_running


async def _close_all(pilot: Reading) -> None:
    """Leave what a key may have opened."""
    screen = main_screen(pilot)
    for _ in range(5):
        if pilot.app.screen is screen and not screen.foot.is_open and not is_asking(pilot):
            return
        await pilot.press("escape")
        await pilot.pause()
    raise AssertionError("Escape does not lead out of this")


def is_asking(pilot: Reading) -> bool:
    """Whether a question waits for its answer."""
    question = main_screen(pilot)._question
    return question is not None and question.is_open


def owner_of(command: Command, pilot: Reading) -> object:
    """What a command is an action of."""
    if command.action.startswith("app."):
        return pilot.app
    return main_screen(pilot).desk if command.scope == PANES else main_screen(pilot)


def method_of(command: Command) -> str:
    """The method of a command."""
    return f"action_{command.action.removeprefix('app.').partition('(')[0]}"


async def test_complaint_13_one_stars_where_one_is_and_sees_and_exports_all_stars(
    paper: Path, open_app: OpenApp, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_app(paper) as pilot:
        screen = main_screen(pilot)
        await press(pilot, "down", "s")
        assert "★ Beta story" in screen_text(pilot)
        await press(pilot, "down", "enter", "s")
        assert screen.pane == "story"
        assert "★ Gamma story" in screen_text(pilot)
        await press(pilot, "escape", "home", "3", "enter", "s", "2")
        await press(pilot, "S")
        assert set(titles(pilot)) == {"Beta", "Gamma", "The"}
        text = screen_text(pilot)
        for title in (
            "Beta story",
            "Gamma story",
            "The rival's report",
            "Starred › newest first › 3 stories",
        ):
            assert title in text
    capsys.readouterr()
    assert run_command_line(["export", "--archive", str(paper), "--starred", "--json"]) == 0
    exported = json.loads(capsys.readouterr().out)
    assert {story["title"] for story in exported} == {"Beta story", "Gamma story", "The rival's report"}
    assert run_command_line(["export", "--archive", str(paper), "--starred"]) == 0
    text = capsys.readouterr().out
    for address in ("example.com/beta/", "example.com/gamma/", "rival.example.com/report/"):
        assert address in text


async def test_complaint_14_space_reads_through_everything_and_the_place_is_kept(
    paper: Path, open_app: OpenApp
) -> None:
    async with open_app(paper, size=(120, 30)) as pilot:
        screen = main_screen(pilot)
        await press(pilot, "down", "down", "down", "m", "t", *"east", "enter")
        await press(pilot, "space")
        assert current(pilot) == "Beta"
        pages = 0
        while current(pilot) == "Beta":
            above = screen.story_pane.top
            await press(pilot, "space")
            pages += 1
            assert current(pilot) != "Beta" or 0 < screen.story_pane.top - above < screen.story_pane.height
        assert pages > 3  # a long story is paged through, and no line of it left out
        assert current(pilot) == "Gamma"
        assert screen.story_pane.top == 0
        await press(pilot, "space")
        assert (screen.view.topic, unread(pilot)) == ("East", {"Epsilon", "Zeta"})
        assert message(pilot) == "This is the end of East; Space again goes on to West."
        await press(pilot, "space")
        assert (screen.view.topic, current(pilot)) == ("West", "Epsilon")
        await press(pilot, "space")
        assert current(pilot) == "Zeta"
    write_story(paper / "_news", "new.md", title="New story", topics=["West"])
    async with open_app(paper, size=(120, 30)) as pilot:
        assert (main_screen(pilot).view.topic, current(pilot)) == ("West", "Zeta")
        await press(pilot, "space")
        assert unread(pilot) == {"New"}


async def test_complaint_15_the_mouse_does_it_too(paper: Path, open_app: OpenApp) -> None:
    async with open_app(paper, size=(120, 24)) as pilot:
        screen = main_screen(pilot)
        topics, stories, story = screen.topic_tree, screen.story_list, screen.story_pane
        await pilot.click("#desk", offset=(stories.inner.x + 6, stories.inner.y + 2))
        await story_loaded(pilot)
        assert (current(pilot), screen.pane) == ("Beta", "stories")
        await pilot.click("#desk", offset=(stories.inner.x + 6, stories.inner.y + 2), times=2)
        assert screen.pane == "story"
        assert "Beta" not in unread(pilot)

        await wheel(pilot, events.MouseScrollDown, story.inner.x + 3, 8)
        assert story.top == 3
        await wheel(pilot, events.MouseScrollUp, story.inner.x + 3, 8)
        assert story.top == 0
        side = story.place.right - 1
        await drag(pilot, (side, story.inner.y), (side, story.inner.bottom - 1))
        assert story.top == story.max_top > 0

        width = topics.place.width
        edge = topics.place.right
        await drag(pilot, (edge, 10), (edge + 6, 10))
        assert topics.place.width > width
        assert "Beta story" in screen_text(pilot)

        row = next(
            y
            for y, line in enumerate(screen_text(pilot).splitlines())
            if "West" in line[: topics.place.right]
        )
        await pilot.click("#desk", offset=(topics.inner.x + 6, row))
        await settled(pilot)
        assert titles(pilot) == ["Delta", "Epsilon", "Zeta"]


async def wheel(pilot: Reading, kind: type[events.MouseEvent], x: int, y: int) -> None:
    """One step of the wheel there."""
    await pilot._post_mouse_events([kind], "#desk", offset=(x, y))
    await pilot.pause()


async def drag(pilot: Reading, start: tuple[int, int], end: tuple[int, int]) -> None:
    """The button goes down here and up there."""
    await pilot.mouse_down("#desk", offset=start)
    await pilot.hover("#desk", offset=end)
    await pilot.mouse_up("#desk", offset=end)
    await pilot.pause()
