"""Pressing marks: one at a time, and thousands."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from reader import clean
from reader.library.merging import gone_row
from reader.library.shelf import rows_of
from reader.library.stories import NO_ROW
from reader.library.viewing import ViewedLibrary
from reader.model import RowId, StoryId, StoryRow
from reader.state.keeper import Change

_BATCH: Final = 2_000
"""Stories marked in one write: nobody waits long for the lock."""


class MarkedLibrary(ViewedLibrary):
    """The third chapter of the library: marks."""

    def set_read(self, row: StoryRow, is_read: bool) -> None:
        """Mark a story read or unread, for good. Quick; disk trouble is told through `on_trouble`."""
        self._record(row, is_read=is_read)

    def set_starred(self, row: StoryRow, is_starred: bool) -> None:
        """Star a story or take its star away, for good. Quick; disk trouble is told as above."""
        self._record(row, is_starred=is_starred)

    def set_note(self, row: StoryRow, text: str) -> None:
        """Write a note on a story, one line, for good; an empty one takes it away. Quick, as above."""
        self._record(row, note=clean.line(text))

    def set_read_many(self, row_ids: Sequence[int]) -> list[StoryId]:
        """Mark these stories read, in a few writes; gives those that were not. Not quick.

        What is marked by hand meanwhile stays as it is marked: that came later.
        """
        marked: list[StoryId] = []
        with self._heeding_later_presses() as pressed:
            for first in range(0, len(row_ids), _BATCH):
                batch = [row for row in row_ids[first : first + _BATCH] if not self._shelf.is_read(row)]
                rows = [row for row in self.rows(batch) if row.story_id and not self.is_read(row.story_id)]
                adopted = self._shelf.adopted
                moved = [row for row in rows if row.story_id in adopted and row.story_id not in pressed]
                for row in moved:  # what they were marked under their old ids goes over
                    self.set_read(row, True)
                marked += [row.story_id for row in moved]
                stories = {row.story_id: (row.row_id, row.url) for row in rows}
                marked += self._record_many(stories, is_read=True)
        return marked

    def set_read_again(self, story_ids: Sequence[StoryId], *, is_read: bool) -> None:
        """Mark stories that have marks already read or unread, in a few writes, as above. Not quick."""
        with self._heeding_later_presses():
            for first in range(0, len(story_ids), _BATCH):
                batch = story_ids[first : first + _BATCH]
                rows = rows_of(self._indexes, batch)
                stories = {story_id: (rows.get(story_id, NO_ROW), "") for story_id in batch}
                self._record_many(stories, is_read)

    @contextlib.contextmanager
    def _heeding_later_presses(self) -> Iterator[set[StoryId]]:
        """While many are marked: what was marked read or unread by hand since that began."""
        pressed = self._pressed = set()
        try:
            yield pressed
        finally:
            self._pressed = set()

    def _record_many(self, stories: Mapping[StoryId, tuple[RowId, str]], is_read: bool) -> list[StoryId]:
        """Mark stories, of which row and address are given; gives those that were not so before."""
        with self._lock:
            changes: list[Change] = []
            rows: list[tuple[RowId, bool]] = []
            for story_id, (row_id, url) in stories.items():
                mark = self.keeper.get(story_id)
                if bool(mark and mark.is_read) != is_read and story_id not in self._pressed:
                    # With the address again, so that the line before says nothing more and is dropped.
                    url = url or (mark.url if mark else "")
                    changes.append(Change(story_id, is_read=is_read, url=url))
                    rows.append((row_id, bool(mark and mark.is_starred)))
            self.keeper.record(changes)
            self._changed.update(change.story_id for change in changes)
            self._has_unkept_marks = True
            for row_id, is_starred in rows:
                if row_id > 0:
                    self._shelf.mark(row_id, is_read=is_read, is_starred=is_starred)
            return [change.story_id for change in changes]

    def _record(
        self,
        row: StoryRow,
        *,
        is_read: bool | None = None,
        is_starred: bool | None = None,
        note: str | None = None,
    ) -> None:
        if not row.story_id:
            return
        with self._lock:
            if is_read is not None:
                self._pressed.add(row.story_id)
            if self.keeper.get(row.story_id) is None and (old := self.mark_of(row.story_id)) is not None:
                # A moved story leaves its old id behind with this press: all marks go over.
                is_read = old.is_read if is_read is None else is_read
                is_starred = old.is_starred if is_starred is None else is_starred
                note = (old.note or None) if note is None else note
            keeps = bool(is_starred or note)
            change = Change(
                story_id=row.story_id,
                is_read=is_read,
                is_starred=is_starred,
                url=row.url,
                title=row.title if keeps else "",
                provider=(row.provider.name or row.provider.domain) if keeps else "",
                published_at=row.published_at if keeps else None,
                excerpt=row.excerpt if keeps else "",
                quality=row.quality if keeps else None,
                note=note,
            )
            self.keeper.record([change])
            self._changed.add(row.story_id)
            self._has_unkept_marks = True
            if row.row_id > 0:
                self._apply(row.row_id, row.story_id)
            elif keeps:
                self._list_gone(row.story_id)

    def _list_gone(self, story_id: StoryId) -> None:
        """An item without a file stands under Starred at once, not only after the next reload."""
        gone, mark = self._shelf.gone, self.keeper.get(story_id)
        if mark is not None and all(row.story_id != story_id for row in gone):
            gone.append(gone_row(len(gone) + 1, mark))
