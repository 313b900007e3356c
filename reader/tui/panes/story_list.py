"""The story list: two lines a story, or one on a short screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len
from rich.style import Style

from reader.model import RowId, StoryId, StoryRow
from reader.tui.panes.lines import Highlight, Piece, cut, marked, no_highlights
from reader.tui.panes.rows import Rows
from reader.wording import UNICODE_GLYPHS, ascii_text, date_text, row_meta

if TYPE_CHECKING:
    from reader.tui.desk import Desk

_BLOCK: Final = 16
"""Stories fetched at once where none of them is in view."""

_KEPT_STORIES: Final = 400

_LEAST_PROVIDER: Final = 6

_BADGES: Final = ("unpublished", "unpub.", "")
"""What is said of a story that is not published, as far as there is room: the story says it in full."""


class Marks(NamedTuple):
    """What one has marked a story with, or written on it."""

    is_read: bool = False
    is_starred: bool = False
    note: str = ""


class StoryList(Rows):
    """The stories of the present view.

    It holds row ids and asks for the stories when they are about to be drawn, all in view at once: in most
    orders each of them takes a read of its own from the file.

    Args:
        desk: What it is a part of.
        on_move: As for `Rows`.
        fetch: Row ids to stories, the vanished left out; quick.
        marks_of: The marks of a story; quick.
        has_ages: Tell recent dates as an age.

    Attributes:
        highlight: What to mark in titles and the lines below them; set it before `show`.
        is_found: Whether they are what a search found.
    """

    row_height = 2

    def __init__(
        self,
        desk: Desk,
        *,
        on_move: Callable[[bool], None],
        fetch: Callable[[Sequence[int]], list[StoryRow]],
        marks_of: Callable[[StoryId], Marks],
        has_ages: bool = True,
    ) -> None:
        super().__init__(desk, name="stories", title="Stories", on_move=on_move)
        self._fetch = fetch
        self._marks_of = marks_of
        self.has_ages = has_ages
        self.highlight: Highlight = no_highlights
        self.is_found = False
        self._ids: Sequence[int] = ()
        self._stories: dict[int, StoryRow | None] = {}
        self._now: datetime | None = None

    @property
    def row_count(self) -> int:
        """How many stories the view holds."""
        return len(self._ids)

    @property
    def ids(self) -> Sequence[int]:
        """Their row ids, in order."""
        return self._ids

    @property
    def where(self) -> str:
        """Among what was found one may want the search to be another, or gone."""
        return "found" if self.is_found else self.name

    @property
    def current(self) -> StoryRow | None:
        """The story under the cursor, or None where there is none (any more)."""
        return self.story_at(self.cursor)

    def story_at(self, index: int) -> StoryRow | None:
        """The story in a row; None where it vanished from the index a moment ago."""
        if not 0 <= index < len(self._ids):
            return None
        if index not in self._stories:
            self._read(index)
        return self._stories[index]

    def show(self, ids: Sequence[int], cursor: int, *, keeps_place: bool) -> None:
        """Show other stories, or the same in another order.

        Args:
            ids: Row ids in order.
            cursor: The row for the cursor.
            keeps_place: Leave the cursor at its height on the screen, as when stories arrive above it.
        """
        height = self.cursor * self.row_height - self.top
        self._ids = ids
        self._stories.clear()
        self._strips.clear()
        self._now = datetime.now(UTC) if self.has_ages else None
        self.cursor = cursor
        self.content_changed()
        if keeps_place:
            self.scroll_line(self.cursor * self.row_height - height)
        self.move_to(self.cursor, by_hand=False)

    def set_row_height(self, height: int) -> None:
        """One line a story, or two."""
        if height != self.row_height:
            self.row_height = height
            self.content_changed()
            self.show_cursor()

    def row_key(self, index: int) -> object:
        """The story, its marks, the density and the day it is dated against."""
        row = self.story_at(index)
        return (self.row_height, self._now, row and (row, self._marks_of(row.story_id)))

    def row_lines(self, index: int, width: int) -> Sequence[Sequence[Piece]]:
        """Signs and title; below it, or right of it, where it comes from."""
        row = self.story_at(index)
        if row is None:
            text = self.style_of("row--meta", index)
            return [[("     (gone from the archive)", text)], [("", text)]]
        marks = self._marks_of(row.story_id)
        signs = self._signs(index, marks)
        title = self.style_of("row--text" if marks.is_read else "row--strong", index)
        meta = self.style_of("row--meta", index)
        room = width - 4
        if self.row_height == 1:
            return [[*signs, *self._one_line(row, room, title, meta)]]
        note = f"{self.glyphs.separator}{self.glyphs.note}" if marks.note else ""
        second = self._second_line(row, room - cell_len(note))
        if note and second.endswith(self.glyphs.ellipsis):
            note, second = "", self._second_line(row, room)
        return [
            [*signs, *self._marked(cut(self._shown(row.title), room, self.glyphs.ellipsis), title)],
            [
                signs[0],
                ("   ", meta),
                *self._marked(second, meta),
                (note, meta),
            ],
        ]

    def _second_line(self, row: StoryRow, room: int) -> str:
        """The line below a title: that a story is unpublished gives way first, then a long provider."""
        facts = ""
        for badge in _BADGES if row.is_published is False else _BADGES[:1]:
            facts = self._shown(row_meta(row, self._now, ascii=self._is_ascii, unpublished=badge))
            if cell_len(facts) <= room:
                break
        return self._fitted(facts, room)

    def _fitted(self, meta: str, room: int) -> str:
        """The facts in so many cells: a long name of a provider gives way first."""
        provider, separator, rest = meta.partition(self.glyphs.separator)
        left = room - cell_len(separator + rest)
        if 0 < left < cell_len(provider):
            provider = cut(provider, max(left, _LEAST_PROVIDER), self.glyphs.ellipsis)
        return cut(provider + separator + rest, room, self.glyphs.ellipsis)

    def _one_line(self, row: StoryRow, room: int, title: Style, meta: Style) -> list[Piece]:
        quality = "" if row.quality is None else str(row.quality)
        aside = f"  {date_text(row.published_at, self._now):>11} {quality:>3} "
        left = room - cell_len(aside)
        text = cut(self._shown(row.title), left, self.glyphs.ellipsis)
        gap = " " * max(0, left - cell_len(text))
        return [*self._marked(text, title), (gap, meta), (aside, meta)]

    def _marked(self, text: str, style: Style) -> list[Piece]:
        places = self.highlight(text)
        return marked(text, places, style, self.desk.mark_style("row--match")) if places else [(text, style)]

    def _signs(self, index: int, marks: Marks) -> list[Piece]:
        cursor = self.glyphs.cursor if index == self.cursor else " "
        sign = self.style_of("row--sign", index)
        return [
            (cursor, sign),
            (" " if marks.is_read else self.glyphs.unread, sign),
            (self.glyphs.star if marks.is_starred else " ", self.style_of("row--star", index)),
            (" ", sign),
        ]

    @property
    def _is_ascii(self) -> bool:
        return self.glyphs is not UNICODE_GLYPHS

    def _shown(self, text: str) -> str:
        return ascii_text(text) if self._is_ascii else text

    def _read(self, index: int) -> None:
        """Fetch a story, and those in view with it."""
        if len(self._stories) >= _KEPT_STORIES:
            self._stories.clear()
        near = self.visible_rows()
        if index not in near:
            first = index - index % _BLOCK
            near = range(first, min(first + _BLOCK, self.row_count))
        missing = [place for place in near if place not in self._stories]
        ids = [self._ids[place] for place in missing]
        found = {row.row_id: row for row in self._fetch(ids)}
        self._stories.update(
            (place, found.get(RowId(row_id))) for place, row_id in zip(missing, ids, strict=True)
        )
