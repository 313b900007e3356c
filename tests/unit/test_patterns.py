"""Patterns that are compiled when they are used."""

from __future__ import annotations

import re

import pytest

from reader.patterns import pattern


def test_a_pattern_does_what_the_compiled_one_does() -> None:
    lazy, compiled = pattern(r"(\d+)-x", re.IGNORECASE), re.compile(r"(\d+)-x", re.IGNORECASE)
    text = "12-X 3-x 4-y"
    for _ in range(2):  # compiled only the first time
        assert lazy.findall(text) == compiled.findall(text)
        assert lazy.sub("", text) == compiled.sub("", text)
        assert lazy.split(text) == compiled.split(text)
        assert lazy.subn(".", text, 1) == compiled.subn(".", text, 1)
        assert [found.span() for found in lazy.finditer(text)] == [(0, 4), (5, 8)]
        assert (lazy.match(text, 1) is None, lazy.fullmatch("7-x") is None) == (False, False)
        found = lazy.search(text)
        assert found is not None
        assert found[1] == "12"
    assert (lazy.pattern, lazy.flags) == (compiled.pattern, compiled.flags)


def test_bytes_are_found_by_a_pattern_of_bytes() -> None:
    assert pattern(rb"\w").sub(b".", b"a b") == b". ."


def test_nothing_is_compiled_before_it_is_used() -> None:
    wrong = pattern("(")
    with pytest.raises(re.error):
        wrong.match("")
