r"""The short way from a file to what the index keeps of it, for headers in the form that machines write.

Many times as quick as YAML, and strict: the keys in their usual order, texts in double quotes with
none but the simplest escapes, addresses, dates and numbers that need no second look. Whatever is
odd in any way, sound or not, is left to `reader.archive.storyfile`. Of what is taken here that one says
the same and finds nothing wrong with it.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from reader import clean
from reader.archive.coerce import embedded_url, is_absent
from reader.archive.fences import decode
from reader.model import Problem, Provider

_FILE_LIMIT: Final = 500_000  # bytes: below every limit whose crossing is told
_HEADER_LIMIT: Final = 60_000  # characters: beyond them the careful parser counts what it is given
_RELATED_LIMIT: Final = 400
_IMAGES_LIMIT: Final = 90
_TOPICS_LIMIT: Final = 60


class Entry(NamedTuple):
    """What the index keeps of a story; where not said otherwise, under the names that `Story` has.

    Attributes:
        related_count: Items of related coverage.
        texts: What is searched beside the title, as `reader.query.text.searched_texts` lists it.
        problems: What is wrong with the file; empty for a sound one.
    """

    path: str
    title: str
    excerpt: str
    published_at: datetime | None
    url: str
    kind: str
    quality: int | None
    is_published: bool | None
    provider: Provider
    topics: tuple[str, ...]
    related_count: int
    texts: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


# Possessive throughout: what does not fit is found out in one pass, whatever the bytes.
# In quotes: nothing that YAML refuses or takes for a line break.
_SAFE: Final = r'[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]'
# ASCII apart: such a class is a table of 256 bits, which is looked up in half the time.
_ASCII: Final = r"[ !#-\[\]-~]"
_BEYOND: Final = r"[^\x00-\x9f\u2028\u2029\ufeff\ufffe\uffff]"
_INSIDE: Final = rf'{_ASCII}*+(?:(?:{_BEYOND}|\\["\\nrt]){_ASCII}*+)*+'
# Without quotes: no sign that means anything to YAML.
_NAME: Final = rf"""(?:[^\W_][\w .,&'()/!+\u2019-]{{0,100}}+|"{_SAFE}{{1,100}}+")"""
_HOST: Final = r"[a-z0-9][a-z0-9_-]*+(?:\.[a-z0-9_-]++)++"
# What `coerce.url` gives back as it is, if there is no "&amp;" in it.
_URL: Final = (
    r"https?://(?!-)(?:[a-z0-9_-]{1,60}+\.)++[a-z]{2,20}+"
    r"(?:/[A-Za-z0-9_!$%&'()*+,./:;=@~-]{0,400}+(?:\?[A-Za-z0-9_!$%&'()*+,./:;=?@~-]{1,400}+)?+)?+"
)
# A day that is in the calendar; of February's last one the careful parser knows the years.
_DATE: Final = (
    r"[12][0-9]{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|1[0-9]|2[0-8]))T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"
)
_NUMBER: Final = r"-?[0-9]{1,8}+"
_FLAG: Final = r"(?:true|false)"


def _line(key: str, value: str, indent: int = 0) -> str:
    """A line that may be missing."""
    return rf"(?:{' ' * indent}{key}: {value}\n)?+"


def _images(indent: int, url: str = _URL) -> str:
    """Images, which may be missing; only the addresses can be wrong."""
    pad = " " * indent
    inner = "".join(
        _line(key, value, indent + 4)
        for key, value in (
            ("width", r"[0-9]{1,8}+"),
            ("height", r"[0-9]{1,8}+"),
            ("title", f'"{_INSIDE}"'),
            ("isCached", _FLAG),
        )
    )
    return (
        rf"(?:{pad}images:(?: \[\]\n|\n(?:{pad}  - url: \"{url}\"\n{inner}){{1,{_IMAGES_LIMIT}}}+"
        rf"(?!{pad}  - )))?+"
    )


_HEAD: Final = re.compile(
    r"---\n"
    + _line("category", "[a-z]++")
    + rf'title: "({_INSIDE})"\n'
    + _line("excerpt", f'"({_INSIDE})"')
    + rf"publishedDateTime: ({_DATE})\n"
    + _line("originalUrl", f'"({_URL})"')
    + _line("webUrl", f'"({_URL})"')
    + _line("ampWebUrl", f'"({_URL})"')
    + _line("cdnAmpWebUrl", f'"({_URL})"')
    + _line("type", "(?!null)([a-z]++)")
    + _line("quality", rf"({_NUMBER})")
    + _line("heat", _NUMBER)
    + _line("published", f"({_FLAG})")
    + _line("featuredContent", f'"({_INSIDE})"')
    + rf"\n*+provider:\n  name: ({_NAME})\n  domain: ({_HOST})\n"
    + _images(2, _INSIDE)  # of the outlet: not looked at
    + rf"\n*+(?:topics:(?: \[\]\n|\n((?:  - {_NAME}\n){{1,{_TOPICS_LIMIT}}}+)))?+"
    + r"\n*+"
    + _images(0)
    + r"\n*+(?:related:(?: \[\]\n|(\n)))?+"
)
_ITEM: Final = re.compile(
    rf'  - title: "({_INSIDE})"\n'
    + _line("excerpt", f'"({_INSIDE})"', 4)
    + _line("publishedDateTime", _DATE, 4)
    + "".join(_line(key, f'"{_URL}"', 4) for key in ("originalUrl", "webUrl", "ampWebUrl", "cdnAmpWebUrl"))
    + _line("type", "[a-z]++", 4)
    + rf"(?:    provider:\n      name: ({_NAME})\n(?:      domain: {_HOST}\n)?+)?+"
    + _line("quality", _NUMBER, 4)
    + _line("heat", _NUMBER, 4)
    + _line("published", _FLAG, 4)
    + _images(4)
)
_TAIL: Final = re.compile(r'\n*+(?:secured: "([^"]*+)"\n)?+\n*+---[ \t]*+(?:\n|\Z)')
_TOPIC: Final = re.compile(rf"  - ({_NAME})\n")
_ESCAPED: Final = re.compile(r'\\(["\\nrt])')
_MEANT: Final = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}


def quick_entry(path: str, data: bytes) -> Entry | None:
    """What the index keeps of a story file, or None where that takes a closer look. Never raises.

    Args:
        path: Relative to the archive's root.
        data: All of the file's bytes.
    """
    if len(data) > _FILE_LIMIT:
        return None
    text = _decoded(data)
    head = _HEAD.match(text)
    if head is None:
        return None
    (
        title,
        excerpt,
        date,
        original,
        web,
        amp,
        cdn,
        kind,
        quality,
        flag,
        featured,
        name,
        domain,
        topics,
        has,
    ) = head.groups()
    texts: list[str] = []
    at = _read_related(text, head.end(), texts) if has else head.end()
    tail = _TAIL.match(text, at)
    title, excerpt = _value(title), _value(excerpt or "", clean.EXCERPT_LIMIT)
    url = web or original or amp or cdn or ""
    if (
        tail is None
        or not title
        or "&amp;" in url
        or _is_suspicious(text, tail)
        or (featured and not _is_sound(featured))
    ):
        return None
    provider, names = _provider(name, domain), _topics(topics) if topics else ()
    return Entry(
        path,
        title,
        excerpt,
        datetime.fromisoformat(date),
        url,
        kind or "",
        int(quality) if quality else None,
        flag == "true" if flag else None,
        provider,
        names,
        len(texts) // 3,
        (excerpt, provider.name, domain, *names, *texts),
    )


def _decoded(data: bytes) -> str:
    """As `reader.archive.fences.decode` gives it; empty where something is lost."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text, loss = decode(data)
        return "" if loss else text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.removeprefix("\ufeff")


def _is_suspicious(text: str, tail: re.Match[str]) -> bool:
    """Whether the header is too long, or there is more to sealed content than a line in its place."""
    end, sealed = tail.start(), tail[1]
    return (
        tail.end() > _HEADER_LIMIT
        or text.find("ecured", 0, end) >= 0
        or text.find("ECURED", 0, end) >= 0
        or (sealed is not None and ("\\" in sealed or "\n" in sealed))
    )


def _read_related(text: str, at: int, texts: list[str]) -> int:
    """Add title, excerpt and provider's name of one item after the other; gives where they end.

    Where they need a closer look that is where the end of the header will not be found.
    """
    match = _ITEM.match
    while item := match(text, at):
        title, excerpt, name = item.groups()
        title = _value(title)
        if not title or len(texts) >= 3 * _RELATED_LIMIT:
            break
        texts += (title, _value(excerpt, clean.EXCERPT_LIMIT) if excerpt else "", _name(name) if name else "")
        at = item.end()
    return at if texts else len(text)


def _value(written: str, limit: int = clean.LINE_LIMIT) -> str:
    """A text from between its quotes as one clean line."""
    if "\\" in written:
        written = _ESCAPED.sub(lambda found: _MEANT[found[1]], written)
    elif 4 < len(written) <= limit:
        # Nearly all are clean, or but for entities and spaces: to look at every sign would only take time.
        has_entities = "&" in written
        if (
            not has_entities
            and "  " not in written
            and written[0] != " " != written[-1]
            and written.isascii()
        ):
            return written
        text = clean.without_entities(written).replace("\u00a0", " ") if has_entities else written
        if len(text) <= limit and text.isprintable() and clean.without_typography(text).isascii():
            return " ".join(text.split())
    return "" if is_absent(written) else clean.field(written, limit)


# Few outlets write many stories, and few combinations of topics occur.
@lru_cache(maxsize=4_096)
def _name(written: str) -> str:
    return _value(written[1:-1] if written.startswith('"') else written)


@lru_cache(maxsize=4_096)
def _provider(name: str, domain: str) -> Provider:
    return Provider(_name(name), domain)


@lru_cache(maxsize=1_024)
def _topics(lines: str) -> tuple[str, ...]:
    """The topics of the lines, each once whatever its case."""
    topics: dict[str, str] = {}
    for written in _TOPIC.findall(lines):
        topic = _name(written)
        if topic:
            topics.setdefault(topic.casefold(), topic)
    return tuple(topics.values())


def _is_sound(featured: str) -> bool:
    """Whether there is nothing to tell of an embedded player."""
    reasons: list[str] = []
    embedded_url(_ESCAPED.sub(lambda found: _MEANT[found[1]], featured), reasons.append)
    return not reasons
