from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from reader.archive.scan import open_archive
from reader.library import Library, marking
from reader.model import RowId, Show, StoryId, View
from reader.state import byhand
from tests.factories import write_archive


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Twelve stories, the newest of them starred and read."""
    write_archive(tmp_path / "many", 12)
    library = Library(
        [open_archive(tmp_path / "many")], state_folder=tmp_path / "state", cache_folder=tmp_path / "cache"
    )
    library.open()
    library.sync()
    library.reload()
    (row,) = library.rows(library.row_ids(View())[:1])
    library.set_read(row, True)
    library.set_starred(row, True)
    return library


def test_many_are_marked_and_those_that_were_not_read_are_named(library: Library, tmp_path: Path) -> None:
    marked = library.set_read_many(library.row_ids(View()))
    assert len(marked) == len(set(marked)) == 11
    assert library.counts().everything.unread == 0
    assert library.counts().starred == 1
    again = Library(library.archives, state_folder=tmp_path / "state", cache_folder=tmp_path / "cache")
    again.open()
    assert again.counts() == library.counts()


def test_what_was_marked_is_marked_back_and_the_rest_stays(library: Library) -> None:
    marked = library.set_read_many(library.row_ids(View()))
    library.set_read_again(marked, is_read=False)
    assert library.counts().everything.unread == 11
    assert library.counts().starred == 1
    assert len(library.row_ids(View(show=Show.UNREAD))) == 11
    library.set_read_again(marked, is_read=True)
    assert library.counts().everything.unread == 0


def test_marks_that_were_taken_back_leave_one_line_a_story(library: Library, tmp_path: Path) -> None:
    """The line before was kept for its address alone."""
    marked = library.set_read_many(library.row_ids(View()))
    library.set_read_again(marked, is_read=False)
    library.close()
    counts, marks = library.counts(), [library.mark_of(story_id) for story_id in marked]
    done = byhand.compact(tmp_path / "state")
    assert (done.before, done.after) == (2 + 2 * 11, 2 + 11)
    again = Library(library.archives, state_folder=tmp_path / "state", cache_folder=tmp_path / "cache")
    again.open()
    assert again.counts() == counts
    assert [again.mark_of(story_id) for story_id in marked] == marks
    assert all(mark and mark.url for mark in marks)


def test_nothing_to_mark_writes_nothing(library: Library, tmp_path: Path) -> None:
    library.set_read_many(library.row_ids(View()))
    before = (tmp_path / "state" / "state.jsonl").read_bytes()
    assert library.set_read_many(library.row_ids(View())) == []
    library.set_read_again([], is_read=True)
    assert (tmp_path / "state" / "state.jsonl").read_bytes() == before


def test_a_story_gone_from_the_archive_is_marked_like_any_other(library: Library, tmp_path: Path) -> None:
    (row,) = library.rows(library.row_ids(View(show=Show.STARRED)))
    path = library.file_of(row)
    assert path is not None
    path.unlink()
    library.sync()
    library.reload()
    library.set_read_again([row.story_id], is_read=False)
    (gone,) = library.row_ids(View(show=Show.STARRED))
    assert library.set_read_many([gone]) == [row.story_id]
    assert library.is_read(row.story_id)


def test_what_is_marked_by_hand_while_many_are_marked_stays_as_it_is(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines of a large archive are written one batch after the other: later than that press."""
    monkeypatch.setattr(marking, "_BATCH", 4)
    rows = library.rows(library.row_ids(View()))
    record = library._record_many

    def press_meanwhile(stories: Mapping[StoryId, tuple[RowId, str]], is_read: bool) -> list[StoryId]:
        if not pressed:
            pressed.append(rows[-1].story_id)
            library.set_read(rows[-1], False)
        return record(stories, is_read)

    pressed: list[StoryId] = []
    monkeypatch.setattr(library, "_record_many", press_meanwhile)
    marked = library.set_read_many(library.row_ids(View()))
    assert [row.story_id for row in rows if not library.is_read(row.story_id)] == pressed
    assert len(marked) == 10


def test_a_star_given_while_many_are_marked_read_does_not_keep_its_story_unread(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = library.rows(library.row_ids(View()))
    record = library._record_many

    def star_meanwhile(stories: Mapping[StoryId, tuple[RowId, str]], is_read: bool) -> list[StoryId]:
        library.set_starred(rows[-1], True)
        return record(stories, is_read)

    monkeypatch.setattr(library, "_record_many", star_meanwhile)
    library.set_read_many(library.row_ids(View()))
    assert library.counts().everything.unread == 0
    assert library.is_starred(rows[-1].story_id)
