from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta, timezone

import pytest

from reader.model import Mark, StoryId
from reader.state import register
from reader.state.register import LATEST, Register
from tests.unit.state.marks import NOON, at, line

A = StoryId("news/a.md")


def register_of(*lines: bytes) -> Register:
    filled = Register()
    filled.add(found for found in register.parse(b"".join(lines)) if found is not None)
    return filled


def is_bad(text: bytes) -> bool:
    return register.parse(text) == [None]


def test_the_newest_press_counts_in_whatever_order_the_lines_stand() -> None:
    old, new = line(A, 0, read=True), line(A, 1, read=False)
    for lines in ((old, new), (new, old), (new, old, new, old)):
        mark = register_of(*lines).mark(A)
        assert mark is not None
        assert mark.is_read is False


def test_fields_are_kept_apart_so_that_a_star_does_not_hide_that_it_was_read() -> None:
    lines = (line(A, 0, read=True, url="https://a.example/"), line(A, 1, star=True, title="T", provider="P"))
    expected = Mark(
        A, is_read=True, is_starred=True, url="https://a.example/", title="T", provider="P", published_at=None
    )
    assert register_of(*lines).mark(A) == expected
    assert register_of(*reversed(lines)).mark(A) == expected


def test_of_two_lines_of_the_same_time_every_machine_picks_the_same() -> None:
    one, other = line(A, 0, read=True, star=False), line(A, 0, read=False, star=True)
    mark = register_of(one, other).mark(A)
    assert mark is not None
    assert mark.is_read is True
    assert mark.is_starred is True
    assert register_of(other, one).values() == register_of(one, other).values()


def test_a_story_no_line_speaks_of_has_no_mark() -> None:
    assert Register().mark(A) is None
    assert Register().marks() == []


@pytest.mark.parametrize(
    "text",
    [
        b"\n x".strip(),
        b"{",
        b"[]",
        b"null",
        b"12",
        b'"text"',
        b"<<<<<<< HEAD",
        b"=======",
        b">>>>>>> theirs",
        b"# a comment",
        b"\0\0\0\0",
        b"\xff\xfe",
        b'{"id":"a","read":true}',
        b'{"t":"2026-11-22T02:06:46.123Z","read":true}',
        b'{"t":5,"id":"a"}',
        b'{"t":null,"id":"a"}',
        b'{"t":["2026"],"id":"a"}',
        b'{"t":"yesterday","id":"a"}',
        b'{"t":"2026-13-45T00:00:00.000Z","id":"a"}',
        b'{"t":"9999-12-31T23:59:59.999Z","id":"a"}',
        b'{"t":"0001-01-01T00:00:00+23:59","id":"a"}',
        b'{"t":"2026-11-22T02:06:46.123Z","id":7}',
        b'{"t":"2026-11-22T02:06:46.123Z","id":""}',
        b'{"t":"2026-11-22T02:06:46.123Z","id":"a","read":1}',
        b'{"t":"2026-11-22T02:06:46.123Z","id":"a","read":"yes"}',
        b'{"t":"2026-11-22T02:06:46.123Z","id":"a","star":null}',
        b'{"t":"2026-11-22T02:06:46.123Z","id":"a","url":{}}',
        b'{"t":"2026-11-22T02:06:46.123Z","id":"a","title":[]}',
        b'{"t":"2026-11-22T02:06:46.123Z","id":"a","provider":1}',
        b'{"t":"2026-11-22T02:06:46.123Z","id":"a","published":2020}',
        b'{"t":"2026-11-22T02:06:46.123Z","id":"a","x":' + b"9" * 5_000 + b"}",
        b'{"t":"2026-11-22T02:06:46.123Z","id":"a","x":' + b"[" * 20 + b"]" * 20 + b"}",
        b'{"t":"2026-11-22T02:06:46.123Z","id":"a","x":' + b"[" * 100_000,
    ],
)
def test_a_damaged_line_means_nothing_and_leaves_its_neighbours_alone(text: bytes) -> None:
    assert is_bad(text)
    parsed = register.parse(line("before") + text + b"\n" + line("after"))
    assert [found and found["id"] for found in parsed] == ["before", None, "after"]


def test_two_halves_that_would_make_one_line_together_stay_damaged() -> None:
    halves = b'{"t":"2026-11-22T02:06:46.123Z","id":"a","x":[{}\n{}]}\n'
    assert register.parse(halves) == [None, None]


def test_blank_lines_foreign_line_ends_and_a_byte_order_mark_do_no_harm() -> None:
    data = b"\xef\xbb\xbf" + line("a").replace(b"\n", b"\r\n") + b"\n \r\n" + line("b")
    assert [found and found["id"] for found in register.parse(data)] == ["a", "b"]
    assert len(register.split(data)) == 2
    assert register.parse(b"") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T12:00:00Z", NOON),
        ("2026-11-22T13:00:00.000+01:00", NOON),
        ("2026-11-22T12:00:00", NOON),
        ("2026-11-22", NOON - timedelta(hours=12)),
    ],
)
def test_times_as_a_person_or_another_program_would_write_them_are_understood(
    text: str, expected: datetime
) -> None:
    (found,) = register.parse(json.dumps({"t": text, "id": "a"}).encode())
    assert found is not None
    assert found["t"] == expected


def test_texts_come_out_clean_and_a_date_that_is_none_is_left_out() -> None:
    mark = register_of(
        line(
            A, star=True, title="\x1b]52;c;aaaa\x07T\u202ei", provider="P\x00", url="u\x1b[2J", published="?"
        )
    ).mark(A)
    assert mark == Mark(A, is_starred=True, title="Ti", provider="P\N{REPLACEMENT CHARACTER}", url="u")


@pytest.mark.parametrize("wrong", [True, 1.5, "87", None, 10**9, [87]])
def test_what_a_star_keeps_of_the_text_is_left_out_where_it_is_none(wrong: object) -> None:
    held = register_of(line(A, star=True, excerpt="\x1b[2Jwhat it says", quality=87))
    assert held.mark(A) == Mark(A, is_starred=True, excerpt="what it says", quality=87)
    held = register_of(line(A, star=True, excerpt=5, quality=wrong))
    assert held.mark(A) == Mark(A, is_starred=True)


def test_the_date_of_a_story_comes_back_in_utc() -> None:
    mark = register_of(line(A, star=True, published="2021-02-03T04:05:06+02:00")).mark(A)
    assert mark is not None
    assert mark.published_at == datetime(2021, 2, 3, 2, 5, 6, tzinfo=UTC)
    beyond = register_of(line(A, star=True, published="9999-12-31T23:59:59-12:00")).mark(A)
    assert beyond is not None
    assert beyond.published_at is None


@pytest.mark.parametrize("text", ["plain", "日本語", "name-\udcff.md", "\x00\n\u2028\x85", '"\\'])
def test_any_text_survives_being_written_and_read(text: str) -> None:
    encoded = line(text, title=text)
    assert encoded.count(b"\n") == 1
    (found,) = register.parse(encoded)
    assert found is not None
    assert (found["id"], found["title"]) == (text, text)


def test_a_press_is_later_than_the_last_one_even_where_the_clock_was_set_back() -> None:
    filled = register_of(line(A, 60, read=True))
    assert filled.time_for(A, at(0)) == at(60.001)
    assert filled.time_for(A, at(61)) == at(61)
    assert filled.time_for(StoryId("other"), at(0)) == at(0)


def test_a_press_is_later_than_a_foreign_line_that_tells_microseconds() -> None:
    filled = register_of(b'{"t":"2026-11-22T12:00:00.000999Z","id":"news/a.md","read":true}')
    assert filled.time_for(A, at(0)) == at(0.001)


def test_times_are_whole_milliseconds_in_utc_and_never_past_the_last_one() -> None:
    assert register.time_text(register.whole_ms(at(0.0019))) == "2026-11-22T12:00:00.001Z"
    assert register.whole_ms(datetime.max.replace(tzinfo=UTC)) == LATEST
    east = datetime(2026, 11, 22, 14, tzinfo=timezone(timedelta(hours=2)))
    assert register.time_text(east) == "2026-11-22T12:00:00.000Z"


def test_merging_tells_only_the_stories_that_look_different_now() -> None:
    filled = register_of(line("a", 0, read=True), line("b", 0, read=True))
    news = register.parse(
        line("a", 0, read=True) + line("b", 1, read=False) + line("c", 0, star=True) + line("a", 9, read=True)
    )
    assert filled.merge(found for found in news if found is not None) == {"b", "c"}


def test_unknown_fields_are_registers_too_and_never_make_lines_unequal_to_themselves() -> None:
    lines = [line(A, 0, read=True, folder={"name": ["x"]}), line(A, 1, read=False), line(A, 0, odd=math.nan)]
    assert register.alive([text.strip() for text in lines]) == [text.strip() for text in lines]
    assert register_of(*lines).values()[A]["folder"] == (at(0), {"name": ["x"]})
    assert register_of(*lines).values() == register_of(*reversed(lines)).values()


def test_only_lines_that_count_in_no_field_are_dead() -> None:
    dead, damaged, title, last = line(A, 0, read=True), b"oops", line(A, 1, star=True), line(A, 2, read=True)
    lines = [text.strip() for text in (dead, damaged, title, last, title)]
    assert register.alive(lines) == [b"oops", title.strip(), last.strip()]
    assert register.meaning(register.alive(lines)) == register.meaning(lines)
    assert register_of(dead, title, last).count_lines() == 2


def test_a_note_has_a_time_of_its_own() -> None:
    lines = (line(A, 2, note="mine"), line(A, 3, read=True, star=True), line(A, 1, note="older"))
    for found in (register_of(*lines), register_of(*reversed(lines))):
        mark = found.mark(A)
        assert mark is not None
        assert (mark.note, mark.is_read, mark.is_starred) == ("mine", True, True)
        assert found.notes() == {A: "mine"}
        assert found.count_lines() == 2
    assert register.alive(list(map(bytes.strip, lines))) == [lines[0].strip(), lines[1].strip()]
    assert register_of(*lines, line(A, 4, note="")).notes() == {}


def test_a_note_that_is_no_text_damages_its_line() -> None:
    assert is_bad(line(A, 0, note=5))


def test_a_note_from_a_file_is_made_safe_to_show() -> None:
    (note,) = register_of(line(A, 0, note="x\x1b[2J\ny" + "z" * 5_000)).notes().values()
    assert note.startswith("x yzz")
    assert len(note) <= 1_000


@pytest.mark.parametrize("field", ['{"a":' * 40 + "1" + "}" * 40, "[" * 40 + "]" * 40])
def test_a_field_nested_too_deep_makes_a_line_damaged_alone_and_among_others(field: str) -> None:
    deep = f'{{"t":"2026-11-22T12:00:00Z","id":"a","x":{field}}}\n'.encode()
    assert register.parse(deep) == [None]
    assert [found is None for found in register.parse(deep + line("b", read=True))] == [True, False]
