"""``newsreader show``: one story, whole."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reader import clean, wording
from reader.cli import DONE, output
from reader.cli.archives import Choice, add_archive_options, add_sync_option, choose, paths_of, synced
from reader.cli.listing import marked_values, rows
from reader.cli.values import path_text, report_values, story_values
from reader.config import Config
from reader.errors import UsageError
from reader.model import Archive, Problem, StoryId, StoryRow, View

if TYPE_CHECKING:
    from reader.library import Library, OpenStory, RelatedItem

EXAMPLES: Final = """\
A story is named by its file, by its id, by the end of its id (with or without
the suffix) or by a part of its title, as long as only one story answers to it.

examples:
  newsreader show seeds/2021-02-04-clearview-facial-recognition-technology-ruled-illegal-in-canada.md
  newsreader show "ruled illegal in canada"
  newsreader show --archive ~/news/powerapps 2021-02-04-some-story --json"""

CANDIDATES_LIMIT: Final = 5
"""Stories named where several are meant."""

_NEVER: Final = 4  # the rank of what does not answer to a word


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("story", metavar="ID|FILE", help="the story")
    add_archive_options(parser)
    parser.add_argument("--json", action="store_true", help="everything, as a JSON object")
    add_sync_option(parser)


def run(options: argparse.Namespace, config: Config) -> int:
    """Print a story; it stays unread.

    Raises:
        NewsreaderError: If no story is meant, or more than one, or its file cannot be read.
    """
    choice = _choose(options.story, paths_of(options), config)
    with synced(choice, is_asked=options.sync, is_page=True, has_topics=False) as library:
        row = _find(options.story, choice, library)
        story = library.story(row)
        if options.json:
            output.write_json(_values(library, choice, story))
        else:
            output.write("\n".join([*_lines(library, choice, story), ""]))
    return DONE


def _choose(word: str, paths: Sequence[str], config: Config) -> Choice:
    """The archives that are meant; for a file outside of the usual ones, the file by itself."""
    if paths or not os.path.isfile(word):
        return choose(paths, config)
    usual = choose((), config)
    is_inside = any(_path_in(archive, word) for archive in usual.archives)
    return usual if is_inside else choose([word], config)


def _path_in(archive: Archive, file: str) -> str:
    """The path of a file relative to the archive's root; empty if it lies elsewhere."""
    for path, root in (
        (os.path.abspath(file), archive.root),
        (os.path.realpath(file), Path(os.path.realpath(archive.root))),
    ):
        if Path(path).is_relative_to(root):
            return os.path.relpath(path, root)
    return ""


def _find(word: str, choice: Choice, library: Library) -> StoryRow:
    """The one story that is meant.

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


def _matching(word: str, library: Library) -> list[StoryRow]:
    """The stories that answer best to a word; one more than are named, at most."""
    best, found = _NEVER, list[StoryRow]()
    for row in rows(library, library.row_ids(View())):
        rank = _rank(word, row)
        if rank < best:
            best, found = rank, []
        if rank == best < _NEVER and len(found) <= CANDIDATES_LIMIT:
            found.append(row)
    return found


def _rank(word: str, row: StoryRow) -> int:
    """How well a story answers to a word, 0 best: file name, end of the id, title, a part of either."""
    stem = os.path.splitext(row.story_id)[0]
    if row.story_id.endswith(f"/{word}") or stem.endswith(f"/{word}"):
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
    names = ", ".join(row.story_id for row in found[:CANDIDATES_LIMIT])
    more = " and others" if len(found) > CANDIDATES_LIMIT else ""
    return f'"{shown}" may be any of {names}{more}'


def _lines(library: Library, choice: Choice, opened: OpenStory) -> Iterator[str]:
    story, row = opened.story, opened.row
    is_ascii = not output.is_utf8()
    yield story.title
    yield from filter(None, (wording.provider_text(story.provider, ascii=is_ascii), _meta(library, opened)))
    yield from _labelled("Topics", ", ".join(story.topics))
    yield from _labelled("Link", story.url)
    yield from _labelled("File", clean.path(choice.place_of(library, row)))
    for paragraph in filter(None, (story.excerpt, story.body)):
        yield from ("", paragraph)
    if opened.related:
        yield from ("", f"Related coverage ({wording.count(len(opened.related))})")
        for item in opened.related:
            yield from _related_lines(opened, item, is_ascii=is_ascii)
    if story.problems:
        yield from ("", "Problems of the file", *map(_problem_line, story.problems))


def _meta(library: Library, opened: OpenStory) -> str:
    """Date, quality and what is unusual about the story."""
    story, row = opened.story, opened.row
    parts = (
        wording.date_time_text(story.published_at),
        "" if story.quality is None else f"quality {story.quality}",
        "" if story.kind.casefold() in ("", "article") else story.kind,
        "unpublished" if story.is_published is False else "",
        "" if library.is_read(row.story_id) else "unread",
        "star" if library.is_starred(row.story_id) else "",
    )
    return wording.glyphs(not output.is_utf8()).separator.join(filter(None, parts))


def _labelled(label: str, text: str) -> list[str]:
    return [f"{label}: {text}"] if text else []


def _related_lines(opened: OpenStory, item: RelatedItem, *, is_ascii: bool) -> list[str]:
    line = wording.related_line(item.related, opened.story.published_at).text(ascii=is_ascii)
    url = item.related.url
    return [line, f"  {url}"] if url else [line]


def _problem_line(problem: Problem) -> str:
    return f"line {problem.line}: {problem.reason}" if problem.line else problem.reason


def _values(library: Library, choice: Choice, opened: OpenStory) -> dict[str, object]:
    return {
        **marked_values(library, choice, opened.row),
        **report_values(opened.story),
        **story_values(opened.story),
        "related": [_related_values(library, item) for item in opened.related],
    }


def _related_values(library: Library, item: RelatedItem) -> dict[str, object]:
    """An item of related coverage and its marks; the id is null where it cannot be marked."""
    story_id = item.row.story_id
    return {
        "id": story_id or None,
        **report_values(item.related),
        "is_read": library.is_read(story_id),
        "is_starred": library.is_starred(story_id),
    }
