from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from random import Random

import pytest

from reader.archive.scan import open_archive
from reader.errors import ArchiveError, IndexFileError, StoryFileError
from reader.index import mapped
from reader.index import sync as sync_module
from reader.index.connection import DamagedIndexError
from reader.index.stories import StoryIndex
from reader.library import Changes, Library
from reader.model import Count, Counts, Order, RowId, Show, StoryId, StoryRow, View
from reader.state.keeper import Change, MarkKeeper
from reader.values import replace
from tests.factories import make_story_text, write_archive, write_story
from tests.unit.conftest import OpenLibrary
from tests.unit.index.shelf import index_file, opened, stamps, tamper


def rows(library: Library, view: View | None = None) -> list[StoryRow]:
    return library.rows(library.row_ids(view or View()))


def titles(library: Library, view: View | None = None) -> list[str]:
    return [row.title for row in rows(library, view)]


def starred(library: Library) -> list[str]:
    return titles(library, View(show=Show.STARRED))


def story(library: Library, title: str) -> StoryRow:
    (found,) = (row for row in rows(library) if row.title == title)
    return found


def marks(library: Library, title: str) -> tuple[bool, bool]:
    story_id = story(library, title).story_id
    return library.is_read(story_id), library.is_starred(story_id)


# -- the first start -----------------------------------------------------------------------------------


def test_a_library_begins_with_the_newest_stories(tmp_path: Path) -> None:
    archives = [open_archive(write_archive(tmp_path / name, 100)) for name in ("gazette", "herald")]
    library = Library(archives, state_folder=tmp_path / "state", cache_folder=tmp_path / "cache")
    library.open()
    library.begin()
    begun = titles(library)
    assert begun[:2] == ["Story 99", "Story 99"]
    assert len(begun) < 200
    library.begin()
    assert titles(library) == begun
    library.sync()
    library.reload()
    assert len(titles(library)) == 200
    library.close()


def test_what_goes_wrong_at_the_beginning_is_left_to_the_sync(tmp_path: Path, gazette: Path) -> None:
    archive = open_archive(gazette)
    library = Library([archive], state_folder=tmp_path / "state", cache_folder=tmp_path / "cache")
    library.open()
    shutil.rmtree(gazette)
    library.begin()
    with pytest.raises(ArchiveError):
        library.sync()
    library.close()


def test_what_a_library_keeps_is_there_at_the_next_start(tmp_path: Path, gazette: Path) -> None:
    for is_first in (True, False):
        library = Library(
            [open_archive(gazette)], state_folder=tmp_path / "state", cache_folder=tmp_path / "cache"
        )
        assert (library.open_kept()) != is_first
        library.sync()
        library.keep()
        library.close()


# -- marks ---------------------------------------------------------------------------------------------


def test_marks_are_there_after_a_restart(gazette: Path, open_library: OpenLibrary) -> None:
    library = open_library(gazette)
    library.set_read(story(library, "Story 1"), True)
    library.set_starred(story(library, "Story 2"), True)
    library.close()
    again = open_library(gazette)
    assert marks(again, "Story 1") == (True, False)
    assert marks(again, "Story 2") == (False, True)
    assert starred(again) == ["Story 2"]
    assert titles(again, View(show=Show.UNREAD)) == ["Story 3", "Story 2", "Story 0"]


def test_a_mark_can_be_taken_back(gazette: Path, open_library: OpenLibrary) -> None:
    library = open_library(gazette)
    for is_set in (True, False):
        library.set_read(story(library, "Story 1"), is_set)
        library.set_starred(story(library, "Story 1"), is_set)
    library.close()
    assert marks(open_library(gazette), "Story 1") == (False, False)


def test_counts_follow_marks_at_once(gazette: Path, open_library: OpenLibrary) -> None:
    library = open_library(gazette)
    library.set_read(story(library, "Story 0"), True)
    library.set_starred(story(library, "Story 0"), True)
    counts = library.counts()
    assert (counts.everything, counts.starred) == (Count(3, 4), 1)
    assert counts.topics == {"AI": Count(0, 1), "Cloud": Count(1, 1), "Privacy": Count(1, 1)} | {
        "Robotics": Count(1, 1)
    }


def test_a_topic_counts_its_children_and_a_story_once(tmp_path: Path, open_library: OpenLibrary) -> None:
    write_story(tmp_path / "g", "a.md", topics=["AI", "Vision"])
    write_story(tmp_path / "g", "b.md", topics=["vision"])
    data = tmp_path / "g" / "_data" / "topics"
    data.mkdir(parents=True)
    (data / "v.yaml").write_text("name: Vision\nparent: AI\n")
    (data / "ai.yaml").write_text("name: AI\n")
    library = open_library(tmp_path / "g")
    assert [(topic.name, [child.name for child in topic.children]) for topic in library.topics] == [
        ("AI", ["Vision"])
    ]
    assert library.counts().topics == {"AI": Count(2, 2), "Vision": Count(2, 2)}
    assert len(titles(library, View(topic="AI"))) == 2


def test_a_story_one_just_read_may_stay_in_the_unread_view(gazette: Path, open_library: OpenLibrary) -> None:
    library = open_library(gazette)
    row = story(library, "Story 2")
    library.set_read(row, True)
    view = View(show=Show.UNREAD)
    assert row.row_id not in library.row_ids(view)
    assert row.row_id in library.row_ids(view, also=[row.row_id])


def test_an_item_without_an_id_takes_no_mark(gazette: Path, open_library: OpenLibrary) -> None:
    library = open_library(gazette)
    library.set_starred(StoryRow(row_id=RowId(0), story_id=StoryId(""), title="No address"), True)
    assert library.keeper.marks() == []


def test_damage_to_the_index_touches_no_mark(
    gazette: Path, tmp_path: Path, open_library: OpenLibrary
) -> None:
    library = open_library(gazette)
    library.set_starred(story(library, "Story 1"), True)
    library.close()
    index_file(tmp_path / "cache" / "index").write_bytes(b"garbage" * 99)
    assert starred(open_library(gazette)) == ["Story 1"]


def test_marks_of_files_whose_names_are_no_text_survive_a_restart(
    tmp_path: Path, open_library: OpenLibrary
) -> None:
    (tmp_path / "g").mkdir()
    for name in (b"caf\xe9.md", b"caf\\xe9.txt"):
        (tmp_path / "g" / os.fsdecode(name)).write_text(make_story_text(title=str(name)))
    library = open_library(tmp_path / "g")
    for row in rows(library):
        library.set_starred(row, True)
        library.set_read(row, True)
    library.close()
    again = open_library(tmp_path / "g")
    assert len(starred(again)) == 2
    assert titles(again, View(show=Show.UNREAD)) == []
    assert all(again.find(row.story_id) == row.row_id for row in rows(again))


@pytest.mark.parametrize("story_id", ["gazette/\ud800.md", "gazette/", "gazette/\0", "url:", "/", "gazette"])
def test_no_id_in_the_marks_keeps_the_library_from_opening(
    story_id: str, gazette: Path, tmp_path: Path, open_library: OpenLibrary
) -> None:
    keeper = MarkKeeper(tmp_path / "state")
    keeper.record([Change(StoryId(story_id), is_read=True, is_starred=True, title="Odd")])
    keeper.close()
    library = open_library(gazette)
    assert len(titles(library)) == 4
    assert starred(library) == ["Odd"]


# -- which story a mark means --------------------------------------------------------------------------


def marked_library(open_library: OpenLibrary, folder: Path, title: str = "Story 1") -> None:
    library = open_library(folder)
    library.set_read(story(library, title), True)
    library.set_starred(story(library, title), True)
    library.close()


def test_a_file_moved_to_another_folder_keeps_its_marks(gazette: Path, open_library: OpenLibrary) -> None:
    marked_library(open_library, gazette)
    (gazette / "2021").rename(gazette / "old-news")
    library = open_library(gazette)
    assert marks(library, "Story 1") == (True, True)
    assert starred(library) == ["Story 1"]
    assert library.counts().starred == 1


def test_a_renamed_archive_keeps_its_marks(gazette: Path, open_library: OpenLibrary) -> None:
    marked_library(open_library, gazette)
    library = open_library(gazette.rename(gazette.with_name("herald")))
    assert marks(library, "Story 1") == (True, True)
    assert starred(library) == ["Story 1"]


@pytest.mark.parametrize("first_opened", ["powerapps", "powerapps/_news"])
def test_an_archive_and_its_news_folder_share_their_marks(
    first_opened: str, tmp_path: Path, open_library: OpenLibrary
) -> None:
    write_story(tmp_path / "powerapps" / "_news", "a.md", title="Story 1")
    marked_library(open_library, tmp_path / first_opened)
    for folder in ("powerapps", "powerapps/_news"):
        library = open_library(tmp_path / folder)
        assert marks(library, "Story 1") == (True, True)
        assert story(library, "Story 1").story_id == "powerapps/_news/a.md"


def test_a_renamed_file_keeps_its_marks_by_its_address(gazette: Path, open_library: OpenLibrary) -> None:
    marked_library(open_library, gazette)
    (path,) = gazette.rglob("*story-1.md")
    path.rename(gazette / "quite another name.md")
    assert marks(open_library(gazette), "Story 1") == (True, True)


def test_a_moved_file_with_another_address_keeps_its_marks_by_its_name(
    gazette: Path, open_library: OpenLibrary
) -> None:
    marked_library(open_library, gazette)
    (path,) = gazette.rglob("*story-1.md")
    path.unlink()
    write_story(gazette / "elsewhere", path.name, title="Story 1", webUrl="https://example.com/new-address/")
    assert marks(open_library(gazette), "Story 1") == (True, True)


def test_where_two_stories_could_be_meant_none_takes_the_marks(
    gazette: Path, open_library: OpenLibrary
) -> None:
    marked_library(open_library, gazette)
    (path,) = gazette.rglob("*story-1.md")
    for name in ("copy.md", "other copy.md"):
        shutil.copy(path, gazette / name)
    path.unlink()
    library = open_library(gazette)
    assert all(not library.is_read(row.story_id) for row in rows(library))
    assert [row.is_gone for row in rows(library, View(show=Show.STARRED))] == [True]


def test_a_moved_story_keeps_its_other_mark_when_it_is_pressed_again(
    gazette: Path, open_library: OpenLibrary
) -> None:
    marked_library(open_library, gazette)
    (gazette / "2021").rename(gazette / "old-news")
    library = open_library(gazette)
    library.set_read(story(library, "Story 1"), False)
    assert marks(library, "Story 1") == (False, True)
    library.close()
    assert marks(open_library(gazette), "Story 1") == (False, True)


def test_a_moved_story_that_was_pressed_again_is_not_listed_a_second_time_as_gone(
    gazette: Path, open_library: OpenLibrary
) -> None:
    marked_library(open_library, gazette)
    (gazette / "2021").rename(gazette / "old-news")
    library = open_library(gazette)
    library.set_read(story(library, "Story 1"), False)
    library.close()
    again = open_library(gazette)
    assert starred(again) == ["Story 1"]
    assert again.counts().starred == 1
    again.set_starred(story(again, "Story 1"), False)
    again.reload()
    assert starred(again) == []


def test_what_a_moved_story_left_behind_is_not_free_for_another(
    gazette: Path, open_library: OpenLibrary
) -> None:
    marked_library(open_library, gazette)
    (gazette / "2021").rename(gazette / "old-news")
    library = open_library(gazette)
    library.set_read(story(library, "Story 1"), False)
    library.close()
    write_story(gazette, "twin.md", title="Twin", webUrl="https://news.example.com/1/")
    assert marks(open_library(gazette), "Twin") == (False, False)


def test_a_mark_of_a_related_item_goes_to_the_story_once_its_file_comes(
    tmp_path: Path, open_library: OpenLibrary
) -> None:
    related = [{"title": "Theirs", "webUrl": "https://example.com/theirs/"}]
    write_story(tmp_path / "g", "lead.md", title="Lead", related=related)
    library = open_library(tmp_path / "g")
    (item,) = library.story(story(library, "Lead")).related
    assert item.row.story_id == "url:example.com/theirs"
    library.set_starred(item.row, True)
    assert library.is_starred(item.row.story_id)
    library.close()
    write_story(tmp_path / "g", "theirs.md", title="Theirs", webUrl="https://example.com/theirs")
    again = open_library(tmp_path / "g")
    assert [(row.title, row.is_gone) for row in rows(again, View(show=Show.STARRED))] == [("Theirs", False)]


# -- stories whose file is gone ------------------------------------------------------------------------


def test_a_starred_story_outlives_its_file(gazette: Path, open_library: OpenLibrary) -> None:
    marked_library(open_library, gazette)
    shutil.rmtree(gazette / "2021")
    library = open_library(gazette)
    (row,) = rows(library, View(show=Show.STARRED))
    assert (row.title, row.url, row.provider.name) == (
        "Story 1",
        "https://news.example.com/1/",
        "Example News",
    )
    assert row.is_gone
    assert row.row_id < 0
    assert library.counts() == Counts(everything=Count(0, 0), starred=1, topics={})
    assert titles(library) == []
    assert titles(library, View("AI", Show.STARRED)) == []
    assert library.file_of(row) is None
    with pytest.raises(StoryFileError, match="this is what was kept with its mark"):
        library.story(row)


def test_a_star_is_taken_from_a_story_whose_file_is_gone(gazette: Path, open_library: OpenLibrary) -> None:
    marked_library(open_library, gazette)
    shutil.rmtree(gazette / "2021")
    library = open_library(gazette)
    (row,) = rows(library, View(show=Show.STARRED))
    library.set_starred(row, False)
    assert starred(library) == []
    assert list(library.row_ids(View(show=Show.STARRED), also=[row.row_id])) == [row.row_id]
    assert library.counts().starred == 0
    library.close()
    assert starred(open_library(gazette)) == []


def test_starred_stories_that_are_gone_stand_in_order_with_the_others(
    gazette: Path, open_library: OpenLibrary
) -> None:
    library = open_library(gazette)
    for row in rows(library):
        library.set_starred(row, True)
    library.close()
    for number in (1, 2):
        next(gazette.rglob(f"*story-{number}.md")).unlink()
    assert starred(open_library(gazette)) == ["Story 3", "Story 2", "Story 1", "Story 0"]


# -- one story -----------------------------------------------------------------------------------------


def test_a_story_is_read_whole_with_its_related_coverage(tmp_path: Path, open_library: OpenLibrary) -> None:
    related = [
        {"title": "Here too", "webUrl": "http://www.example.com/other/?utm_source=x"},
        {"title": "The lead itself", "webUrl": "https://example.com/lead"},
        {"title": "No address", "webUrl": None},
    ]
    write_story(tmp_path / "g", "lead.md", "The body.", webUrl="https://example.com/lead", related=related)
    write_story(tmp_path / "g", "other.md", title="Other", webUrl="https://example.com/other")
    library = open_library(tmp_path / "g")
    whole = library.story(story(library, "A title"))
    assert whole.story.body == "The body."
    assert [(item.row.story_id, item.row.title) for item in whole.related] == [
        ("g/other.md", "Other"),
        ("url:example.com/lead", "The lead itself"),
        ("", "No address"),
    ]
    library.set_read(whole.related[0].row, True)
    assert titles(library, View(show=Show.UNREAD)) == ["A title"]


def test_a_related_item_is_the_story_of_another_archive(tmp_path: Path, open_library: OpenLibrary) -> None:
    related = [{"title": "Theirs", "webUrl": "https://example.com/theirs/"}]
    write_story(tmp_path / "ours", "lead.md", title="Lead", related=related)
    write_story(tmp_path / "theirs", "a.md", title="Told there", webUrl="https://example.com/theirs/")
    library = open_library(tmp_path / "ours", tmp_path / "theirs")
    (item,) = library.story(story(library, "Lead")).related
    assert item.row == story(library, "Told there")


def test_a_story_that_vanished_since_it_was_listed_is_told(gazette: Path, open_library: OpenLibrary) -> None:
    library = open_library(gazette)
    row = story(library, "Story 1")
    assert library.file_of(row) == next(gazette.rglob("*story-1.md"))
    next(gazette.rglob("*story-1.md")).unlink()
    with pytest.raises(StoryFileError, match="not there any more"):
        library.story(row)
    library.sync()
    with pytest.raises(StoryFileError, match="the file of this story is gone"):
        library.story(row)
    assert library.file_of(row) is None
    assert library.find(row.story_id) is None


def test_rows_of_stories_that_vanished_are_left_out(gazette: Path, open_library: OpenLibrary) -> None:
    library = open_library(gazette)
    listed = library.row_ids(View())
    next(gazette.rglob("*story-1.md")).unlink()
    library.sync()
    assert [row.title for row in library.rows([*listed, RowId(-7)])] == ["Story 3", "Story 2", "Story 0"]
    library.set_read(library.rows(listed)[0], True)


def test_next_unread_skips_what_is_read_or_gone(gazette: Path, open_library: OpenLibrary) -> None:
    library = open_library(gazette)
    ids = library.row_ids(View())
    for title in ("Story 2", "Story 1"):
        library.set_read(story(library, title), True)
    assert library.next_unread(ids, 0, 1) == 3
    assert library.next_unread(ids, 3, -1) == 0
    assert library.next_unread(ids, 3, 1) is None
    assert library.next_unread(ids, 0, -1) is None
    assert library.next_unread(ids, -1, 1) == 0


# -- several archives ----------------------------------------------------------------------------------


@pytest.fixture
def two(tmp_path: Path, open_library: OpenLibrary) -> Library:
    for archive, name, day, quality in (
        ("ours", "Alpha", "2021-01-01", 5),
        ("ours", "delta", "2021-01-01", 9),
        ("ours", "Echo", "2021-03-01", None),
        ("ours", "Golf", None, 5),
        ("theirs", "Bravo", "2021-01-01", 9),
        ("theirs", "charlie", "2021-01-01", 5),
        ("theirs", "Foxtrot", "2021-02-01", None),
        ("theirs", "Hotel", None, None),
    ):
        date = f"{day}T00:00:00Z" if day else None
        write_story(
            tmp_path / archive,
            f"{name}.md",
            title=name,
            publishedDateTime=date,
            quality=quality,
            webUrl=f"https://example.com/{name}/",
        )
    return open_library(tmp_path / "ours", tmp_path / "theirs")


def test_archives_are_one_list_by_date_with_ties_by_title(two: Library) -> None:
    ties = ["Alpha", "Bravo", "charlie", "delta"]
    assert titles(two) == ["Echo", "Foxtrot", *ties, "Golf", "Hotel"]
    assert titles(two, View(is_reversed=True)) == [*ties, "Foxtrot", "Echo", "Golf", "Hotel"]


def test_archives_are_one_list_by_quality(two: Library) -> None:
    unknown = ["Echo", "Foxtrot", "Hotel"]
    by_quality = View(order=Order.QUALITY)
    assert titles(two, by_quality) == ["Bravo", "delta", "Alpha", "charlie", "Golf", *unknown]
    worst_first = View(order=Order.QUALITY, is_reversed=True)
    assert titles(two, worst_first) == ["Alpha", "charlie", "Golf", "Bravo", "delta", *unknown]
    assert two.quality_range() == (5, 9)


def test_marks_counts_and_lookups_reach_every_archive(two: Library) -> None:
    for title in ("Alpha", "Bravo"):
        two.set_starred(story(two, title), True)
        two.set_read(story(two, title), True)
    assert starred(two) == ["Alpha", "Bravo"]
    assert two.counts().everything == Count(6, 8)
    assert two.counts().starred == 2
    row = story(two, "charlie")
    assert two.find(row.story_id) == row.row_id
    kept = two.row_ids(View(show=Show.UNREAD), also=[story(two, "Bravo").row_id])
    assert [found.title for found in two.rows(kept)][2:4] == ["Bravo", "charlie"]
    assert two.find(StoryId("elsewhere/a.md")) is None


def test_stories_of_archives_that_never_tie_are_merged_without_a_look_at_titles(
    tmp_path: Path, open_library: OpenLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    for archive, year in (("ours", 2021), ("theirs", 2022)):
        for _ in range(2):
            date = f"{year}-01-01T00:00:00Z"
            write_story(tmp_path / archive, "a.md", title=f"{year}", publishedDateTime=date)
    library = open_library(tmp_path / "ours", tmp_path / "theirs")
    monkeypatch.delattr(StoryIndex, "titles")
    assert titles(library) == ["2022", "2021"]


def test_problems_are_told_with_their_archive(
    tmp_path: Path, gazette: Path, open_library: OpenLibrary
) -> None:
    bad = write_archive(tmp_path / "bad", 1) / "bad.md"
    bad.write_text("---\ntitle: Still readable\nexcerpt: [unclosed\n---\n")
    library = open_library(gazette, tmp_path / "bad")
    assert {(archive.name, problem.path) for archive, problem in library.problems()} == {("bad", "bad.md")}
    assert library.problem_count() == len(library.problems())


# -- other instances -----------------------------------------------------------------------------------


def test_marks_of_another_instance_appear_after_a_poll(gazette: Path, open_library: OpenLibrary) -> None:
    library, other = open_library(gazette), open_library(gazette)
    library.reload()
    row = story(other, "Story 1")
    other.set_read(row, True)
    other.set_starred(row, True)
    changes = library.poll()
    assert changes == Changes(frozenset([row.story_id]), has_new_stories=False)
    assert library.counts().everything == Count(3, 4)
    assert starred(library) == ["Story 1"]
    assert library.poll().marks == frozenset()


def test_a_mark_of_no_story_here_asks_for_a_reload(
    gazette: Path, tmp_path: Path, open_library: OpenLibrary
) -> None:
    library = open_library(gazette)
    library.reload()
    keeper = MarkKeeper(tmp_path / "state")
    keeper.record([Change(StoryId("elsewhere/a.md"), is_starred=True, title="Elsewhere")])
    keeper.close()
    assert library.poll().has_new_stories
    library.reload()
    assert starred(library) == ["Elsewhere"]


def test_stories_another_instance_indexed_are_news(gazette: Path, open_library: OpenLibrary) -> None:
    library = open_library(gazette)
    library.reload()
    assert not library.poll().has_new_stories
    write_story(gazette, "new.md", title="New")
    open_library(gazette)
    assert library.poll().has_new_stories
    library.reload()
    assert "New" in titles(library)


def test_marks_pressed_or_polled_while_the_library_reloads_are_not_lost(
    gazette: Path, open_library: OpenLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, other = open_library(gazette), open_library(gazette)
    pressed, polled = story(library, "Story 1"), story(library, "Story 2")
    read_shelf = library._read_shelf

    def read_and_press() -> object:
        shelf = read_shelf()
        library.set_read(pressed, True)
        other.set_starred(polled, True)
        library.poll()
        return shelf

    monkeypatch.setattr(library, "_read_shelf", read_and_press)
    library.reload()
    assert library.counts().everything == Count(3, 4)
    assert starred(library) == ["Story 2"]


def test_presses_beside_many_reloads_are_all_counted(tmp_path: Path, open_library: OpenLibrary) -> None:
    library = open_library(write_archive(tmp_path / "g", 50))
    listed = rows(library)
    failures: list[Exception] = []
    is_done = threading.Event()

    def reload() -> None:
        try:
            while not is_done.is_set():
                library.reload()
        except Exception as error:  # noqa: BLE001 - told in the thread that looks
            failures.append(error)

    threads = [threading.Thread(target=reload) for _ in range(2)]
    for thread in threads:
        thread.start()
    for row in listed:
        library.set_read(row, True)
    is_done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert library.counts().everything == Count(0, 50)


# -- trouble -------------------------------------------------------------------------------------------


def test_an_impossible_cache_folder_is_told_and_the_session_works(
    gazette: Path, tmp_path: Path, open_library: OpenLibrary
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    library = open_library(gazette)
    assert "this session works without it" in library.index_trouble()
    library.set_starred(story(library, "Story 1"), True)
    assert starred(library) == ["Story 1"]
    assert not library.poll().has_new_stories


def test_an_index_on_the_disk_is_no_trouble(gazette: Path, open_library: OpenLibrary) -> None:
    assert open_library(gazette).index_trouble() == ""


def test_an_archive_that_is_gone_is_told_and_its_stories_stay_listed(
    gazette: Path, open_library: OpenLibrary
) -> None:
    library = open_library(gazette)
    shutil.rmtree(gazette)
    with pytest.raises(ArchiveError, match="not there any more"):
        library.sync()
    library.reload()
    assert len(titles(library)) == 4


def test_damage_found_at_the_start_is_mended_by_the_sync(
    gazette: Path, tmp_path: Path, open_library: OpenLibrary
) -> None:
    open_library(gazette).close()
    tamper(index_file(tmp_path / "cache" / "index"), "UPDATE story SET quality = x'00'")
    assert len(titles(open_library(gazette))) == 4


def test_damage_that_only_drawing_meets_is_mended_by_the_next_sync(
    gazette: Path, tmp_path: Path, open_library: OpenLibrary
) -> None:
    library = open_library(gazette)
    tamper(index_file(tmp_path / "cache" / "index"), "UPDATE story SET title = x'ff' WHERE row = 2")
    with pytest.raises(DamagedIndexError):
        titles(library)
    assert library.sync()[0].read == 4
    library.reload()
    assert len(titles(library)) == 4


def test_damage_that_only_drawing_meets_is_mended_by_the_next_start(
    gazette: Path, tmp_path: Path, open_library: OpenLibrary
) -> None:
    library = open_library(gazette)
    tamper(index_file(tmp_path / "cache" / "index"), "UPDATE story SET title = x'ff' WHERE row = 2")
    with pytest.raises(DamagedIndexError):
        titles(library)
    library.close()
    assert len(titles(open_library(gazette))) == 4


def cut_short(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Have this index found with a file beside it that was cut short."""
    monkeypatch.setattr(mapped, "lengthened", lambda: {path.name})


def test_an_index_beside_which_a_mapped_file_was_cut_short_is_built_anew(
    gazette: Path, tmp_path: Path, open_library: OpenLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = open_library(gazette, write_archive(tmp_path / "other", 1))
    assert not library.lengthen()
    cut_short(monkeypatch, index_file(tmp_path / "cache" / "index", "gazette"))
    assert library.lengthen()
    assert [report.read for report in library.sync()] == [4, 0]
    (news,) = library.take_news()
    assert "gazette was damaged" in news
    library.reload()
    assert len(titles(library)) == 5


def test_a_mapped_file_that_is_cut_short_during_a_sync_has_it_begin_again(
    gazette: Path, tmp_path: Path, open_library: OpenLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = open_library(gazette)
    cut_short(monkeypatch, index_file(tmp_path / "cache" / "index"))
    write_story(gazette, "late.md")
    looks: list[bool] = []

    def look(progress: object) -> None:
        if not looks:
            looks.append(library.lengthen())

    (report,) = library.sync(look)
    assert looks == [True]
    assert report.read == 5
    assert library.sync()[0].read == 0


def test_damage_the_sync_did_not_meet_costs_no_story_afterwards(
    gazette: Path, tmp_path: Path, open_library: OpenLibrary
) -> None:
    library = open_library(gazette, write_archive(tmp_path / "other", 1))
    tamper(index_file(tmp_path / "cache" / "index", "gazette"), "UPDATE story SET quality = x'00'")
    library.reload()
    assert len(titles(library)) == 5


def test_damage_the_sync_meets_is_mended_by_it(
    gazette: Path, tmp_path: Path, open_library: OpenLibrary
) -> None:
    library = open_library(gazette)
    tamper(index_file(tmp_path / "cache" / "index"), "DROP TABLE folder")
    assert library.sync()[0].read == 4


def test_an_index_that_cannot_be_written_is_told(
    gazette: Path, open_library: OpenLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = open_library(gazette)

    def fail(*arguments: object, **named: object) -> None:
        raise IndexFileError("disk full")

    monkeypatch.setattr(sync_module, "sync", fail)
    with pytest.raises(IndexFileError, match="disk full"):
        library.sync()


def test_a_library_closed_under_a_running_sync_keeps_what_was_indexed(
    gazette: Path, tmp_path: Path, open_library: OpenLibrary
) -> None:
    library = open_library(gazette)
    write_story(gazette, "new.md")
    with pytest.raises(IndexFileError):
        library.sync(lambda progress: library.close())
    with opened(gazette, tmp_path / "cache" / "index") as index:
        assert len(stamps(index)) == 4


@pytest.mark.parametrize("seed", range(15))
def test_flipped_bits_never_keep_the_library_from_opening(
    seed: int, tmp_path: Path, open_library: OpenLibrary
) -> None:
    archive = write_archive(tmp_path / "g", 30)
    library = open_library(archive)
    library.set_starred(story(library, "Story 1"), True)
    library.close()
    path = index_file(tmp_path / "cache" / "index")
    data, random = bytearray(path.read_bytes()), Random(seed)
    for _ in range(30):
        data[random.randrange(100, len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(data)
    library = open_library(archive)
    try:
        titles(library)
    except DamagedIndexError:
        library.close()
        library = open_library(archive)
        titles(library)
    assert library.is_starred(StoryId("g/2021/2021-01-01-story-1.md"))


def test_only_an_order_that_is_at_hand_is_quick(open_library: OpenLibrary, gazette: Path) -> None:
    library = open_library(gazette)
    by_title = View(order=Order.TITLE)
    assert library.is_quick(View())
    assert not library.is_quick(by_title)
    library.row_ids(by_title)
    assert library.is_quick(by_title)


def test_an_order_of_several_archives_is_at_hand_once_it_was_worked_out(
    open_library: OpenLibrary, gazette: Path, tmp_path: Path
) -> None:
    library = open_library(gazette, write_archive(tmp_path / "courier", 3))
    by_title = View(order=Order.TITLE)
    assert library.is_quick(View())
    assert not library.is_quick(by_title)
    library.row_ids(by_title)
    assert library.is_quick(by_title)


def test_views_of_several_archives_are_those_of_their_stories_sorted_anew(
    open_library: OpenLibrary, tmp_path: Path
) -> None:
    archives = [tmp_path / name for name in ("gazette", "courier", "herald")]
    random = Random(5)
    for archive in archives:
        for number in range(30):
            write_story(
                archive,
                f"2021-01-01-{archive.name}-{number}.md",
                title=random.choice("abcdefgh"),
                quality=random.randrange(5),
                topics=[{"name": random.choice(("AI", "Law"))}],
                publishedDateTime=f"2021-01-{random.randrange(1, 9):02}T00:00:00Z",
            )
    library = open_library(*archives)
    for story in rows(library)[::4]:
        library.set_read(story, True)
    every = rows(library)
    for order in Order:
        for is_reversed in (False, True):
            whole = [row.story_id for row in rows(library, View(order=order, is_reversed=is_reversed))]
            assert sorted(whole) == sorted(row.story_id for row in every)
            for view in (View("AI"), View(show=Show.UNREAD), View("Law", Show.UNREAD, quality_floor=2)):
                found = rows(library, replace(view, order=order, is_reversed=is_reversed))
                wanted = {row.story_id for row in every if _is_in(row, view, library)}
                assert [row.story_id for row in found] == [one for one in whole if one in wanted]


def _is_in(row: StoryRow, view: View, library: Library) -> bool:
    return (
        (not view.topic or view.topic in row.topics)
        and (view.show is Show.ALL or not library.is_read(row.story_id))
        and (view.quality_floor is None or (row.quality or 0) >= view.quality_floor)
    )
