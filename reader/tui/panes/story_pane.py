"""The story pane: one story with its excerpt, body and expandable related coverage."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from reader import wording
from reader.library import OpenStory, RelatedItem
from reader.model import StoryId, StoryRow
from reader.tui.panes.coverage import coverage
from reader.tui.panes.story_layout import StoryLayout
from reader.tui.panes.story_lines import WHOLE_STORY
from reader.tui.panes.story_list import Marks
from reader.tui.panes.story_text import Subject

if TYPE_CHECKING:
    # Comes with the parser, in the thread that reads a body.
    from reader.tui.desk import Desk
    from reader.tui.panes.body_lines import BodyLines
    from reader.tui.reading_ahead import Whole

_LOOKS_OF_HOSTS: Final = ("story--meta", "story--link")


class StoryPane(StoryLayout):
    """The story one stops on.

    Args:
        desk: What it is a part of.
        marks_of: The marks of a story; quick.

    Attributes:
        clicked_link: The address that the last click was on, or empty.
    """

    def __init__(self, desk: Desk, *, marks_of: Callable[[StoryId], Marks]) -> None:
        super().__init__(desk, marks_of=marks_of)
        self.clicked_link = ""
        self._is_expanding = False

    # -- what is shown -----------------------------------------------------------------------------

    @property
    def row(self) -> StoryRow | None:
        """The story that is shown."""
        return self._subject.row if self._subject is not None else None

    @property
    def story(self) -> OpenStory | None:
        """The same read whole, or None while it is being read."""
        return self._subject.story if self._subject is not None else None

    @property
    def is_settled(self) -> bool:
        """Whether the story was read from its file, or it is known why not."""
        return self._subject is not None and (self._subject.story is not None or bool(self._subject.notice))

    @property
    def is_awaited(self) -> bool:
        """Whether there is related coverage that is still being read."""
        return self._subject is not None and bool(self._subject.row.related_count) and not self.is_settled

    @property
    def item(self) -> RelatedItem | None:
        """The related item under the cursor, or None for the story itself."""
        if self._subject is None or not 0 <= self.cursor < len(self._subject.found.items):
            return None
        return self._subject.found.items[self.cursor]

    @property
    def where(self) -> str:
        """On a related item other keys matter."""
        return "story" if self.item is None else "item"

    @property
    def link(self) -> str:
        """The address of the link under the cursor, safe to open; empty where that is none."""
        if self._subject is None or not self._is_link(self.cursor):
            return ""
        number = self.cursor - len(self._subject.found.items)
        return self._subject.links[number] if number < len(self._subject.links) else ""

    @property
    def quality(self) -> int | None:
        """That of the story, if it has one."""
        return self._subject.row.quality if self._subject is not None else None

    @property
    def best(self) -> int | None:
        """The best version, as `reader.tui.panes.coverage.Coverage.best`."""
        return self._subject.found.best if self._subject is not None else None

    def shows_host(self, host: str) -> bool:
        """Whether the host of a link is to be read on the screen now, as such: not in a title or a text."""
        if not self.place.area:
            return False
        name = re.escape(host.removeprefix("www."))
        wanted = re.compile(rf"(?<![\w.-])(?:www\.)?{name}(?![\w.-])")
        lines = (self._line_at(y) for y in range(self.top, min(self._bottom(), self.line_count)))
        return any(
            wanted.search(text) for line in lines for text, look in line.pieces if look in _LOOKS_OF_HOSTS
        )

    def show_row(
        self, row: StoryRow | None, quality_range: tuple[int, int], whole: Whole | None = None
    ) -> None:
        """Show a story: what the index knows of it, and all where it was read ahead.

        Else the rest follows with `show_story`.
        """
        subject = self._subject
        if row is not None and subject is not None and row.story_id == subject.row.story_id:
            subject.row, subject.quality_range = row, quality_range
            self._lay_out()
            return
        if row is None:
            self._subject = None
        else:
            self._subject = Subject(row, self._marks_of, quality_range=quality_range, best_key=self.best_key)
        self._body = None
        self._is_expanding = False
        self.cursor = WHOLE_STORY
        self.scroll_line(0)
        if whole is not None:
            self.show_story(whole.story, whole.body)
        else:
            self._lay_out()

    def show_story(self, story: OpenStory, body: BodyLines | None = None) -> None:
        """Show the story read whole; the place in it is kept.

        Args:
            story: The story.
            body: Its body as far as it is known, made for any width; None for none.
        """
        subject = self._subject
        if subject is None:
            return
        subject.row, subject.story, subject.notice = story.row, story, ""
        subject.found = coverage(story.row, story.related)
        if body is not None:
            self._body = body
            subject.links = body.links
            self._strips.clear()
            self.refresh()
        self._lay_out()
        if self._is_expanding:
            self._is_expanding = False
            self.toggle_all()

    def show_notice(self, notice: str) -> None:
        """Say why the rest of the story cannot be shown."""
        if self._subject is not None:
            self._subject.notice = wording.sentence(notice)
            self._lay_out()

    def marks_changed(self) -> None:
        """Draw the signs again."""
        self._lay_out()

    # -- related coverage --------------------------------------------------------------------------

    def toggle_item(self) -> bool:
        """Expand or fold the item under the cursor; choose the first one where none is. False without any."""
        if self._subject is None or not self._subject.found.items:
            return False
        if self.item is None:
            self._choose(0)
            return True
        self._subject.expanded ^= {self.cursor}
        self._lay_out()
        self._show_stop()
        return True

    def toggle_all(self) -> bool:
        """Expand all items, or fold them where all are expanded; false without any.

        While the story is still being read, it waits for it.
        """
        if self.is_awaited:
            self._is_expanding = not self._is_expanding
            return True
        if self._subject is None or not self._subject.found.items:
            return False
        every = set(range(len(self._subject.found.items)))
        self._subject.expanded = set() if self._subject.expanded == every else every
        self._lay_out()
        if self.cursor != WHOLE_STORY:
            self._show_stop()
        else:
            self._show_lines(max(0, self._stops[0] - 1), 2)
        return True

    def go_to_item(self, item: int) -> None:
        """Put the cursor on a related item, and expand it."""
        if self._subject is not None and 0 <= item < len(self._subject.found.items):
            self._subject.expanded.add(item)
            self.cursor = item
            self._strips.clear()
            self.refresh()
            self._lay_out()
            self._show_stop()

    def go_to_links(self) -> bool:
        """Put the cursor on the first link of the body, or on the next one; false without any."""
        if self._subject is None or not self._subject.links:
            return False
        first = len(self._subject.found.items)
        following = max(first, self.cursor + 1)
        self._choose(following if following in self._stops else first)
        return True

    # -- movement ----------------------------------------------------------------------------------

    def action_down(self) -> None:
        """To the next item or link where it is in view, else one line down."""
        here = self._stops.get(self.cursor, self.top - 1)
        following = min(((place, stop) for stop, place in self._stops.items() if place > here), default=None)
        if following is not None and (following[0] < self._bottom() or self.top >= self.max_top):
            self._choose(following[1])
        else:
            self._scroll(1)

    def action_up(self) -> None:
        """To the item or link above where it is in view, else one line up."""
        here = self._stops.get(self.cursor)
        if here is None:
            self._scroll(-1)
            return
        above = max(((place, stop) for stop, place in self._stops.items() if place < here), default=None)
        if above is None:
            self._choose(WHOLE_STORY)
            self._scroll(-1)
        elif above[0] >= self.top:
            self._choose(above[1])
        else:
            self._scroll(-1)

    def action_top(self) -> None:
        """The beginning."""
        self._choose(WHOLE_STORY)
        self.scroll_line(0)

    def action_bottom(self) -> None:
        """The end."""
        if self._body is not None:
            self._body.make()
            self._lay_out()
        if self._stops:
            self._choose(max(self._stops, key=lambda stop: self._stops[stop]))
        self.scroll_line(self.max_top)

    def action_page_down(self) -> None:
        """One page down."""
        self.page(1)

    def action_page_up(self) -> None:
        """One page up."""
        self.page(-1)

    def action_half_page_down(self) -> None:
        """Half a page down."""
        self._scroll(max(1, self.height // 2))

    def action_half_page_up(self) -> None:
        """Half a page up."""
        self._scroll(-max(1, self.height // 2))

    def page(self, step: int) -> bool:
        """One page down, or up with -1, two lines overlapping; false at the end."""
        before = self.top
        self._scroll(step * max(1, self.height - 2))
        return self.top != before

    def _scroll(self, lines: int) -> None:
        self.scroll_by(lines)
        place = self._stops.get(self.cursor)
        if place is not None and not self.top <= place < self._bottom():
            self._choose(WHOLE_STORY)

    def _choose(self, stop: int) -> None:
        if stop != self.cursor:
            old, self.cursor = self.cursor, stop
            for changed in (old, stop):
                self._redraw(*self._stop_lines(changed))
        self._show_stop()

    def _stop_lines(self, stop: int) -> tuple[int, int]:
        """First line of an item or a link, and how many lines it has."""
        first = self._stops.get(stop)
        if first is None:
            return 0, 0
        skip = self._tail_at
        count = 1
        while first - skip + count < len(self._tail) and self._tail[first - skip + count].stop == stop:
            count += 1
        return first, count

    def _show_stop(self) -> None:
        first, count = self._stop_lines(self.cursor)
        if count:
            self._show_lines(first, min(count, self.height))

    def _show_lines(self, first: int, count: int) -> None:
        """Scroll no further than it takes to have these lines in view."""
        if first < self.top:
            self.scroll_line(first)
        elif first + count > self._bottom():
            self.scroll_line(first + count - self.height)

    # -- mouse -------------------------------------------------------------------------------------

    def clicked(self, x: int, y: int, *, is_double: bool) -> None:
        """A click on a related item chooses it and expands or folds it; on a link, it chooses that."""
        self.clicked_link = self._link_at(x, y)
        if not 0 <= y < self.line_count or self._subject is None:
            return
        line = self._line_at(y)
        if 0 <= line.stop < len(self._subject.found.items):
            self._choose(line.stop)
            self.toggle_item()
        elif line.stop != WHOLE_STORY:
            self._choose(line.stop)

    def _link_at(self, x: int, y: int) -> str:
        """The address that a cell of line `y` leads to, or an empty text."""
        if self._subject is None or not 0 <= y < self.line_count:
            return ""
        line, cell = self._line_at(y), x - self._indent - 1
        number = next((number for start, end, number in line.anchors if start <= cell < end), 0)
        number = number or (line.stop - len(self._subject.found.items) + 1 if self._is_link(line.stop) else 0)
        return self._subject.links[number - 1] if 0 < number <= len(self._subject.links) else ""

    def _is_link(self, stop: int) -> bool:
        return self._subject is not None and stop >= len(self._subject.found.items)
