"""Opening archives with their marks, bringing their indexes up to date, keeping what the next start shows.

Methods marked *quick* are for the event loop: bounded, a fraction of a millisecond, never linear in the
archive. All others belong in a worker thread or in a command without a screen.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reader import locations
from reader.errors import NewsreaderError
from reader.index.connection import WAS_DAMAGED, DamagedIndexError, UnwritableIndexError
from reader.index.stories import StoryIndex
from reader.library.kept import keep_shelf, keep_stories, open_shelf
from reader.library.shelf import Shelf, read_marks, read_shelf, rows_of
from reader.library.stories import Changes
from reader.model import Archive, Mark, RowId, StoryId, Topic
from reader.state import identity
from reader.state.keeper import MarkKeeper

# Parsing, syncing and searching are imported where they begin: none of it is needed for the first frame,
# and together they take as long to import as all the rest.
if TYPE_CHECKING:
    from reader.index.sync import Progress, SyncReport


KEEPING_S: Final = 0.01
"""How long closing waits for the thread that keeps the shelf: without it the next start is slower."""


class OpenedLibrary:
    """The first chapter of the library: indexes and marks, and the shelf they make.

    The chapters (opening, viewing, marking, door) derive from each other in this order, so that each of them
    can only use what stands before it.

    Args:
        archives: At least one; the first may not be missing from `reader.archive.scan.open_archive`.
        state_folder: Where the marks are kept.
        cache_folder: Where the indexes are kept.
        on_trouble: Called from any thread when marks cannot be saved (a sentence) and when they can again
            (an empty string).
        keeps: Whether to keep what `open_kept` needs at the next start, as whoever looks at all stories
            should.
    """

    def __init__(
        self,
        archives: Sequence[Archive],
        *,
        state_folder: Path | None = None,
        cache_folder: Path | None = None,
        on_trouble: Callable[[str], None] | None = None,
        keeps: bool = True,
    ) -> None:
        self.archives = tuple(archives)
        folder = (cache_folder or locations.cache_dir()) / "index"
        self._indexes = [StoryIndex(archive, folder, identity.stem) for archive in self.archives]
        state = state_folder or locations.config_dir()
        self.keeper = MarkKeeper(state, on_trouble=on_trouble, cache=folder)
        self._shelf = Shelf()
        self._lock = threading.RLock()
        self._reloading = threading.RLock()
        # Between what the keeper knows of others' marks and what the shelf does. Taken before _lock.
        self._polling = threading.Lock()
        self._changed: set[StoryId] = set()
        self._is_synced = False
        self._is_syncing = False
        self._is_loaded = False
        self._is_open = False
        self._pressed: set[StoryId] = set()
        self._keeps = keeps
        self._keeping: threading.Thread | None = None
        self._wants_keeping = False
        self._kept_shelf: Shelf | None = None
        self._has_unkept_marks = False
        self._has_strange_marks = False

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topic tree of all archives. Quick."""
        return self._shelf.tree

    @property
    def total(self) -> int:
        """How many stories there are. Quick."""
        return sum(len(catalogue) for catalogue in self._shelf.catalogues)

    def mark_of(self, story_id: StoryId) -> Mark | None:
        """What is known of a story under its own id, else under the one it was moved from. Quick."""
        mark = self.keeper.get(story_id)
        if mark is None and (old := self._shelf.adopted.get(story_id)) is not None:
            mark = self.keeper.get(old)
        return mark

    def is_read(self, story_id: StoryId) -> bool:
        """Whether a story is read. Quick."""
        mark = self.mark_of(story_id)
        return bool(mark and mark.is_read)

    def is_starred(self, story_id: StoryId) -> bool:
        """Whether a story is starred. Quick."""
        mark = self.mark_of(story_id)
        return bool(mark and mark.is_starred)

    def note_of(self, story_id: StoryId) -> str:
        """What the user wrote about a story; empty where there is nothing. Quick."""
        mark = self.mark_of(story_id)
        return mark.note if mark else ""

    def open_kept(self) -> bool:
        """What `open` does, where stories and marks are as they were kept; some milliseconds at any size.

        False where they have changed in a way that one cannot see at a glance; `open` is for that.

        Raises:
            IndexFileError: If an index cannot be used.
        """
        with self._reloading:
            return self._is_open or self._open_kept()

    def open(self) -> None:
        """Read the marks and what the indexes know. Call before anything else."""
        with self._reloading:
            if not self.open_kept():
                self.reload()
            elif self._keeps and self.keeper.is_behind():
                self._keep()

    def begin(self) -> None:
        """Where nothing is known of the archives yet, read the newest stories: something to show at once.

        What goes wrong is left to `sync`, which tells.
        """
        if self.total:
            return
        self._is_syncing = True
        try:
            with contextlib.suppress(NewsreaderError):
                for index in self._indexes:
                    _sync(index, is_begun_only=True)
                self.reload()
        finally:
            self._is_syncing = False

    def keep(self) -> None:
        """Leave what the next start shows at once, where it is not there yet; takes its time.

        Raises:
            IndexFileError: If an index cannot be used.
        """
        self.open()
        if (keeping := self._keeping) is not None:
            keeping.join()

    def open_marks(self, *, has_topics: bool = False) -> None:
        """Read the marks only, in place of `open`: for `first_ids`, and for stories one has the id of.

        Where `open_kept` would do, that is done instead, which takes less time still.

        Args:
            has_topics: Whether to read the topic tree as well: 10 ms at 100,000 stories.

        Raises:
            IndexFileError: If an index cannot be used.
        """
        if self.open_kept():
            return
        shelf = read_marks(self._indexes, self.keeper)
        shelf.tree = self._read_tree() if has_topics else ()
        with self._lock:
            self._shelf = shelf

    def close(self) -> None:
        """Save what is not saved yet; close the files. Quick unless the disk is not."""
        self.keeper.close()
        if (keeping := self._keeping) is not None:
            keeping.join(KEEPING_S)
        if self._has_unkept_marks and self._kept_shelf is self._shelf:
            self._keep_marks()
        for index in self._indexes:
            index.close()

    def sync(
        self,
        on_progress: Callable[[Progress], None] = lambda progress: None,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> list[SyncReport]:
        """Bring every index up to date; `reload` shows the outcome. Damaged indexes are built anew.

        Raises:
            ArchiveError: If a folder is not there any more.
            IndexFileError: If an index cannot be written.
        """
        self._is_syncing = True
        try:
            reports = [_sync(index, on_progress, is_cancelled) for index in self._indexes]
        finally:
            self._is_syncing = False
        self._is_synced = True
        return reports

    def is_unchanged(self) -> bool:
        """Whether no file was added, removed or renamed since the last sync: a look at each folder.

        False where that is not known.

        Raises:
            IndexFileError: If an index cannot be used.
        """
        from reader.index.folders import is_unchanged

        try:
            return all(map(is_unchanged, self._indexes))
        except DamagedIndexError:  # the sync builds it anew
            return False

    def has_damage(self, *, is_asked: bool = False) -> bool:
        """Look through all of each index; where something is wrong the next `sync` builds it anew.

        Takes a third of a second at 100,000 stories, and where nobody asks is done once a day.

        Raises:
            IndexFileError: If an index cannot be used.
        """
        from reader.index.soundness import is_sound

        return not all([is_sound(index, is_asked=is_asked) for index in self._indexes])

    def take_news(self) -> list[str]:
        """Which indexes are built anew and why, a sentence each; every one is told once. Quick."""
        return [news for index in self._indexes if (news := index.take_news())]

    def rebuild(self) -> None:
        """Delete what the indexes hold; the next `sync` fills them again. The marks stay."""
        for index in self._indexes:
            index.rebuild()

    def lengthen(self) -> bool:
        """Give what SQLite has mapped the length back that somebody took; whether anything was cut short.

        For the thread that waits for faults. Those indexes are built anew by the next `sync`.
        """
        from reader.index.mapped import lengthened

        cut = lengthened()
        for index in self._indexes:
            if index.file.path.name in cut:
                index.file.distrust()
        return bool(cut)

    def reload(self) -> None:
        """Take in what the indexes hold now. Linear in the archive: 0.2 s at 100,000 stories.

        A damaged index is built anew: by the sync that is to come, or here where that is over.

        Raises:
            ArchiveError: If a folder is not there any more and its index was damaged.
            IndexFileError: If an index cannot be used.
        """
        # One at a time: of two the slower could put an older state in place.
        with self._reloading:
            self._load_marks()
            with self._lock:
                self._changed.clear()
                self._has_strange_marks = False
            try:
                shelf = self._read_shelf()
            except DamagedIndexError:
                self._rebuild_damaged()
                shelf = self._read_shelf()
            with self._lock:
                self._take(shelf)
            if self._keeps and not self._is_syncing:
                self._keep()

    def poll(self) -> Changes:
        """Look for what other instances and sync tools did; cheap when they did nothing.

        Marks that changed are taken in, but for those of stories that need a `reload` to be found.
        """
        with self._polling:
            changed = self.keeper.poll()
            with self._lock:
                self._changed |= changed
            rows = rows_of(self._indexes, changed)
            is_strange = len(rows) < len(changed)
            with self._lock:
                self._has_unkept_marks |= bool(changed)
                self._has_strange_marks |= is_strange
                for story_id, row_id in rows.items():
                    self._apply(row_id, story_id)
        return Changes(changed, is_strange or self._has_news())

    def _load_marks(self) -> None:
        if not self._is_loaded:
            self.keeper.load()
            self._is_loaded = True

    def _open_kept(self) -> bool:
        """Whether what was kept still fits: then it is the shelf."""
        self._load_marks()
        shelf = open_shelf(self._indexes, self.keeper)
        if shelf is None:
            return False
        with self._lock:
            self._take(shelf)
            self._kept_shelf = shelf
        return True

    def _take(self, shelf: Shelf) -> None:
        self._shelf, self._is_open = shelf, True
        # Marks set while the shelf was being read may not be in it yet.
        for story_id, row_id in rows_of(self._indexes, self._changed).items():
            self._apply(row_id, story_id)

    def _keep(self) -> None:
        """Keep the shelf for the next start, in a thread."""
        with self._lock:
            self._wants_keeping = True
            if self._keeping is None:
                self._keeping = threading.Thread(target=self._keep_all, name="keeping", daemon=True)
                self._keeping.start()

    def _keep_all(self) -> None:
        while True:
            with self._lock:
                if not self._wants_keeping:
                    self._keeping = None
                    return
                shelf, self._wants_keeping = self._shelf, False
            self.keeper.keep()
            with contextlib.suppress(NewsreaderError):
                if shelf is not self._kept_shelf and keep_stories(self._indexes, shelf):
                    self._kept_shelf = shelf
                    self._keep_marks()

    def _keep_marks(self) -> None:
        """Keep what changes with the marks. Where it cannot be, what was kept no longer fits the marks."""
        with self._polling, self._lock:
            position = None if self._has_strange_marks else self.keeper.position()
            if position is not None and keep_shelf(self._indexes, self._shelf, position):
                self._has_unkept_marks = False

    def _rebuild_damaged(self) -> None:
        for index in self._indexes:
            if index.file.is_damaged:
                index.rebuild(WAS_DAMAGED)
                if self._is_synced:
                    _sync(index)

    def _has_news(self) -> bool:
        versions = [catalogue.version for catalogue in self._shelf.catalogues]
        return versions != [index.version() for index in self._indexes]

    def _apply(self, row_id: RowId, story_id: StoryId) -> None:
        is_read, is_starred = self.is_read(story_id), self.is_starred(story_id)
        self._shelf.mark(row_id, is_read=is_read, is_starred=is_starred)

    def _read_shelf(self) -> Shelf:
        return read_shelf(self._indexes, self.keeper, self._read_tree())

    def _read_tree(self) -> tuple[Topic, ...]:
        from reader.archive.topics import topic_tree

        files = [file for index in self._indexes for file in index.topic_files()]
        names = {name for index in self._indexes for name in index.topic_names()}
        return topic_tree(files, sorted(names))


def _sync(
    index: StoryIndex,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    is_cancelled: Callable[[], bool] = lambda: False,
    *,
    is_begun_only: bool = False,
) -> SyncReport:
    from reader.index.sync import sync

    try:
        try:
            if index.file.is_damaged:
                index.rebuild(WAS_DAMAGED)
            report = sync(index, on_progress, is_cancelled, is_begun_only=is_begun_only)
            if index.file.is_damaged:
                raise DamagedIndexError("another thread found damage meanwhile")
            return report
        except DamagedIndexError:
            index.rebuild(WAS_DAMAGED)
            return sync(index, on_progress, is_cancelled)
    except (DamagedIndexError, UnwritableIndexError) as error:
        # A full disk, or one that breaks whatever is written to it: the stories are to be read all the same.
        if index.file.trouble or is_cancelled():
            raise
        index.leave_disk(error)
        return sync(index, on_progress, is_cancelled)
