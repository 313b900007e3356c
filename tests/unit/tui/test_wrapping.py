from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from reader.tui.panes.wrapping import wrap, wrapped

TEXTS = st.text(st.sampled_from("ab  \nc-éü日本。語ㄱ한👨‍👩‍👧❤️🇭🇺e\u0301"), max_size=120)


def test_words_stay_whole_where_there_is_room() -> None:
    assert wrapped("the quick brown fox jumps", 10) == ["the quick", "brown fox", "jumps"]


def test_a_word_longer_than_the_line_is_broken() -> None:
    assert wrapped("aaaaaaaaaaaa b", 5) == ["aaaaa", "aaaaa", "aa b"]


def test_a_line_feed_ends_a_line() -> None:
    assert wrapped("one\ntwo three", 20) == ["one", "two three"]


def test_nothing_has_no_lines() -> None:
    assert wrapped("", 10) == []
    assert wrapped("   ", 10) == []


def test_chinese_is_broken_between_any_two_characters_but_not_before_a_full_stop() -> None:
    assert wrapped("日本語の文章。次の", 12) == ["日本語の文", "章。次の"]


def test_signs_that_belong_together_are_not_parted() -> None:
    assert wrapped("👨‍👩‍👧‍👦 " * 3, 5) == ["👨‍👩‍👧‍👦 👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"]


@given(TEXTS, st.integers(4, 40))
def test_no_line_is_wider_than_the_screen(text: str, width: int) -> None:
    assert all(cell_len(line) <= width for line in wrapped(text, width))


@given(TEXTS, st.integers(4, 40))
def test_nothing_but_blanks_is_lost(text: str, width: int) -> None:
    assert "".join("".join(line.split()) for line in wrapped(text, width)) == "".join(text.split())


@given(TEXTS, st.integers(4, 40))
def test_lines_follow_one_another(text: str, width: int) -> None:
    places = [place for span in wrap(text, width) for place in span]
    assert places == sorted(places)
