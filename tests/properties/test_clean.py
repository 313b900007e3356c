from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader import clean

# Text with much more of what does harm than hypothesis draws by itself.
NASTY = st.text(
    st.sampled_from("\x1b\x9b\x9d\x9c\x90\x07\x00\r\n\t\x85\u2028\u202e\u200d\u0301\ufeff\u0600\U000e0041")
    | st.sampled_from("\ud800\udc9b\udfff[]\\;?0m&#x9;PX^_ ab")
    | st.characters()
    | st.characters(categories=["Cc", "Cf", "Cs", "Co", "Mn"])
)
FUNCTIONS = [clean.line, clean.field, clean.block, clean.path]

# Formatting characters that scripts and emoji need, and that move nothing.
_HARMLESS_FORMATS = re.compile(
    "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u200c\u200d\U000110bd-\U0001d17a]"
)


def is_safe(text: str) -> bool:
    """Whether a terminal only draws `text`: no control, direction, line or surrogate character."""
    categories = {unicodedata.category(char) for char in _HARMLESS_FORMATS.sub("", text)}
    return categories.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})


@pytest.mark.parametrize("cleaned", FUNCTIONS)
@given(text=NASTY)
def test_what_comes_out_only_draws(cleaned: Callable[[str], str], text: str) -> None:
    result = cleaned(text)
    assert is_safe(result.replace("\n", "") if cleaned is clean.block else result)


@pytest.mark.parametrize("cleaned", [clean.line, clean.block, clean.path])
@given(text=NASTY)
def test_cleaning_twice_changes_nothing(cleaned: Callable[[str], str], text: str) -> None:
    once = cleaned(text)
    assert cleaned(once) == once


@given(text=NASTY, limit=st.integers(0, 20))
def test_the_limit_holds(text: str, limit: int) -> None:
    assert len(clean.line(text, limit)) <= limit
    assert len(clean.field(text, limit)) <= limit


@given(text=NASTY)
def test_a_line_is_one_line_without_spare_space(text: str) -> None:
    result = clean.line(text)
    assert result == " ".join(result.split())


@given(name=st.binary())
def test_every_file_name_can_be_shown_and_written(name: bytes) -> None:
    shown = clean.path(name.decode("utf-8", "surrogateescape"))
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert is_safe(shown)
