"""An order turned round is what sorting the other way gives."""

from __future__ import annotations

from array import array
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from reader.index.ranking import Ranking, by_code


def _runs(places: list[int], codes: list[int]) -> list[int]:
    """Beginning and end of each run of two or more of a code."""
    found, start = [], 0
    for _, run in groupby(places, key=codes.__getitem__):
        end = start + len(list(run))
        if end - start > 1:
            found += [start, end]
        start = end
    return found


@given(st.lists(st.integers(0, 5), max_size=40))
def test_the_least_come_first_ties_as_they_stand_and_what_is_unknown_last(codes: list[int]) -> None:
    turned = by_code(codes, 6).reversed()
    known = sorted((place for place, code in enumerate(codes) if code), key=codes.__getitem__)
    assert list(turned.places) == known + [place for place, code in enumerate(codes) if not code]
    assert turned.known == len(known)
    assert list(turned.ties) == _runs(known, codes)


@given(st.lists(st.integers(0, 5), max_size=40))
def test_turned_round_twice_it_is_what_it_was(codes: list[int]) -> None:
    one = by_code(codes, 6)
    two = one.reversed().reversed()
    assert (list(two.places), two.known, list(two.ties)) == (list(one.places), one.known, list(one.ties))


def test_places_that_are_a_range_are_turned_round_too() -> None:
    turned = Ranking(range(5), 4, array("I", [1, 3])).reversed()
    assert list(turned.places) == [3, 1, 2, 0, 4]
    assert list(turned.ties) == [1, 3]
