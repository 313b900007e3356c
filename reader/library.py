"""The one door of both front ends: archives, their indexes and the marks, joined.

Methods marked *quick* are for the event loop: bounded, a fraction of a millisecond, never linear in the
archive. All others belong in a worker thread or in a command without a screen.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reader import links, locations
from reader.archive.topics import topic_tree
from reader.errors import StoryFileError
from reader.index.catalogue import UNKNOWN_DATE, Catalogue
from reader.index.connection import DamagedIndexError
from reader.index.stories import EPOCH, StoryIndex
from reader.model import (
    Archive,
    Count,
    Counts,
    Mark,
    Order,
    Problem,
    Provider,
    Related,
    RowId,
    Show,
    Story,
    StoryId,
    StoryRow,
    Topic,
    View,
)
from reader.state import identity
from reader.state.keeper import Change, MarkKeeper

# Parsing, syncing and searching are imported where they begin: none of it is needed for the first frame,
# and together they take as long to import as all the rest.
if TYPE_CHECKING:
    from reader.index.figures import Figures
    from reader.index.first import Entry
    from reader.index.sync import Progress, SyncReport
    from reader.query.tree import Node, Query

NO_ROW: Final = RowId(0)
"""The row id of a related item that is no story here."""

_BASE: Final = 1 << 40
"""Row ids of the n-th archive begin at n times this."""


@dataclass(frozen=True, slots=True)
class RelatedItem:
    """An entry of related coverage and the story it is.

    Attributes:
        related: What the lead story's file says of it.
        row: Under which id it is read and starred: a story of an open archive where its address is that of
            one, else an id made of the address; with an empty id it cannot be marked.
    """

    related: Related
    row: StoryRow


@dataclass(frozen=True, slots=True)
class OpenStory:
    """A story read whole, for the story pane."""

    row: StoryRow
    story: Story
    related: tuple[RelatedItem, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What others did since the last look: to marks (ids), to an index."""

    marks: frozenset[StoryId] = frozenset()
    has_new_stories: bool = False


@dataclass(slots=True)
class _Shelf:
    """Everything that is computed from indexes and marks together, replaced as a whole by `reload`."""

    tree: tuple[Topic, ...] = ()
    catalogues: list[Catalogue] = field(default_factory=list)
    adopted: dict[StoryId, StoryId] = field(default_factory=dict)
    gone: list[StoryRow] = field(default_factory=list)
    marked: dict[RowId, Mark] = field(default_factory=dict)


class Library:
    """Open archives with their marks.

    Args:
        archives: At least one; the first may not be missing from `reader.archive.scan.open_archive`.
        state_folder: Where the marks are kept.
        cache_folder: Where the indexes are kept.
        on_trouble: Called from any thread when marks cannot be saved (a sentence) and when they can again
            (an empty string).
    """

    def __init__(
        self,
        archives: Sequence[Archive],
        *,
        state_folder: Path | None = None,
        cache_folder: Path | None = None,
        on_trouble: Callable[[str], None] | None = None,
    ) -> None:
        self.archives = tuple(archives)
        folder = (cache_folder or locations.cache_dir()) / "index"
        self._indexes = [StoryIndex(archive, folder, identity.stem) for archive in self.archives]
        self._versions: list[int] = []
        self.keeper = MarkKeeper(state_folder or locations.config_dir(), on_trouble=on_trouble)
        self._shelf = _Shelf(catalogues=[Catalogue((), {}, ()) for _ in self._indexes])
        self._lock = threading.RLock()
        self._reloading = threading.RLock()
        self._changed: set[StoryId] = set()
        self._is_synced = False

    # -- opening, syncing, closing ---------------------------------------------------------------

    def open(self) -> None:
        """Read the marks and what the indexes know. Call once, before anything else."""
        self.keeper.load()
        self.reload()

    def open_marks(self, *, has_topics: bool = False) -> None:
        """Read the marks only, in place of `open`: for `first_ids`, and for stories one has the id of.

        Args:
            has_topics: Whether to read the topic tree as well: 10 ms at 100,000 stories.

        Raises:
            IndexFileError: If an index cannot be used.
        """
        self.keeper.load()
        shelf = self._read_marks()
        shelf.catalogues = self._shelf.catalogues
        shelf.tree = self._read_tree() if has_topics else ()
        with self._lock:
            self._shelf = shelf

    def close(self) -> None:
        """Save what is not saved yet; close the files. Quick unless the disk is not."""
        self.keeper.close()
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
        reports = [_sync(index, on_progress, is_cancelled) for index in self._indexes]
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
            with self._lock:
                self._changed.clear()
            # Before reading: what another instance writes meanwhile is news to the next look.
            versions = [index.version() for index in self._indexes]
            try:
                shelf = self._read_shelf()
            except DamagedIndexError:
                self._rebuild_damaged()
                shelf = self._read_shelf()
            with self._lock:
                self._shelf, self._versions = shelf, versions
                # Marks set while the shelf was being read may not be in it yet.
                for story_id, row_id in self._rows_of(self._changed).items():
                    self._apply(row_id, story_id)

    def _rebuild_damaged(self) -> None:
        for index in self._indexes:
            if index.file.is_damaged:
                index.rebuild()
                if self._is_synced:
                    _sync(index)

    def poll(self) -> Changes:
        """Look for what other instances and sync tools did; cheap when they did nothing.

        Marks that changed are taken in, but for those of stories that need a `reload` to be found.
        """
        changed = self.keeper.poll()
        with self._lock:
            self._changed |= changed
        rows = self._rows_of(changed)
        with self._lock:
            for story_id, row_id in rows.items():
                self._apply(row_id, story_id)
        has_news = [index.version() for index in self._indexes] != self._versions
        return Changes(changed, has_news or len(rows) < len(changed))

    # -- views -----------------------------------------------------------------------------------

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topic tree of all archives. Quick."""
        return self._shelf.tree

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
                    for name in _names(shelf.tree)
                },
            )

    def quality_range(self) -> tuple[int, int]:
        """The lowest and the highest quality in the archives, for scaling a bar. Quick."""
        ranges = [catalogue.quality_range for catalogue in self._shelf.catalogues]
        return min(low for low, _ in ranges), max(high for _, high in ranges)

    def row_ids(self, view: View, also: Collection[int] = ()) -> array[int]:
        """The stories of a view in its order, starred ones whose file is gone among them; may be empty.

        Args:
            view: Which stories.
            also: Row ids that stay in the view whatever their marks are.
        """
        with self._lock:
            shelf = self._shelf
            parts = [
                catalogue.rows(view, [row_id % _BASE for row_id in also if row_id // _BASE == number])
                for number, catalogue in enumerate(shelf.catalogues)
            ]
            gone = self._gone_ids(shelf, also) if view.show is Show.STARRED and not view.topic else []
        return self._merged(shelf, parts, view, gone)

    def search_ids(
        self, query: Query, view: View, also: Collection[int] = (), *, limit: int = 0
    ) -> array[int]:
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
        parts = [
            search(
                self._indexes[number],
                node,
                catalogue,
                view,
                also=[row_id % _BASE for row_id in also if row_id // _BASE == number],
                limit=limit,
            )
            for number, catalogue in enumerate(shelf.catalogues)
        ]
        gone: list[int] = []
        if view.show is Show.STARRED and not view.topic:
            with self._lock:
                gone = self._gone_ids(shelf, also, node)
        ids = self._merged(shelf, parts, view, gone)
        return ids[:limit] if limit else ids

    def first_ids(self, view: View, limit: int, query: Query | None = None) -> array[int]:
        """What `row_ids` or `search_ids` begin with, at most `limit`; needs no more than `open_marks`.

        Args:
            view: Which stories: of any topic, and not those with a star, some of which are in no index.
            limit: 1 and up.
            query: What to find; what it says of the order counts more than the view.

        Raises:
            IndexFileError: If an index cannot be used.
            QueryError: If the query is more than SQLite can take.
        """
        from reader.index.first import first

        shelf, node = self._shelf, None
        if query is not None and query.node is not None:
            from reader.query.tree import with_children

            node = with_children(query.node, shelf.tree)
        view = view if query is None else _ordered(view, query)
        entries: list[Entry] = []
        for number, index in enumerate(self._indexes):
            base = number * _BASE
            read, starred = _marked_rows(shelf.marked, number)
            found = first(index, view, limit, is_read=read, is_starred=starred, node=node)
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
                by_archive.setdefault(row_id // _BASE, []).append(row_id % _BASE)
            elif -row_id <= len(gone):
                found[row_id] = gone[-row_id - 1]
        for number, rows in by_archive.items():
            base = number * _BASE
            for row in self._indexes[number].rows(rows, base=base):
                found[row.row_id] = row
        return [found[row_id] for row_id in wanted if row_id in found]

    def next_unread(self, row_ids: array[int], start: int, step: int) -> int | None:
        """The place in `row_ids` of the first unread story after `start`, before it with -1, or None. Quick.

        Linear only in the read stories that are passed over, 20 ns each.
        """
        catalogues = self._shelf.catalogues
        places = range(start + 1, len(row_ids)) if step > 0 else range(start - 1, -1, -1)
        for place in places:
            row_id = row_ids[place]
            if row_id > 0 and not catalogues[row_id // _BASE].is_read(row_id % _BASE):
                return place
        return None

    def find(self, story_id: StoryId) -> RowId | None:
        """The row of a story, or None where no open archive has it."""
        return self._rows_of([story_id]).get(story_id)

    def named(self, names: Iterable[str]) -> list[RowId]:
        """The stories whose file has one of these names, without folder and suffix; in no order."""
        stems = set(names)
        return [
            RowId(number * _BASE + row)
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
                "related coverage without a file of its own: its link is kept with its star"
                if identity.is_related(row.story_id)
                else "no open archive holds the file of this story; its link is kept with its star"
            )
        from reader.archive.storyfile import read_story

        index = self._indexes[row.row_id // _BASE]
        path = index.path_of(row.row_id % _BASE)
        story = None if path is None else read_story(index.archive, path)
        if story is None:
            raise StoryFileError("the file of this story is gone; r looks at the archive again")
        return OpenStory(row, story, tuple(self._related_item(row, item) for item in story.related))

    def file_of(self, row: StoryRow) -> Path | None:
        """Where the story's file lies, or None for what has none."""
        if row.row_id <= 0:
            return None
        index = self._indexes[row.row_id // _BASE]
        path = index.path_of(row.row_id % _BASE)
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

    def set_read(self, row: StoryRow, is_read: bool) -> None:
        """Mark a story read or unread, for good. Quick; disk trouble is told through `on_trouble`."""
        self._record(row, is_read=is_read)

    def set_starred(self, row: StoryRow, is_starred: bool) -> None:
        """Star a story or take its star away, for good. Quick; disk trouble is told as above."""
        self._record(row, is_starred=is_starred)

    def _record(self, row: StoryRow, *, is_read: bool | None = None, is_starred: bool | None = None) -> None:
        if not row.story_id:
            return
        with self._lock:
            if self.keeper.get(row.story_id) is None and (old := self.mark_of(row.story_id)) is not None:
                # A moved story leaves its old id behind with this press: both marks go over.
                is_read = old.is_read if is_read is None else is_read
                is_starred = old.is_starred if is_starred is None else is_starred
            keeps = bool(is_starred)
            change = Change(
                story_id=row.story_id,
                is_read=is_read,
                is_starred=is_starred,
                url=row.url,
                title=row.title if keeps else "",
                provider=(row.provider.name or row.provider.domain) if keeps else "",
                published_at=row.published_at if keeps else None,
            )
            self.keeper.record([change])
            self._changed.add(row.story_id)
            if row.row_id > 0:
                self._apply(row.row_id, row.story_id)
            elif is_starred:
                self._list_starred(row.story_id)

    def _list_starred(self, story_id: StoryId) -> None:
        """A starred item without a file stands under Starred at once, not only after the next reload."""
        gone, mark = self._shelf.gone, self.keeper.get(story_id)
        if mark is not None and all(row.story_id != story_id for row in gone):
            gone.append(_gone_row(len(gone) + 1, mark))

    def _apply(self, row_id: RowId, story_id: StoryId) -> None:
        catalogue = self._shelf.catalogues[row_id // _BASE]
        if row_id % _BASE in catalogue:
            is_read, is_starred = self.is_read(story_id), self.is_starred(story_id)
            catalogue.mark(row_id % _BASE, is_read=is_read, is_starred=is_starred)

    # -- how a shelf is read ---------------------------------------------------------------------

    def _read_shelf(self) -> _Shelf:
        tree = self._read_tree()
        catalogues = [index.catalogue(tree) for index in self._indexes]
        shelf = self._read_marks()
        for row_id, mark in shelf.marked.items():
            _mark(catalogues, row_id, mark)
        return replace(shelf, tree=tree, catalogues=catalogues, marked={})

    def _read_marks(self) -> _Shelf:
        """A shelf with nothing but marks: whose they are by now."""
        marks = self.keeper.marks()
        rows = self._rows_of(mark.story_id for mark in marks)
        orphans = [mark for mark in marks if mark.story_id not in rows]
        owners = self._owners(orphans, rows)
        adopted = {story_id: old for story_id, old in owners.items() if self.keeper.get(story_id) is None}
        marked = {rows[mark.story_id]: mark for mark in marks if mark.story_id in rows}
        by_id = {mark.story_id: mark for mark in orphans}
        marked.update((rows[story_id], by_id[old_id]) for story_id, old_id in adopted.items())
        # What a moved story left behind when it was pressed again is no story that is gone.
        taken = set(owners.values())
        kept = [mark for mark in orphans if mark.is_starred and mark.story_id not in taken]
        kept.sort(key=lambda mark: (mark.published_at or EPOCH, mark.title), reverse=True)
        gone = [_gone_row(number, mark) for number, mark in enumerate(kept, start=1)]
        return _Shelf(adopted=adopted, gone=gone, marked=marked)

    def _read_tree(self) -> tuple[Topic, ...]:
        files = [file for index in self._indexes for file in index.topic_files()]
        names = {name for index in self._indexes for name in index.topic_names()}
        return topic_tree(files, sorted(names))

    def _rows_of(self, story_ids: Iterable[StoryId]) -> dict[StoryId, RowId]:
        found: dict[StoryId, RowId] = {}
        wanted = list(story_ids)
        for number, index in enumerate(self._indexes):
            prefix = f"{index.archive.name}/"
            paths = {story_id[len(prefix) :]: story_id for story_id in wanted if story_id.startswith(prefix)}
            for path, row in index.rows_at(paths).items():
                found.setdefault(paths[path], RowId(number * _BASE + row))
        return found

    def _owners(self, orphans: Sequence[Mark], rows: dict[StoryId, RowId]) -> dict[StoryId, StoryId]:
        """Which stories the orphans are the old marks of; their rows are added to `rows`.

        Stories with marks of their own are among them: what was theirs is not free for another one.
        """
        if not orphans:
            return {}
        url_keys = {links.url_key(mark.url) for mark in orphans}
        url_keys |= {
            mark.story_id.removeprefix("url:") for mark in orphans if mark.story_id.startswith("url:")
        }
        stems = {identity.stem(mark.story_id) for mark in orphans}
        candidates: list[identity.Candidate] = []
        for number, index in enumerate(self._indexes):
            for row, path, url_key in index.candidates(url_keys, stems):
                story_id = index.story_id(path)
                candidates.append(identity.Candidate(story_id, url_key))
                rows[story_id] = RowId(number * _BASE + row)
        return identity.adopt(orphans, candidates)

    def _merged(
        self, shelf: _Shelf, parts: Sequence[array[int]], view: View, gone: Sequence[int]
    ) -> array[int]:
        """The rows of all archives, and stories that are gone, as row ids in the order of the view."""
        if len(parts) == 1 and not gone:
            return parts[0]
        ranked = _ranked(shelf.catalogues, parts, view)
        if gone:
            ranked += [_gone_rank(shelf.gone[-row_id - 1], view) for row_id in gone]
            ranked.sort(key=_rank)
        titles: dict[int, str] = {}
        for number, rows in _tied(ranked).items():
            found = self._indexes[number].titles(rows)
            titles.update((number * _BASE + row, title) for row, title in found.items())
        if titles:
            ranked.sort(key=lambda entry: (*entry[:2], titles.get(entry[2], "")))
        return array("q", [row_id for _, _, row_id in ranked])

    def _gone_ids(self, shelf: _Shelf, also: Collection[int], node: Node | None = None) -> list[int]:
        from reader.query.match import doc_of_gone, matches

        return [
            row.row_id
            for row in shelf.gone
            if (row.row_id in also or self.is_starred(row.story_id))
            and matches(node, doc_of_gone(row, is_read=self.is_read(row.story_id)))
        ]

    def _related_item(self, lead: StoryRow, related: Related) -> RelatedItem:
        for number, index in enumerate(self._indexes):
            for row in index.rows(index.rows_with_url(related.url)[:1], base=number * _BASE):
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


def _mark(catalogues: Sequence[Catalogue], row_id: RowId, mark: Mark) -> None:
    catalogue = catalogues[row_id // _BASE]
    if row_id % _BASE in catalogue:
        catalogue.mark(row_id % _BASE, is_read=bool(mark.is_read), is_starred=bool(mark.is_starred))


def _marked_rows(
    marked: Mapping[RowId, Mark], number: int
) -> tuple[Callable[[int], bool], Callable[[int], bool]]:
    """Whether a row of an archive is read, and whether it is starred."""
    here = {row_id % _BASE: mark for row_id, mark in marked.items() if row_id // _BASE == number}
    read = frozenset(row for row, mark in here.items() if mark.is_read)
    return read.__contains__, frozenset(row for row, mark in here.items() if mark.is_starred).__contains__


def _ordered(view: View, query: Query) -> View:
    """The view in the order that a query asks for, if it does."""
    return replace(
        view,
        order=query.order or view.order,
        is_reversed=view.is_reversed if query.is_reversed is None else query.is_reversed,
    )


def _gone_row(number: int, mark: Mark) -> StoryRow:
    return StoryRow(
        row_id=RowId(-number),
        story_id=mark.story_id,
        title=mark.title or mark.url or mark.story_id,
        published_at=mark.published_at,
        url=mark.url,
        provider=Provider(name=mark.provider),
        is_gone=True,
    )


def _ranked(
    catalogues: Sequence[Catalogue], parts: Sequence[array[int]], view: View
) -> list[tuple[float, float, int]]:
    """Two sort keys and the row id of each row, sorted by the keys."""
    ranked: list[tuple[float, float, int]] = []
    sign = 1 if view.is_reversed else -1
    for number, (catalogue, rows) in enumerate(zip(catalogues, parts, strict=True)):
        dates, scores = catalogue.published_us(), catalogue.quality()
        for row in rows:
            row_id = number * _BASE + row
            if view.order is Order.QUALITY:
                score = scores.get(row)
                ranked.append((float("inf") if score is None else sign * score, -dates[row], row_id))
            else:
                ranked.append((sign * dates[row] if dates[row] > UNKNOWN_DATE else float("inf"), 0, row_id))
    ranked.sort(key=_rank)
    return ranked


def _gone_rank(row: StoryRow, view: View) -> tuple[float, float, int]:
    """The same for a story that is gone, of which no quality is known."""
    if row.published_at is None:
        return float("inf"), 0, row.row_id
    date = (row.published_at - EPOCH) // timedelta(microseconds=1)
    if view.order is Order.QUALITY:
        return float("inf"), -date, row.row_id
    return (date if view.is_reversed else -date), 0, row.row_id


def _rank(entry: tuple[float, float, int]) -> tuple[float, float]:
    return entry[:2]


def _tied(ranked: Iterable[tuple[float, float, int]]) -> dict[int, list[int]]:
    """By archive the rows that rank alike with one of another archive."""
    tied: dict[int, list[int]] = {}
    for _, group in groupby(ranked, _rank):
        row_ids = [row_id for _, _, row_id in group if row_id > 0]
        if len({row_id // _BASE for row_id in row_ids}) > 1:
            for row_id in row_ids:
                tied.setdefault(row_id // _BASE, []).append(row_id % _BASE)
    return tied


def _sync(
    index: StoryIndex,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> SyncReport:
    from reader.index import folders
    from reader.index.sync import sync

    # Seen before the sync: what changes meanwhile is then looked at again.
    seen = folders.look(index.archive)
    try:
        if index.file.is_damaged:
            index.rebuild()
        report = sync(index, on_progress, is_cancelled)
    except DamagedIndexError:
        index.rebuild()
        report = sync(index, on_progress, is_cancelled)
    if seen and not report.was_cancelled:
        folders.remember(index, seen)
    return report


def _sum(counts: Iterable[Count]) -> Count:
    unread = total = 0
    for count in counts:
        unread += count.unread
        total += count.total
    return Count(unread, total)


def _names(tree: Sequence[Topic]) -> list[str]:
    names: list[str] = []
    todo = list(tree)
    while todo:
        topic = todo.pop()
        names.append(topic.name)
        todo.extend(topic.children)
    return names
