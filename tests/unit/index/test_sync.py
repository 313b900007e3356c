from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from random import Random

import pytest

from reader.archive.scan import Folder, open_archive, walk
from reader.errors import ArchiveError, IndexFileError
from reader.index import readers, reading, words, writing
from reader.index import sync as sync_module
from reader.index.connection import DamagedIndexError
from reader.index.stories import StoryIndex
from reader.index.sync import Progress, sync
from reader.model import Archive, ProblemKind, View
from reader.state import identity
from tests.factories import make_story_text, write_archive, write_story
from tests.machine_form import write_machine_archive
from tests.unit.index.shelf import index_file, opened, row_of, rows, stamps, synced, tamper, titles

BAD = "---\ntitle: Still readable\nexcerpt: [unclosed\n---\n"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "gazette", 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def test_the_first_sync_reads_every_story(archive: Path, folder: Path) -> None:
    with opened(archive, folder) as index:
        report = sync(index)
        assert titles(index) == ["Story 2", "Story 1", "Story 0"]
    assert (report.read, report.forgotten, report.has_changes, report.was_cancelled) == (3, 0, True, False)


def test_what_did_not_change_is_not_read_again(
    archive: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (archive / "README.md").write_text("# About\n")
    (archive / "bad.md").write_text(BAD)
    synced(archive, folder)
    monkeypatch.delattr(readers, "read_file")
    report = synced(archive, folder)
    assert (report.read, report.has_changes) == (0, False)


def test_a_sync_that_only_begins_reads_the_newest_and_leaves_the_rest_to_the_next(
    tmp_path: Path, folder: Path
) -> None:
    archive = write_archive(tmp_path / "herald", 100)
    with opened(archive, folder) as index:
        begun = sync(index, is_begun_only=True)
        assert (begun.read, begun.was_cancelled) == (sync_module.FIRST_STORIES, True)
        assert titles(index)[0] == "Story 99"
        rest = sync(index)
        assert (begun.read + rest.read, rest.was_cancelled) == (100, False)
        assert len(titles(index)) == 100


def test_a_changed_file_keeps_its_row(archive: Path, folder: Path) -> None:
    path = write_story(archive, "a.md", title="Before")
    with opened(archive, folder) as index:
        sync(index)
        row = row_of(index, "a.md")
        path.write_text(make_story_text(title="Afterwards"))
        assert sync(index).read == 1
        assert row_of(index, "a.md") == row
        assert "Afterwards" in titles(index)
        assert "Before" not in titles(index)


def test_a_new_file_gets_a_row_that_was_never_used(archive: Path, folder: Path) -> None:
    path = write_story(archive, "a.md")
    with opened(archive, folder) as index:
        sync(index)
        row = row_of(index, "a.md")
        path.unlink()
        sync(index)
        path.write_text(make_story_text())
        sync(index)
        assert row_of(index, "a.md") > row


def test_vanished_files_are_forgotten(archive: Path, folder: Path) -> None:
    (archive / "README.md").write_text("# About\n")
    (archive / "bad.md").write_text(BAD)
    synced(archive, folder)
    for name in ("README.md", "bad.md"):
        (archive / name).unlink()
    shutil.rmtree(archive / "2021")
    with opened(archive, folder) as index:
        report = sync(index)
        assert (report.forgotten, report.has_changes) == (5, True)
        assert titles(index) == []
        assert stamps(index) == {}
        assert index.problems() == []


def test_a_renamed_file_stands_in_the_index_once(archive: Path, folder: Path) -> None:
    path = write_story(archive, "old.md", title="Moved")
    synced(archive, folder)
    path.rename(archive / "new.md")
    with opened(archive, folder) as index:
        sync(index)
        assert titles(index).count("Moved") == 1
        assert list(index.rows_at(["old.md", "new.md"])) == ["new.md"]


def test_a_bad_file_is_a_problem_beside_what_could_be_read(archive: Path, folder: Path) -> None:
    (archive / "bad.md").write_text(BAD)
    with opened(archive, folder) as index:
        sync(index)
        assert "Still readable" in titles(index)
        assert [row.is_damaged for row in index.rows([row_of(index, "bad.md")])] == [True]
        (problem, *_) = index.problems()
        assert index.problem_count() == len(index.problems())
    assert (problem.path, problem.kind) == ("bad.md", ProblemKind.DAMAGED)


def test_mending_a_file_takes_its_problems_away(archive: Path, folder: Path) -> None:
    (archive / "bad.md").write_text(BAD)
    (archive / "worse.md").write_text(BAD)
    synced(archive, folder)
    (archive / "bad.md").write_text(make_story_text())
    with opened(archive, folder) as index:
        sync(index)
        assert {problem.path for problem in index.problems()} == {"worse.md"}
        assert [row.is_damaged for row in index.rows([row_of(index, "bad.md")])] == [False]


def test_a_file_that_stays_bad_has_its_problems_once(archive: Path, folder: Path) -> None:
    with opened(archive, folder) as index:
        for content in (BAD, BAD + "more\n", BAD + "still more\n"):
            (archive / "bad.md").write_text(content)
            sync(index)
        assert len({problem.reason for problem in index.problems()}) == index.problem_count()


def test_a_file_that_vanishes_before_it_is_read_is_a_problem_until_the_next_sync(
    archive: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_story(archive, "a.md")
    with opened(archive, folder) as index:
        found = list(walk(index.archive))
        path.unlink()
        with monkeypatch.context() as patched:
            patched.setattr(sync_module, "walk", lambda *arguments: found)
            sync(index)
        (problem,) = index.problems()
        assert (problem.path, problem.kind) == ("a.md", ProblemKind.UNREADABLE)
        assert "not there any more" in problem.reason
        sync(index)
        assert index.problems() == []


def test_a_file_that_is_no_story_is_remembered_as_one(archive: Path, folder: Path) -> None:
    (archive / "README.md").write_text("# About\n")
    with opened(archive, folder) as index:
        assert sync(index).read == 4
        assert "README.md" in stamps(index)
        assert len(titles(index)) == 3
        assert sync(index).read == 0


def test_a_story_may_become_a_plain_file_and_a_story_again(archive: Path, folder: Path) -> None:
    path = archive / "readme.md"
    with opened(archive, folder) as index:
        for content, is_story in (
            ("# About\n", False),
            (make_story_text(title="Read me"), True),
            ("# Nothing to tell\n", False),
            (make_story_text(title="Read me again"), True),
        ):
            path.write_text(content)
            sync(index)
            assert ("readme.md" in index.rows_at(["readme.md"])) is is_story
            assert list(stamps(index)).count("readme.md") == 1


def test_what_the_scan_had_to_skip_is_a_problem_and_goes_with_its_cause(archive: Path, folder: Path) -> None:
    (archive / "link.md").symlink_to(archive / "nowhere.md")
    with opened(archive, folder) as index:
        assert sync(index).has_changes
        assert [problem.kind for problem in index.problems()] == [ProblemKind.SKIPPED]
        assert not sync(index).has_changes
        assert index.problem_count() == 1
        (archive / "link.md").unlink()
        assert sync(index).has_changes
        assert index.problems() == []


def test_changed_topic_files_are_news_though_no_story_changed(archive: Path, folder: Path) -> None:
    data = archive / "_data" / "topics"
    data.mkdir(parents=True)
    with opened(archive, folder) as index:
        sync(index)
        (data / "ai.yaml").write_text("name: AI\nparent: Science\n")
        (data / "bad.yaml").write_text("shortname: x\n")
        report = sync(index)
        assert (report.read, report.has_changes) == (0, True)
        assert [file.parent for file in index.topic_files()] == ["Science"]
        assert [problem.reason for problem in index.problems()] == ["no name"]


def test_progress_begins_unknown_and_ends_complete(archive: Path, folder: Path) -> None:
    told: list[Progress] = []
    with opened(archive, folder) as index:
        sync(index, told.append)
    assert told[0] == Progress(0, 0)
    assert told[-1] == Progress(3, 3)


def test_rows_appear_batch_by_batch_newest_first(
    archive: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "BATCH_STORIES", 1)
    seen: list[list[str]] = []
    done: list[int] = []

    def on_progress(progress: Progress) -> None:
        seen.append(titles(index))
        done.append(progress.done)

    with opened(archive, folder) as index:
        sync(index, on_progress)
    everything = ["Story 2", "Story 1", "Story 0"]
    assert sorted(set(done)) == [0, 1, 2, 3]
    assert all(found == everything[: len(found)] for found in seen)
    assert all(len(found) >= count for found, count in zip(seen, done, strict=True))


def test_batches_grow_and_shrink_again_towards_the_end(
    archive: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "FIRST_STORIES", 1)
    monkeypatch.setattr(sync_module, "BATCH_STORIES", 8)
    monkeypatch.setattr(sync_module, "LAST_STORIES", 1)
    write_archive(archive, 60)
    told: list[int] = []
    with opened(archive, folder) as index:
        sync(index, lambda progress: told.append(progress.done))
    done = sorted(set(told))
    sizes = [after - before for before, after in itertools.pairwise(done)]
    assert done[-1] == 60
    assert sizes[:5] == [1, 2, 4, 8, 8]
    assert max(sizes) == 8
    assert sizes[-3:] == [2, 1, 1]


def test_an_old_batch_is_written_though_it_is_not_full(
    archive: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "BATCH_S", -1.0)
    told: list[int] = []
    with opened(archive, folder) as index:
        sync(index, lambda progress: told.append(progress.done))
    assert sorted(set(told)) == [0, 1, 2, 3]


def test_the_total_is_told_as_soon_as_it_is_known_and_right_at_the_end(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = write_archive(tmp_path / "g", 30)
    for number in range(4):
        write_story(archive / f"{number}", "a.md")
    told: list[Progress] = []
    monkeypatch.setattr(sync_module, "BATCH_STORIES", 1)
    with opened(archive, folder) as index:
        sync(index, told.append)
    assert told[:2] == [Progress(0, 0), Progress(1, 0)]
    assert {progress.total for progress in told[2:]} == {34}


def test_what_an_earlier_sync_has_begun_with_counts_as_done(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = write_archive(tmp_path / "g", 30)
    monkeypatch.setattr(sync_module, "FIRST_STORIES", 4)
    told: list[Progress] = []
    with opened(archive, folder) as index:
        assert sync(index, is_begun_only=True).read == 4
        report = sync(index, told.append)
    assert report.read == 26
    assert {progress.total for progress in told[2:]} == {30}
    assert told[-1] == Progress(30, 30)


def test_files_that_did_not_change_are_taken_from_the_total(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "g"
    for number in range(10):
        write_story(archive / f"{number}", "a.md")
    synced(archive, folder)
    for number in (2, 5, 8):
        write_story(archive / f"{number}", "b.md")
    told: list[Progress] = []
    monkeypatch.setattr(sync_module, "BATCH_STORIES", 1)
    with opened(archive, folder) as index:
        sync(index, told.append)
    totals = [progress.total for progress in told if progress.total]
    assert totals == sorted(totals, reverse=True)
    assert told[-1] == Progress(3, 3)


def test_a_cancelled_sync_keeps_what_it_has_and_goes_on_next_time(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "BATCH_STORIES", 1)
    archive = write_archive(tmp_path / "g", 20)
    done = 0

    def on_progress(progress: Progress) -> None:
        nonlocal done
        done = progress.done

    with opened(archive, folder) as index:
        report = sync(index, on_progress, lambda: done >= 2)
        assert report.was_cancelled
        assert 2 <= report.read < 10
        assert len(titles(index)) == report.read
    with opened(archive, folder) as index:
        again = sync(index)
        assert (report.read + again.read, again.was_cancelled) == (20, False)
        assert len(titles(index)) == 20


def test_only_folders_that_changed_are_compared_file_by_file(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "g"
    write_story(archive / "new", "a.md")
    write_story(archive / "old", "b.md", title="Before")
    (archive / "empty").mkdir()
    compared: list[str] = []
    stamps_of = Folder.stamps

    def noted(found: Folder) -> object:
        compared.append(found.path)
        return stamps_of(found)

    monkeypatch.setattr(Folder, "stamps", noted)
    synced(archive, folder)
    assert compared == ["old/", "new/"]
    synced(archive, folder)
    assert compared == ["old/", "new/"]
    write_story(archive / "old", "b.md", title="Afterwards")
    assert synced(archive, folder).read == 1
    assert compared == ["old/", "new/", "old/"]
    synced(archive, folder)
    assert compared == ["old/", "new/", "old/"]


def test_a_folder_read_in_part_is_compared_again(archive: Path, folder: Path) -> None:
    reads = 0

    def is_cancelled() -> bool:
        nonlocal reads
        reads += 1
        return reads > 3

    with opened(archive, folder) as index:
        assert sync(index, is_cancelled=is_cancelled).was_cancelled
    assert 0 < synced(archive, folder).read < 3


def test_a_folder_that_two_instances_read_at_once_is_compared_again(
    archive: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "BATCH_STORIES", 1)

    def on_progress(progress: Progress) -> None:
        if progress.done == 1:
            write_story(archive / "2021", "new.md")
            synced(archive, folder)

    with opened(archive, folder) as index:
        sync(index, on_progress)
        with index.file.worker.use("look") as sqlite:
            assert sqlite.execute("SELECT count(digest) FROM folder WHERE path = '2021/'").fetchone() == (0,)
        assert sync(index).read == 0
        assert len(titles(index)) == 4


def test_a_story_that_damage_took_away_is_read_again(archive: Path, folder: Path) -> None:
    synced(archive, folder)
    tamper(index_file(folder), "DELETE FROM story WHERE row = 2")
    report = synced(archive, folder)
    assert (report.read, report.has_changes) == (1, True)


def test_after_a_batch_that_failed_nothing_more_is_written(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "BATCH_STORIES", 1)
    archive = write_archive(tmp_path / "g", 20)
    insert, calls = words.write, count()

    def fail_once(sqlite: sqlite3.Connection, texts: list[tuple[int, reading.Line]]) -> None:
        if next(calls) == 1:
            raise sqlite3.OperationalError("disk I/O error")
        insert(sqlite, texts)

    with opened(archive, folder) as index:
        with monkeypatch.context() as patched:
            patched.setattr(words, "write", fail_once)
            with pytest.raises(IndexFileError):
                sync(index)
        assert len(titles(index)) == 1
        index.file.writer.is_damaged = False
    assert synced(archive, folder).read == 19


def test_whoever_breaks_it_off_waits_for_no_batch_and_finds_the_index_sound(
    archive: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "BATCH_STORIES", 1)
    endless = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n FROM n) SELECT count(*) FROM n"
    is_at_it = threading.Event()

    def write(sqlite: sqlite3.Connection, texts: object) -> None:
        is_at_it.set()
        sqlite.execute(endless)

    def read(archive: Archive, stem: object, path: str) -> reading.Reading:
        if is_at_it.wait(1) or not path.endswith("2.md"):
            raise KeyboardInterrupt
        return reading.read_file(archive, identity.stem, path)

    with opened(archive, folder) as index:
        with monkeypatch.context() as patched:
            patched.setattr(words, "write", write)
            patched.setattr(readers, "read_file", read)
            with pytest.raises(KeyboardInterrupt):
                sync(index)
        assert titles(index) == []
        assert sync(index).read == 3


def test_a_search_that_was_cut_short_forgets_nothing(archive: Path, folder: Path) -> None:
    synced(archive, folder)
    # True for the search only: what it did not come to is not gone.
    answers = iter([True])
    with opened(archive, folder) as index:
        report = sync(index, is_cancelled=lambda: next(answers, False))
        assert (report.was_cancelled, report.forgotten) == (True, 0)
        assert len(titles(index)) == 3


def test_a_folder_that_is_gone_is_told_and_its_rows_are_kept(archive: Path, folder: Path) -> None:
    with opened(archive, folder) as index:
        sync(index)
        shutil.rmtree(archive)
        with pytest.raises(ArchiveError, match="not there any more"):
            sync(index)
        assert len(titles(index)) == 3


def test_names_that_are_no_text_are_read_once_like_others(tmp_path: Path, folder: Path) -> None:
    archive = tmp_path / "g"
    archive.mkdir()
    name = os.fsdecode(b"caf\xe9.md")
    (archive / name).write_text(BAD)
    with opened(archive, folder) as index:
        assert sync(index).read == 1
        assert sync(index).read == 0
        assert {problem.path for problem in index.problems()} == {name}
        (archive / name).unlink()
        assert sync(index).forgotten == 1


def test_a_full_disk_is_told_and_leaves_the_index_as_it_was(
    archive: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced(archive, folder)
    write_story(archive, "new.md")

    def fail(*arguments: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    with opened(archive, folder) as index:
        with monkeypatch.context() as patched:
            patched.setattr(words, "write", fail)
            with pytest.raises(IndexFileError, match="full") as caught:
                sync(index)
        assert not isinstance(caught.value, DamagedIndexError)
        assert len(titles(index)) == 3
        assert sync(index).read == 1


def test_an_index_in_memory_works_for_the_session(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with opened(archive, tmp_path / "cache") as index:
        assert sync(index).read == 3
        assert sync(index).read == 0
        assert len(titles(index)) == 3


def test_an_index_file_deleted_while_it_is_open_costs_no_more_than_a_scan(
    archive: Path, folder: Path
) -> None:
    with opened(archive, folder) as index:
        sync(index)
        shutil.rmtree(folder)
        write_story(archive, "new.md", title="New")
        sync(index)
        assert "New" in titles(index)
    with opened(archive, folder) as index:
        assert sync(index).read == 4


def test_two_threads_that_sync_at_once_read_each_story_into_one_row(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "BATCH_STORIES", 5)
    archive = write_archive(tmp_path / "g", 60)
    failures: list[Exception] = []
    ready = threading.Barrier(3)

    def work() -> None:
        try:
            with opened(archive, folder) as index:
                ready.wait(30)
                sync(index)
        except Exception as error:  # noqa: BLE001 - told in the thread that looks
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with opened(archive, folder) as index:
        assert sorted(titles(index)) == sorted(f"Story {number}" for number in range(60))
        assert sync(index).read == 0


WORK = """
import sys
from pathlib import Path
from tests.unit.index.shelf import opened
from reader.index.sync import sync
with opened(Path(sys.argv[1]), Path(sys.argv[2])) as index:
    print(sync(index).was_cancelled, index.file.trouble)
"""


def test_processes_that_start_at_once_share_one_index(tmp_path: Path, folder: Path) -> None:
    archive = write_archive(tmp_path / "g", 60)
    command = [sys.executable, "-c", WORK, str(archive), str(folder)]
    root = Path(__file__).parents[3]
    workers = [
        subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    told = [worker.communicate(timeout=60) for worker in workers]
    assert told == [("False \n", "")] * 4
    with opened(archive, folder) as index:
        assert len(titles(index)) == 60
        assert sync(index).read == 0


def damage(data: bytes, random: Random) -> bytes:
    """What disks and sync tools do: a bit, a page of zeros, a cut, a page of another file."""
    kind, at = random.randrange(4), random.randrange(len(data))
    if kind == 0:
        return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]
    if kind == 1:
        return data[:at] + bytes(4096) + data[at + 4096 :]
    if kind == 2:
        return data[:at]
    return data[:at] + random.randbytes(200) + data[at + 200 :]


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_index_is_told_and_never_crashes(seed: int, tmp_path: Path, folder: Path) -> None:
    archive = write_archive(tmp_path / "g", 30)
    (archive / "bad.md").write_text(BAD)
    synced(archive, folder)
    path = index_file(folder)
    path.write_bytes(damage(path.read_bytes(), Random(seed)))
    index = StoryIndex(open_archive(archive), folder, identity.stem)
    try:
        sync(index)
        shelf = index.catalogue(())
        index.rows(shelf.rows(View()))
        index.problems()
        index.topic_names()
    except DamagedIndexError:
        assert index.file.is_damaged
    finally:
        index.close()
    # Damage in what is only read where a folder changed comes to light then.
    with opened(archive, folder) as index, suppress(DamagedIndexError):
        stamps(index)
    # One more start and everything is there, if the damage was one that SQLite can see.
    with opened(archive, folder) as index:
        if not stamps(index):
            sync(index)
            assert len(titles(index)) == 31


def test_what_another_instance_writes_meanwhile_is_not_written_twice(
    archive: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "BATCH_STORIES", 1)
    (archive / "README.md").write_text("# About\n")

    def on_progress(progress: Progress) -> None:
        if progress.done == 1:
            synced(archive, folder)

    with opened(archive, folder) as index:
        sync(index, on_progress)
        assert titles(index) == ["Story 2", "Story 1", "Story 0"]
        assert sync(index).read == 0


def story_lines(folder: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(index_file(folder))) as connection:
        tables = "story LEFT JOIN outlet ON outlet.id = outlet LEFT JOIN topicset ON topicset.id = topicset"
        return connection.execute(f"SELECT * FROM {tables} ORDER BY row").fetchall()


def test_the_short_way_and_the_careful_one_make_the_same_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = write_machine_archive(tmp_path / "g", 40)
    synced(archive, tmp_path / "short")
    monkeypatch.setattr(reading, "quick_entry", lambda path, data: None)
    synced(archive, tmp_path / "careful")
    assert story_lines(tmp_path / "short") == story_lines(tmp_path / "careful")


def test_an_archive_where_nothing_repeats_is_indexed_without_remembering_it_all(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_NUMBERS_LIMIT", 2)
    archive = tmp_path / "g"
    for number in range(20):
        provider = {"name": f"Outlet {number % 7}", "domain": "example.com"}
        write_story(archive, f"{number}.md", topics=[f"Topic {number % 5}"], provider=provider)
    with opened(archive, folder) as index:
        sync(index)
        found = {row.story_id: (row.provider.name, row.topics) for row in rows(index)}
    assert found == {
        f"g/{number}.md": (f"Outlet {number % 7}", (f"Topic {number % 5}",)) for number in range(20)
    }
