"""The views of several archives as one, and starred stories that no archive holds any more among them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Final

from reader.index.catalogue import Catalogue
from reader.index.columns import UNKNOWN_DATE
from reader.index.stories import EPOCH, StoryIndex
from reader.model import Mark, Order, Provider, RowId, StoryRow, View

BASE: Final = 1 << 40
"""Row ids of the n-th archive begin at n times this."""

Ranked = tuple[float, float, int]
"""Two keys that sort in the order of a view, and the row id."""

_LAST: Final = float("inf")


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
    ranked = [
        (*_keys(catalogue, row_id % BASE, view), row_id)
        for catalogue, part in zip(catalogues, parts, strict=True)
        for row_id in part
    ]
    ranked += [(*_gone_keys(row, view), row_id) for row_id, row in gone.items()]
    ranked.sort(key=_rank)
    titles: dict[int, str] = {}
    for number, rows in _tied(ranked).items():
        found = indexes[number].titles(rows)
        titles.update((number * BASE + row, title) for row, title in found.items())
    if titles:
        ranked.sort(key=lambda entry: (*entry[:2], titles.get(entry[2], "")))
    return array("q", [row_id for _, _, row_id in ranked])


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


def _keys(catalogue: Catalogue, row: int, view: View) -> tuple[float, float]:
    sign = 1 if view.is_reversed else -1
    date = catalogue.date_of(row)
    if view.order is Order.QUALITY:
        score = catalogue.quality_of(row)
        return _LAST if score is None else sign * score, -date
    return (sign * date if date > UNKNOWN_DATE else _LAST), 0


def _gone_keys(row: StoryRow, view: View) -> tuple[float, float]:
    """The same for a story that is gone, of which no quality is known."""
    if row.published_at is None:
        return _LAST, 0
    date = (row.published_at - EPOCH) // timedelta(microseconds=1)
    if view.order is Order.QUALITY:
        return _LAST, -date
    return (date if view.is_reversed else -date), 0


def _rank(entry: Ranked) -> tuple[float, float]:
    return entry[:2]


def _tied(ranked: Iterable[Ranked]) -> dict[int, list[int]]:
    """By archive the rows that rank alike with one of another archive."""
    tied: dict[int, list[int]] = {}
    for _, group in groupby(ranked, _rank):
        row_ids = [row_id for _, _, row_id in group if row_id > 0]
        if len({row_id // BASE for row_id in row_ids}) > 1:
            for row_id in row_ids:
                tied.setdefault(row_id // BASE, []).append(row_id % BASE)
    return tied
