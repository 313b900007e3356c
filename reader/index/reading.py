"""From a file of the archive to all that the index is to keep of it."""

from __future__ import annotations

from typing import NamedTuple

from reader.archive.files import read_regular
from reader.archive.quick import Entry, quick_entry
from reader.archive.storyfile import FILE_LIMIT, whole_story
from reader.errors import StoryFileError
from reader.index.words import Text
from reader.model import Archive, Problem, ProblemKind, Stamp
from reader.query.text import searched_texts


class FileRead(NamedTuple):
    """A file that was read.

    Attributes:
        folder: The path of its folder, as `reader.archive.scan.Folder` has it.
        path: Relative to the archive's root.
        stamp: What it looked like before it was read.
        is_known: Whether the index had read it before.
        entry: What the index keeps of it, or None where it is no story.
        text: What the word tables keep of it; None where there is no entry.
        problems: What is wrong with it.
    """

    folder: str
    path: str
    stamp: Stamp
    is_known: bool
    entry: Entry | None
    text: Text | None
    problems: tuple[Problem, ...]


def read_file(archive: Archive, folder: str, path: str, stamp: Stamp, *, is_known: bool) -> FileRead:
    """Read one file; what is wrong with it is told as its problems."""
    try:
        entry = _read_entry(archive, path)
    except StoryFileError as error:
        # Remembered under its stamp like the others: read again when it changes, not at every start.
        problem = Problem(path, 0, str(error), ProblemKind.UNREADABLE)
        return FileRead(folder, path, stamp, is_known, None, None, (problem,))
    if entry is None:
        return FileRead(folder, path, stamp, is_known, None, None, ())
    return FileRead(folder, path, stamp, is_known, entry, Text.of(entry.title, entry.texts), entry.problems)


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
