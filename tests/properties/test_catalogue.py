"""The catalogue against plain sorting and filtering of a list of stories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.index.catalogue import Catalogue
from reader.index.columns import Line, columns_of
from reader.index.schema import HAS_RELATED, IS_VIDEO, PUBLISHED, UNPUBLISHED
from reader.model import Count, Order, Show, Topic, View

TREE = (
    Topic("AI", "AI", (Topic("Vision", "CV", (Topic("Faces", "Faces"),)), Topic("Speech", "Speech"))),
    Topic("Cloud", "Cloud"),
)
BELOW = {
    "AI": {"ai", "vision", "faces", "speech"},
    "Vision": {"vision", "faces"},
    "Faces": {"faces"},
    "Speech": {"speech"},
    "Cloud": {"cloud"},
}
SETS = ((), ("AI",), ("faces", "Vision"), ("Speech", "CLOUD"), ("Cloud", "Unheard of"), ("Faces", "AI", "ai"))


@dataclass(frozen=True)
class Made:
    """A story as the model knows it."""

    row: int
    published_us: int | None
    title: str
    quality: int | None
    topicset: int
    is_read: bool
    is_starred: bool
    flags: int

    def is_in(self, topic: str) -> bool:
        return not topic or any(name.casefold() in BELOW[topic] for name in SETS[self.topicset])


few_dates = st.none() | st.integers(-3, 3) | st.integers(-(10**17), 10**17)
few_qualities = st.none() | st.integers(0, 3) | st.integers(-(1 << 63), (1 << 63) - 1)
archives = st.lists(
    st.builds(
        Made,
        row=st.integers(1, 300),
        published_us=few_dates,
        title=st.sampled_from("abcd"),
        quality=few_qualities,
        topicset=st.integers(0, len(SETS) - 1),
        is_read=st.booleans(),
        is_starred=st.booleans(),
        flags=st.integers(0, 255),
    ),
    max_size=30,
    unique_by=lambda story: story.row,
)
views = st.builds(
    View,
    topic=st.sampled_from(["", *BELOW]),
    show=st.sampled_from(Show),
    order=st.sampled_from((Order.DATE, Order.QUALITY)),
    is_reversed=st.booleans(),
    quality_floor=st.none() | st.integers(-1, 4),
)
pressed = st.lists(st.tuples(st.integers(0, 29), st.booleans(), st.booleans()), max_size=20)


def newest_first(story: Made) -> tuple[bool, int, str, int]:
    return story.published_us is None, -(story.published_us or 0), story.title, story.row


def expected(stories: list[Made], view: View, also: set[int]) -> list[int]:
    def is_kept(story: Made) -> bool:
        wanted = {
            Show.ALL: True,
            Show.UNREAD: not story.is_read,
            Show.STARRED: story.is_starred,
            Show.PUBLISHED: story.flags & PUBLISHED,
            Show.UNPUBLISHED: story.flags & UNPUBLISHED,
            Show.RELATED: story.flags & HAS_RELATED,
            Show.VIDEO: story.flags & IS_VIDEO,
        }[view.show]
        is_good = view.quality_floor is None or (
            story.quality is not None and story.quality >= view.quality_floor
        )
        return story.is_in(view.topic) and is_good and bool(wanted or story.row in also)

    kept = sorted(filter(is_kept, stories), key=newest_first)
    keyed = [(value_of(story, view.order), story.row) for story in kept]
    known = [(value, row) for value, row in keyed if value is not None]
    known.sort(key=lambda pair: pair[0] if view.is_reversed else -pair[0])
    return [row for _, row in known] + [row for value, row in keyed if value is None]


def value_of(story: Made, order: Order) -> int | None:
    return story.published_us if order is Order.DATE else story.quality


def count(stories: list[Made], topic: str) -> Count:
    inside = [story for story in stories if story.is_in(topic)]
    return Count(sum(not story.is_read for story in inside), len(inside))


def shelf_of(stories: list[Made]) -> Catalogue:
    lines: list[Line] = [
        (story.row, story.published_us, story.quality, story.flags, story.topicset, 1, 1)
        for story in sorted(stories, key=newest_first)
    ]
    by_row = {story.row: story.title for story in stories}

    def titles(rows: Sequence[int]) -> dict[int, str]:
        return {row: by_row[row] for row in rows}

    shelf = Catalogue(columns_of(lines, titles), dict(enumerate(SETS)), TREE)
    for story in stories:
        shelf.mark(story.row, is_read=story.is_read, is_starred=story.is_starred)
    return shelf


@settings(max_examples=150, deadline=None)
@given(archives, st.lists(views, min_size=1, max_size=4), st.sets(st.integers(0, 301), max_size=5))
def test_a_view_is_what_sorting_and_filtering_a_list_gives(
    stories: list[Made], asked: list[View], also: set[int]
) -> None:
    shelf = shelf_of(stories)
    # Several views of one catalogue: what it remembers of one must not show in the next.
    for view in (*asked, *asked):
        assert list(shelf.rows(view, also)) == expected(stories, view, also)


@settings(max_examples=100, deadline=None)
@given(archives, pressed)
def test_counts_are_those_of_a_list_after_any_marks(
    stories: list[Made], presses: list[tuple[int, bool, bool]]
) -> None:
    shelf = shelf_of(stories)
    for place, is_read, is_starred in presses:
        if place < len(stories):
            old = stories[place]
            shelf.mark(old.row, is_read=is_read, is_starred=is_starred)
            stories[place] = replace(old, is_read=is_read, is_starred=is_starred)
    for topic in ("", *BELOW):
        assert shelf.count(topic) == count(stories, topic)
    assert shelf.starred == sum(story.is_starred for story in stories)
    assert all(shelf.is_read(story.row) == story.is_read for story in stories)
