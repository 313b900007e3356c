"""Stories as Markdown, JSON, CSV, a web page or an RSS feed: pure, piece by piece, never all in memory.

What comes out holds nothing that acts where it is opened: no markup of a story's own, no script, no formula,
no address but http and https. The same stories give the same bytes, so that an export can be kept in git.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

from reader import clean, links, wording
from reader.cli.output import json_text
from reader.cli.values import time_text
from reader.errors import LinkError
from reader.model import StoryRow
from reader.patterns import pattern
from reader.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One story to be exported.

    Attributes:
        row: The story; its texts are clean.
        file: Where its file lies, as text; empty for one whose file is gone.
        is_read: Its mark.
        is_starred: Its mark.
        note: What the user wrote about it, or empty.
        values: All that JSON has of it.
    """

    row: StoryRow
    file: str
    is_read: bool
    is_starred: bool
    note: str = ""
    values: Mapping[str, object]

    @property
    def url(self) -> str:
        """The address in the form that may be opened; empty where there is none such."""
        try:
            return links.safe_url(self.row.url)
        except LinkError:
            return ""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the stories.

    Attributes:
        title: One clean line.
        style: The CSS of a web page; ours, not a story's.
    """

    title: str
    style: str = ""


_MARKDOWN_SIGNS = pattern(r"([\\`*_{}\[\]<>#|~$&!])")
_MARKDOWN_START = pattern(r"^([-+=:]|\d+(?=[.)]))")
_ENTITY = pattern(r"&(?=#?\w+;)")
# Also the full-width forms, which some spreadsheets take for the plain ones.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")
_NOT_XML = pattern("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COLUMNS: Final = (
    *("title", "url", "provider", "domain", "published_at", "quality", "topics", "type"),
    *("is_read", "is_starred", "note", "excerpt", "id", "file"),
)
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

HOME: Final = "https://localhost/"
"""The channel's address, which RSS wants where there is none."""


def markdown(items: Iterable[Item], heading: Heading) -> Iterator[str]:
    """One section a story, its title a link."""
    yield f"# {markdown_text(heading.title)}\n"
    for item in items:
        title, url = markdown_text(item.row.title), _ENTITY.sub("&amp;", item.url)
        yield f"\n## [{title}](<{url}>)\n" if url else f"\n## {title}\n"
        if about := _about(item):
            yield f"\n{markdown_text(about)}\n"
        if item.row.excerpt:
            yield f"\n> {markdown_text(item.row.excerpt)}\n"
        if item.note:
            yield f"\nNote: {markdown_text(item.note)}\n"


def markdown_text(text: str) -> str:
    """A text that Markdown shows as it is, on one line."""
    escaped = _MARKDOWN_SIGNS.sub(r"\\\1", " ".join(text.split()))
    start = _MARKDOWN_START.match(escaped)
    if start is None:
        return escaped
    sign = start[1]
    return f"{sign}\\{escaped[len(sign) :]}" if sign.isdigit() else f"\\{escaped}"


def json_list(items: Iterable[Item], heading: Heading) -> Iterator[str]:
    """A list, one story a line, with what ``newsreader list --json`` has of each."""
    before = "["
    for item in items:
        yield f"{before}\n{json_text(item.values)}"
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def comma_separated(items: Iterable[Item], heading: Heading) -> Iterator[str]:
    """One row a story below a row of names, as RFC 4180 has it; no cell is a formula to a spreadsheet."""
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow(_COLUMNS)
    for item in items:
        yield line.getvalue()
        line.seek(0)
        line.truncate()
        writer.writerow(map(_cell, _cells(item)))
    yield line.getvalue()


def web_page(items: Iterable[Item], heading: Heading) -> Iterator[str]:
    """One page that loads nothing and runs nothing."""
    title = html.escape(heading.title)
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>\n{heading.style}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    )
    for item in items:
        yield f"<article>\n{''.join(_article(item))}</article>\n"
    yield "</body>\n</html>\n"


def rss(items: Iterable[Item], heading: Heading) -> Iterator[str]:
    """A feed as RSS 2.0 has it; the id of a story is its guid."""
    title = _xml(heading.title)
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>\n'
        f"<title>{title}</title>\n<link>{HOME}</link>\n<description>{title}</description>\n"
        "<generator>newsreader</generator>\n"
    )
    for item in items:
        yield f"<item>\n{''.join(_feed_item(item))}</item>\n"
    yield "</channel>\n</rss>\n"


FORMATS: Final[dict[str, Callable[[Iterable[Item], Heading], Iterator[str]]]] = {
    "md": markdown,
    "json": json_list,
    "csv": comma_separated,
    "html": web_page,
    "rss": rss,
}
"""Every format, by the suffix of its files."""


def _about(item: Item) -> str:
    """Provider, date, quality and topics on one line; may be empty."""
    row = item.row
    parts = (
        wording.provider_text(row.provider),
        wording.date_text(row.published_at, None),
        "" if row.quality is None else f"quality {row.quality}",
        ", ".join(row.topics),
    )
    return wording.glyphs().separator.join(filter(None, parts))


def _cells(item: Item) -> tuple[str, ...]:
    row = item.row
    return (
        *(row.title, item.url, row.provider.name, row.provider.domain, time_text(row.published_at) or ""),
        *("" if row.quality is None else str(row.quality), "; ".join(row.topics), row.kind),
        *(str(item.is_read).lower(), str(item.is_starred).lower(), item.note, row.excerpt),
        *(clean.path(row.story_id), clean.path(item.file)),
    )


def _cell(text: str) -> str:
    """A cell that a spreadsheet takes for text: an apostrophe goes before what could begin a formula."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]{1,9}", text) is not None


def _article(item: Item) -> Iterator[str]:
    title = html.escape(item.row.title)
    if url := item.url:
        title = f'<a href="{html.escape(url)}" rel="noopener noreferrer">{title}</a>'
    yield f"<h2>{title}</h2>\n"
    if about := _about(item):
        yield f'<p class="about">{html.escape(about)}</p>\n'
    if item.row.excerpt:
        yield f"<p>{html.escape(item.row.excerpt)}</p>\n"
    if item.note:
        yield f'<p class="note">Note: {html.escape(item.note)}</p>\n'


def _feed_item(item: Item) -> Iterator[str]:
    row = item.row
    yield f"<title>{_xml(row.title)}</title>\n"
    if url := item.url:
        yield f"<link>{_xml(url)}</link>\n"
    parts = (row.excerpt, f"Note: {item.note}" if item.note else "")
    # Readers take a description for HTML: what is text stays text only if it is escaped as that first.
    if text := "<br>".join(html.escape(part, quote=False) for part in parts if part):
        yield f"<description>{_xml(text)}</description>\n"
    if origin := row.provider.name or row.provider.domain:
        yield f"<dc:creator>{_xml(origin)}</dc:creator>\n"
    yield from (f"<category>{_xml(topic)}</category>\n" for topic in row.topics)
    if row.published_at is not None:
        yield f"<pubDate>{_rfc_822(row.published_at)}</pubDate>\n"
    guid = quote(row.story_id, safe="/:", errors="surrogateescape")
    yield f'<guid isPermaLink="false">{_xml(guid)}</guid>\n'


def _rfc_822(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def _xml(text: str) -> str:
    return html.escape(_NOT_XML.sub("\ufffd", text), quote=False)
