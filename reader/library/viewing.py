"""Which stories a view or a query has, in its order, and how many."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Final

from reader.library.merging import BASE, Together, merged
from reader.library.opening import OpenedLibrary
from reader.library.shelf import Shelf, marked_rows, rows_of, topic_names
from reader.model import (
    Count,
    Counts,
    Order,
    RowId,
    Show,
    StoryId,
    StoryRow,
    View,
)
from reader.state import identity
from reader.values import replace

# Parsing, syncing and searching are imported where they begin: none of it is needed for the first frame,
# and together they take as long to import as all the rest.
if TYPE_CHECKING:
    from reader.index.first import Entry
    from reader.query.tree import Node, Query


_QUICK_MERGE: Final = 5_000
"""So many stories of several archives are put into one order in some milliseconds."""


class ViewedLibrary(OpenedLibrary):
    """The second chapter of the library: views."""

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
            is_apart = len(shelf.catalogues) <= 1 or bool(view.archive or gone)
            parts = self._parts(shelf, view, also) if is_apart else []
            masks = [
                catalogue.mask(view, _rows_in(number, also))
                for number, catalogue in enumerate(() if is_apart else shelf.catalogues)
            ]
        if is_apart:
            return self._merged(shelf, parts, view, gone)
        return self._together(shelf).rows(view, masks)

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
        ordered = view if query is None else _ordered(view, query)
        has_gone = bool(self._shelf.gone) and query is not None and any(_seeks_gone(view, query.node))
        if self._is_open or has_gone or ordered.order not in (Order.DATE, Order.QUALITY):
            self.open()
            return self.row_ids(view)[:limit] if query is None else self.search_ids(query, view, limit=limit)
        from reader.index.first import first

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


def _sum(counts: Iterable[Count]) -> Count:
    unread = total = 0
    for count in counts:
        unread += count.unread
        total += count.total
    return Count(unread, total)
