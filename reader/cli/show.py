"""``newsreader show``: one story, whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from reader import clean, wording
from reader.cli import DONE, output
from reader.cli.archives import Choice, add_archive_options, add_sync_option, paths_of, synced
from reader.cli.finding import choose_for, find
from reader.cli.listing import marked_values
from reader.cli.values import report_values, story_values
from reader.config import Config
from reader.model import Problem

if TYPE_CHECKING:
    import argparse

    from reader.library import Library, OpenStory, RelatedItem

EXAMPLES: Final = """\
A story is named by its file, by its id, by the end of its id (with or without
the suffix) or by a part of its title, as long as only one story answers to it.

examples:
  newsreader show seeds/2021-02-04-clearview-facial-recognition-technology-ruled-illegal-in-canada.md
  newsreader show "ruled illegal in canada"
  newsreader show --archive ~/news/powerapps 2021-02-04-some-story --json"""


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
    choice = choose_for([options.story], paths_of(options), config)
    with synced(choice, is_asked=options.sync, is_page=True, has_topics=False) as library:
        row = find(options.story, choice, library)
        story = library.story(row)
        if options.json:
            output.write_json(_values(library, choice, story))
        else:
            lines = output.wrapped("\n".join(_lines(library, choice, story)))
            output.write("\n".join([*lines, ""]))
    return DONE


def _lines(library: Library, choice: Choice, opened: OpenStory) -> Iterator[str]:
    story, row = opened.story, opened.row
    is_ascii = not output.is_utf8()
    yield story.title
    yield from filter(None, (wording.provider_text(story.provider, ascii=is_ascii), _meta(library, opened)))
    yield from _labelled("Topics", ", ".join(story.topics))
    yield from _labelled("Note", library.note_of(row.story_id))
    yield from _labelled("Link", story.url)
    yield from _labelled("File", clean.path(choice.place_of(library, row)))
    for paragraph in filter(None, (story.excerpt, story.body)):
        yield from ("", paragraph)
    if opened.related:
        yield from ("", f"Related coverage ({wording.count(len(opened.related))})")
        from reader.library import by_date

        for item in by_date(opened.related):
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
