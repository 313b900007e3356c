from __future__ import annotations

import pytest

from reader.index.catalogue import Catalogue
from reader.index.columns import Line, columns_of
from reader.model import Count, Order, Show, Topic, View

TREE = (
    Topic("AI", "AI", (Topic("Vision", "Vision", (Topic("Faces", "Faces"),)), Topic("Speech", "Speech"))),
    Topic("Cloud", "Cloud"),
)
SETS = {1: ("AI",), 2: ("Vision", "Faces"), 3: ("cloud", "Speech"), 4: ("Unheard of",), 5: ()}


def line(row: int, published_us: int | None = None, quality: int | None = None, topicset: int = 5) -> Line:
    return row, published_us, quality, 0, topicset, 1, 1


def catalogue(*lines: Line) -> Catalogue:
    return Catalogue(columns_of(lines, lambda rows: {}), SETS, TREE)


def ordered(shelf: Catalogue, order: Order, is_reversed: bool = False) -> list[int]:
    return list(shelf.rows(View(order=order, is_reversed=is_reversed)))


# As the index gives them: newest first, ties by title, unknown dates last.
DATED = (line(4, 300), line(2, 200), line(1, 200), line(3, 100), line(5), line(6))
SCORED = (line(1, 300, 10), line(2, 200, 90), line(3, 100, 10), line(4, 50), line(5, None, 10), line(6))


def test_stories_come_newest_first_and_oldest_first_when_reversed() -> None:
    shelf = catalogue(*DATED)
    assert ordered(shelf, Order.DATE)[:4] == [4, 2, 1, 3]
    assert ordered(shelf, Order.DATE, is_reversed=True)[0] == 3


def test_stories_of_one_date_keep_the_order_of_their_titles_in_both_directions() -> None:
    shelf = catalogue(*DATED)
    assert ordered(shelf, Order.DATE, is_reversed=True)[1:3] == [2, 1]


@pytest.mark.parametrize("is_reversed", [False, True])
def test_stories_without_a_date_come_last_either_way(is_reversed: bool) -> None:
    assert ordered(catalogue(*DATED), Order.DATE, is_reversed)[-2:] == [5, 6]


def test_the_best_come_first_and_the_worst_when_reversed() -> None:
    shelf = catalogue(*SCORED)
    assert ordered(shelf, Order.QUALITY) == [2, 1, 3, 5, 4, 6]
    assert ordered(shelf, Order.QUALITY, is_reversed=True) == [1, 3, 5, 2, 4, 6]


def test_the_range_of_quality_leaves_out_stories_without_one() -> None:
    assert catalogue(*SCORED).quality_range == (10, 90)
    assert catalogue(line(1)).quality_range == (0, 0)


def test_unread_and_starred_follow_the_marks() -> None:
    shelf = catalogue(*DATED)
    shelf.mark(2, is_read=True, is_starred=False)
    shelf.mark(3, is_read=True, is_starred=True)
    assert list(shelf.rows(View(show=Show.UNREAD))) == [4, 1, 5, 6]
    assert list(shelf.rows(View(show=Show.STARRED))) == [3]


def test_rows_one_asks_to_keep_stay_at_their_place_whatever_their_marks() -> None:
    shelf = catalogue(*DATED)
    shelf.mark(2, is_read=True, is_starred=False)
    assert list(shelf.rows(View(show=Show.UNREAD), also=[2, 77])) == [4, 2, 1, 3, 5, 6]


def test_a_topic_holds_the_stories_of_every_topic_below_it_once_each() -> None:
    shelf = catalogue(line(1, 4, None, 1), line(2, 3, None, 2), line(3, 2, None, 3), line(4, 1, None, 4))
    assert list(shelf.rows(View(topic="AI"))) == [1, 2, 3]
    assert list(shelf.rows(View(topic="Vision"))) == [2]
    assert shelf.count("AI") == Count(unread=3, total=3)
    assert shelf.count("Vision") == Count(unread=1, total=1)


def test_topics_are_the_same_whatever_their_case() -> None:
    shelf = catalogue(line(1, 1, None, 3))
    assert list(shelf.rows(View(topic="CLOUD"))) == [1]
    assert shelf.count("cLoud").total == 1


def test_a_topic_sorts_and_filters_like_all_stories() -> None:
    shelf = catalogue(line(1, 3, 5, 1), line(2, 2, 9, 2), line(3, 1, 7, 1), line(4, 0, 8, 5))
    shelf.mark(1, is_read=True, is_starred=False)
    assert list(shelf.rows(View("AI", order=Order.QUALITY))) == [2, 3, 1]
    assert list(shelf.rows(View("AI", Show.UNREAD, is_reversed=True))) == [3, 2]


def test_a_topic_nobody_heard_of_is_empty() -> None:
    shelf = catalogue(*DATED)
    assert list(shelf.rows(View(topic="No such"))) == []
    assert shelf.count("No such") == Count()


def test_counts_follow_each_mark_and_come_back() -> None:
    shelf = catalogue(line(1, 1, None, 2), line(2, 2, None, 1))
    assert shelf.mark(1, is_read=True, is_starred=True)
    assert (shelf.count(""), shelf.count("AI"), shelf.starred) == (Count(1, 2), Count(1, 2), 1)
    assert shelf.count("Faces") == Count(0, 1)
    assert shelf.mark(1, is_read=False, is_starred=False)
    assert (shelf.count(""), shelf.count("AI"), shelf.starred) == (Count(2, 2), Count(2, 2), 0)


def test_the_same_mark_twice_counts_once() -> None:
    shelf = catalogue(line(1))
    assert shelf.mark(1, is_read=True, is_starred=True)
    assert not shelf.mark(1, is_read=True, is_starred=True)
    assert (shelf.count(""), shelf.starred) == (Count(0, 1), 1)


def test_a_row_that_is_not_there_is_not_read() -> None:
    shelf = catalogue(line(3))
    assert (3 in shelf, 2 in shelf, 99 in shelf, -1 in shelf) == (True, False, False, False)
    assert not shelf.is_read(99)
    assert len(shelf) == 1


def test_an_empty_archive_has_empty_views() -> None:
    shelf = catalogue()
    assert list(shelf.rows(View(topic="AI", show=Show.STARRED, order=Order.QUALITY))) == []
    assert shelf.count("") == Count()


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        ((1 << 50, 1, 1, 0, 1, 1, 1), OverflowError),
        ((-5, 1, 1, 0, 1, 1, 1), OverflowError),
        ((1, 1, 1, 0, -1, 1, 1), OverflowError),
        ((1, 1 << 70, 1, 0, 1, 1, 1), OverflowError),
        ((1, "yesterday", 1, 0, 1, 1, 1), TypeError),
        ((1, 1, b"good", 0, 1, 1, 1), TypeError),
        ((1, 1, 1, None, 1, 1, 1), TypeError),
    ],
)
def test_numbers_that_cannot_be_true_are_refused(broken: Line, error: type[Exception]) -> None:
    with pytest.raises(error):
        catalogue(broken)
