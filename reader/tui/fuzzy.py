"""Finding one of many names by a few of its letters."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Generic, TypeVar

T = TypeVar("T")

FOUND_LIMIT: Final = 30
"""More than one looks at."""


class Finder(Generic[T]):
    """Names to choose from.

    Args:
        choices: Each name with what it stands for, those that are to win a tie first.
    """

    def __init__(self, choices: Iterable[tuple[str, T]]) -> None:
        self._choices = list(choices)
        self._keys = [name.casefold() for name, _ in self._choices]
        self._narrowed: tuple[str, Sequence[int]] = ("", range(len(self._keys)))

    def find(self, text: str) -> list[tuple[str, T]]:
        """The names that have the letters of `text` in this order, best first, at most `FOUND_LIMIT`.

        10,000 names take some 3 ms; what one types on narrows what was found before.
        """
        words = text.casefold().strip()
        letters = "".join(words.split())
        if not letters:
            return self._choices[:FOUND_LIMIT]
        known, places = self._narrowed
        if not known or not letters.startswith(known):
            places = range(len(self._keys))
        # Never more than one step back for each letter: what is between two letters is not one of them.
        pattern = "".join(f"[^{re.escape(char)}]*{re.escape(char)}" for char in letters)
        has_them = re.compile(pattern).match
        places = [place for place in places if has_them(self._keys[place])]
        self._narrowed = (letters, places)
        return [self._choices[place] for place in self._best(places, words, letters)]

    def _best(self, places: list[int], words: str, letters: str) -> list[int]:
        """The best of them: from one way to fit to the next, only as far as there is room."""
        keys, found = self._keys, list[int]()
        later_words = f" {words}"
        ways: tuple[Callable[[str], bool], ...] = (
            lambda key: key.startswith(words),
            lambda key: later_words in key,
            lambda key: len(letters) > 1 and "".join(word[0] for word in key.split()).startswith(letters),
            lambda key: words in key,
            lambda key: True,
        )
        for fits in ways:
            hits = [place for place in places if fits(keys[place])]
            room = FOUND_LIMIT - len(found)
            found += heapq.nsmallest(room, hits, key=lambda place: (len(keys[place]), place))
            if len(hits) >= room:
                break
            taken = set(hits)
            places = [place for place in places if place not in taken]
        return found
