"""Bringing the index up to date with the folder: what changed is read, what is gone is forgotten."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Final, NamedTuple

from reader import links
from reader.archive.files import read_regular
from reader.archive.quick import Entry, quick_entry
from reader.archive.scan import Scan, scan
from reader.archive.storyfile import FILE_LIMIT, whole_story
from reader.archive.topics import read_topic_files
from reader.errors import ArchiveError, StoryFileError
from reader.index import words
from reader.index.connection import bytes_hash, text_hash
from reader.index.plan import plan_sync
from reader.index.schema import DAMAGED, HAS_LINK, HAS_RELATED, IS_VIDEO, PUBLISHED, UNPUBLISHED
from reader.index.stories import EPOCH, StoryIndex
from reader.model import Archive, Problem, ProblemKind, Stamp
from reader.query.text import searched_texts

BATCH_STORIES: Final = 500
BATCH_S: Final = 0.25
"""A batch is written when it is full or this old: rows appear early, and no writer is kept waiting."""

_COLUMNS: Final = (
    "path, mtime_ns, size, published_us, quality, flags, topicset, outlet, kind, related, title, excerpt,"
    " url, path_hash, url_hash, stem_hash, text_crc"
)
_PLACES: Final = ", ".join("?" * len(_COLUMNS.split(",")))
_INSERT: Final = f"INSERT INTO story (row, {_COLUMNS}) VALUES (?, {_PLACES})"
_UPDATE: Final = f"UPDATE story SET ({_COLUMNS}) = ({_PLACES}) WHERE row = ?"
_INSERT_PROBLEM: Final = "INSERT INTO problem VALUES (?, ?, ?, ?, ?)"
_SHARED: Final = {"topicset": ("names",), "outlet": ("name", "domain"), "kind": ("name",)}
"""What stories share, by the table that keeps it once."""

_NUMBERS_LIMIT: Final = 20_000  # ids remembered: of an archive where nothing repeats they must not pile up
_MICROSECOND: Final = timedelta(microseconds=1)

_Value = str | bytes | int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync is; `total` is 0 while the folder is still being searched."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did; `was_cancelled` means that the rest is left for the next one."""

    read: int = 0
    forgotten: int = 0
    was_cancelled: bool = False
    has_changes: bool = False


class _Read(NamedTuple):
    """A file that was read: what the index keeps of it, or None where it is no story."""

    path: str
    stamp: Stamp
    entry: Entry | None
    problems: tuple[Problem, ...]


def sync(
    index: StoryIndex,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> SyncReport:
    """Bring `index` up to date; what was written stays written when it is cancelled or fails.

    Args:
        index: The index of one archive.
        on_progress: Called after each batch, from this thread.
        is_cancelled: Asked often.

    Raises:
        ArchiveError: If the archive's folder is not there: the index then keeps what it knows.
        IndexFileError: If the index cannot be written.
    """
    archive = index.archive
    if not archive.root.is_dir():
        raise ArchiveError(f"the folder {archive.root} is not there any more")
    on_progress(Progress(0, 0))
    found = scan(archive, is_cancelled)
    if not found.is_complete:
        return SyncReport(was_cancelled=True)
    with index.syncing:
        return _sync(index, found, on_progress, is_cancelled)


def _sync(
    index: StoryIndex, found: Scan, on_progress: Callable[[Progress], None], is_cancelled: Callable[[], bool]
) -> SyncReport:
    table = _StoryTable(index)
    plan = plan_sync(found.stamps, table.stamps)
    has_changes = _write_surroundings(index, found.problems)
    _forget(index, plan.forget)
    done = 0
    with words.many(index.file.writer, len(plan.parse), known=len(found.stamps), is_cancelled=is_cancelled):
        for batch in _batches(_read_all(index, plan.parse, found.stamps, is_cancelled)):
            table.write(batch)
            done += len(batch)
            on_progress(Progress(done, len(plan.parse)))
    return SyncReport(
        read=done,
        forgotten=len(plan.forget),
        was_cancelled=done < len(plan.parse),
        has_changes=bool(has_changes or done or plan.forget),
    )


def _read_all(
    index: StoryIndex, paths: tuple[str, ...], stamps: dict[str, Stamp], is_cancelled: Callable[[], bool]
) -> Iterator[_Read]:
    for path in paths:
        if is_cancelled():
            return
        try:
            entry = _read_entry(index.archive, path)
        except StoryFileError as error:
            # Remembered under its stamp like the others: read again when it changes, not at every start.
            problem = Problem(path, 0, str(error), ProblemKind.UNREADABLE)
            yield _Read(path, stamps[path], None, (problem,))
        else:
            yield _Read(path, stamps[path], entry, entry.problems if entry else ())


def _read_entry(archive: Archive, path: str) -> Entry | None:
    data, is_longer = read_regular(archive.root, path, FILE_LIMIT)
    if entry := quick_entry(path, data):
        return entry
    story = whole_story(path, data, is_longer)
    if story is None:
        return None
    return Entry(
        path=story.path,
        title=story.title,
        excerpt=story.excerpt,
        published_at=story.published_at,
        url=story.url,
        kind=story.kind,
        quality=story.quality,
        is_published=story.is_published,
        provider=story.provider,
        topics=story.topics,
        related_count=len(story.related),
        texts=tuple(searched_texts(story)),
        problems=story.problems,
    )


def _batches(results: Iterator[_Read]) -> Iterator[list[_Read]]:
    batch: list[_Read] = []
    begun = time.monotonic()
    for result in results:
        batch.append(result)
        if len(batch) >= BATCH_STORIES or time.monotonic() - begun >= BATCH_S:
            yield batch
            batch, begun = [], time.monotonic()
    if batch:
        yield batch


class _StoryTable:
    """The stories of an index while they are written.

    Args:
        index: Whose they are.

    Attributes:
        stamps: What its files looked like when they were read.
    """

    def __init__(self, index: StoryIndex) -> None:
        self._index = index
        self._writer = index.file.writer
        # Asked before the stamps: what another instance writes between is then noticed.
        self._version = self._data_version()
        self.stamps = index.stamps()
        self._numbers: dict[tuple[str, ...], int] = {}
        self._topicsets: dict[tuple[str, ...], int] = {}

    def write(self, batch: list[_Read]) -> None:
        """Write what was read, all of it or nothing."""
        with self._writer.write("add stories") as sqlite:
            is_shared = self._data_version() != self._version
            known = [read for read in batch if is_shared or read.path in self.stamps]
            paths = [(os.fsencode(read.path),) for read in known]
            sqlite.executemany("DELETE FROM problem WHERE path = ? AND origin = 'story'", paths)
            sqlite.executemany("DELETE FROM other_file WHERE path = ?", paths)
            problems = tuple(chain.from_iterable(read.problems for read in batch))
            sqlite.executemany(_INSERT_PROBLEM, _problem_lines(problems, "story"))
            self._write_others(sqlite, batch)
            self._write_stories(sqlite, batch, {read.path for read in known})

    def _data_version(self) -> int:
        """Changes when another connection writes."""
        with self._writer.use("ask whether it changed") as sqlite:
            return int(sqlite.execute("PRAGMA data_version").fetchone()[0])

    def _write_others(self, sqlite: sqlite3.Connection, batch: list[_Read]) -> None:
        for read in batch:
            if read.entry is None:
                path = os.fsencode(read.path)
                _delete_story(sqlite, path)
                values = (path, read.stamp.mtime_ns, read.stamp.size_bytes)
                sqlite.execute("INSERT OR REPLACE INTO other_file VALUES (?, ?, ?)", values)

    def _write_stories(self, sqlite: sqlite3.Connection, batch: list[_Read], known: set[str]) -> None:
        """Write stories; texts only where the word tables do not have them yet."""
        query = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'story'"
        last_row = int(sqlite.execute(query).fetchone()[0])
        fresh: list[tuple[_Value, ...]] = []
        texts: list[words.Text] = []
        for read in batch:
            if read.entry is None:
                continue
            text = words.Text.of(read.entry.title, read.entry.texts)
            values = (*self._columns(sqlite, read.stamp, read.entry), text.crc)
            found = _find_story(sqlite, os.fsencode(read.path)) if read.path in known else None
            if found is None:
                fresh.append((last_row + len(fresh) + 1, *values))
                texts.append(text.under(last_row + len(fresh)))
                continue
            row, crc = found
            sqlite.execute(_UPDATE, (*values, row))
            if crc != text.crc:
                texts.append(text.under(words.newer_doc(sqlite, row)))
        sqlite.executemany(_INSERT, fresh)
        words.write(sqlite, texts)

    def _columns(self, sqlite: sqlite3.Connection, stamp: Stamp, entry: Entry) -> tuple[_Value, ...]:
        """The values of `_COLUMNS` but the last."""
        published = entry.published_at
        path = os.fsencode(entry.path)
        stem = self._index.stem(self._index.story_id(entry.path))
        return (
            path,
            stamp.mtime_ns,
            stamp.size_bytes,
            None if published is None else (published - EPOCH) // _MICROSECOND,
            entry.quality,
            _flags(entry),
            self._topicset(sqlite, entry.topics),
            self._number(sqlite, "outlet", entry.provider.name, entry.provider.domain),
            self._number(sqlite, "kind", entry.kind),
            entry.related_count,
            entry.title,
            entry.excerpt,
            entry.url,
            bytes_hash(path),
            text_hash(links.url_key(entry.url)),
            text_hash(stem),
        )

    def _topicset(self, sqlite: sqlite3.Connection, topics: tuple[str, ...]) -> int:
        number = self._topicsets.get(topics)
        if number is None:
            if len(self._topicsets) >= _NUMBERS_LIMIT:
                self._topicsets.clear()
            number = self._number(sqlite, "topicset", json.dumps(topics, ensure_ascii=False))
            self._topicsets[topics] = number
        return number

    def _number(self, sqlite: sqlite3.Connection, *key: str) -> int:
        """The id of a row with these values in a table of what many stories share; the table comes first."""
        number = self._numbers.get(key)
        if number is None:
            if len(self._numbers) >= _NUMBERS_LIMIT:
                self._numbers.clear()
            number = self._numbers[key] = _shared_number(sqlite, *key)
        return number


def _find_story(sqlite: sqlite3.Connection, path: bytes) -> tuple[int, int] | None:
    """Row and text_crc of a story, or None where it has no row yet."""
    query = "SELECT row, text_crc FROM story WHERE path_hash = ? AND path = ?"
    found: tuple[int, int] | None = sqlite.execute(query, (bytes_hash(path), path)).fetchone()
    return found


def _delete_story(sqlite: sqlite3.Connection, path: bytes) -> None:
    place = (bytes_hash(path), path)
    query = "DELETE FROM newer_text WHERE row IN (SELECT row FROM story WHERE path_hash = ? AND path = ?)"
    sqlite.execute(query, place)
    sqlite.execute("DELETE FROM story WHERE path_hash = ? AND path = ?", place)


def _flags(entry: Entry) -> int:
    flags = HAS_LINK if entry.url else 0
    if entry.is_published is not None:
        flags |= PUBLISHED if entry.is_published else UNPUBLISHED
    if entry.related_count:
        flags |= HAS_RELATED
    if entry.kind.casefold() == "video":
        flags |= IS_VIDEO
    if entry.problems:
        flags |= DAMAGED
    return flags


def _shared_number(sqlite: sqlite3.Connection, table: str, *values: str) -> int:
    columns = _SHARED[table]
    where = " AND ".join(f"{column} = ?" for column in columns)
    known = sqlite.execute(f"SELECT id FROM {table} WHERE {where}", values).fetchone()
    if known:
        return int(known[0])
    places = ", ".join("?" * len(columns))
    insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
    return sqlite.execute(insert, values).lastrowid or 0


def _forget(index: StoryIndex, paths: tuple[str, ...]) -> None:
    if not paths:
        return
    with index.file.writer.write("forget stories") as sqlite:
        raw = [(os.fsencode(path),) for path in paths]
        for (path,) in raw:
            _delete_story(sqlite, path)
        sqlite.executemany("DELETE FROM other_file WHERE path = ?", raw)
        sqlite.executemany("DELETE FROM problem WHERE path = ? AND origin = 'story'", raw)


def _write_surroundings(index: StoryIndex, found: tuple[Problem, ...] | list[Problem]) -> bool:
    """Topic files and what the scan had to skip; true if they differ from last time."""
    topics, topic_problems = read_topic_files(index.archive)
    lines = [(topic.name, topic.parent, topic.shortname) for topic in topics]
    problems = [*_problem_lines(tuple(found), "scan"), *_problem_lines(topic_problems, "topics")]
    with index.file.writer.write("note its topics") as sqlite:
        old_lines = sqlite.execute("SELECT name, parent, shortname FROM topic_file ORDER BY rowid").fetchall()
        old_problems = sqlite.execute(
            "SELECT path, line, reason, kind, origin FROM problem WHERE origin <> 'story' ORDER BY rowid"
        ).fetchall()
        if old_lines == lines and old_problems == problems:
            return False
        sqlite.execute("DELETE FROM topic_file")
        sqlite.executemany("INSERT INTO topic_file VALUES (?, ?, ?)", lines)
        sqlite.execute("DELETE FROM problem WHERE origin <> 'story'")
        sqlite.executemany(_INSERT_PROBLEM, problems)
    return True


def _problem_lines(problems: tuple[Problem, ...], origin: str) -> list[tuple[bytes, int, str, str, str]]:
    return [(os.fsencode(p.path), p.line, p.reason, p.kind.value, origin) for p in problems]
