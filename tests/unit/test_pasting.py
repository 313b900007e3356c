from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.tui.pasting import END, LIMIT, START, PasteFilter

PIECES = st.lists(
    st.sampled_from([START, END, "\x1b[A", "\x1b", "[20", "0~", "1~", "q", "é", "\n", "x" * 50])
)


def filtered(*chunks: str) -> str:
    filter_ = PasteFilter()
    return "".join(map(filter_.filtered, chunks))


@pytest.mark.parametrize(
    "keys", ["j", "\x1b", "\x1b[A", "\x1b[27u", "abc\x1b[", "\x1b[<0;1;1M", "\x1b[20~", END]
)
def test_keys_pass_as_they_are(keys: str) -> None:
    assert filtered(keys) == keys


def test_a_paste_keeps_its_text_and_loses_what_would_be_keys() -> None:
    assert filtered(f"a{START}two\nlines\x1b[Aq\x9b\x07{END}b") == f"a{START}two lines[Aq{END}b"


def test_a_long_paste_is_cut_and_keys_behind_it_count() -> None:
    assert filtered(START + "x" * 1_000_000 + END + "j") == START + "x" * LIMIT + END + "j"


def test_the_next_paste_has_room_again() -> None:
    assert (
        filtered(START + "x" * LIMIT + END + START + "y" + END)
        == START + "x" * LIMIT + END + START + "y" + END
    )


@given(PIECES.map("".join), st.lists(st.integers(0, 400), max_size=8))
def test_it_does_not_matter_where_the_reads_part_what_was_sent(text: str, cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(text)]
    chunks = [text[start:end] for start, end in itertools.pairwise(places) if start < end]
    assert filtered(*chunks) == filtered(text)


@given(PIECES.map("".join))
def test_no_paste_holds_an_escape(text: str) -> None:
    for part in filtered(text).split(START)[1:]:
        inside, is_closed, _ = part.partition(END)
        assert "\x1b" not in inside or not is_closed
