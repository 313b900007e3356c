from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.model import StoryId
from reader.state import register
from reader.state.keeper import MarkKeeper
from reader.state.log import MarkLog
from reader.state.register import Register
from tests.properties.examples import examples
from tests.unit.state.marks import at, line

# Small, since drawing takes nearly all the time: many small ones find more than few large ones.
words = st.text(max_size=8)
jsonish = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)
fields = st.sampled_from(["t", "id", "read", "star", "url", "title", "provider", "published", "x"])
objects = st.dictionaries(fields, jsonish | st.just("2026-11-22T12:00:00.000Z"), max_size=6)
foreign_lines = st.binary(max_size=40) | objects.map(register.encode)

sound_lines = st.builds(
    lambda story, second, rest: line(story, second, **rest),
    st.sampled_from(["a", "b", "c"]),
    st.integers(0, 3),
    st.fixed_dictionaries(
        {},
        optional={
            "read": st.booleans(),
            "star": st.booleans(),
            "url": st.sampled_from(["u", "v"]),
            "title": st.text(max_size=3),
            "x": st.sampled_from([None, 1, [2], "3", {"4": 5}, True]),
        },
    ),
)


def register_of(data: bytes) -> Register:
    filled = Register()
    filled.add(found for found in register.parse(data) if found is not None)
    return filled


def write_folder(folder: str, data: bytes) -> Path:
    (Path(folder) / "state.jsonl").write_bytes(data)
    return Path(folder)


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(foreign_lines | sound_lines, max_size=6).map(b"\n".join))
def test_no_bytes_can_crash_the_load_or_hide_a_sound_line_among_them(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        keeper = MarkKeeper(write_folder(name, data + b"\n" + line("sound", star=True)))
        keeper.load()
        keeper.marks()
        mark = keeper.get(StoryId("sound"))
        assert mark is not None
        assert mark.is_starred
        assert keeper.trouble == ""
        assert keeper.bad_lines == sum(found is None for found in register.parse(data))


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(foreign_lines | sound_lines, max_size=6).map(b"\n".join))
def test_every_line_is_judged_alike_alone_and_among_others(data: bytes) -> None:
    alone = [register.parse(text)[0] for text in register.split(data)]
    assert register.parse(data) == alone


@settings(max_examples=examples(200), deadline=None)
@given(st.data(), st.lists(sound_lines, max_size=10))
def test_order_and_duplicates_do_not_matter(data: st.DataObject, lines: list[bytes]) -> None:
    again = data.draw(st.lists(st.sampled_from(lines), max_size=5)) if lines else []
    shuffled = data.draw(st.permutations([*lines, *again]))
    assert register_of(b"".join(lines)).values() == register_of(b"".join(shuffled)).values()


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(sound_lines | st.just(b"oops\n"), max_size=12))
def test_the_lines_alive_mean_the_same_as_all_and_none_of_them_is_dead(lines: list[bytes]) -> None:
    raw = [text.strip() for text in lines]
    alive = register.alive(raw)
    assert register.meaning(alive) == register.meaning(raw)
    assert register.alive(alive) == alive


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(sound_lines, max_size=8), st.lists(sound_lines, max_size=8))
def test_two_machines_that_exchange_their_files_agree(mine: list[bytes], theirs: list[bytes]) -> None:
    one, other = register_of(b"".join(mine)), register_of(b"".join(theirs))
    one.merge(found for found in register.parse(b"".join(theirs)) if found)
    other.merge(found for found in register.parse(b"".join(mine)) if found)
    assert one.values() == other.values()


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(sound_lines, min_size=1, max_size=8).map(b"".join), st.lists(st.integers(0, 400), max_size=6))
def test_a_file_that_grows_byte_by_byte_is_read_as_if_it_had_come_at_once(
    data: bytes, cuts: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        grown, marks = Register(), MarkLog(Path(name))
        for cut in [*sorted(cuts), len(data)]:
            write_folder(name, data[:cut])
            for lines in marks.read_new():
                grown.add(lines)
        assert grown.values() == register_of(data).values()


@settings(max_examples=examples(200), deadline=None)
@given(
    st.text(
        st.characters(codec="utf-8") | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF), min_size=1
    )
)
def test_any_name_a_file_can_have_is_written_and_read_back(text: str) -> None:
    (found,) = register.parse(line(text, title=text))
    assert found == {"t": at(0), "id": text, "title": text}
