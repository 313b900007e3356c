from __future__ import annotations

import pytest

from reader.query.hints import hint


@pytest.mark.parametrize(
    ("query", "hinted"),
    [
        ("quality > 60", "write quality>60 without blanks"),
        ("a Quality >=60 b", "write Quality>=60 without blanks"),
        ("topic :AI", "write topic:AI without blanks"),
        ('topic : "computer vision"', 'write topic:"computer vision" without blanks'),
        ("quality >", "write quality> without blanks"),
        ("quality>60 a", ""),
        ("clouds > 60", ""),
        ("quality 60", ""),
        ("> 60", ""),
        ("", ""),
    ],
)
def test_a_field_apart_from_its_sign_is_shown_as_it_is_written(query: str, hinted: str) -> None:
    assert hint(query) == hinted
