"""Every view of a library against plain sorting and filtering of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random

import pytest

from reader.archive.scan import open_archive
from reader.index.orders import title_key
from reader.library import Library
from reader.model import Order, Show, StoryRow, View
from tests.factories import write_story
from tests.queries import write_random_archive

VIEWS = [View("", *parts) for parts in product(Show, Order, (False, True))]
TITLES = ("“Zebra” crossing", "apple", "Élan", "elan", "Zoo", "…", "ärger", "Apple", "人工智能")


@pytest.fixture(params=[1, 2])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    """One archive or two, with marks, and a starred story that is gone."""
    random = Random(11)
    folders = [write_random_archive(tmp_path / name, 40, random) for name in ("gazette", "herald")]
    for number, title in enumerate(TITLES):
        write_story(folders[0], f"t{number}.md", title=title, provider={"name": random.choice(TITLES)})
    library = Library(
        [open_archive(folder) for folder in folders[: request.param]],
        state_folder=tmp_path / "state",
        cache_folder=tmp_path / "cache",
    )
    library.sync()
    library.open()
    listed = library.rows(library.row_ids(View()))
    for row in listed:
        library.set_read(row, random.random() < 0.5)
        library.set_starred(row, random.random() < 0.3)
    library.set_starred(listed[3], True)
    gone = library.file_of(listed[3])
    assert gone is not None
    gone.unlink()
    library.sync()
    library.reload()
    yield library
    library.close()


def is_shown(library: Library, row: StoryRow, view: View) -> bool:
    is_good = view.quality_floor is None or (row.quality is not None and row.quality >= view.quality_floor)
    return (
        is_good
        and {
            Show.ALL: not row.is_gone,
            Show.UNREAD: not row.is_gone and not library.is_read(row.story_id),
            Show.STARRED: library.is_starred(row.story_id),
            Show.PUBLISHED: row.is_published is True,
            Show.UNPUBLISHED: row.is_published is False,
            Show.RELATED: row.related_count > 0,
            Show.VIDEO: row.kind.casefold() == "video",
        }[view.show]
    )


def value(row: StoryRow, order: Order) -> object:
    return {
        Order.DATE: row.published_at,
        Order.QUALITY: row.quality,
        Order.TITLE: title_key(row.title),
        Order.PROVIDER: title_key(row.provider.name or row.provider.domain) or None,
        Order.RELATED: None if row.is_gone else row.related_count,
    }[order]


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_a_view_is_what_sorting_and_filtering_rows_gives(library: Library, view: View) -> None:
    every = library.rows(library.row_ids(View()))
    gone = [row for row in library.rows(library.row_ids(View(show=Show.STARRED))) if row.is_gone]
    for asked in (view, replace(view, quality_floor=30)):
        shown = [row for row in (*every, *gone) if is_shown(library, row, asked)]
        found = library.row_ids(asked)
        assert sorted(found) == sorted(row.row_id for row in shown)
        values = [value(row, asked.order) for row in library.rows(found)]
        known = [one for one in values if one is not None]
        assert values == [*known, *[None] * (len(values) - len(known))]
        most_first = asked.order in (Order.DATE, Order.QUALITY, Order.RELATED)
        assert known == sorted(known, reverse=most_first != asked.is_reversed)  # type: ignore[type-var]
        # Ties go newest first, in either direction.
        newest_first = {row_id: place for place, row_id in enumerate(library.row_ids(View()))}
        listed = [row_id for row_id in found if row_id > 0]
        for one, two in zip(library.rows(listed), library.rows(listed[1:]), strict=False):
            if value(one, asked.order) == value(two, asked.order):
                assert newest_first[one.row_id] < newest_first[two.row_id]


def test_titles_are_sorted_without_case_accents_and_the_marks_before_them() -> None:
    keys = sorted(TITLES, key=title_key)
    assert [title_key(title) for title in keys[1:]] == [
        "apple",
        "apple",
        "arger",
        "elan",
        "elan",
        "zebra” crossing",
        "zoo",
        "人工智能",
    ]


def test_the_unread_stories_of_a_view_are_counted(library: Library) -> None:
    for show, floor, topic in product(Show, (None, 30), ("", "AI")):
        asked = View(topic, show, quality_floor=floor)
        found = library.row_ids(asked)
        rows = library.rows(found)
        unread = sum(not row.is_gone and not library.is_read(row.story_id) for row in rows)
        assert library.unread_in(asked) == library.unread_count(found) == unread
