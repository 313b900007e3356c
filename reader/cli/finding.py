"""Which story a word on the command line means."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reader import clean
from reader.cli.archives import Choice, choose
from reader.cli.listing import rows
from reader.cli.values import path_text
from reader.config import Config
from reader.errors import UsageError
from reader.model import Archive, Show, StoryId, StoryRow, View

if TYPE_CHECKING:
    from reader.library import Library

CANDIDATES_LIMIT: Final = 5
"""Stories named where several are meant."""

_NEVER: Final = 4  # the rank of what does not answer to a word


def choose_for(words: Sequence[str], paths: Sequence[str], config: Config) -> Choice:
    """The archives that are meant; for files outside of the usual ones, those files too.

    Raises:
        ArchiveError: If one of them cannot be opened.
        UsageError: If a path holds no story.
    """
    files = [] if paths else [word for word in words if os.path.isfile(word)]
    if not files:
        return choose(paths, config)
    usual = choose((), config)
    outside = [file for file in files if not any(_path_in(archive, file) for archive in usual.archives)]
    if not outside:
        return usual
    others = [] if len(outside) == len(words) else usual.archives
    folders = [str(archive.root / path) for archive in others for path in archive.only or ("",)]
    return choose([*folders, *outside], config)


def find(word: str, choice: Choice, library: Library) -> StoryRow:
    """The one story that is meant, perhaps one that is only known by its star.

    Args:
        word: Its file, its id, the end of that with or without the suffix, or a part of its title.
        choice: The archives.
        library: Needs no more than `Library.open_marks`; it is opened whole where that does not do.

    Raises:
        UsageError: If there is none, or more than one.
    """
    ids = [StoryId(word)]
    if os.path.isfile(word):
        paths = ((archive, _path_in(archive, word)) for archive in choice.archives)
        ids += [StoryId(f"{archive.name}/{path_text(path)}") for archive, path in paths if path]
    for story_id in ids:
        row_id = library.find(story_id)
        if row_id is not None and (found := library.rows([row_id])):
            return found[0]
    # Nothing answers better than a file's name, and most are asked for by it: no need to look at them all.
    name = word.rpartition("/")[2]
    named = library.rows(library.named({name, os.path.splitext(name)[0]}))
    found = [row for row in named if not _rank(word, row)]
    if not found:
        library.open()
        found = _matching(word, library)
    if len(found) != 1:
        raise UsageError(_unclear(word, found))
    return found[0]


def _path_in(archive: Archive, file: str) -> str:
    """The path of a file relative to the archive's root; empty if it lies elsewhere."""
    for path, root in (
        (os.path.abspath(file), archive.root),
        (os.path.realpath(file), Path(os.path.realpath(archive.root))),
    ):
        if Path(path).is_relative_to(root):
            return os.path.relpath(path, root)
    return ""


def _matching(word: str, library: Library) -> list[StoryRow]:
    """The stories that answer best to a word; one more than are named, at most."""
    best, found = _NEVER, list[StoryRow]()
    for row in _all_rows(library):
        rank = _rank(word, row)
        if rank < best:
            best, found = rank, []
        if rank == best < _NEVER and len(found) <= CANDIDATES_LIMIT:
            found.append(row)
    return found


def _all_rows(library: Library) -> Iterator[StoryRow]:
    yield from rows(library, library.row_ids(View()))
    yield from (row for row in rows(library, library.row_ids(View(show=Show.STARRED))) if row.is_gone)


def _rank(word: str, row: StoryRow) -> int:
    """How well a story answers to a word, 0 best: file name, end of the id, title, a part of either."""
    stem = os.path.splitext(row.story_id)[0]
    if row.story_id == word or row.story_id.endswith(f"/{word}") or stem.endswith(f"/{word}"):
        return 0
    if row.story_id.endswith(word) or stem.endswith(word):
        return 1
    folded, title = word.casefold(), row.title.casefold()
    if title == folded:
        return 2
    return 3 if folded in title or folded in row.story_id.casefold() else _NEVER


def _unclear(word: str, found: Sequence[StoryRow]) -> str:
    shown = clean.path(word, 200)
    if not found:
        return f'no story answers to "{shown}"; newsreader list prints them all'
    names = ", ".join(clean.path(row.story_id) for row in found[:CANDIDATES_LIMIT])
    more = " and others" if len(found) > CANDIDATES_LIMIT else ""
    return f'"{shown}" may be any of {names}{more}'
