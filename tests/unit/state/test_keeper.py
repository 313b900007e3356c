from __future__ import annotations

import errno
import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reader.model import Mark, StoryId
from reader.state import keeper as keeper_module
from reader.state import log
from reader.state.disk import Disk
from reader.state.keeper import EXCERPT_LIMIT, Change, MarkKeeper
from reader.state.log import MarkLog
from tests.unit.state.marks import NOON, Clock, FaultyDisk, at, line, on_disk, opened, read, star

A, B = StoryId("news/a.md"), StoryId("news/b.md")


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "RETRY_S", 0.01)
    monkeypatch.setattr(keeper_module, "SYNC_S", 0.01)
    monkeypatch.setattr(keeper_module, "CLOSE_PATIENCE_S", 0.05)


def test_a_mark_is_there_at_once_and_after_a_restart(tmp_path: Path) -> None:
    keeper = opened(tmp_path)
    keeper.record([read(A)])
    assert keeper.unsaved == 0
    assert keeper.get(A) == Mark(A, is_read=True)
    assert opened(tmp_path).get(A) == Mark(A, is_read=True)
    assert opened(tmp_path).marks() == [Mark(A, is_read=True)]
    assert keeper.get(B) is None


def test_a_star_brings_what_it_needs_to_outlive_its_file(tmp_path: Path) -> None:
    published = datetime(2021, 8, 24, tzinfo=UTC)
    change = Change(
        A,
        is_starred=True,
        url="https://a.example/",
        title="T",
        provider="P",
        published_at=published,
        excerpt="E",
        quality=60,
    )
    opened(tmp_path, clock=Clock()).record([change])
    assert (tmp_path / "state.jsonl").read_bytes() == (
        b'{"t":"2026-11-22T12:00:00.000Z","id":"news/a.md","star":true,'
        b'"quality":60,"url":"https://a.example/",'
        b'"title":"T","provider":"P","published":"2021-08-24T00:00:00.000Z","excerpt":"E"}\n'
    )
    kept = {"url": "https://a.example/", "title": "T", "provider": "P", "published_at": published}
    mark = Mark(A, is_starred=True, excerpt="E", quality=60, **kept)  # type: ignore[arg-type]
    assert opened(tmp_path).get(A) == mark


def test_a_note_outlives_the_file_of_its_story_as_a_star_does(tmp_path: Path) -> None:
    change = Change(A, note="mine", title="T", provider="P", excerpt="x" * 5_000)
    opened(tmp_path).record([change])
    mark = opened(tmp_path).get(A)
    assert mark is not None
    assert (mark.title, mark.provider, mark.note) == ("T", "P", "mine")
    assert len(mark.excerpt) == EXCERPT_LIMIT


def test_a_story_read_leaves_a_short_line(tmp_path: Path) -> None:
    change = Change(A, is_read=True, url="https://a.example/", title="T", provider="P")
    opened(tmp_path, clock=Clock()).record([change])
    assert (tmp_path / "state.jsonl").read_bytes() == line(A, read=True, url="https://a.example/")


def test_many_presses_are_one_write(tmp_path: Path) -> None:
    disk = FaultyDisk(only="write")
    keeper = opened(tmp_path, disk=disk)
    keeper.record([read(f"news/{n}.md") for n in range(500)])
    assert disk.count == 1
    assert len(on_disk(tmp_path)) == 500


def test_a_change_that_says_nothing_leaves_no_line(tmp_path: Path) -> None:
    keeper = opened(tmp_path)
    keeper.record([])
    keeper.record([Change(A, url="https://a.example/"), read("")])
    assert not (tmp_path / "state.jsonl").exists()
    assert keeper.get(A) is None


def test_the_last_press_wins_after_the_clock_was_set_back(tmp_path: Path) -> None:
    clock = Clock()
    keeper = opened(tmp_path, clock=clock)
    keeper.record([star(A)])
    clock.now -= timedelta(days=365)
    keeper.record([star(A, False), star(A), star(A, False)])
    again = opened(tmp_path, clock=clock)
    assert again.get(A) == Mark(A, is_starred=False, title="Any")
    again.record([star(A)])
    assert on_disk(tmp_path) == {A: (None, True)}


def test_a_press_beats_a_line_from_a_clock_that_runs_ahead(tmp_path: Path) -> None:
    (tmp_path / "state.jsonl").write_bytes(line(A, 10 * 365 * 86_400, read=True))
    opened(tmp_path).record([read(A, False)])
    assert on_disk(tmp_path) == {A: (False, None)}


def test_another_instance_is_seen_and_told(tmp_path: Path) -> None:
    mine, theirs = opened(tmp_path), opened(tmp_path)
    theirs.record([read(A), star(B)])
    assert mine.poll() == {A, B}
    assert mine.poll() == frozenset()
    assert mine.get(A) == Mark(A, is_read=True)
    mine.record([read(A)])
    assert mine.poll() == frozenset()
    assert theirs.poll() == frozenset()


def test_a_story_whose_file_name_is_no_utf_8_keeps_its_mark(tmp_path: Path) -> None:
    name = StoryId(os.fsdecode(b"news/caf\xe9.md"))
    keeper = opened(tmp_path)
    keeper.record([star(name, title="caf\udce9 日本")])
    assert keeper.unsaved == 0
    assert opened(tmp_path).get(name) == Mark(name, is_starred=True, title="caf� 日本")
    assert "日本".encode() not in (tmp_path / "state.jsonl").read_bytes()


def test_conflict_copies_and_merge_markers_lose_nothing(tmp_path: Path) -> None:
    mine = line("a", 0, read=True) + line("both", 1, read=True)
    theirs = line("b", 0, star=True) + line("both", 2, read=False)
    (tmp_path / "state.jsonl").write_bytes(
        b"<<<<<<< HEAD\n" + mine + b"=======\n" + theirs + b">>>>>>> other\n"
    )
    (tmp_path / "state.sync-conflict-20261122-101112-ABCDEFG.jsonl").write_bytes(line("c", read=True))
    keeper = opened(tmp_path)
    assert keeper.bad_lines == 3
    assert {mark.story_id: (mark.is_read, mark.is_starred) for mark in keeper.marks()} == {
        "a": (True, None),
        "b": (None, True),
        "both": (False, None),
        "c": (True, None),
    }


def test_a_file_replaced_by_a_sync_tool_right_after_a_press_gets_the_press_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Once it is on the medium it is the tool's to keep.
    monkeypatch.setattr(keeper_module, "SYNC_S", 3_600.0)
    keeper = opened(tmp_path)
    keeper.record([read(A)])
    (tmp_path / "incoming").write_bytes(line(B, read=True))
    (tmp_path / "incoming").rename(tmp_path / "state.jsonl")
    keeper.close()
    assert set(on_disk(tmp_path)) == {A, B}


@pytest.mark.parametrize("is_at_load", [True, False])
def test_a_log_that_is_mostly_dead_is_compacted_at_start_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_at_load: bool
) -> None:
    monkeypatch.setattr(log, "COMPACT_LINES", 100)
    lines = [line(A, n, read=bool(n % 2)) for n in range(101 if is_at_load else 60)]
    (tmp_path / "state.jsonl").write_bytes(b"".join(lines))
    keeper = opened(tmp_path)
    if not is_at_load:
        keeper.record([read(A, bool(n % 2)) for n in range(50)])
        keeper.close()
    assert (tmp_path / "state.jsonl").read_bytes().count(b"\n") == 1
    assert keeper.poll() == frozenset()


def test_a_compaction_that_fails_is_nothing_to_worry_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "COMPACT_LINES", 3)
    data = b"".join(line(A, n, read=True) for n in range(9))
    (tmp_path / "state.jsonl").write_bytes(data)
    keeper = opened(tmp_path, disk=FaultyDisk(1, errno.EPERM, lasts=True, only="link"))
    assert keeper.trouble == ""
    assert (tmp_path / "state.jsonl").read_bytes() == data


def test_another_instances_marks_survive_a_compaction_between_their_write_and_their_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "COMPACT_LINES", 3)
    mine, theirs = opened(tmp_path), opened(tmp_path)
    mine.record([read(A, bool(n % 2)) for n in range(9)])
    theirs.poll()
    theirs.close()
    mine.record([read(B)])
    mine.close()
    assert on_disk(tmp_path) == {A: (False, None), B: (True, None)}


@pytest.mark.usefixtures("_impatient")
def test_a_full_disk_is_told_and_the_marks_wait_in_memory(tmp_path: Path) -> None:
    told: list[str] = []
    disk = FaultyDisk(1, errno.ENOSPC, lasts=True, only="write")
    keeper = opened(tmp_path, disk=disk, on_trouble=told.append)
    keeper.record([read(A)])
    keeper.record([read(B)])
    assert keeper.trouble == "marks are not saved: no space left on device; trying again"
    assert told == [keeper.trouble]
    assert keeper.unsaved == 2
    assert keeper.get(A) == Mark(A, is_read=True)
    assert on_disk(tmp_path) == {}
    disk.heal()
    wait_until(lambda: keeper.unsaved == 0 and len(told) == 2)
    assert told[-1] == keeper.trouble == ""
    assert set(on_disk(tmp_path)) == {A, B}


def test_the_next_press_saves_what_an_earlier_one_could_not(tmp_path: Path) -> None:
    keeper = opened(tmp_path, disk=FaultyDisk(1, errno.EIO, only="write"))
    keeper.record([read(A)])
    assert keeper.unsaved == 1
    keeper.record([read(B)])
    assert (keeper.unsaved, keeper.trouble) == (0, "")
    assert set(on_disk(tmp_path)) == {A, B}


@pytest.mark.usefixtures("_impatient")
def test_closing_tries_once_more_and_says_what_is_left(tmp_path: Path) -> None:
    disk = FaultyDisk(1, errno.EROFS, lasts=True, only="open")
    keeper = opened(tmp_path, disk=disk)
    keeper.record([read(A)])
    keeper.close()
    assert keeper.trouble == "marks are not saved: read-only file system; trying again"
    assert keeper.unsaved == 1
    disk.heal()
    keeper.close()
    assert (keeper.unsaved, keeper.trouble) == (0, "")
    assert set(on_disk(tmp_path)) == {A}


def test_closing_syncs_at_once_and_may_be_repeated(tmp_path: Path) -> None:
    disk = FaultyDisk(only="sync_data")
    keeper = opened(tmp_path, disk=disk)
    keeper.record([read(A)])
    keeper.close()
    keeper.close()
    assert disk.count == 1
    keeper.record([read(B)])
    assert disk.count == 2
    assert set(on_disk(tmp_path)) == {A, B}


@pytest.mark.usefixtures("_impatient")
def test_syncing_is_grouped_and_done_by_another_thread(tmp_path: Path) -> None:
    threads: list[str] = []

    class WatchedDisk(Disk):
        def sync_data(self, descriptor: int) -> None:
            threads.append(threading.current_thread().name)
            super().sync_data(descriptor)

    keeper = opened(tmp_path, disk=WatchedDisk())
    keeper.record([read(A)])
    wait_until(lambda: threads == ["marks"])
    keeper.close()
    assert threads == ["marks"]


@pytest.mark.usefixtures("_impatient")
def test_what_a_failed_sync_may_have_lost_is_written_again(tmp_path: Path) -> None:
    told: list[str] = []
    disk = FaultyDisk(1, errno.EIO, only="sync_data")
    keeper = opened(tmp_path, disk=disk, on_trouble=told.append)
    keeper.record([read(A)])
    wait_until(lambda: len(told) == 2 and disk.count == 2)
    assert told == ["marks are not saved: input/output error; trying again", ""]
    keeper.close()
    assert (tmp_path / "state.jsonl").read_bytes().count(b"\n") == 2


@pytest.mark.usefixtures("_impatient")
def test_a_press_does_not_wait_for_another_instance_that_holds_the_file(tmp_path: Path) -> None:
    told: list[str] = []
    keeper = opened(tmp_path, on_trouble=told.append)
    with MarkLog(tmp_path)._lock(0):
        started = time.monotonic()
        keeper.record([read(A)])
        assert time.monotonic() - started < 0.5
        assert keeper.unsaved == 1
        assert keeper.get(A) == Mark(A, is_read=True)
        wait_until(lambda: bool(told))
        assert told == ["marks are not saved: another newsreader holds their file; trying again"]
    wait_until(lambda: keeper.unsaved == 0 and len(told) == 2)
    assert set(on_disk(tmp_path)) == {A}


def test_closing_says_so_where_another_instance_holds_the_file_all_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "CLOSE_PATIENCE_S", 0.01)
    keeper = opened(tmp_path)
    with MarkLog(tmp_path)._lock(0):
        keeper.record([read(A)])
        keeper.close()
        assert "another newsreader" in keeper.trouble
        assert keeper.unsaved == 1
    keeper.close()
    assert keeper.unsaved == 0


@pytest.mark.usefixtures("_impatient")
def test_a_press_does_not_wait_for_a_look_that_takes_long(tmp_path: Path) -> None:
    keeper = opened(tmp_path)
    with keeper._io:
        keeper.record([read(A)])
        assert keeper.unsaved == 1
        keeper.close()
        assert keeper.unsaved == 1
    keeper.close()
    assert set(on_disk(tmp_path)) == {A}


def test_a_folder_that_cannot_be_read_is_told_until_it_can(tmp_path: Path) -> None:
    (tmp_path / "state.jsonl").write_bytes(line(A, read=True))
    told: list[str] = []
    disk = FaultyDisk(1, errno.EACCES, lasts=True, only="names")
    keeper = opened(tmp_path, disk=disk, on_trouble=told.append)
    assert keeper.marks() == []
    disk.heal()
    assert keeper.poll() == {A}
    assert told == ["some marks cannot be read: permission denied; trying again", ""]


def test_a_folder_where_a_file_is_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file")
    keeper = opened(tmp_path / "config" / "newsreader")
    keeper.record([read(A)])
    assert keeper.unsaved == 1
    assert keeper.trouble != ""
    keeper.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "state.jsonl").write_bytes(line(A, read=True))
    tmp_path.chmod(0o500)
    keeper = opened(tmp_path)
    assert keeper.get(A) == Mark(A, is_read=True)
    keeper.record([read(B)])
    assert "permission denied" in keeper.trouble
    tmp_path.chmod(0o700)
    keeper.close()
    assert keeper.unsaved == 0


@pytest.mark.parametrize("is_running", [True, False])
def test_loading_leaves_the_garbage_collector_as_it_was(tmp_path: Path, is_running: bool) -> None:
    was_running = gc.isenabled()
    try:
        (gc.enable if is_running else gc.disable)()
        opened(tmp_path)
        assert gc.isenabled() is is_running
    finally:
        (gc.enable if was_running else gc.disable)()


def test_presses_from_many_threads_are_all_kept(tmp_path: Path) -> None:
    keeper = opened(tmp_path)

    def press(thread: int) -> None:
        for n in range(50):
            keeper.record([read(f"news/{thread}-{n}.md")])
            keeper.poll()

    threads = [threading.Thread(target=press, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keeper.close()
    assert keeper.unsaved == 0
    assert len(on_disk(tmp_path)) == 200


def press_all(folder: Path, disk: FaultyDisk) -> dict[str, bool]:
    """Some presses and looks on a disk that fails; gives what was acknowledged."""
    acknowledged: dict[str, bool] = {}
    keeper = MarkKeeper(folder, disk=disk, clock=lambda: NOON)
    keeper.load()
    for n in range(4):
        keeper.record([read(f"news/{n}.md"), read(A, bool(n % 2))])
        if keeper.unsaved == 0:
            acknowledged |= {f"news/{seen}.md": True for seen in range(n + 1)} | {A: bool(n % 2)}
        keeper.poll()
    now = on_disk(folder)
    assert {
        story: is_read for story, (is_read, _) in now.items() if story in acknowledged and story != A
    } == {story: True for story in acknowledged if story != A}
    disk.heal()
    keeper.poll()
    keeper.close()
    assert (keeper.unsaved, keeper.trouble) == (0, "")
    return acknowledged


@pytest.mark.parametrize("lasts", [False, True])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.ENOLCK])
def test_whichever_call_fails_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, lasts: bool
) -> None:
    monkeypatch.setattr(keeper_module, "RETRY_S", 3600.0)
    monkeypatch.setattr(keeper_module, "SYNC_S", 3600.0)
    monkeypatch.setattr(keeper_module, "CLOSE_PATIENCE_S", 5.0)
    for fail_at in range(1, 300):
        folder = tmp_path / f"{fail_at}"
        disk = FaultyDisk(fail_at, code, lasts=lasts)
        press_all(folder, disk)
        expected: dict[str, tuple[bool | None, bool | None]] = {
            f"news/{n}.md": (True, None) for n in range(4)
        }
        assert on_disk(folder) == expected | {A: (True, None)}, fail_at
        if not disk.has_failed:
            return
    pytest.fail("saving makes more calls than expected")


CHILD = """
import resource, signal, sys
from pathlib import Path
from reader.model import StoryId
from reader.state.keeper import Change, MarkKeeper
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
keeper = MarkKeeper(Path(sys.argv[1]))
keeper.load()
for n in range(1000):
    keeper.record([Change(StoryId(f"news/{n}.md"), is_read=True)])
    if keeper.unsaved:
        break
print(n, keeper.unsaved, keeper.trouble, sep="|")
keeper.close()
"""


def test_a_limit_on_the_size_of_files_is_told_and_what_was_acknowledged_is_there(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    result = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=root,
        # The limit would also hit the data file of a coverage measurement.
        env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")},
    )
    count, unsaved, trouble = result.stdout.strip().split("|")
    assert int(count) > 20
    assert (unsaved, trouble) == ("1", "marks are not saved: file too large; trying again")
    assert set(on_disk(tmp_path)) == {f"news/{n}.md" for n in range(int(count))}
    assert (tmp_path / "state.jsonl").read_bytes().endswith(b"\n")


def test_times_in_the_file_are_when_the_press_was_made(tmp_path: Path) -> None:
    clock = Clock()
    clock.now = at(1.5)
    opened(tmp_path, clock=clock).record([read(A)])
    assert (tmp_path / "state.jsonl").read_bytes() == line(A, 1.5, read=True)


def test_a_note_is_kept_beside_the_other_marks(tmp_path: Path) -> None:
    keeper = opened(tmp_path)
    keeper.record([Change(StoryId("a"), note="mine", url="https://a.example/"), star("a"), star("b")])
    keeper.close()
    again = opened(tmp_path)
    mark = again.get(StoryId("a"))
    assert mark is not None
    assert (mark.note, mark.is_starred, mark.url) == ("mine", True, "https://a.example/")
    assert again.notes() == {"a": "mine"}
    again.record([Change(StoryId("a"), note="")])
    assert again.notes() == {}


def test_a_note_of_another_instance_is_news(tmp_path: Path) -> None:
    here, there = opened(tmp_path), opened(tmp_path)
    there.record([Change(StoryId("a"), note="theirs")])
    assert here.poll() == {"a"}
    assert here.notes() == {"a": "theirs"}


def test_a_power_cut_takes_a_second_at_most() -> None:
    assert keeper_module.SYNC_S <= 1.0
