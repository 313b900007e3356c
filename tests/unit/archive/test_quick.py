"""The short way must say what the careful one says; of what is odd, nothing."""

from __future__ import annotations

import re

import pytest

from reader import resources
from reader.archive.quick import Entry, quick_entry
from reader.archive.storyfile import parse_story
from reader.query.text import searched_texts
from tests.machine_form import machine_story


def careful_entry(path: str, data: bytes) -> Entry:
    story = parse_story(path, data)
    assert story is not None
    same = {name: getattr(story, name) for name in Entry._fields if hasattr(story, name)}
    return Entry(**same, related_count=len(story.related), texts=tuple(searched_texts(story)))


FULL = r"""---
category: news
title: "A title"
excerpt: "An excerpt."
publishedDateTime: 2021-02-04T12:52:00Z
originalUrl: "https://a.example.com/o/"
webUrl: "https://a.example.com/w/"
ampWebUrl: "https://a.example.com/amp/"
cdnAmpWebUrl: "https://cdn.example.com/c/s/a?b=c"
type: video
quality: 24
heat: -1
published: false
featuredContent: "<iframe src=\"https://v.example.com/1\"></iframe>"

provider:
  name: Example News
  domain: a.example.com
  images:
    - url: "/a.png"
      width: 50
      height: 50

topics:
  - AI
  - "Power: Apps"

images:
  - url: "https://a.example.com/a.jpg"
    width: 700
    height: 400
    title: "Seen"
    isCached: true

related:
  - title: "Told by others"
    excerpt: "More of it."
    publishedDateTime: 2021-02-04T13:52:00Z
    webUrl: "https://b.example.com/r"
    type: article
    provider:
      name: Other News
      domain: b.example.com
    quality: 3
    images:
      - url: "https://b.example.com/b.png"
        width: 1
        height: 2
  - title: "Told without a word"

secured: "AbCd+/=="
---

The body.
"""


def changed(old: str, new: str) -> bytes:
    assert old in FULL
    return FULL.replace(old, new, 1).encode()


def without(pattern: str) -> bytes:
    text, count = re.subn(pattern, "", FULL, count=1, flags=re.MULTILINE)
    assert count == 1
    return text.encode()


TAKEN = {
    "as it is": FULL.encode(),
    "line ends of Windows": FULL.replace("\n", "\r\n").encode(),
    "a byte order mark": b"\xef\xbb\xbf" + FULL.encode(),
    "no body": FULL.removesuffix("\n\nThe body.\n").encode(),
    "a rule in the body": (FULL + "\n---\n\nsecured: x\n").encode(),
    "entities": changed("A title", "A &amp; B &#8220;C&#8221; &nbsp; D"),
    "escapes": changed("An excerpt.", r"He said \"no\"\r\n\tto C:\\temp"),
    "spaces to fold": changed("A title", "  A   title "),
    # Each for itself: one of them sends a text the long way whatever becomes of the others.
    "two spaces": changed("A title", "A  title"),
    "a space before": changed("A title", " A title"),
    "a space behind": changed("A title", "A title "),
    "a long word": changed("A title", "w" * 1_500),
    "a long excerpt of one word": changed("An excerpt.", "w" * 5_000),
    "a short word of nothing": changed("An excerpt.", "~"),
    "other letters": changed("A title", "人工智能 — ‘Ünïcödé’ 🙂"),
    "joined signs": changed("A title", "👩\u200d💻 \u202eabc\u202c no\u00a0break"),
    "piled marks": changed("A title", "Z" + "\u0301" * 9),
    "a long title": changed("A title", "word " * 400),
    "an empty excerpt": changed("An excerpt.", ""),
    "an excerpt of nothing": changed("An excerpt.", "null"),
    "no excerpt": without(r"^excerpt: .*\n"),
    "no category": without(r"^category: .*\n"),
    "no type": without(r"^type: .*\n"),
    "no numbers": without(r"^quality: .*\nheat: .*\npublished: .*\n"),
    "published": changed("published: false", "published: true"),
    "below zero": changed("quality: 24", "quality: -3"),
    "no web address": without(r"^webUrl: .*\n"),
    "no address": without(r"^originalUrl: .*\nwebUrl: .*\nampWebUrl: .*\ncdnAmpWebUrl: .*\n"),
    "no player": without(r"^featuredContent: .*\n"),
    "no topics": changed('topics:\n  - AI\n  - "Power: Apps"\n', "topics: []\n"),
    "topics twice": changed("  - AI\n", "  - AI\n  - ai\n  - 'AI\n".replace("'", "")),
    "a topic of nothing": changed("  - AI\n", "  - null\n"),
    "a provider of nothing": changed("Example News", "null"),
    "a provider in quotes": changed("Example News", '"A: B"'),
    "a provider with signs": changed("Example News", "O’Reilly & Sons (U.K.), A/B!"),
    "no images": changed(FULL[FULL.index("images:\n  - url") : FULL.index("related:")], "images: []\n\n"),
    "no related": changed(FULL[FULL.index("related:") : FULL.index("secured")], "related: []\n\n"),
    "nothing sealed": without(r"^secured: .*\n"),
    "blanks behind the end": changed("---\n\nThe body", "---  \n\nThe body"),
    "Windows-1252": FULL.encode().replace(b"A title", b"A t\xeftle"),
    "UTF-16": FULL.encode("utf-16"),
    "a related title to clean": changed("Told by others", "Told &amp;  by “others”"),
    "an entity in a related address": changed("b.example.com/r", "b.example.com/r?a=1&amp;b=2"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_the_usual_form_is_read_as_the_careful_parser_reads_it(name: str) -> None:
    entry = quick_entry("2021/a.md", TAKEN[name])
    assert entry is not None
    assert entry == careful_entry("2021/a.md", TAKEN[name])


LEFT = {
    "nothing": b"",
    "no front matter": b"Just text.\n",
    "another order": changed('excerpt: "An excerpt."\n', "").replace(b"type:", b'excerpt: "E"\ntype:'),
    "an unknown field": changed("type: video", "type: video\nmood: good"),
    "a key twice": changed("type: video", "type: video\ntype: article"),
    "a plain title": changed('"A title"', "A title"),
    "a title in single quotes": changed('"A title"', "'A title'"),
    "no title": without(r"^title: .*\n"),
    "an empty title": changed("A title", ""),
    "a title of nothing": changed("A title", "null"),
    "a title of spaces": changed("A title", "&nbsp;"),
    "an escaped character": changed("A title", r"A \u00e9"),
    "an escape that YAML alone knows": changed("A title", r"A \e[0m"),
    "a tab": changed("A title", "A\ttitle"),
    "a control character": changed("A title", "A\x1b[31mtitle"),
    "one of eight bits": changed("A title", "A\x9btitle"),
    "a line separator": changed("A title", "A\u2028title"),
    "a title over two lines": changed("A title", "A\n  title"),
    "a block": changed('"An excerpt."', ">-\n  An excerpt\n  of lines"),
    "a comment": changed("type: video", "type: video # seen"),
    "a comment behind quotes": changed('"A title"', '"A title" # seen'),
    "a type of nothing": changed("type: video", "type: null"),
    "a day that is not": changed("2021-02-04T12", "2021-02-30T12"),
    "a day of leap years": changed("2021-02-04T12", "2020-02-29T12"),
    "a month that is not": changed("2021-02-04T12", "2021-13-04T12"),
    "an hour that is not": changed("T12:52", "T24:52"),
    "another zone": changed("12:52:00Z", "12:52:00+02:00"),
    "a date alone": changed("2021-02-04T12:52:00Z", "2021-02-04"),
    "no date": without(r"^publishedDateTime: .*\n"),
    "a date of the related that is not": changed("2021-02-04T13", "2021-04-31T13"),
    "another scheme": changed("https://a.example.com/w/", "javascript:alert(1)"),
    "a path for an address": changed("https://a.example.com/w/", "/w/"),
    "a host in capitals": changed("https://a.example.com/w/", "https://A.example.com/w/"),
    "a host of other letters": changed("https://a.example.com/w/", "https://ä.example.com/w/"),
    "a user in an address": changed("https://a.example.com/w/", "https://u@a.example.com/w/"),
    "an entity in the address": changed("a.example.com/w/", "a.example.com/w/?a=1&amp;b=2"),
    "a long address": changed("a.example.com/w/", "a.example.com/" + "w" * 2_100),
    "an address of an image": changed("https://a.example.com/a.jpg", "ftp://a.example.com/a.jpg"),
    "an address of the related": changed("https://b.example.com/r", "mailto:a@b.example"),
    "words for a number": changed("quality: 24", "quality: high"),
    "a number too large": changed("quality: 24", "quality: 99999999999"),
    "a word for a flag": changed("published: false", "published: perhaps"),
    "an alias": changed('"An excerpt."', "*a"),
    "a player that is none": changed("https://v.example.com/1", "javascript:x"),
    "a domain that is an address": changed("domain: a.example.com", "domain: https://a.example.com/"),
    "a provider with a colon": changed("Example News", "Example: News"),
    "a provider with a comment": changed("Example News", "Example #1"),
    "a provider without end": changed("Example News", "N" * 200),
    "an odd topic": changed("  - AI\n", "  - [AI]\n"),
    "topics without end": changed("  - AI\n", "".join(f"  - T{n}\n" for n in range(70))),
    "images without end": changed(
        "images:\n  - ", "images:\n" + '  - url: "https://a.example.com/a"\n' * 120 + "  - "
    ),
    "related without end": changed("related:\n", "related:\n" + '  - title: "Again"\n' * 600),
    "related without a title": changed('  - title: "Told without a word"', '  - excerpt: "E"'),
    "a related title of nothing": changed("Told without a word", "~"),
    "the first related title of nothing": changed("Told by others", "~"),
    "related nothing": changed(FULL[FULL.index("related:") : FULL.index("secured")], "related:\n\n"),
    "sealed twice": changed("A title", "x, secured: y"),
    "sealed in capitals": changed("A title", "SECURED: y"),
    "something behind what is sealed": changed('"AbCd+/=="\n', '"AbCd+/=="\nmore: 1\n'),
    "a header without end": changed("AbCd+/==", "A" * 70_000),
    "a body without end": FULL.encode() + b"x" * 530_000,
    "no closing line": FULL.partition("\n---\n\nThe body")[0].encode(),
    "bytes of no encoding": FULL.encode().replace(b"body", b"\x81"),
    "other digits": changed("quality: 24", "quality: \u0662"),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_odd_is_left_to_the_careful_parser(name: str) -> None:
    assert quick_entry("2021/a.md", LEFT[name]) is None


@pytest.mark.parametrize("number", range(40))
def test_the_form_of_machines_is_taken(number: int) -> None:
    data = machine_story(number).encode()
    entry = quick_entry("a.md", data)
    assert entry is not None
    assert entry == careful_entry("a.md", data)


def test_the_seeds_are_taken() -> None:
    for path in resources.seeds_dir().glob("*.md"):
        data = path.read_bytes()
        assert quick_entry(path.name, data) == careful_entry(path.name, data)
