from __future__ import annotations

from pathlib import Path

import pytest

from reader import searches
from reader.errors import OvertakenError
from reader.searches import SavedSearch, added, moved, removed
from reader.tui.saved import SavedSearches, Shelf, followed, renamed, replayed

AI, BIO, CLOUD = SavedSearch("AI", "ai"), SavedSearch("Bio", "bio"), SavedSearch("Cloud", "cloud")
ALL = (AI, BIO, CLOUD)
NEW = SavedSearch("New", "new")

STEPS = [
    (ALL, added(ALL, NEW)),
    (ALL, added(ALL, SavedSearch("bio", "other"))),
    (ALL, removed(ALL, "Bio")),
    (ALL, renamed(ALL, "Bio", "Life")),
    (ALL, renamed(ALL, "Bio", "BIO")),
    (ALL, moved(ALL, "AI", 1)),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "searches.yaml"


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_a_step_is_taken_back_and_done_again(
    before: tuple[SavedSearch, ...], after: tuple[SavedSearch, ...]
) -> None:
    assert replayed(after, after, before) == before
    assert replayed(before, before, after) == after


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_a_search_written_meanwhile_stays_when_a_step_is_taken_back(
    before: tuple[SavedSearch, ...], after: tuple[SavedSearch, ...]
) -> None:
    other = SavedSearch("Mine", "mine")
    assert replayed((*after, other), after, before) == (*before, other)
    assert removed(replayed((other, *after), after, before), "mine") == before


def test_what_has_changed_meanwhile_is_neither_taken_away_nor_overwritten() -> None:
    after = removed(ALL, "Cloud")
    with pytest.raises(OvertakenError, match="another saved search “Cloud”"):
        replayed((*after, SavedSearch("cloud", "mine")), after, ALL)
    with pytest.raises(OvertakenError, match="“New” has been changed since"):
        replayed((*ALL, SavedSearch("New", "mine")), (*ALL, NEW), ALL)


def test_an_edit_that_changes_nothing_leaves_the_file_as_a_person_wrote_it(file: Path) -> None:
    by_hand = "# mine\n- {name: AI, query: ai}\n"
    file.write_text(by_hand)
    edited = SavedSearches(file).edit(lambda entries: moved(entries, "AI", 1))
    assert edited.before == edited.after == edited.shelf.entries == (AI,)
    assert file.read_text() == by_hand


def test_an_edit_gives_what_was_and_what_is(file: Path) -> None:
    searches.save(file, [AI])
    edited = SavedSearches(file).edit(lambda entries: added(entries, BIO))
    assert (edited.before, edited.after) == ((AI,), (AI, BIO))
    assert searches.load(file).entries == (AI, BIO)


def test_a_search_that_another_instance_renamed_is_known_by_its_new_name() -> None:
    assert followed("Bio", ALL, renamed(ALL, "Bio", "Life")) == "Life"
    assert followed("Bio", ALL, removed(ALL, "Bio")) == "Bio"
    assert followed("Bio", ALL, (*removed(ALL, "Bio"), NEW)) == "Bio"
    assert followed("Bio", ALL, added(ALL, SavedSearch("Copy", "bio"))) == "Bio"


def test_a_slip_of_the_pen_leaves_the_searches_as_they_were_until_it_is_mended(file: Path) -> None:
    searches.save(file, [AI, BIO])
    saved = SavedSearches(file)
    good = saved.changed()
    assert good is not None
    file.write_text("- name: AI\n  query: [a\n")
    broken = saved.changed()
    assert broken is not None
    assert (broken.entries, broken.views) == (good.entries, good.views)
    assert broken.problems[0].startswith("searches.yaml:")
    file.write_text("- name: AI\n  query: b\n")
    mended = saved.changed()
    assert mended is not None
    assert (mended.entries, mended.problems) == ((SavedSearch("AI", "b"),), ())


def unknown(line: int, key: str = "x") -> str:
    return f'searches.yaml:{line}: unknown key "{key}"'


def test_what_is_wrong_is_told_once_wherever_the_program_itself_moves_it() -> None:
    shelf = Shelf(problems=(unknown(3),))
    assert shelf.news(()) == unknown(3)
    assert Shelf(problems=(unknown(9),)).news(shelf.problems) == ""
    assert Shelf(problems=(unknown(3), unknown(9))).news(shelf.problems) == f"{unknown(3)}\n{unknown(9)}"
    assert Shelf().news(shelf.problems) == ""


def test_what_keeps_the_file_from_being_understood_is_told_at_each_new_place() -> None:
    slip = Shelf(problems=("searches.yaml:4: not YAML",), is_whole=False)
    assert slip.news(slip.problems) == ""
    assert slip.news(("searches.yaml:3: not YAML",)) == "searches.yaml:4: not YAML"


def test_a_few_problems_are_told_and_that_there_are_more() -> None:
    lines = Shelf(problems=tuple(unknown(line) for line in range(1, 10))).news(()).splitlines()
    assert lines[:4] == [unknown(line) for line in range(1, 5)]
    assert lines[4:] == ["… and more: newsreader config check tells all of it"]
