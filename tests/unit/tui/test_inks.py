from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reader.tui.inks import CONTRAST, Rgb, contrast, readable

WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)
COLORS = st.tuples(*[st.integers(0, 255)] * 3)


def test_contrast_is_that_of_wcag() -> None:
    assert round(contrast(WHITE, BLACK), 1) == 21
    assert contrast(WHITE, WHITE) == 1
    assert round(contrast((119, 119, 119), WHITE), 2) == 4.48


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert readable((120, 0, 0), [WHITE]) == (120, 0, 0)


def test_a_pale_colour_on_white_gets_darker_and_keeps_its_hue() -> None:
    red, green, blue = readable((255, 166, 43), [WHITE])
    assert red > green > blue
    assert contrast((red, green, blue), WHITE) >= CONTRAST


@given(COLORS, COLORS)
def test_any_colour_can_be_made_readable_on_any_ground(color: Rgb, ground: Rgb) -> None:
    # 4.58 is what black and white both have on the middle grey.
    assert contrast(readable(color, [ground]), ground) >= 4.5
