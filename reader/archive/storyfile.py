"""A story file becomes a `Story`: every field in its type, clean, under whichever usual name it has."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, partial
from typing import Final, TypedDict

from reader import clean
from reader.archive import coerce
from reader.archive.files import read_regular
from reader.archive.frontmatter import Document, Value, read
from reader.model import Archive, Image, Problem, ProblemKind, Provider, Related, Story
from reader.patterns import pattern
from reader.values import replace

FILE_LIMIT: Final = 2 * 1_048_576
"""Bytes read of a file: what is parsed and shown of one is 0.8 million characters; many have three bytes."""

TOPICS_LIMIT: Final = 64
RELATED_LIMIT: Final = 500
IMAGES_LIMIT: Final = 100
_TOPIC_ITEMS_LIMIT: Final = 1_000  # with those named twice
PROBLEMS_LIMIT: Final = 50

# Names as `_plain` makes them; the first that holds something counts.
_TITLE: Final = ("title", "headline")
_EXCERPT: Final = ("excerpt", "summary", "description", "subtitle")
_DATE: Final = ("publisheddatetime", "publishedat", "datepublished", "publisheddate", "pubdate", "date")
_ORIGINAL_URL: Final = ("originalurl",)
_WEB_URL: Final = ("weburl", "url", "link", "permalink", "canonicalurl")
_AMP_URL: Final = ("ampweburl", "ampurl")
_CDN_AMP_URL: Final = ("cdnampweburl", "cdnampurl")
_KIND: Final = ("type", "kind")
_PROVIDER: Final = ("provider", "source", "publisher", "site", "author")
_TOPICS: Final = ("topics", "topic", "tags", "tag", "categories")
_IMAGES: Final = ("images", "image")
_NAME: Final = ("name", "title", "label")
_ADDRESS: Final = ("url", "src", "link")
_DOMAIN: Final = ("domain", "host", "url")

_NO_STORY: Final = pattern(
    r"(?:readme|licen[cs]e|changelog|contributing|code[-_]of[-_]conduct|security)(?:[-._][a-z]{2}(?:[-_][a-z]{2,4})?)?",
    re.IGNORECASE,
)
_FOLDER_PAGE: Final = frozenset(["index", "_index", "readme"])
_DATE_PREFIX: Final = pattern(r"(\d{4}-\d{2}-\d{2})(?:[-_ ]+|$)", re.ASCII)
_HEADING: Final = pattern(
    r"^ {0,3}#{1,6}[ \t]+([^\n]*)|^ {0,3}(\S[^\n]*)\n {0,3}(?:=+|-+)[ \t]*$", re.MULTILINE
)
_HEADING_LIMIT: Final = 20_000  # characters of a body searched for a heading

_Complain = Callable[[str, str], None]
"""Called with the plain name of a field and what is wrong with it."""


class _Common(TypedDict):
    """What `Story` and `Related` share."""

    title: str
    excerpt: str
    published_at: datetime | None
    original_url: str
    web_url: str
    amp_url: str
    cdn_amp_url: str
    kind: str
    quality: int | None
    heat: int | None
    is_published: bool | None
    provider: Provider
    topics: tuple[str, ...]
    images: tuple[Image, ...]


class _Fields:
    """A mapping asked by any of the names a field goes by."""

    __slots__ = ("_complain", "_values")

    def __init__(self, fields: dict[str, Value], complain: _Complain) -> None:
        self._complain = complain
        self._values = {_plain(name): value for name, value in fields.items() if not coerce.is_absent(value)}

    def get(self, names: tuple[str, ...]) -> Value | None:
        """The first value there is, nobody told what is wrong with it."""
        return self.find(names)[0]

    def find(self, names: tuple[str, ...]) -> tuple[Value | None, coerce.Tell]:
        """The first value there is, and whom to tell what is wrong with it."""
        for name in names:
            if name in self._values:
                return self._values[name], partial(self._complain, name)
        return None, _untold


def _untold(reason: str) -> None:
    """There is nothing wrong with what is absent."""


@lru_cache(maxsize=1_024)
def _plain(name: str) -> str:
    """A field's name without case, underscores, dashes and spaces: ``published_at`` is ``publishedAt``."""
    return re.sub(r"[-_\s]", "", name[:100]).casefold()


def read_story(archive: Archive, path: str) -> Story | None:
    """The story in a file of the archive, or None where the file is no story.

    Raises:
        StoryFileError: If the file has vanished, cannot be read or is no regular file.
    """
    return whole_story(path, *read_regular(archive.root, path, FILE_LIMIT))


def whole_story(path: str, data: bytes, is_longer: bool) -> Story | None:
    """What `parse_story` gives; told if the file `is_longer` than its first `FILE_LIMIT` bytes, the data."""
    story = parse_story(path, data)
    if story is None or not is_longer:
        return story
    problem = Problem(path, 0, f"longer than {FILE_LIMIT // 1_048_576} MiB: the rest was not read")
    return replace(story, problems=(problem, *story.problems))


def parse_story(path: str, data: bytes) -> Story | None:
    """The story a file holds, however damaged, or None for a README and the like. Never raises.

    Plain text without front matter is no story either.

    Args:
        path: Relative to the archive's root; gives the title and the date where the file has none.
        data: The file's bytes.
    """
    document = read(data)
    if not document.has_front_matter and not _may_be_story(path):
        return None
    complaints: list[tuple[str, str]] = []

    def complain(name: str, reason: str) -> None:
        complaints.append((name, reason))

    fields = _Fields(document.fields, complain)
    common = _common(fields)
    if common["published_at"] is None and fields.get(_DATE) is None:
        common["published_at"] = _date_of(path)
    if not common["title"]:
        common["title"] = _title_of(document.body, path)
    return Story(
        path=path,
        category=coerce.text(*fields.find(("category",))),
        body=_body(document.body, partial(complain, "body")),
        related=_related(fields, complain),
        featured_url=coerce.embedded_url(*fields.find(("featuredcontent",))),
        sealed_bytes=document.sealed_bytes,
        raw_front_matter=clean.block(document.raw),
        problems=_problems(path, data, document, complaints),
        **common,
    )


def _may_be_story(path: str) -> bool:
    stem, suffix = os.path.splitext(path.rpartition("/")[2])
    return suffix.lower() != ".txt" and not _NO_STORY.fullmatch(stem)


def _common(fields: _Fields) -> _Common:
    original_url = coerce.url(*fields.find(_ORIGINAL_URL))
    web_url = coerce.url(*fields.find(_WEB_URL))
    amp_url = coerce.url(*fields.find(_AMP_URL))
    cdn_amp_url = coerce.url(*fields.find(_CDN_AMP_URL))
    published_at, is_published = _publication(fields)
    return {
        "title": coerce.text(*fields.find(_TITLE)),
        "excerpt": coerce.text(*fields.find(_EXCERPT), clean.EXCERPT_LIMIT),
        "published_at": published_at,
        "original_url": original_url,
        "web_url": web_url,
        "amp_url": amp_url,
        "cdn_amp_url": cdn_amp_url,
        "kind": coerce.text(*fields.find(_KIND)),
        "quality": coerce.number(*fields.find(("quality",))),
        "heat": coerce.number(*fields.find(("heat",))),
        "is_published": is_published,
        "provider": _provider(fields, web_url or original_url or amp_url),
        "topics": _topics(fields),
        "images": _images(fields),
    }


def _publication(fields: _Fields) -> tuple[datetime | None, bool | None]:
    """When and whether it was published; some write the date under ``published``."""
    published_at = coerce.date(*fields.find(_DATE))
    value, tell = fields.find(("published", "ispublished"))
    if published_at is None and isinstance(value, str) and len(value) >= len("2021-2-4"):
        return coerce.date(value, tell), None
    is_published = coerce.flag(value, tell)
    if is_published is None:
        is_draft = coerce.flag(*fields.find(("draft",)))
        is_published = None if is_draft is None else not is_draft
    return published_at, is_published


def _provider(fields: _Fields, address: str) -> Provider:
    value, tell = fields.find(_PROVIDER)
    if isinstance(value, list):  # several authors
        value = value[0] if value and isinstance(value[0], dict) else coerce.text(value, tell)
    if isinstance(value, dict):
        inner = _Fields(value, _ignore)
        return Provider(coerce.text(*inner.find(_NAME)), coerce.domain(inner.get(_DOMAIN), address))
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return Provider("", coerce.domain(value, address))
    return Provider(coerce.text(value, tell), coerce.domain(None, address))


def _topics(fields: _Fields) -> tuple[str, ...]:
    topics: dict[str, str] = {}
    for name in _TOPICS:
        value, tell = fields.find((name,))
        items = value.split(",", _TOPIC_ITEMS_LIMIT) if isinstance(value, str) else value or ()
        for number, item in enumerate(items):
            if isinstance(item, dict):
                item = _Fields(item, _ignore).get(_NAME) or ""
            topic = coerce.text(item, _untold) if not coerce.is_absent(item) else ""
            is_new = topic.casefold() not in topics
            if number >= _TOPIC_ITEMS_LIMIT or (is_new and len(topics) >= TOPICS_LIMIT):
                tell(f"has more than {TOPICS_LIMIT} topics: the rest was left out")
                break
            if topic:
                topics.setdefault(topic.casefold(), topic)
    return tuple(topics.values())


def _ignore(name: str, reason: str) -> None:
    """Leave it untold."""


def _images(fields: _Fields) -> tuple[Image, ...]:
    value, tell = fields.find(_IMAGES)
    found: list[Image] = []
    for item in _items(value, IMAGES_LIMIT, "images", tell):
        inner = _Fields(item if isinstance(item, dict) else {"url": item}, _ignore)
        address = coerce.url(inner.get(_ADDRESS), tell, is_path_fine=True)
        if address:
            width, height = (coerce.number(inner.get((side,)), _untold) or 0 for side in ("width", "height"))
            title = coerce.text(inner.get(("title", "alt", "caption")), _untold)
            found.append(Image(address, max(width, 0), max(height, 0), title))
    return tuple(found)


def _related(fields: _Fields, complain: _Complain) -> tuple[Related, ...]:
    value, tell = fields.find(("related",))
    found: list[Related] = []
    for number, item in enumerate(_items(value, RELATED_LIMIT, "related stories", tell), start=1):
        if coerce.is_absent(item):
            continue

        def tell_of(name: str, reason: str, number: int = number) -> None:
            complain("related", f"{number}: {name} {reason}")

        if isinstance(item, str) and not item.startswith(("http://", "https://")):
            item = {"title": item}
        report = Related(**_common(_Fields(item if isinstance(item, dict) else {"url": item}, tell_of)))
        if report.title or report.url:
            found.append(report)
    return tuple(found)


def _items(value: Value | None, limit: int, noun: str, tell: coerce.Tell) -> list[Value]:
    """A list as it is, a single value as a list of one; cut off at `limit`."""
    items: list[Value] = value if isinstance(value, list) else [value] if value else []
    if len(items) > limit:
        tell(f"has more than {limit} {noun}: the rest was left out")
    return items[:limit]


def _body(body: str, tell: coerce.Tell) -> str:
    if len(body) > clean.BLOCK_LIMIT:
        tell(f"longer than {clean.BLOCK_LIMIT:,} characters: the rest was left out")
    lines = clean.block(body).rstrip()
    # Whole blank lines only: four spaces before the first word make it code.
    start = lines.rfind("\n", 0, len(lines) - len(lines.lstrip("\n "))) + 1
    return lines[start:]


def _title_of(body: str, path: str) -> str:
    """The first heading, else the file's name in words, else its folder's; never empty."""
    heading = _HEADING.search(body[:_HEADING_LIMIT])
    if heading:
        title = clean.field((heading[1] or heading[2] or "").strip().rstrip("#"))
        if title:
            return title
    folder, _, name = path.rpartition("/")
    stem = os.path.splitext(name)[0]
    if stem.casefold() in _FOLDER_PAGE:
        stem = folder.rpartition("/")[2] or stem
    words = re.sub(r"[-_]+", " ", _DATE_PREFIX.sub("", stem, count=1))
    return clean.path(words) or clean.path(stem) or "(no title)"


def _date_of(path: str) -> datetime | None:
    """The date a file's name begins with, as blogs name their files."""
    found = _DATE_PREFIX.match(path.rpartition("/")[2])
    return coerce.date(found[1], _untold) if found else None


def _problems(
    path: str, data: bytes, document: Document, complaints: list[tuple[str, str]]
) -> tuple[Problem, ...]:
    if not data.strip(b"\0\t\n\r "):
        return (Problem(path, 0, "the file is empty", ProblemKind.UNREADABLE),)
    problems = [Problem(path, line, reason) for line, reason in document.problems]
    for name, reason in dict.fromkeys(complaints):
        if len(problems) >= PROBLEMS_LIMIT:
            problems.append(Problem(path, 0, "and more that is not listed here"))
            break
        written = next((field for field in document.fields if _plain(field) == name), name)
        problems.append(Problem(path, _line_of(written, document), clean.line(f"{written} {reason}", 200)))
    return tuple(problems)


def _line_of(name: str, document: Document) -> int:
    """The line of the file that a top-level field begins in, 0 if it is not found."""
    found = re.search(rf"""^["']?{re.escape(name)}["']?\s*[:=]""", document.raw, re.MULTILINE)
    return document.first_line + document.raw.count("\n", 0, found.start()) if found else 0
