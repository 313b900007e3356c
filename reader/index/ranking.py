"""The order of the stories of an archive by one thing: a permutation, and where it does not decide."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence


class Ranking:
    """Places in an order, the best or newest first, what is unknown last.

    Args:
        places: Each place once.
        known: So many of them, from the first on, have a value.
        ties: Beginning and end of each run of two or more places that have the same value, one after the
            other, in ascending order.
    """

    __slots__ = ("known", "places", "ties")

    def __init__(self, places: Sequence[int], known: int, ties: array[int]) -> None:
        self.places = places
        self.known = known
        self.ties = ties

    def reversed(self) -> Ranking:
        """The other way round. Ties stay as they are, and so does what is unknown: last."""
        places, ties, end = array("I"), array("I"), self.known
        # Run by run from the end: of a million places with few values nearly all are copied as they stand.
        for pair in range(len(self.ties) - 2, -1, -2):
            run_start, run_end = self.ties[pair], self.ties[pair + 1]
            if run_end < end:
                places.extend(self.places[run_end:end][::-1])
            ties.extend((len(places), len(places) + run_end - run_start))
            places.extend(self.places[run_start:run_end])
            end = run_start
        places.extend(self.places[:end][::-1])
        places.extend(self.places[self.known :])
        return Ranking(places, self.known, ties)


def by_code(codes: Iterable[int], size: int) -> Ranking:
    """The places by their codes, the greatest first, code 0 unknown; within a code as they come.

    Args:
        codes: Of each place.
        size: All codes are below this.
    """
    buckets: list[array[int]] = [array("I") for _ in range(size)]
    for place, code in enumerate(codes):
        buckets[code].append(place)
    places, ties = array("I"), array("I")
    for bucket in reversed(buckets[1:]):
        if len(bucket) > 1:
            ties.extend((len(places), len(places) + len(bucket)))
        places += bucket
    known = len(places)
    return Ranking(places + buckets[0] if buckets else places, known, ties)
