from __future__ import annotations

import pytest

from reader.query.complete import LIMIT, Completion, complete

TOPICS = ["AI", "Computer Vision", "Cloud", 'The "x" files', "Vision"]
ARCHIVES = ["gazette", "The Herald"]
PROVIDERS = ["The Wall Street Journal", "WIRED"]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("to", ["topic:"]),
        ("qua", ["quality>="]),
        ("a -do", ["domain:"]),
        ("(ti", ["title:"]),
        ("topic:", ["AI", '"Computer Vision"', "Cloud", "Vision"]),
        ("topic:c", ["Cloud", '"Computer Vision"']),
        ("topic:vis", ["Vision", '"Computer Vision"']),
        ('topic:"computer v', ['"Computer Vision"']),
        ("topic:the", []),
        ("topic:AI", []),
        ("provider:w", ["WIRED", '"The Wall Street Journal"']),
        ("is:un", ["unread", "unpublished"]),
        ("has:re", ["related"]),
        ("type:", ["article", "video"]),
        ("sort:q", ["quality"]),
        ("since:y", ["yesterday"]),
        ("before:t", ["today"]),
        ("archive:", ["gazette", '"The Herald"']),
        ("archive:he", ['"The Herald"']),
        ("title:x", []),
        ("tpic:x", []),
        ("zz", []),
        ('"to', []),
        ('"x" to', ["topic:"]),
        ("to ", []),
        ("", []),
    ],
)
def test_what_may_come_next(typed: str, offered: list[str]) -> None:
    assert [one.text for one in complete(typed, len(typed), TOPICS, PROVIDERS, ARCHIVES)] == offered


def test_a_completion_replaces_what_stands_before_the_cursor() -> None:
    assert complete("x topic:comp zz", 12, TOPICS) == [
        Completion(8, 12, '"Computer Vision"', "Computer Vision")
    ]


def test_only_so_many_are_offered() -> None:
    assert len(complete("topic:", 6, [f"T{number}" for number in range(100)])) == LIMIT


@pytest.mark.parametrize("position", [-1, 99])
def test_a_cursor_outside_is_moved_inside(position: int) -> None:
    assert isinstance(complete("to", position), list)
