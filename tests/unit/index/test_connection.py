from __future__ import annotations

import errno
import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from reader.errors import IndexFileError
from reader.index import connection, schema
from reader.index.connection import DamagedIndexError, IndexFile, file_name, reporting
from reader.index.sync import sync
from reader.model import Archive
from tests.factories import write_archive
from tests.unit.index.shelf import index_file, opened, synced, titles

ARCHIVE = Archive("gazette", Path("/nowhere/gazette"))
LOCKS = Path("/proc/locks")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_can_read_the_index(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "index"
    old = os.umask(0)
    try:
        file = IndexFile(ARCHIVE, folder)
        modes = {path.name.rpartition(".")[2]: mode(path) for path in folder.iterdir()}
    finally:
        os.umask(old)
    file.close()
    assert mode(folder) == 0o700
    assert set(modes.values()) == {0o600}
    assert not file.trouble


def test_closing_twice_does_no_harm(tmp_path: Path) -> None:
    file = IndexFile(ARCHIVE, tmp_path)
    file.close()
    file.close()
    assert index_file(tmp_path).exists()


def test_each_archive_has_a_file_of_its_own_with_a_name_that_any_folder_takes() -> None:
    archives = [
        ARCHIVE,
        Archive("gazette", Path("/elsewhere/gazette")),
        Archive("gazette/_news", Path("/nowhere/gazette")),
        Archive("gazette", Path("/nowhere/gazette"), ("a.md",)),
        Archive("日本", Path("/x")),
        Archive("x" * 300, Path("/\udcff")),
    ]
    names = {file_name(archive) for archive in archives}
    assert len(names) == len(archives)
    assert all(name.isascii() and "/" not in name and len(name) < 70 for name in names)


@pytest.mark.parametrize("version", [0, schema.VERSION + 1])
def test_an_index_of_another_version_is_built_anew(tmp_path: Path, version: int) -> None:
    archive, folder = write_archive(tmp_path / "gazette", 3), tmp_path / "index"
    synced(archive, folder)
    sqlite = sqlite3.connect(index_file(folder))
    sqlite.execute(f"PRAGMA user_version={version}")
    sqlite.close()
    with opened(archive, folder) as index:
        assert titles(index) == []
        assert not index.file.trouble
        assert index.take_news().startswith("the index of gazette was made by another version of newsreader")
        assert index.take_news() == ""
    assert synced(archive, folder).read == 3


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"\0" * 4096, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_index_is_replaced(tmp_path: Path, content: bytes) -> None:
    IndexFile(ARCHIVE, tmp_path).close()
    index_file(tmp_path).write_bytes(content)
    file = IndexFile(ARCHIVE, tmp_path)
    assert not file.trouble
    with file.worker.use("count") as sqlite:
        assert sqlite.execute("SELECT count(*) FROM story").fetchone() == (0,)
    file.close()


def test_a_file_where_the_folder_should_be_keeps_the_index_in_memory(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("")
    file = IndexFile(ARCHIVE, tmp_path / "index")
    assert "make its folder" in file.trouble
    assert "this session works without it" in file.trouble
    assert file.screen is file.writer
    file.close()
    assert (tmp_path / "index").read_text() == ""


def test_a_folder_where_the_file_should_be_keeps_the_index_in_memory(tmp_path: Path) -> None:
    (tmp_path / file_name(ARCHIVE)).mkdir()
    file = IndexFile(ARCHIVE, tmp_path)
    assert "open it" in file.trouble
    file.close()


def test_an_index_that_may_not_be_written_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    IndexFile(ARCHIVE, tmp_path).close()
    before = index_file(tmp_path).read_bytes()
    monkeypatch.setattr(os, "access", lambda path, wanted: False)
    file = IndexFile(ARCHIVE, tmp_path)
    assert "Permission denied" in file.trouble
    file.close()
    assert index_file(tmp_path).read_bytes() == before


def test_a_folder_that_takes_no_new_file_keeps_the_index_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: object, flags: int, *rest: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "open", refuse)
    file = IndexFile(ARCHIVE, tmp_path)
    assert "Read-only file system" in file.trouble
    file.close()


def test_a_connection_that_fails_is_opened_when_it_is_wanted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = IndexFile(ARCHIVE, tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(sqlite3, "connect", lambda *given, **named: no_room())
        with pytest.raises(IndexFileError, match="Too many open files"):
            _ = file.worker
    with file.worker.use("look") as sqlite:
        assert sqlite.execute("SELECT 1").fetchone() == (1,)
    file.close()


@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_file_that_was_deleted_is_used_by_the_connection_that_still_has_it(
    tmp_path: Path, is_replaced: bool
) -> None:
    file = IndexFile(ARCHIVE, tmp_path)
    with file.screen.write("note") as sqlite:
        sqlite.execute("INSERT INTO meta VALUES ('here', 1)")
    for path in tmp_path.iterdir():
        path.unlink()
    other = IndexFile(ARCHIVE, tmp_path) if is_replaced else None
    with file.writer.use("look") as sqlite:
        assert sqlite.execute("SELECT value FROM meta WHERE key = 'here'").fetchone() == (1,)
    file.close()
    if other:
        other.close()


def test_what_is_closed_opens_nothing_any_more(tmp_path: Path) -> None:
    file = IndexFile(ARCHIVE, tmp_path)
    file.close()
    with pytest.raises(IndexFileError, match="it is closed"):
        _ = file.writer


def no_room() -> sqlite3.Connection:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def test_another_open_index_of_the_archive_keeps_its_locks(tmp_path: Path) -> None:
    # Closing any descriptor of a file drops the process's locks on it; without them the process that
    # closes last takes the log away from those that still write to it.
    file = IndexFile(ARCHIVE, tmp_path)
    IndexFile(ARCHIVE, tmp_path).close()
    if not LOCKS.exists():
        pytest.skip("only Linux tells which locks are held")
    inode = index_file(tmp_path).stat().st_ino
    assert f":{inode} " in LOCKS.read_text()
    file.close()


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    file = IndexFile(ARCHIVE, tmp_path)

    def fail_halfway() -> None:
        with file.writer.write("add") as sqlite:
            sqlite.execute("INSERT INTO topicset (names) VALUES ('[]')")
            raise KeyError

    with pytest.raises(KeyError):
        fail_halfway()
    with file.worker.use("count") as sqlite:
        assert sqlite.execute("SELECT count(*) FROM topicset").fetchone() == (0,)
    file.close()


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("as SQLite words it")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY])
def test_a_full_or_busy_disk_is_no_damage(code: int) -> None:
    with pytest.raises(IndexFileError, match="as SQLite words it") as caught, reporting("x.sqlite", "look"):
        raise sqlite_error(code | 1 << 8)
    assert not isinstance(caught.value, DamagedIndexError)


@pytest.mark.parametrize(
    "error",
    [
        sqlite_error(sqlite3.SQLITE_CORRUPT),
        sqlite_error(sqlite3.SQLITE_ERROR),
        sqlite_error(sqlite3.SQLITE_IOERR),
        sqlite3.OperationalError("Could not decode to UTF-8 column 'title' with text 'A\ufffd'"),
        sqlite3.IntegrityError("UNIQUE constraint failed"),
        OverflowError("too large"),
        TypeError("no number"),
        ValueError("no kind of problem"),
    ],
)
def test_what_only_damage_explains_is_damage(error: Exception) -> None:
    sentence = r"the index x\.sqlite cannot be used \(look\)"
    with pytest.raises(DamagedIndexError, match=sentence), reporting("x.sqlite", "look"):
        raise error


def test_an_index_closed_while_a_thread_was_at_it_is_no_damage(tmp_path: Path) -> None:
    file = IndexFile(ARCHIVE, tmp_path)
    file.close()
    with pytest.raises(IndexFileError), file.writer.write("add"):
        raise AssertionError("nothing can be written")
    assert not file.is_damaged
    file.close()
    assert index_file(tmp_path).exists()


def test_a_file_that_turned_out_damaged_is_gone_once_closed(tmp_path: Path) -> None:
    file = IndexFile(ARCHIVE, tmp_path)
    with pytest.raises(DamagedIndexError), file.worker.use("look") as sqlite:
        sqlite.execute("SELECT * FROM no_such_table")
    assert file.is_damaged
    file.close()
    assert list(tmp_path.iterdir()) == []


class _Busy:
    """A connection that another instance keeps from switching to a log, for the first `count` times."""

    def __init__(self, count: int, code: int = sqlite3.SQLITE_BUSY) -> None:
        self.count = count
        self.code = code
        self.tries = 0

    def execute(self, statement: str) -> None:
        self.tries += 1
        if self.tries <= self.count:
            raise sqlite_error(self.code)


def test_an_instance_that_opens_at_the_same_moment_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_PAUSE_S", 0)
    busy = _Busy(3)
    connection._log_ahead(busy, str)  # type: ignore[arg-type]
    assert busy.tries == 4


def test_an_instance_that_never_lets_go_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_PAUSE_S", 0)
    monkeypatch.setattr(connection, "BUSY_S", -1)
    with pytest.raises(sqlite3.OperationalError):
        connection._log_ahead(_Busy(9), str)  # type: ignore[arg-type]


def test_other_trouble_than_a_busy_file_is_not_waited_out() -> None:
    broken = _Busy(1, sqlite3.SQLITE_IOERR)
    with pytest.raises(sqlite3.OperationalError):
        connection._log_ahead(broken, str)  # type: ignore[arg-type]
    assert broken.tries == 1


def test_tables_another_instance_made_a_moment_ago_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    IndexFile(ARCHIVE, tmp_path).close()
    answers = iter([False])
    really = connection._has_tables
    monkeypatch.setattr(connection, "_has_tables", lambda sqlite: next(answers, None) or really(sqlite))
    file = IndexFile(ARCHIVE, tmp_path)
    assert not file.trouble
    file.close()


def test_closing_does_not_wait_for_what_another_thread_is_at(tmp_path: Path) -> None:
    with opened(write_archive(tmp_path / "g", 1), tmp_path / "index") as index:
        has_begun = threading.Event()
        told: list[IndexFileError] = []

        def count_for_ever() -> None:
            query = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
            try:
                with index.file.writer.write("count") as sqlite:
                    has_begun.set()
                    sqlite.execute(query)
            except IndexFileError as error:
                told.append(error)

        thread = threading.Thread(target=count_for_ever)
        thread.start()
        has_begun.wait(30)
        index.close()
        thread.join()
    assert len(told) == 1
    assert not isinstance(told[0], DamagedIndexError)


def test_the_writer_is_let_go_of_once_a_sync_is_over(tmp_path: Path) -> None:
    # It keeps what it wrote last: megabytes after many stories.
    with opened(write_archive(tmp_path / "gazette", 3), tmp_path) as index:
        before = index.file.writer
        sync(index)
        with pytest.raises(IndexFileError, match="closed"), before.use("look"):
            before.sqlite.execute("SELECT 1")
        assert len(titles(index)) == 3
        with index.file.writer.use("look") as sqlite:
            assert sqlite.execute("SELECT count(*) FROM story").fetchone() == (3,)


def test_a_writer_that_met_damage_is_not_forgotten(tmp_path: Path) -> None:
    file = IndexFile(ARCHIVE, tmp_path)
    with pytest.raises(DamagedIndexError), file.writer.use("look"):
        raise sqlite3.DatabaseError("malformed")
    file.let_go_of_writer()
    assert file.is_damaged
    file.close()


def test_an_index_in_memory_has_one_connection_that_stays(tmp_path: Path) -> None:
    file = IndexFile(ARCHIVE, tmp_path, leaving=IndexFileError("the disk is full"))
    file.let_go_of_writer()
    assert file.writer is file.screen
    with file.writer.use("look") as sqlite:
        assert sqlite.execute("SELECT 1").fetchone() == (1,)
    file.close()


def test_a_file_that_was_emptied_is_damaged_at_once_and_waited_for_by_nobody(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "gazette", 3)
    synced(archive, tmp_path / "index")
    path = index_file(tmp_path / "index")
    with opened(archive, tmp_path / "index") as index:
        os.truncate(path, 0)
        with pytest.raises(DamagedIndexError, match="emptied"):
            _ = index.file.checker
        assert index.file.is_damaged
    assert not path.exists()


def test_a_file_that_is_emptied_while_a_connection_waits_for_others_is_damaged_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = write_archive(tmp_path / "gazette", 3)
    synced(archive, tmp_path / "index")
    path = index_file(tmp_path / "index")
    make_private = connection._make_private

    def empty(path: Path) -> None:
        make_private(path)
        os.truncate(path, 0)

    with opened(archive, tmp_path / "index") as index:
        assert index.catalogue(())
        monkeypatch.setattr(connection, "_make_private", empty)
        with pytest.raises(DamagedIndexError, match="emptied"):
            _ = index.file.checker
        assert index.file.is_damaged
    assert not path.exists()
