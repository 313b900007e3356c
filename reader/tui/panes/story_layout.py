"""The lines of one story: head, body as far as it was made, related coverage; and their strips."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from rich.style import Style
from textual.strip import Strip

from reader.model import StoryId
from reader.tui.commands import COMMANDS, key_text
from reader.tui.panes.lines import Highlight, Piece, marked, no_highlights, to_strip
from reader.tui.panes.pane import Pane
from reader.tui.panes.story_lines import WHOLE_STORY, Line, Setting
from reader.tui.panes.story_list import Marks
from reader.tui.panes.story_text import Subject, head_lines, tail_lines

if TYPE_CHECKING:
    # Comes with the parser, in the thread that reads a body.
    from reader.tui.desk import Desk
    from reader.tui.panes.body_lines import BodyLines

MEASURE: Final = 84
"""Widest text in cells; longer lines are hard to follow."""

_CENTRED: Final = 24
"""From so many cells beside the text on, it stands in the middle of the pane."""

_KEPT_STRIPS: Final = 2_000


class StoryLayout(Pane):
    """Lays a story out and draws it; what it shows and where the cursor goes is the story pane's.

    Args:
        desk: What it is a part of.
        marks_of: The marks of a story; quick.

    Attributes:
        cursor: The related item it stands on, 0 and up; beyond these a link of the body, or `WHOLE_STORY`.
        highlight: What to mark in the text.
        best_key: The key that goes to the best version, as it is shown; may be empty.
    """

    def __init__(self, desk: Desk, *, marks_of: Callable[[StoryId], Marks]) -> None:
        super().__init__(desk, name="story", title="Story")
        self.cursor = WHOLE_STORY
        self.highlight: Highlight = no_highlights
        self._marks_of = marks_of
        self.best_key = next(key_text(command.keys) for command in COMMANDS if command.id == "best-version")
        self._subject: Subject | None = None
        self._head: list[Line] = []
        self._body: BodyLines | None = None
        self._tail: list[Line] = []
        self._stops: dict[int, int] = {}
        self._strips: dict[int, Strip] = {}

    @property
    def setting(self) -> Setting:
        """What lines are made for at present."""
        return Setting(max(4, min(MEASURE, self.width - 2)), self.glyphs)

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

    def _bottom(self) -> int:
        return self.top + self.height

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
