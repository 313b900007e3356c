from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from reader.errors import QueryError, UsageError
from reader.model import Order, Topic
from reader.query.parse import DEPTH_LIMIT, LENGTH_LIMIT, parse
from reader.query.tree import And, HasTopic, Node, Not, Or, Query, Words, unparse, with_children

NOW = datetime(2021, 3, 31, 12, 30, 5, 999, tzinfo=UTC)


def node(text: str) -> Node | None:
    return parse(text, NOW).node


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", ""),
        ("clearview", "clearview*"),
        ("clearview ", '"clearview"'),
        ("face rec", '"face" rec*'),
        ("fac* x ", 'fac* "x"'),
        ("a AND b ", '"a" "b"'),
        ("a OR b c ", '"a" OR ("b" "c")'),
        ("(a OR b) c ", '("a" OR "b") "c"'),
        ("((a b) c) (d) ", '"a" "b" "c" "d"'),
        ("-a NOT b --c -(d e) ", '-"a" -"b" --"c" -("d" "e")'),
        ("and or not ", '"and" "or" "not"'),
        ('"facial recognition"', '"facial recognition"'),
        ('"wall str"*', '"wall str"*'),
        ('a"b c"d ', '"a" "b c" "d"'),
        ("don't", '"don t"*'),
        ("人工", '"人 工"*'),
        ("a - b ", '"a" "b"'),
        ("http://x.org/y ", '"http x org y"'),
        ("12:30 ", '"12 30"'),
        ("!!! * … ", ""),
        ("title:clear", "title:clear*"),
        ("note:clear", "note:clear*"),
        ('note:"a b" note:!', 'note:"a b"'),
        ('title:"a b" title:!', 'title:"a b"'),
        ("TOPIC:ai topic:'x' topic:\"Computer  Vision\"", "topic:ai topic:'x' topic:\"computer vision\""),
        ('provider:"Wall Street" provider:…', 'provider:"wall street"'),
        ("domain:WWW.WSJ.com", "domain:wsj.com"),
        ("type:Video", "type:video"),
        ("quality>=60 quality:7 quality<-1", "quality>=60 quality=7 quality<-1"),
        ("quality:60..90", "quality>=60 quality<=90"),
        ("-quality:60..90", "-(quality>=60 quality<=90)"),
        ("is:UNREAD has:related", "is:unread has:related"),
    ],
)
def test_a_query_means(text: str, meaning: str) -> None:
    assert unparse(node(text)) == meaning
    assert node(unparse(node(text))) == node(text)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("(", ""),
        ("()", ""),
        ("-", ""),
        ("NOT", ""),
        ("OR", ""),
        ("a OR", '"a"'),
        ("OR a ", '"a"'),
        ("a AND", '"a"'),
        ("a -", '"a"'),
        ("a NOT OR b ", '"a" OR "b"'),
        ("(a OR (b", '"a" OR b*'),
        ("a -()", '"a"'),
        ('a "b c', '"a" "b c"*'),
        ('a "b c ', '"a" "b c"'),
        ('title:"b c', 'title:"b c"*'),
        ('"', ""),
        ('topic:"computer vis', 'topic:"computer vis"'),
    ],
)
def test_what_is_half_typed_is_taken_as_far_as_it_goes(text: str, meaning: str) -> None:
    assert unparse(node(text)) == meaning


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("a tpic:x", "^no field “tpic”; did you mean “topic”?", 2),
        ("xyzzy:x", "^no field “xyzzy”; quote a word with a colon$", 0),
        ("qualty>=3", "did you mean “quality”", 0),
        ("topic:", "topic: needs a value: stories of a topic", 6),
        ('topic:" "', "topic: needs a value", 6),
        ("quality>=", "quality>= needs a value", 9),
        ("a quality>=high", "quality is a whole number, not “high”", 11),
        ("a quality:90..60", "the range ends before it begins", 10),
        ("quality>1..2", "quality is a whole number", 8),
        ("topic>x", "only quality can be compared: write topic:x", 0),
        ("is:unraed", "is: there is no “unraed”; did you mean “unread”?", 3),
        ("is:zzz", "is: takes unread, read, starred, published, unpublished or damaged$", 3),
        ("has:zzz", "has: takes related, link, date, quality, excerpt or note$", 4),
        ("sort:qualty", "sort: there is no “qualty”; did you mean “quality”?", 5),
        ("sort:", "sort: needs a value: the order: date, quality", 5),
        ('sort:"zzz"', "sort: takes date, quality, title, .* or reverse; -date turns it round", 5),
        ("a -sort:quality", "a dash stands behind sort:, as in sort:-quality", 2),
        ("NOT sort:quality", "a dash stands behind sort:", 0),
        ("sort:quality a sort:date", "a query has only one sort:", 15),
        ("(a sort:quality)", "sort: stands outside of parentheses", 3),
        ("-(a sort:quality)", "sort: stands outside of parentheses", 4),
        ("a sort:quality OR b", "sort: comes first or last beside OR", 2),
        ("domain:www.", "“www.” is no domain", 7),
        ("since:2021-13", "“2021-13” is no date: take 2021-02-04, today or 7d; also 2021", 6),
        ("before:soon", "“soon” is no date: take 2021", 7),
        ("since:yesterdy", "“yesterdy” is no date; did you mean “yesterday”?", 6),
        ("since:999999y", "is no date", 6),
        ("since:999999w", "is no date", 6),
        ("since:0000", "is no date", 6),
        ("since:2021-02-04t25:00:00z", "is no date", 6),
        ("a) b", "this parenthesis closes nothing", 1),
        ("topic:Vison", "there is no topic “Vison”; did you mean “Vision”?", 6),
        ("topic:zzz", "there is no topic “zzz”$", 6),
        ("archive:gazete", "there is no archive “gazete”; did you mean “gazette”?", 8),
        ("(" * (DEPTH_LIMIT + 1), f"more than {DEPTH_LIMIT} parentheses", DEPTH_LIMIT),
        ("-" * (DEPTH_LIMIT + 1) + "a", f"more than {DEPTH_LIMIT} parentheses", DEPTH_LIMIT),
        ("a" * (LENGTH_LIMIT + 1), f"at most {LENGTH_LIMIT} characters", LENGTH_LIMIT),
    ],
)
def test_a_mistake_is_told_with_its_place_and_the_nearest_name(
    text: str, message: str, position: int
) -> None:
    with pytest.raises(QueryError, match=message) as caught:
        parse(text, NOW, ["AI", "Vision"], ["gazette"])
    assert caught.value.position == position
    assert isinstance(caught.value, UsageError)


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("(face OR", "this parenthesis is not closed", 0),
        ("(a (b) ", "this parenthesis is not closed", 0),
        ("a OR ", "nothing stands behind OR", 2),
        ("(a AND) b", "nothing stands behind AND", 3),
        ("a OR OR b", "nothing stands behind OR", 2),
        ("a NOT OR b", "nothing stands behind NOT", 2),
        ("OR a", "nothing stands before OR", 0),
        ("a (AND b)", "nothing stands before AND", 3),
    ],
)
def test_what_is_still_open_is_a_mistake_once_the_query_is_whole(
    text: str, message: str, position: int
) -> None:
    parse(text, NOW)
    with pytest.raises(QueryError, match=message) as caught:
        parse(text, NOW, is_whole=True)
    assert caught.value.position == position


@pytest.mark.parametrize(
    "text", ["", " ", "a - b", "a AND -b", "(a OR (b c)) NOT (d)", "!!! OR ()", '"face rec']
)
def test_a_whole_query_is_the_same_as_a_typed_one(text: str) -> None:
    assert parse(text, NOW, is_whole=True) == parse(text, NOW)


def test_a_topic_there_is_may_be_written_in_any_case() -> None:
    assert parse("topic:VISION", NOW, ["Vision"]).node == HasTopic("vision")


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2021", "2021-01-01T00:00:00Z"),
        ("2021-02", "2021-02-01T00:00:00Z"),
        ("2021-2-4", "2021-02-04T00:00:00Z"),
        ("2021-02-04T12:00:01Z", "2021-02-04T12:00:01Z"),
        ("today", "2021-03-31T00:00:00Z"),
        ("Yesterday", "2021-03-30T00:00:00Z"),
        ("12h", "2021-03-31T00:30:05Z"),
        ("7d", "2021-03-24T12:30:05Z"),
        ("2w", "2021-03-17T12:30:05Z"),
        ("1m", "2021-02-28T12:30:05Z"),
        ("3m", "2020-12-31T12:30:05Z"),
        ("1y", "2020-03-31T12:30:05Z"),
    ],
)
def test_dates_may_be_written_in_many_ways(date: str, moment: str) -> None:
    assert unparse(node(f"since:{date}")) == f"since:{moment}"
    assert unparse(node(f"before:{date}")) == f"before:{moment}"


def test_days_begin_where_the_reader_is() -> None:
    now = datetime(2021, 3, 31, 1, tzinfo=timezone(timedelta(hours=2)))
    assert unparse(parse("since:today", now).node) == "since:2021-03-30T22:00:00Z"


@pytest.mark.parametrize(
    ("text", "order", "is_reversed"),
    [
        ("a", None, None),
        ("sort:quality", Order.QUALITY, False),
        ("a sort:-DATE b", Order.DATE, True),
        ("sort:reverse", None, True),
        ("a OR b sort:quality", Order.QUALITY, False),
        ("sort:quality a OR b", Order.QUALITY, False),
        ("(a OR b) sort:quality c", Order.QUALITY, False),
    ],
)
def test_a_query_can_say_the_order(text: str, order: Order | None, is_reversed: bool | None) -> None:
    query = parse(text, NOW)
    assert (query.order, query.is_reversed, query.text) == (order, is_reversed, text)


def test_half_a_character_finds_nothing_and_breaks_nothing() -> None:
    assert parse("a \udc80", NOW) == Query(node("a "), text="a ?")


@pytest.mark.parametrize(
    ("name", "found"),
    [("vis", ["faces", "vision", "visual arts"]), ("vis*", ["faces", "vision", "visual arts"]), ("x", [])],
)
def test_the_beginning_of_a_topic_stands_for_all_that_begin_so(name: str, found: list[str]) -> None:
    tree = (Topic("Vision", "Vision", (Topic("Faces", "Faces"),)), Topic("Visual arts", "Arts"))
    wanted = node(f"topic:{name}")
    assert wanted
    assert with_children(wanted, tree) == HasTopic(name.removesuffix("*"), tuple(found))


def test_a_name_that_a_topic_has_stands_for_no_other_that_begins_so() -> None:
    tree = (Topic("AI", "AI"), Topic("AI Builder", "AI Builder"))
    assert with_children(HasTopic("ai"), tree) == HasTopic("ai")
    assert parse("topic:ai topic:build", NOW, ["AI", "Build tools"]).node == And(
        (HasTopic("ai"), HasTopic("build"))
    )


def test_a_topic_stands_for_those_below_it() -> None:
    faces = Topic("Faces", "Faces")
    tree = (Topic("AI", "AI", (Topic("Vision", "Vision", (faces,)), Topic("ai", "ai"))),)
    wanted = node("-topic:ai OR (topic:vision topic:faces x) OR y ")
    assert wanted
    assert with_children(wanted, tree) == Or(
        (
            Not(HasTopic("ai", ("faces", "vision"))),
            And((HasTopic("vision", ("faces",)), HasTopic("faces"), Words(("x",)))),
            Words(("y",)),
        )
    )
    assert unparse(with_children(wanted, tree)) == unparse(wanted)
