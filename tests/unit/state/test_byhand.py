from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.errors import StateError
from reader.state import byhand, register
from reader.state.disk import Disk
from reader.state.log import MarkLog
from reader.state.register import Register

START = datetime(2026, 1, 1, tzinfo=UTC)


def line(second: int, story: str = "a/b.md", **fields: object) -> bytes:
    moment = register.time_text(START + timedelta(seconds=second))
    return register.encode({"t": moment, "id": story, **fields})


def write(path: Path, *lines: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(lines))
    return path


def values(*files: Path) -> object:
    """What files say together."""
    known = Register()
    for file in files:
        known.add(found for found in register.parse(file.read_bytes()) if found is not None)
    return known.values()


def test_files_of_marks_are_found_by_their_name(tmp_path: Path) -> None:
    for name in ("state.jsonl", "state.sync-conflict-1.jsonl", "state.jsonl.bak", "states.txt"):
        (tmp_path / name).touch()
    (tmp_path / "state.folder.jsonl").mkdir()
    names = [path.name for path in byhand.files_of(tmp_path)]
    assert names == ["state.jsonl", "state.sync-conflict-1.jsonl"]


def test_a_check_counts_lines_damage_and_marks(tmp_path: Path) -> None:
    file = write(
        tmp_path / "state.jsonl",
        line(1, read=True),
        b"\n",
        b"garbage\n",
        line(2, "a/c.md", star=True),
        b"<<<<<<< HEAD\n",
        line(3, read=False),
        b"=======\n",
        line(4, read=True),
        b">>>>>>> branch\n",
        b'{"t":1}',
    )
    other = write(tmp_path / "other.jsonl")
    summary = byhand.check([file, other])
    found, empty = summary.files
    assert (found.lines, found.damaged, found.damaged_count, found.markers) == (9, [3, 10], 2, 3)
    assert (empty.lines, empty.damaged) == (0, [])
    assert (summary.stories, summary.read, summary.starred, summary.lines) == (2, 1, 1, 2)


def test_damage_without_end_is_counted_but_not_named(tmp_path: Path) -> None:
    file = write(tmp_path / "state.jsonl", b"x\n" * (byhand.DAMAGED_LIMIT + 5))
    (found,) = byhand.check([file]).files
    assert (len(found.damaged), found.damaged_count) == (byhand.DAMAGED_LIMIT, byhand.DAMAGED_LIMIT + 5)


def test_a_file_of_many_blocks_keeps_its_line_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(byhand, "BLOCK_BYTES", 100)
    lines = [line(number, f"a/{number}.md", read=True) for number in range(50)]
    file = write(tmp_path / "x", *lines[:20], b"\xff\n", *lines[20:])
    summary = byhand.check([file])
    assert (summary.files[0].damaged, summary.stories) == ([21], 50)


def test_merge_takes_only_what_is_better_known_there(tmp_path: Path) -> None:
    state = write(tmp_path / "c" / "state.jsonl", line(5, read=True), line(1, "a/c.md", star=True))
    other = write(
        tmp_path / "other.jsonl",
        line(4, read=False),
        line(6, "a/c.md", star=False),
        line(2, "a/d.md", future={"x": [1]}),
        line(5, read=True),
    )
    before, old = other.read_bytes(), state.read_bytes()
    (found,) = byhand.merge(state.parent, [other])
    assert (found.lines, found.taken) == (4, 2)
    assert other.read_bytes() == before
    assert state.read_bytes() == old + line(6, "a/c.md", star=False) + line(2, "a/d.md", future={"x": [1]})
    (again,) = byhand.merge(state.parent, [other])
    assert again.taken == 0


def test_merge_takes_a_file_with_conflict_markers(tmp_path: Path) -> None:
    other = write(
        tmp_path / "other.jsonl",
        b"\xef\xbb\xbf" + line(1, read=True),
        b"<<<<<<< ours\r\n",
        line(2, "a/c.md", star=True).replace(b"\n", b"\r\n"),
        b"||||||| base\n=======\n",
        line(3, "a/d.md", read=True),
        b">>>>>>> theirs",
    )
    folder = tmp_path / "c"
    (found,) = byhand.merge(folder, [other])
    assert (found.taken, found.markers, found.damaged) == (3, 4, [])
    assert byhand.check(byhand.files_of(folder)).stories == 3
    assert [mode & 0o777 for mode in (folder.stat().st_mode, (folder / "state.jsonl").stat().st_mode)] == [
        0o700,
        0o600,
    ]


def test_several_files_are_merged_as_one(tmp_path: Path) -> None:
    files = [write(tmp_path / f"{number}", line(number, read=bool(number % 2))) for number in range(4)]
    results = byhand.merge(tmp_path / "c", files)
    assert [found.taken for found in results] == [1, 1, 1, 1]
    assert values(tmp_path / "c" / "state.jsonl") == values(*files)


MARKS = st.lists(
    st.builds(
        lambda second, story, field, value: line(second, story, **{field: value}),
        st.integers(0, 5),
        st.sampled_from(["a/1.md", "a/2.md"]),
        st.sampled_from(["read", "star", "later"]),
        st.booleans(),
    ),
    max_size=8,
)


@given(mine=MARKS, theirs=MARKS, third=MARKS)
def test_merging_says_what_all_files_say_and_leaves_them_alone(
    mine: list[bytes], theirs: list[bytes], third: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    state = write(folder / "c" / "state.jsonl", *mine)
    others = [write(folder / "o1", *theirs, b"torn"), write(folder / "o2", *third)]
    wanted, before = values(state, *others), [path.read_bytes() for path in others]
    byhand.merge(state.parent, others)
    assert values(state) == wanted
    assert [path.read_bytes() for path in others] == before
    assert state.read_bytes().startswith(b"".join(mine))
    byhand.compact(state.parent)
    assert values(state) == wanted


def test_compacting_drops_what_no_longer_counts_and_keeps_the_old_file(tmp_path: Path) -> None:
    lines = [line(number, read=bool(number % 2)) for number in range(10)]
    state = write(tmp_path / "state.jsonl", *lines, b"garbage\n")
    done = byhand.compact(tmp_path)
    assert (done.path, done.before, done.after, done.folded) == (state, 11, 2, ())
    assert state.read_bytes() == lines[-1] + b"garbage\n"
    assert (tmp_path / "state.jsonl.bak").read_bytes() == b"".join(lines) + b"garbage\n"


def test_compacting_folds_conflict_copies_in(tmp_path: Path) -> None:
    write(tmp_path / "state.jsonl", line(1, read=True))
    write(tmp_path / "state.sync-conflict-20260101-1-A.jsonl", line(2, "a/c.md", read=True))
    done = byhand.compact(tmp_path)
    assert done.folded == ("state.sync-conflict-20260101-1-A.jsonl",)
    assert (done.before, done.after) == (2, 2)
    assert [path.name for path in byhand.files_of(tmp_path)] == ["state.jsonl"]


def test_where_every_line_counts_there_is_nothing_to_do(tmp_path: Path) -> None:
    write(tmp_path / "state.jsonl", line(1, read=True), line(1, "a/c.md", star=True))
    done = byhand.compact(tmp_path)
    assert done.before == done.after == 2
    assert not (tmp_path / "state.jsonl.bak").exists()


def test_a_folder_without_marks_has_nothing_to_compact(tmp_path: Path) -> None:
    done = byhand.compact(tmp_path / "none")
    assert (done.before, done.after) == (0, 0)
    assert not (tmp_path / "none").exists()


class Busy(Disk):
    """Another newsreader has the lock."""

    def lock(self, descriptor: int) -> bool:
        return False


class Failing(Disk):
    """A disk that takes nothing."""

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        raise OSError(28, "No space left on device")


def test_another_writer_is_waited_for_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(byhand, "PATIENCE_S", 0.01)
    state = write(tmp_path / "c" / "state.jsonl", line(1, read=True), line(2, read=False))
    other = write(tmp_path / "other", line(3, read=True))
    before = state.read_bytes()
    with pytest.raises(StateError, match="another newsreader is writing"):
        byhand.compact(state.parent, Busy())
    with pytest.raises(StateError, match="another newsreader is writing"):
        byhand.merge(state.parent, [other], Busy())
    assert state.read_bytes() == before


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    state = write(tmp_path / "c" / "state.jsonl", line(1, read=True), line(2, read=False))
    other = write(tmp_path / "other", line(3, read=True))
    before = state.read_bytes()
    with pytest.raises(StateError, match="cannot be compacted: no space left"):
        byhand.compact(state.parent, Failing())
    with pytest.raises(StateError, match="cannot be written: no space left"):
        byhand.merge(state.parent, [other], Failing())
    assert state.read_bytes() == before


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, words in (("pipe", "no regular file"), ("gone", "no such file"), (".", "is a directory")):
        with pytest.raises(StateError, match=words):
            byhand.check([tmp_path / path])


def test_marks_that_cannot_be_read_are_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write(tmp_path / "other", line(3, read=True))

    def unreadable(self: Disk, folder: Path) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Disk, "names", unreadable)
    with pytest.raises(StateError, match="cannot be read: permission denied"):
        byhand.merge(tmp_path / "c", [other])
    assert not (tmp_path / "c").exists()


def test_a_file_that_is_replaced_under_the_pen_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MarkLog, "sync", lambda self, unsynced: False)
    other = write(tmp_path / "other", line(3, read=True))
    with pytest.raises(StateError, match="all the time"):
        byhand.merge(tmp_path / "c", [other])


def test_lines_go_over_byte_for_byte(tmp_path: Path) -> None:
    raw = b'{ "t" : "2026-01-01T00:00:00Z", "id":"x", "read" : true, "new":"\\u00e4" }\n'
    other = write(tmp_path / "other", raw)
    byhand.merge(tmp_path / "c", [other])
    assert (tmp_path / "c" / "state.jsonl").read_bytes() == raw
    assert json.loads(raw)
