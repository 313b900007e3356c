"""What a start shows at once is what the whole would show; else it shows nothing at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from reader.archive.scan import open_archive
from reader.library import Library
from reader.model import Counts, Order, Show, StoryRow, Topic, View
from reader.state import reading
from tests.factories import write_archive, write_story
from tests.queries import write_random_archive
from tests.unit.index.shelf import tamper

TOPICS = ("", "AI", "Privacy", "No such topic")
VIEWS = [View(*parts) for parts in product(TOPICS, Show, Order, (False, True))]

Start = Callable[..., Library]


class Glance(NamedTuple):
    """What a first screen shows."""

    ids: list[int]
    size: int
    topics: tuple[Topic, ...]
    counts: Counts
    quality_range: tuple[int, int]


def glance_at(library: Library, view: View, limit: int) -> Glance | None:
    """The same from what was kept; None where that does not fit."""
    return seen(library, view, limit) if library.open_kept() else None


def seen(library: Library, view: View, limit: int) -> Glance:
    ids = library.row_ids(view)
    return Glance(list(ids[:limit]), len(ids), library.topics, library.counts(), library.quality_range())


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    return [write_random_archive(tmp_path / "gazette", 30, Random(3)), write_archive(tmp_path / "herald", 9)]


@pytest.fixture
def start(tmp_path: Path, folders: list[Path]) -> Iterator[Start]:
    """A library as at a start; nothing is read yet."""
    started: list[Library] = []

    def begin(archives: int = 1, cache: str = "cache") -> Library:
        library = Library(
            [open_archive(folder) for folder in folders[:archives]],
            state_folder=tmp_path / "state",
            cache_folder=tmp_path / cache,
        )
        started.append(library)
        return library

    yield begin
    for library in started:
        library.close()


def ended(library: Library) -> None:
    """Wait until it is kept, as a reader who reads for a second does, and close it."""
    while (keeping := library._keeping) is not None:
        keeping.join()
    library.close()


def read_once(start: Start, archives: int = 1) -> None:
    library = start(archives)
    library.open()
    library.sync()
    library.reload()
    ended(library)


def rows(library: Library) -> list[StoryRow]:
    library.open()
    if not library.row_ids(View()):
        library.sync()
        library.reload()
    return library.rows(library.row_ids(View()))


def truth(library: Library, view: View, limit: int) -> Glance:
    """The same from a library that had to read everything."""
    library.sync()
    library.reload()
    return seen(library, view, limit)


@pytest.mark.parametrize("archives", [1, 2])
def test_a_glance_at_any_view_is_what_the_whole_begins_with(start: Start, archives: int) -> None:
    read_once(start, archives)
    library = start(archives)
    for number, row in enumerate(rows(library)):
        library.set_read(row, number % 3 == 0)
        library.set_starred(row, number % 5 == 0)
    library.close()
    library, whole = start(archives), start(archives, "elsewhere")
    for view in VIEWS:
        assert glance_at(library, view, 7) == truth(whole, view, 7)


def test_the_first_start_has_no_glance(start: Start) -> None:
    library = start()
    assert glance_at(library, View(), 5) is None
    library.open()
    assert glance_at(library, View(), 5) is not None


def test_behind_a_glance_the_library_is_open_and_opening_it_changes_nothing(start: Start) -> None:
    read_once(start)
    library = start()
    glance = glance_at(library, View(), 5)
    assert glance is not None
    before = library.row_ids(View())
    library.open()
    assert library.row_ids(View()) == before
    assert library.counts() == glance.counts


def test_presses_right_behind_a_glance_are_counted_and_kept(start: Start) -> None:
    read_once(start)
    library = start()
    glance = glance_at(library, View(), 5)
    assert glance is not None
    library.set_starred(library.rows(glance.ids)[0], True)
    library.open()
    assert library.counts().starred == 1
    library.close()
    again = glance_at(start(), View(show=Show.STARRED), 5)
    assert again is not None
    assert list(again.ids) == list(glance.ids[:1])


def test_marks_another_one_made_since_are_in_the_glance(start: Start) -> None:
    read_once(start)
    library, other = start(), start(cache="another")
    for row in rows(other)[:4]:
        other.set_read(row, True)
    other.close()
    glance = glance_at(library, View(show=Show.UNREAD), 50)
    assert glance is not None
    assert glance.counts.everything.unread == glance.size == 26


def test_a_story_that_came_or_went_is_no_matter_of_a_glance(start: Start, folders: list[Path]) -> None:
    read_once(start)
    write_story(folders[0], "new.md", title="New")
    other = start()
    other.sync()
    other.close()
    assert glance_at(start(), View(), 5) is None


def test_a_look_that_finds_nothing_new_leaves_it_fitting(start: Start) -> None:
    read_once(start)
    other = start()
    other.sync()
    other.close()
    assert glance_at(start(), View(), 5) is not None


def test_marks_that_were_written_anew_are_no_matter_of_a_glance(start: Start, tmp_path: Path) -> None:
    read_once(start)
    library = start()
    library.set_read(rows(library)[0], True)
    library.close()
    file = tmp_path / "state" / "state.jsonl"
    data = file.read_bytes()
    file.unlink()
    file.write_bytes(data.replace(b"true", b"false"))
    assert glance_at(start(), View(), 5) is None


def test_many_new_marks_are_read_behind_the_first_frame(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_once(start)
    library = start(cache="another")
    for row in rows(library):
        library.set_read(row, True)
    library.close()
    monkeypatch.setattr(reading, "BLOCK_BYTES", 100)
    assert glance_at(start(), View(), 5) is None


def test_a_star_on_what_has_no_file_is_counted_or_read_anew(start: Start, folders: list[Path]) -> None:
    read_once(start)
    library = start()
    lone = rows(library)[0]
    library.set_starred(lone, True)
    file = library.file_of(lone)
    assert file is not None
    file.unlink()
    library.sync()
    library.reload()
    ended(library)
    library = start()
    glance = glance_at(library, View(show=Show.STARRED), 5)
    assert glance is not None
    assert (glance.size, glance.counts.starred) == (1, 1)
    assert library.rows(glance.ids)[0].title == lone.title
    other = start(cache="another")
    other.open()
    other.set_starred(library.rows(glance.ids)[0], False)
    other.close()
    assert glance_at(start(), View(), 5) is None


def test_marks_that_could_not_be_saved_are_not_taken_for_kept(start: Start, tmp_path: Path) -> None:
    read_once(start)
    library = start()
    row = rows(library)[0]
    (tmp_path / "state").mkdir(exist_ok=True)
    (tmp_path / "state" / "state.jsonl").mkdir()
    library.set_read(row, True)
    assert library.keeper.unsaved
    library.close()
    (tmp_path / "state" / "state.jsonl").rmdir()
    glance = glance_at(start(), View(), 5)
    assert glance is not None
    assert glance.counts.everything.unread == 30


@pytest.mark.parametrize("suffix", [".columns", ".marks"])
def test_damaged_files_are_found_out_or_make_no_difference(start: Start, tmp_path: Path, suffix: str) -> None:
    read_once(start)
    library = start()
    expected = {view: truth(library, view, 40) for view in VIEWS}
    ended(library)
    (file,) = (tmp_path / "cache" / "index").glob(f"*{suffix}")
    whole, random = file.read_bytes(), Random(1)
    for number in range(60):
        place = random.randrange(len(whole))
        damaged = bytearray(whole[: place if number % 3 == 0 else None])
        if number % 3:
            damaged[place] ^= 1 << random.randrange(8)
        file.write_bytes(damaged)
        library, view = start(), random.choice(VIEWS)
        if glance := glance_at(library, view, 40):
            assert glance == expected[view]
        library.open()
        assert list(library.row_ids(view)) == list(library.row_ids(view, also=[-9]))
        assert list(library.row_ids(view)[:40]) == list(expected[view].ids)
        ended(library)


def test_damage_found_late_is_read_over_from_the_index(start: Start, tmp_path: Path) -> None:
    read_once(start)
    (file,) = (tmp_path / "cache" / "index").glob("*.columns")
    library = start()
    assert glance_at(library, View(), 5) is not None
    file.write_bytes(bytes(file.stat().st_size))
    whole = start(cache="elsewhere")
    for view in VIEWS:
        assert list(library.row_ids(view)) == list(truth(whole, view, 99).ids)


def test_a_cache_that_cannot_be_written_is_no_trouble(start: Start, tmp_path: Path) -> None:
    read_once(start)
    (tmp_path / "cache" / "index").chmod(0o500)
    library = start()
    library.set_read(rows(library)[0], True)
    ended(library)
    (tmp_path / "cache" / "index").chmod(0o700)
    glance = glance_at(start(), View(), 5)
    assert glance is not None
    assert glance.counts.everything.unread == 29


def test_an_index_somebody_rebuilt_has_no_glance(start: Start) -> None:
    read_once(start)
    library = start()
    library.rebuild()
    library.sync()
    library.close()
    assert glance_at(start(), View(), 5) is None


def test_an_index_that_says_nothing_of_its_state_has_none(start: Start, tmp_path: Path) -> None:
    read_once(start)
    (file,) = (tmp_path / "cache" / "index").glob("*.sqlite")
    tamper(file, "DELETE FROM meta WHERE key = 'state'")
    assert glance_at(start(), View(), 5) is None


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happened_meanwhile_a_glance_never_lies(
    start: Start, folders: list[Path], seed: int
) -> None:
    random = Random(seed)
    read_once(start, 2)
    for step in range(6):
        library = start(2, random.choice(["cache", "cache", "another"]))
        listed = rows(library)
        for row in random.sample(listed, 3):
            library.set_read(row, random.random() < 0.6)
            library.set_starred(row, random.random() < 0.3)
        if step % 3 == seed % 3:
            changed = random.choice(list(folders[0].rglob("*.md")))
            if random.random() < 0.5:
                changed.unlink()
            else:
                changed.rename(changed.with_name(f"moved-{step}.md"))
            if random.random() < 0.7:
                library.sync()
            if random.random() < 0.7:
                library.reload()
        if random.random() < 0.8:
            ended(library)
        glancing, view = start(2), random.choice(VIEWS)
        if glance := glance_at(glancing, view, 6):
            fresh = Library(
                glancing.archives,
                state_folder=folders[0].parent / "state",
                cache_folder=folders[0].parent / "cache",
                keeps=False,
            )
            fresh.keeper.load()
            fresh.reload()
            assert glance == seen(fresh, view, 6)
            fresh.close()
        glancing.close()
