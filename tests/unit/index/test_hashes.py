from __future__ import annotations

import os

import pytest

from reader.index.hashes import path_hash, stem_hash, text_hash, url_hash

MONTHS = [f"{year}/{month:02}" for year in range(2019, 2024) for month in range(1, 13)]


def test_an_empty_text_has_the_hash_nothing_else_has() -> None:
    assert (path_hash(b""), stem_hash(""), url_hash("")) == (0, 0, 0)
    for number in range(1_000):
        text = str(number)
        assert 0 not in (path_hash(text.encode()), stem_hash(text), url_hash(text))


def test_hashes_differ_and_fit_into_four_bytes() -> None:
    texts = [f"2021-02-{day:02}-{number}" for day in range(1, 28) for number in range(100)]
    for hashes in (map(stem_hash, texts), map(url_hash, texts), map(text_hash, texts)):
        found = set(hashes)
        assert len(found) > 0.99 * len(texts)
        assert all(-(1 << 31) <= number < 1 << 31 for number in found)


def test_what_is_no_unicode_has_a_hash_too() -> None:
    numbers = (stem_hash("\ud800"), url_hash("\ud800"), path_hash(os.fsencode("\udcff.md")))
    assert 0 not in numbers
    assert text_hash("\ud800") != text_hash("\ud801")


@pytest.mark.parametrize(
    "of_name",
    [
        lambda month, name: path_hash(f"{month}/{month.replace('/', '-')}-04-{name}.md".encode()),
        lambda month, name: path_hash(f"content/news/{month.replace('/', '-')}-04-{name}.md".encode()),
        lambda month, name: stem_hash(f"{month.replace('/', '-')}-04-{name}"),
        lambda month, name: url_hash(f"{name}.example.com/{month}/{name}"),
    ],
)
def test_hashes_of_one_month_lie_together(of_name: object) -> None:
    assert callable(of_name)
    for month in MONTHS:
        hashes = [of_name(month, name) for name in ("one", "two", "three", "four")]
        assert max(hashes) - min(hashes) < 1 << 20
        assert len(set(hashes)) == 4
