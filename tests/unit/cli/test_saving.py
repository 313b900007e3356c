from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.cli.saving import save
from reader.errors import NewsreaderError, UsageError


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_a_file_is_written(tmp_path: Path) -> None:
    save(tmp_path / "a", ["ä", "b\r\n"])
    assert (tmp_path / "a").read_bytes() == "äb\r\n".encode()
    assert names(tmp_path) == ["a"]


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    with pytest.raises(UsageError, match="is there already; --force replaces it"):
        save(tmp_path / "a", ["new"])
    assert (tmp_path / "a").read_text() == "old"


def test_a_file_is_replaced_where_that_is_wanted_and_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o640)
    save(tmp_path / "a", ["new"], replaces=True)
    assert (tmp_path / "a").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640
    save(tmp_path / "b", ["new"], replaces=True, mode=0o600)
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "a").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "far" / "a")
    save(tmp_path / "link", ["new"], replaces=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "far" / "a").read_text() == "new"


def test_another_program_that_is_quicker_keeps_its_file(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        yield "mine"
        (tmp_path / "a").write_text("theirs")

    with pytest.raises(UsageError, match="is there already"):
        save(tmp_path / "a", pieces())
    assert (tmp_path / "a").read_text() == "theirs"
    assert names(tmp_path) == ["a"]


def test_what_stops_in_the_midst_leaves_nothing(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        yield "half"
        raise NewsreaderError("gone")

    (tmp_path / "a").write_text("old")
    with pytest.raises(NewsreaderError, match="gone"):
        save(tmp_path / "a", pieces(), replaces=True)
    assert (tmp_path / "a").read_text() == "old"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("replaces", [False, True])
def test_what_is_no_regular_file_is_left_alone(tmp_path: Path, replaces: bool) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(UsageError, match="is no regular file"):
            save(path, ["x"], replaces=replaces)


@pytest.mark.parametrize("path", ["no/a", "a" * 300])
def test_what_cannot_be_written_is_a_sentence(tmp_path: Path, path: str) -> None:
    with pytest.raises(NewsreaderError, match="cannot be written: "):
        save(tmp_path / path, ["x"])


def test_a_path_with_a_nul_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="NUL"):
        save(Path("a\0b"), ["x"])


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOSPC])
def test_a_drive_without_links_takes_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def link(source: object, target: object) -> None:
        raise OSError(code, "no")

    monkeypatch.setattr(os, "link", link)
    if code == errno.EPERM:
        save(tmp_path / "a", ["x"])
        assert names(tmp_path) == ["a"]
    else:
        with pytest.raises(NewsreaderError):
            save(tmp_path / "a", ["x"])
        assert names(tmp_path) == []
