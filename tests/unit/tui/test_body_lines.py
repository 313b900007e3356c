from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from reader.tui.panes.body_lines import BodyLines
from reader.tui.panes.markdown import bodies
from reader.tui.panes.story_lines import Setting
from reader.wording import ASCII_GLYPHS


def lines(text: str, width: int = 30, *, ascii: bool = False) -> list[str]:
    setting = Setting(width, ASCII_GLYPHS) if ascii else Setting(width)
    made = BodyLines(list(bodies(text))[-1], setting)
    made.make()
    return ["".join(piece for piece, _ in made[y].pieces) for y in range(len(made))]


def test_a_list_hangs_below_its_sign() -> None:
    assert lines("- a list item that is wrapped", 16) == ["• a list item", "  that is", "  wrapped"]


def test_a_table_has_columns_and_a_line_under_its_heads() -> None:
    assert lines("| A | Bee |\n|--|--|\n| one | 2 |\n") == ["A    Bee", "───  ───", "one  2"]


def test_a_wide_table_wraps_its_cells() -> None:
    table = "| Name | What it is |\n|--|--|\n| x | a description of some length |\n"
    assert lines(table, 20) == [
        "Name  What it is",
        "────  ──────────────",
        "x     a description",
        "      of some length",
    ]


def test_code_is_broken_at_the_edge_and_not_at_words() -> None:
    assert lines("```\nlong code here\n```", 11) == [" long code ", " here      "]


def test_an_anchor_knows_its_cells() -> None:
    made = BodyLines(list(bodies("- 日本 [a link](http://a.b/)"))[-1], Setting(40))
    assert made[0].anchors == ((7, 13, 1),)


def test_lines_are_made_as_they_are_asked_for() -> None:
    made = BodyLines(list(bodies("\n\n".join(["word " * 40] * 1_000)))[-1], Setting(40))
    estimate = len(made)
    assert made[10].pieces
    made.make()
    assert abs(len(made) - estimate) < len(made) // 5


def test_ascii_mode_has_its_own_signs() -> None:
    text = "".join(lines("- “a”\n\n> b\n\n---\n\n| A |\n|--|\n| é |\n\n`x` – y", ascii=True))
    assert text.isascii()
    assert "?" not in text


@settings(deadline=None)
@given(
    st.text(st.sampled_from("ab *_`[]()<>&#\n-1.|:~日👨‍👩‍👧é"), max_size=200),
    st.integers(4, 60),
    st.booleans(),
)
def test_no_line_is_wider_than_the_pane(text: str, width: int, is_ascii: bool) -> None:
    assert all(cell_len(line) <= max(width, 20) for line in lines(text, width, ascii=is_ascii))
