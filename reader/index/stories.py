"""Reading the index of one archive: rows to draw, the catalogue, and the way from an id to a row."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from reader import links
from reader.errors import IndexFileError
from reader.index.catalogue import Catalogue
from reader.index.columns import Columns, columns_of
from reader.index.connection import IndexFile
from reader.index.hashes import joined, path_hash, row_crc, stem_hash, url_hash
from reader.index.ids import story_id
from reader.index.ranking import Ranking
from reader.index.schema import DAMAGED, EPOCH, PUBLISHED, UNPUBLISHED
from reader.model import (
    Archive,
    Problem,
    ProblemKind,
    Provider,
    RowId,
    StoryId,
    StoryRow,
    Topic,
    TopicFile,
)
from reader.patterns import pattern

_CHUNK: Final = 256
"""Values in one statement; SQLite before 3.32 took 999."""

_SIZES: Final = (1, 4, 16, 64, _CHUNK)
"""Numbers of values that a statement may have."""

# Without the second condition SQLite may not use the partial index, and reads every story.
_WITH_URL: Final = "SELECT row, url FROM story WHERE url_hash = ? AND url_hash <> 0"
_WRITTEN_BYTE: Final = pattern(rb"\\x([89a-f][0-9a-f])")

_T = TypeVar("_T")

_ROW_COLUMNS: Final = (
    "row, path, row_crc, topicset, title, excerpt, published_us, url, quality, flags, related, outlet.name,"
    " outlet.domain, kind.name"
)
# A row whose provider or type is missing is damage, not a story less.
_ROW_TABLES: Final = "story LEFT JOIN outlet ON outlet.id = outlet LEFT JOIN kind ON kind.id = kind"


class StoryIndex:
    """The index of one archive.

    Args:
        archive: The folder it describes.
        folder: Where the index files lie.
        stem: Gives the part of a story id that stays when its file moves to another folder.

    Attributes:
        syncing: Held by the thread that brings it up to date.
    """

    def __init__(self, archive: Archive, folder: Path, stem: Callable[[StoryId], str]) -> None:
        self.archive = archive
        self.stem = stem
        self.syncing = threading.Lock()
        self._folder = folder
        self.file = IndexFile(archive, folder)
        self._topicsets: dict[int, tuple[str, ...]] = {}

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def rebuild(self, because: str = "") -> None:
        """Delete the file and begin an empty one; the next sync fills it.

        Args:
            because: Completes "the index …" for `take_news`; empty if somebody asked for it.
        """
        self.file.delete()
        self.file = IndexFile(self.archive, self._folder)
        self.file.rebuilt_because = because or self.file.rebuilt_because
        self._topicsets.clear()

    def take_news(self) -> str:
        """Why it is built anew, in a sentence, once; empty if it is not."""
        because, self.file.rebuilt_because = self.file.rebuilt_because, ""
        return (
            because
            and f"the index of {self.archive.name} {because}: it is built anew, marks stay as they are"
        )

    def leave_disk(self, error: IndexFileError) -> None:
        """Begin an empty index in memory, the file being of no more use; the next sync fills it."""
        self.file.close()
        self.file = IndexFile(self.archive, self._folder, leaving=error)
        self._topicsets.clear()

    def version(self) -> int:
        """Another number after each change, whoever made it; 0 for an index that nothing was written into.

        No two indexes share one, nor does one ever have the same again.
        """
        with self.file.screen.use("ask whether it changed") as sqlite:
            return version(sqlite)

    def story_id(self, path: str) -> StoryId:
        """The id of the story at `path`; bytes that are no UTF-8 are written out, an id is always text."""
        return story_id(self.archive, path)

    def catalogue(self, tree: Sequence[Topic]) -> Catalogue:
        """All stories as they are now, without marks; takes its time."""
        with self.file.worker.use("list its stories") as sqlite, _one_moment(sqlite):
            lines = sqlite.execute(
                "SELECT row, published_us, quality, flags, topicset, outlet, kind"
                " FROM story INDEXED BY story_order ORDER BY published_us DESC"
            )
            columns = columns_of(lines, self.titles, self.ranking)
            return Catalogue(columns, self._read_topicsets(sqlite), tree, version=version(sqlite))

    def ranking(self, columns: Columns, name: str) -> Ranking:
        """The order of some of its stories by ``title``, ``provider`` or ``related``; takes its time."""
        from reader.index.orders import RANKED

        with self.file.worker.use("sort its stories") as sqlite:
            return RANKED[name](sqlite, columns)

    def sort_values(self, rows: Sequence[int], name: str) -> dict[int, object]:
        """What an order as above sorts these rows by; None where that is not known."""
        from reader.index.orders import sort_values

        with self.file.worker.use("sort stories") as sqlite:
            return {row: value for chunk in _chunks(rows) for row, value in sort_values(sqlite, chunk, name)}

    def topic_names(self) -> set[str]:
        """Every topic that a story names."""
        with self.file.worker.use("list its topics") as sqlite:
            used = {number for (number,) in sqlite.execute("SELECT DISTINCT topicset FROM story")}
            names = self._read_topicsets(sqlite)
            return {name for number in used for name in names.get(number, ())}

    def provider_names(self) -> set[str]:
        """The name of every provider there ever was; of those without one, their domain."""
        with self.file.worker.use("list its providers") as sqlite:
            lines = sqlite.execute("SELECT name, domain FROM outlet")
            return {text for name, domain in lines if (text := _text(name) or _text(domain))}

    def topic_files(self) -> tuple[TopicFile, ...]:
        """The topics that topic files define."""
        with self.file.worker.use("list its topic files") as sqlite:
            lines = sqlite.execute("SELECT name, parent, shortname FROM topic_file ORDER BY rowid")
            return tuple(TopicFile(*map(_text, line)) for line in lines)

    def rows(self, rows: Iterable[int], *, base: int = 0) -> list[StoryRow]:
        """These rows in this order; those that are gone are left out.

        Args:
            rows: Rows of this index: a window of them, not all.
            base: Added to each row id, so that those of several archives differ.
        """
        wanted = list(rows)
        found: dict[int, StoryRow] = {}
        with self.file.screen.use("read stories") as sqlite:
            for chunk in _chunks(wanted):
                marks = ",".join("?" * len(chunk))
                query = f"SELECT {_ROW_COLUMNS} FROM {_ROW_TABLES} WHERE row IN ({marks})"
                for line in sqlite.execute(query, chunk):
                    found[line[0]] = self._row(sqlite, line, base)
        return [found[row] for row in wanted if row in found]

    def path_of(self, row: int) -> str | None:
        """The path of a row's file relative to the archive's root, or None where it is gone."""
        with self.file.screen.use("find a story") as sqlite:
            line = sqlite.execute("SELECT path FROM story WHERE row = ?", (row,)).fetchone()
            return None if line is None else os.fsdecode(line[0])

    def rows_at(self, paths: Iterable[str]) -> dict[str, int]:
        r"""The row of each of these paths that the index has; the paths as they stand in story ids.

        There a byte that is no UTF-8 is written ``\\xNN``, as is a name that really reads so.
        """
        asked = {raw: path for path in paths for raw in _file_names(path)}
        found: dict[str, int] = {}
        with self.file.worker.use("find stories") as sqlite:
            for chunk in _chunks(list(asked)):
                marks = ",".join("?" * len(chunk))
                query = f"SELECT path, row FROM story WHERE path_hash IN ({marks})"
                lines = sqlite.execute(query, list(map(path_hash, chunk)))
                found.update((asked[raw], row) for raw, row in lines if raw in asked)
        return found

    def titles(self, rows: Sequence[int]) -> dict[int, str]:
        """What equal dates are sorted by: the titles, without case as far as SQLite knows it."""
        found: dict[int, str] = {}
        with self.file.worker.use("sort stories") as sqlite:
            for chunk in _chunks(rows):
                marks = ",".join("?" * len(chunk))
                found.update(
                    sqlite.execute(f"SELECT row, lower(title) FROM story WHERE row IN ({marks})", chunk)
                )
        return found

    def rows_with_url(self, url: str) -> list[int]:
        """The rows whose address leads to the same page."""
        key = links.url_key(url)
        if not key:
            return []
        with self.file.screen.use("find a link") as sqlite:
            lines = sqlite.execute(_WITH_URL, (url_hash(key),))
            return [row for row, other in lines if links.url_key(_text(other)) == key]

    def candidates(self, url_keys: Iterable[str], stems: Iterable[str]) -> list[tuple[int, str, str]]:
        """Row, path and URL key of the stories with one of these URL keys or stems."""
        found: dict[int, tuple[int, str, str]] = {}
        with self.file.worker.use("look for moved stories") as sqlite:
            hashes = (("url_hash", map(url_hash, url_keys)), ("stem_hash", map(stem_hash, stems)))
            for column, wanted in hashes:
                for chunk in _chunks([number for number in wanted if number]):
                    marks = ",".join("?" * len(chunk))
                    # The bare column lets SQLite use the partial index on url_hash.
                    query = f"SELECT row, path, url FROM story WHERE {column} IN ({marks}) AND {column} <> 0"
                    for row, path, url in sqlite.execute(query, chunk):
                        found[row] = (row, os.fsdecode(path), links.url_key(_text(url)))
        return list(found.values())

    def problems(self) -> list[Problem]:
        """Everything that is wrong with the archive's files, by path and line."""
        with self.file.worker.use("list its problems") as sqlite:
            lines = sqlite.execute("SELECT path, line, reason, kind FROM problem ORDER BY path, line, rowid")
            return [
                Problem(os.fsdecode(path), int(line), _text(reason), ProblemKind(kind))
                for path, line, reason, kind in lines
            ]

    def problem_count(self) -> int:
        """How many problems there are."""
        with self.file.worker.use("count its problems") as sqlite:
            return int(sqlite.execute("SELECT count(*) FROM problem").fetchone()[0])

    def _read_topicsets(self, sqlite: sqlite3.Connection) -> dict[int, tuple[str, ...]]:
        lines = sqlite.execute("SELECT id, names FROM topicset")
        self._topicsets = {number: _names(names) for number, names in lines}
        return self._topicsets

    def _topics(self, sqlite: sqlite3.Connection, topicset: int) -> tuple[str, ...]:
        if topicset not in self._topicsets:
            line = sqlite.execute("SELECT names FROM topicset WHERE id = ?", (topicset,)).fetchone()
            self._topicsets[topicset] = _names(line[0]) if line else ()
        return self._topicsets[topicset]

    def _row(self, sqlite: sqlite3.Connection, line: tuple[Any, ...], base: int) -> StoryRow:
        row, path, crc, topicset = line[:4]
        title, excerpt, published_us, url, quality, flags, related, provider, domain, kind = line[4:]
        topics = self._topics(sqlite, topicset)
        shared = joined(_text(provider), _text(domain), _text(kind), *topics)
        if row_crc(title, excerpt, published_us, url, quality, flags, related, shared) != crc:
            raise ValueError("a story is not as it was written; the next start builds it anew")
        is_published = None if not flags & (PUBLISHED | UNPUBLISHED) else bool(flags & PUBLISHED)
        return StoryRow(
            row_id=RowId(base + row),
            story_id=self.story_id(os.fsdecode(path)),
            title=_text(title),
            excerpt=_text(excerpt),
            published_at=None if published_us is None else EPOCH + timedelta(microseconds=published_us),
            url=_text(url),
            kind=_text(kind),
            quality=None if quality is None else int(quality),
            is_published=is_published,
            provider=Provider(_text(provider), _text(domain)),
            topics=topics,
            related_count=int(related),
            is_damaged=bool(flags & DAMAGED),
        )


def version(sqlite: sqlite3.Connection) -> int:
    """What `StoryIndex.version` gives, within a transaction of one's own."""
    line = sqlite.execute("SELECT value FROM meta WHERE key = 'state'").fetchone()
    return int(line[0]) if line else 0


@contextmanager
def _one_moment(sqlite: sqlite3.Connection) -> Iterator[None]:
    """See the file as it is now, whatever others write meanwhile."""
    if sqlite.in_transaction:  # an index in memory has one connection for all
        yield
        return
    sqlite.execute("BEGIN")
    try:
        yield
    finally:
        sqlite.rollback()


def _text(value: object) -> str:
    """A text from a text column: after bits flipped it can hold anything."""
    if not isinstance(value, str):
        raise TypeError("a text is none")
    return value


def _names(json_list: str) -> tuple[str, ...]:
    return tuple(map(_text, json.loads(json_list)))


def _file_names(path: str) -> set[bytes]:
    """The names a path of a story id can stand for: nearly always one."""
    # Ids come from marks files, where anything may stand.
    raw = path.encode("utf-8", "surrogatepass")
    if b"\\x" not in raw:
        return {raw}
    return {raw, _WRITTEN_BYTE.sub(lambda byte: bytes([int(byte[1], 16)]), raw)}


def _chunks(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """The values for one statement each, in few sizes: the last one is there several times, to fill up.

    A connection keeps each statement it has run lately, and one for every number of values is a megabyte.
    """
    for start in range(0, len(values), _CHUNK):
        chunk = list(values[start : start + _CHUNK])
        size = next(size for size in _SIZES if size >= len(chunk))
        yield chunk + chunk[-1:] * (size - len(chunk))
