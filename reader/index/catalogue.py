"""Which stories a view holds, in which order, and how many: arrays in memory, no SQL.

Switching topic, filter or order costs some calls into C over a byte for each story, and a mark changes one
byte and a few counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from reader.index import codes
from reader.index.columns import Columns
from reader.index.ranking import Ranking
from reader.index.rows import Rows
from reader.index.schema import HAS_RELATED, IS_VIDEO, PUBLISHED, UNPUBLISHED
from reader.model import Count, Order, Show, Topic, View

READ: Final = 1
STARRED: Final = 2
"""Bits of `Catalogue.flags` beside those of `reader.index.schema`."""

_MARKS: Final = READ | STARRED


def having(bit: int) -> bytes:
    """The table that turns flags into a mask of those that have a bit."""
    return bytes(1 if flags & bit else 0 for flags in range(256))


# bytes.translate with one of these turns the flags of all places into a mask in one call.
_KEEP: Final = {
    Show.ALL: None,
    Show.UNREAD: bytes(0 if flags & READ else 1 for flags in range(256)),
    Show.STARRED: having(STARRED),
    Show.PUBLISHED: having(PUBLISHED),
    Show.UNPUBLISHED: having(UNPUBLISHED),
    Show.RELATED: having(HAS_RELATED),
    Show.VIDEO: having(IS_VIDEO),
}

_UNREAD: Final = View(show=Show.UNREAD)

_TOPICS_REMEMBERED: Final = 4
"""Of so many topics the stories are remembered: a byte for each story of the archive."""


class Catalogue:
    """The stories of one archive at one moment, and their marks. Rows are those of its index, 1 and up.

    Args:
        columns: What the index knows of the stories.
        topicsets: The names of the topics in each topic set.
        tree: The topic tree; topics that are not in it count for nothing.
        version: That of the index at the moment.
        kept: What `kept_marks` gave of the same stories and tree, with the flags beside it.

    Attributes:
        columns: As above; so `topicsets` and `version`.
        flags: What is known of the story at each place: the bits above and those of the schema.
        quality_range: The lowest and the highest quality; (0, 0) where no story has one.
    """

    def __init__(
        self,
        columns: Columns,
        topicsets: Mapping[int, Sequence[str]],
        tree: Sequence[Topic],
        *,
        version: int = 0,
        kept: tuple[dict[str, Any], bytes] | None = None,
    ) -> None:
        self.columns = columns
        self.topicsets = topicsets
        self.version = version
        self._above = _ancestors(tree)
        self._closure: dict[int, frozenset[str]] = {}
        self._rankings: dict[tuple[Order, bool], Ranking] = {}
        self._in_topic: dict[str, bytes] = {}
        self._floored: tuple[int | None, bytes] = (None, b"")
        if kept is None:
            self.flags = bytearray(columns["flags"])
            scores = columns["scores"]
            self.quality_range = (scores[0], scores[-1]) if scores else (0, 0)
            self.total, self.unread, self.starred = self._counted(), Counter[str](), 0
            self.unread.update(self.total)
        else:
            numbers, flags = kept
            self.flags = bytearray(flags)
            low, high = numbers["quality_range"]
            self.quality_range = (low, high)
            self.total, self.unread = Counter(numbers["total"]), Counter(numbers["unread"])
            self.starred = int(numbers["starred"])

    def kept_marks(self) -> dict[str, Any]:
        """The counts, in values that JSON can hold."""
        return {
            "quality_range": self.quality_range,
            "total": self.total,
            "unread": self.unread,
            "starred": self.starred,
        }

    @property
    def row_limit(self) -> int:
        """All rows are below this."""
        return len(self.columns.places())

    def __len__(self) -> int:
        return len(self.flags)

    def __contains__(self, row: int) -> bool:
        return self.place(row) >= 0

    def rows(
        self, view: View, also: Iterable[int] = (), *, base: int = 0, inside: bytes | None = None
    ) -> Rows:
        """The rows of a view, in its order; may be empty.

        Args:
            view: Which stories; its query does not count.
            also: Rows that stay whatever their marks are.
            base: Added to each row.
            inside: The places to choose from; None for all of them.
        """
        return Rows(self.columns, self.ranking(view), self.mask(view, also, inside=inside), base)

    def size(self, view: View) -> int:
        """How many rows a view has."""
        if view.show not in (Show.ALL, Show.UNREAD) or view.quality_floor is not None:
            return len(self.rows(view))
        count = self.count(view.topic)
        return count.total if view.show is Show.ALL else count.unread

    def is_read(self, row: int) -> bool:
        """Whether a row is marked read; false for one that is not here."""
        place = self.place(row)
        return place >= 0 and bool(self.flags[place] & READ)

    def mark(self, row: int, *, is_read: bool, is_starred: bool) -> bool:
        """Set the marks of a row of the catalogue; the counts follow. True if that changed anything."""
        place = self.place(row)
        old = self.flags[place]
        new = old & ~_MARKS | (READ if is_read else 0) | (STARRED if is_starred else 0)
        if new == old:
            return False
        self.flags[place] = new
        self.starred += bool(new & STARRED) - bool(old & STARRED)
        change = bool(old & READ) - bool(new & READ)
        if change:
            self.unread[""] += change
            for key in self._keys(self.columns["topicset"][place]):
                self.unread[key] += change
        return True

    def count(self, topic: str) -> Count:
        """How many stories of `topic` (empty: of all) there are, children included."""
        key = topic.casefold()
        return Count(unread=self.unread[key], total=self.total[key])

    def unread_in(self, view: View) -> int:
        """How many unread rows a view has, its query left out."""
        mask = self.mask(_UNREAD, inside=self.mask(view))
        assert mask is not None
        return codes.size(mask)

    def unread_among(self, rows: Iterable[int]) -> int:
        """How many of these rows, each here or below 0, are unread."""
        unread = bytes(self.flags.translate(_KEEP[Show.UNREAD]))
        if isinstance(rows, Rows) and rows.columns is self.columns:
            return codes.size(unread if rows.mask is None else codes.all_of((rows.mask, unread)))
        places = self.columns.places()
        # Places count from 1 there, and 0 is nowhere: nothing of it is unread.
        here = map(places.__getitem__, filter((0).__lt__, rows))
        return codes.size(bytes(map((b"\0" + unread).__getitem__, here)))

    def _counted(self) -> Counter[str]:
        total = Counter({"": len(self)})
        for number, count in Counter(self.columns["topicset"]).items():
            for key in self._keys(number):
                total[key] += count
        return total

    def place(self, row: int) -> int:
        """Where a row stands among the columns; -1 for one that is not here."""
        places = self.columns.places()
        return places[row] - 1 if 0 <= row < len(places) else -1

    def _keys(self, number: int) -> frozenset[str]:
        """The topics that a topic set counts for."""
        found = self._closure.get(number)
        if found is None:
            names = self.topicsets.get(number, ())
            found = frozenset(key for name in names for key in self._above.get(name.casefold(), ()))
            self._closure[number] = found
        return found

    def mask(self, view: View, also: Iterable[int] = (), *, inside: bytes | None = None) -> bytes | None:
        """The places of the rows that `rows` gives; None for all of them."""
        parts = [] if inside is None else [inside]
        if table := _KEEP[view.show]:
            mask = bytearray(self.flags.translate(table))
            for row in also:
                if (place := self.place(row)) >= 0:
                    mask[place] = 1
            parts.append(bytes(mask))
        if view.topic:
            parts.append(self._topic_mask(view.topic.casefold()))
        if view.quality_floor is not None:
            parts.append(self._floor_mask(view.quality_floor))
        return codes.all_of(parts) if parts else None

    def _floor_mask(self, floor: int) -> bytes:
        if floor != self._floored[0]:
            from bisect import bisect_left

            least = bisect_left(self.columns["scores"], floor) + 1
            self._floored = (floor, self.columns.codes("quality").at_least(least))
        return self._floored[1]

    def _topic_mask(self, key: str) -> bytes:
        found = self._in_topic.get(key)
        if found is None:
            sets = {number for number in self.topicsets if key in self._keys(number)}
            found = self.columns.codes("topicset").mask(sets)
            if len(self._in_topic) >= _TOPICS_REMEMBERED:
                self._in_topic.clear()
            self._in_topic[key] = found
        return found

    def ranking(self, view: View) -> Ranking:
        """The order of a view, of all stories."""
        key = (view.order, view.is_reversed)
        found = self._rankings.get(key)
        if found is None:
            found = self._rankings[key] = self._ranked(view)
        return found

    def is_ranked(self, view: View) -> bool:
        """Whether the order of a view is at hand; what is not may take a second to work out."""
        if view.order is Order.DATE:
            return not view.is_reversed or self.columns.is_ranked("date backwards")
        return self.columns.is_ranked(view.order.value)

    def _ranked(self, view: View) -> Ranking:
        columns = self.columns
        if view.order is Order.DATE:
            return columns.by_date_backwards() if view.is_reversed else columns.by_date()
        ranking = columns.by_quality() if view.order is Order.QUALITY else columns.by_name(view.order.value)
        return ranking.reversed() if view.is_reversed else ranking


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
