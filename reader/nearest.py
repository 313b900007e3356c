"""The name that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, names: Iterable[str]) -> str:
    """The one of these names that is most like a word; empty where none is near.

    Compared letter by letter, so both are to be in one form.
    """
    import difflib  # 3 ms, and mistakes are rare

    return next(iter(difflib.get_close_matches(word, list(names), n=1)), "")
