"""The stories of a view, found out as far as they are looked at: the first screen needs no pass over all."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Final, overload

from reader.index import codes
from reader.index.columns import Columns
from reader.index.ranking import Ranking

_SLICE: Final = 2_048
"""Places of an order that are looked through at once: 0.1 ms."""


class Rows(Sequence[int]):
    """Row ids in the order of a view: like an array that cannot be changed. May be used by any thread.

    Args:
        columns: The stories.
        ranking: The order.
        mask: The places of the stories that are in the view; None for all of them.
        base: Added to the numbers of rows.

    Attributes:
        columns: As above; so `mask`.
    """

    __slots__ = ("_back", "_base", "_from_back", "_from_front", "_front", "_lock", "_order", "_size",
                 "columns", "mask")  # fmt: skip

    def __init__(self, columns: Columns, ranking: Ranking, mask: bytes | None, base: int = 0) -> None:
        self.columns = columns
        self._order = ranking.places
        self.mask = mask
        self._base = base
        self._size = len(columns) if mask is None else codes.size(mask)
        # Of the places in the view those that are found: from the first on, and from the last on backwards.
        self._front, self._back = array("I"), array("I")
        self._from_front, self._from_back = 0, len(self._order)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> array[int]: ...
    def __getitem__(self, index: int | slice) -> int | array[int]:
        if isinstance(index, slice):
            rows, base = self.columns.rows, self._base
            return array("q", [rows[self._place(at)] + base for at in range(*index.indices(self._size))])
        if not -self._size <= index < self._size:
            raise IndexError(index)
        return self.columns.rows[self._place(index % self._size)] + self._base

    def __iter__(self) -> Iterator[int]:
        places = self._order if self.mask is None else self._kept(self._order, 0)
        rows = map(self.columns.rows.__getitem__, places)
        return map(self._base.__add__, rows) if self._base else rows

    def __contains__(self, row_id: object) -> bool:
        return isinstance(row_id, int) and self._place_of(row_id) is not None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence | array):
            return NotImplemented
        return len(self) == len(other) and all(map(int.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]

    def index(self, row_id: int, start: int = 0, stop: int | None = None) -> int:
        """Where a row stands; it takes longer the further down that is.

        Raises:
            ValueError: If it is not in the view, or not between `start` and `stop`.
        """
        place = self._place_of(row_id)
        found = -1 if place is None else self._rank(place)
        if not start <= found < (self._size if stop is None else stop):
            raise ValueError(row_id)
        return found

    def _place_of(self, row_id: int) -> int | None:
        row, places = row_id - self._base, self.columns.places()
        place = places[row] - 1 if 0 <= row < len(places) else -1
        return place if place >= 0 and (self.mask is None or self.mask[place]) else None

    def _rank(self, place: int) -> int:
        if isinstance(self._order, range):
            return place if self.mask is None else codes.size(self.mask[:place])
        if self.mask is None:
            return self._order.index(place)
        with self._lock:
            while True:
                try:
                    return self._front.index(place)
                except ValueError:
                    self._look_on()

    def _place(self, at: int) -> int:
        """The place of the story that stands at `at`, which is in the view."""
        if self.mask is None:
            return self._order[at]
        if at < len(self._front):
            return self._front[at]
        with self._lock:
            from_end = self._size - 1 - at
            if from_end < at:
                while from_end >= len(self._back):
                    self._look_back()
                return self._back[from_end]
            while at >= len(self._front):
                self._look_on()
            return self._front[at]

    def _look_on(self) -> None:
        start = self._from_front
        if isinstance(self._order, range) and self.mask is not None:
            # Of few stories among many nearly all slices are empty.
            start = max(start, self.mask.find(1, start))
        self._from_front = min(start + _SLICE, len(self._order))
        self._front.extend(self._kept(self._order[start : self._from_front], start))

    def _look_back(self) -> None:
        end = self._from_back
        self._from_back = max(0, end - _SLICE)
        kept = array("I", self._kept(self._order[self._from_back : end], self._from_back))
        kept.reverse()
        self._back.extend(kept)

    def _kept(self, places: Sequence[int], start: int) -> Iterator[int]:
        assert self.mask is not None
        if isinstance(places, range):
            return compress(places, self.mask[start : start + len(places)])
        return compress(places, map(self.mask.__getitem__, places))
