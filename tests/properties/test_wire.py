"""What goes through a pipe comes out as it went in, and nothing else is taken."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.index.reading import Line, Reading
from reader.index.wire import pack, pack_paths, unpack, unpack_paths
from reader.model import Problem, ProblemKind

_NUMBERS = st.integers(-(1 << 62), 1 << 62)
_TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20)
_LINES = st.builds(
    Line,
    *[st.none() | _NUMBERS] * 2,
    *[_NUMBERS] * 7,
    *[_TEXTS] * 10,
)
_PROBLEMS = st.builds(
    Problem, st.just("a.md"), st.integers(0, 9_999), _TEXTS, st.sampled_from(list(ProblemKind))
)
_READINGS = st.lists(
    st.tuples(st.none() | _LINES, st.lists(_PROBLEMS, max_size=2).map(tuple)), min_size=1, max_size=5
)
_NAMES = st.binary(min_size=1).filter(lambda name: b"\0" not in name).map(os.fsdecode)


@given(_READINGS)
def test_readings_come_out_as_they_went_in(readings: list[Reading]) -> None:
    assert unpack(pack(readings), ["a.md"] * len(readings)) == readings


@given(st.lists(_NAMES, min_size=1, max_size=5))
def test_paths_come_out_as_they_went_in(paths: list[str]) -> None:
    assert unpack_paths(pack_paths(paths)) == paths


@given(st.binary(max_size=200))
def test_what_never_went_in_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong with it
        unpack(message, ["a.md", "b.md"])


@given(_READINGS, st.integers(0), st.binary(max_size=9))
def test_what_is_damaged_is_refused_or_has_the_same_shape(
    readings: list[Reading], at: int, piece: bytes
) -> None:
    message = pack(readings)
    at %= len(message)
    try:
        found = unpack(message[:at] + piece + message[at + len(piece) :], ["a.md"] * len(readings))
    except ValueError:
        return
    assert len(found) == len(readings)
    for line, problems in found:
        assert line is None or [type(value) for value in line[2:]] == [int] * 7 + [str] * 10
        assert all(isinstance(problem, Problem) for problem in problems)


def test_what_is_not_clean_is_not_sent() -> None:
    line = Line(None, None, *range(7), *"abcdefghij")
    for wrong in (
        line._replace(title="a\0b"),
        line._replace(related=1 << 64),
        line._replace(quality=1 << 64),
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong with it
            pack([(wrong, ())])
