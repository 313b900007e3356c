from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from reader.archive.scan import open_archive
from reader.library import NO_ROW, Library
from reader.model import Order, Provider, Show, StoryId, StoryRow, View
from reader.query.parse import parse
from tests.factories import write_archive
from tests.unit.conftest import OpenLibrary

NOW = datetime(2021, 6, 1, tzinfo=UTC)


def found(library: Library, query: str, view: View | None = None) -> list[str]:
    """The titles a query finds, the long way and the short one."""
    wanted = parse(f"{query} ", NOW)
    titles = [row.title for row in library.rows(library.search_ids(wanted, view or View()))]
    if view is None:
        assert [row.title for row in library.rows(library.first_ids(View(), 99, wanted))] == titles
    return titles


def story(library: Library, title: str) -> StoryRow:
    (row,) = (row for row in library.rows(library.row_ids(View())) if row.title == title)
    return row


def another_report() -> StoryRow:
    """A related item that no file of the archive is about."""
    url = "https://example.org/other"
    return StoryRow(row_id=NO_ROW, story_id=StoryId(f"url:{url}"), title="Another report", url=url)


def test_a_note_is_there_after_a_restart_and_found(gazette: Path, open_library: OpenLibrary) -> None:
    library = open_library(gazette)
    row = story(library, "Story 1")
    library.set_note(row, "for the\n talk in  May")
    assert library.note_of(row.story_id) == "for the talk in May"
    library.close()
    again = open_library(gazette)
    assert again.note_of(row.story_id) == "for the talk in May"
    assert (
        found(again, "note:talk")
        == found(again, 'note:"the talk"')
        == found(again, "has:note")
        == ["Story 1"]
    )
    assert found(again, "note:ma*") == ["Story 1"]
    assert found(again, "note:story") == found(again, 'note:"talk the"') == []
    assert found(again, "-has:note") == ["Story 3", "Story 2", "Story 0"]


def test_a_note_changes_no_other_mark_and_can_be_taken_away(gazette: Path, open_library: OpenLibrary) -> None:
    library = open_library(gazette)
    row = story(library, "Story 1")
    library.set_starred(row, True)
    library.set_read(row, True)
    library.set_note(row, "mine")
    assert (library.is_read(row.story_id), library.is_starred(row.story_id)) == (True, True)
    library.set_read(row, False)
    assert library.note_of(row.story_id) == "mine"
    library.set_note(row, "")
    assert (library.note_of(row.story_id), found(library, "has:note")) == ("", [])
    assert library.is_starred(row.story_id)


def test_notes_are_found_in_every_archive(tmp_path: Path, gazette: Path, open_library: OpenLibrary) -> None:
    write_archive(tmp_path / "herald", 2)
    library = open_library(gazette, tmp_path / "herald")
    for row in library.rows(library.row_ids(View())):
        if row.title == "Story 1":
            library.set_note(row, row.story_id)
    assert found(library, "note:herald") == ["Story 1"]
    assert found(library, "has:note") == ["Story 1", "Story 1"]


def test_a_moved_story_keeps_its_note_also_when_it_is_pressed_again(
    gazette: Path, open_library: OpenLibrary
) -> None:
    library = open_library(gazette)
    library.set_note(story(library, "Story 1"), "mine")
    library.close()
    (gazette / "moved").mkdir()
    (file,) = gazette.rglob("*story-1.md")
    file.rename(gazette / "moved" / file.name)
    again = open_library(gazette)
    row = story(again, "Story 1")
    assert (again.note_of(row.story_id), found(again, "note:mine")) == ("mine", ["Story 1"])
    again.set_read(row, True)
    assert (again.note_of(row.story_id), found(again, "note:mine")) == ("mine", ["Story 1"])


def test_a_starred_story_without_a_file_is_found_by_its_note(
    gazette: Path, open_library: OpenLibrary
) -> None:
    library = open_library(gazette)
    row = story(library, "Story 1")
    library.set_starred(row, True)
    library.set_note(row, "mine")
    library.close()
    (file,) = gazette.rglob("*story-1.md")
    file.unlink()
    again = open_library(gazette)
    starred = View(show=Show.STARRED)
    assert found(again, "note:mine", starred) == found(again, "has:note", starred) == ["Story 1"]
    assert found(again, "note:other", starred) == []


def test_a_note_on_what_has_no_file_is_found_outside_starred_too(
    gazette: Path, open_library: OpenLibrary
) -> None:
    library = open_library(gazette)
    item = another_report()
    library.set_starred(item, True)
    library.set_note(item, "the better one")
    library.set_note(story(library, "Story 2"), "better still")
    assert found(library, "note:one") == ["Another report"]
    library.close()
    again = open_library(gazette)
    assert found(again, "note:one") == ["Another report"]
    assert set(found(again, "has:note")) == set(found(again, "note:better")) == {"Another report", "Story 2"}
    assert found(again, "note:one", View(show=Show.UNREAD)) == ["Another report"]
    for view in (View("AI"), View(show=Show.VIDEO), View(archive="gazette"), View(quality_floor=1)):
        assert found(again, "note:one", view) == []
    assert "Another report" not in found(again, "-note:x") + found(again, "another") + found(again, "")
    (row,) = again.rows(again.search_ids(parse("note:one ", NOW), View()))
    again.set_read(row, True)
    assert found(again, "note:one", View(show=Show.UNREAD)) == []


def test_the_first_page_finds_a_note_on_what_has_no_file(
    tmp_path: Path, gazette: Path, open_library: OpenLibrary
) -> None:
    library = open_library(gazette)
    row = story(library, "Story 1")
    library.set_note(row, "mine")
    library.set_starred(row, True)
    library.close()
    next(gazette.rglob("*story-1.md")).unlink()
    open_library(gazette).close()
    page = Library(
        [open_archive(gazette)],
        state_folder=tmp_path / "state",
        cache_folder=tmp_path / "cache",
        keeps=False,
    )
    page.open_marks()
    ids = page.first_ids(View(), 5, parse("note:mine ", NOW))
    assert [row.title for row in page.rows(ids)] == ["Story 1"]
    page.close()


def test_a_note_on_what_has_no_file_is_found_without_a_star_too(
    gazette: Path, open_library: OpenLibrary
) -> None:
    library = open_library(gazette)
    item = another_report()
    library.set_starred(item, True)
    library.set_note(item, "the better one")
    library.set_starred(item, False)
    other = replace(item, story_id=StoryId("url:https://example.org/third"), title="A third report")
    library.set_note(other, "as good")

    def check(library: Library) -> None:
        assert found(library, "note:better") == ["Another report"]
        assert found(library, "note:good") == ["A third report"]
        assert set(found(library, "has:note")) == {"Another report", "A third report"}
        assert found(library, "has:note is:starred") == []
        assert library.row_ids(View(show=Show.STARRED)) == array("q")
        assert library.counts().starred == 0

    check(library)
    library.close()
    again = open_library(gazette)
    check(again)
    library = Library(
        again.archives, state_folder=gazette.parent / "state", cache_folder=gazette.parent / "cache"
    )
    library.open()
    check(library)
    library.close()


def test_a_star_on_what_has_no_file_is_found_outside_starred_too(
    gazette: Path, open_library: OpenLibrary
) -> None:
    library = open_library(gazette)
    item = another_report()
    noted = replace(item, story_id=StoryId("url:https://example.org/third"), title="A third report")
    library.set_starred(item, True)
    library.set_note(noted, "without a star")
    library.set_starred(story(library, "Story 2"), True)
    library.close()
    again = open_library(gazette)
    in_starred = [row.title for row in again.rows(again.row_ids(View(show=Show.STARRED)))]
    assert found(again, "is:starred") == in_starred
    assert set(in_starred) == {"Another report", "Story 2"}
    assert (
        found(again, "is:starred report") == found(again, "report is:starred -is:read") == ["Another report"]
    )
    assert set(found(again, "is:starred OR note:star")) == {*in_starred, "A third report"}
    assert found(again, "report OR note:x") == ["A third report"]
    assert found(again, "-is:starred report") == found(again, "is:starred report", View("AI")) == []
    assert found(again, "is:starred report", View(show=Show.UNREAD)) == ["Another report"]
    (row,) = again.rows(again.search_ids(parse("is:starred report ", NOW), View()))
    again.set_read(row, True)
    assert found(again, "is:starred report", View(show=Show.UNREAD)) == []
    again.set_starred(row, False)
    assert found(again, "is:starred report") == []
    assert list(again.search_ids(parse("is:starred report ", NOW), View(), [row.row_id])) == [row.row_id]


def test_a_star_on_what_has_no_file_keeps_what_was_known_of_it(
    gazette: Path, open_library: OpenLibrary
) -> None:
    library = open_library(gazette)
    item = replace(
        another_report(),
        excerpt="What it says.",
        quality=87,
        published_at=NOW,
        provider=Provider("The Next Web", "thenextweb.com"),
    )
    library.set_starred(item, True)
    library.close()
    again = open_library(gazette)
    (row,) = again.rows(again.row_ids(View(show=Show.STARRED)))
    assert (row.title, row.excerpt, row.quality, row.published_at, row.provider) == (
        *("Another report", "What it says.", 87, NOW, Provider("The Next Web", "example.org")),
    )
    starred = View(show=Show.STARRED)
    assert found(again, "quality>80 says", starred) == ["Another report"]
    again.set_starred(story(again, "Story 1"), True)
    for floor, titles in ((60, ["Another report"]), (88, [])):
        ids = again.row_ids(replace(starred, quality_floor=floor))
        assert [row.title for row in again.rows(ids)] == titles
    best = again.row_ids(replace(starred, order=Order.QUALITY))
    assert [row.title for row in again.rows(best)] == ["Another report", "Story 1"]
