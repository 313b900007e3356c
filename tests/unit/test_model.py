from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from reader.model import Related, Story, View

ADDRESSES = {
    "web_url": "https://example.com/web",
    "original_url": "https://example.com/original",
    "amp_url": "https://example.com/amp",
    "cdn_amp_url": "https://example.com/cdn",
}


@pytest.mark.parametrize("missing", range(5))
def test_the_best_address_there_is_gets_opened(missing: int) -> None:
    there = dict(list(ADDRESSES.items())[missing:])
    assert Related(**there).url == next(iter(there.values()), "")  # type: ignore[arg-type]


def test_a_value_cannot_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Story(path="a.md", title="Any").title = "Other"  # type: ignore[misc]


def test_equal_views_are_one_view() -> None:
    assert {View(topic="AI"), View(topic="AI")} == {View(topic="AI")}
