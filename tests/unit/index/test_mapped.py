from __future__ import annotations

import mmap
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reader.index.connection import IndexFile
from reader.index.mapped import lengthened
from reader.model import Archive
from tests.unit.index.shelf import index_file

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is mapped")

REGION = 32_768
"""What SQLite maps at once."""


@contextmanager
def mapped(path: Path, size: int = REGION) -> Iterator[int]:
    """A file that is mapped as SQLite does it, in regions; gives its descriptor."""
    path.write_bytes(b"x" * size)
    descriptor = os.open(path, os.O_RDWR)
    regions = [mmap.mmap(descriptor, REGION, offset=start) for start in range(0, size, REGION)]
    try:
        yield descriptor
    finally:
        for region in regions:
            region.close()
        os.close(descriptor)


@pytest.mark.parametrize("left", [0, 1, REGION // 2, REGION, 3 * REGION - 1])
def test_a_mapped_file_that_was_cut_short_is_as_long_again_as_what_is_mapped(
    tmp_path: Path, left: int
) -> None:
    path = tmp_path / "a.sqlite-shm"
    with mapped(path, 3 * REGION):
        os.truncate(path, left)
        assert lengthened() == {"a.sqlite"}
        assert path.read_bytes() == b"x" * left + b"\0" * (3 * REGION - left)
        assert lengthened() == set()


@pytest.mark.parametrize("folder", ["a folder", "a\nfolder", "日本", "x (deleted)"])
def test_a_file_that_was_removed_meanwhile_is_found_as_well(tmp_path: Path, folder: str) -> None:
    path = tmp_path / folder / "a.sqlite-shm"
    path.parent.mkdir()
    with mapped(path) as descriptor:
        os.truncate(path, 0)
        path.unlink()
        assert lengthened() == {"a.sqlite"}
        assert os.fstat(descriptor).st_size == REGION


def test_one_that_has_its_name_by_now_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite-shm"
    with mapped(path) as descriptor:
        os.truncate(path, 0)
        path.unlink()
        path.write_bytes(b"other")
        assert lengthened() == {"a.sqlite"}
        assert os.fstat(descriptor).st_size == REGION
    assert path.read_bytes() == b"other"


def test_only_what_was_cut_short_is_named_and_nothing_else_is_touched(tmp_path: Path) -> None:
    whole, cut, other = tmp_path / "a.sqlite-shm", tmp_path / "b.sqlite-shm", tmp_path / "c.sqlite"
    with mapped(whole, 2 * REGION), mapped(cut), mapped(other):
        os.truncate(cut, 0)
        os.truncate(other, 0)
        assert lengthened() == {"b.sqlite"}
        assert [path.stat().st_size for path in (whole, cut, other)] == [2 * REGION, REGION, 0]


def test_what_sqlite_locked_stays_locked(tmp_path: Path) -> None:
    file = IndexFile(Archive("gazette", tmp_path), tmp_path)
    path = index_file(tmp_path)
    beside = path.with_name(f"{path.name}-shm")
    with file.writer.use("count") as sqlite:
        sqlite.execute("BEGIN IMMEDIATE")
        before = locks(beside)
        os.truncate(beside, 0)
        assert lengthened() == {path.name}
        assert locks(beside) == before
        assert before
    file.distrust()
    file.close()
    assert list(tmp_path.iterdir()) == []


def locks(path: Path) -> list[list[str]]:
    """What this process has locked of a file, without the numbers by which the system counts locks."""
    lines = [line.split()[1:] for line in Path("/proc/locks").read_text().splitlines()]
    inode = f":{path.stat().st_ino}"
    return sorted(words for words in lines if words[3] == f"{os.getpid()}" and words[4].endswith(inode))


def test_where_the_system_does_not_tell_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def listdir(path: str) -> list[str]:
        raise FileNotFoundError(path)

    monkeypatch.setattr(os, "listdir", listdir)
    assert lengthened() == set()
