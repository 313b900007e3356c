"""From a file of the archive to all that the index is to keep of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from reader import links
from reader.archive.files import read_regular
from reader.archive.quick import Entry, quick_entry
from reader.archive.storyfile import FILE_LIMIT, whole_story
from reader.errors import StoryFileError
from reader.index.hashes import joined, path_hash, row_crc, stem_hash, text_hash, url_hash
from reader.index.ids import story_id
from reader.index.schema import DAMAGED, EPOCH, HAS_LINK, HAS_RELATED, IS_VIDEO, PUBLISHED, UNPUBLISHED
from reader.model import Archive, Problem, ProblemKind, Stamp, StoryId
from reader.query.text import searched_texts, starts_texts, title_and_rest

_MICROSECOND: Final = timedelta(microseconds=1)

Stem = Callable[[StoryId], str]
"""Gives the part of a story id that stays when its file moves to another folder."""


class Asked(NamedTuple):
    """A file that is to be read.

    Attributes:
        folder: The path of its folder, as `reader.archive.scan.Folder` has it.
        path: Relative to the archive's root.
        stamp: What it looks like.
        is_known: Whether the index had read it before.
    """

    folder: str
    path: str
    stamp: Stamp
    is_known: bool


class Line(NamedTuple):
    """What the index keeps of a story, as it is written; numbers first.

    Attributes:
        text_crc: Tells whether what the word tables hold of it changed.
        outlet: The provider's name.
        topics: Their names as a JSON list.
        own_words: The words of its title, parted by spaces.
        other_words: Those of all else.
        starts: What all of these begin with.
    """

    published_us: int | None
    quality: int | None
    flags: int
    related: int
    path_hash: int
    url_hash: int
    stem_hash: int
    text_crc: int
    row_crc: int
    title: str
    excerpt: str
    url: str
    outlet: str
    domain: str
    kind: str
    topics: str
    own_words: str
    other_words: str
    starts: str


Reading = tuple[Line | None, tuple[Problem, ...]]
"""What the index keeps of a file, None where it is no story; and what is wrong with it."""


class FileRead(NamedTuple):
    """A file that was read.

    Attributes:
        asked: Which.
        line: What the index keeps of it, or None where it is no story.
        problems: What is wrong with it.
    """

    asked: Asked
    line: Line | None
    problems: tuple[Problem, ...]


def read_file(archive: Archive, stem: Stem, path: str) -> Reading:
    """What the index keeps of one file, and what is wrong with it."""
    return read_files(archive, stem, (path,))[0]


def read_files(archive: Archive, stem: Stem, paths: Sequence[str]) -> list[Reading]:
    """The same of several files: a little quicker than one after the other."""
    found = [_read(archive, path) for path in paths]
    entries = [(path, entry) for path, (entry, _) in zip(paths, found, strict=True) if entry]
    words = [title_and_rest(entry.title, entry.texts) for _, entry in entries]
    lines = (
        _line(entry, path, stem(story_id(archive, path)), own, other, starts)
        for (path, entry), (own, other), starts in zip(entries, words, starts_texts(words), strict=True)
    )
    return [(next(lines) if entry else None, problems) for entry, problems in found]


def _read(archive: Archive, path: str) -> tuple[Entry | None, tuple[Problem, ...]]:
    try:
        entry = _read_entry(archive, path)
    except StoryFileError as error:
        # Remembered under its stamp like the others: read again when it changes, not at every start.
        return None, (Problem(path, 0, str(error), ProblemKind.UNREADABLE),)
    return entry, entry.problems if entry else ()


def _read_entry(archive: Archive, path: str) -> Entry | None:
    data, is_longer = read_regular(archive.root, path, FILE_LIMIT)
    if entry := quick_entry(path, data):
        return entry
    story = whole_story(path, data, is_longer)
    if story is None:
        return None
    return Entry(
        path=story.path,
        title=story.title,
        excerpt=story.excerpt,
        published_at=story.published_at,
        url=story.url,
        kind=story.kind,
        quality=story.quality,
        is_published=story.is_published,
        provider=story.provider,
        topics=story.topics,
        related_count=len(story.related),
        texts=tuple(searched_texts(story)),
        problems=story.problems,
    )


def _line(entry: Entry, path: str, stem: str, own: str, other: str, starts: str) -> Line:
    (_, title, excerpt, moment, url, kind, quality, is_published, provider, topics, related, _, problems) = (
        entry
    )
    published_us = None if moment is None else (moment - EPOCH) // _MICROSECOND
    flags = HAS_LINK if url else 0
    if is_published is not None:
        flags |= PUBLISHED if is_published else UNPUBLISHED
    if related:
        flags |= HAS_RELATED
    if kind.casefold() == "video":
        flags |= IS_VIDEO
    if problems:
        flags |= DAMAGED
    outlet, domain = provider.name, provider.domain
    shared = _shared(outlet, domain, kind, topics)
    return Line(
        published_us,
        quality,
        flags,
        related,
        path_hash(os.fsencode(path)),
        url_hash(links.url_key(url)),
        stem_hash(stem),
        text_hash(f"{own}\n{other}"),
        row_crc(title, excerpt, published_us, url, quality, flags, related, shared),
        title,
        excerpt,
        url,
        outlet,
        domain,
        kind,
        _json(topics),
        own,
        other,
        starts,
    )


# Few outlets write many stories, and few combinations of topics occur.
@lru_cache(maxsize=4_096)
def _shared(outlet: str, domain: str, kind: str, topics: tuple[str, ...]) -> str:
    return joined(outlet, domain, kind, *topics)


@lru_cache(maxsize=1_024)
def _json(names: tuple[str, ...]) -> str:
    return json.dumps(names, ensure_ascii=False)
