"""Opening the index file, and turning SQLite's complaints into ours."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reader import clean, locations
from reader.errors import IndexFileError
from reader.index.schema import SCHEMA, VERSION
from reader.model import Archive

log = logging.getLogger(__name__)

BUSY_S: Final = 10.0
"""How long a writer waits for another instance's batch, which takes some 50 ms."""


class DamagedIndexError(IndexFileError):
    """The file is no healthy SQLite database: delete it and build it again."""


class Connection:
    """One SQLite connection and the lock that serialises its use over threads."""

    def __init__(self, sqlite: sqlite3.Connection, where: str) -> None:
        self.sqlite = sqlite
        self.where = where
        self.lock = threading.RLock()

    @contextlib.contextmanager
    def use(self, doing: str) -> Iterator[sqlite3.Connection]:
        """The connection for one task; `doing` completes "cannot …".

        Raises:
            DamagedIndexError: If the file is damaged.
            IndexFileError: If it cannot be used otherwise.
        """
        with self.lock, reporting(self.where, doing):
            yield self.sqlite

    @contextlib.contextmanager
    def write(self, doing: str) -> Iterator[sqlite3.Connection]:
        """The same within one transaction: all of it or nothing."""
        with self.use(doing) as sqlite:
            sqlite.execute("BEGIN IMMEDIATE")
            try:
                yield sqlite
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    sqlite.execute("ROLLBACK")
                raise
            sqlite.execute("COMMIT")

    def close(self) -> None:
        """Close it; nothing is lost that was committed."""
        with self.lock, contextlib.suppress(sqlite3.Error):
            self.sqlite.close()


class IndexFile:
    """The open index of one archive: three connections, so that no reader waits for a batch of writes.

    Attributes:
        screen: For the few rows that are drawn, on the event loop.
        worker: For longer reads in threads.
        writer: For the sync.
        trouble: Why the index is kept in memory only, or empty.
    """

    def __init__(self, archive: Archive, folder: Path) -> None:
        self.path = folder / file_name(archive)
        self.trouble = ""
        try:
            self.screen = self._open()
            self.worker, self.writer = self._connect(), self._connect()
        except IndexFileError as error:
            log.warning("index in memory: %s", error)
            self.trouble = f"{error}; this session works without it, the next start will scan again"
            self.screen = self.worker = self.writer = _in_memory()

    def close(self) -> None:
        """Close all connections; may be called twice."""
        for connection in (self.screen, self.worker, self.writer):
            connection.close()

    def delete(self) -> None:
        """Close and remove the file. The next `IndexFile` starts empty."""
        self.close()
        _delete(self.path)

    def _open(self) -> Connection:
        with reporting(str(self.path), "make its folder"):
            locations.private_dir(self.path.parent)
        try:
            return _with_schema(self._connect())
        except DamagedIndexError as error:
            log.warning("index rebuilt: %s", error)
            _delete(self.path)
            return _with_schema(self._connect())

    def _connect(self) -> Connection:
        with reporting(str(self.path), "open it"):
            # SQLite would make the file with the umask's rights; titles of what one reads are private.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            sqlite = sqlite3.connect(self.path, BUSY_S, isolation_level=None, check_same_thread=False)
            sqlite.execute("PRAGMA journal_mode=WAL")
            sqlite.execute("PRAGMA synchronous=NORMAL")
        return Connection(sqlite, str(self.path))


@contextlib.contextmanager
def reporting(path: str, doing: str) -> Iterator[None]:
    """Turn errors of SQLite and of the system into an `IndexFileError` that names the file and the task."""
    try:
        yield
    except sqlite3.OperationalError as error:
        # "no such table" and friends: someone deleted or emptied the file behind us.
        if "no such" in str(error) or "malformed" in str(error):
            raise DamagedIndexError(_sentence(path, doing, error)) from error
        raise IndexFileError(_sentence(path, doing, error)) from error
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        # Values of a wrong type or size come from flipped bits as well as a malformed page does.
        raise DamagedIndexError(_sentence(path, doing, error)) from error
    except OSError as error:
        raise IndexFileError(_sentence(path, doing, error.strerror or error)) from error


def file_name(archive: Archive) -> str:
    """One file name for each archive, safe in any folder; single files have an index of their own."""
    identity = "\0".join((archive.name, str(archive.root), *archive.only))
    digest = hashlib.blake2b(os.fsencode(identity), digest_size=8).hexdigest()
    slug = re.sub(r"[^a-z0-9]+", "-", archive.name.lower()).strip("-")[:40] or "archive"
    return f"{slug}-{digest}.sqlite"


def text_hash(text: str) -> int:
    """64 bits of a text for the hash columns; 0 for an empty text and for no other."""
    if not text:
        return 0
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True) or 1


def _in_memory() -> Connection:
    sqlite = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    return _with_schema(Connection(sqlite, "the index in memory"))


def _with_schema(connection: Connection) -> Connection:
    with connection.use("read its version") as sqlite:
        (version,) = sqlite.execute("PRAGMA user_version").fetchone()
        (tables,) = sqlite.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if version == VERSION and tables:
        return connection
    if tables:
        connection.close()
        raise DamagedIndexError(f"{connection.where} has version {version}, this program writes {VERSION}")
    with connection.use("create it") as sqlite:
        # Within one transaction, and asked again inside it: two instances may start at once.
        sqlite.execute("BEGIN IMMEDIATE")
        (tables,) = sqlite.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if not tables:
            for statement in _statements():
                sqlite.execute(statement)
            sqlite.execute(f"PRAGMA user_version={VERSION}")
        sqlite.execute("COMMIT")
    return connection


def _statements() -> list[str]:
    bare = re.sub(r"--.*", "", SCHEMA)
    return [statement for part in bare.split(";") if (statement := part.strip())]


def _delete(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            path.with_name(path.name + suffix).unlink()


def _sentence(path: str, doing: str, error: object) -> str:
    return clean.line(f"the index {path} cannot be used ({doing}): {error}")
