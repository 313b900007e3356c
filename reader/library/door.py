"""The one door of both front ends: archives, their indexes and the marks, joined.

What it offers stands in four chapters, each deriving from the one before: opening, viewing, marking, and
here reading stories and counting them. Methods marked *quick* are for the event loop (`opening`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reader import links
from reader.errors import StoryFileError
from reader.library.marking import MarkedLibrary
from reader.library.merging import BASE
from reader.library.stories import NO_ROW, OpenStory, RelatedItem
from reader.model import Archive, Problem, Related, StoryId, StoryRow
from reader.state import identity

if TYPE_CHECKING:
    from reader.index.figures import Figures


class Library(MarkedLibrary):
    """Open archives with their marks.

    Args:
        archives: At least one; the first may not be missing from `reader.archive.scan.open_archive`.
        state_folder: Where the marks are kept.
        cache_folder: Where the indexes are kept.
        on_trouble: Called from any thread when marks cannot be saved (a sentence) and when they can again
            (an empty string).
        keeps: Whether to keep what `open_kept` needs at the next start, as whoever looks at all stories
            should.
    """

    def story(self, row: StoryRow) -> OpenStory:
        """A story read from its file, with its related coverage.

        Raises:
            StoryFileError: If the file is gone or cannot be read.
        """
        if row.row_id <= 0:
            raise StoryFileError(
                "related coverage without a file of its own; this is what was kept with its mark"
                if identity.is_related(row.story_id)
                else "no open archive holds the file of this story; this is what was kept with its mark"
            )
        from reader.archive.storyfile import read_story

        index = self._indexes[row.row_id // BASE]
        path = index.path_of(row.row_id % BASE)
        story = None if path is None else read_story(index.archive, path)
        if story is None:
            raise StoryFileError("the file of this story is gone")
        return OpenStory(row, story, tuple(self._related_item(row, item) for item in story.related))

    def file_of(self, row: StoryRow) -> Path | None:
        """Where the story's file lies, or None for what has none."""
        if row.row_id <= 0:
            return None
        index = self._indexes[row.row_id // BASE]
        path = index.path_of(row.row_id % BASE)
        return None if path is None else index.archive.root / path

    def problems(self) -> list[tuple[Archive, Problem]]:
        """Everything wrong with the files of the archives."""
        return [(index.archive, problem) for index in self._indexes for problem in index.problems()]

    def problem_count(self) -> int:
        """How many problems there are."""
        return sum(index.problem_count() for index in self._indexes)

    def figures(self) -> Figures:
        """How many stories there are by provider, month and quality."""
        from reader.index.figures import figures, summed

        return summed(map(figures, self._indexes))

    def index_files(self) -> list[tuple[Archive, Path, int]]:
        """Of each archive where its index lies, and how many stories that holds."""
        from reader.index.figures import story_count

        return [(index.archive, index.file.path, story_count(index)) for index in self._indexes]

    def index_files_on_disk(self) -> list[Path]:
        """The files that the stories are read from; some of them need not exist."""
        databases = [index.file.path for index in self._indexes]
        return [*databases, *(path.with_name(f"{path.name}-wal") for path in databases)]

    def files(self) -> list[Path]:
        """All files and folders that decide what a start shows; some of them need not exist."""
        return [self.keeper.path, *self.index_files_on_disk(), *(archive.root for archive in self.archives)]

    def index_trouble(self) -> str:
        """Why an index is kept in memory only, in a sentence; empty if none is. Quick."""
        return next((index.file.trouble for index in self._indexes if index.file.trouble), "")

    def _related_item(self, lead: StoryRow, related: Related) -> RelatedItem:
        for number, index in enumerate(self._indexes):
            for row in index.rows(index.rows_with_url(related.url)[:1], base=number * BASE):
                if row.story_id != lead.story_id:
                    return RelatedItem(related, row)
        key = links.url_key(related.url)
        row = StoryRow(
            row_id=NO_ROW,
            story_id=StoryId(f"url:{key}" if key else ""),
            title=related.title,
            excerpt=related.excerpt,
            published_at=related.published_at,
            url=related.url,
            kind=related.kind,
            quality=related.quality,
            is_published=related.is_published,
            provider=related.provider,
            topics=related.topics,
        )
        return RelatedItem(related, row)
