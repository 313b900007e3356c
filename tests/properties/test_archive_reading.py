from __future__ import annotations

import dataclasses
import functools
import os
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reader import clean, links
from reader.archive import coerce
from reader.archive.frontmatter import read
from reader.archive.scan import open_archive, walk
from reader.archive.storyfile import parse_story, read_story
from reader.archive.topics import topic_tree
from reader.model import Problem, Story, Topic, TopicFile
from tests.factories import make_story_text
from tests.properties.examples import examples

_YAMLISH = st.text(
    alphabet=st.one_of(
        st.sampled_from("\n \t:-?[]{}\"'|>&*!%#@`,~.+=;<ab0\x1b\x9b\x00\u202e\ufeff"), st.characters()
    ),
    max_size=300,
)
_KEYS = st.sampled_from(
    ["title", "excerpt", "publishedDateTime", "webUrl", "quality", "heat", "published", "provider", "topics",
     "images", "related", "secured", "featuredContent", "category", "type", "draft", "content", "x"]
)  # fmt: skip
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.sampled_from(["https://a.example/", "2021-02-04"]),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=6,
)
_MANY = settings(deadline=2_000, max_examples=examples(200))


@functools.cache
def _names(of: type[Any]) -> tuple[str, ...]:
    # Classes of ours make their fields anew each time they are asked: that took longer than all the reading.
    return tuple(field.name for field in dataclasses.fields(of))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for name in _names(type(value)):
            # Paths are kept as the system gives them, and cleaned where they are shown.
            if not (isinstance(value, Story | Problem) and name == "path"):
                yield from _texts(getattr(value, name))


def _check(story: Story | None) -> None:
    if story is None:
        return
    blocks = {story.body, story.raw_front_matter}
    for text in _texts(story):
        assert clean.block(text) == text
        assert text in blocks or "\n" not in text
    assert story.title.strip()
    for report in (story, *story.related):
        assert report.published_at is None or report.published_at.utcoffset() == datetime.now(UTC).utcoffset()
        for number in (report.quality, report.heat):
            assert number is None or abs(number) <= coerce.NUMBER_LIMIT
        for url in (
            report.original_url,
            report.web_url,
            report.amp_url,
            report.cdn_amp_url,
            *(i.url for i in report.images),
        ):
            assert not url or links.safe_url(url) == url


@_MANY
@given(st.binary(max_size=2_000))
def test_any_bytes_make_a_clean_story_or_none(data: bytes) -> None:
    read(data)
    _check(parse_story("a.md", data))


@_MANY
@given(_YAMLISH, _YAMLISH, st.sampled_from(["---", "...", "+++", ";;;", ""]))
def test_any_front_matter_makes_a_clean_story(front: str, body: str, closing: str) -> None:
    opening = "---" if closing in ("...", "") else closing
    data = f"{opening}\n{front}\n{closing}\n{body}".encode("utf-8", "surrogatepass")
    read(data)
    _check(parse_story("x/2021-02-04-a.md", data))


@_MANY
@given(st.dictionaries(_KEYS, _VALUES, max_size=6), st.text(max_size=50))
def test_any_values_make_a_clean_story(fields: dict[str, object], body: str) -> None:
    _check(parse_story("a.md", make_story_text(body, **fields).encode("utf-8", "surrogatepass")))


@_MANY
@given(
    st.text(min_size=8, alphabet="SEALD+/=", max_size=40),
    st.sampled_from(["{}: {!r}", "{}: {}", "{}: |\n  {}", "- {}: {}"]),
    _YAMLISH,
)
def test_sealed_content_is_never_kept(blob: str, form: str, before: str) -> None:
    line = form.format("secured", blob)
    front = f"title: T\n{line}" if "- " not in form else f"related:\n  {line}"
    assert blob not in repr(read(f"---\n{front}\n---\n".encode()))
    assert read(f"---\n{before}\n{line}\n---\n".encode("utf-8", "surrogatepass")) is not None


@_MANY
@given(st.datetimes(), st.integers(-24 * 60 + 1, 24 * 60 - 1))
def test_a_date_comes_back_as_it_was_written(moment: datetime, offset_minutes: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=offset_minutes)))
    reasons: list[str] = []
    found = coerce.date(aware.isoformat(), reasons.append)
    assert found == aware or reasons == ["is out of range"]


@_MANY
@given(
    st.from_regex(
        r"\A\d{4}[-/]\d{1,2}[-/]\d{1,2}"
        r"([T ]\d{1,2}:\d\d(:\d\d)?([.,]\d+)?( ?(Z|[+-]\d\d:?\d\d|[A-Z]{3}))?)?\Z"
    )
    | st.from_regex(r"\A(Mon, )?\d{1,2} (Jan|Feb) \d{4} \d\d:\d\d(:\d\d)? ([+-]\d{4,6}|GMT)\Z")
    | st.from_regex(r"\A\d{1,14}\Z")
    | st.text(max_size=30)
)
def test_anything_like_a_date_is_one_or_is_told(written: str) -> None:
    reasons: list[str] = []
    found = coerce.date(written, reasons.append)
    assert found is not None or reasons or coerce.is_absent(written)
    assert found is None or found.tzinfo is UTC


@_MANY
@given(
    st.from_regex(re.compile(coerce._PLAIN_URL.pattern, re.ASCII), fullmatch=True)
    | st.from_regex(r"\Ahttps?://[a-z.:/?#&;%=@\[\]]{1,30}\Z")
)
def test_the_short_cut_for_addresses_gives_what_the_check_gives(url: str) -> None:
    if coerce._PLAIN_URL.fullmatch(url) and len(url) <= links.URL_LIMIT:
        assert links.safe_url(url) == url


@settings(deadline=2_000, max_examples=examples(150))
@given(st.binary(min_size=1, max_size=200).filter(lambda name: b"/" not in name and b"\0" not in name))
def test_any_file_name_is_found_and_read(name: bytes) -> None:
    if name.startswith(b"."):
        name = b"x" + name
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(os.fsencode(folder), name + b".md")
        with open(path, "w") as file:
            file.write(make_story_text(title=None))
        archive = open_archive(Path(folder))
        (found,) = next(walk(archive)).stamps()
        assert os.fsencode(found) == name + b".md"
        _check(read_story(archive, found))
        assert open_archive(Path(os.fsdecode(path))).only == (found,)


@settings(deadline=2_000, max_examples=examples(100))
@given(
    st.binary(min_size=1, max_size=100).filter(
        lambda name: b"/" not in name and b"\0" not in name and name not in (b".", b"..")
    )
)
def test_any_folder_has_a_clean_name(name: bytes) -> None:
    with tempfile.TemporaryDirectory() as parent:
        folder = os.path.join(os.fsencode(parent), name)
        os.mkdir(folder)
        found = open_archive(Path(os.fsdecode(folder))).name
    assert found
    assert ".." not in found
    assert clean.line(found) == found


_NAMES = st.sampled_from(["a", "A", "b", "c", "C", "d", "e", ""])


@_MANY
@given(
    st.lists(st.builds(TopicFile, _NAMES.filter(bool), _NAMES, _NAMES), max_size=12),
    st.lists(_NAMES, max_size=8),
)
def test_a_topic_tree_holds_every_topic_once_and_in_order(files: list[TopicFile], named: list[str]) -> None:
    def names(topics: tuple[Topic, ...]) -> list[str]:
        assert list(topics) == sorted(topics, key=lambda topic: topic.name.casefold())
        return [name for topic in topics for name in (topic.name.casefold(), *names(topic.children))]

    wanted = {topic.name.casefold() for topic in files} | {name.casefold() for name in named if name}
    assert sorted(names(topic_tree(files, named))) == sorted(wanted)
