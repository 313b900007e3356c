from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from reader.archive.storyfile import read_story
from reader.errors import IndexFileError, QueryError
from reader.index import lookups
from reader.index import search as search_module
from reader.index import sync as sync_module
from reader.index.catalogue import Catalogue
from reader.index.columns import columns_of
from reader.index.connection import DamagedIndexError
from reader.index.first import first
from reader.index.search import search
from reader.index.stories import StoryIndex
from reader.index.sync import sync
from reader.model import Order, Show, Topic, View
from reader.query.match import Doc, doc_of, matches
from reader.query.parse import DEPTH_LIMIT, parse
from reader.query.tree import State
from tests.factories import write_archive, write_story
from tests.queries import NOW, random_query, write_random_archive, write_random_story
from tests.unit.index.shelf import opened, row_of

QUERIES = 500


@contextmanager
def searchable(archive: Path, folder: Path) -> Iterator[StoryIndex]:
    """The index of an archive, brought up to date."""
    with opened(archive, folder) as index:
        sync(index)
        yield index


def found(index: StoryIndex, query: str, *, limit: int = 0, **view: object) -> list[str]:
    rows = search(index, parse(query, NOW).node, index.catalogue(()), View(**view), limit=limit)  # type: ignore[arg-type]
    return [row.title for row in index.rows(rows)]


def docs(index: StoryIndex, catalogue: Catalogue) -> dict[int, Doc]:
    """Every story of the index, read from its file, by row."""
    result = {}
    for row in catalogue.rows(View()):
        path = index.path_of(row)
        assert path
        story = read_story(index.archive, path)
        assert story
        result[row] = doc_of(
            story,
            archive=index.archive.name,
            is_read=catalogue.is_read(row),
            is_starred=row in catalogue.rows(View(show=Show.STARRED)),
        )
    return result


def scan(stories: dict[int, Doc], query: str) -> list[int]:
    """The rows of the stories that fit, without any index."""
    node = parse(query, NOW).node
    return [row for row, doc in stories.items() if matches(node, doc)]


def by_sql(index: StoryIndex, query: str, catalogue: Catalogue) -> set[int]:
    """The rows that fit as the tables say it, without the catalogue's columns."""
    starred = catalogue.rows(View(show=Show.STARRED))
    entries = first(
        index,
        View(),
        len(catalogue) or 1,
        is_read=catalogue.is_read,
        is_starred=starred.__contains__,
        node=parse(query, NOW).node,
    )
    return {row for *_, row in entries}


def mark(catalogue: Catalogue, random: Random) -> None:
    for row in catalogue.rows(View()):
        catalogue.mark(row, is_read=random.random() < 0.5, is_starred=random.random() < 0.2)


def test_a_search_finds_what_a_scan_over_the_files_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(1)
    monkeypatch.setattr(search_module, "_WINDOW", 5)
    monkeypatch.setattr(search_module, "_GROWTH", 3)
    monkeypatch.setattr(search_module, "_MOST", 2)
    folder = write_random_archive(tmp_path / "g", 120, random)
    hits = 0
    with searchable(folder, tmp_path / "index") as index:
        for number in range(0, 120, 5):
            write_random_story(folder, f"2021/story-{number}.md", random)
        for number in range(3):
            (folder / f"2021/story-{number}.md").unlink()
        sync(index)
        catalogue = index.catalogue(())
        mark(catalogue, random)
        stories = docs(index, catalogue)
        for _ in range(QUERIES):
            query = random_query(random)
            expected = scan(stories, query)
            assert list(search(index, parse(query, NOW).node, catalogue, View())) == expected, query
            first = search(index, parse(query, NOW).node, catalogue, View(), limit=7)
            assert list(first) == expected[:7], query
            assert by_sql(index, query, catalogue) == set(expected), query
            hits += len(expected)
    assert QUERIES < hits < QUERIES * 90


@pytest.mark.parametrize(
    "change",
    [
        {"topic": "ai"},
        {"show": Show.STARRED},
        {"show": Show.UNREAD, "topic": "Privacy", "is_reversed": True},
        {"order": Order.QUALITY},
    ],
)
def test_a_search_keeps_to_the_view(tmp_path: Path, change: dict[str, object]) -> None:
    random = Random(2)
    view = View(**change)  # type: ignore[arg-type]
    with searchable(write_random_archive(tmp_path / "g", 60, random), tmp_path / "index") as index:
        catalogue = index.catalogue([Topic("AI", "AI"), Topic("Privacy", "Privacy")])
        mark(catalogue, random)
        stories = docs(index, catalogue)
        for query in ("f", "face ", "has:related", "-the ", "title:x", "", "clearview facial the "):
            fitting = set(scan(stories, query))
            expected = [row for row in catalogue.rows(view) if row in fitting]
            assert list(search(index, parse(query, NOW).node, catalogue, view)) == expected, query


def test_few_of_many_come_in_the_order_of_the_view(tmp_path: Path) -> None:
    with searchable(write_archive(tmp_path / "g", 60), tmp_path / "index") as index:
        assert found(index, "title:7 OR title:12 ") == ["Story 12", "Story 7"]
        assert found(index, "title:7 OR title:12 ", is_reversed=True) == ["Story 7", "Story 12"]


def test_a_first_page_is_the_beginning_of_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_module, "_WINDOW", 10)
    with searchable(write_archive(tmp_path / "g", 60), tmp_path / "index") as index:
        assert found(index, "hour ", limit=3) == ["Story 59", "Story 58", "Story 57"]
        assert found(index, "title:7 ", limit=3) == ["Story 7"]
        assert found(index, "hour ", limit=2, order=Order.QUALITY) == ["Story 59", "Story 58"]
        assert found(index, "", limit=2) == ["Story 59", "Story 58"]
        monkeypatch.setattr(search_module, "_MOST", 1_000)
        assert found(index, "hour ", limit=2) == ["Story 59", "Story 58"]


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 8, 100])
def test_many_hits_are_taken_piece_by_piece(
    piece: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "news"
    for number in range(30):
        text = "many" if number % 3 else "few"
        write_story(archive, f"2021/{number}.md", title=f"Story {number}", excerpt=text)
    with searchable(archive, tmp_path) as index:
        monkeypatch.setattr(lookups, "_PIECE", piece)
        assert set(found(index, "many")) == {f"Story {number}" for number in range(30) if number % 3}
        assert set(found(index, "many OR few")) == {f"Story {number}" for number in range(30)}
        assert found(index, "none") == []


def test_a_story_is_found_by_its_newest_text_only(tmp_path: Path) -> None:
    for title in ("First", "Second", "Third"):
        write_story(tmp_path / "g", "a.md", title=title)
        with searchable(tmp_path / "g", tmp_path / "index") as index:
            assert found(index, title) == [title]
            assert len(found(index, "first OR second OR third ")) == 1
            assert found(index, f"type:article {title}") == [title]
            assert found(index, f"type:article first -{title}") == []
    write_story(tmp_path / "g", "b.md", title="First of all")
    with searchable(tmp_path / "g", tmp_path / "index") as index:
        assert found(index, "first") == ["First of all"]
        assert found(index, "first type:article") == ["First of all"]


def test_a_story_that_is_gone_is_not_found(tmp_path: Path) -> None:
    path = write_story(tmp_path / "g", "a.md", title="First")
    write_story(tmp_path / "g", "b.md", title="Other")
    with searchable(tmp_path / "g", tmp_path / "index") as index:
        write_story(tmp_path / "g", "a.md", title="Second")
        sync(index)
        path.unlink()
        sync(index)
        assert found(index, "first OR second OR other ") == ["Other"]
        write_story(tmp_path / "g", "b.md", title="Last")
        sync(index)
        assert found(index, "first OR second OR other OR last ") == ["Last"]


def test_a_touched_file_is_not_written_again(tmp_path: Path) -> None:
    write_story(tmp_path / "g", "a.md", quality=1)
    with searchable(tmp_path / "g", tmp_path / "index") as index:
        write_story(tmp_path / "g", "a.md", quality=99)
        sync(index)
        assert found(index, "quality=99 title") == ["A title"]
        with index.file.worker.use("look") as sqlite:
            assert sqlite.execute("SELECT count(*) FROM newer_text").fetchone() == (0,)


def test_a_story_just_read_stays_while_unread_ones_are_asked_for(tmp_path: Path) -> None:
    with searchable(write_archive(tmp_path / "g", 3), tmp_path / "index") as index:
        catalogue = index.catalogue(())
        for row in catalogue.rows(View()):
            catalogue.mark(row, is_read=True, is_starred=False)
        node = parse("is:unread -title:2 ", NOW).node
        also = [row_of(index, f"2021/2021-01-01-story-{number}.md") for number in (0, 2)]
        rows = search(index, node, catalogue, View(show=Show.UNREAD), also=also)
        assert [row.title for row in index.rows(rows)] == ["Story 0"]
        assert not search(index, node, catalogue, View())


def test_what_stays_is_what_fits_with_any_marks(tmp_path: Path) -> None:
    random = Random(3)
    with searchable(write_random_archive(tmp_path / "g", 40, random), tmp_path / "index") as index:
        catalogue = index.catalogue(())
        mark(catalogue, random)
        stories = docs(index, catalogue)
        also = random.sample(sorted(stories), 12)
        for _ in range(100):
            query = (
                f"{random.choice(['is:unread', '-is:starred', 'is:read -is:starred'])} {random_query(random)}"
            )
            node = parse(query, NOW).node
            expected = [
                row
                for row, doc in stories.items()
                if any(matches(node, one) for one in ([doc, *with_any_marks(doc)] if row in also else [doc]))
            ]
            for limit in (0, 6):
                rows = search(index, node, catalogue, View(), also=also, limit=limit)
                assert list(rows) == (expected[:limit] if limit else expected), query


def with_any_marks(doc: Doc) -> list[Doc]:
    others = doc.states - {State.READ, State.UNREAD, State.STARRED}
    return [
        replace(doc, states=others | {state} | stars)
        for state in (State.READ, State.UNREAD)
        for stars in (set[State](), {State.STARRED})
    ]


def test_a_mark_set_a_moment_ago_counts(tmp_path: Path) -> None:
    with searchable(write_archive(tmp_path / "g", 3), tmp_path / "index") as index:
        catalogue = index.catalogue(())
        node = parse("is:unread", NOW).node
        row = catalogue.rows(View())[0]
        assert row in search(index, node, catalogue, View(), limit=50)
        catalogue.mark(row, is_read=True, is_starred=False)
        assert row not in search(index, node, catalogue, View(), limit=50)


def test_a_note_on_a_story_that_came_later_is_no_hit(tmp_path: Path) -> None:
    with searchable(write_archive(tmp_path / "g", 2), tmp_path / "index") as index:
        catalogue = index.catalogue(())
        notes = {1: "mine", 2: "mine", 1_000: "mine"}
        for query in ("has:note", "note:mine"):
            rows = search(index, parse(query, NOW).node, catalogue, View(), notes=notes)
            assert sorted(rows) == [1, 2]


def test_stories_that_came_after_the_catalogue_are_left_out(tmp_path: Path) -> None:
    with searchable(write_archive(tmp_path / "g", 2), tmp_path / "index") as index:
        catalogue = index.catalogue(())
        write_archive(tmp_path / "g", 9)
        sync(index)
        for query in ("story", "type:article", "is:unread"):
            assert len(search(index, parse(query, NOW).node, catalogue, View())) == 2


@pytest.mark.parametrize(
    "query",
    [
        " ".join(f"w{number}" for number in range(199)),
        " OR ".join(f"w{number}" for number in range(120)),
        " ".join(f"-w{number}" for number in range(160)),
        " ".join(f"is:read w{number}*" for number in range(70)),
        " OR ".join("is:read" for _ in range(90)),
        "(a OR (b " * (DEPTH_LIMIT // 2) + "c",
        "-(is:read OR -(a " * (DEPTH_LIMIT // 4) + "c",
        '"' + "a " * 499,
        "a" * 1_000,
        "' \" ; DROP TABLE story; --",
        "NEAR(a b) ^x {title} + y a*b",
        "\0 a\0b",
        "-(" * (DEPTH_LIMIT // 2) + "a b",
        "(is:read OR (a " * (DEPTH_LIMIT // 2) + "c",
        "-" * DEPTH_LIMIT + "a b",
        "\udc80 topic:\udc80",
    ],
    ids=range(16),
)
def test_a_hostile_query_finds_nothing_and_breaks_nothing(tmp_path: Path, query: str) -> None:
    with searchable(write_archive(tmp_path / "g", 2), tmp_path / "index") as index:
        assert found(index, query) in ([], ["Story 1", "Story 0"])
        assert not index.file.is_damaged
        assert len(found(index, "story")) == 2


def test_what_sqlite_cannot_take_is_told_as_a_matter_of_the_query(tmp_path: Path) -> None:
    with searchable(write_archive(tmp_path / "g", 1), tmp_path / "index") as index:
        with index.file.worker.use("allow less") as sqlite:
            sqlite.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 1)
        node = parse("is:read OR is:starred has:excerpt -has:date", NOW).node
        with pytest.raises(QueryError, match="too long to be answered"):
            search(index, node, Catalogue(columns_of((), lambda rows: {}), {}, ()), View())
        assert not index.file.is_damaged


def test_a_search_that_is_interrupted_is_no_damage(tmp_path: Path) -> None:
    with searchable(write_archive(tmp_path / "g", 1), tmp_path / "index") as index:
        node, catalogue = parse("is:unread story", NOW).node, index.catalogue(())
        with index.file.worker.use("interrupt") as sqlite:
            sqlite.set_progress_handler(lambda: 1, 1)
        with pytest.raises(IndexFileError):
            search(index, node, catalogue, View())
        assert not index.file.is_damaged


def test_damage_met_by_a_search_is_damage(tmp_path: Path) -> None:
    with searchable(write_archive(tmp_path / "g", 1), tmp_path / "index") as index:
        with index.file.writer.write("damage") as sqlite:
            sqlite.execute("UPDATE story_words_data SET block = x'ffffffffffffffff' WHERE id > 10")
        with pytest.raises(DamagedIndexError):
            found(index, '"story 0"')
        assert index.file.is_damaged


def test_the_providers_are_listed_once(tmp_path: Path) -> None:
    write_archive(tmp_path / "g", 3)
    write_story(tmp_path / "g", "a.md", provider={"domain": "wsj.com"})
    with searchable(tmp_path / "g", tmp_path / "index") as index:
        assert index.provider_names() == {"Example News", "wsj.com"}


def test_many_small_batches_are_merged_by_and_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_module, "BATCH_STORIES", 1)
    with searchable(write_archive(tmp_path / "g", 70), tmp_path / "index") as index:
        with index.file.worker.use("count") as sqlite:
            for table in ("story_words", "story_starts"):
                segments = sqlite.execute(f"SELECT count(DISTINCT segid) FROM {table}_idx").fetchone()[0]
                assert 1 < segments < 32
        assert len(found(index, "story")) == 70
        assert len(found(index, "sto")) == 70
