from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.tui.panes import markdown
from reader.tui.panes.markdown import Block, Body, Kind, bodies


def body(text: str) -> Body:
    return list(bodies(text))[-1]


def blocks(text: str) -> list[Block]:
    return [block for block in body(text).blocks if block.kind is not Kind.GAP]


def test_headings_and_paragraphs_are_told_apart_with_a_gap_between() -> None:
    found = body("# Head\nText\n\n### Sub\n").blocks
    assert [(block.kind, block.text) for block in found] == [
        (Kind.TEXT, "Head"),
        (Kind.GAP, ""),
        (Kind.TEXT, "Text"),
        (Kind.GAP, ""),
        (Kind.TEXT, "Sub"),
    ]
    assert [found[0].component, found[2].component] == ["story--heading", "story--text"]


def test_emphasis_becomes_a_look_and_its_signs_go() -> None:
    block = blocks("Some *em **both*** and `x < y`")[0]
    assert block.text == "Some em both and x < y"
    assert block.marks == (
        (5, 12, "story--emphasis"),
        (8, 12, "story--strong"),
        (17, 22, "story--code"),
    )


def test_links_are_numbered_each_once_and_what_cannot_be_opened_is_plain_text() -> None:
    found = body("[one](http://a.b/1) http://a.b/2, [again](http://a.b/1) [js](javascript:x) [up](../x)")
    assert found.links == ("http://a.b/1", "http://a.b/2")
    assert found.blocks[0].text == "one[1] http://a.b/2[2], again[1] [js](javascript:x) up"
    assert [number for _, _, number in found.blocks[0].anchors] == [1, 2, 1]


def test_an_image_is_named_and_its_address_is_a_link() -> None:
    found = body("![A cat](http://a.b/cat.png)")
    assert found.blocks[0].text == "[image: A cat][1]"
    assert found.links == ("http://a.b/cat.png",)


def test_lists_have_signs_numbers_and_hanging_lines() -> None:
    found = [(block.first, block.rest, block.text) for block in blocks("- a\n  - b\n- c\n\n3. d\n4. e\n")]
    assert found == [
        ("• ", "  ", "a"),
        ("  • ", "    ", "b"),
        ("• ", "  ", "c"),
        ("3. ", "   ", "d"),
        ("4. ", "   ", "e"),
    ]


def test_a_quote_has_a_line_beside_it_also_between_its_paragraphs() -> None:
    assert [(block.kind, block.first) for block in body("> a\n>\n> b\n").blocks] == [
        (Kind.TEXT, "│ "),
        (Kind.GAP, "│"),
        (Kind.TEXT, "│ "),
    ]


def test_code_keeps_its_lines_and_blanks() -> None:
    assert blocks("```py\nif x:\n    y\n```\n")[0].text == "if x:\n    y"


def test_a_table_keeps_its_cells() -> None:
    table = blocks("| A | B |\n|---|---|\n| 1 | *two* |\n")[0]
    assert table.kind is Kind.TABLE
    assert table.rows == (("A", "B"), ("1", "two"))


def test_tags_go_and_the_text_between_them_stays() -> None:
    assert [block.text for block in blocks("<div>one &amp; <b>two</b></div>\n\nin<br>line")] == [
        "one &  two",
        "inline",
    ]


def test_entities_bring_no_control_characters_back() -> None:
    text = "".join(block.text for block in blocks("a &#x202e; b &#27;[31m &#x9b;\n\n<p>&#27;]0;x&#7;</p>"))
    assert all(char.isprintable() for char in text)


def test_nothing_is_nothing() -> None:
    assert list(bodies("")) == [Body()]


def test_a_long_body_comes_twice_its_beginning_first() -> None:
    text = "\n\n".join(f"Paragraph {number} of *many*." for number in range(3_000))
    first, whole = bodies(text)
    assert not first.is_whole
    assert whole.is_whole
    assert whole.blocks[: len(first.blocks)] == first.blocks
    assert sum(block.kind is Kind.TEXT for block in whole.blocks) == 3_000


def test_a_fence_is_not_parted() -> None:
    text = "```\n" + "\n\n".join(["code"] * 2_500) + "\n```\n\nAfter"
    assert [block.kind for block in blocks(text)] == [Kind.CODE, Kind.TEXT]


def test_a_cancelled_reader_gets_nothing_more() -> None:
    assert list(bodies("text", lambda: True)) == []


def test_what_takes_too_long_is_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "PATIENCE_S", 0)
    assert blocks("*plain*")[0].text == "*plain*"


def test_what_the_parser_cannot_take_is_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: object, text: str) -> None:
        raise RecursionError

    monkeypatch.setattr("markdown_it.MarkdownIt.parse", fail)
    assert blocks("*plain*")[0].text == "*plain*"


@pytest.mark.parametrize("sign", ["[", "![", "**a *b ", "> ", "[a](", "&#", "<a ", "`", "|a", "- ", "a\n"])
def test_no_sign_keeps_the_parser_busy_for_ever(sign: str) -> None:
    assert body(sign * (32_000 // len(sign))).is_whole


@settings(deadline=None)
@given(st.lists(st.sampled_from([*"ab *_`[]()!<>&#;\n-+1.|:~=\"'h/\\\t", "http://a.b/c", "```"])))
def test_any_text_becomes_blocks_with_marks_inside_of_them(parts: list[str]) -> None:
    found = body("".join(parts))
    assert not any(one.kind is other.kind is Kind.GAP for one, other in pairwise(found.blocks))
    for block in found.blocks:
        assert all(0 <= start <= end <= len(block.text) for start, end, _ in block.marks)
        assert all(0 < number <= len(found.links) for _, _, number in block.anchors)
