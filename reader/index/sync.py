"""Bringing the index up to date with the folder: what changed is read, what is gone is forgotten."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final

from reader.archive.scan import Folder, count_files, walk
from reader.archive.topics import read_topic_files
from reader.errors import ArchiveError
from reader.index import folders, known
from reader.index.bulk import room
from reader.index.plan import plan_sync
from reader.index.readers import Readers
from reader.index.reading import Asked
from reader.index.stories import StoryIndex
from reader.index.writing import Batch, Closed, StoryWriter, replace_problems
from reader.model import Problem
from reader.values import dataclass

FIRST_STORIES: Final = 64
BATCH_STORIES: Final = 4_000
LAST_STORIES: Final = 1_000
BATCH_BYTES: Final = 16_000_000
BATCH_S: Final = 0.5
"""A batch is written when it is full or this old. The first one is small, so that rows appear at once, and
each is twice as large as the one before: SQLite takes half the time for stories it gets by the thousand, but
no other writer, and nobody who quits, is to wait for more than some 0.2 s. Towards the end they shrink again:
nothing is left to read while the last one is written."""

PAUSE_S: Final = 0.01

MANY_READ: Final = 192
MUCH_LEFT: Final = 2_000
"""With so many files read and so many more to be read, perhaps, processes of their own read the rest."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync is; `total` is 0 while it is not known, and may shrink until the end.

    What an earlier one read of the same folders before it was broken off counts as done.
    """

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did; `was_cancelled` means that the rest is left for the next one."""

    read: int = 0
    forgotten: int = 0
    was_cancelled: bool = False
    has_changes: bool = False


def sync(
    index: StoryIndex,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    is_cancelled: Callable[[], bool] = lambda: False,
    *,
    is_begun_only: bool = False,
) -> SyncReport:
    """Bring `index` up to date; what was written stays written when it is cancelled or fails.

    Args:
        index: The index of one archive.
        on_progress: Called after each batch, from this thread.
        is_cancelled: Asked often.
        is_begun_only: Whether to stop after some `FIRST_STORIES` files, as if it were cancelled.

    Raises:
        ArchiveError: If the archive's folder is not there: the index then keeps what it knows.
        IndexFileError: If the index cannot be written.
    """
    if not index.archive.root.is_dir():
        raise ArchiveError(f"the folder {index.archive.root} is not there any more")
    on_progress(Progress(0, 0))
    with index.syncing:
        try:
            return _Sync(index, on_progress, is_cancelled, is_begun_only=is_begun_only).run()
        finally:
            index.file.let_go_of_writer()


class _Sync:
    """One sync: this thread looks and reads, a second one writes."""

    def __init__(
        self,
        index: StoryIndex,
        on_progress: Callable[[Progress], None],
        is_cancelled: Callable[[], bool],
        *,
        is_begun_only: bool,
    ) -> None:
        self._index = index
        self._on_progress = on_progress
        self._is_cancelled = is_cancelled
        self._is_begun_only = is_begun_only
        self._readers = Readers(index, is_cancelled)
        self._was_cancelled = False
        self._is_walked = False
        self._expected = self._seen = self._planned = self._handed = self._done = self._forgotten = 0
        self._done_before = 0  # files of folders that an earlier sync read a part of
        self._changed_ns: dict[str, int] = {}
        self._problems: list[Problem] = []

    def run(self) -> SyncReport:
        """Do it; called once."""
        begun_ns = time.time_ns()
        moments = folders.moments(self._index.archive)
        has_changes = self._write_topics()
        with self._readers, room(self._index.file.writer):
            self._write_all()
        self._was_cancelled |= self._readers.was_cancelled
        if not self._was_cancelled:
            has_changes |= self._write_problems()
            folders.remember(self._index, self._changed_ns | moments, begun_ns)
        return SyncReport(
            read=self._done,
            forgotten=self._forgotten,
            was_cancelled=self._was_cancelled,
            has_changes=bool(has_changes or self._done or self._forgotten),
        )

    def _write_topics(self) -> bool:
        """Note the topics that topic files define; true if they differ from last time."""
        topics, problems = read_topic_files(self._index.archive)
        lines = [(topic.name, topic.parent, topic.shortname) for topic in topics]
        query = "SELECT name, parent, shortname FROM topic_file ORDER BY rowid"
        with self._index.file.writer.write("note its topics") as sqlite:
            has_changes = replace_problems(sqlite, problems, "topics")
            if sqlite.execute(query).fetchall() == lines:
                return has_changes
            sqlite.execute("DELETE FROM topic_file")
            sqlite.executemany("INSERT INTO topic_file VALUES (?, ?, ?)", lines)
        return True

    def _write_problems(self) -> bool:
        """Note what was left out; true if it differs from last time."""
        self._problems.sort(key=lambda problem: problem.path)
        with self._index.file.writer.write("note what was left out") as sqlite:
            return replace_problems(sqlite, self._problems, "scan")

    def _write_all(self) -> None:
        writer = StoryWriter(self._index)
        written: Future[None] | None = None
        with ThreadPoolExecutor(1, "newsreader-index") as thread:
            try:
                count = 0
                for batch in self._batches():
                    # The next one is handed over before the last one is waited for: neither thread rests.
                    before, written = written, thread.submit(writer.write, batch)
                    self._take(before, count)
                    count = len(batch.reads)
                self._take(written, count)
            except KeyboardInterrupt:
                # Who quits waits for no batch: it is read again.
                while written is not None and not written.done():
                    self._index.file.writer.break_off()
                    wait([written], PAUSE_S)
                raise

    def _take(self, written: Future[None] | None, count: int) -> None:
        """Wait until a batch is written, and tell."""
        if written is None:
            return
        written.result()
        self._done += count
        self._on_progress(self._progress())
        if not self._is_walked and not self._expected and not self._is_begun_only:
            # Not before the first rows are on the screen: of a million files it takes a second.
            self._expected = count_files(self._index.archive, self._is_cancelled)
        if self._done >= MANY_READ and self._total() - self._done >= MUCH_LEFT:
            self._readers.start()

    def _progress(self) -> Progress:
        """How far the work is that an earlier sync may have begun."""
        total = self._total()
        return Progress(self._done + self._done_before, total + self._done_before if total else 0)

    def _total(self) -> int:
        """How many files this sync reads; 0 while it is not known."""
        if self._is_walked:
            return self._planned
        return self._planned + max(0, self._expected - self._seen) if self._expected else 0

    def _batches(self) -> Iterator[Batch]:
        batch, begun = Batch(), time.monotonic()
        limit, size = min(FIRST_STORIES, BATCH_STORIES), 0
        for reads, closed in self._readers.read(self._pieces()):
            batch.reads += reads
            batch.closed += closed
            size += sum([read.asked.stamp.size_bytes for read in reads])
            is_full = len(batch.reads) >= limit or size >= BATCH_BYTES
            if is_full or (reads and time.monotonic() - begun >= BATCH_S):
                self._handed += len(batch.reads)
                yield batch
                if self._is_begun_only:
                    self._was_cancelled = True
                    return
                batch, begun = Batch(), time.monotonic()
                limit, size = self._limit(2 * limit), 0
        if batch:
            yield batch

    def _limit(self, wished: int) -> int:
        """How many stories the next batch has: fewer at the end, when reading is done before writing."""
        limit, left = min(wished, BATCH_STORIES), self._total() - self._handed
        return min(limit, max(LAST_STORIES, left // 2)) if left > 0 else limit

    def _pieces(self) -> Iterator[Asked | Closed]:
        """Everything that changed, folder by folder."""
        for folder in walk(self._index.archive, self._is_cancelled):
            if not folder.is_complete:
                self._was_cancelled = True
                return
            self._changed_ns[folder.path] = folder.changed_ns
            self._problems += folder.problems
            self._seen += len(folder.names)
            yield from self._changes(folder)
            if self._was_cancelled:
                return
        self._is_walked = True
        for gone in known.others(self._index, self._changed_ns):
            forget = tuple(sorted(known.stamps(self._index, gone)))
            self._forgotten += len(forget)
            yield Closed(gone.path, None, forget)

    def _changes(self, folder: Folder) -> Iterator[Asked | Closed]:
        before, digest = known.known(self._index, folder.path), folder.digest()
        if before is None:
            is_as_it_was = not folder.names
        else:
            is_as_it_was = (before.digest, before.files) == (digest, len(folder.names))
        if is_as_it_was:
            return
        stamps, indexed = folder.stamps(), known.stamps(self._index, before)
        plan = plan_sync(stamps, indexed)
        self._planned += len(plan.parse)
        if before is not None and before.digest is None:
            self._done_before += len(stamps) - len(plan.parse)
        for path in plan.parse:
            if self._is_cancelled():
                self._was_cancelled = True
                return
            yield Asked(folder.path, path, stamps[path], path in indexed)
        self._forgotten += len(plan.forget)
        yield Closed(folder.path, digest, plan.forget)
