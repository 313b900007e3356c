"""What is fuzzed: each target takes any bytes, and raises where a promise does not hold."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from reader import browser, clean, links
from reader.archive.frontmatter import read
from reader.archive.storyfile import parse_story
from reader.errors import LinkError, QueryError
from reader.query.parse import DEPTH_LIMIT, LENGTH_LIMIT, parse
from reader.query.sql import condition
from reader.query.tree import Query, unparse
from reader.state import register
from tests.factories import make_story_text
from tests.hostile.battery import CASES
from tests.hostile.payloads import HOSTILE_URLS, PAYLOADS

NOW: Final = datetime(2026, 11, 22, tzinfo=UTC)
SEED_LIMIT: Final = 5_000
"""Bytes: a fuzzer learns nothing from longer ones, and takes its time."""

UNDRAWN: Final = {"Cc", "Cs", "Zl", "Zp"}
"""Characters that a terminal, or Textual, may do more with than draw them."""

_OPENERS: Final = ("/bin/true --url=%s", "/bin/true")


def parse_a_file(data: bytes) -> None:
    """A story comes out, or none; whatever it holds can be dumped and is clean."""
    document = read(data)
    json.dumps(document.fields)
    story = parse_story("2021/2021-02-04-a.md", data)
    if story is None:
        return
    repr(story)
    assert story.title.strip(), "a story without a title"
    for text in (story.title, story.excerpt, story.provider.name, *story.topics):
        _assert_line(text)
    for problem in story.problems:
        _assert_line(problem.reason)
    for url in filter(None, (story.url, *(item.url for item in story.related))):
        assert links.safe_url(url) == url, "an address that changes when it is looked at again"


def clean_a_text(data: bytes) -> None:
    """What comes out only draws, and stays as it is when it is cleaned again."""
    text = data.decode("utf-8", "surrogateescape")
    for cleaned in (clean.line, clean.field, clean.path):
        _assert_line(cleaned(text))
    block = clean.block(text)
    _assert_line(block.replace("\n", ""))
    assert clean.block(block) == block, "a text that changes when it is cleaned again"


def load_the_marks(data: bytes) -> None:
    """Every line is judged alike alone and among others, and merging in any order gives the same."""
    lines = register.split(data)
    alone = [register.parse(line)[0] for line in lines]
    assert register.parse(data) == alone, "a line that means something else among others"
    values = register.meaning(lines)[0]
    assert register.meaning([*reversed(lines), *lines])[0] == values, "order matters"
    alive = register.alive(lines)
    assert register.meaning(alive) == register.meaning(lines), "compacting loses something"
    filled = register.Register()
    filled.add(line for line in alone if line is not None)
    repr(filled.marks())


def open_a_link(data: bytes) -> None:
    """One word that is an http address reaches the browser, or none."""
    text = data.decode("utf-8", "surrogateescape")
    for opener in _OPENERS:
        try:
            argv = browser.command_for(text, opener, {"PATH": "/bin:/usr/bin"}, "linux").argv
        except LinkError:
            continue
        word = argv[1].removeprefix("--url=")
        assert len(argv) == 2, "more than one word"
        assert word.startswith(("http://", "https://")), "another scheme"
        assert word.isascii(), "a word that is not plain"
        assert word.isprintable(), "a word that is not plain"
        assert " " not in word, "more than one word"
        assert links.safe_url(word) == word, "an address that changes when it is looked at again"
        assert links.host_of(word), "no host to show"


def parse_a_query(data: bytes) -> None:
    """A query is meant, or its mistake has a place in it; it can be written down and means the same again."""
    text = data.decode("utf-8", "surrogateescape")
    query, mistake = Query(), None
    try:
        query = parse(text, NOW)
    except QueryError as error:
        mistake = error
    if mistake is not None:
        assert 0 <= mistake.position <= len(text), "a mistake outside of the query"
        _assert_line(str(mistake))
    elif query.node is not None:
        condition(query.node)
        again = unparse(query.node)
        # What is meant without parentheses is written down with them, and there may be too many then.
        if again.count("(") < DEPTH_LIMIT and len(again) <= LENGTH_LIMIT:
            assert parse(again, NOW).node == query.node, "it means something else again"


def _assert_line(text: str) -> None:
    bad = {char for char in text if unicodedata.category(char) in UNDRAWN}
    assert not bad, f"characters that do more than show: {sorted(map(ascii, bad))}"


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "parse": parse_a_file,
    "clean": clean_a_text,
    "state": load_the_marks,
    "link": open_a_link,
    "query": parse_a_query,
}

_LINE: Final = (
    b'{"t":"2026-11-22T02:06:46.123Z","id":"g/a.md","read":true,"url":"https://x.example/","star":false}\n'
)


def seeds_of(name: str) -> list[bytes]:
    """What a fuzzer begins with."""
    if name == "parse":
        cases = [case.content() for cases in CASES.values() for case in cases if case.times == 1]
        samples = [path.read_bytes() for path in Path(__file__).parents[2].glob("seeds/**/*.md")]
        return [
            data for data in (make_story_text("body").encode(), *samples, *cases) if len(data) < SEED_LIMIT
        ]
    if name == "state":
        return [_LINE, _LINE * 3, _LINE.replace(b"true", b"null"), b"<<<<<<< HEAD\n" + _LINE + b"=======\n"]
    if name == "link":
        return [url.encode("utf-8", "surrogatepass") for url in HOSTILE_URLS if len(url) < SEED_LIMIT]
    if name == "query":
        return [
            b'topic:"computer vision" quality>=60 -is:read',
            b"since:2021-02 (a OR b*) sort:-quality",
            b"7d",
        ]
    return [payload.encode() for payload in PAYLOADS.values()]
