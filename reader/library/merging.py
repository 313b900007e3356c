"""The views of several archives as one, and starred stories that no archive holds any more among them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import compress, islice
from operator import eq
from typing import Any, Final

from reader import links
from reader.errors import LinkError
from reader.index.catalogue import Catalogue
from reader.index.columns import UNKNOWN_DATE
from reader.index.schema import EPOCH
from reader.index.stories import StoryIndex
from reader.model import Mark, Order, Provider, RowId, StoryRow, View

BASE: Final = 1 << 40
"""Row ids of the n-th archive begin at n times this."""


def merged(
    indexes: Sequence[StoryIndex],
    catalogues: Sequence[Catalogue],
    parts: Sequence[Sequence[int]],
    view: View,
    gone: Mapping[int, StoryRow],
) -> array[int]:
    """The row ids of all archives in the order of the view, and those of stories that are gone.

    Args:
        indexes: Of each archive its index.
        catalogues: And its stories.
        parts: Of each archive the row ids that are in the view.
        view: In which order.
        gone: By row id.
    """
    stories, dates = _newest_first(indexes, catalogues, parts, gone)
    if view.order is Order.DATE and not view.is_reversed:
        return array("q", stories)
    values: Sequence[Any]
    if view.order is Order.DATE:
        values = [None if date == UNKNOWN_DATE else date for date in dates]
    else:
        found = _values(indexes, catalogues, stories, view.order, gone)
        values = list(map(found.__getitem__, stories))
    known = [at for at, value in enumerate(values) if value is not None]
    # Sorting is stable, also backwards: ties stay newest first.
    has_most_first = view.order in (Order.DATE, Order.QUALITY, Order.RELATED)
    known.sort(key=values.__getitem__, reverse=has_most_first != view.is_reversed)
    known.extend(at for at, value in enumerate(values) if value is None)
    return array("q", map(stories.__getitem__, known))


class Together:
    """The stories of several archives as one: each order is worked out once, then a view is picked from it.

    Args:
        indexes: Of each archive its index.
        catalogues: And its stories; their marks may change, the stories not.
    """

    def __init__(self, indexes: Sequence[StoryIndex], catalogues: Sequence[Catalogue]) -> None:
        self._indexes = indexes
        self._catalogues = catalogues
        self._orders: dict[tuple[Order, bool], array[int]] = {}
        self._places: dict[tuple[Order, bool], array[int]] = {}

    def is_ranked(self, view: View) -> bool:
        """Whether the order of a view is at hand; what is not may take a second to work out."""
        return (view.order, view.is_reversed) in self._orders

    def rows(self, view: View, masks: Sequence[bytes | None]) -> array[int]:
        """The row ids of a view, in its order; not to be changed.

        Args:
            view: In which order.
            masks: Of each archive the places that are in the view; None for all of them.
        """
        row_ids = self._order(view)
        if all(mask is None for mask in masks):
            return row_ids
        kept = b"".join(
            b"\1" * len(catalogue) if mask is None else mask
            for mask, catalogue in zip(masks, self._catalogues, strict=True)
        )
        return array("q", compress(row_ids, map(kept.__getitem__, self._places_of(view))))

    def _order(self, view: View) -> array[int]:
        """All row ids."""
        key = (view.order, view.is_reversed)
        found = self._orders.get(key)
        if found is None:
            parts = [
                array("q", map((number * BASE).__add__, catalogue.columns.rows))
                for number, catalogue in enumerate(self._catalogues)
            ]
            found = self._orders[key] = merged(self._indexes, self._catalogues, parts, view, {})
        return found

    def _places_of(self, view: View) -> array[int]:
        """Where each of them stands when the places of the archives are counted through."""
        key = (view.order, view.is_reversed)
        found = self._places.get(key)
        if found is None:
            places = [catalogue.columns.places() for catalogue in self._catalogues]
            first, firsts = -1, []  # the places of a catalogue begin with 1
            for catalogue in self._catalogues:
                firsts.append(first)
                first += len(catalogue)
            ids = self._order(view)
            found = array("I", [places[at // BASE][at % BASE] + firsts[at // BASE] for at in ids])
            self._places[key] = found
        return found


def gone_row(number: int, mark: Mark) -> StoryRow:
    """What is known of a story that has no file, or has it no more; its row id is `number` below zero."""
    return StoryRow(
        row_id=RowId(-number),
        story_id=mark.story_id,
        title=mark.title or mark.url or mark.story_id,
        excerpt=mark.excerpt,
        quality=mark.quality,
        published_at=mark.published_at,
        url=mark.url,
        provider=Provider(mark.provider, _site(mark.url)),
        is_gone=True,
    )


def _site(url: str) -> str:
    """The domain that an address is of, as far as it may be opened; else an empty text."""
    try:
        return links.host_of(links.safe_url(url)).removeprefix("www.")
    except LinkError:
        return ""


def _newest_first(
    indexes: Sequence[StoryIndex],
    catalogues: Sequence[Catalogue],
    parts: Sequence[Sequence[int]],
    gone: Mapping[int, StoryRow],
) -> tuple[list[int], list[int]]:
    """The stories by date, then title, the unknown last; and their dates."""
    stories: list[int] = []
    dates: list[int] = []
    for number, (catalogue, part) in enumerate(zip(catalogues, parts, strict=True)):
        # In the order of their places the stories of an archive are sorted already: only runs are merged.
        rows, published = catalogue.columns.rows, catalogue.columns["published"]
        if len(part) < len(rows):
            places = sorted(_places(catalogue, number, part))
            rows, published = _taken(rows, places), _taken(published, places)
        stories.extend(map((number * BASE).__add__, rows))
        dates.extend(published)
    stories.extend(gone)
    dates.extend(UNKNOWN_DATE if (date := _date(row)) is None else date for row in gone.values())
    order = sorted(range(len(stories)), key=dates.__getitem__, reverse=True)
    stories, dates = [stories[at] for at in order], [dates[at] for at in order]
    _sort_ties(indexes, stories, dates)
    return stories, dates


def _sort_ties(indexes: Sequence[StoryIndex], stories: list[int], dates: list[int]) -> None:
    """Sort the stories of one date by their titles, where they are not all of one archive."""
    mixed: list[tuple[int, int]] = []
    by_archive: dict[int, list[int]] = {}
    alike = compress(range(len(dates)), map(eq, dates, islice(dates, 1, None)))
    end = 0
    for start in alike:
        if start < end:
            continue
        end = start + 2
        while end < len(dates) and dates[end] == dates[start]:
            end += 1
        # Those of one archive stand together; the gone, which have ids below zero, come after them.
        if stories[start] // BASE != stories[end - 1] // BASE:
            mixed.append((start, end))
            for row_id in stories[start:end]:
                by_archive.setdefault(row_id // BASE, []).append(row_id % BASE)
    titles: dict[int, str] = {}
    for number, rows in by_archive.items():
        if number >= 0:
            found = indexes[number].titles(rows)
            titles.update((number * BASE + row, title) for row, title in found.items())
    for start, end in mixed:
        stories[start:end] = sorted(stories[start:end], key=lambda row_id: titles.get(row_id, ""))


def _taken(values: array[int], places: Iterable[int]) -> array[int]:
    return array(values.typecode, map(values.__getitem__, places))


def _places(catalogue: Catalogue, number: int, row_ids: Iterable[int]) -> Iterator[int]:
    """Where row ids of an archive stand in its catalogue."""
    rows = map((-number * BASE).__add__, row_ids)
    return map((-1).__add__, map(catalogue.columns.places().__getitem__, rows))


def _values(
    indexes: Sequence[StoryIndex],
    catalogues: Sequence[Catalogue],
    stories: Sequence[int],
    order: Order,
    gone: Mapping[int, StoryRow],
) -> dict[int, Any]:
    """What to sort by, by row id; None where it is not known."""
    values: dict[int, Any] = {row_id: _gone_value(row, order) for row_id, row in gone.items()}
    for number, (index, catalogue) in enumerate(zip(indexes, catalogues, strict=True)):
        first = number * BASE
        here = [row_id for row_id in stories if first < row_id < first + BASE]
        if order is Order.QUALITY:
            scores, quality = (None, *catalogue.columns["scores"]), catalogue.columns["quality"]
            found = map(quality.__getitem__, _places(catalogue, number, here))
            values.update(zip(here, map(scores.__getitem__, found), strict=True))
        else:
            sorted_by = index.sort_values([row_id - first for row_id in here], order.value)
            values.update((row_id, sorted_by.get(row_id - first)) for row_id in here)
    return values


def _gone_value(row: StoryRow, order: Order) -> object:
    """The same of a story that is gone, of which no related report is known."""
    if order is Order.QUALITY:
        return row.quality
    from reader.index.orders import title_key

    if order is Order.TITLE:
        return title_key(row.title)
    if order is Order.PROVIDER:
        return title_key(row.provider.name) or None
    return _date(row) if order is Order.DATE else None


def _date(row: StoryRow) -> int | None:
    return None if row.published_at is None else (row.published_at - EPOCH) // timedelta(microseconds=1)
