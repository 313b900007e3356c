"""Bringing the index up to date with the folder: what changed is read, what is gone is forgotten."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from reader import links
from reader.archive.scan import scan
from reader.archive.storyfile import read_story
from reader.archive.topics import read_topic_files
from reader.errors import ArchiveError, StoryFileError
from reader.index import words
from reader.index.connection import bytes_hash, text_hash
from reader.index.plan import plan_sync
from reader.index.schema import DAMAGED, HAS_LINK, HAS_RELATED, IS_VIDEO, PUBLISHED, UNPUBLISHED
from reader.index.stories import EPOCH, StoryIndex
from reader.model import Problem, ProblemKind, Provider, Stamp, Story

BATCH_STORIES: Final = 200
BATCH_S: Final = 0.25
"""A batch is written when it is full or this old: rows appear early, and no writer is kept waiting."""

_COLUMNS: Final = (
    "path, mtime_ns, size, published_us, quality, flags, topicset, outlet, kind, related, title, excerpt,"
    " url, path_hash, url_hash, stem_hash, text_crc"
)
_PLACES: Final = f":{_COLUMNS.replace(', ', ', :')}"
_INSERT: Final = f"INSERT INTO story ({_COLUMNS}) VALUES ({_PLACES})"
_UPDATE: Final = f"UPDATE story SET ({_COLUMNS}) = ({_PLACES}) WHERE row = :row"


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


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read: its story, or none where it is no story."""

    path: str
    stamp: Stamp
    story: Story | None
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
    plan = plan_sync(found.stamps, index.stamps())
    has_changes = _write_surroundings(index, found.problems)
    _forget(index, plan.forget)
    done = 0
    with words.many(index.file.writer, len(plan.parse), known=len(found.stamps), is_cancelled=is_cancelled):
        for batch in _batches(_read_all(index, plan.parse, found.stamps, is_cancelled)):
            _write(index, batch)
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
            story = read_story(index.archive, path)
        except StoryFileError as error:
            # Remembered under its stamp like the others: read again when it changes, not at every start.
            problem = Problem(path, 0, str(error), ProblemKind.UNREADABLE)
            yield _Read(path, stamps[path], None, (problem,))
        else:
            yield _Read(path, stamps[path], story, story.problems if story else ())


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


def _write(index: StoryIndex, batch: list[_Read]) -> None:
    with index.file.writer.write("add stories") as sqlite:
        texts: list[words.Text] = []
        for result in batch:
            path = os.fsencode(result.path)
            sqlite.execute("DELETE FROM problem WHERE path = ? AND origin = 'story'", (path,))
            _write_problems(sqlite, result.problems, "story")
            if result.story is None:
                _delete_story(sqlite, path)
                values = (path, result.stamp.mtime_ns, result.stamp.size_bytes)
                sqlite.execute("INSERT OR REPLACE INTO other_file VALUES (?, ?, ?)", values)
            else:
                sqlite.execute("DELETE FROM other_file WHERE path = ?", (path,))
                texts.extend(_write_story(sqlite, index, result.stamp, result.story))
        words.write(sqlite, texts)


def _write_story(
    sqlite: sqlite3.Connection, index: StoryIndex, stamp: Stamp, story: Story
) -> Iterator[words.Text]:
    """Write a story; gives its text where the word tables do not have it yet."""
    text = words.Text.of(story)
    values = _columns(sqlite, index, stamp, story) | {"text_crc": text.crc}
    query = "SELECT row, text_crc FROM story WHERE path_hash = :path_hash AND path = :path"
    known = sqlite.execute(query, values).fetchone()
    if known is None:
        yield text.under(sqlite.execute(_INSERT, values).lastrowid or 0)
        return
    row, crc = known
    sqlite.execute(_UPDATE, {**values, "row": row})
    if crc != text.crc:
        yield text.under(words.newer_doc(sqlite, row))


def _delete_story(sqlite: sqlite3.Connection, path: bytes) -> None:
    place = (bytes_hash(path), path)
    query = "DELETE FROM newer_text WHERE row IN (SELECT row FROM story WHERE path_hash = ? AND path = ?)"
    sqlite.execute(query, place)
    sqlite.execute("DELETE FROM story WHERE path_hash = ? AND path = ?", place)


def _columns(
    sqlite: sqlite3.Connection, index: StoryIndex, stamp: Stamp, story: Story
) -> dict[str, str | bytes | int | None]:
    published = story.published_at
    path = os.fsencode(story.path)
    return {
        "path": path,
        "mtime_ns": stamp.mtime_ns,
        "size": stamp.size_bytes,
        "published_us": None if published is None else (published - EPOCH) // timedelta(microseconds=1),
        "quality": story.quality,
        "flags": _flags(story),
        "topicset": _topicset(sqlite, story.topics),
        "outlet": _outlet(sqlite, story.provider),
        "kind": _kind(sqlite, story.kind),
        "related": len(story.related),
        "title": story.title,
        "excerpt": story.excerpt,
        "url": story.url,
        "path_hash": bytes_hash(path),
        "url_hash": text_hash(links.url_key(story.url)),
        "stem_hash": text_hash(index.stem(index.story_id(story.path))),
    }


def _flags(story: Story) -> int:
    known = {
        UNPUBLISHED: story.is_published is False,
        PUBLISHED: story.is_published is True,
        HAS_RELATED: bool(story.related),
        IS_VIDEO: story.kind.casefold() == "video",
        DAMAGED: bool(story.problems),
        HAS_LINK: bool(story.url),
    }
    return sum(flag for flag, is_set in known.items() if is_set)


def _topicset(sqlite: sqlite3.Connection, topics: tuple[str, ...]) -> int:
    return _number(sqlite, "topicset", ("names",), (json.dumps(topics, ensure_ascii=False),))


def _outlet(sqlite: sqlite3.Connection, provider: Provider) -> int:
    return _number(sqlite, "outlet", ("name", "domain"), (provider.name, provider.domain))


def _kind(sqlite: sqlite3.Connection, kind: str) -> int:
    return _number(sqlite, "kind", ("name",), (kind,))


def _number(sqlite: sqlite3.Connection, table: str, columns: tuple[str, ...], values: tuple[str, ...]) -> int:
    """The id of a row with these values in a table of what many stories share; added where it is missing."""
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
        sqlite.executemany("INSERT INTO problem VALUES (?, ?, ?, ?, ?)", problems)
    return True


def _write_problems(sqlite: sqlite3.Connection, problems: tuple[Problem, ...], origin: str) -> None:
    sqlite.executemany("INSERT INTO problem VALUES (?, ?, ?, ?, ?)", _problem_lines(problems, origin))


def _problem_lines(problems: tuple[Problem, ...], origin: str) -> list[tuple[bytes, int, str, str, str]]:
    return [(os.fsencode(p.path), p.line, p.reason, p.kind.value, origin) for p in problems]
