from __future__ import annotations

from collections.abc import Callable

import pytest

from reader import clean
from tests.hostile.payloads import PAYLOADS
from tests.properties.test_clean import is_safe


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
@pytest.mark.parametrize("cleaned", [clean.line, clean.field, clean.block, clean.path])
def test_nothing_of_a_payload_but_its_text_is_left(cleaned: Callable[[str], str], payload: str) -> None:
    result = cleaned(payload)
    assert is_safe(result.replace("\n", ""))
    assert result.startswith("before")
    assert result.endswith("after")


@pytest.mark.parametrize("text", ["plain", "naïve – “quoted”", "日本語", "👩‍👩‍👧", "می‌خواهم", "❤️", "e\u0301"])
def test_honest_text_stays_as_it_is(text: str) -> None:
    assert clean.line(text) == clean.block(text) == clean.field(text) == clean.path(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \t a \n\n b \r\n c ", "a b c"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("a\x1b]0;never ended", "a0;never ended"),
        ("a\x1b", "a"),
        ("a\x00b", "a\N{REPLACEMENT CHARACTER}b"),
        ("a\ud800b", "a\N{REPLACEMENT CHARACTER}b"),
        ("zero\u200bwidth\ufeff\u00ad", "zerowidth"),
        ("\U000e0041tag", "tag"),
    ],
)
def test_a_line(text: str, expected: str) -> None:
    assert clean.line(text) == expected


def test_no_letter_carries_more_than_four_marks_however_many_letters_do() -> None:
    pile = "e" + "\u0301" * 6 + "\u200d\u0301\u0302"
    assert clean.block(f"x {pile} y") == f"x {pile[:5]} y"
    assert clean.block(pile * 5_000) == pile[:5] * 5_000
    assert clean.block("e" + "\u0301" * 100_000 + "x") == pile[:5] + "x"


@pytest.mark.parametrize(
    "row", ["┌──────┐\n", "————————\n", "🎉🎉🎉🎉🎉🎉\n", "⣿⣿⣿⣿⣿⣿⣿⣿\n", "\ue0b0\ue0b1\ue0b2\ue0b3\ue0b4\n"]
)
def test_frames_rules_and_pictures_stay_whole_however_many_there_are(row: str) -> None:
    assert clean.block(row * 5_000) == row * 5_000
    assert clean.block(row[:-1].center(4_000, row[1])) == row[:-1].center(4_000, row[1])


def test_escapes_in_any_number_are_harmless() -> None:
    assert is_safe(clean.block("x\x1b[31m" * 150_000))
    assert is_safe(clean.block("é\x1b]0;t" * 110_000))


def test_a_line_is_cut_at_its_limit() -> None:
    assert clean.line("x" * 20, 10) == "x" * 10
    assert len(clean.line("é" * 5_000)) == clean.LINE_LIMIT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\tb", "a    b"),
        ("é\x85a\u2029b\x0cc", "é\na\nb\nc"),
        ("a\x0bb", "a\N{REPLACEMENT CHARACTER}b"),
    ],
)
def test_a_block(text: str, expected: str) -> None:
    assert clean.block(text) == expected


def test_a_block_is_cut_at_its_limit() -> None:
    assert clean.block("ab\ncd", 4) == "ab\nc"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Q&amp;A", "Q&A"),
        ("it&#39;s", "it's"),
        ("&amp;#27;[2J", "&#27;[2J"),
        ("&#27;[2J", "[2J"),
        ("&#x9b;2J", "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}2J"),
        ("a&nbsp;b", "a b"),
        ("no entity", "no entity"),
    ],
)
def test_a_field_decodes_entities_once_and_before_it_is_cleaned(text: str, expected: str) -> None:
    assert clean.field(text) == expected


def test_a_path_shows_bytes_that_are_no_utf_8() -> None:
    assert clean.path("caf\udce9/\udc9b.md") == "caf\\xe9/\\x9b.md"


def test_a_path_with_a_surrogate_of_another_kind_is_shown_too() -> None:
    assert is_safe(clean.path("a\ud800b"))


def test_four_marks_on_a_letter_are_enough() -> None:
    assert clean.line("a" + "\u0301" * 9) == "a" + "\u0301" * 4


def test_marks_between_joiners_are_a_pile_all_the_same() -> None:
    assert clean.line("a" + "\u0301\u200d" * 200 + "b").count("\u0301") == 4


def test_marks_of_any_script_are_counted() -> None:
    assert clean.line("a" + "\u1cd0" * 50) == "a" + "\u1cd0" * 4


@pytest.mark.parametrize("text", ["🇨🇦🇩🇪🇫🇷🇯🇵", "👨‍👩‍👧‍👦👩🏽‍🚀❤️‍🔥", "…———…", "क्ष्म्य"])
def test_signs_in_a_row_are_no_pile(text: str) -> None:
    assert clean.line(text) == text
