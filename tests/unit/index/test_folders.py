from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reader.archive.scan import open_archive
from reader.index import folders
from reader.library import Library
from tests.factories import write_archive, write_story


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive with an empty folder in it."""
    folder = write_archive(tmp_path / "site" / "news", 3)
    (folder / "empty" / "inner").mkdir(parents=True)
    return folder


@pytest.fixture
def library(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A library that was synced, of folders that are believed at once."""
    monkeypatch.setattr(folders, "SETTLED_S", 0)
    library = Library(
        [open_archive(archive)], state_folder=tmp_path / "state", cache_folder=tmp_path / "cache"
    )
    library.sync()
    yield library
    library.close()


def test_after_a_sync_nothing_is_changed(library: Library) -> None:
    assert library.is_unchanged()


def test_before_the_first_sync_nothing_is_known(archive: Path, tmp_path: Path) -> None:
    library = Library([open_archive(archive)], state_folder=tmp_path, cache_folder=tmp_path)
    assert not library.is_unchanged()
    library.close()


@pytest.mark.parametrize("place", ["", "2021", "empty", "empty/inner"])
def test_a_new_file_is_noticed_in_every_folder(library: Library, archive: Path, place: str) -> None:
    write_story(archive / place, "new.md")
    assert not library.is_unchanged()
    library.sync()
    assert library.is_unchanged()


def test_what_is_removed_renamed_or_replaced_is_noticed(library: Library, archive: Path) -> None:
    first, second, third = sorted((archive / "2021").iterdir())
    first.unlink()
    assert not library.is_unchanged()
    library.sync()
    second.rename(second.with_name("other.md"))
    assert not library.is_unchanged()
    library.sync()
    write_story(archive, ".half").replace(third)
    assert not library.is_unchanged()


def test_a_time_that_a_tool_sets_back_hides_nothing(library: Library, archive: Path) -> None:
    before = archive.stat()
    write_story(archive, "new.md")
    os.utime(archive, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not library.is_unchanged()


def test_a_folder_that_is_gone_or_has_become_a_link_is_noticed(library: Library, archive: Path) -> None:
    (archive / "empty").rename(archive.parent / "elsewhere")
    (archive / "empty").symlink_to(archive.parent / "elsewhere")
    assert not library.is_unchanged()
    (archive / "empty").unlink()
    assert not library.is_unchanged()


@pytest.mark.parametrize("place", ["_data/topics", "../_data/topics"])
def test_topic_files_that_appear_are_noticed(library: Library, archive: Path, place: str) -> None:
    (archive / place).mkdir(parents=True)
    assert not library.is_unchanged()
    library.sync()
    (archive / place / "ai.yaml").write_text("name: AI\n")
    assert not library.is_unchanged()


def test_a_file_written_in_place_is_not_noticed(library: Library, archive: Path) -> None:
    path = next((archive / "2021").iterdir())
    path.write_text(path.read_text() + "More.\n")
    assert library.is_unchanged()


def test_what_changed_a_moment_before_the_look_is_not_believed(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "SETTLED_S", 600)
    library.sync()
    assert not library.is_unchanged()


def test_a_sync_that_was_cancelled_leaves_nothing_to_believe(library: Library, archive: Path) -> None:
    write_story(archive, "new.md")
    library.sync(is_cancelled=lambda: True)
    assert not library.is_unchanged()


def test_rebuilt_it_has_to_be_looked_through(library: Library) -> None:
    library.rebuild()
    assert not library.is_unchanged()


@pytest.fixture
def single(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Library, Path]]:
    """A library of one file that was synced, and the file."""
    monkeypatch.setattr(folders, "SETTLED_S", 0)
    path = next((archive / "2021").iterdir())
    library = Library([open_archive(path)], state_folder=tmp_path / "s", cache_folder=tmp_path / "c")
    library.sync()
    yield library, path
    library.close()


def test_of_a_single_file_only_that_one_counts(single: tuple[Library, Path]) -> None:
    library, path = single
    write_story(path.parent, "another.md")
    assert library.is_unchanged()


def test_a_single_file_written_in_place_is_noticed(single: tuple[Library, Path]) -> None:
    library, path = single
    status = path.stat()
    with path.open("r+", encoding="utf-8") as file:
        text = file.read()
        file.seek(0)
        file.write(text.swapcase())
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert not library.is_unchanged()


@pytest.mark.parametrize(
    "instead", [Path.mkdir, lambda path: path.symlink_to("/dev/null"), lambda path: None]
)
def test_a_single_file_that_is_gone_is_noticed(
    single: tuple[Library, Path], instead: Callable[[Path], object]
) -> None:
    library, path = single
    path.unlink()
    instead(path)
    assert not library.is_unchanged()


def test_topic_files_beside_a_single_file_are_noticed(single: tuple[Library, Path]) -> None:
    library, path = single
    (path.parent / "_data" / "topics").mkdir(parents=True)
    assert not library.is_unchanged()


def test_a_folder_that_may_not_be_entered_is_looked_at_once_it_may(
    library: Library, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter = os.open

    def refuse(path: str, flags: int) -> int:
        if path.endswith("empty"):
            raise PermissionError(13, "Permission denied")
        return enter(path, flags)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        library.sync()
    assert library.is_unchanged()
    (archive / "empty").chmod(0o700)
    assert not library.is_unchanged()


def test_a_sync_that_finds_nothing_new_is_no_news_to_others(
    library: Library, archive: Path, tmp_path: Path
) -> None:
    other = Library([open_archive(archive)], state_folder=tmp_path / "state", cache_folder=tmp_path / "cache")
    other.open()
    library.sync()
    assert not other.poll().has_new_stories
    other.close()


def test_a_damaged_index_is_none_that_is_up_to_date(library: Library) -> None:
    with library._indexes[0].file.writer.write("break it") as sqlite:
        sqlite.execute("UPDATE meta SET value = '{' WHERE key = 'folders'")
    assert not library.is_unchanged()
    library.sync()
    assert library.is_unchanged()
