"""The one door of both front ends: archives, their indexes and the marks, joined.

Methods marked *quick* are for the event loop: bounded, a fraction of a millisecond, never linear in the
archive. All others belong in a worker thread or in a command without a screen.
"""

from __future__ import annotations

import contextlib
import threading
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reader import clean, links, locations
from reader.archive.topics import topic_tree
from reader.errors import NewsreaderError, StoryFileError
from reader.index.connection import WAS_DAMAGED, DamagedIndexError, UnwritableIndexError
from reader.index.stories import StoryIndex
from reader.library.kept import keep_shelf, keep_stories, open_shelf
from reader.library.merging import BASE, Together, gone_row, merged
from reader.library.shelf import Shelf, marked_rows, read_marks, read_shelf, rows_of, topic_names
from reader.library.stories import NO_ROW, Changes, OpenStory, RelatedItem
from reader.model import (
    Archive,
    Count,
    Counts,
    Mark,
    Order,
    Problem,
    Related,
    RowId,
    Show,
    StoryId,
    StoryRow,
    Topic,
    View,
)
from reader.state import identity
from reader.state.keeper import Change, MarkKeeper
from reader.values import replace

# Parsing, syncing and searching are imported where they begin: none of it is needed for the first frame,
# and together they take as long to import as all the rest.
if TYPE_CHECKING:
    from reader.index.figures import Figures
    from reader.index.first import Entry
    from reader.index.sync import Progress, SyncReport
    from reader.query.tree import Node, Query


KEEPING_S: Final = 0.01
"""How long closing waits for the thread that keeps the shelf: without it the next start is slower."""

_QUICK_MERGE: Final = 5_000
"""So many stories of several archives are put into one order in some milliseconds."""

_BATCH: Final = 2_000
"""Stories marked in one write: nobody waits long for the lock."""


class Library:
    """Open archives with their marks.

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

    # -- opening, syncing, closing ---------------------------------------------------------------

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
        if self.counts().everything.total:
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

    def _has_news(self) -> bool:
        versions = [catalogue.version for catalogue in self._shelf.catalogues]
        return versions != [index.version() for index in self._indexes]

    # -- views -----------------------------------------------------------------------------------

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topic tree of all archives. Quick."""
        return self._shelf.tree

    @property
    def total(self) -> int:
        """How many stories there are. Quick."""
        return sum(len(catalogue) for catalogue in self._shelf.catalogues)

    def counts(self) -> Counts:
        """Unread and total of everything and of each topic, children included. Quick."""
        with self._lock:
            shelf = self._shelf
            return Counts(
                everything=_sum(catalogue.count("") for catalogue in shelf.catalogues),
                starred=sum(catalogue.starred for catalogue in shelf.catalogues)
                + sum(self.is_starred(row.story_id) for row in shelf.gone),
                topics={
                    name: _sum(catalogue.count(name) for catalogue in shelf.catalogues)
                    for name in topic_names(shelf.tree)
                },
                archives={
                    archive.name: catalogue.count("")
                    for archive, catalogue in zip(self.archives, shelf.catalogues, strict=False)
                    if len(self.archives) > 1
                },
            )

    def topic_counts(self, archive: str) -> dict[str, Count]:
        """Of the topics that one archive has stories of, by name, how many these are. Quick."""
        with self._lock:
            shelf = self._shelf
            number = next(place for place, one in enumerate(self.archives) if one.name == archive)
            catalogue = shelf.catalogues[number]
            counts = {name: catalogue.count(name) for name in topic_names(shelf.tree)}
            return {name: count for name, count in counts.items() if count.total}

    def quality_range(self) -> tuple[int, int]:
        """The lowest and the highest quality in the archives, for scaling a bar. Quick."""
        ranges = [catalogue.quality_range for catalogue in self._shelf.catalogues]
        return min((low for low, _ in ranges), default=0), max((high for _, high in ranges), default=0)

    def row_ids(self, view: View, also: Collection[int] = ()) -> Sequence[int]:
        """The stories of a view in its order, starred ones whose file is gone among them; may be empty.

        Later marks change nothing about it.

        Args:
            view: Which stories.
            also: Row ids that stay in the view whatever their marks are.
        """
        with self._lock:
            shelf = self._shelf
            gone = self._gone_of(shelf, view, also)
            if len(shelf.catalogues) > 1 and not view.archive and not gone:
                masks = [
                    catalogue.mask(view, _rows_in(number, also))
                    for number, catalogue in enumerate(shelf.catalogues)
                ]
                together = self._together(shelf)
            else:
                parts, together = self._parts(shelf, view, also), None
        return self._merged(shelf, parts, view, gone) if together is None else together.rows(view, masks)

    def is_quick(self, view: View) -> bool:
        """Whether `row_ids` takes a few milliseconds: all it needs is at hand."""
        shelf = self._shelf
        looked = [one for number, one in enumerate(shelf.catalogues) if self._is_in(view, number)]
        has_gone = bool(shelf.gone) and view.show is Show.STARRED
        if len(looked) <= 1 and not has_gone:
            return all(catalogue.is_ranked(view) for catalogue in looked)
        if not has_gone and self._together(shelf).is_ranked(view):
            return True
        # By title and the like, what several archives have is asked for.
        is_asked = view.order not in (Order.DATE, Order.QUALITY)
        return not is_asked and sum(map(len, looked)) <= _QUICK_MERGE

    def _together(self, shelf: Shelf) -> Together:
        if shelf.together is None:
            shelf.together = Together(self._indexes, shelf.catalogues)
        return shelf.together

    def _parts(self, shelf: Shelf, view: View, also: Collection[int] = ()) -> list[Sequence[int]]:
        """Of each archive the rows of a view."""
        return [
            catalogue.rows(view, _rows_in(number, also), base=number * BASE)
            if self._is_in(view, number)
            else ()
            for number, catalogue in enumerate(shelf.catalogues)
        ]

    def _is_in(self, view: View, number: int) -> bool:
        """Whether a view looks into an archive."""
        return not view.archive or view.archive == self.archives[number].name

    def search_ids(
        self, query: Query, view: View, also: Collection[int] = (), *, limit: int = 0
    ) -> Sequence[int]:
        """The stories of a view that a query finds, in its order, else in that of the view; may be empty.

        Args:
            query: What to find; what it says of the order counts more than the view.
            view: Which stories to look through.
            also: Row ids that stay whatever their marks are.
            limit: Only so many from the beginning, which is quicker; 0 for all.

        Raises:
            IndexFileError: If an index cannot be used.
            QueryError: If the query is more than SQLite can take.
        """
        from reader.index.search import search
        from reader.query.tree import with_children

        view = _ordered(view, query)
        shelf = self._shelf
        node = None if query.node is None else with_children(query.node, shelf.tree)
        notes = self._notes(shelf, node)
        parts = [
            search(
                self._indexes[number],
                node,
                catalogue,
                view,
                also=_rows_in(number, also),
                limit=limit,
                base=number * BASE,
                notes=_notes_in(notes, number),
            )
            if self._is_in(view, number)
            else ()
            for number, catalogue in enumerate(shelf.catalogues)
        ]
        with self._lock:
            gone = self._gone_of(shelf, view, also, node)
        ids = self._merged(shelf, parts, view, gone)
        return ids[:limit] if limit else ids

    def first_ids(self, view: View, limit: int, query: Query | None = None) -> Sequence[int]:
        """What `row_ids` or `search_ids` begin with, at most `limit`; needs no more than `open_marks`.

        An order that an index does not have, and a note or a star on a story that is gone, open the library
        first.

        Args:
            view: Which stories: of any topic, and not those with a star, some of which are in no index.
            limit: 1 and up.
            query: What to find; what it says of the order counts more than the view.

        Raises:
            IndexFileError: If an index cannot be used.
            QueryError: If the query is more than SQLite can take.
        """
        from reader.index.first import ORDERS, first

        ordered = view if query is None else _ordered(view, query)
        has_gone = bool(self._shelf.gone) and query is not None and any(_seeks_gone(view, query.node))
        if self._is_open or has_gone or ordered.order not in ORDERS:
            self.open()
            return self.row_ids(view)[:limit] if query is None else self.search_ids(query, view, limit=limit)
        shelf, node = self._shelf, None
        if query is not None and query.node is not None:
            from reader.query.tree import with_children

            node = with_children(query.node, shelf.tree)
        view = view if query is None else _ordered(view, query)
        notes = self._notes(shelf, node)
        entries: list[Entry] = []
        for number, index in enumerate(self._indexes):
            base = number * BASE
            read, starred = marked_rows(shelf.marked, number)
            found = first(
                index,
                view,
                limit,
                is_read=read,
                is_starred=starred,
                node=node,
                notes=_notes_in(notes, number),
            )
            entries += [(one, two, title, base + row) for one, two, title, row in found]
        entries.sort(key=lambda entry: entry[:3])
        return array("q", [entry[3] for entry in entries[:limit]])

    def provider_names(self) -> list[str]:
        """Who published the stories, sorted: what a query can be completed with."""
        return sorted({name for index in self._indexes for name in index.provider_names()}, key=str.casefold)

    def rows(self, row_ids: Iterable[int]) -> list[StoryRow]:
        """These stories in this order, the vanished left out. Quick for a window of them."""
        found: dict[int, StoryRow] = {}
        by_archive: dict[int, list[int]] = {}
        wanted = list(row_ids)
        gone = self._shelf.gone
        for row_id in wanted:
            if row_id > 0:
                by_archive.setdefault(row_id // BASE, []).append(row_id % BASE)
            elif -row_id <= len(gone):
                found[row_id] = gone[-row_id - 1]
        for number, rows in by_archive.items():
            base = number * BASE
            for row in self._indexes[number].rows(rows, base=base):
                found[row.row_id] = row
        return [found[row_id] for row_id in wanted if row_id in found]

    def next_unread(self, row_ids: Sequence[int], start: int, step: int) -> int | None:
        """The place in `row_ids` of the first unread story after `start`, before it with -1, or None. Quick.

        Linear only in the read stories that are passed over, 20 ns each.
        """
        catalogues = self._shelf.catalogues
        places = range(start + 1, len(row_ids)) if step > 0 else range(start - 1, -1, -1)
        for place in places:
            row_id = row_ids[place]
            if row_id > 0 and not catalogues[row_id // BASE].is_read(row_id % BASE):
                return place
        return None

    def unread_count(self, row_ids: Sequence[int]) -> int:
        """How many of these stories are unread; 0.1 µs each."""
        catalogues = self._shelf.catalogues
        if len(catalogues) == 1:
            return catalogues[0].unread_among(row_ids)
        by_archive: list[list[int]] = [[] for _ in catalogues]
        for row_id in row_ids:
            if row_id > 0:
                by_archive[row_id // BASE].append(row_id % BASE)
        return sum(
            catalogue.unread_among(rows) for catalogue, rows in zip(catalogues, by_archive, strict=True)
        )

    def unread_in(self, view: View) -> int:
        """How many unread stories a view has; its query does not count. Quick: a few calls into C."""
        with self._lock:
            return sum(
                catalogue.unread_in(view)
                for number, catalogue in enumerate(self._shelf.catalogues)
                if self._is_in(view, number)
            )

    def find(self, story_id: StoryId) -> RowId | None:
        """The row of a story, or None where no open archive has it."""
        return rows_of(self._indexes, [story_id]).get(story_id)

    def named(self, names: Iterable[str]) -> list[RowId]:
        """The stories whose file has one of these names, without folder and suffix; in no order."""
        stems = set(names)
        return [
            RowId(number * BASE + row)
            for number, index in enumerate(self._indexes)
            for row, path, _ in index.candidates((), stems)
            if identity.stem(index.story_id(path)) in stems
        ]

    # -- one story -------------------------------------------------------------------------------

    def story(self, row: StoryRow) -> OpenStory:
        """A story read from its file, with its related coverage.

        Raises:
            StoryFileError: If the file is gone or cannot be read.
        """
        if row.row_id <= 0:
            raise StoryFileError(
                "related coverage without a file of its own; this is what was kept with its mark"
                if identity.is_related(row.story_id)
                else "no open archive holds the file of this story; this is what was kept with its mark"
            )
        from reader.archive.storyfile import read_story

        index = self._indexes[row.row_id // BASE]
        path = index.path_of(row.row_id % BASE)
        story = None if path is None else read_story(index.archive, path)
        if story is None:
            raise StoryFileError("the file of this story is gone")
        return OpenStory(row, story, tuple(self._related_item(row, item) for item in story.related))

    def file_of(self, row: StoryRow) -> Path | None:
        """Where the story's file lies, or None for what has none."""
        if row.row_id <= 0:
            return None
        index = self._indexes[row.row_id // BASE]
        path = index.path_of(row.row_id % BASE)
        return None if path is None else index.archive.root / path

    def problems(self) -> list[tuple[Archive, Problem]]:
        """Everything wrong with the files of the archives."""
        return [(index.archive, problem) for index in self._indexes for problem in index.problems()]

    def index_files(self) -> list[tuple[Archive, Path, int]]:
        """Of each archive where its index lies, and how many stories that holds."""
        from reader.index.figures import story_count

        return [(index.archive, index.file.path, story_count(index)) for index in self._indexes]

    def figures(self) -> Figures:
        """How many stories there are by provider, month and quality."""
        from reader.index.figures import figures, summed

        return summed(map(figures, self._indexes))

    def problem_count(self) -> int:
        """How many problems there are."""
        return sum(index.problem_count() for index in self._indexes)

    def index_files_on_disk(self) -> list[Path]:
        """The files that the stories are read from; some of them need not exist."""
        databases = [index.file.path for index in self._indexes]
        return [*databases, *(path.with_name(f"{path.name}-wal") for path in databases)]

    def files(self) -> list[Path]:
        """All files and folders that decide what a start shows; some of them need not exist."""
        return [self.keeper.path, *self.index_files_on_disk(), *(archive.root for archive in self.archives)]

    def index_trouble(self) -> str:
        """Why an index is kept in memory only, in a sentence; empty if none is. Quick."""
        return next((index.file.trouble for index in self._indexes if index.file.trouble), "")

    # -- marks -----------------------------------------------------------------------------------

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

    def set_read(self, row: StoryRow, is_read: bool) -> None:
        """Mark a story read or unread, for good. Quick; disk trouble is told through `on_trouble`."""
        self._record(row, is_read=is_read)

    def set_starred(self, row: StoryRow, is_starred: bool) -> None:
        """Star a story or take its star away, for good. Quick; disk trouble is told as above."""
        self._record(row, is_starred=is_starred)

    def set_note(self, row: StoryRow, text: str) -> None:
        """Write a note on a story, one line, for good; an empty one takes it away. Quick, as above."""
        self._record(row, note=clean.line(text))

    def set_read_many(self, row_ids: Sequence[int]) -> list[StoryId]:
        """Mark these stories read, in a few writes; gives those that were not. Not quick.

        What is marked by hand meanwhile stays as it is marked: that came later.
        """
        marked: list[StoryId] = []
        with self._heeding_later_presses() as pressed:
            for first in range(0, len(row_ids), _BATCH):
                batch = [row for row in row_ids[first : first + _BATCH] if not self._shelf.is_read(row)]
                rows = [row for row in self.rows(batch) if row.story_id and not self.is_read(row.story_id)]
                adopted = self._shelf.adopted
                moved = [row for row in rows if row.story_id in adopted and row.story_id not in pressed]
                for row in moved:  # what they were marked under their old ids goes over
                    self.set_read(row, True)
                marked += [row.story_id for row in moved]
                stories = {row.story_id: (row.row_id, row.url) for row in rows}
                marked += self._record_many(stories, is_read=True)
        return marked

    def set_read_again(self, story_ids: Sequence[StoryId], *, is_read: bool) -> None:
        """Mark stories that have marks already read or unread, in a few writes, as above. Not quick."""
        with self._heeding_later_presses():
            for first in range(0, len(story_ids), _BATCH):
                batch = story_ids[first : first + _BATCH]
                rows = rows_of(self._indexes, batch)
                stories = {story_id: (rows.get(story_id, NO_ROW), "") for story_id in batch}
                self._record_many(stories, is_read)

    @contextlib.contextmanager
    def _heeding_later_presses(self) -> Iterator[set[StoryId]]:
        """While many are marked: what was marked by hand since that began."""
        pressed = self._pressed = set()
        try:
            yield pressed
        finally:
            self._pressed = set()

    def _record_many(self, stories: Mapping[StoryId, tuple[RowId, str]], is_read: bool) -> list[StoryId]:
        """Mark stories, of which row and address are given; gives those that were not so before."""
        with self._lock:
            changes: list[Change] = []
            rows: list[tuple[RowId, bool]] = []
            for story_id, (row_id, url) in stories.items():
                mark = self.keeper.get(story_id)
                if bool(mark and mark.is_read) != is_read and story_id not in self._pressed:
                    # With the address again, so that the line before says nothing more and is dropped.
                    url = url or (mark.url if mark else "")
                    changes.append(Change(story_id, is_read=is_read, url=url))
                    rows.append((row_id, bool(mark and mark.is_starred)))
            self.keeper.record(changes)
            self._changed.update(change.story_id for change in changes)
            self._has_unkept_marks = True
            for row_id, is_starred in rows:
                if row_id > 0:
                    self._shelf.mark(row_id, is_read=is_read, is_starred=is_starred)
            return [change.story_id for change in changes]

    def _record(
        self,
        row: StoryRow,
        *,
        is_read: bool | None = None,
        is_starred: bool | None = None,
        note: str | None = None,
    ) -> None:
        if not row.story_id:
            return
        with self._lock:
            self._pressed.add(row.story_id)
            if self.keeper.get(row.story_id) is None and (old := self.mark_of(row.story_id)) is not None:
                # A moved story leaves its old id behind with this press: all marks go over.
                is_read = old.is_read if is_read is None else is_read
                is_starred = old.is_starred if is_starred is None else is_starred
                note = (old.note or None) if note is None else note
            keeps = bool(is_starred or note)
            change = Change(
                story_id=row.story_id,
                is_read=is_read,
                is_starred=is_starred,
                url=row.url,
                title=row.title if keeps else "",
                provider=(row.provider.name or row.provider.domain) if keeps else "",
                published_at=row.published_at if keeps else None,
                excerpt=row.excerpt if keeps else "",
                quality=row.quality if keeps else None,
                note=note,
            )
            self.keeper.record([change])
            self._changed.add(row.story_id)
            self._has_unkept_marks = True
            if row.row_id > 0:
                self._apply(row.row_id, row.story_id)
            elif keeps:
                self._list_gone(row.story_id)

    def _list_gone(self, story_id: StoryId) -> None:
        """An item without a file stands under Starred at once, not only after the next reload."""
        gone, mark = self._shelf.gone, self.keeper.get(story_id)
        if mark is not None and all(row.story_id != story_id for row in gone):
            gone.append(gone_row(len(gone) + 1, mark))

    def _apply(self, row_id: RowId, story_id: StoryId) -> None:
        is_read, is_starred = self.is_read(story_id), self.is_starred(story_id)
        self._shelf.mark(row_id, is_read=is_read, is_starred=is_starred)

    # -- how a shelf is read ---------------------------------------------------------------------

    def _read_shelf(self) -> Shelf:
        return read_shelf(self._indexes, self.keeper, self._read_tree())

    def _read_tree(self) -> tuple[Topic, ...]:
        files = [file for index in self._indexes for file in index.topic_files()]
        names = {name for index in self._indexes for name in index.topic_names()}
        return topic_tree(files, sorted(names))

    def _merged(
        self, shelf: Shelf, parts: Sequence[Sequence[int]], view: View, gone: Collection[StoryRow]
    ) -> Sequence[int]:
        """The rows of all archives, and stories that are gone, as row ids in the order of the view."""
        filled = [part for part in parts if part]
        if len(filled) <= 1 and not gone:
            return filled[0] if filled else array("q")
        by_id: dict[int, StoryRow] = {row.row_id: row for row in gone}
        return merged(self._indexes, shelf.catalogues, parts, view, by_id)

    def _gone_of(
        self, shelf: Shelf, view: View, also: Collection[int] = (), node: Node | None = None
    ) -> list[StoryRow]:
        """The stories that are gone, where a view has them, and a query finds them.

        A query for notes or stars also finds them outside Starred, by the note or the star on them: it may
        be on related coverage, which has no file of its own.
        """
        if not shelf.gone or view.topic or view.archive:
            return []
        by_note, by_star = _seeks_gone(view, node)
        if view.show is not Show.STARRED and not (by_note or by_star):
            return []
        return [
            row
            for row in shelf.gone
            if (row.row_id in also or self._is_in_show(row.story_id, view.show, by_note, by_star))
            and _is_above_floor(row, view)
            and self._fits_gone(node, row, stays=row.row_id in also)
        ]

    def _fits_gone(self, node: Node | None, row: StoryRow, *, stays: bool) -> bool:
        """Whether a query finds a story that is gone: by its marks, or by any if it stays."""
        from reader.query.match import doc_of_gone, matches

        mark = self.mark_of(row.story_id)
        assert mark is not None  # for its mark it is listed
        marks = product((False, True), repeat=2) if stays else [(bool(mark.is_read), bool(mark.is_starred))]
        return any(
            matches(node, doc_of_gone(row, is_read=is_read, is_starred=is_starred, note=mark.note))
            for is_read, is_starred in marks
        )

    def _is_in_show(self, story_id: StoryId, show: Show, by_note: bool, by_star: bool) -> bool:
        """Whether a story that is gone is among those that a view keeps."""
        if show is Show.STARRED:
            return self.is_starred(story_id)
        is_kept = show is Show.ALL or not self.is_read(story_id)
        is_noted = by_note and bool(self.note_of(story_id))
        return is_kept and (is_noted or (by_star and self.is_starred(story_id)))

    def _notes(self, shelf: Shelf, node: Node | None) -> dict[RowId, str]:
        """The user's notes by row, if the query asks for any."""
        if node is None:
            return {}
        from reader.query.tree import asks_for_notes

        if not asks_for_notes(node):
            return {}
        owners = {old: story_id for story_id, old in shelf.adopted.items()}
        notes = {owners.get(story_id, story_id): note for story_id, note in self.keeper.notes().items()}
        return {row_id: notes[story_id] for story_id, row_id in rows_of(self._indexes, notes).items()}

    def _related_item(self, lead: StoryRow, related: Related) -> RelatedItem:
        for number, index in enumerate(self._indexes):
            for row in index.rows(index.rows_with_url(related.url)[:1], base=number * BASE):
                if row.story_id != lead.story_id:
                    return RelatedItem(related, row)
        key = links.url_key(related.url)
        row = StoryRow(
            row_id=NO_ROW,
            story_id=StoryId(f"url:{key}" if key else ""),
            title=related.title,
            excerpt=related.excerpt,
            published_at=related.published_at,
            url=related.url,
            kind=related.kind,
            quality=related.quality,
            is_published=related.is_published,
            provider=related.provider,
            topics=related.topics,
        )
        return RelatedItem(related, row)


def _rows_in(number: int, row_ids: Iterable[int]) -> list[int]:
    """Of the row ids those of an archive, as rows of its index."""
    return [row_id % BASE for row_id in row_ids if row_id // BASE == number]


def _notes_in(notes: Mapping[RowId, str], number: int) -> dict[int, str]:
    """Of the notes those of an archive, by rows of its index."""
    return {row_id % BASE: note for row_id, note in notes.items() if row_id // BASE == number}


def _is_above_floor(row: StoryRow, view: View) -> bool:
    if view.quality_floor is None:
        return True
    return row.quality is not None and row.quality >= view.quality_floor


def _seeks_gone(view: View, node: Node | None) -> tuple[bool, bool]:
    """Whether a query may find a story that is gone by its note, and whether by its star, in this view."""
    if node is None or view.show not in (Show.ALL, Show.UNREAD):
        return False, False
    from reader.query.tree import seeks_notes, seeks_starred

    return seeks_notes(node), seeks_starred(node)


def _ordered(view: View, query: Query) -> View:
    """The view in the order that a query asks for, if it does."""
    return replace(
        view,
        order=query.order or view.order,
        is_reversed=view.is_reversed if query.is_reversed is None else query.is_reversed,
    )


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
            return sync(index, on_progress, is_cancelled, is_begun_only=is_begun_only)
        except DamagedIndexError:
            index.rebuild(WAS_DAMAGED)
            return sync(index, on_progress, is_cancelled)
    except (DamagedIndexError, UnwritableIndexError) as error:
        # A full disk, or one that breaks whatever is written to it: the stories are to be read all the same.
        if index.file.trouble or is_cancelled():
            raise
        index.leave_disk(error)
        return sync(index, on_progress, is_cancelled)


def _sum(counts: Iterable[Count]) -> Count:
    unread = total = 0
    for count in counts:
        unread += count.unread
        total += count.total
    return Count(unread, total)
