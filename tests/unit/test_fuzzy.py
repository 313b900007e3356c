from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reader.tui.fuzzy import FOUND_LIMIT, Finder

NAMES = ["All", "AI", "AI Ethics", "Computer Vision", "Cloud", "Mobile AI", "Microsoft 365"]


def find(text: str, names: list[str] = NAMES) -> list[str]:
    return [name for name, _ in Finder((name, None) for name in names).find(text)]


def test_the_beginning_of_a_name_comes_before_a_word_in_it_and_that_before_letters() -> None:
    assert find("ai") == ["AI", "AI Ethics", "Mobile AI"]
    assert find("m3") == ["Microsoft 365"]
    assert find("cv") == ["Computer Vision"]
    assert find("clod") == ["Cloud"]


def test_without_letters_all_names_stand_in_their_order() -> None:
    assert find("") == NAMES


def test_what_fits_nothing_finds_nothing() -> None:
    assert find("xyz") == []


@given(st.lists(st.text(max_size=8), max_size=20), st.text(max_size=6), st.text(max_size=6))
def test_typing_on_finds_what_typing_at_once_finds(names: list[str], one: str, two: str) -> None:
    finder = Finder((name, place) for place, name in enumerate(names))
    finder.find(one)
    assert finder.find(one + two) == Finder((name, place) for place, name in enumerate(names)).find(one + two)


@given(st.text(min_size=1, max_size=12))
def test_a_name_is_found_by_any_of_its_letters_in_order(name: str) -> None:
    for text in (name, name[::2], name.upper() if name.upper().casefold() == name.casefold() else name):
        assert (name, 1) in Finder([(name, 1)]).find(text)


def test_no_more_is_found_than_one_looks_at() -> None:
    assert len(find("a", [f"a{number}" for number in range(100)])) == FOUND_LIMIT
