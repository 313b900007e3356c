from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader.index import stories
from reader.index.connection import DamagedIndexError
from reader.index.stories import StoryIndex
from reader.index.sync import sync
from reader.model import Count, Order, Provider, RowId, StoryId, View
from tests.factories import make_story_text, write_archive, write_story
from tests.unit.index.shelf import index_file, opened, rows, stamps, synced, tamper, titles


def path_of_bytes(folder: Path, name: bytes) -> Path:
    return Path(os.fsdecode(os.path.join(os.fsencode(folder), name)))


def test_a_row_says_what_the_file_says(tmp_path: Path) -> None:
    write_story(tmp_path / "gazette", "2021/a.md", related=[{"title": "B"}, {"title": "C"}])
    with opened(tmp_path / "gazette", tmp_path / "index") as index:
        sync(index)
        (row,) = rows(index)
    assert row.story_id == "gazette/2021/a.md"
    assert (row.title, row.excerpt, row.kind) == ("A title", "An excerpt.", "article")
    assert row.published_at == datetime(2021, 2, 4, 12, 52, tzinfo=UTC)
    assert row.url == "https://news.example.com/2021/a-title/"
    assert (row.quality, row.is_published, row.related_count) == (24, False, 2)
    assert row.provider == Provider("Example News", "example.com")
    assert row.topics == ("Computer Vision", "AI")
    assert not row.is_damaged


def test_what_a_file_does_not_say_is_unknown(tmp_path: Path) -> None:
    write_story(tmp_path / "gazette", "a.md", publishedDateTime=None, quality=None, published=None, topics=[])
    with opened(tmp_path / "gazette", tmp_path / "index") as index:
        sync(index)
        (row,) = rows(index)
    assert (row.published_at, row.quality, row.is_published, row.topics) == (None, None, None, ())


def test_dates_before_1970_and_far_ahead_come_back_as_they_were(tmp_path: Path) -> None:
    for number, year in enumerate(("0001", "1899", "9999")):
        write_story(tmp_path / "g", f"{number}.md", publishedDateTime=f"{year}-12-31T23:59:59Z")
    with opened(tmp_path / "g", tmp_path / "index") as index:
        sync(index)
        assert [row.published_at and row.published_at.year for row in rows(index)] == [9999, 1899, 1]


def test_rows_come_in_the_order_asked_for_and_the_unknown_are_left_out(tmp_path: Path) -> None:
    write_archive(tmp_path / "g", 4)
    with opened(tmp_path / "g", tmp_path / "index") as index:
        sync(index)
        newest, *_, oldest = rows(index)
        found = index.rows([oldest.row_id, 999, newest.row_id], base=1000)
    assert [row.title for row in found] == ["Story 0", "Story 3"]
    assert found[0].row_id == 1000 + oldest.row_id


def test_more_rows_than_one_statement_takes_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stories, "_CHUNK", 3)
    write_archive(tmp_path / "g", 10)
    with opened(tmp_path / "g", tmp_path / "index") as index:
        sync(index)
        every = index.catalogue(()).rows(View())
        assert len(index.rows(every)) == len(index.titles(every)) == 10
        paths = [path.relative_to(tmp_path / "g").as_posix() for path in (tmp_path / "g").rglob("*.md")]
        assert sorted(index.rows_at(paths).values()) == sorted(every)


def test_equal_dates_are_sorted_by_title_whatever_its_case(tmp_path: Path) -> None:
    for title in ("beta", "Alpha", "ALPHA 2", "Gamma"):
        write_story(tmp_path / "g", f"{title}.md", title=title)
    with opened(tmp_path / "g", tmp_path / "index") as index:
        sync(index)
        assert titles(index) == ["Alpha", "ALPHA 2", "beta", "Gamma"]


def test_topics_of_stories_and_of_topic_files_make_the_tree(tmp_path: Path) -> None:
    write_story(tmp_path / "g", "a.md", topics=["Vision"])
    data = tmp_path / "g" / "_data" / "topics"
    data.mkdir(parents=True)
    (data / "vision.yaml").write_text("name: Vision\nparent: AI\nshortname: CV\n")
    with opened(tmp_path / "g", tmp_path / "index") as index:
        sync(index)
        assert index.topic_names() == {"Vision"}
        (file,) = index.topic_files()
    assert (file.name, file.parent, file.shortname) == ("Vision", "AI", "CV")


def test_topics_no_story_names_any_more_are_not_listed(tmp_path: Path) -> None:
    path = write_story(tmp_path / "g", "a.md", topics=["Old"])
    synced(tmp_path / "g", tmp_path / "index")
    path.write_text(make_story_text(topics=["New topic"]))
    with opened(tmp_path / "g", tmp_path / "index") as index:
        sync(index)
        assert index.topic_names() == {"New topic"}


def test_topics_another_instance_wrote_meanwhile_are_shown(tmp_path: Path) -> None:
    write_story(tmp_path / "g", "a.md", topics=["AI"])
    with opened(tmp_path / "g", tmp_path / "index") as index:
        sync(index)
        rows(index)
        write_story(tmp_path / "g", "b.md", topics=["Unseen"])
        synced(tmp_path / "g", tmp_path / "index")
        (found,) = index.rows(index.rows_at(["b.md"]).values())
    assert found.topics == ("Unseen",)


def test_an_address_finds_the_stories_of_the_same_page(tmp_path: Path) -> None:
    write_story(tmp_path / "g", "a.md", webUrl="https://www.example.com/a/?utm_source=x")
    write_story(tmp_path / "g", "b.md", webUrl="https://example.com/b/")
    with opened(tmp_path / "g", tmp_path / "index") as index:
        sync(index)
        (row,) = index.rows_with_url("http://example.com/a")
        assert index.path_of(row) == "a.md"
        assert index.rows_with_url("https://example.com/none") == []
        assert index.rows_with_url("javascript:alert(1)") == []


def test_a_row_that_is_gone_has_no_path(tmp_path: Path) -> None:
    with opened(write_archive(tmp_path / "g", 1), tmp_path / "index") as index:
        assert index.path_of(1) is None


def test_candidates_share_an_address_or_a_stem(tmp_path: Path) -> None:
    write_story(tmp_path / "g", "2021/a.md", webUrl="https://example.com/a/")
    write_story(tmp_path / "g", "2021/b.md", webUrl="https://example.com/b/")
    write_story(tmp_path / "g", "2021/c.md", webUrl=None)
    with opened(tmp_path / "g", tmp_path / "index") as index:
        sync(index)
        found = index.candidates(["example.com/b", ""], ["a", ""])
    assert {(path, key) for _, path, key in found} == {
        ("2021/a.md", "example.com/a"),
        ("2021/b.md", "example.com/b"),
    }


ODD_NAMES = [b"caf\xe9.md", b"\xff\xfe/x.md", b"back\\slash.md", b"literally \\xe9.md", "日本.md".encode()]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_any_name_leads_from_the_file_to_an_id_of_text_and_back(tmp_path: Path, name: bytes) -> None:
    path = path_of_bytes(tmp_path / "g", name)
    path.parent.mkdir(parents=True)
    path.write_text(make_story_text(title="Oddly named"))
    with opened(tmp_path / "g", tmp_path / "index") as index:
        sync(index)
        (row,) = rows(index)
        row.story_id.encode()  # text that any file can hold
        in_id = row.story_id.removeprefix("g/")
        assert index.rows_at([in_id, "other.md"]) == {in_id: row.row_id}
        assert index.path_of(row.row_id) == os.fsdecode(name)


def test_a_byte_that_is_no_utf_8_is_written_out_in_the_id(tmp_path: Path) -> None:
    with opened(write_archive(tmp_path / "g", 0) / "..", tmp_path / "index") as index:
        assert index.story_id("caf\udce9.md").endswith("/caf\\xe9.md")


def test_ids_from_a_marks_file_may_hold_anything(tmp_path: Path) -> None:
    with opened(write_archive(tmp_path / "g", 1), tmp_path / "index") as index:
        sync(index)
        assert index.rows_at(["\ud800.md", "\0", "", "\\xzz", "a" * 5000, "\udce9"]) == {}
        assert index.rows_at([]) == {}


def test_the_version_changes_when_another_instance_writes(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "g", 1)
    with opened(archive, tmp_path / "index") as index:
        before = index.version()
        assert index.version() == before
        synced(archive, tmp_path / "index")
        assert index.version() != before


def test_a_rebuilt_index_is_empty_and_fills_again(tmp_path: Path) -> None:
    with opened(write_archive(tmp_path / "g", 3), tmp_path / "index") as index:
        sync(index)
        index.rebuild()
        assert titles(index) == []
        assert sync(index).read == 3


def test_the_catalogue_holds_every_story_of_the_index(tmp_path: Path) -> None:
    with opened(write_archive(tmp_path / "g", 5), tmp_path / "index") as index:
        sync(index)
        shelf = index.catalogue(())
    assert shelf.count("") == Count(5, 5)
    assert list(shelf.rows(View(order=Order.QUALITY))) == list(shelf.rows(View()))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE story SET title = x'ff'",
        "UPDATE story SET title = CAST(x'ff' AS TEXT)",
        "UPDATE outlet SET name = x'00'",
        "UPDATE story SET published_us = 9223372036854775807",
        "UPDATE story SET related = 'many'",
        "UPDATE topicset SET names = '[\"AI'",
        "UPDATE topicset SET names = '[1]'",
        "UPDATE topicset SET names = 'null'",
        "UPDATE topicset SET names = '[\"Another\"]'",
        "DELETE FROM topicset",
        "UPDATE story SET title = 'Rtory 0'",
        "UPDATE story SET excerpt = 'Another.'",
        "UPDATE story SET url = 'https://evil.example/'",
        "UPDATE story SET published_us = published_us + 1",
        "UPDATE story SET quality = quality + 1",
        "UPDATE story SET flags = flags + 4",
        "UPDATE story SET related = related + 1",
        "UPDATE outlet SET name = 'Another'",
        "UPDATE outlet SET domain = 'evil.example'",
        "UPDATE kind SET name = 'video'",
    ],
)
def test_a_row_that_cannot_be_true_is_damage(tmp_path: Path, change: str) -> None:
    synced(write_archive(tmp_path / "g", 1), tmp_path / "index")
    tamper(index_file(tmp_path / "index"), change)
    with opened(tmp_path / "g", tmp_path / "index") as index:
        with pytest.raises(DamagedIndexError):
            index.rows([1])
        assert index.file.is_damaged
    assert synced(tmp_path / "g", tmp_path / "index").read == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE story SET published_us = 'x'",
        "UPDATE story SET quality = x'00'",
        "UPDATE story SET flags = 'x'",
        "UPDATE story SET topicset = -1",
        "UPDATE story SET row = 1 << 60",
        "UPDATE topicset SET names = '{'",
    ],
)
def test_numbers_that_cannot_be_true_are_damage(tmp_path: Path, change: str) -> None:
    synced(write_archive(tmp_path / "g", 1), tmp_path / "index")
    tamper(index_file(tmp_path / "index"), change)
    with opened(tmp_path / "g", tmp_path / "index") as index, pytest.raises(DamagedIndexError):
        index.catalogue(())


def ask_for_problems(index: StoryIndex) -> None:
    index.problems()


def ask_for_topic_files(index: StoryIndex) -> None:
    index.topic_files()


def ask_for_an_address(index: StoryIndex) -> None:
    index.rows_with_url("https://news.example.com/0/")


def ask_for_the_path(index: StoryIndex) -> None:
    index.path_of(1)


def ask_for_files(index: StoryIndex) -> None:
    stamps(index)


def ask_for_candidates(index: StoryIndex) -> None:
    index.candidates(["news.example.com/0"], [])


@pytest.mark.parametrize(
    ("change", "ask"),
    [
        ("INSERT INTO problem VALUES (x'61', 1, 'x', 'no such kind', 'story')", ask_for_problems),
        ("INSERT INTO problem VALUES (x'61', 1, x'00', 'damaged', 'story')", ask_for_problems),
        ("INSERT INTO topic_file VALUES ('AI', x'00', '')", ask_for_topic_files),
        ("UPDATE story SET url = x'ff'", ask_for_an_address),
        ("UPDATE story SET url = x'ff'", ask_for_candidates),
        ("UPDATE story SET path = 5", ask_for_the_path),
        ("UPDATE story SET path = 5", ask_for_files),
        ("UPDATE folder SET path = 5", ask_for_files),
    ],
)
def test_whatever_is_asked_for_damage_is_told_as_damage(tmp_path: Path, change: str, ask: object) -> None:
    synced(write_archive(tmp_path / "g", 1), tmp_path / "index")
    tamper(index_file(tmp_path / "index"), change)
    with opened(tmp_path / "g", tmp_path / "index") as index, pytest.raises(DamagedIndexError):
        ask(index)  # type: ignore[operator]


def test_ids_and_rows_of_an_archive_begin_with_its_name(tmp_path: Path) -> None:
    write_story(tmp_path / "powerapps" / "_news", "a.md")
    with opened(tmp_path / "powerapps" / "_news", tmp_path / "index") as index:
        sync(index)
        (row,) = rows(index)
    assert (row.story_id, row.row_id) == (StoryId("powerapps/_news/a.md"), RowId(1))


def test_an_address_is_looked_up_and_not_looked_for_in_every_story(tmp_path: Path) -> None:
    write_story(tmp_path / "gazette", "a.md")
    with opened(tmp_path / "gazette", tmp_path / "index") as index:
        sync(index)
        with index.file.screen.use("explain") as sqlite:
            plan = [line[3] for line in sqlite.execute(f"EXPLAIN QUERY PLAN {stories._WITH_URL}", (1,))]
    assert len(plan) == 1
    assert "USING INDEX story_url" in plan[0]


def test_any_number_of_stories_is_asked_for_in_few_different_statements(tmp_path: Path) -> None:
    # A connection keeps what it has run, each statement with room for all its values.
    with opened(write_archive(tmp_path / "g", 3), tmp_path / "index") as index:
        sync(index)
        numbers = [row.row_id for row in rows(index)]
        statements: list[str] = []
        for connection in (index.file.screen, index.file.worker):
            connection.sqlite.set_trace_callback(statements.append)
        for count in range(1, 300, 7):
            asked = [*numbers, *range(1_000, 1_000 + count)]
            assert len(index.rows(asked)) == len(index.titles(asked)) == 3
            assert len(index.sort_values(asked, "title")) == 3
            assert not index.rows_at(map(str, asked))
            assert not index.candidates((), map(str, asked))
    sizes = {(text.partition(" IN ")[0], text.count(",")) for text in statements if " IN " in text}
    assert len(sizes) <= 5 * 5
