"""What a query finds in the index of one archive, in the order of a view."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import compress, islice
from typing import Final

from reader.index import codes
from reader.index.catalogue import Catalogue
from reader.index.lookups import Lookups
from reader.index.masks import Masks, is_known
from reader.index.stories import StoryIndex
from reader.model import View
from reader.query.tree import Node

_WINDOW: Final = 250
"""Stories looked through for a first page: of what one in five holds they hold a page of 50."""

_GROWTH: Final = 8
"""Each further look takes in so many times more."""

_MOST: Final = 4
"""A look at more than all rows divided by this is a look at all."""

_NO_NOTES: Final[Mapping[int, str]] = {}


def search(
    index: StoryIndex,
    node: Node | None,
    catalogue: Catalogue,
    view: View,
    *,
    also: Collection[int] = (),
    limit: int = 0,
    base: int = 0,
    notes: Mapping[int, str] = _NO_NOTES,
) -> Sequence[int]:
    """The rows of a view that fit a query, in the order of the view; may be empty.

    Args:
        index: The archive's index.
        node: What to find; None finds everything.
        catalogue: The stories and their marks.
        view: Which of them, and in which order.
        also: Rows that stay whatever their marks are.
        limit: Only so many from the beginning, which is quicker; 0 for all.
        base: Added to each row.
        notes: The user's notes by row.

    Raises:
        IndexFileError: If the index cannot be used.
        QueryError: If the query is more than SQLite can take.
    """
    if node is None:
        rows: Sequence[int] = catalogue.rows(view, also, base=base)
    else:
        known = {row: note for row, note in notes.items() if row in catalogue}
        with index.file.worker.use("search") as sqlite:
            masks = Masks(catalogue, Lookups(sqlite, index.archive.name), known, also)
            if limit and not is_known(node):
                found = _first(masks, node, catalogue, view, also, limit)
                if found is not None:
                    return array("q", map(base.__add__, found))
            mask = masks.of(node)
        rows = catalogue.rows(view, also, base=base, inside=mask)
    return rows[:limit] if limit else rows


def _first(
    masks: Masks, node: Node, catalogue: Catalogue, view: View, also: Collection[int], limit: int
) -> list[int] | None:
    """The first rows that fit, as far as few stories at the beginning of the view decide it; else None.

    Files are indexed newest first, so the rows of some months lie together, and FTS5 leaves out the rest.
    """
    rows, order = catalogue.columns.rows, catalogue.ranking(view).places
    may_fit = catalogue.mask(view, also, inside=masks.at_most(node))
    size = _WINDOW
    while size <= max(_WINDOW, len(rows) // _MOST):
        places = list(islice(_kept(order, may_fit), size))
        numbers = list(map(rows.__getitem__, places))
        span = max(numbers, default=0) - min(numbers, default=0) + 1
        if span * _MOST > catalogue.row_limit and len(places) == size:
            return None
        before = masks.looked_up
        found = list(islice(compress(numbers, masks.among(node, places)), limit))
        if len(found) == limit or len(places) < size:
            return found
        size *= _GROWTH
        if (masks.looked_up - before) * catalogue.row_limit < size * span:
            # So rare that to look it up everywhere takes less than to look at more stories.
            return None
    return None


def _kept(order: Sequence[int], mask: bytes | None) -> Iterator[int]:
    """The places of an order that a mask wants."""
    if mask is None:
        return iter(order)
    return codes.places(mask) if isinstance(order, range) else filter(mask.__getitem__, order)
