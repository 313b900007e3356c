"""Writing what was read into the index: a batch of files in one transaction."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from itertools import chain
from typing import Final, NamedTuple

from reader.errors import IndexFileError
from reader.index import words
from reader.index.bulk import insert
from reader.index.hashes import path_hash
from reader.index.reading import Asked, FileRead, Line
from reader.index.stories import StoryIndex
from reader.model import Problem
from reader.values import dataclass, field

_LINE_VALUES: Final = Line._fields.index("outlet")  # those before it are columns
_COLUMNS: Final = ", ".join(
    ("path, folder, mtime_ns, size, topicset, outlet, kind", *Line._fields[:_LINE_VALUES])
)
_PLACES: Final = ", ".join("?" * len(_COLUMNS.split(",")))
_UPDATE: Final = f"UPDATE story SET ({_COLUMNS}) = ({_PLACES}) WHERE row = ?"
_INSERT_PROBLEM: Final = "INSERT INTO problem VALUES (?, ?, ?, ?, ?)"
_SHARED: Final = {"topicset": ("names",), "outlet": ("name", "domain"), "kind": ("name",)}
"""What stories share, by the table that keeps it once."""

_NUMBERS_LIMIT: Final = 20_000  # ids remembered: of an archive where nothing repeats they must not pile up

_Value = str | bytes | int | None


class Closed(NamedTuple):
    """A folder of which every file that changed is in this batch or an earlier one.

    Attributes:
        path: Relative to the archive's root.
        digest: Of its files as they were listed; None where the folder is gone.
        forget: The paths of files that are not there any more.
    """

    path: str
    digest: int | None
    forget: tuple[str, ...]


@dataclass(slots=True)
class Batch:
    """What is written at once."""

    reads: list[FileRead] = field(default_factory=list)
    closed: list[Closed] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.reads or self.closed)


class StoryWriter:
    """Writes the files of one index during one sync.

    Args:
        index: Whose they are.
    """

    def __init__(self, index: StoryIndex) -> None:
        self._writer = index.file.writer
        self._version = self._data_version()
        self._is_sound = True
        self._numbers: dict[tuple[str, ...], int] = {}

    def write(self, batch: Batch) -> None:
        """Write a batch, all of it or nothing; after one that failed nothing more.

        Raises:
            IndexFileError: If the index cannot be written.
        """
        if not self._is_sound:
            # A folder must not count as read where some of it is missing.
            raise IndexFileError("what was read before could not be written")
        self._is_sound = False
        with self._writer.write("add stories") as sqlite:
            is_shared = self._data_version() != self._version
            asked = [read.asked for read in batch.reads]
            known = {file.path for file in asked if is_shared or file.is_known}
            paths = [(os.fsencode(path),) for path in known]
            sqlite.executemany("DELETE FROM problem WHERE path = ? AND origin = 'story'", paths)
            sqlite.executemany("DELETE FROM other_file WHERE path = ?", paths)
            problems = tuple(chain.from_iterable(read.problems for read in batch.reads))
            sqlite.executemany(_INSERT_PROBLEM, problem_lines(problems, "story"))
            folders = _folder_numbers(sqlite, dict.fromkeys([file.folder for file in asked]))
            self._write_others(sqlite, batch.reads, folders)
            self._write_stories(sqlite, batch.reads, folders, known)
            for closed in batch.closed:
                _forget(sqlite, closed.forget)
                # What two instances write in turn may be older than what one of them saw.
                _close(sqlite, closed.path, None if is_shared else closed.digest)
        self._is_sound = True

    def _data_version(self) -> int:
        """Changes when another connection writes."""
        with self._writer.use("ask whether it changed") as sqlite:
            return int(sqlite.execute("PRAGMA data_version").fetchone()[0])

    def _write_others(
        self, sqlite: sqlite3.Connection, reads: Iterable[FileRead], folders: dict[str, int]
    ) -> None:
        for asked, line, _ in reads:
            if line is None:
                path = os.fsencode(asked.path)
                _delete_story(sqlite, path)
                values = (path, folders[asked.folder], *asked.stamp)
                sqlite.execute("INSERT OR REPLACE INTO other_file VALUES (?, ?, ?, ?)", values)

    def _write_stories(
        self, sqlite: sqlite3.Connection, reads: Iterable[FileRead], folders: dict[str, int], known: set[str]
    ) -> None:
        """Write stories; words only where the word tables do not have them yet."""
        query = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'story'"
        next_row = int(sqlite.execute(query).fetchone()[0]) + 1
        fresh: list[tuple[_Value, ...]] = []
        texts: list[tuple[int, Line]] = []
        for asked, line, _ in reads:
            if line is None:
                continue
            path = os.fsencode(asked.path)
            values = self._values(sqlite, asked, path, folders[asked.folder], line)
            found = _find_story(sqlite, path) if asked.path in known else None
            if found is None:
                fresh.append((next_row, *values))
                texts.append((next_row, line))
                next_row += 1
                continue
            row, crc = found
            sqlite.execute(_UPDATE, (*values, row))
            if crc != line.text_crc:
                texts.append((words.newer_doc(sqlite, row), line))
        insert(sqlite, f"story (row, {_COLUMNS})", fresh)
        words.write(sqlite, texts)

    def _values(
        self, sqlite: sqlite3.Connection, asked: Asked, path: bytes, folder: int, line: Line
    ) -> tuple[_Value, ...]:
        """The values of `_COLUMNS`."""
        outlet = self._number(sqlite, "outlet", line.outlet, line.domain)
        kind = self._number(sqlite, "kind", line.kind)
        topicset = self._number(sqlite, "topicset", line.topics)
        return (path, folder, *asked.stamp, topicset, outlet, kind, *line[:_LINE_VALUES])

    def _number(self, sqlite: sqlite3.Connection, *key: str) -> int:
        """The id of a row with these values in a table of what many stories share; the table comes first."""
        number = self._numbers.get(key)
        if number is None:
            if len(self._numbers) >= _NUMBERS_LIMIT:
                self._numbers.clear()
            number = self._numbers[key] = _shared_number(sqlite, *key)
        return number


def problem_lines(problems: Iterable[Problem], origin: str) -> list[tuple[bytes, int, str, str, str]]:
    """Problems as lines of the table ``problem``."""
    return [(os.fsencode(p.path), p.line, p.reason, p.kind.value, origin) for p in problems]


def replace_problems(sqlite: sqlite3.Connection, problems: Iterable[Problem], origin: str) -> bool:
    """Put these problems in place of those of the same origin; true if they differ."""
    lines = problem_lines(problems, origin)
    query = "SELECT path, line, reason, kind, origin FROM problem WHERE origin = ? ORDER BY rowid"
    if sqlite.execute(query, (origin,)).fetchall() == lines:
        return False
    sqlite.execute("DELETE FROM problem WHERE origin = ?", (origin,))
    sqlite.executemany(_INSERT_PROBLEM, lines)
    return True


def _folder_numbers(sqlite: sqlite3.Connection, paths: Iterable[str]) -> dict[str, int]:
    """The ids of folders that files are written of: what was known of them is not so any more."""
    # Asked in each transaction: another instance removes folders that are gone.
    query = "INSERT INTO folder (path) VALUES (?) ON CONFLICT (path) DO UPDATE SET digest = NULL"
    raw = {os.fsencode(path): path for path in paths}
    sqlite.executemany(query, [(path,) for path in raw])
    numbers: dict[str, int] = {}
    for encoded, path in raw.items():
        (numbers[path],) = sqlite.execute("SELECT id FROM folder WHERE path = ?", (encoded,)).fetchone()
    return numbers


def _close(sqlite: sqlite3.Connection, path: str, digest: int | None) -> None:
    sqlite.execute("UPDATE folder SET digest = ? WHERE path = ?", (digest, os.fsencode(path)))
    if digest is None:
        sqlite.execute(
            "DELETE FROM folder WHERE path = ? AND NOT EXISTS (SELECT 1 FROM story WHERE folder = folder.id)"
            " AND NOT EXISTS (SELECT 1 FROM other_file WHERE folder = folder.id)",
            (os.fsencode(path),),
        )


def _forget(sqlite: sqlite3.Connection, paths: Iterable[str]) -> None:
    raw = [(os.fsencode(path),) for path in paths]
    for (path,) in raw:
        _delete_story(sqlite, path)
    sqlite.executemany("DELETE FROM other_file WHERE path = ?", raw)
    sqlite.executemany("DELETE FROM problem WHERE path = ? AND origin = 'story'", raw)


def _find_story(sqlite: sqlite3.Connection, path: bytes) -> tuple[int, int] | None:
    """Row and text_crc of a story, or None where it has no row yet."""
    query = "SELECT row, text_crc FROM story WHERE path_hash = ? AND path = ?"
    found: tuple[int, int] | None = sqlite.execute(query, (path_hash(path), path)).fetchone()
    return found


def _delete_story(sqlite: sqlite3.Connection, path: bytes) -> None:
    place = (path_hash(path), path)
    query = "DELETE FROM newer_text WHERE row IN (SELECT row FROM story WHERE path_hash = ? AND path = ?)"
    sqlite.execute(query, place)
    sqlite.execute("DELETE FROM story WHERE path_hash = ? AND path = ?", place)


def _shared_number(sqlite: sqlite3.Connection, table: str, *values: str) -> int:
    columns = _SHARED[table]
    where = " AND ".join(f"{column} = ?" for column in columns)
    known = sqlite.execute(f"SELECT id FROM {table} WHERE {where}", values).fetchone()
    if known:
        return int(known[0])
    places = ", ".join("?" * len(columns))
    insert_one = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
    return sqlite.execute(insert_one, values).lastrowid or 0
