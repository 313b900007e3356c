"""What a query finds, as masks over the places of a catalogue.

Nearly everything a query can ask for stands in memory, and is a mask after a call or two into C; words, and
the little else that only the index file knows, are looked up. Masks are then joined as the query says.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from operator import neg
from typing import Final

from reader.index import codes
from reader.index.catalogue import READ, STARRED, Catalogue, having
from reader.index.lookups import Lookups
from reader.index.schema import DAMAGED, HAS_LINK, HAS_RELATED, PUBLISHED, UNPUBLISHED
from reader.query import tree
from reader.query.match import noted
from reader.query.sql import gathered, microseconds, text_search
from reader.query.text import name_key
from reader.query.tree import Comparison, Leaf, Node, Part, State

_MARKS: Final = (0, READ, STARRED, READ | STARRED)

# bytes.translate with one of these turns the flags of all places into a mask.
_STATES: Final = {
    State.READ: having(READ),
    State.UNREAD: codes.none_of(having(READ)),
    State.STARRED: having(STARRED),
    State.PUBLISHED: having(PUBLISHED),
    State.UNPUBLISHED: having(UNPUBLISHED),
    State.DAMAGED: having(DAMAGED),
}
_PARTS: Final = {Part.RELATED: having(HAS_RELATED), Part.LINK: having(HAS_LINK)}


class Masks:
    """The nodes of one query as masks. Marks count as they were when they were first asked for.

    Args:
        catalogue: The stories and their marks.
        lookups: For what the catalogue does not know.
        notes: The user's notes by row.
        also: Rows that fit if they do with any marks.

    Attributes:
        looked_up: So many rows were found by looking up, until now.
    """

    def __init__(
        self, catalogue: Catalogue, lookups: Lookups, notes: Mapping[int, str], also: Collection[int]
    ) -> None:
        self._columns = catalogue.columns
        self._topicsets = catalogue.topicsets
        self._flags = bytes(catalogue.flags)
        self._lookups = lookups
        self._notes = notes
        self._also = {place for row in also if (place := catalogue.place(row)) >= 0}
        self._masks: dict[Node, bytes] = {}
        self.looked_up = 0

    def of(self, node: Node) -> bytes:
        """The places that fit."""
        found = self._joined(node, self._mask)
        if not self._also or not _asks_for_marks(node):
            return found
        fitting, also = bytearray(found), list(self._also)
        for place, is_fitting in zip(also, self._among(node, also, _MARKS), strict=True):
            fitting[place] |= is_fitting
        return bytes(fitting)

    def among(self, node: Node, places: Sequence[int]) -> bytes:
        """Of some places those that fit: a mask as long as they are many.

        What is not known is looked up between the least and the greatest of their rows, and nowhere else.
        """
        found = self._among(node, places)
        if not self._also or not _asks_for_marks(node):
            return found
        with_any = self._among(node, places, _MARKS)
        stays = bytes(map(self._also.__contains__, places))
        return codes.any_of((found, codes.all_of((with_any, stays))))

    def at_most(self, node: Node) -> bytes | None:
        """The places that may fit as far as that is known without looking up; None for all of them."""
        nodes = node.nodes if isinstance(node, tree.And) else (node,)
        known = [self._joined(inner, self._mask) for inner in nodes if is_known(inner)]
        if not known:
            return None
        found = bytearray(codes.all_of(known))
        for place in self._also:
            found[place] = 1
        return bytes(found)

    def _joined(self, node: Node, leaf: Callable[[Node], bytes]) -> bytes:
        if text_search(node) is not None:
            return leaf(node)
        match node:
            case tree.And():
                return codes.all_of([self._joined(inner, leaf) for inner in gathered(node)])
            case tree.Or():
                return codes.any_of([self._joined(inner, leaf) for inner in gathered(node)])
            case tree.Not(inner):
                return codes.none_of(self._joined(inner, leaf))
        return leaf(node)

    def _mask(self, node: Node) -> bytes:
        found = self._masks.get(node)
        if found is None:
            if is_known(node):
                assert not isinstance(node, tree.And | tree.Or | tree.Not | tree.Words)
                found = self._test(node)
            else:
                found = self._at(self._look_up(node, 0, len(self._columns.places()) - 1))
            self._masks[node] = found
        return found

    def _among(self, node: Node, places: Sequence[int], all_marks: Sequence[int] = ()) -> bytes:
        """Of some places those that fit as they are marked, or else with one of these marks."""
        rows = list(map(self._columns.rows.__getitem__, places))
        looked_up: dict[Node, bytes] = {}

        def leaf(node: Node, marks: int | None = None) -> bytes:
            if marks is not None and isinstance(node, tree.Is):
                flags = bytes(self._flags[place] & ~(READ | STARRED) | marks for place in places)
                return flags.translate(_STATES[node.state])
            if is_known(node) or node in self._masks:
                return bytes(map(self._mask(node).__getitem__, places))
            if node not in looked_up:
                found = frozenset(self._look_up(node, min(rows, default=0), max(rows, default=0)))
                looked_up[node] = bytes(map(found.__contains__, rows))
            return looked_up[node]

        if not all_marks:
            return self._joined(node, leaf)
        return codes.any_of([self._joined(node, partial(leaf, marks=marks)) for marks in all_marks])

    def _look_up(self, node: Node, low: int, high: int) -> Sequence[int]:
        search = text_search(node)
        if search is not None:
            found: Sequence[int] = self._lookups.in_text(search, low, high)
        else:
            assert isinstance(node, tree.Has)
            found = self._lookups.with_test(node, low, high)
        self.looked_up += len(found)
        return found

    def _test(self, node: Leaf) -> bytes:
        columns, lookups = self._columns, self._lookups
        match node:
            case tree.HasTopic(name, below):
                return self._coded("topicset", self._sets_of({name, *below}))
            case tree.InArchive(name):
                return self._first(len(self._flags) if lookups.is_archive(name) else 0)
            case tree.FromProvider(wanted):
                return self._coded(
                    "outlet", lookups.ids("outlet", "names_provider(name, ?)", " ".join(wanted))
                )
            case tree.FromDomain(domain):
                return self._coded("outlet", lookups.ids("outlet", "is_within(domain, ?)", domain))
            case tree.OfKind(kind):
                return self._coded("kind", lookups.ids("kind", "name_key(name) = ?", kind))
            case tree.InNote(wanted, is_prefix):
                return self._at(noted(self._notes, f"{' '.join(wanted)}{'*' if is_prefix else ''}"))
            case tree.Quality(comparison, number):
                return self._with_quality(comparison, number)
            case tree.Since(moment):
                # The newest stand first.
                return self._first(bisect_right(columns["published"], -microseconds(moment), key=neg))
            case tree.Before(moment):
                newer = self._first(bisect_right(columns["published"], -microseconds(moment), key=neg))
                return codes.all_of((codes.none_of(newer), self._first(columns.by_date().known)))
            case tree.Is(state):
                return self._flags.translate(_STATES[state])
            case tree.Has(part):
                return self._with_part(part)
        raise AssertionError(node)

    def _with_part(self, part: Part) -> bytes:
        if part is Part.DATE:
            return self._first(self._columns.by_date().known)
        if part is Part.QUALITY:
            return self._columns.codes("quality").at_least(1)
        if part is Part.NOTE:
            return self._at(self._notes)
        return self._flags.translate(_PARTS[part])

    def _with_quality(self, comparison: Comparison, number: int) -> bytes:
        """Codes are places in the scores, counted from 1; 0 never fits."""
        scores = self._columns["scores"]
        least, past = 1, len(scores) + 1
        if comparison in (Comparison.AT_LEAST, Comparison.EQUAL):
            least = bisect_left(scores, number) + 1
        if comparison is Comparison.ABOVE:
            least = bisect_right(scores, number) + 1
        if comparison in (Comparison.AT_MOST, Comparison.EQUAL):
            past = bisect_right(scores, number) + 1
        if comparison is Comparison.BELOW:
            past = bisect_left(scores, number) + 1
        quality = self._columns.codes("quality")
        if past > len(scores):
            return quality.at_least(least)
        return codes.all_of((quality.at_least(least), codes.none_of(quality.at_least(past))))

    def _sets_of(self, keys: set[str]) -> list[int]:
        """The topic sets that hold a topic with one of these keys."""
        names = {name for names in self._topicsets.values() for name in names}
        wanted = {name for name in names if name_key(name) in keys}
        return [number for number, names in self._topicsets.items() if not wanted.isdisjoint(names)]

    def _coded(self, name: str, numbers: Sequence[int]) -> bytes:
        return self._columns.codes(name).mask(numbers)

    def _at(self, rows: Iterable[int]) -> bytes:
        """The places of rows below the catalogue's limit, those that are not in it left out."""
        places = self._columns.places()
        # Places count from 1 there, and 0 is nowhere.
        wanted = bytearray(len(self._flags) + 1)
        for place in map(places.__getitem__, rows):
            wanted[place] = 1
        return bytes(memoryview(wanted)[1:])

    def _first(self, count: int) -> bytes:
        return b"\1" * count + bytes(len(self._flags) - count)


def is_known(node: Node) -> bool:
    """Whether the catalogue, the notes and what small tables say answer it."""
    match node:
        case tree.And(nodes) | tree.Or(nodes):
            return all(map(is_known, nodes))
        case tree.Not(inner):
            return is_known(inner)
    return not isinstance(node, tree.Words) and node != tree.Has(Part.EXCERPT)


def _asks_for_marks(node: Node) -> bool:
    match node:
        case tree.And(nodes) | tree.Or(nodes):
            return any(map(_asks_for_marks, nodes))
        case tree.Not(inner):
            return _asks_for_marks(inner)
    return isinstance(node, tree.Is)
