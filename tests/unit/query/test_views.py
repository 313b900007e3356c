from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reader.model import Order, Show, View
from reader.query.parse import parse
from reader.query.views import query_of, view_of

NOW = datetime(2021, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("view", "query"),
    [
        (View(), ""),
        (View("AI"), "topic:AI"),
        (View("computer vision", Show.UNREAD), 'is:unread topic:"computer vision"'),
        (View(show=Show.STARRED, order=Order.QUALITY), "is:starred sort:quality"),
        (View(order=Order.DATE, is_reversed=True), "sort:-date"),
        (View(query="clear"), "clear*"),
        (View(query="clear "), "clear"),
        (View(query='"two words"'), '"two words"'),
        (View(query='"two wor'), '"two wor"*'),
        (View(query='"two '), '"two"'),
        (View(query='a "'), 'a ""'),
        (View(query="note:tal"), "note:tal*"),
        (View(show=Show.UNREAD, query="a OR (b"), "(a OR (b*)) is:unread"),
        (View(show=Show.UNREAD, query="(a OR b NOT "), "((a OR b)) is:unread"),
        (View(show=Show.UNREAD, query="a OR"), "a is:unread"),
        (View(query="title:clear"), "title:clear*"),
        (View(query="provider:wired"), "provider:wired"),
        (View("AI", query="canada OR market before:7d"), "(canada OR market before:7d) topic:AI"),
        (View(query="clear sort:quality", order=Order.DATE, is_reversed=True), "clear sort:quality"),
        (View("AI", query="sort:quality a OR b"), "(a OR b*) topic:AI sort:quality"),
        (View(query="a sort:reverse", order=Order.QUALITY), "a sort:-quality"),
        (View(query="a sort:date", order=Order.QUALITY), "a"),
        (View('5" screens', query="a"), "a*"),
        (View(archive="gazette"), "archive:gazette"),
        (View("AI", query="a", archive="The “old” Herald"), 'a* archive:"The “old” Herald" topic:AI'),
        (View(archive='My "news"'), "archive:\"My 'news'\""),
        (View(query="qualty>=60"), "qualty>=60"),
    ],
)
def test_a_view_is_saved_as_one_query(view: View, query: str) -> None:
    assert query_of(view) == query


@pytest.mark.parametrize("text", ["clear", "clear OR canada", "(clear", 'title:"recog', "a -b"])
def test_a_query_finds_the_same_when_more_is_asked_for_behind_it(text: str) -> None:
    saved = query_of(View(query=text, order=Order.QUALITY))
    assert parse(saved, NOW).node == parse(text, NOW).node


@pytest.mark.parametrize(
    ("query", "view"),
    [
        ("clear", View(query="clear")),
        ("clear ", View(query="clear ")),
        ("clear sort:quality", View(query="clear ", order=Order.QUALITY)),
        ("sort:-date clear", View(query="clear", is_reversed=True)),
        ("a sort:quality b", View(query="a b", order=Order.QUALITY)),
        ("sort:nonsense", View(query="sort:nonsense")),
        ("a -sort:quality", View(query="a -sort:quality")),
        ("sort:reverse", View(query="", is_reversed=True)),
    ],
)
def test_a_saved_query_gives_its_order_to_the_view_so_that_another_can_be_chosen(
    query: str, view: View
) -> None:
    assert view_of(query, View()) == view
