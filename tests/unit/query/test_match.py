from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reader.archive.storyfile import parse_story
from reader.model import Provider, RowId, StoryId, StoryRow
from reader.query.match import Doc, doc_of, doc_of_gone, highlights, matches
from reader.query.parse import parse
from tests.factories import make_story_text

NOW = datetime(2021, 3, 1, tzinfo=UTC)


def doc(*, is_read: bool = False, is_starred: bool = False, **fields: object) -> Doc:
    story = parse_story("a.md", make_story_text("", **fields).encode())
    assert story
    return doc_of(story, is_read=is_read, is_starred=is_starred)


def fits(query: str, story: Doc) -> bool:
    return matches(parse(query, NOW).node, story)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "titl",
        '"a title"',
        "excerpt ",
        "exam",
        "vision",
        "title:TITLE",
        'topic:"computer vision"',
        "provider:news",
        'provider:"example n"',
        "domain:example.com",
        "domain:com",
        "type:article",
        "quality>=24 quality<=24 quality=24 quality>23 quality<25",
        "since:2021-02-04 before:2021-02-05",
        "since:2021-02-04T12:52:00Z",
        "is:unread is:unpublished",
        "has:link has:date has:quality has:excerpt",
        "zzz OR vision",
        "-zzz",
    ],
)
def test_a_story_fits(query: str) -> None:
    assert fits(query, doc())


@pytest.mark.parametrize(
    "query",
    [
        "itle",
        "titl ",
        '"title a"',
        '"title an excerpt"',
        "title:excerpt",
        "topic:computer",
        "provider:ample",
        "domain:ample.com",
        "domain:news.example.com",
        "type:video",
        "quality>24",
        "before:2021-02-04T12:52:00Z",
        "is:read",
        "is:starred",
        "is:published",
        "is:damaged",
        "has:related",
        "vision zzz",
        "-vision",
    ],
)
def test_a_story_does_not_fit(query: str) -> None:
    assert not fits(query, doc())


def test_what_a_file_does_not_say_fits_no_test_of_it() -> None:
    story = doc(quality=None, publishedDateTime=None, published=None, webUrl=None)
    for query in (
        "quality>=0",
        "quality<0",
        "since:1990",
        "before:2030",
        "is:published",
        "is:unpublished",
        "has:link",
    ):
        assert not fits(query, story)
        assert fits(f"-{query}", story)


def test_marks_and_damage_are_states() -> None:
    story = doc(is_read=True, is_starred=True, quality="high", published=True)
    assert fits("is:read is:starred is:damaged is:published -is:unread", story)


def test_a_story_that_is_gone_is_found_by_what_its_star_kept() -> None:
    row = StoryRow(
        row_id=RowId(-1),
        story_id=StoryId("x/a.md"),
        title="Gone away",
        excerpt="Nobody knows where to",
        published_at=NOW,
        quality=60,
        provider=Provider("The Times"),
    )
    kept = "gone where provider:times is:unread has:date has:excerpt quality>=60 -has:link -archive:x"
    assert fits(f"{kept} is:starred", doc_of_gone(row, is_read=False))
    assert fits(
        f"{kept} -is:starred note:mine", doc_of_gone(row, is_read=False, is_starred=False, note="mine")
    )


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("fac", "Face the facts, surface", ["Fac", "fac"]),
        ("face ", "Face the facts", ["Face"]),
        ('"the facts"', "Face the facts, the fact", ["the facts"]),
        ("face the", "Face the facts", ["Face", "the"]),
        ("a OR -b OR is:read", "a b", ["a"]),
        ("cafe", "Un cafe\u0301, un café", ["cafe\u0301", "café"]),
        ("clearview", "Clearview’s", ["Clearview"]),
        ("人工", "中国人工智能", ["人工"]),
        ("title:x", "x", ["x"]),
        ('"a b" b*', "a bc a b", ["b", "a b"]),
        ("is:unread", "unread", []),
        ("", "a", []),
        ("a", "", []),
    ],
)
def test_what_was_looked_for_is_marked(query: str, text: str, marked: list[str]) -> None:
    spans = highlights(parse(query, NOW).node, text)
    assert [text[start:end] for start, end in spans] == marked


def test_words_of_a_note_count_only_where_a_query_asks_for_them() -> None:
    story = parse_story("a.md", make_story_text("").encode())
    assert story
    noted = doc_of(story, note="For the Café, in May")
    assert all(fits(query, noted) for query in ("note:cafe", "note:ma", 'note:"the cafe"', "has:note"))
    assert not any(fits(query, noted) for query in ("cafe", "note:m ", 'note:"cafe the"', "note:title"))
    assert not any(fits(query, doc()) for query in ("note:cafe", "has:note"))
    gone = StoryRow(row_id=RowId(-1), story_id=StoryId("x"), title="X")
    assert fits("note:may", doc_of_gone(gone, is_read=False, note="in May"))
    assert not fits("has:note", doc_of_gone(gone, is_read=False))
