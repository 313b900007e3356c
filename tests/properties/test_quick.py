"""Whatever the short way takes, it takes as the careful parser does."""

from __future__ import annotations

import re
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from reader.archive.quick import quick_entry
from tests.machine_form import machine_story
from tests.unit.archive.test_quick import FULL, careful_entry

_TEXTS = st.text(
    st.one_of(st.sampled_from(" \t\n\\\"'&#;:,-~nrt{}[]*|>%@`é’\u00a0\u0301\u200d\u2028"), st.characters()),
    max_size=30,
)
_SCALARS = st.one_of(
    _TEXTS,
    _TEXTS.map('"{}"'.format),
    st.from_regex(r"\A[A-Za-z0-9][\w .,&'()/!+:#-]{0,12}\Z"),
    st.from_regex(r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z"),
    st.from_regex(r"\A\"https?://[a-z0-9_.-]{1,12}(/[\w!$%&'()*+,./:;=?@~-]{0,12})?\"\Z"),
    st.from_regex(r"\A-?\d{1,12}\Z"),
    st.sampled_from(["null", "~", "", "true", "no", "[]", "{}", '"null"', '"~"', '" "', '"secured: x"']),
)
_VALUE = re.compile(r"(?<=: )[^\n]+|(?<=- )[A-Z][^\n]*")
_BASES = st.one_of(st.just(FULL), st.integers(0, 50).map(machine_story))
_MANY = settings(deadline=2_000, max_examples=400)


def _check(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    entry = quick_entry("2021/a.md", data)
    assert entry is None or entry == careful_entry("2021/a.md", data)


@_MANY
@given(_BASES, st.lists(_SCALARS, min_size=1, max_size=3), st.randoms(use_true_random=False))
@example(FULL, ['"&#126;"'], Random(1))
def test_any_values_are_read_alike_or_left(text: str, values: list[str], random: Random) -> None:
    for value in values:
        place = random.choice(list(_VALUE.finditer(text)) or [re.match("", text)])
        assert place is not None
        text = text[: place.start()] + value + text[place.end() :]
    _check(text)


@_MANY
@given(_BASES, st.integers(0), st.integers(0, 40), _TEXTS)
def test_any_damage_is_read_alike_or_left(text: str, at: int, length: int, piece: str) -> None:
    at %= len(text)
    _check(text[:at] + piece + text[at + length :])


@_MANY
@given(_BASES, st.randoms(use_true_random=False))
def test_lines_in_any_order_are_read_alike_or_left(text: str, random: Random) -> None:
    lines = text.split("\n")
    for _ in range(random.randrange(1, 4)):
        lines.insert(random.randrange(len(lines)), lines.pop(random.randrange(len(lines))))
    if random.random() < 0.5:
        lines.insert(random.randrange(len(lines)), random.choice(lines))
    _check("\n".join(lines))
