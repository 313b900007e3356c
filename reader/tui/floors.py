"""The qualities worth cutting at: where a known part of the stories is left."""

from __future__ import annotations

from typing import Final

from reader.library import Library
from reader.model import Order, View

_LEFT_PER_CENT: Final = (90, 80, 70, 60, 50, 40, 30, 20, 10, 5, 2, 1)


def floors(library: Library) -> list[int]:
    """Ascending qualities, each of which leaves about a tenth of the stories less than the one before it.

    Many stories have the same quality, and few have one above 100: round numbers would do nothing, and then
    too much. Not quick.
    """
    lowest, _ = library.quality_range()
    ids = library.row_ids(View(order=Order.QUALITY, quality_floor=lowest))
    places = [max(0, len(ids) * share // 100 - 1) for share in _LEFT_PER_CENT] if ids else []
    found = {row.quality for row in library.rows([ids[place] for place in places])}
    return sorted(quality for quality in found if quality is not None and quality > lowest)
