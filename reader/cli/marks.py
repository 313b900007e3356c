"""``newsreader star``, ``unstar``, ``read`` and ``unread``: marks set by hand or by a script."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from reader import clean
from reader.cli import DONE, PROBLEMS_FOUND, output
from reader.cli.archives import add_archive_options, add_sync_option, paths_of, synced
from reader.cli.finding import choose_for, find
from reader.config import Config
from reader.errors import NewsreaderError, UsageError
from reader.model import StoryRow

if TYPE_CHECKING:
    import argparse

    from reader.library import Library

DID: Final = {
    "star": ("starred", "already starred"),
    "unstar": ("star taken away", "had no star"),
    "read": ("read", "already read"),
    "unread": ("unread", "already unread"),
}
"""What is said of a story, by command: where the mark was set, where it was there before."""

EXAMPLES: Final = """\
A story is named as for newsreader show: by its file, by its id, by the end of
its id or by a part of its title. With - they are taken from stdin, one a line;
lines of newsreader list and newsreader search will do. Each line of the output
has what the story is now, its id and its title. Exit code 1: a word meant no
story, or several; the others are marked.

examples:
  newsreader star 2021-02-04-some-story "ruled illegal in canada"
  newsreader star some-story --note "for the talk in May"
  newsreader unstar - < ids.txt
  newsreader read story.md
  newsreader unread story.md
  newsreader search topic:AI before:2020 | newsreader read -"""

_LINE_LIMIT: Final = 8_192
_AGAIN: Final = "; trying again"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of these commands."""
    parser.add_argument("stories", metavar="ID|FILE", nargs="+", help="a story; - reads them from stdin")
    add_archive_options(parser)
    if parser.get_default("command") == "star":
        parser.add_argument("--note", metavar="TEXT", help="write a note on them; an empty one takes it away")
    parser.add_argument("--json", action="store_true", help="a JSON list, one story a line")
    add_sync_option(parser)


def run(options: argparse.Namespace, config: Config) -> int:
    """Mark the stories.

    Raises:
        NewsreaderError: If no archive can be opened, or the marks cannot be saved.
    """
    words = list(_words(options.stories))
    choice = choose_for(words, paths_of(options), config)
    marked: list[tuple[StoryRow, bool]] = []
    is_all_found = True
    with synced(choice, is_asked=options.sync, is_page=True, has_topics=False) as library:
        for word in words:
            try:
                row = find(word, choice, library)
            except UsageError as error:
                output.warn(str(error))
                is_all_found = False
            else:
                marked.append((row, _mark(options.command, row, library)))
                note = getattr(options, "note", None)
                if note is not None and note != library.note_of(row.story_id):
                    library.set_note(row, note)
    if library.keeper.unsaved:
        raise NewsreaderError(library.keeper.trouble.removesuffix(_AGAIN))
    _write(options.command, marked, is_json=options.json)
    return DONE if is_all_found else PROBLEMS_FOUND


def _words(arguments: Sequence[str]) -> Iterator[str]:
    for argument in arguments:
        if argument == "-":
            yield from filter(None, map(_word_of_line, _stdin_lines()))
        else:
            yield argument


def _stdin_lines() -> Iterator[bytes]:
    if sys.stdin is None:
        raise UsageError("there is no standard input to read from")
    while line := sys.stdin.buffer.readline(_LINE_LIMIT):
        yield line


def _word_of_line(line: bytes) -> str:
    """What names the story: of a line of a listing its file, or the title where there is none."""
    cells = os.fsdecode(line.rstrip(b"\r\n")).split("\t")
    return next((cell for cell in reversed(cells) if cell.strip()), "")


def _mark(command: str, row: StoryRow, library: Library) -> bool:
    """Set the mark; whether it was another one before."""
    is_of_reading = command in ("read", "unread")
    has, mark = (
        (library.is_read, library.set_read) if is_of_reading else (library.is_starred, library.set_starred)
    )
    wanted = command in ("star", "read")
    is_changed = has(row.story_id) != wanted
    if is_changed:
        mark(row, wanted)
    return is_changed


def _write(command: str, marked: Sequence[tuple[StoryRow, bool]], *, is_json: bool) -> None:
    said = [(DID[command][not is_changed], row, is_changed) for row, is_changed in marked]
    if is_json:
        output.write_json_list(
            {"id": row.story_id, "title": row.title, "did": did, "is_changed": is_changed}
            for did, row, is_changed in said
        )
        return
    for did, row, _ in said:
        output.write_line("\t".join((did, clean.path(row.story_id), row.title)))
