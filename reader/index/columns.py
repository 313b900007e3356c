"""What is known of the stories of one archive, column by column. They stand newest first: each has a place.

A column comes from where it is had quickest: memory, the file kept beside the index, else the index.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from reader.index.codes import Codes, smallest
from reader.index.ranking import Ranking, by_code

UNKNOWN_DATE: Final = -(1 << 63)
"""Stands for no date: before any real one."""

Line = tuple[int, int | None, int | None, int, int, int, int]
"""Row, published_us, quality, flags, topicset, outlet, kind: what the index gives for each story."""

_ROW_LIMIT: Final = 1 << 24
"""Rows are never used twice: past this many stories ever seen the index is to be built anew."""

_SLICE: Final = 2_000
"""Stories taken in at once: other threads get their turn between."""

BASIC: Final = ("rows", "flags", "topicset", "outlet", "kind", "published", "quality", "scores", "date ties")
"""The columns that cannot be worked out from others."""


class Columns:
    """The stories of one archive at one moment.

    Args:
        arrays: Columns by name.
        load: Gives a column of `BASIC`, and maybe others, by its name where it is not among the arrays;
            raises KeyError where it has none.
        rank: Works out the order of the name given, of these columns.
    """

    def __init__(
        self,
        arrays: dict[str, array[int]],
        load: Callable[[str], array[int]] | None = None,
        rank: Callable[[Columns, str], Ranking] | None = None,
    ) -> None:
        self._arrays = arrays
        self._load = load
        self._rank = rank
        self._codes: dict[str, Codes] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str) -> array[int]:
        found = self._arrays.get(name)
        if found is None:
            if self._load is None:
                raise KeyError(name)
            found = self._arrays[name] = self._load(name)
        return found

    @property
    def rows(self) -> array[int]:
        """The row at each place: newest first, ties by title, unknown dates last."""
        return self["rows"]

    def codes(self, name: str) -> Codes:
        """A column of small numbers.

        ``topicset``, ``outlet`` and ``kind`` as the index numbers them; in ``quality`` 0 is unknown and every
        other number the place in ``scores``, counted from 1.
        """
        found = self._codes.get(name)
        if found is None:
            found = self._codes[name] = Codes(self[name])
        return found

    def places(self) -> array[int]:
        """At the number of each row its place, counted from 1; 0 where there is none."""
        return self._made("places", self._make_places)

    def by_date(self) -> Ranking:
        """The order they stand in."""
        known, ties = _parted(self["date ties"])
        return Ranking(range(len(self)), known, ties)

    def by_date_backwards(self) -> Ranking:
        """The oldest first."""
        return self._ranking("date backwards", lambda: self.by_date().reversed())

    def by_quality(self) -> Ranking:
        """The best first."""

        def make() -> Ranking:
            return by_code(self["quality"], len(self["scores"]) + 1)

        return self._ranking("quality", make)

    def by_name(self, name: str) -> Ranking:
        """The order by something that the columns do not have."""
        if self._rank is None:
            raise KeyError(name)
        rank = self._rank
        return self._ranking(name, lambda: rank(self, name))

    def is_ranked(self, name: str) -> bool:
        """Whether an order is at hand: it takes a moment to read, and long to work out."""
        try:
            self[f"{name} ties"], self[f"{name} order"]
        except KeyError:
            return False
        return True

    def whole(self, orders: Iterable[str] = ()) -> dict[str, array[int]]:
        """All columns, worked out if need be, and those of the orders of such names."""
        for name in BASIC:
            self[name]
        self.places()
        self.by_quality()
        self.by_date_backwards()
        for name in orders:
            self.by_name(name)
        return self._arrays

    def _ranking(self, name: str, make: Callable[[], Ranking]) -> Ranking:
        try:
            known, ties = _parted(self[f"{name} ties"])
            return Ranking(self[f"{name} order"], known, ties)
        except KeyError:
            made = make()
            self._arrays[f"{name} order"] = array("I", made.places)
            self._arrays[f"{name} ties"] = array("I", (made.known, *made.ties))
            return made

    def _made(self, name: str, make: Callable[[], array[int]]) -> array[int]:
        try:
            return self[name]
        except KeyError:
            found = self._arrays[name] = make()
            return found

    def _make_places(self) -> array[int]:
        found = array("I", bytes(4 * (max(self.rows, default=0) + 1)))
        for place, row in enumerate(self.rows, 1):
            found[row] = place
        return found


def columns_of(
    lines: Iterable[Line],
    titles: Callable[[Sequence[int]], Mapping[int, str]],
    rank: Callable[[Columns, str], Ranking] | None = None,
) -> Columns:
    """Columns of lines that come newest first, unknown dates last.

    Args:
        lines: Of each story one.
        titles: Gives the titles of rows: stories of one date are sorted by them.
        rank: As `Columns` takes it.

    Raises:
        OverflowError: If a number is too large to be true.
        TypeError: If a value is no number.
    """
    stories = iter(lines)
    columns = [array("I"), array("q"), array("I"), array("B"), array("I"), array("I"), array("I")]
    codes: dict[int | None, int] = {None: 0}
    for slice_ in iter(lambda: tuple(islice(stories, _SLICE)), ()):
        rows, dates, scores, flags, *others = zip(*slice_, strict=True)
        if min(rows) < 1 or max(rows) >= _ROW_LIMIT:
            raise OverflowError("a row that cannot be")
        columns[0].extend(rows)
        columns[1].extend(UNKNOWN_DATE if date is None else date for date in dates)
        columns[2].extend([codes.setdefault(score, len(codes)) for score in scores])
        columns[3].extend(bits & 0xFC for bits in flags)
        for column, values in zip(columns[4:], others, strict=True):
            column.extend(values)
    known = sorted(score for score in codes if score is not None)
    final = array("I", bytes(4 * len(codes)))
    for code, score in enumerate(known, 1):
        final[codes[score]] = code
    quality = smallest(map(final.__getitem__, columns[2]), len(known))
    arrays = {
        "rows": columns[0],
        "published": columns[1],
        "quality": quality,
        "flags": columns[3],
        **{
            name: smallest(column, max(column, default=0))
            for name, column in zip(("topicset", "outlet", "kind"), columns[4:], strict=True)
        },
        "scores": array("q", known),
    }
    arrays["date ties"] = _sort_ties(arrays, titles)
    return Columns(arrays, rank=rank)


def _sort_ties(
    arrays: dict[str, array[int]], titles: Callable[[Sequence[int]], Mapping[int, str]]
) -> array[int]:
    """Put the stories of each date in the order of their titles; gives what stands in ``date ties``."""
    dates, rows = arrays["published"], arrays["rows"]
    runs = list(_runs(dates))
    moved = [name for name in arrays if name not in ("published", "scores")]
    for batch in _batches(runs):
        found = titles([row for start, end in batch for row in rows[start:end]])
        for start, end in batch:
            run = rows[start:end]
            turn = sorted(range(end - start), key=[found.get(row, "") for row in run].__getitem__)
            for name in moved:
                values = arrays[name][start:end]
                arrays[name][start:end] = array(values.typecode, map(values.__getitem__, turn))
    has_unknown = bool(dates) and dates[-1] == UNKNOWN_DATE
    unknown_from = len(dates)
    if has_unknown:
        unknown_from = next((start for start, end in runs[-1:] if end == len(dates)), len(dates) - 1)
    ties = array("I", [unknown_from])
    for start, end in runs:
        if start < unknown_from:
            ties.extend((start, end))
    return ties


def _runs(values: array[int]) -> Iterator[tuple[int, int]]:
    """Beginning and end of each run of two or more equal values."""
    start = 0
    for place, (one, other) in enumerate(zip(values, islice(values, 1, None), strict=False), 1):
        if one != other:
            if place - start > 1:
                yield start, place
            start = place
    if len(values) - start > 1:
        yield start, len(values)


def _batches(runs: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """The runs, so many together as are some thousand stories."""
    batch: list[tuple[int, int]] = []
    size = 0
    for run in runs:
        batch.append(run)
        size += run[1] - run[0]
        if size >= _SLICE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _parted(ties: array[int]) -> tuple[int, array[int]]:
    return ties[0], ties[1:]
