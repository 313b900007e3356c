"""The orders that the index has to be asked for: by title, provider and number of related reports."""

from __future__ import annotations

import sqlite3
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from reader.index.columns import Columns
from reader.index.ranking import Ranking, by_code

# Titles in ASCII, most of them, are made into keys without a call into Python.
_MARKS: Final = " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_TITLES: Final = """\
SELECT row, CASE WHEN title GLOB '*[^ -~]*' THEN title_key(title) ELSE ltrim(lower(title), ?) END AS key
FROM story ORDER BY key"""


def title_key(title: str) -> str:
    """What titles are sorted by: without case, accents and the marks they begin with."""
    if title.isascii():
        return title.lower().lstrip(_MARKS)
    plain = _without_accents(title.casefold())
    return plain[_begin(plain) :]


def by_title(sqlite: sqlite3.Connection, columns: Columns) -> Ranking:
    """From A to Z."""
    sqlite.create_function("title_key", 1, title_key, deterministic=True)
    places = columns.places()
    ordered, ties = array("I"), array("I")
    keyed = _placed(sqlite.execute(_TITLES, (_MARKS,)), places)
    for _, group in groupby(keyed, itemgetter(1)):
        run = sorted(place for place, _ in group)
        if len(run) > 1:
            ties.extend((len(ordered), len(ordered) + len(run)))
        ordered.extend(run)
    return _whole(ordered, ties, len(columns))


def by_provider(sqlite: sqlite3.Connection, columns: Columns) -> Ranking:
    """From A to Z, by name or else domain; those without either are unknown."""
    keys = provider_keys(sqlite)
    turned = {key: number for number, key in enumerate(sorted(set(keys.values()) - {""}, reverse=True), 1)}
    outlets = columns["outlet"]
    codes = array("I", bytes(4 * (max(outlets, default=0) + 1)))
    for outlet, key in keys.items():
        if outlet < len(codes) and key:
            codes[outlet] = turned[key]
    return by_code(map(codes.__getitem__, outlets), len(turned) + 1)


def by_related(sqlite: sqlite3.Connection, columns: Columns) -> Ranking:
    """Those with the most related reports first."""
    counts = array("I", bytes(4 * len(columns)))
    # None is a number too: what comes behind is only what the index no longer has.
    numbers: dict[int, int] = {}
    for place, count in _placed(sqlite.execute("SELECT row, related FROM story"), columns.places()):
        counts[place] = numbers.setdefault(count, len(numbers) + 1)
    turned = {numbers[count]: code for code, count in enumerate(sorted(numbers), 1)} | {0: 0}
    return by_code(map(turned.__getitem__, counts), len(turned))


def provider_keys(sqlite: sqlite3.Connection) -> dict[int, str]:
    """What providers are sorted by, by their number."""
    lines = sqlite.execute("SELECT id, name, domain FROM outlet")
    return {int(number): provider_key(name, domain) for number, name, domain in lines}


def provider_key(name: str, domain: str) -> str:
    """The name or else the domain, as `title_key` makes it."""
    return title_key(name or domain)


def sort_values(sqlite: sqlite3.Connection, rows: Sequence[int], name: str) -> Iterator[tuple[int, object]]:
    """Each of some rows with what the order sorts it by; None where that is not known."""
    tables = "story LEFT JOIN outlet ON outlet.id = outlet"
    marks = ",".join("?" * len(rows))
    query = f"SELECT row, title, name, domain, related FROM {tables} WHERE row IN ({marks})"
    for row, title, provider, domain, related in sqlite.execute(query, rows):
        if name == "title":
            yield row, title_key(title)
        elif name == "provider":
            yield row, provider_key(provider, domain) or None
        else:
            yield row, related


RANKED: Final[dict[str, Callable[[sqlite3.Connection, Columns], Ranking]]] = {
    "title": by_title,
    "provider": by_provider,
    "related": by_related,
}


def _placed(lines: Iterable[tuple[int, Any]], places: array[int]) -> Iterator[tuple[int, Any]]:
    """Of lines that begin with a row those of the columns, with the place in its stead."""
    for row, value in lines:
        if row < len(places) and places[row]:
            yield places[row] - 1, value


def _whole(ordered: array[int], ties: array[int], size: int) -> Ranking:
    """A ranking; what the index has no longer comes last."""
    known = len(ordered)
    if known < size:
        missing = bytearray(b"\1" * size)
        for place in ordered:
            missing[place] = 0
        ordered.extend(place for place, is_missing in enumerate(missing) if is_missing)
    return Ranking(ordered, known, ties)


def _without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def _begin(text: str) -> int:
    """Where the first letter or digit stands; 0 where there is none."""
    return next((place for place, char in enumerate(text) if char.isalnum()), 0)
