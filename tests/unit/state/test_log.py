from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

import pytest

from reader.state import log, reading
from reader.state.disk import Disk
from reader.state.log import MarkLog
from tests.unit.state.marks import FaultyDisk, line, on_disk


def ids(marks: MarkLog) -> list[str]:
    return [found["id"] for lines in marks.read_new() for found in lines]


def files(folder: Path) -> set[str]:
    return set(os.listdir(folder))


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "COMPACT_LINES", 4)


def toggles(count: int, story: str = "a") -> bytes:
    return b"".join(line(story, n, read=bool(n % 2)) for n in range(count))


def test_the_files_and_their_folder_are_their_owners_only(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "newsreader"
    assert MarkLog(folder).append([line("a")])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {name: stat.S_IMODE((folder / name).stat().st_mode) for name in files(folder)} == {
        "state.jsonl": 0o600,
        "state.lock": 0o600,
    }


def test_reading_makes_nothing_and_needs_no_lock(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    assert ids(MarkLog(folder)) == []
    assert not folder.exists()
    folder.mkdir()
    (folder / "state.jsonl").write_bytes(line("a"))
    marks = MarkLog(folder, FaultyDisk(1, errno.EACCES, lasts=True, only="lock write make_folder"))
    assert ids(marks) == ["a"]
    assert files(folder) == {"state.jsonl"}


def test_only_what_is_new_is_read_again(tmp_path: Path) -> None:
    mine, theirs = MarkLog(tmp_path), MarkLog(tmp_path)
    assert ids(mine) == []
    theirs.append([line("a")])
    assert ids(mine) == ["a"]
    assert ids(mine) == []
    theirs.append([line("b")])
    mine.append([line("c")])
    assert ids(mine) == ["b", "c"]
    mine.append([line("d")])
    assert ids(mine) == []
    assert ids(theirs) == ["c", "d"]


def test_looking_at_unchanged_files_opens_none_of_them(tmp_path: Path) -> None:
    MarkLog(tmp_path).append([line("a")])
    disk = FaultyDisk(only="open read")
    marks = MarkLog(tmp_path, disk)
    ids(marks)
    before = disk.count
    assert ids(marks) == []
    assert disk.count == before


def test_a_line_without_its_end_is_not_done_with_until_the_end_has_come(tmp_path: Path) -> None:
    path, whole = tmp_path / "state.jsonl", line("b")
    marks = MarkLog(tmp_path)
    path.write_bytes(line("a") + whole[:20])
    assert ids(marks) == ["a"]
    path.write_bytes(line("a") + whole[:-1])
    assert ids(marks)[-1] == "b"
    path.write_bytes(line("a") + whole + line("c"))
    assert ids(marks)[-2:] == ["b", "c"]
    assert marks.bad_lines == 0


@pytest.mark.parametrize("cut", range(len(line("torn", read=True))))
def test_a_torn_last_line_costs_itself_only(tmp_path: Path, cut: int) -> None:
    torn = line("torn", read=True)[:cut]
    (tmp_path / "state.jsonl").write_bytes(line("before", read=True) + torn)
    marks = MarkLog(tmp_path)
    assert "before" in ids(marks)
    assert marks.append([line("after", read=True)])
    is_whole = cut == len(line("torn", read=True)) - 1
    expected = {"before", "after", "torn"} if is_whole else {"before", "after"}
    assert set(on_disk(tmp_path)) == expected
    ids(marks)
    assert marks.bad_lines == (0 if is_whole or cut == 0 else 1)


def test_a_file_that_was_replaced_cut_or_rewritten_in_place_is_read_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    marks = MarkLog(tmp_path)
    path.write_bytes(line("a") + line("b"))
    assert ids(marks) == ["a", "b"]
    (tmp_path / "other").write_bytes(line("c") + line("d") + line("e"))
    (tmp_path / "other").rename(path)
    assert ids(marks) == ["c", "d", "e"]
    path.write_bytes(line("f"))
    assert ids(marks) == ["f"]
    path.write_bytes(line("ggg") + line("h") * 9)
    assert ids(marks) == ["ggg"] + ["h"] * 9
    size = path.stat().st_size
    path.write_bytes(line("iii") + line("k") * 9)
    os.utime(path, (1, 1))
    assert path.stat().st_size == size
    assert ids(marks)[0] == "iii"
    path.unlink()
    assert ids(marks) == []
    assert marks.line_count == 0


def test_long_files_come_in_pieces_and_lines_longer_than_a_piece_come_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BLOCK_BYTES", 50)
    data = [line(f"{n}", title="x" * 20 * (n % 8)) for n in range(40)]
    (tmp_path / "state.jsonl").write_bytes(b"".join(data)[:-1])
    marks = MarkLog(tmp_path)
    assert ids(marks) == [f"{n}" for n in range(40)]
    assert marks.line_count == 39


@pytest.mark.parametrize(
    "name",
    [
        "state.sync-conflict-20261122-101112-ABCDEFG.jsonl",
        "state (host's conflicted copy 2026-11-22).jsonl",
        "state (Conflicted copy 2026-11-22 101112).jsonl",
        "state.otherhost.jsonl",
    ],
)
def test_what_sync_tools_and_other_machines_leave_counts(tmp_path: Path, name: str) -> None:
    (tmp_path / "state.jsonl").write_bytes(line("a"))
    (tmp_path / name).write_bytes(line("b"))
    assert sorted(ids(MarkLog(tmp_path))) == ["a", "b"]


def test_what_is_no_file_of_marks_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "state.jsonl").write_bytes(line("a"))
    (tmp_path / "state.folder.jsonl").mkdir()
    (tmp_path / "state.gone.jsonl").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "state.pipe.jsonl")
    (tmp_path / "state.device.jsonl").symlink_to("/dev/zero")
    (tmp_path / "state.jsonl.bak").write_bytes(line("b"))
    marks = MarkLog(tmp_path)
    assert ids(marks) == ["a"]
    assert marks.read_error is None


def test_one_unreadable_file_does_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    (tmp_path / "state.jsonl").write_bytes(line("b"))
    (tmp_path / "state.first.jsonl").write_bytes(line("a"))
    marks = MarkLog(tmp_path, FaultyDisk(1, errno.EIO, only="read"))
    assert ids(marks) == ["b"]
    assert marks.read_error is not None
    assert ids(marks) == ["a"]
    assert marks.read_error is None


def test_a_file_of_this_machine_is_the_only_one_written_to(tmp_path: Path) -> None:
    (tmp_path / "state.jsonl").write_bytes(line("shared"))
    (tmp_path / "state.here.jsonl").touch()
    marks = MarkLog(tmp_path, host="here")
    assert ids(marks) == ["shared"]
    marks.append([line("mine")])
    assert (tmp_path / "state.here.jsonl").read_bytes() == line("mine")
    assert (tmp_path / "state.jsonl").read_bytes() == line("shared")


def test_another_writer_is_waited_for_as_long_as_asked_and_no_longer(tmp_path: Path) -> None:
    mine, theirs = MarkLog(tmp_path), MarkLog(tmp_path)
    with theirs._lock(0) as is_ours:
        assert is_ours
        assert not mine.append([line("a")])
        assert not mine.append([line("a")], patience_s=0.002)
        assert not mine.compact()
    assert mine.append([line("a")])


@pytest.mark.usefixtures("_small")
def test_without_locks_lines_are_written_but_nothing_is_cut_off_or_compacted(tmp_path: Path) -> None:
    (tmp_path / "state.jsonl").write_bytes(toggles(20))
    disk = FaultyDisk(1, errno.ENOLCK, lasts=True, only="lock")
    marks = MarkLog(tmp_path, disk)
    assert marks.append([line("a")])
    assert not marks.compact()
    disk.only = ["lock", "write"]
    with pytest.raises(OSError, match="No locks"):
        marks.append([line("half")])
    assert not (tmp_path / "state.jsonl").read_bytes().endswith(b"\n")
    disk.heal()
    assert marks.append([line("whole")])
    assert "whole" in on_disk(tmp_path)


def test_a_lock_that_cannot_be_taken_for_another_reason_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Input/output"):
        MarkLog(tmp_path, FaultyDisk(1, errno.EIO, only="lock")).append([line("a")])


def test_a_write_that_fails_half_way_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    disk = FaultyDisk(2, errno.ENOSPC, only="write")
    marks = MarkLog(tmp_path, disk)
    marks.append([line("a")])
    with pytest.raises(OSError, match="No space"):
        marks.append([line("b"), line("c")])
    assert path.read_bytes() == line("a")
    assert ids(marks) == []


def test_where_even_cutting_off_fails_the_half_line_is_kept_apart(tmp_path: Path) -> None:
    disk = FaultyDisk(2, errno.EIO, lasts=True, only="write truncate")
    marks = MarkLog(tmp_path, disk)
    marks.append([line("a")])
    with pytest.raises(OSError, match="Input/output"):
        marks.append([line("b")])
    disk.heal()
    marks.append([line("c")])
    assert set(on_disk(tmp_path)) == {"a", "c"}


class SlowDisk(Disk):
    """Takes three bytes at a time."""

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        return super().write(descriptor, data[:3])


def test_a_disk_that_takes_little_at_a_time_gets_it_all(tmp_path: Path) -> None:
    MarkLog(tmp_path, SlowDisk()).append([line("a"), line("b")])
    assert set(on_disk(tmp_path)) == {"a", "b"}


class ReplacingDisk(Disk):
    """A sync tool that puts another file in place, each time after a write."""

    def __init__(self, folder: Path, times: int, *, is_removed: bool = False) -> None:
        self.folder = folder
        self.times = times
        self.is_removed = is_removed

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        written = super().write(descriptor, data)
        if self.times:
            self.times -= 1
            replace_file(self.folder, line("theirs"))
            if self.is_removed:
                (self.folder / "state.jsonl").unlink()
        return written


def replace_file(folder: Path, data: bytes) -> None:
    (folder / "incoming").write_bytes(data)
    (folder / "incoming").rename(folder / "state.jsonl")


@pytest.mark.parametrize("is_removed", [False, True])
def test_a_file_replaced_while_it_is_written_is_written_again(tmp_path: Path, is_removed: bool) -> None:
    marks = MarkLog(tmp_path, ReplacingDisk(tmp_path, 2, is_removed=is_removed))
    assert marks.append([line("mine")])
    assert "mine" in on_disk(tmp_path)


def test_a_file_replaced_over_and_over_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="replaced all the time"):
        MarkLog(tmp_path, ReplacingDisk(tmp_path, 99)).append([line("mine")])


def test_what_went_into_a_file_replaced_since_is_written_again_by_the_next_press(tmp_path: Path) -> None:
    marks = MarkLog(tmp_path)
    marks.append([line("first")])
    replace_file(tmp_path, line("theirs"))
    marks.append([line("second")])
    assert set(on_disk(tmp_path)) == {"first", "second", "theirs"}


def test_syncing_tells_when_the_lines_are_not_in_the_file_any_more(tmp_path: Path) -> None:
    marks = MarkLog(tmp_path)
    assert marks.take_unsynced() is None
    marks.append([line("a")])
    kept = marks.take_unsynced()
    assert kept is not None
    assert kept.lines == [line("a")]
    assert kept.is_new
    assert marks.sync(kept)
    assert marks.take_unsynced() is None
    replace_file(tmp_path, line("theirs"))
    assert not marks.sync(kept)
    (tmp_path / "state.jsonl").unlink()
    assert not marks.sync(kept)


@pytest.mark.parametrize(("code", "is_told"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_system_that_cannot_sync_is_believed_and_one_that_failed_is_told(
    tmp_path: Path, code: int, is_told: bool
) -> None:
    marks = MarkLog(tmp_path, FaultyDisk(1, code, lasts=True, only="sync sync_data"))
    marks.append([line("a")])
    unsynced = marks.take_unsynced()
    assert unsynced is not None
    if is_told:
        with pytest.raises(OSError, match="Input/output"):
            marks.sync(unsynced)
    else:
        assert marks.sync(unsynced)


@pytest.mark.usefixtures("_small")
def test_compacting_drops_dead_lines_only_and_keeps_the_old_file_beside(tmp_path: Path) -> None:
    odd = line("odd", 0, star=True, folder={"by": "a later version"})
    old = toggles(9) + b"<<<<<<< HEAD\n" + odd + b"\xff\xfe damaged\n" + line("odd", 1, star=False)
    (tmp_path / "state.jsonl").write_bytes(old)
    before = on_disk(tmp_path)
    marks = MarkLog(tmp_path)
    ids(marks)
    assert marks.compact()
    kept = line("a", 8, read=False), b"<<<<<<< HEAD\n", odd, b"\xff\xfe damaged\n", line("odd", 1, star=False)
    assert (tmp_path / "state.jsonl").read_bytes() == b"".join(kept)
    assert (tmp_path / "state.jsonl.bak").read_bytes() == old
    assert files(tmp_path) == {"state.jsonl", "state.jsonl.bak", "state.lock"}
    assert (marks.line_count, marks.bad_lines) == (5, 2)
    assert ids(marks) == []
    assert on_disk(tmp_path) == before
    assert not marks.compact()


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("data", [toggles(4), b"".join(line(f"{n}") for n in range(9))])
def test_a_short_log_or_one_that_is_mostly_alive_is_left_alone(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "state.jsonl").write_bytes(data)
    assert not MarkLog(tmp_path).compact()
    assert (tmp_path / "state.jsonl").read_bytes() == data


@pytest.mark.usefixtures("_small")
def test_compacting_folds_conflict_copies_in_and_leaves_other_machines_files(tmp_path: Path) -> None:
    (tmp_path / "state.jsonl").write_bytes(toggles(9))
    (tmp_path / "state.sync-conflict-1.jsonl").write_bytes(line("b", read=True) + b"torn")
    (tmp_path / "state (conflicted copy).jsonl").write_bytes(line("c", read=True)[:-1])
    (tmp_path / "state.there.jsonl").write_bytes(line("d", read=True))
    before = on_disk(tmp_path)
    marks = MarkLog(tmp_path)
    ids(marks)
    assert marks.compact()
    assert on_disk(tmp_path) == before
    assert set(before) == {"a", "b", "c", "d"}
    assert files(tmp_path) == {
        "state.jsonl",
        "state.jsonl.bak",
        "state.lock",
        "state.there.jsonl",
        "state.sync-conflict-1.jsonl.merged",
        "state (conflicted copy).jsonl.merged",
    }
    assert ids(marks) == []


@pytest.mark.usefixtures("_small")
def test_compacting_keeps_a_link_to_a_file_kept_elsewhere(tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles" / "marks"
    kept.parent.mkdir()
    kept.write_bytes(toggles(9))
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "state.jsonl").symlink_to(kept)
    assert MarkLog(folder).compact()
    assert (folder / "state.jsonl").is_symlink()
    assert kept.read_bytes() == line("a", 8, read=False)


@pytest.mark.usefixtures("_small")
def test_readers_follow_into_the_compacted_file(tmp_path: Path) -> None:
    (tmp_path / "state.jsonl").write_bytes(toggles(9))
    reader, writer = MarkLog(tmp_path), MarkLog(tmp_path)
    ids(reader)
    assert writer.compact()
    writer.append([line("b")])
    assert ids(reader) == ["a", "b"]


class MeddlingDisk(Disk):
    """Does something right before a file gets its second name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def sync(self, descriptor: int) -> None:
        super().sync(descriptor)
        for name in ("state.jsonl", "state.sync-conflict-1.jsonl"):
            with (self.folder / name).open("ab") as file:
                file.write(line("late", read=True))


@pytest.mark.usefixtures("_small")
def test_a_file_changed_by_someone_who_takes_no_lock_is_not_compacted_away(tmp_path: Path) -> None:
    (tmp_path / "state.jsonl").write_bytes(toggles(9))
    assert not MarkLog(tmp_path, MeddlingDisk(tmp_path)).compact()
    assert "late" in on_disk(tmp_path)
    assert not (tmp_path / "state.jsonl.tmp").exists()


class LateCopyDisk(Disk):
    """A sync tool that goes on writing a conflict copy after it was read."""

    def __init__(self, copy: Path) -> None:
        self.copy = copy

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        if target.name == "state.jsonl":
            with self.copy.open("ab") as file:
                file.write(line("late", read=True))


@pytest.mark.usefixtures("_small")
def test_a_conflict_copy_changed_after_it_was_read_is_kept_for_the_next_time(tmp_path: Path) -> None:
    copy = tmp_path / "state.sync-conflict-1.jsonl"
    copy.write_bytes(line("b", read=True))
    (tmp_path / "state.jsonl").write_bytes(toggles(9))
    assert MarkLog(tmp_path, LateCopyDisk(copy)).compact()
    assert copy.exists()
    assert "late" in on_disk(tmp_path)


class LyingDisk(Disk):
    """Turns a byte over in what is read from the compacted file."""

    def __init__(self) -> None:
        self.fresh = -1

    def open(self, path: Path, flags: int) -> int:
        descriptor = super().open(path, flags)
        if path.name.endswith(".tmp"):
            self.fresh = descriptor
        return descriptor

    def read(self, descriptor: int, size_bytes: int, offset: int) -> bytes:
        data = super().read(descriptor, size_bytes, offset)
        return data.replace(b'"a"', b'"b"') if descriptor == self.fresh else data


@pytest.mark.usefixtures("_small")
def test_a_compacted_file_that_reads_back_differently_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "state.jsonl").write_bytes(toggles(9))
    with pytest.raises(OSError, match="differ"):
        MarkLog(tmp_path, LyingDisk()).compact()
    assert (tmp_path / "state.jsonl").read_bytes() == toggles(9)
    assert files(tmp_path) == {"state.jsonl", "state.lock"}


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("lasts", [False, True])
def test_compacting_may_fail_at_any_call_without_losing_a_line(tmp_path: Path, lasts: bool) -> None:
    for fail_at in range(1, 200):
        folder = tmp_path / f"{fail_at}"
        folder.mkdir()
        (folder / "state.jsonl").write_bytes(toggles(9) + b"damaged\n")
        (folder / "state.sync-conflict-1.jsonl").write_bytes(line("b", read=True))
        before = on_disk(folder)
        disk = FaultyDisk(fail_at, errno.EIO, lasts=lasts)
        with suppress(OSError):
            MarkLog(folder, disk).compact()
        assert on_disk(folder) == before, fail_at
        assert MarkLog(folder).compact() or len((folder / "state.jsonl").read_bytes().splitlines()) == 3
        assert on_disk(folder) == before, fail_at
        if not disk.has_failed:
            return
    pytest.fail("compacting makes more calls than expected")
