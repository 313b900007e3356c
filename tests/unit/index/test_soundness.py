from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from reader.index.soundness import PAUSE_S, is_sound
from tests.factories import write_archive
from tests.unit.index.shelf import index_file, opened, synced


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    archive = write_archive(tmp_path / "gazette", 3)
    synced(archive, tmp_path / "index")
    return archive


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What time it is, to be changed."""
    now = [1_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def mislead(file: Path) -> None:
    """Make an index of the file one that lacks every story, as a lost page does: reading does not meet it."""
    sqlite = sqlite3.connect(file)
    (version,) = sqlite.execute("PRAGMA schema_version").fetchone()
    sqlite.executescript(
        "PRAGMA writable_schema=ON;"
        "UPDATE sqlite_schema SET sql = replace(sql, 'url_hash <> 0', 'url_hash > 1 << 40')"
        f" WHERE name = 'story_url'; PRAGMA schema_version={version + 1}"
    )
    sqlite.close()


def test_what_only_a_look_at_all_of_it_finds_makes_the_next_sync_build_it_anew(
    archive: Path, tmp_path: Path
) -> None:
    mislead(index_file(tmp_path / "index"))
    with opened(archive, tmp_path / "index") as index:
        assert len(index.catalogue(())) == 3
        assert index.problems() == []
        assert not is_sound(index)
        assert index.file.is_damaged
    assert synced(archive, tmp_path / "index").read == 3


def test_it_is_looked_through_once_a_day_and_whenever_somebody_asks(
    archive: Path, tmp_path: Path, clock: list[float]
) -> None:
    with opened(archive, tmp_path / "index") as index:
        assert is_sound(index)
        mislead(index_file(tmp_path / "index"))
        clock[0] += PAUSE_S - 1
        assert is_sound(index)
        assert not is_sound(index, is_asked=True)
        clock[0] += 1
        assert not is_sound(index)


def test_a_clock_that_was_set_back_does_not_put_it_off(
    archive: Path, tmp_path: Path, clock: list[float]
) -> None:
    with opened(archive, tmp_path / "index") as index:
        assert is_sound(index)
        mislead(index_file(tmp_path / "index"))
        clock[0] -= 10 * PAUSE_S
        assert not is_sound(index)


def test_that_it_was_looked_through_makes_no_other_index_of_it(archive: Path, tmp_path: Path) -> None:
    with opened(archive, tmp_path / "index") as index:
        before = index.version()
        assert is_sound(index)
        assert index.version() == before


def test_an_index_in_memory_is_not_looked_through(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("in the way of the folder")
    with opened(archive, tmp_path / "elsewhere") as index:
        assert index.file.trouble
        assert is_sound(index, is_asked=True)
