from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random

import pytest

from reader.archive.scan import open_archive
from reader.errors import IndexFileError, QueryError
from reader.library import Library
from reader.model import Order, Show, View
from reader.query.parse import parse
from tests.factories import write_story
from tests.queries import NOW, random_query, write_random_archive

VIEWS = [View("", *parts) for parts in product((Show.ALL, Show.UNREAD), Order, (False, True))]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Library, Library]]:
    """Two archives with marks, once opened whole and once with nothing but the marks."""
    random = Random(7)
    folders = [write_random_archive(tmp_path / name, 40, random) for name in ("gazette", "herald")]
    # Ties in everything but the title.
    for title in ("b", "A", "c"):
        write_story(folders[0], f"{title}.md", title=title, publishedDateTime=None, quality=None)
    archives = [open_archive(folder) for folder in folders]
    whole, page = (
        # Kept in the background, the whole would come in place of the marks where it is there in time.
        Library(archives, state_folder=tmp_path / "state", cache_folder=tmp_path / "cache", keeps=False)
        for _ in range(2)
    )
    whole.sync()
    whole.open()
    rows = whole.rows(whole.row_ids(View()))
    for row in rows[::3]:
        whole.set_read(row, True)
    for row in rows[::4]:
        whole.set_starred(row, True)
    for row in rows[:12:4]:
        file = whole.file_of(row)
        assert file is not None
        file.unlink()
    moved = whole.file_of(rows[16])
    assert moved is not None
    moved.rename(moved.with_name("moved.md"))
    whole.sync()
    whole.reload()
    page.open_marks(has_topics=True)
    yield whole, page
    whole.close()
    page.close()


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_a_first_page_is_what_the_whole_begins_with(pair: tuple[Library, Library], view: View) -> None:
    whole, page = pair
    for limit in (1, 2, 7, 1000):
        assert page.first_ids(view, limit) == whole.row_ids(view)[:limit]


@pytest.mark.parametrize("seed", range(40))
def test_so_is_that_of_a_search(pair: tuple[Library, Library], seed: int) -> None:
    whole, page = pair
    random = Random(seed)
    view = random.choice(VIEWS)
    # A query for the note of a story that is gone opens the library: what follows would be no first page.
    for text in sorted((random_query(random) for _ in range(20)), key=lambda text: "note" in text):
        query = parse(text, NOW)
        assert page.first_ids(view, 5, query) == whole.search_ids(query, view, limit=5), text


def test_an_empty_query_finds_everything_in_its_order(pair: tuple[Library, Library]) -> None:
    whole, page = pair
    query = parse("sort:-quality", NOW)
    assert page.first_ids(View(), 9, query) == whole.row_ids(View(order=Order.QUALITY, is_reversed=True))[:9]


def test_a_query_that_is_too_much_for_sqlite_is_a_mistake(pair: tuple[Library, Library]) -> None:
    _, page = pair
    query = parse("-(a* " * 3 + "is:read", NOW)
    with page._indexes[0].file.worker.use("set its limit") as sqlite:
        sqlite.setlimit(3, 3)  # the depth of an expression
    with pytest.raises(QueryError, match="leave something out"):
        page.first_ids(View(), 5, query)


def test_titles_decide_between_many_that_rank_alike(tmp_path: Path) -> None:
    for number in range(60):
        write_story(tmp_path / "a", f"{number}.md", title=f"{number * 37 % 60:02}")
    library = Library([open_archive(tmp_path / "a")], state_folder=tmp_path, cache_folder=tmp_path)
    library.sync()
    library.open_marks()
    assert [row.title for row in library.rows(library.first_ids(View(), 3))] == ["00", "01", "02"]
    library.close()


def test_an_index_that_does_not_answer_is_no_mistake_of_the_query(pair: tuple[Library, Library]) -> None:
    _, page = pair
    with page._indexes[0].file.worker.use("let it be interrupted") as sqlite:
        sqlite.set_progress_handler(lambda: 1, 1)
    with pytest.raises(IndexFileError, match="read its first stories"):
        page.first_ids(View(), 5)


def test_without_the_catalogue_stories_are_found_by_id(pair: tuple[Library, Library]) -> None:
    whole, page = pair
    (row,) = whole.rows(whole.row_ids(View())[:1])
    row_id = page.find(row.story_id)
    assert row_id == row.row_id
    assert page.rows([row_id]) == [row]
    assert page.is_read(row.story_id) == whole.is_read(row.story_id)
    assert page.topics == whole.topics
