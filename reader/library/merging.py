"""The views of several archives as one, and starred stories that no archive holds any more among them."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from reader.index.catalogue import Catalogue
from reader.index.columns import UNKNOWN_DATE
from reader.index.orders import title_key
from reader.index.stories import EPOCH, StoryIndex
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
    stories = _newest_first(indexes, catalogues, parts, gone)
    if (view.order, view.is_reversed) == (Order.DATE, False):
        return array("q", stories)
    values = _values(indexes, catalogues, stories, view.order, gone)
    known = [row_id for row_id in stories if values[row_id] is not None]
    # Sorting is stable, also backwards: ties stay newest first.
    has_most_first = view.order in (Order.DATE, Order.QUALITY, Order.RELATED)
    known.sort(key=values.__getitem__, reverse=has_most_first != view.is_reversed)
    return array("q", [*known, *(row_id for row_id in stories if values[row_id] is None)])


def gone_row(number: int, mark: Mark) -> StoryRow:
    """What is known of a starred story whose file is gone; its row id is `number` below zero."""
    return StoryRow(
        row_id=RowId(-number),
        story_id=mark.story_id,
        title=mark.title or mark.url or mark.story_id,
        published_at=mark.published_at,
        url=mark.url,
        provider=Provider(name=mark.provider),
        is_gone=True,
    )


def _newest_first(
    indexes: Sequence[StoryIndex],
    catalogues: Sequence[Catalogue],
    parts: Sequence[Sequence[int]],
    gone: Mapping[int, StoryRow],
) -> list[int]:
    """The stories by date, then title, the unknown last; those that are gone behind others of their date."""
    dated = [
        (-catalogue.date_of(row_id % BASE), row_id)
        for catalogue, part in zip(catalogues, parts, strict=True)
        for row_id in part
    ]
    dated += [(-UNKNOWN_DATE if (date := _date(row)) is None else -date, row.row_id) for row in gone.values()]
    places = {row_id: place for place, (_, row_id) in enumerate(dated)}
    dated.sort(key=itemgetter(0))
    titles: dict[int, str] = {row_id: "" for row_id in gone}
    tied: dict[int, list[int]] = {}
    for _, group in groupby(dated, itemgetter(0)):
        row_ids = [row_id for _, row_id in group]
        if len(row_ids) > 1:
            for row_id in row_ids:
                if row_id > 0:
                    tied.setdefault(row_id // BASE, []).append(row_id % BASE)
    for number, rows in tied.items():
        found = indexes[number].titles(rows)
        titles.update((number * BASE + row, title) for row, title in found.items())
    dated.sort(key=lambda entry: (entry[0], titles.get(entry[1], ""), places[entry[1]]))
    return [row_id for _, row_id in dated]


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
        here = [row_id % BASE for row_id in stories if row_id > 0 and row_id // BASE == number]
        found: Mapping[int, Any]
        if order is Order.DATE:
            found = {row: None if (date := catalogue.date_of(row)) == UNKNOWN_DATE else date for row in here}
        elif order is Order.QUALITY:
            found = {row: catalogue.quality_of(row) for row in here}
        else:
            found = index.sort_values(here, order.value)
        values.update((number * BASE + row, found.get(row)) for row in here)
    return values


def _gone_value(row: StoryRow, order: Order) -> object:
    """The same of a story that is gone, of which no quality and no related report is known."""
    if order is Order.TITLE:
        return title_key(row.title)
    if order is Order.PROVIDER:
        return title_key(row.provider.name) or None
    return _date(row) if order is Order.DATE else None


def _date(row: StoryRow) -> int | None:
    return None if row.published_at is None else (row.published_at - EPOCH) // timedelta(microseconds=1)
