"""What the reports of an event say when they are laid side by side: who was first, whose is the best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reader import wording
from reader.library import RelatedItem, by_date
from reader.model import Provider, StoryRow
from reader.tui.panes.story_lines import WHOLE_STORY


class Coverage(NamedTuple):
    """A story and its related coverage.

    Attributes:
        items: As `by_date` gives them.
        best: Which of them has the highest quality, `WHOLE_STORY` where none is better than the story, None
            where nothing has a quality or there is nothing to compare.
        first: Which of them was first, `WHOLE_STORY` for the story, None where too little is known.
    """

    items: tuple[RelatedItem, ...] = ()
    best: int | None = None
    first: int | None = None


def coverage(row: StoryRow, related: Sequence[RelatedItem]) -> Coverage:
    """Lay them side by side."""
    items = by_date(related)
    scores = [(row.quality, WHOLE_STORY), *((item.related.quality, n) for n, item in enumerate(items))]
    # The first of those that are equally good, the story before all.
    known = [(quality, -place, place) for quality, place in scores if quality is not None]
    dates = [
        (row.published_at, WHOLE_STORY),
        *((item.related.published_at, n) for n, item in enumerate(items)),
    ]
    dated = [(date, place) for date, place in dates if date is not None]
    return Coverage(
        items,
        best=max(known)[2] if items and known else None,
        first=min(dated)[1] if len(dated) > 1 else None,
    )


def first_text(row: StoryRow, found: Coverage) -> str:
    """``Threat Post was first``, ``MediaNama was first, 2 h earlier``; empty where that is not known."""
    if found.first is None:
        return ""
    if found.first == WHOLE_STORY:
        return f"{_name(row.provider) or 'this story'} was first"
    earliest = found.items[found.first].related
    text = f"{_name(earliest.provider) or 'another report'} was first"
    if row.published_at is None or earliest.published_at is None:
        return text
    return f"{text}, {wording.offset_text(row.published_at - earliest.published_at).lstrip('+')} earlier"


def best_text(row: StoryRow, found: Coverage, key: str) -> str:
    """``best version: 87 The Next Web (x)``, ``the best version of 3``; empty where nothing is known."""
    if found.best is None:
        return ""
    if found.best == WHOLE_STORY:
        return f"the best version of {wording.count(len(found.items) + 1)}"
    best = found.items[found.best].related
    name = _name(best.provider)
    return f"best version: {best.quality}{f' {name}' if name else ''}{f' ({key})' if key else ''}"


def _name(provider: Provider) -> str:
    return provider.name or provider.domain
