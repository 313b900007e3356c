"""The panes on the screen: sizes by mouse and keys, the story on all of it, density, the lines around."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style
from textual.geometry import Region
from textual.pilot import Pilot

from reader.config import Config
from reader.model import Count, Counts, Topic
from reader.tui.hints import HINTS, hints
from reader.tui.keys import Keys
from reader.tui.panes.bars import Bar, HintBar
from reader.wording import UNICODE_GLYPHS
from tests.factories import write_story
from tests.tui.conftest import OpenApp, main_screen, screen_text, settled, story_loaded

ODD = "日本語ニュース 👨‍👩‍👧‍👦 Ελληνικά – a very long name of a topic that goes on and on ❤️🇭🇺"


async def drag(pilot: Pilot[None], start: tuple[int, int], end: tuple[int, int]) -> None:
    await pilot.mouse_down("#desk", offset=start)
    await pilot.hover("#desk", offset=end)
    await pilot.mouse_up("#desk", offset=end)


async def test_the_border_between_panes_is_dragged_with_the_mouse(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        edge = screen.topic_tree.place.right
        await drag(pilot, (edge, 10), (edge + 9, 10))
        assert screen.topic_tree.place.right == edge + 10
        edge = screen.story_list.place.right
        await drag(pilot, (edge, 10), (50, 12))
        assert screen.story_list.place.right == 51
        assert screen.shares.topics
        assert screen.shares.stories
        await pilot.click("#desk", offset=(51, 10), times=2)
        assert not any(screen.shares)


async def test_the_border_between_list_and_story_is_dragged_up_and_down(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, size=(100, 30)) as pilot:
        screen = main_screen(pilot)
        await drag(pilot, (60, screen.story_list.place.bottom), (60, 9))
        assert screen.story_list.place.bottom == 10


async def test_plus_and_minus_resize_the_focused_pane(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        before = [pane.place.width for pane in screen.desk.panes.values()]
        await pilot.press("plus", "plus")
        assert screen.story_list.place.width > before[1]
        await pilot.press("3", "plus", "1", "minus")
        assert screen.story_list.place.width < screen.story_pane.place.width + 10
        assert screen.topic_tree.place.width < before[0]
        await pilot.press("equals_sign")
        assert [pane.place.width for pane in screen.desk.panes.values()] == before


async def test_z_gives_the_story_the_whole_screen_until_one_goes_back(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("z")
        assert screen.story_pane.place.width == 140
        assert not screen.story_list.place
        await pilot.press("n")
        assert screen.story_pane.place.width == 140
        assert "Robots at work" in screen_text(pilot)
        await pilot.press("z")
        assert screen.story_list.is_shown
        assert screen.story_list.has_focus
        for pane in ("1", "3"):
            await pilot.press(pane, "z", "z")
            assert screen.story_list.is_shown
            assert screen.pane == {"1": "topics", "3": "story"}[pane]
        await pilot.press("z", "escape")
        assert screen.story_list.has_focus
        assert screen.story_pane.place.width < 140


async def test_the_density_key_switches_between_one_line_and_two(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        height = screen.story_list.row_height
        assert height == 2
        await pilot.press("j", "full_stop")
        height = screen.story_list.row_height
        assert height == 1
        assert re.search(r"Robots at work +3 Feb 2021 +90", screen_text(pilot))
        assert screen.story_list.cursor == 1
        await pilot.press("full_stop")
        height = screen.story_list.row_height
        assert height == 2


async def test_a_short_screen_shows_the_view_and_the_counts_beside_the_hints(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, size=(80, 20)) as pilot:
        last = screen_text(pilot).split("\n")[-1]
        assert last.endswith("All › newest first › 3 unread of 3")
        assert "Space read on" in last
        await pilot.press("m")
        assert screen_text(pilot).split("\n")[-1].endswith("2 unread of 3")
        await pilot.resize_terminal(80, 30)
        await pilot.pause()
        assert "unread of" not in screen_text(pilot).split("\n")[-1]


@pytest.mark.parametrize("width", [40, 60, 79, 80, 100, 119, 120, 140])
async def test_no_line_of_the_screen_overflows_with_wide_names(
    tmp_path: Path, open_app: OpenApp, width: int
) -> None:
    write_story(tmp_path / ODD[:30], "2021-01-01-a.md", title=ODD, topics=[ODD], provider={"name": ODD})
    async with open_app(tmp_path / ODD[:30], size=(width, 26)) as pilot:
        for keys in (["1", "G"], ["2"], ["3"], ["z"]):
            await pilot.press(*keys)
            await settled(pilot)
            lines = screen_text(pilot).split("\n")
            assert all(cell_len(line) <= width for line in lines)
            assert lines[0].endswith("1 unread of 1")


async def test_on_a_narrow_line_unpublished_gives_way_before_the_provider(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, config=Config(mark_read="manual", date_format="date")) as pilot:
        stories = main_screen(pilot).story_list

        def second_line(width: int) -> str:
            return "".join(text for text, _ in stories.row_lines(0, width)[1])[4:]

        assert second_line(60) == "Threat Post · 4 Feb 2021 · 24 · +2 · unpublished"
        assert second_line(50) == "Threat Post · 4 Feb 2021 · 24 · +2 · unpub."
        assert second_line(40) == "Threat Post · 4 Feb 2021 · 24 · +2"
        assert second_line(36) == "Threat P… · 4 Feb 2021 · 24 · +2"


class Surface:
    """What a bar stands on, without an app."""

    glyphs = UNICODE_GLYPHS
    keys = Keys()

    def draw(self, region: Region) -> None: ...

    def style(self, *components: str) -> Style:
        return Style()


def hint_line(pilot: Pilot[None]) -> str:
    return screen_text(pilot).split("\n")[-1].strip()


async def test_the_hints_name_the_keys_that_matter_where_one_is(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, size=(140, 40)) as pilot:
        assert hint_line(pilot).startswith("Space read on  n next  s star  o open")
        await story_loaded(pilot)
        await pilot.press("3")
        assert hint_line(pilot).startswith("Space page  J/K scroll  x best  e related  o open  q back")
        await pilot.press("enter")
        assert hint_line(pilot).startswith("Enter expand  o open  s star")
        await pilot.press("g")
        assert hint_line(pilot).startswith("Space page")
        await pilot.press("1")
        assert hint_line(pilot).startswith("Enter stories  [ ] topic")
        assert "B save search" in hint_line(pilot)
        await pilot.press("2", "slash", *"robots", "enter")
        await settled(pilot)
        await pilot.press("B", "enter")
        await settled(pilot)
        await pilot.press("1", "g", "j", "j", "j")
        assert main_screen(pilot).topic_tree.current.search == "robots"
        assert hint_line(pilot).startswith("Enter stories  R rename  X remove  Alt+↑/↓ move")
        await pilot.press("k")
        assert hint_line(pilot).startswith("Enter stories  [ ] topic")


@pytest.mark.parametrize("where", HINTS)
@pytest.mark.parametrize("width", [40, 60, 80])
def test_hints_are_whole_words_the_first_ones_first_and_the_key_of_all_keys_among_them(
    where: str, width: int
) -> None:
    bar = HintBar(Surface())  # type: ignore[arg-type]
    bar.set_where(where)
    bar.put(Region(0, 0, width, 1))
    every = [f"{key} {does}" for key, does in hints(where, Keys())]
    shown = bar.strips(Region(0, 0, width, 1))[0].text.strip().split("  ")
    assert "? keys" in shown
    others = [hint for hint in every if hint != "? keys"]
    assert [hint for hint in shown if hint != "? keys"] == others[: len(shown) - 1]
    assert shown == [hint for hint in every if hint in shown]


def test_hints_name_the_keys_of_the_config_and_no_command_without_one() -> None:
    keys = Keys({"scroll-story-up": ("f7",), "best-version": ("none",), "move-search-up": ("plus",)})
    story = dict(hints("story", keys))
    assert story["J/F7"] == "scroll"
    assert "best" not in story.values()
    assert dict(hints("search", keys))["+/Alt+↓"] == "move"


async def test_the_hints_are_not_made_anew_where_only_the_cursor_moves(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app(archive) as pilot:
        main_screen(pilot).background.read_searches()  # they change the sidebar, a moment after the start
        await settled(pilot)
        made: list[str] = []

        def note(where: str, keys: Keys) -> list[tuple[str, str]]:
            made.append(where)
            return hints(where, keys)

        monkeypatch.setattr("reader.tui.panes.bars.hints", note)
        await pilot.press("j", "k", "j")
        assert made == []
        await pilot.press("1")
        assert set(made) == {"topics"}
        made.clear()
        await pilot.press("j", "k", "j")
        assert made == []


SIGNS = [*"ab 日語ü›–", "👨‍👩‍👧", "❤️", "🇭🇺", "e\u0301"]
NAMES = st.lists(st.sampled_from(SIGNS), max_size=60).map("".join)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.integers(1, 300), NAMES, NAMES, st.booleans())
def test_header_and_footer_are_exactly_as_wide_as_the_screen(
    width: int, left: str, right: str, is_hints: bool
) -> None:
    surface = Surface()
    bar = HintBar(surface) if is_hints else Bar(surface)  # type: ignore[arg-type]
    bar.put(Region(0, 0, width, 1))
    texts = ((left, "bar--strong"), (left, "bar--text")), ((right, "bar--alarm"), (right, "bar--text"))
    if isinstance(bar, HintBar):
        bar.set_aside(texts[1])
    else:
        bar.set_text(*texts)
    strip = bar.strips(Region(0, 0, width, 1))[0]
    assert strip.cell_length == width
    assert cell_len(strip.text) == width


PROGRESS = ("Indexing 192 of 9,936   ", "bar--strong")
PROBLEMS = ("1 problem (newsreader check)   ", "bar--alarm")
VIEW = ("All › newest first › 4,096 unread of 4,096", "bar--text")


@pytest.mark.parametrize(
    ("width", "texts", "shown"),
    [
        (160, (PROGRESS, PROBLEMS, VIEW), "".join(text for text, _ in (PROGRESS, PROBLEMS, VIEW))),
        (120, (PROGRESS, PROBLEMS, VIEW), PROGRESS[0] + VIEW[0]),
        (80, (PROGRESS, VIEW), "Indexing 192 of 9,936   …rst › 4,096 unread of 4,096"),
        (60, (PROGRESS, VIEW), PROGRESS[0]),
        (40, (PROGRESS, VIEW), PROGRESS[0]),
        (60, (PROBLEMS, VIEW), "…newest first › 4,096 unread of 4,096"),
    ],
)
def test_in_a_short_footer_progress_has_room_first_and_then_the_numbers_of_the_view(
    width: int, texts: tuple[tuple[str, str], ...], shown: str
) -> None:
    bar = HintBar(Surface())  # type: ignore[arg-type]
    bar.put(Region(0, 0, width, 1))
    bar.set_aside(texts)
    assert bar.strips(Region(0, 0, width, 1))[0].text.strip().endswith(f"  {shown}".rstrip())


async def test_where_counts_leave_no_room_for_the_name_of_a_topic_all_totals_give_way(
    archive: Path, open_app: OpenApp
) -> None:
    names = ("Photography", "AI")
    counts = Counts(topics={name: Count(12_984, 12_985) for name in names})
    async with open_app(archive, size=(100, 30)) as pilot:
        await settled(pilot)
        main_screen(pilot).topic_tree.set_topics(tuple(Topic(name, name) for name in names), counts)
        await pilot.pause()
        lines = screen_text(pilot).splitlines()
        assert any("Photography" in line and "12,984 " in line for line in lines)
        assert any(" AI " in line and "12,984 " in line for line in lines)
        await pilot.resize_terminal(160, 30)
        await settled(pilot)
        assert screen_text(pilot).count("12,984/12,985") == 2
