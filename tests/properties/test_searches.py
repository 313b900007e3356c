from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from reader import searches
from reader.model import Order, Show
from reader.searches import SavedSearch, added, moved, removed
from tests.properties.test_clean import NASTY, is_safe

_ENTRIES = st.lists(
    st.builds(
        SavedSearch,
        name=NASTY,
        query=NASTY,
        topic=NASTY,
        show=st.sampled_from(Show),
        order=st.sampled_from(Order),
        is_reversed=st.booleans(),
    ).filter(lambda entry: entry.name != ""),
    max_size=6,
    unique_by=lambda entry: entry.name.casefold(),
)
_MANY = settings(deadline=2_000)


@_MANY
@given(_ENTRIES)
def test_what_is_saved_is_read_again_whatever_the_texts(entries: list[SavedSearch]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "searches.yaml"
        searches.save(path, entries)
        loaded = searches.load(path)
    assert loaded.problems == ()
    assert list(loaded.entries) == entries


@_MANY
@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(
            st.sampled_from(
                [
                    "- ",
                    "name",
                    "query",
                    ": ",
                    "\n",
                    "  ",
                    "[",
                    "]",
                    "{",
                    "}",
                    "&a ",
                    "*a",
                    "'",
                    '"',
                    "x",
                    "!!",
                ]
            ),
            max_size=40,
        ).map(lambda parts: "".join(parts).encode()),
    )
)
def test_any_file_is_read_and_what_is_whole_survives_saving(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "searches.yaml"
        path.write_bytes(data)
        loaded = searches.load(path)
        assert all(map(is_safe, loaded.problems))
        if loaded.is_whole:
            searches.save(path, loaded.entries)
            assert searches.load(path).entries == loaded.entries


@given(_ENTRIES, NASTY, st.integers(-9, 9))
def test_moving_loses_nothing_and_what_is_added_can_be_removed(
    entries: list[SavedSearch], name: str, steps: int
) -> None:
    names = [entry.name for entry in entries]
    for known in names:
        assert sorted(entry.name for entry in moved(entries, known, steps)) == sorted(names)
    entry = SavedSearch(name, "x")
    if entry.name:
        without = removed(entries, entry.name)
        assert removed(added(entries, entry), entry.name) == without
