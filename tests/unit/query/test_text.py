from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.archive.storyfile import parse_story
from reader.model import Story
from reader.query.text import (
    SEPARATOR,
    STARTS_LETTERS,
    joined_words,
    name_key,
    placed_words,
    rest_text,
    starts_text,
    title_and_rest,
    title_text,
    words,
)
from tests.factories import make_story_text


def story(**fields: object) -> Story:
    found = parse_story("a.md", make_story_text("", **fields).encode())
    assert found
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Clearview AI, 2021!", ["clearview", "ai", "2021"]),
        ("don't", ["don", "t"]),
        ("don’t", ["don", "t"]),
        ("snake_case", ["snake", "case"]),
        ("Café cafe\u0301 CAFÉ", ["cafe", "cafe", "cafe"]),
        ("Straße Łódź Ørsted", ["strasse", "lodz", "orsted"]),
        ("İstanbul ISTANBUL ıstanbul", ["istanbul", "istanbul", "istanbul"]),
        ("Ελλάδα", ["ελλαδα"]),
        ("人工智能AI", ["人", "工", "智", "能", "ai"]),
        ("ジョン・スミス", ["シ\u3099", "ョ", "ン", "ス", "ミ", "ス"]),
        ("한국 \u1112\u1161\u11ab", ["한", "국", "한"]),
        ("ไทย", ["ไ", "ท", "ย"]),
        ("हिन्दी", ["हिन्दी"]),
        ("🔥hot🔥", ["🔥", "hot", "🔥"]),
        ("ﬁne ２０", ["fine", "20"]),
        ("· — …", []),
        ("", []),
    ],
)
def test_words_are_without_case_and_accents(text: str, found: list[str]) -> None:
    assert words(text) == [unicodedata.normalize("NFC", word) for word in found]


@pytest.mark.parametrize(
    "text", ["Clearview’s face", "cafe\u0301 人工 Łódź", "straße", "\u1112\u1161\u11ab x", "a"]
)
def test_words_have_the_places_they_stand_in(text: str) -> None:
    placed = list(placed_words(text))
    assert [word for word, _, _ in placed] == words(text)
    assert all(words(text[start:end]) == [word] for word, start, end in placed)


def test_the_rest_of_a_story_is_what_it_says_and_who_says_it() -> None:
    text = rest_text(
        story(excerpt="In short", related=[{"title": "B", "excerpt": "b", "provider": {"name": "WSJ"}}])
    )
    parts = ["in short", "example news", "example com", "computer vision", "ai", "b", "b", "wsj"]
    assert text == f" {SEPARATOR} ".join(parts)
    assert title_text(story(title="A title!")) == "a title"


def test_a_story_of_very_many_words_is_searched_at_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.query.text.WORDS_LIMIT", 3)
    assert rest_text(story(excerpt="one two three four")) == "one two three"


def test_words_begin_with_up_to_three_letters() -> None:
    starts = starts_text("secret a  section", f"face {SEPARATOR} fan 人 fa")
    assert starts.split() == ["sec", "a", "sec", "fac", SEPARATOR, "fan", "人", "fa"]
    starts = starts_text("Secret-a  sections", f"F-16s {SEPARATOR} fan_a 1234567")
    assert words(starts) == ["sec", "a", "sec", "f", "16s", "fan", "a", "123"]


PIECE = st.one_of(
    st.text("aZ09 -_'", max_size=20), st.text(st.sampled_from("aZ09 -_'’é人\u0301"), max_size=20)
)


@given(PIECE, st.lists(PIECE, max_size=3))
def test_beginnings_are_those_of_the_words(title: str, texts: list[str]) -> None:
    wanted = [word[:STARTS_LETTERS] for text in (title, *texts) for word in words(text)]
    assert words(starts_text(*title_and_rest(title, texts))) == wanted


def test_names_are_compared_without_case_accents_and_double_quotes() -> None:
    assert name_key('  Computer  VISION "É" ') == "computer vision 'e'"
    assert name_key("C++") == "c++"


@pytest.mark.parametrize(
    "texts",
    [
        ["One two", "", "Three!"],
        ["It’s “so” – or…", "not"],
        ["Café", "a ’ b", "!!!"],
        ["人工", "\u0301", "AI"],
        ["...", "a"],
        [],
    ],
)
def test_texts_taken_together_have_the_words_of_each(texts: list[str]) -> None:
    alone = f" {SEPARATOR} ".join(" ".join(words(text)) for text in texts if text)
    assert joined_words(texts).split() == alone.split()


def as_fts5_sees(text: str) -> list[str]:
    """What the tokenizer ``ascii`` makes of a text, the sign between two texts being a letter to it."""
    return re.findall(r"[a-z0-9\x01\x80-\U0010ffff]+", re.sub("[A-Z]", lambda found: found[0].lower(), text))


@pytest.mark.parametrize("title", ["A title!", "It’s", "Café", "!!!", "", "snake_case"])
@pytest.mark.parametrize("texts", [["An Excerpt", "", "AI"], ["é", "a"], ["..."], [], ["“A” – B…", "_", "C"]])
def test_title_and_rest_are_what_each_is_alone(title: str, texts: list[str]) -> None:
    own, rest = title_and_rest(title, texts)
    assert as_fts5_sees(own) == joined_words([title]).split()
    assert as_fts5_sees(rest) == joined_words(texts).split()


def test_a_story_too_long_is_cut_without_its_title(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.query.text.WORDS_LIMIT", 3)
    assert title_and_rest("One two", ["three four", "five"]) == ("One two", f"three four {SEPARATOR}")
