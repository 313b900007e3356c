"""Whatever front matter is read without YAML, it is read as YAML reads it."""

from __future__ import annotations

from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from reader.archive.fences import split
from reader.archive.frontmatter import read
from reader.archive.guarded import load_fields
from reader.archive.plain import plain_fields
from tests.machine_form import machine_story
from tests.properties.test_quick import _BASES, _MANY, _SCALARS, _TEXTS, _VALUE

_PIECES = st.lists(
    st.sampled_from(
        [
            *("a:", "b_1:", "é:", "secured:", " ", "  ", "- ", "-", "\n", "\n\n", "[]", ":", "x y", '"q"'),
            *('"\\n"', "1", "-1", "12:30", "a:b", "http://x", "#", " #c", "'s", "true", "~", "&a", "*a"),
            *("|", ">", "\t"),
        ]
    ),
    max_size=24,
).map("".join)


def _check(text: str) -> None:
    fields = plain_fields(text)
    if fields is not None:
        loaded = load_fields(text)
        assert (fields, list(fields)) == (loaded.fields, list(loaded.fields or ()))


@_MANY
@given(_PIECES)
@example("a: x\n  y")
@example("a: x\n\nb:\n  - c: d\n\n    e:\n      - f\n  - g")
@example("a: 1\na: 2")
def test_any_lines_are_read_alike_or_left(text: str) -> None:
    _check(text)


@_MANY
@given(_BASES, st.lists(_SCALARS, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_any_values_are_read_alike_or_left(text: str, values: list[str], random: Random) -> None:
    raw = split(text).raw
    for value in values:
        place = random.choice(list(_VALUE.finditer(raw)))
        raw = raw[: place.start()] + value + raw[place.end() :]
        if not _VALUE.search(raw):
            break
    _check(raw)


@_MANY
@given(_BASES, st.integers(0), st.integers(0, 40), _TEXTS)
def test_any_damage_is_read_alike_or_left(text: str, at: int, length: int, piece: str) -> None:
    raw = split(text).raw
    at %= len(raw)
    _check(raw[:at] + piece + raw[at + length :])


@_MANY
@given(_BASES, st.randoms(use_true_random=False))
def test_lines_in_any_order_are_read_alike_or_left(text: str, random: Random) -> None:
    lines = split(text).raw.split("\n")
    for _ in range(random.randrange(1, 4)):
        lines.insert(random.randrange(len(lines)), lines.pop(random.randrange(len(lines))))
    _check("\n".join(lines))


def test_what_machines_write_is_read_without_yaml() -> None:
    for number in range(200):
        assert plain_fields(split(machine_story(number)).raw.replace("secured", "other")) is not None


def test_what_is_sealed_is_taken_out_of_what_is_read_without_yaml_too() -> None:
    document = read(b'---\ntitle: "A"\nimages:\n  - secured: "QUJDREVGR0hJSktMTU5PUA=="\n---\n')
    assert document.fields == {"title": "A", "images": [{}]}
    assert "QUJD" not in document.raw
    assert document.sealed_bytes == 24


def test_more_values_than_are_taken_are_left_to_yaml_which_tells() -> None:
    text = "a:\n" + "\n".join(["  - b: c"] * 30_000)
    assert plain_fields(text) is None
    assert load_fields(text).reason.startswith("more than")
