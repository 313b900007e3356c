from __future__ import annotations

from pathlib import Path

import pytest

from reader import locations, searches
from tests.tui.conftest import OpenApp, Reading, main_screen, screen_text, settled


def written(*entries: str) -> Path:
    """The file of saved searches, with these entries in it: each name and query."""
    path = locations.searches_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [entry.split("=", 1) for entry in entries]
    path.write_text("".join(f"- name: {name}\n  query: '{query}'\n" for name, query in lines))
    return path


def names() -> list[str]:
    """The names in the file, in its order."""
    return [entry.name for entry in searches.load(locations.searches_file()).entries]


async def read(pilot: Reading) -> None:
    """Wait until the saved searches are shown with their counts."""
    screen = main_screen(pilot)
    screen.background.read_searches()
    await settled(pilot)
    screen._counting.stop()
    screen._count_searches()
    await settled(pilot)


async def choose(pilot: Reading, name: str) -> None:
    """Go to a saved search in the sidebar."""
    tree = main_screen(pilot).topic_tree
    await pilot.press("1", "g")
    while tree.current.search != name:
        await pilot.press("j")
    await settled(pilot)


async def test_capital_b_saves_the_view_as_one_query_and_shows_it_in_the_sidebar(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"clear", "enter", "d", "B", *"Faces", "enter")
        await settled(pilot)
        await read(pilot)
        screen = main_screen(pilot)
        assert screen.topic_tree.current.search == "Faces"
        assert screen.story_list.row_count == 1
        assert "Faces › best first › 1 story" in screen_text(pilot)
    (entry,) = searches.load(locations.searches_file()).entries
    assert (entry.name, entry.query) == ("Faces", "clear* sort:quality")


async def test_a_saved_search_stands_below_starred_with_its_unread_stories(
    archive: Path, open_app: OpenApp
) -> None:
    written("Work=robots OR privacy", "Nothing=zebra")
    async with open_app(archive) as pilot:
        await read(pilot)
        text = screen_text(pilot)
        assert text.index("Starred") < text.index("Work") < text.index("Nothing") < text.index("Computer")
        tree = main_screen(pilot).topic_tree
        assert tree._unread == {"Work": 2, "Nothing": 0}
        await pilot.press("j", "m")
        await read(pilot)
        assert tree._unread == {"Work": 1, "Nothing": 0}


async def test_choosing_a_saved_search_shows_its_stories_and_escape_only_goes_back(
    archive: Path, open_app: OpenApp
) -> None:
    written("Work=robots OR privacy sort:-date")
    async with open_app(archive) as pilot:
        await read(pilot)
        await choose(pilot, "Work")
        screen = main_screen(pilot)
        assert screen.story_list.row_count == 2
        assert "Work › oldest first › 2 stories" in screen_text(pilot)
        await pilot.press("d", "enter", "escape")
        await settled(pilot)
        assert screen.pane == "topics"
        assert screen.story_list.row_count == 2
        assert "best first" in screen_text(pilot)
        await pilot.press("g")
        await settled(pilot)
        assert screen.story_list.row_count == 3


async def test_a_search_within_a_saved_search_ends_where_it_began(archive: Path, open_app: OpenApp) -> None:
    written("Work=robots OR privacy")
    async with open_app(archive) as pilot:
        await read(pilot)
        await choose(pilot, "Work")
        screen = main_screen(pilot)
        await pilot.press("slash", "ctrl+u", *"clear")
        await settled(pilot)
        assert screen.story_list.row_count == 1
        await pilot.press("escape")
        await settled(pilot)
        assert screen.story_list.row_count == 2


async def test_what_is_typed_within_a_saved_search_narrows_it(archive: Path, open_app: OpenApp) -> None:
    written("Work=robots OR privacy")
    async with open_app(archive) as pilot:
        await read(pilot)
        await choose(pilot, "Work")
        screen = main_screen(pilot)
        await pilot.press("slash")
        await settled(pilot)
        assert "(robots OR privacy*)" in screen_text(pilot)
        assert "Work › newest first › 2 stories" in screen_text(pilot)
        await pilot.press(*"priv")
        await settled(pilot)
        assert screen.view.query == "(robots OR privacy*) priv"
        assert screen.story_list.row_count == 1
        await pilot.press("escape")
        await settled(pilot)
        assert "Work › newest first › 2 stories" in screen_text(pilot)
        await pilot.press("slash", "enter")
        await settled(pilot)
        assert "Work › newest first › 2 stories" in screen_text(pilot)


async def test_saved_searches_are_moved_renamed_and_removed_and_all_of_it_can_be_undone(
    archive: Path, open_app: OpenApp
) -> None:
    written("One=robots", "Two=privacy", "Three=clearview")
    async with open_app(archive) as pilot:
        await read(pilot)
        await choose(pilot, "One")
        await pilot.press("alt+down")
        await settled(pilot)
        assert names() == ["Two", "One", "Three"]
        await pilot.press("R", "ctrl+u", *"First", "enter")
        await settled(pilot)
        assert names() == ["Two", "First", "Three"]
        assert main_screen(pilot).topic_tree.current.search == "First"
        await pilot.press("X")
        await settled(pilot)
        assert names() == ["Two", "Three"]
        assert "Removed “First”; Ctrl+Z" in screen_text(pilot)
        for expected in (["Two", "First", "Three"], ["Two", "One", "Three"], ["One", "Two", "Three"]):
            await pilot.press("ctrl+z")
            await settled(pilot)
            assert names() == expected
        await pilot.press("ctrl+y")
        await settled(pilot)
        assert names() == ["Two", "One", "Three"]


async def test_a_search_written_by_hand_while_the_app_is_open_appears(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await read(pilot)
        written("By hand=robots")
        main_screen(pilot)._poll()
        await pilot.app.workers.wait_for_complete()
        await settled(pilot)
        assert "By hand" in screen_text(pilot)


async def test_a_saved_search_that_is_a_mistake_says_so_and_can_be_mended(
    archive: Path, open_app: OpenApp
) -> None:
    written("Bad=qualty>=60", "Good=robots")
    async with open_app(archive) as pilot:
        await read(pilot)
        assert main_screen(pilot).topic_tree._unread == {"Bad": None, "Good": 1}
        await choose(pilot, "Bad")
        text = screen_text(pilot)
        assert "This saved search has a mistake:" in text
        assert "did you mean “quality”?" in text
        await pilot.press("slash", "ctrl+u", *"quality>=60", "enter", "B", "enter")
        await settled(pilot)
        assert main_screen(pilot).story_list.row_count == 1
    assert searches.load(locations.searches_file()).entries[0].query == "quality>=60"


async def test_a_broken_file_of_searches_is_told_and_never_written_over(
    archive: Path, open_app: OpenApp
) -> None:
    path = written("Good=robots")
    path.write_text(path.read_text() + "- nonsense\n")
    before = path.read_bytes()
    async with open_app(archive) as pilot:
        await read(pilot)
        assert "searches.yaml:3" in screen_text(pilot)
        assert "Good" in screen_text(pilot)
        await pilot.press("B", *"New", "enter")
        await settled(pilot)
        assert "nothing is saved until" in " ".join(screen_text(pilot).split())
    assert path.read_bytes() == before


async def test_escape_takes_a_question_back_and_keys_go_to_the_pane_again(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("B", *"name", "escape", "j")
        screen = main_screen(pilot)
        assert screen.story_list.cursor == 1
        assert not screen.foot.is_open
        assert not locations.searches_file().exists()


@pytest.mark.parametrize("key", ["R", "X", "alt+up"])
async def test_keys_for_saved_searches_say_where_they_work(
    archive: Path, open_app: OpenApp, key: str
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert "Go to a saved search first" in screen_text(pilot)


async def test_a_question_over_a_search_gives_the_search_back(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"robo", "enter", "B", "ctrl+u", *"x", "escape")
        await settled(pilot)
        screen = main_screen(pilot)
        assert screen.foot.text == "robo"
        assert screen.story_list.row_count == 1


async def test_what_is_wrong_with_a_saved_search_is_told_in_whole_words(
    archive: Path, open_app: OpenApp
) -> None:
    written("Bad=qualty>=60")
    async with open_app(archive, size=(42, 20)) as pilot:
        await read(pilot)
        await choose(pilot, "Bad")
        await pilot.press("2")
        await settled(pilot)
        words = " ".join(screen_text(pilot).replace("│", " ").split())
        assert "did you mean “quality”?" in words
        assert "shows and mends it, B saves it again." in words


async def test_a_new_name_of_the_search_that_is_shown_stands_in_the_title_at_once(
    archive: Path, open_app: OpenApp
) -> None:
    written("Old=robots")
    async with open_app(archive) as pilot:
        await read(pilot)
        await choose(pilot, "Old")
        await pilot.press("R", "ctrl+u", *"Other", "enter")
        await settled(pilot)
        assert screen_text(pilot).splitlines()[0].split(" › ")[0].endswith("Other")


async def test_a_proposed_name_is_taken_by_enter_and_replaced_by_typing(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("slash", *"robots", "enter", "B")
        await pilot.pause()
        assert main_screen(pilot).foot.text == "robots"
        await pilot.press(*"Work", "enter")
        await settled(pilot)
        assert names() == ["Work"]


async def test_saving_in_place_of_a_search_that_was_not_read_yet_says_so_and_can_be_taken_back(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    written("Work=robots")
    monkeypatch.setattr("reader.tui.screens.main.PREPARE_S", 1000)
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        screen._shelf = None
        screen._save_search("work", screen.view)
        await settled(pilot)
        assert "Saved as “work”, in place of the one before." in screen_text(pilot)
        await pilot.press("ctrl+z")
        await settled(pilot)
    (entry,) = searches.load(locations.searches_file()).entries
    assert (entry.name, entry.query) == ("Work", "robots")


async def test_a_save_that_was_refused_cannot_be_taken_back(archive: Path, open_app: OpenApp) -> None:
    path = written("AI=robots", "Cloud=privacy")
    async with open_app(archive) as pilot:
        await read(pilot)
        good = path.read_text()
        path.write_text(f"{good}- name: K\n  query: [a\n")
        await pilot.press("slash", *"xyz", "enter", "B", *"Cloud", "enter")
        await settled(pilot)
        assert "nothing is saved until" in " ".join(screen_text(pilot).split())
        path.write_text(good)
        await pilot.press("ctrl+z")
        await settled(pilot)
        assert "There is nothing to undo." in screen_text(pilot)
    assert names() == ["AI", "Cloud"]


async def test_what_changes_nothing_is_no_step_to_take_back(archive: Path, open_app: OpenApp) -> None:
    written("One=robots", "Two=privacy")
    async with open_app(archive) as pilot:
        await read(pilot)
        await choose(pilot, "One")
        await pilot.press("alt+up", "R", "ctrl+u", *"Two", "enter")
        await settled(pilot)
        assert "there is a saved search" in screen_text(pilot)
        await choose(pilot, "Two")
        await pilot.press("alt+down")
        await settled(pilot)
        await pilot.press("ctrl+z")
        await settled(pilot)
        assert "There is nothing to undo." in screen_text(pilot)
        assert names() == ["One", "Two"]


async def test_taking_a_removal_back_overwrites_no_search_of_that_name_written_since(
    archive: Path, open_app: OpenApp
) -> None:
    written("One=robots", "Two=privacy")
    async with open_app(archive) as pilot:
        await read(pilot)
        await choose(pilot, "Two")
        await pilot.press("X")
        await settled(pilot)
        path = written("One=robots", "Two=mine")
        await pilot.press("ctrl+z")
        await settled(pilot)
        assert "there is another saved search “Two” by now" in " ".join(screen_text(pilot).split())
    assert searches.load(path).entries[1].query == "mine"


async def test_what_could_not_be_taken_back_for_now_can_be_taken_back_later(
    archive: Path, open_app: OpenApp
) -> None:
    path = written("One=robots", "Two=privacy")
    async with open_app(archive) as pilot:
        await read(pilot)
        await choose(pilot, "Two")
        await pilot.press("X")
        await settled(pilot)
        good = path.read_text()
        path.write_text(f"{good}- [\n")
        await pilot.press("ctrl+z")
        await settled(pilot)
        assert "nothing is saved until" in " ".join(screen_text(pilot).split())
        path.write_text(good)
        await pilot.press("ctrl+z")
        await settled(pilot)
        assert "Undone: removing “Two”" in screen_text(pilot)
        assert names() == ["One", "Two"]


async def test_keys_typed_ahead_take_back_the_save_before_them(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("m")
        screen._save_search("Work", screen.view)
        screen.action_undo()
        await settled(pilot)
        assert names() == []
        assert "Undone: saved search “Work”" in screen_text(pilot)


async def test_the_cursor_stays_near_a_search_that_is_removed_and_comes_back_with_it(
    archive: Path, open_app: OpenApp
) -> None:
    written("One=robots", "Two=privacy", "Three=clearview")
    async with open_app(archive) as pilot:
        await read(pilot)
        screen = main_screen(pilot)
        await choose(pilot, "Two")
        for key, expected in (("X", "Three"), ("X", "One"), ("ctrl+z", "Three"), ("ctrl+z", "Two")):
            await pilot.press(key)
            await settled(pilot)
            assert screen.topic_tree.current.search == screen._entry.search == expected
        assert "Two › newest first › 1 story" in screen_text(pilot)
        await pilot.press("ctrl+y")
        await settled(pilot)
        assert screen.topic_tree.current.search == "Three"
        assert "Three › newest first › 1 story" in screen_text(pilot)


async def test_taking_a_removal_back_leaves_who_went_elsewhere_where_he_is(
    archive: Path, open_app: OpenApp
) -> None:
    written("One=robots", "Two=privacy")
    async with open_app(archive) as pilot:
        await read(pilot)
        await choose(pilot, "Two")
        await pilot.press("X")
        await settled(pilot)
        await pilot.press("g", "ctrl+z")
        await settled(pilot)
        assert names() == ["One", "Two"]
        assert main_screen(pilot).topic_tree.cursor == 0


async def test_taking_back_a_save_goes_to_where_it_was_saved(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("slash", *"robots", "enter", "B", *"Work", "enter")
        await settled(pilot)
        assert screen.topic_tree.current.search == "Work"
        await pilot.press("ctrl+z")
        await settled(pilot)
        assert screen.topic_tree.cursor == 0
        assert "All › newest first › 3 unread of 3" in screen_text(pilot)


async def test_who_is_in_a_search_stays_in_it_when_its_renaming_is_taken_back(
    archive: Path, open_app: OpenApp
) -> None:
    written("One=robots", "Two=privacy OR robots")
    async with open_app(archive) as pilot:
        await read(pilot)
        screen = main_screen(pilot)
        await choose(pilot, "Two")
        await pilot.press("2", "j", "R", "ctrl+u", *"Other", "enter")
        await settled(pilot)
        for key, expected in (("ctrl+z", "Two"), ("ctrl+y", "Other")):
            await pilot.press(key)
            await settled(pilot)
            assert screen.topic_tree.current.search == expected
            assert f"{expected} › newest first › 2 stories" in screen_text(pilot)
            assert screen.story_list.cursor == 1


async def test_a_search_renamed_elsewhere_is_still_the_one_that_is_shown(
    archive: Path, open_app: OpenApp
) -> None:
    written("One=robots", "Two=privacy")
    async with open_app(archive) as pilot:
        await read(pilot)
        await choose(pilot, "Two")
        written("One=robots", "Elsewhere=privacy")
        await read(pilot)
        assert main_screen(pilot).topic_tree.current.search == "Elsewhere"
        assert "Elsewhere › newest first › 1 story" in screen_text(pilot)


async def test_an_empty_saved_search_offers_what_helps_there(archive: Path, open_app: OpenApp) -> None:
    written("Nothing=zebra")
    async with open_app(archive) as pilot:
        await read(pilot)
        await choose(pilot, "Nothing")
        assert "changes the search, 1 goes to the topics." in " ".join(screen_text(pilot).split())
        await pilot.press("slash", *"x", "enter")
        await settled(pilot)
        assert "Esc forgets the search." in screen_text(pilot)


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("sort:quality", "Best › best first › 3 unread of 3"),
        ("'\n  show: 'unread", "Best › newest first › unread: 3"),
    ],
)
async def test_a_saved_search_without_words_has_its_name_in_the_title(
    archive: Path, open_app: OpenApp, query: str, title: str
) -> None:
    written(f"Best={query}")
    async with open_app(archive) as pilot:
        await read(pilot)
        await choose(pilot, "Best")
        assert title in screen_text(pilot)


async def test_who_is_in_a_search_stays_in_it_while_the_file_has_a_slip(
    archive: Path, open_app: OpenApp
) -> None:
    path = written("One=robots", "Two=privacy")
    async with open_app(archive) as pilot:
        await read(pilot)
        await choose(pilot, "Two")
        path.write_text(f"{path.read_text()}- name: K\n  query: [a\n")
        await read(pilot)
        assert "not YAML" in screen_text(pilot)
        assert main_screen(pilot).topic_tree.searches == ("One", "Two")
        assert "Two › newest first › 1 story" in screen_text(pilot)


async def test_a_key_that_is_not_known_is_told_once_and_not_after_each_change_made_here(
    archive: Path, open_app: OpenApp
) -> None:
    path = written("One=robots", "Two=privacy")
    path.write_text(f"{path.read_text()}  rank: 3\n")
    async with open_app(archive) as pilot:
        await read(pilot)
        assert "unknown key" in screen_text(pilot)
        main_screen(pilot).reader.unsay()
        await choose(pilot, "Two")
        await pilot.press("alt+up")
        await settled(pilot)
        assert names() == ["Two", "One"]
        assert "unknown key" not in screen_text(pilot)


async def test_what_is_open_in_a_saved_search_is_a_mistake_that_can_be_mended_as_it_stands(
    archive: Path, open_app: OpenApp
) -> None:
    written("Bad=(robots OR privacy", "Joins nothing=robots OR", "Good=robots")
    async with open_app(archive) as pilot:
        await read(pilot)
        screen = main_screen(pilot)
        assert screen.topic_tree._unread == {"Bad": None, "Joins nothing": None, "Good": 1}
        await choose(pilot, "Bad")
        assert "this parenthesis is not closed (at 1)" in " ".join(screen_text(pilot).split())
        await pilot.press("slash")
        await settled(pilot)
        assert screen.foot.text == "(robots OR privacy"
        await pilot.press(")", "enter", "B", "enter")
        await settled(pilot)
        assert screen.story_list.row_count == 2
        assert searches.load(locations.searches_file()).entries[0].query == "((robots OR privacy))"


async def test_what_is_open_while_one_types_in_a_saved_search_is_no_mistake(
    archive: Path, open_app: OpenApp
) -> None:
    written("Good=robots OR privacy")
    async with open_app(archive) as pilot:
        await read(pilot)
        await choose(pilot, "Good")
        await pilot.press("slash", *"(privacy OR")
        await settled(pilot)
        assert main_screen(pilot).story_list.row_count == 1
        assert "mistake" not in screen_text(pilot)
