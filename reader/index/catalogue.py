"""Which stories a view holds, in which order, and how many: arrays in memory, no SQL.

A row of the index is a small number, so what is known of it lies at that place of an array. Switching
topic, filter or order then costs one pass over such arrays (4 ms at 100,000 stories), and a mark changes
one byte and a few counts.
"""

from __future__ import annotations

from array import array
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress, repeat
from typing import Final

from reader.model import Count, Order, Show, Topic, View

READ: Final = 1
STARRED: Final = 2
"""Bits of `Catalogue.flags` beside those of `reader.index.schema`."""

UNKNOWN_DATE: Final = -(1 << 63)
"""Stands for no date in `Catalogue.published_us`: before any real one."""

# bytes.translate with one of these turns the flags of all rows into a mask in one call.
_KEEP: Final = {
    Show.ALL: None,
    Show.UNREAD: bytes(0 if flags & READ else 1 for flags in range(256)),
    Show.STARRED: bytes(1 if flags & STARRED else 0 for flags in range(256)),
}

_FEW: Final = 16
"""Rows are few if there are so many times more in the catalogue: sorting them beats a pass over all then."""

_ROW_LIMIT: Final = 1 << 24
"""Rows are never used twice: past this many stories ever seen the index is to be built anew."""

Line = tuple[int, int | None, int | None, int, int]
"""Row, published_us, quality, flags, topicset: what the index gives for each story."""


class Catalogue:
    """The stories of one archive at one moment. Rows are those of its index, 1 and up.

    Args:
        lines: One per story, newest first, ties by title, unknown dates last.
        topicsets: The names of the topics in each topic set.
        tree: The topic tree; topics that are not in it count for nothing.

    Attributes:
        flags: What is known of each row, at its place: the bits above and those of the schema.
        quality_range: The lowest and the highest quality; (0, 0) where no story has one.

    Raises:
        OverflowError: If a number is too large to be true.
        TypeError: If a value is no number.
    """

    def __init__(
        self, lines: Iterable[Line], topicsets: Mapping[int, Sequence[str]], tree: Sequence[Topic]
    ) -> None:
        columns = list(zip(*lines, strict=True)) or [(), (), (), (), ()]
        rows, published, quality, flags, sets = columns
        self._rows = array("q", rows)
        self._published = array("q", [UNKNOWN_DATE if value is None else value for value in published])
        self._quality: Sequence[int | None] = quality
        known = array("q", [value for value in quality if value is not None])
        self.quality_range = (min(known), max(known)) if known else (0, 0)
        size = max(rows, default=0) + 1
        if min(rows, default=1) < 1 or size > _ROW_LIMIT:
            raise OverflowError("a row that cannot be")
        self.flags = bytearray(size)
        self._topicset = array("I", bytes(4 * size))
        for row, bits, topicset in zip(rows, flags, sets, strict=True):
            self.flags[row] = bits & 0xFC
            self._topicset[row] = topicset
        self._present = bytearray(size)
        for row in rows:
            self._present[row] = 1
        above = _ancestors(tree)
        self._closure = {
            number: frozenset(key for name in names for key in above.get(name.casefold(), ()))
            for number, names in topicsets.items()
        }
        self._orders: dict[tuple[Order, bool], array[int]] = {}
        self._rank: dict[tuple[Order, bool], array[int]] = {}
        self._in_topic: dict[tuple[str, Order, bool], array[int]] = {}
        self.total = Counter[str]()
        self.unread = Counter[str]()
        self.starred = 0
        self._count()

    @property
    def row_limit(self) -> int:
        """All rows are below this."""
        return len(self.flags)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, row: int) -> bool:
        return 0 <= row < len(self._present) and bool(self._present[row])

    def rows(self, view: View, also: Iterable[int] = ()) -> array[int]:
        """The rows of a view, in its order; may be empty. Those in `also` stay whatever their marks are."""
        rows = self._topic_rows(view.topic.casefold(), view.order, view.is_reversed)
        table = _KEEP[view.show]
        if table is None:
            return rows
        mask = bytearray(self.flags.translate(table))
        for row in also:
            if row in self:
                mask[row] = 1
        return array("q", compress(rows, map(mask.__getitem__, rows)))

    def kept(self, found: Sequence[int], view: View, also: Iterable[int] = ()) -> array[int]:
        """Those of the rows `found` (none twice) that are in the view, in its order; `also` as above.

        Quick for few rows; for many one pass over all.
        """
        if len(found) * _FEW > len(self._rows):
            inside = bytearray(max(len(self._present), max(found) + 1))
            deque(map(inside.__setitem__, found, repeat(1)), maxlen=0)
            rows = self.rows(view, also)
            return array("q", compress(rows, map(inside.__getitem__, rows)))
        wanted = _KEEP[view.show]
        always = set(also)
        rows_of_view = [
            row
            for row in found
            if row in self
            and (not view.topic or view.topic.casefold() in self._closure.get(self._topicset[row], ()))
            and (wanted is None or wanted[self.flags[row]] or row in always)
        ]
        rows_of_view.sort(key=self._ranks(view.order, view.is_reversed).__getitem__)
        return array("q", rows_of_view)

    def is_read(self, row: int) -> bool:
        """Whether a row is marked read; false for one that is not here."""
        return row < len(self.flags) and bool(self.flags[row] & READ)

    def published_us(self) -> dict[int, int]:
        """When each row was published, the unknown far in the past: for merging several archives."""
        return dict(zip(self._rows, self._published, strict=True))

    def quality(self) -> dict[int, int]:
        """The quality of each row that has one."""
        pairs = zip(self._rows, self._quality, strict=True)
        return {row: value for row, value in pairs if value is not None}

    def mark(self, row: int, *, is_read: bool, is_starred: bool) -> bool:
        """Set the marks of a row; the counts follow. True if that changed anything."""
        old = self.flags[row]
        new = old & 0xFC | (READ if is_read else 0) | (STARRED if is_starred else 0)
        if new == old:
            return False
        self.flags[row] = new
        self.starred += bool(new & STARRED) - bool(old & STARRED)
        change = bool(old & READ) - bool(new & READ)
        if change:
            self.unread[""] += change
            for key in self._closure.get(self._topicset[row], ()):
                self.unread[key] += change
        return True

    def count(self, topic: str) -> Count:
        """How many stories of `topic` (empty: of all) there are, children included."""
        key = topic.casefold()
        return Count(unread=self.unread[key], total=self.total[key])

    def _count(self) -> None:
        by_set = Counter(map(self._topicset.__getitem__, self._rows))
        for number, count in by_set.items():
            for key in self._closure.get(number, ()):
                self.total[key] += count
        self.total[""] = len(self._rows)
        self.unread = self.total.copy()

    def _order(self, order: Order, is_reversed: bool) -> array[int]:
        key = (order, is_reversed)
        if key not in self._orders:
            self._orders[key] = self._sorted(order, is_reversed)
        return self._orders[key]

    def _ranks(self, order: Order, is_reversed: bool) -> array[int]:
        """At the place of each row where it stands in an order."""
        key = (order, is_reversed)
        if key not in self._rank:
            ranks = array("I", bytes(4 * len(self._present)))
            for rank, row in enumerate(self._order(order, is_reversed)):
                ranks[row] = rank
            self._rank[key] = ranks
        return self._rank[key]

    def _sorted(self, order: Order, is_reversed: bool) -> array[int]:
        # Sorting is stable and starts from newest first, ties by title: so do ties in every order. What
        # has no date or quality comes last whichever way one sorts.
        if order is Order.DATE and not is_reversed:
            return self._rows
        values: Sequence[int | None] = self._quality
        if order is Order.DATE:
            values = [None if value == UNKNOWN_DATE else value for value in self._published]
        sign = 1 if is_reversed else -1
        keys = [float("inf") if value is None else sign * value for value in values]
        ranks = sorted(range(len(keys)), key=keys.__getitem__)
        return array("q", map(self._rows.__getitem__, ranks))

    def _topic_rows(self, key: str, order: Order, is_reversed: bool) -> array[int]:
        rows = self._order(order, is_reversed)
        if not key:
            return rows
        cached = self._in_topic.get((key, order, is_reversed))
        if cached is None:
            numbers = {number for number, keys in self._closure.items() if key in keys}
            mask = bytes(number in numbers for number in self._topicset)
            cached = array("q", compress(rows, map(mask.__getitem__, rows)))
            self._in_topic[key, order, is_reversed] = cached
        return cached


def _ancestors(tree: Sequence[Topic]) -> dict[str, tuple[str, ...]]:
    """For each topic, by case-folded name: itself and every topic above it."""
    found: dict[str, tuple[str, ...]] = {}
    todo = [(topic, ()) for topic in tree]  # type: list[tuple[Topic, tuple[str, ...]]]
    while todo:
        topic, above = todo.pop()
        key = topic.name.casefold()
        found[key] = (key, *above)
        todo.extend((child, found[key]) for child in topic.children)
    return found
