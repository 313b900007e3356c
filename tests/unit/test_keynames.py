from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import keys as textual_keys

from reader.tui import keynames
from reader.tui.keynames import MODIFIERS, NAMED, UnusableKeyError, shown, split, textual_name

TEXTUAL: set[str] = {key.value for key in textual_keys.Keys}


def test_named_keys_are_those_of_textual() -> None:
    assert {name for name in TEXTUAL if "+" not in name and "<" not in name} - {"return", "ctrl-at"} == NAMED


@pytest.mark.parametrize("char", [*string.printable.strip(), "é", "ж", "…", "€"])
def test_a_sign_has_the_name_that_textual_gives_it(char: str) -> None:
    assert keynames.char_name(char) == textual_keys._character_to_key(char)
    assert textual_name(char) == textual_keys._character_to_key(char)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("j", "j"),
        ("J", "J"),
        ("?", "question_mark"),
        ("question_mark", "question_mark"),
        ("/", "slash"),
        ("<", "less_than_sign"),
        ("[", "left_square_bracket"),
        ("+", "plus"),
        ("Esc", "escape"),
        ("PgDn", "pagedown"),
        ("RETURN", "enter"),
        ("↓", "down"),
        ("Space", "space"),
        ("F12", "f12"),
        ("Ctrl+D", "ctrl+d"),
        ("control+d", "ctrl+d"),
        ("ctrl+\\", "ctrl+backslash"),
        ("shift+ctrl+left", "ctrl+shift+left"),
        ("Shift+Tab", "shift+tab"),
        ("alt+x", "alt+x"),
        ("alt++", "alt+plus"),
        ("ctrl+↓", "ctrl+down"),
    ],
)
def test_a_key_is_known_as_it_is_written(written: str, name: str) -> None:
    assert textual_name(written) == name


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("ctrl+i", "is Tab to most terminals"),
        ("Ctrl+M", "is Enter to most terminals"),
        ("ctrl+h", "is Backspace to most terminals"),
        ("ctrl+[", "is Esc to most terminals"),
        ("ctrl+left_square_bracket", "is Esc to most terminals"),
        ("ctrl+c", "copies what is selected"),
        ("ctrl+?", "cannot send"),
        ("ctrl+é", "cannot send"),
        ("shift+a", "the sign that Shift gives: A"),
        ("pagedwn", 'did you mean "pagedown"?'),
        ("spcae", 'did you mean "space"?'),
        ("super+a", "before a + stands ctrl, alt or shift"),
        ("ctrl+", "cannot send"),
        ("jk", 'there is no key "jk"'),
        ("", "written as a sign or a name"),
        (" ", "written as a sign or a name"),
        ("\x1b", "written as a sign or a name"),
    ],
)
def test_a_key_that_cannot_be_used_is_told(written: str, words: str) -> None:
    with pytest.raises(UnusableKeyError) as refused:
        textual_name(written)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", []),
        (" ", []),
        ("j", ["j"]),
        ("j,down", ["j", "down"]),
        (" j , down ", ["j", "down"]),
        ("j,", ["j"]),
        (",", [","]),
        (",,x", [",", "x"]),
        ("x,,", ["x", ","]),
        (",,,", [",", ","]),
    ],
)
def test_a_comma_parts_keys_and_can_be_one(text: str, keys: list[str]) -> None:
    assert split(text) == keys


@given(st.text(max_size=12) | st.lists(st.sampled_from([*MODIFIERS, *NAMED, "a", "[", "+"])).map("+".join))
def test_any_text_is_a_key_or_told(text: str) -> None:
    for written in split(text):
        try:
            name = textual_name(written)
        except UnusableKeyError:
            continue
        if written.isascii():
            assert textual_name(name) == textual_name(shown(name)) == name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("question_mark", "?"),
        ("ctrl+d", "Ctrl+D"),
        ("shift+tab", "Shift+Tab"),
        ("ctrl+backslash", "Ctrl+\\"),
        ("f1", "F1"),
        ("pagedown", "PgDn"),
        ("euro_sign", "€"),
        ("no_such_name", "no_such_name"),
    ],
)
def test_a_key_is_shown_as_it_stands_on_the_keyboard(name: str, text: str) -> None:
    assert shown(name) == text
