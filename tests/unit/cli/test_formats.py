from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reader import clean
from reader.cli.formats import FORMATS, Heading, Item, markdown_text
from reader.cli.values import row_values
from reader.model import Provider, RowId, StoryId, StoryRow
from tests.hostile.payloads import HOSTILE_URLS

ACTING = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]></title><script>",
    "&lt;b&gt; &amp; &copy;",
    "[link](javascript:alert(1))",
    "![image](https://evil.example/x.png)",
    "<https://evil.example/>",
    "# a heading",
    "1. a list",
    "- a list",
    "+ a list",
    "===",
    "| a | table |",
    "`code` *strong* _weak_ ~~gone~~ $x$",
    '=HYPERLINK("https://evil.example","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "  =1+1",
    "＝1+1",
    "|cmd",
    '"quoted", with a comma',
    "\N{WINKING FACE} ünï ｗｉｄｅ",
    "</style><style>*{display:none}",
]


def item(note: str = "", **fields: object) -> Item:
    """An item of a story with these fields, hostile ones cleaned as those of a story are."""
    texts = {name: clean.line(value) if isinstance(value, str) else value for name, value in fields.items()}
    values = {"story_id": StoryId("a/b.md"), "title": "A title", **texts}
    row = StoryRow(row_id=RowId(1), **values)  # type: ignore[arg-type]
    is_starred = True
    return Item(
        row=row,
        file="a/b.md",
        is_read=False,
        is_starred=is_starred,
        note=clean.line(note),
        values=row_values(row, "a/b.md", is_read=False, is_starred=is_starred),
    )


def written(form: str, *items: Item, title: str = "A heading") -> str:
    return "".join(FORMATS[form](items, Heading(title)))


FULL = item(
    excerpt="An excerpt.",
    published_at=datetime(2021, 2, 4, 12, 52, tzinfo=UTC),
    url="https://news.example.com/a/?b=1&copy;=2",
    kind="article",
    quality=24,
    provider=Provider("Example News", "example.com"),
    topics=("AI", "Robotics"),
)


def test_markdown_has_a_section_a_story_with_a_link() -> None:
    assert written("md", FULL) == (
        "# A heading\n"
        "\n## [A title](<https://news.example.com/a/?b=1&amp;copy;=2>)\n"
        "\nExample News · example.com · 4 Feb 2021 · quality 24 · AI, Robotics\n"
        "\n> An excerpt.\n"
    )


@pytest.mark.parametrize("form", FORMATS)
def test_what_a_story_lacks_is_absent(form: str) -> None:
    text = written(form, item(title="Bare"))
    assert "Bare" in text
    assert "None" not in text.replace("'none'", "")
    assert "<p" not in text


def test_no_story_is_fine_in_every_format() -> None:
    assert written("json") == "[]\n"
    assert written("md") == "# A heading\n"
    assert written("csv").count("\n") == 1
    assert ElementTree.fromstring(written("rss")).findall(".//item") == []
    assert written("html").endswith("</html>\n")


def tokens(text: str) -> list[Token]:
    """What a Markdown reader makes of it, tables and strike-through included."""
    parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return [token for block in parsed for token in (block, *(block.children or ()))]


def shown(found: Sequence[Token]) -> str:
    return "".join(token.content for token in found if token.type in ("text", "text_special"))


@pytest.mark.parametrize("text", ACTING)
def test_markdown_of_a_story_stays_text(text: str) -> None:
    clean_text = clean.line(text)
    found = tokens(written("md", item(note=text, title=text, excerpt=text), title=clean_text))
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in found}
    assert kinds <= {"heading", "inline", "paragraph", "blockquote", "text", "text_special"}
    assert shown(found) == f"{clean_text * 3}Note: {clean_text}"


@given(st.text())
def test_any_text_stays_text_in_markdown(text: str) -> None:
    line = clean.line(text)
    assert shown(tokens(f"> {markdown_text(line)}\n")) == line


class Page(HTMLParser):
    """What a browser would see of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("text", ACTING)
def test_a_web_page_runs_nothing_of_a_story_and_loads_nothing(text: str) -> None:
    hostile = item(
        note=text, title=text, excerpt=text, topics=(clean.line(text),), provider=Provider(clean.line(text))
    )
    page = Page(written("html", hostile, FULL, title=clean.line(text)))
    assert page.tags <= {*["html", "head", "meta", "title", "style", "body", "h1", "h2", "article", "p", "a"]}
    names = {name for name, _ in page.attributes}
    assert names <= {"lang", "charset", "http-equiv", "content", "name", "href", "rel", "class"}
    assert "".join(page.texts).count(clean.line(text)) == 7
    assert any("default-src 'none'" in (value or "") for _, value in page.attributes)


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_no_format_has_a_link_but_to_a_web_address(url: str) -> None:
    hostile = item(url=url)
    for name, value in Page(written("html", hostile)).attributes:
        assert name != "href" or str(value).startswith(("http://", "https://"))
    links = [token for token in tokens(written("md", hostile)) if token.type == "link_open"]
    assert all(str(token.attrs["href"]).startswith(("http://", "https://")) for token in links)
    address = ElementTree.fromstring(written("rss", hostile)).findtext(".//item/link") or ""
    assert re.fullmatch(r"(https?://.*)?", address)
    cells = list(csv.reader(io.StringIO(written("csv", hostile))))[1]
    assert cells[1] == address


def test_a_feed_is_rss_2() -> None:
    root = ElementTree.fromstring(written("rss", FULL, item(title="Bare")))
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    (channel,) = root
    assert [part.tag for part in channel][:3] == ["title", "link", "description"]
    story, bare = channel.findall("item")
    assert story.findtext("title") == "A title"
    assert story.findtext("link") == "https://news.example.com/a/?b=1&copy;=2"
    assert [part.text for part in story.findall("category")] == ["AI", "Robotics"]
    published = parsedate_to_datetime(story.findtext("pubDate") or "")
    assert published == FULL.row.published_at
    guid = story.find("guid")
    assert guid is not None
    assert (guid.text, guid.get("isPermaLink")) == ("a/b.md", "false")
    assert [part.tag for part in bare] == ["title", "guid"]


@pytest.mark.parametrize("text", ACTING)
def test_a_feed_says_what_the_story_says_and_no_markup_of_it_counts(text: str) -> None:
    hostile = item(note=text, title=text, excerpt=text)
    root = ElementTree.fromstring(written("rss", hostile, title=clean.line(text)))
    assert root.findtext(".//item/title") == clean.line(text)
    # A reader takes the description for HTML.
    description = Page(root.findtext(".//item/description") or "")
    assert "".join(description.texts) == f"{clean.line(text)}Note: {clean.line(text)}"
    assert description.tags == {"br"}


def test_a_story_id_that_is_no_utf_8_has_a_guid() -> None:
    root = ElementTree.fromstring(written("rss", _with_id("a/m\udcfc ü.md")))
    assert unquote(root.findtext(".//guid") or "", errors="surrogateescape") == "a/m\udcfc ü.md"


def _with_id(story_id: str) -> Item:
    row = StoryRow(row_id=RowId(1), story_id=StoryId(story_id), title="A title")
    return Item(row=row, file="", is_read=False, is_starred=False, values={})


@given(st.text(), st.text())
def test_a_feed_of_any_text_is_xml(title: str, excerpt: str) -> None:
    root = ElementTree.fromstring(written("rss", item(title=title, excerpt=excerpt)))
    assert (root.findtext(".//item/title") or "") == clean.line(title)


def test_a_row_of_a_table_has_every_column() -> None:
    names, cells = csv.reader(io.StringIO(written("csv", FULL)))
    assert dict(zip(names, cells, strict=True)) == {
        "title": "A title",
        "url": "https://news.example.com/a/?b=1&copy;=2",
        "provider": "Example News",
        "domain": "example.com",
        "published_at": "2021-02-04T12:52:00Z",
        "quality": "24",
        "topics": "AI; Robotics",
        "type": "article",
        "is_read": "false",
        "is_starred": "true",
        "note": "",
        "excerpt": "An excerpt.",
        "id": "a/b.md",
        "file": "a/b.md",
    }


@given(st.lists(st.sampled_from(ACTING) | st.text(), min_size=1, max_size=3))
def test_no_cell_is_a_formula(texts: list[str]) -> None:
    items = [
        item(note=text, title=text, excerpt=text, topics=(clean.line(text),), quality=-3) for text in texts
    ]
    _, *lines = csv.reader(io.StringIO(written("csv", *items), newline=""))
    assert len(lines) == len(texts)
    for cells, text in zip(lines, texts, strict=True):
        assert cells[5] == "-3"
        assert cells[0].removeprefix("'") == clean.line(text).removeprefix("'")
        del cells[5]
        assert not any(re.match(r"\s*[=+\-@|%＝＋－＠]", cell) for cell in cells)


def test_json_is_a_list_with_one_story_a_line() -> None:
    text = written("json", FULL, item(title="Bare"))
    assert text.count("\n") == 4
    assert [story["title"] for story in json.loads(text)] == ["A title", "Bare"]
