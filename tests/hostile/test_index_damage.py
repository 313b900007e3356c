"""The index damaged, locked, read-only, on a full disk or of another version: stories and marks are there."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader.archive.scan import open_archive
from reader.errors import NewsreaderError
from reader.library import Library
from reader.model import View
from reader.query.parse import parse
from tests.factories import write_archive
from tests.hostile.chance import new_seed
from tests.hostile.limits import confined, quiet_environment

STORIES = 40
STARRED = "Story 7"

READ_ALL = """
import json, os, sys
from pathlib import Path
from reader.archive.scan import open_archive
from reader.library import Library
from reader.model import View
archive, state, cache = map(Path, sys.argv[1:])
library = Library([open_archive(archive)], state_folder=state, cache_folder=cache)
library.open()
library.sync()
library.reload()
print(json.dumps({"stories": len(library.row_ids(View())), "trouble": library.index_trouble()}))
library.close()
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "gazette", STORIES)


def opened(archive: Path, tmp_path: Path) -> Library:
    library = Library(
        [open_archive(archive)], state_folder=tmp_path / "config", cache_folder=tmp_path / "cache"
    )
    library.open()
    return library


def titles(library: Library) -> list[str]:
    return [row.title for row in library.rows(library.row_ids(View()))]


def make_index(archive: Path, tmp_path: Path) -> list[Path]:
    """Fill the index and star a story; gives the files of the index."""
    library = opened(archive, tmp_path)
    library.sync()
    library.reload()
    (row,) = [row for row in library.rows(library.row_ids(View())) if row.title == STARRED]
    library.set_starred(row, True)
    library.close()
    return sorted(path for path in (tmp_path / "cache").rglob("*") if path.is_file())


def remove_cache(tmp_path: Path) -> None:
    for thread in threading.enumerate():
        if (
            thread.name == "keeping"
        ):  # closing a library does not wait for what only makes the next start quick
            thread.join()
    shutil.rmtree(tmp_path / "cache")


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Flipped bits, zeroed pages, cut off, garbage, or empty."""
    at = chance.randrange(len(data) or 1)
    match chance.randrange(6):
        case 0:
            return b""
        case 1:
            return data[:at]
        case 2:
            return data[:at] + bytes(4_096) + data[at + 4_096 :]
        case 3:
            return data[:at] + chance.randbytes(200) + data[at + 200 :]
        case 4:
            return chance.randbytes(chance.randint(1, 20_000))
        case _:
            flipped = bytearray(data)
            for _ in range(chance.randint(1, 40)):
                flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
            return bytes(flipped)


def use(library: Library, errors: list[str]) -> None:
    """What the app does with a library; a damaged index is told once, as the app tells it."""
    for step in (
        library.sync,
        library.has_damage,
        library.sync,
        library.reload,
        lambda: titles(library),
        lambda: library.search_ids(parse("story OR hour*", datetime.now(UTC)), View()),
        library.poll,
        library.counts,
        library.problems,
        library.provider_names,
    ):
        try:
            step()
        except NewsreaderError as error:
            errors.append(str(error))


@pytest.mark.parametrize("count", [60, pytest.param(400, marks=pytest.mark.stress)])
def test_no_damage_of_the_index_crashes_or_costs_a_mark(archive: Path, tmp_path: Path, count: int) -> None:
    seed = new_seed(f"{count} damaged indexes")
    chance = random.Random(seed)
    files = make_index(archive, tmp_path)
    sound = {path: path.read_bytes() for path in files}
    marks = (tmp_path / "config" / "state.jsonl").read_bytes()
    outcomes = {"no effect or rebuilt": 0, "told, then rebuilt": 0, "wrong without a sign": 0}
    for number in range(count):
        remove_cache(tmp_path)
        for path, data in sound.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        victim = chance.choice(files)
        victim.write_bytes(damaged(sound[victim], chance))
        errors: list[str] = []
        try:
            library = opened(archive, tmp_path)
        except NewsreaderError as error:
            errors.append(str(error))
        else:
            use(library, errors)
            errors += library.take_news()
            library.close()
        # The next start, at the latest, has them all.
        library = opened(archive, tmp_path)
        library.sync()
        library.reload()
        found = titles(library)
        is_whole = sorted(found) == sorted(f"Story {n}" for n in range(STORIES))
        starred = [
            row.title for row in library.rows(library.row_ids(View())) if library.is_starred(row.story_id)
        ]
        library.close()
        assert (tmp_path / "config" / "state.jsonl").read_bytes() == marks, f"seed {seed}, case {number}"
        if not is_whole or starred != [STARRED]:
            outcomes["wrong without a sign"] += 1
            # What nothing sees is mended by newsreader index --rebuild.
            library = opened(archive, tmp_path)
            library.rebuild()
            library.sync()
            library.reload()
            assert len(titles(library)) == STORIES, f"seed {seed}, case {number}"
            library.close()
        else:
            outcomes["told, then rebuilt" if errors else "no effect or rebuilt"] += 1
    print(outcomes)
    assert outcomes["wrong without a sign"] == 0, f"seed {seed}: {outcomes}"


def test_an_index_locked_by_another_program_is_told_in_a_sentence(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.index.connection.BUSY_S", 0.2)
    files = make_index(archive, tmp_path)
    (file,) = [path for path in files if path.suffix == ".sqlite"]
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    try:
        library = opened(archive, tmp_path)
        errors: list[str] = []
        use(library, errors)
        assert len(titles(library)) == STORIES
        assert errors or library.index_trouble()
        library.close()
    finally:
        other.close()
    library = opened(archive, tmp_path)
    assert len(titles(library)) == STORIES
    library.close()


def read_confined(archive: Path, tmp_path: Path, cache: Path) -> str:
    command = confined("-c", READ_ALL, str(archive), str(tmp_path / "config"), str(cache))
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=quiet_environment(), check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_cache_folder_that_may_not_be_written_leaves_the_index_in_memory_and_says_so(
    archive: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o500)
    answer = read_confined(archive, tmp_path, cache)
    assert f'"stories": {STORIES}' in answer
    assert "this session works without it" in answer
    assert list(cache.iterdir()) == []


def test_an_index_that_may_not_be_written_any_more_leaves_the_index_in_memory_and_says_so(
    archive: Path, tmp_path: Path
) -> None:
    files = make_index(archive, tmp_path)
    before = {path: path.read_bytes() for path in files}
    for path in files:
        path.chmod(0o400)
        path.parent.chmod(0o500)
    answer = read_confined(archive, tmp_path, tmp_path / "cache")
    for path in files:
        path.parent.chmod(0o700)
    assert f'"stories": {STORIES}' in answer
    assert "this session works without it" in answer
    assert {path: path.read_bytes() for path in files} == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if sys.platform != "linux" or shutil.which("mount") is None:
        pytest.skip("no tmpfs here")
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("left_kb", [0, 40, 250, 500])
def test_a_full_disk_below_the_cache_is_told_and_the_stories_are_there(
    tmp_path: Path, small_disk: Path, left_kb: int
) -> None:
    archive = write_archive(tmp_path / "gazette", 1_200)
    (small_disk / "ballast").write_bytes(b"x" * 1_024 * (1_024 - left_kb))
    library = Library([open_archive(archive)], state_folder=tmp_path / "config", cache_folder=small_disk)
    library.open()
    errors: list[str] = []
    use(library, errors)
    assert errors == []
    assert len(titles(library)) == 1_200
    assert "this session works without it" in library.index_trouble()
    library.close()
    os.unlink(small_disk / "ballast")


def test_the_index_of_a_newer_version_is_built_anew_and_that_is_said(archive: Path, tmp_path: Path) -> None:
    (file,) = [path for path in make_index(archive, tmp_path) if path.suffix == ".sqlite"]
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("PRAGMA user_version=1000")
    other.execute("ALTER TABLE story RENAME TO tale")
    other.close()
    library = opened(archive, tmp_path)
    (news,) = library.take_news()
    assert "another version" in news
    library.sync()
    library.reload()
    assert len(titles(library)) == STORIES
    assert library.take_news() == []
    library.close()
