from __future__ import annotations

from pathlib import Path

import pytest

from reader.archive.scan import open_archive
from reader.errors import IndexFileError
from reader.library import Library
from reader.model import View
from reader.tui.watching import LONGEST_PAUSE_S, Watch
from tests.factories import write_archive


class Clock:
    """Seconds that pass when one says so."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def library(tmp_path: Path) -> Library:
    write_archive(tmp_path / "many", 3)
    library = Library(
        [open_archive(tmp_path / "many")], state_folder=tmp_path / "state", cache_folder=tmp_path / "cache"
    )
    library.open()
    library.sync()
    library.reload()
    return library


def test_what_seems_to_change_and_does_not_is_looked_at_less_and_less(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "is_unchanged", lambda: False)
    clock = Clock()
    watch = Watch(library, clock)
    pauses = []
    for _ in range(7):
        begun = clock.now_s
        while not watch.is_due(None):
            clock.now_s += 1
        pauses.append(clock.now_s - begun)
        watch.synced(0.0, found_something=False)
    assert pauses == [0, 2, 4, 8, 16, LONGEST_PAUSE_S, LONGEST_PAUSE_S]
    clock.now_s += LONGEST_PAUSE_S
    watch.synced(0.0, found_something=True)
    assert watch.is_due(None)


def test_a_long_sync_is_followed_by_a_longer_pause(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "is_unchanged", lambda: False)
    clock = Clock()
    watch = Watch(library, clock)
    watch.synced(3.0, found_something=True)
    clock.now_s += 5
    assert not watch.is_due(None)
    clock.now_s += 1
    assert watch.is_due(None)


def test_an_index_that_cannot_be_used_is_no_reason_to_sync(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> bool:
        raise IndexFileError("no")

    monkeypatch.setattr(library, "is_unchanged", fail)
    assert not Watch(library, Clock()).is_due(None)


def test_the_story_one_reads_is_looked_at_itself(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "is_unchanged", lambda: True)
    one, two, _ = library.rows(library.row_ids(View()))
    watch = Watch(library, Clock())
    assert [watch.is_due(row) for row in (one, one, two, None, two)] == [False] * 5
    file = library.file_of(two)
    assert file is not None
    file.write_text(f"{file.read_text()}\nMore.\n")
    assert [watch.is_due(two), watch.is_due(two)] == [True, False]
    file.unlink()
    assert watch.is_due(two)
