from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from reader.library import Library
from reader.model import Order, Show, StoryRow, View
from reader.query.parse import parse
from tests.factories import write_archive, write_story
from tests.unit.conftest import OpenLibrary

NOW = datetime(2021, 6, 1, tzinfo=UTC)


def found(library: Library, query: str, view: View | None = None, *, limit: int = 0) -> list[str]:
    rows = library.rows(library.search_ids(parse(query, NOW), view or View(), limit=limit))
    return [row.title for row in rows]


def story(library: Library, title: str) -> StoryRow:
    (row,) = (row for row in library.rows(library.row_ids(View())) if row.title == title)
    return row


def test_a_search_looks_through_every_archive(tmp_path: Path, open_library: OpenLibrary) -> None:
    write_archive(tmp_path / "gazette", 3)
    write_story(tmp_path / "herald", "a.md", title="Another story", publishedDateTime="2021-01-01T01:30:00Z")
    library = open_library(tmp_path / "gazette", tmp_path / "herald")
    assert found(library, "story") == ["Story 2", "Another story", "Story 1", "Story 0"]
    assert found(library, "story", limit=2) == ["Story 2", "Another story"]
    assert found(library, "another") == ["Another story"]
    assert found(library, "") == found(library, "story")


def test_a_query_names_one_of_several_archives(tmp_path: Path, open_library: OpenLibrary) -> None:
    write_archive(tmp_path / "gazette", 3)
    write_story(tmp_path / "The Herald", "a.md", title="Another story")
    library = open_library(tmp_path / "gazette", tmp_path / "The Herald")
    assert found(library, 'archive:"the herald"') == ["Another story"]
    assert found(library, "archive:gazette story -title:2") == ["Story 1", "Story 0"]
    assert found(library, "archive:gazette another") == found(library, "archive:nowhere") == []
    assert found(library, "-archive:gazette", limit=5) == ["Another story"]


def test_the_order_of_the_query_counts_more_than_that_of_the_view(
    tmp_path: Path, open_library: OpenLibrary
) -> None:
    write_story(tmp_path / "g", "a.md", title="Old", quality=90, publishedDateTime="2020-01-01")
    write_story(tmp_path / "g", "b.md", title="New", quality=10, publishedDateTime="2021-01-01")
    library = open_library(tmp_path / "g")
    assert found(library, "has:quality") == ["New", "Old"]
    assert found(library, "has:quality", View(order=Order.QUALITY)) == ["Old", "New"]
    assert found(library, "sort:quality") == ["Old", "New"]
    assert found(library, "sort:-quality", View(order=Order.QUALITY)) == ["New", "Old"]
    assert found(library, "sort:date", View(order=Order.QUALITY, is_reversed=True)) == ["New", "Old"]
    assert found(library, "sort:reverse") == ["Old", "New"]


def test_a_topic_stands_for_those_below_it(tmp_path: Path, open_library: OpenLibrary) -> None:
    write_story(tmp_path / "g", "a.md", title="Below", topics=["Vision"])
    write_story(tmp_path / "g", "b.md", title="Other", topics=["Cloud"])
    (tmp_path / "g" / "_data" / "topics").mkdir(parents=True)
    for name, parent in (("AI", ""), ("Vision", "AI")):
        text = f"name: {name}\nparent: {parent}\n"
        (tmp_path / "g" / "_data" / "topics" / f"{name}.yaml").write_text(text, encoding="utf-8")
    library = open_library(tmp_path / "g")
    assert found(library, "topic:ai") == ["Below"]


def test_a_mark_counts_at_once(tmp_path: Path, open_library: OpenLibrary) -> None:
    library = open_library(write_archive(tmp_path / "g", 3))
    row = story(library, "Story 1")
    library.set_read(row, True)
    library.set_starred(row, True)
    assert found(library, "is:read") == ["Story 1"]
    assert found(library, "is:starred story") == ["Story 1"]
    assert found(library, "is:unread") == ["Story 2", "Story 0"]
    assert found(library, "story", View(show=Show.UNREAD)) == ["Story 2", "Story 0"]
    stays = library.search_ids(parse("is:unread", NOW), View(), [row.row_id])
    assert [found.title for found in library.rows(stays)] == ["Story 2", "Story 1", "Story 0"]


def test_a_starred_story_that_is_gone_is_found_among_the_starred(
    tmp_path: Path, open_library: OpenLibrary
) -> None:
    write_archive(tmp_path / "g", 3)
    library = open_library(tmp_path / "g")
    library.set_starred(story(library, "Story 1"), True)
    next((tmp_path / "g").rglob("*story-1.md")).unlink()
    library.sync()
    library.reload()
    starred = View(show=Show.STARRED)
    assert found(library, "title:1 provider:example", starred) == ["Story 1"]
    assert found(library, "story 1") == []
    assert found(library, "title:2 ", starred) == []
    assert found(library, "", View(show=Show.STARRED, topic="AI")) == []


def test_providers_are_named_once_in_order(tmp_path: Path, open_library: OpenLibrary) -> None:
    for number, name in enumerate(("wired", "The Times", "wired", "Ars")):
        write_story(tmp_path / "g", f"{number}.md", provider={"name": name})
    assert open_library(tmp_path / "g").provider_names() == ["Ars", "The Times", "wired"]
