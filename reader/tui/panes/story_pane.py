"""The story pane: one story with its excerpt, body and expandable related coverage, drawn line by line."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from rich.style import Style
from textual.strip import Strip

from reader import wording
from reader.library import OpenStory, RelatedItem
from reader.model import StoryId, StoryRow
from reader.tui.commands import COMMANDS, key_text
from reader.tui.panes.coverage import coverage
from reader.tui.panes.lines import Highlight, Piece, marked, no_highlights, to_strip
from reader.tui.panes.pane import Pane
from reader.tui.panes.story_lines import WHOLE_STORY, Line, Setting
from reader.tui.panes.story_list import Marks
from reader.tui.panes.story_text import Subject, head_lines, tail_lines

if TYPE_CHECKING:
    # Comes with the parser, in the thread that reads a body.
    from reader.tui.desk import Desk
    from reader.tui.panes.body_lines import BodyLines
    from reader.tui.reading_ahead import Whole

MEASURE: Final = 84
"""Widest text in cells; longer lines are hard to follow."""

_CENTRED: Final = 24
"""From so many cells beside the text on, it stands in the middle of the pane."""

_KEPT_STRIPS: Final = 2_000


_LOOKS_OF_HOSTS: Final = ("story--meta", "story--link")


class StoryPane(Pane):
    """The story one stops on.

    Args:
        desk: What it is a part of.
        marks_of: The marks of a story; quick.

    Attributes:
        cursor: The related item it stands on, 0 and up; beyond these a link of the body, or `WHOLE_STORY`.
        highlight: What to mark in the text.
        best_key: The key that goes to the best version, as it is shown; may be empty.
        clicked_link: The address that the last click was on, or empty.
    """

    def __init__(self, desk: Desk, *, marks_of: Callable[[StoryId], Marks]) -> None:
        super().__init__(desk, name="story", title="Story")
        self.cursor = WHOLE_STORY
        self.highlight: Highlight = no_highlights
        self.clicked_link = ""
        self._marks_of = marks_of
        self.best_key = next(key_text(command.keys) for command in COMMANDS if command.id == "best-version")
        self._subject: Subject | None = None
        self._is_expanding = False
        self._head: list[Line] = []
        self._body: BodyLines | None = None
        self._tail: list[Line] = []
        self._stops: dict[int, int] = {}
        self._strips: dict[int, Strip] = {}

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

    @property
    def setting(self) -> Setting:
        """What lines are made for at present."""
        return Setting(max(4, min(MEASURE, self.width - 2)), self.glyphs)

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

    def _bottom(self) -> int:
        return self.top + self.height

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

    # -- layout ------------------------------------------------------------------------------------

    @property
    def line_count(self) -> int:
        """All lines of the story, those of a long body estimated as far as they were never shown."""
        return self._tail_at + len(self._tail)

    @property
    def _body_length(self) -> int:
        return 0 if self._body is None else len(self._body)

    @property
    def _tail_at(self) -> int:
        """The line after the body."""
        return len(self._head) + self._body_length

    @property
    def _indent(self) -> int:
        """Cells left of the text where there is room to spare."""
        spare = self.width - MEASURE - 2
        return spare // 2 if spare >= _CENTRED else 0

    def resized(self) -> None:
        """Wrap anew for another width."""
        self._strips.clear()
        self._lay_out()

    def focus_changed(self) -> None:
        """The cursor looks different now."""
        self.forget_strips()

    def forget_strips(self) -> None:
        """Draw everything anew."""
        self._strips.clear()
        self.refresh()

    def restyled(self) -> None:
        """The styles have changed."""
        super().restyled()
        self._strips.clear()

    def _lay_out(self) -> None:
        """Make the lines anew; those that are the same as before are not drawn again."""
        before = (self._head, self._body_length, self._tail)
        setting = self.setting
        if self._subject is None or not self.width:
            self._head, self._tail = [], []
        else:
            if self._body is not None:
                self._body = self._body.fitted(setting)
                self._body.make(self.top + self.height)
            self._subject.best_key = self.best_key
            self._head = list(head_lines(self._subject, setting))
            self._tail = list(tail_lines(self._subject, setting))
        self._body_made()
        self._redraw_changed(*before)

    def _body_made(self) -> None:
        """The body has another number of lines: what follows it stands elsewhere."""
        self._stops = {}
        for y, line in enumerate(self._tail, self._tail_at):
            if line.stop != WHOLE_STORY:
                self._stops.setdefault(line.stop, y)

    def _redraw_changed(self, head: list[Line], body_length: int, tail: list[Line]) -> None:
        old_skip, skip = len(head) + body_length, self._tail_at
        if len(head) == len(self._head) and body_length == self._body_length:
            changed = [y for y, (a, b) in enumerate(zip(head, self._head, strict=True)) if a != b]
            changed += [skip + y for y, (a, b) in enumerate(zip(tail, self._tail, strict=False)) if a != b]
            shorter, longer = sorted((len(tail), len(self._tail)))
            changed += range(skip + shorter, skip + longer)
        else:
            same = next(
                (y for y, (a, b) in enumerate(zip(head, self._head, strict=False)) if a != b),
                min(len(head), len(self._head)),
            )
            end = max(old_skip + len(tail), skip + len(self._tail))
            changed = list(range(max(same, self.top), min(end, self._bottom())))
            self._strips = {y: strip for y, strip in self._strips.items() if y < same}
        self.lines_changed()
        if changed:
            self._redraw(changed[0], changed[-1] + 1 - changed[0])

    def _redraw(self, first: int, count: int) -> None:
        for y in range(first, first + count):
            self._strips.pop(y, None)
        if count:
            self.refresh_lines(first, count)

    # -- drawing -----------------------------------------------------------------------------------

    def scroll_line(self, y: int) -> bool:
        """As for any pane; a long body is made as far as it comes into view."""
        if self._body is not None:
            before = len(self._body)
            self._body.make(y + self.height - len(self._head))
            if len(self._body) != before:
                self._body_made()
        return super().scroll_line(y)

    def _line_at(self, y: int) -> Line:
        for part in (self._head, self._body or (), self._tail):
            if y < len(part):
                return part[y]
            y -= len(part)
        return Line()

    def line(self, y: int) -> Strip:
        """One line of the pane."""
        width = self.width
        if y >= self.line_count:
            return self.blank_line()
        strip = self._strips.get(y)
        if strip is None or strip.cell_length != width:
            if len(self._strips) >= _KEPT_STRIPS:
                self._strips.clear()
            strip = self._strips[y] = self._draw(self._line_at(y), width)
        return strip

    def _draw(self, line: Line, width: int) -> Strip:
        is_chosen = line.stop == self.cursor != WHOLE_STORY
        under = ("story--cursor" if self.has_focus else "story--cursor-blurred",) if is_chosen else ()
        sign = self.glyphs.cursor if is_chosen else " "
        pieces: list[Piece] = []
        if self._indent:
            pieces.append((" " * self._indent, self._style("story--text")))
        pieces.append((sign, self._style("story--badge", *under)))
        pieces += self._highlighted(
            [(text, self._style(*components.split(" "), *under)) for text, components in line.pieces]
        )
        return to_strip(pieces, width, self._style("story--text", *under))

    def _highlighted(self, pieces: list[Piece]) -> list[Piece]:
        places = self.highlight("".join(text for text, _ in pieces))
        if not places:
            return pieces
        mark = self.desk.mark_style("story--match")
        found: list[Piece] = []
        start = 0
        for text, style in pieces:
            end = start + len(text)
            here = [
                (max(left, start) - start, min(right, end) - start)
                for left, right in places
                if left < end and right > start
            ]
            found += marked(text, here, style, mark)
            start = end
        return found

    def _style(self, *components: str) -> Style:
        return self.desk.style(*components)
