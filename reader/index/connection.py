"""Opening the index file, and turning SQLite's complaints into ours."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from reader import clean, locations
from reader.digest import blake2b
from reader.errors import IndexFileError
from reader.index.schema import SCHEMA, VERSION
from reader.model import Archive

BUSY_S: Final = 10.0
"""How long a writer waits for another instance's batch, which takes some 50 ms."""

_SLUG: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_PAUSE_S: Final = 0.01

# A random number tells two indexes apart as well as two moments of one.
_NEW_STATE: Final = "INSERT OR REPLACE INTO meta VALUES ('state', random())"

_NO_DAMAGE: Final = frozenset(
    [
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_INTERRUPT,
    ]
)
"""What SQLite says when the file may well be sound: deleting it would not help."""

_UNWRITABLE: Final = frozenset([sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY])


OF_ANOTHER_VERSION: Final = "was made by another version of newsreader"
WAS_DAMAGED: Final = "was damaged"
"""Complete "the index …" for whoever waits until it is built anew."""

_WAITING: Final = f"PRAGMA busy_timeout={BUSY_S * 1_000:.0f}"

_PAGE_SIZE: Final = "PRAGMA page_size=8192"
"""Of a new file: half of a story's row is lost at the end of each page, and there are half as many."""

_NO_WIPING: Final = "PRAGMA secure_delete=OFF"
"""Some builds of SQLite overwrite what is deleted, which is much to write; the archive says the same."""

SMALL_CACHE: Final = "PRAGMA cache_size=-256"
"""Of each connection: the system keeps the pages too, and reading one from there costs microseconds."""


class DamagedIndexError(IndexFileError):
    """The file is no healthy SQLite database: delete it and build it again."""


class OtherVersionError(DamagedIndexError):
    """Another version of the program wrote it."""


class UnwritableIndexError(IndexFileError):
    """The disk takes no more: what there is can be read, but not be brought up to date."""


class Connection:
    """One SQLite connection and the lock that serialises its use over threads.

    Attributes:
        is_damaged: Whether it ever met damage: of the file only what is asked for is looked at.
    """

    def __init__(self, sqlite: sqlite3.Connection, where: str) -> None:
        self.sqlite = sqlite
        self.where = where
        self.lock = threading.RLock()
        self.is_damaged = False

    @contextlib.contextmanager
    def use(self, doing: str) -> Iterator[sqlite3.Connection]:
        """The connection for one task; `doing` completes "cannot …".

        Raises:
            DamagedIndexError: If the file is damaged.
            IndexFileError: If it cannot be used otherwise.
        """
        try:
            with self.lock, reporting(self.where, doing):
                yield self.sqlite
        except DamagedIndexError:
            self.is_damaged = True
            raise

    @contextlib.contextmanager
    def write(self, doing: str, *, is_news: bool = True) -> Iterator[sqlite3.Connection]:
        """The same within one transaction: all of it or nothing.

        Args:
            doing: As above.
            is_news: Whether a change makes the index another one for what is kept beside it.
        """
        with self.use(doing) as sqlite:
            sqlite.execute("BEGIN IMMEDIATE")
            try:
                before = sqlite.total_changes
                yield sqlite
                if is_news and sqlite.total_changes != before:
                    sqlite.execute(_NEW_STATE)
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    sqlite.execute("ROLLBACK")
                raise
            sqlite.execute("COMMIT")

    def break_off(self) -> None:
        """Have the statement fail that another thread is at, if there is one."""
        with contextlib.suppress(sqlite3.Error):
            self.sqlite.interrupt()

    def close(self) -> None:
        """Close it; nothing is lost that was committed. What another thread is at is broken off."""
        while not self.lock.acquire(timeout=_PAUSE_S):
            self.break_off()
        try:
            with contextlib.suppress(sqlite3.Error):
                self.sqlite.close()
        finally:
            self.lock.release()


class IndexFile:
    """The open index of one archive: several connections, so that no reader waits for a batch of writes.

    Args:
        archive: Whose index it is.
        folder: Where the files of indexes lie.
        leaving: Why the file is not used any more: this one begins in memory.

    Attributes:
        screen: For the few rows that are drawn, on the event loop.
        trouble: Why the index is kept in memory only, or empty.
        rebuilt_because: Completes "the index …" where the file was of no use, and this one begins empty.
    """

    def __init__(self, archive: Archive, folder: Path, leaving: IndexFileError | None = None) -> None:
        self.path = folder / file_name(archive)
        self.trouble = self.rebuilt_because = ""
        self._others: dict[str, Connection] = {}
        self._opening = threading.Lock()
        self._is_closed = False
        try:
            if leaving is not None:
                raise leaving
            self.screen = self._open()
            self._opened_inode = self._inode()
        except IndexFileError as error:
            _warn("index in memory: %s", error)
            self.trouble = f"{error}; this session works without it, the next start will scan again"
            self.screen = _in_memory()
            self._others = {"worker": self.screen, "writer": self.screen, "checker": self.screen}

    @property
    def worker(self) -> Connection:
        """For longer reads in threads; opened when it is wanted first, like the next.

        Raises:
            IndexFileError: If it cannot be opened.
        """
        return self._other("worker")

    @property
    def writer(self) -> Connection:
        """For the sync; raises the same."""
        return self._other("writer")

    @property
    def checker(self) -> Connection:
        """For a look at all of it, which takes long; raises the same."""
        return self._other("checker")

    @property
    def is_damaged(self) -> bool:
        """Whether damage came to light since it was opened."""
        return any(connection.is_damaged for connection in self._connections())

    def distrust(self) -> None:
        """Take it for damaged: SQLite need not notice that what it has mapped was lost, and may read on."""
        self.screen.is_damaged = True

    def let_go_of_writer(self) -> None:
        """Close the connection for the sync until it is wanted again.

        Python keeps each statement it has run, and SQLite the texts it was given last: 2 MB after a sync.
        """
        with self._opening:
            writer = self._others.get("writer")
            if writer is None or writer is self.screen or writer.is_damaged:
                return
            del self._others["writer"]
        with writer.lock:  # whoever is at it is let finish
            writer.close()

    def close(self) -> None:
        """Close all connections; a damaged file is removed. May be called twice."""
        with self._opening:
            self._is_closed = True
        for connection in self._connections():
            connection.close()
        if self.is_damaged:
            _delete(self.path)

    def delete(self) -> None:
        """Close and remove the file. The next `IndexFile` starts empty."""
        self.close()
        _delete(self.path)

    def _connections(self) -> list[Connection]:
        return [self.screen, *self._others.values()]

    def _other(self, name: str) -> Connection:
        with self._opening:
            if name not in self._others:
                if self._is_closed:
                    raise IndexFileError(_sentence(str(self.path), "open it", "it is closed"))
                # Of a file that was deleted meanwhile only the connection that has it open knows anything.
                is_here = self._inode() == self._opened_inode
                self._others[name] = self._connect(self._inode) if is_here else self.screen
            return self._others[name]

    def _inode(self) -> int:
        """The number of the file that is there now; 0 for none.

        Raises:
            DamagedIndexError: If it is empty, though this one had been opened.
        """
        try:
            found = os.stat(self.path)
        except OSError:
            return 0
        if found.st_size == 0:
            # To open it would wait for the locks of the connections that know it as it was.
            self.screen.is_damaged = True
            raise DamagedIndexError(_sentence(str(self.path), "open it", "it was emptied"))
        return found.st_ino

    def _open(self) -> Connection:
        with reporting(str(self.path), "make its folder"):
            locations.private_dir(self.path.parent)
        try:
            return _with_schema(self._connect())
        except DamagedIndexError as error:
            _warn("index rebuilt: %s", error)
            self.rebuilt_because = OF_ANOTHER_VERSION if isinstance(error, OtherVersionError) else WAS_DAMAGED
            _delete(self.path)
            return _with_schema(self._connect())

    def _connect(self, look: Callable[[], object] = lambda: None) -> Connection:
        """One more connection; while it waits for others `look` is called, and may raise."""
        with reporting(str(self.path), "open it"):
            _make_private(self.path)
            sqlite = sqlite3.connect(self.path, _PAUSE_S, isolation_level=None, check_same_thread=False)
        connection = Connection(sqlite, str(self.path))
        with _closing_on_error(connection), connection.use("open it"):
            sqlite.execute(_PAGE_SIZE)
            _log_ahead(sqlite, look)
            sqlite.execute(_WAITING)
            sqlite.execute("PRAGMA synchronous=NORMAL")
            sqlite.execute(_NO_WIPING)
            sqlite.execute(SMALL_CACHE)
        return connection


@contextlib.contextmanager
def reporting(path: str, doing: str) -> Iterator[None]:
    """Turn errors of SQLite and of the system into an `IndexFileError` that names the file and the task."""
    try:
        yield
    except sqlite3.ProgrammingError as error:  # closed while a thread was still at it
        raise IndexFileError(_sentence(path, doing, error)) from error
    except sqlite3.Error as error:
        raise _kind_of(error)(_sentence(path, doing, error)) from error
    except (AttributeError, OverflowError, TypeError, ValueError) as error:
        # Values of a wrong type or size come from flipped bits as well as a malformed page does.
        raise DamagedIndexError(_sentence(path, doing, error)) from error
    except OSError as error:
        raise IndexFileError(_sentence(path, doing, error.strerror or error)) from error


def _warn(message: str, error: Exception) -> None:
    import logging  # 4 ms, and most starts have nothing to tell

    log = logging.getLogger(__name__)
    if log.hasHandlers():  # the command line has no log, and says it in words of its own
        log.warning(message, error)


def file_name(archive: Archive) -> str:
    """One file name for each archive, safe in any folder; single files have an index of their own."""
    identity = "\0".join((archive.name, str(archive.root), *archive.only))
    digest = blake2b(os.fsencode(identity), digest_size=8).hexdigest()
    words = "".join(sign if sign in _SLUG else " " for sign in archive.name.lower()).split()
    slug = "-".join(words)[:40] or "archive"
    return f"{slug}-{digest}.sqlite"


def _in_memory() -> Connection:
    sqlite = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    return _with_schema(Connection(sqlite, "the index in memory"))


def _with_schema(connection: Connection) -> Connection:
    """The connection, once its file has the tables of this version; closed where that is not to be had."""
    with _closing_on_error(connection):
        with connection.use("read its version") as sqlite:
            is_ready = _has_tables(sqlite)
        if not is_ready:
            with connection.write("create it") as sqlite:
                # Asked again: two instances may start at once.
                if not _has_tables(sqlite):
                    for statement in _statements():
                        sqlite.execute(statement)
                    sqlite.execute(f"PRAGMA user_version={VERSION}")
    return connection


def _has_tables(sqlite: sqlite3.Connection) -> bool:
    """False for an empty file.

    Raises:
        OtherVersionError: If the tables are those of another version.
    """
    # One statement, so one moment: another instance may be making the tables.
    query = "SELECT user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version"
    version, tables = sqlite.execute(query).fetchone()
    if tables and version != VERSION:
        raise OtherVersionError(f"it has version {version}, this program writes {VERSION}")
    return bool(tables)


@contextlib.contextmanager
def _closing_on_error(connection: Connection) -> Iterator[None]:
    with contextlib.ExitStack() as opened:
        opened.callback(connection.close)
        yield
        opened.pop_all()


def _make_private(path: Path) -> None:
    """Make the file where it is missing: SQLite would with the umask's rights, and titles are private."""
    # Never open a file that is there: closing it would take the locks of this process's connections away.
    # Source: https://www.sqlite.org/howtocorrupt.html, section 2.2.
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    if not os.access(path, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _log_ahead(sqlite: sqlite3.Connection, look: Callable[[], object]) -> None:
    """Let one write while others read. SQLite does not wait by itself for an instance that does the same."""
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            sqlite.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            look()
            time.sleep(_PAUSE_S)
        else:
            return


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary code; 0 for what the Python module found wrong, like a text that is no UTF-8."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _kind_of(error: sqlite3.Error) -> type[IndexFileError]:
    code = _code(error)
    if code in _UNWRITABLE:
        return UnwritableIndexError
    return IndexFileError if code in _NO_DAMAGE else DamagedIndexError


def _statements() -> list[str]:
    from reader.query.text import SEPARATOR  # of a new file only

    bare = re.sub(r"--.*", "", SCHEMA).replace("{SEPARATOR}", SEPARATOR)
    return [statement for part in bare.split(";") if (statement := part.strip())]


def _delete(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            path.with_name(path.name + suffix).unlink()


def _sentence(path: str, doing: str, error: object) -> str:
    return clean.line(f"the index {path} cannot be used ({doing}): {error}")
