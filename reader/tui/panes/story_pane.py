"""The story pane: one story with its excerpt, body and expandable related coverage, drawn line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.style import Style
from textual.content import Content
from textual.strip import Strip

from reader import wording
from reader.library import OpenStory, RelatedItem
from reader.model import Story, StoryId, StoryRow
from reader.tui.panes.lines import Highlight, Piece, cut, marked, no_highlights, to_strip
from reader.tui.panes.pane import Pane
from reader.tui.panes.story_list import Marks
from reader.wording import UNICODE_GLYPHS

if TYPE_CHECKING:
    from reader.tui.desk import Desk

MEASURE: Final = 84
"""Widest text in cells; longer lines are hard to follow."""

WHOLE_STORY: Final = -1
"""`StoryPane.cursor` while no item of the related coverage is chosen."""


class Line(NamedTuple):
    """A line of the pane before it is drawn.

    Attributes:
        pieces: Texts, each with the name of its component class.
        item: The related item it belongs to, or `WHOLE_STORY`.
    """

    pieces: tuple[tuple[str, str], ...] = ()
    item: int = WHOLE_STORY


class StoryPane(Pane):
    """The story one stops on.

    Args:
        desk: What it is a part of.
        marks_of: The marks of a story; quick.
    """

    def __init__(self, desk: Desk, *, marks_of: Callable[[StoryId], Marks]) -> None:
        super().__init__(desk, name="story", title="Story")
        self.cursor = WHOLE_STORY
        self._marks_of = marks_of
        self._row: StoryRow | None = None
        self._open: OpenStory | None = None
        self._notice = ""
        self._expanded: set[int] = set()
        self._is_expanding = False
        self.highlight: Highlight = no_highlights
        self._quality_range = (0, 0)
        self._lines: list[Line] = []
        self._strips: dict[int, Strip] = {}

    # -- what is shown -----------------------------------------------------------------------------

    @property
    def row(self) -> StoryRow | None:
        """The story that is shown."""
        return self._row

    @property
    def story(self) -> OpenStory | None:
        """The same read whole, or None while it is being read."""
        return self._open

    @property
    def is_settled(self) -> bool:
        """Whether the story was read from its file, or it is known why not."""
        return self._open is not None or bool(self._notice)

    @property
    def _is_awaited(self) -> bool:
        """Whether there is related coverage that is still being read."""
        return self._row is not None and bool(self._row.related_count) and not self.is_settled

    @property
    def _story(self) -> Story | None:
        return self._open.story if self._open is not None else None

    @property
    def item(self) -> RelatedItem | None:
        """The related item under the cursor, or None for the story itself."""
        if self._open is None or not 0 <= self.cursor < len(self._open.related):
            return None
        return self._open.related[self.cursor]

    def show_row(self, row: StoryRow | None, quality_range: tuple[int, int]) -> None:
        """Show what the index knows, at once; the rest follows with `show_story`."""
        self._quality_range = quality_range
        if row is not None and self._row is not None and row.story_id == self._row.story_id:
            self._row = row
            self._lay_out()
            return
        self._row, self._open, self._notice = row, None, ""
        self._expanded.clear()
        self._is_expanding = False
        self.cursor = WHOLE_STORY
        self.scroll_line(0)
        self._lay_out()

    def show_story(self, story: OpenStory) -> None:
        """Show the story read whole; the place in it is kept."""
        self._row, self._open, self._notice = story.row, story, ""
        self._lay_out()
        if self._is_expanding:
            self._is_expanding = False
            self.toggle_all()

    def show_notice(self, notice: str) -> None:
        """Say why the rest of the story cannot be shown."""
        self._notice = notice
        self._lay_out()

    def marks_changed(self) -> None:
        """Draw the signs again."""
        self._lay_out()

    # -- related coverage --------------------------------------------------------------------------

    def toggle_item(self) -> bool:
        """Expand or fold the item under the cursor; choose the first one where none is. False without any."""
        if self._is_awaited:
            return True
        if self._open is None or not self._open.related:
            return False
        if self.cursor == WHOLE_STORY:
            self._choose(0)
            return True
        self._expanded ^= {self.cursor}
        self._lay_out()
        self._show_item()
        return True

    def toggle_all(self) -> bool:
        """Expand all items, or fold them where all are expanded; false without any.

        While the story is still being read, it waits for it.
        """
        if self._is_awaited:
            self._is_expanding = not self._is_expanding
            return True
        if self._open is None or not self._open.related:
            return False
        every = set(range(len(self._open.related)))
        self._expanded = set() if self._expanded == every else every
        self._lay_out()
        if self.cursor != WHOLE_STORY:
            self._show_item()
        else:
            heading = next((y for y, line in enumerate(self._lines) if line.item != WHOLE_STORY), 0)
            self._show_lines(max(0, heading - 1), 2)
        return True

    # -- movement ----------------------------------------------------------------------------------

    def action_down(self) -> None:
        """To the next related item where it is in view, else one line down."""
        following = self.cursor + 1
        place = self._places().get(following)
        if place is not None and (place < self._bottom() or self.top >= self.max_top):
            self._choose(following)
        else:
            self._scroll(1)

    def action_up(self) -> None:
        """To the related item above where it is in view, else one line up."""
        if self.cursor == WHOLE_STORY:
            self._scroll(-1)
            return
        place = self._places().get(self.cursor - 1)
        if self.cursor == 0:
            self._choose(WHOLE_STORY)
            self._scroll(-1)
        elif place is not None and place >= self.top:
            self._choose(self.cursor - 1)
        else:
            self._scroll(-1)

    def action_top(self) -> None:
        """The beginning."""
        self._choose(WHOLE_STORY)
        self.scroll_line(0)

    def action_bottom(self) -> None:
        """The end."""
        if self._open is not None and self._open.related:
            self._choose(len(self._open.related) - 1)
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
        place = self._places().get(self.cursor)
        if place is not None and not self.top <= place < self._bottom():
            self._choose(WHOLE_STORY)

    def _bottom(self) -> int:
        return self.top + self.height

    def _places(self) -> dict[int, int]:
        """The first line of each related item."""
        places: dict[int, int] = {}
        for y, line in enumerate(self._lines):
            if line.item != WHOLE_STORY:
                places.setdefault(line.item, y)
        return places

    def _choose(self, item: int) -> None:
        if item != self.cursor:
            self.cursor = item
            self._strips.clear()
            self.refresh()
        self._show_item()

    def _show_item(self) -> None:
        lines = [y for y, line in enumerate(self._lines) if line.item == self.cursor != WHOLE_STORY]
        if lines:
            height = min(len(lines), self.height)
            self._show_lines(lines[0], height)

    def _show_lines(self, first: int, count: int) -> None:
        """Scroll no further than it takes to have these lines in view."""
        if first < self.top:
            self.scroll_line(first)
        elif first + count > self._bottom():
            self.scroll_line(first + count - self.height)

    # -- mouse -------------------------------------------------------------------------------------

    def clicked(self, x: int, y: int, *, is_double: bool) -> None:
        """A click on a related item chooses it and expands or folds it."""
        if 0 <= y < len(self._lines) and (item := self._lines[y].item) != WHOLE_STORY:
            self._choose(item)
            self.toggle_item()

    # -- layout ------------------------------------------------------------------------------------

    @property
    def line_count(self) -> int:
        """All lines of the story."""
        return len(self._lines)

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
        width = min(MEASURE, self.width - 1)
        old = self._lines
        self._lines = list(self._story_lines(width)) if self._row is not None and width > 4 else []
        same = next((y for y, (a, b) in enumerate(zip(old, self._lines, strict=False)) if a != b), None)
        first = min(len(old), len(self._lines)) if same is None else same
        last = max(len(old), len(self._lines))
        for y in range(first, last):
            self._strips.pop(y, None)
        self.lines_changed()
        if first < last:
            self.refresh_lines(first, last - first)

    def _story_lines(self, width: int) -> Iterator[Line]:
        row, story = self._row, self._story
        if row is None:
            return
        yield from self._text(row.title, "story--title", width)
        yield from self._meta(row, width)
        if story is not None and story.problems:
            reasons = "; ".join(dict.fromkeys(problem.reason for problem in story.problems[:3]))
            yield from self._text(f"This file is damaged: {reasons}", "story--notice", width)
        if row.topics:
            yield Line()
            topics = self.glyphs.separator.join(row.topics)
            yield from self._text(topics, "story--meta", width)
        excerpt = story.excerpt if story is not None else row.excerpt
        if excerpt:
            yield Line()
            yield from self._text(excerpt, "story--text", width)
        if story is not None and story.body:
            yield Line()
            yield from self._body(_without_title(story.body, row.title), width)
        if row.url:
            yield Line()
            yield from self._text(row.url, "story--link", width)
        if self._notice:
            yield Line()
            yield from self._text(self._notice, "story--notice", width)
        yield from self._related_lines(width)

    def _meta(self, row: StoryRow, width: int) -> Iterator[Line]:
        provider = wording.provider_text(row.provider, ascii=self._is_ascii)
        if provider:
            yield from self._text(provider, "story--meta", width)
        is_read, is_starred = self._marks_of(row.story_id)
        parts = (
            wording.date_time_text(row.published_at),
            row.kind if row.kind.casefold() != "article" else "",
            "unpublished" if row.is_published is False else "",
            wording.place_text(row),
        )
        date = self.glyphs.separator.join(part for part in parts if part)
        if date:
            yield from self._text(date, "story--meta", width)
        if row.quality is not None:
            bar = wording.quality_bar(row.quality, *self._quality_range, ascii=self._is_ascii)
            heat = self._heat(row)
            yield Line(
                ((f"quality {row.quality} ", "story--meta"), (bar, "story--badge"), (heat, "story--meta"))
            )
        state = [f"{self.glyphs.unread} unread"] if not is_read else []
        state += [f"{self.glyphs.star} starred"] if is_starred else []
        if state:
            yield Line((("  ".join(state), "story--badge"),))

    def _heat(self, row: StoryRow) -> str:
        story = self._story
        if story is None or story.heat is None or story.heat < 0 or story.heat == row.quality:
            return ""
        return f"{self.glyphs.separator}heat {story.heat}"

    def _body(self, body: str, width: int) -> Iterator[Line]:
        for paragraph in body.split("\n"):
            is_heading = paragraph.startswith("#")
            text = paragraph.lstrip("#").strip() if is_heading else paragraph.rstrip()
            yield from self._text(text, "story--heading" if is_heading else "story--text", width)

    def _related_lines(self, width: int) -> Iterator[Line]:
        row = self._row
        number = len(self._open.related) if self._open is not None else (row.related_count if row else 0)
        if not number:
            return
        yield Line()
        yield Line(((f"Related coverage ({wording.count(number)})", "story--heading"),))
        for item, entry in enumerate(self._open.related if self._open is not None else ()):
            yield from self._item_lines(item, entry, width)

    def _item_lines(self, item: int, entry: RelatedItem, width: int) -> Iterator[Line]:
        lead_date = self._row.published_at if self._row is not None else None
        parts = wording.related_line(entry.related, lead_date)
        is_read, is_starred = self._marks_of(entry.row.story_id)
        is_expanded = item in self._expanded
        sign = self.glyphs.unfolded if is_expanded else self.glyphs.folded
        unread = " " if is_read else self.glyphs.unread
        star = self.glyphs.star if is_starred else " "
        head = f"{sign} {unread}{star} {parts.quality:>3} "
        # A long name leaves room for the title, which says more.
        provider = parts.provider if is_expanded else cut(parts.provider, width // 4, self.glyphs.ellipsis)
        origin = self.glyphs.separator.join(part for part in (provider, parts.offset) if part)
        if not is_expanded:
            text = f"{origin}  {parts.title}" if origin else parts.title
            text = cut(self._shown(text), width - 1 - len(head), self.glyphs.ellipsis)
            split = min(len(origin), len(text))
            title = "story--text" if is_read else "story--item"
            yield Line(((head, "story--badge"), (text[:split], "story--meta"), (text[split:], title)), item)
            return
        yield Line(((head, "story--badge"), (self._shown(origin), "story--meta")), item)
        yield from self._text(parts.title, "story--item", width, indent=5, item=item)
        date = wording.date_time_text(entry.related.published_at)
        meta = self.glyphs.separator.join(part for part in (entry.related.provider.domain, date) if part)
        yield from self._text(meta, "story--meta", width, indent=5, item=item)
        yield from self._text(entry.related.excerpt, "story--text", width, indent=5, item=item)
        yield from self._text(entry.related.url, "story--link", width, indent=5, item=item)

    def _text(
        self, text: str, component: str, width: int, *, indent: int = 0, item: int = WHOLE_STORY
    ) -> Iterator[Line]:
        if not text:
            if item == WHOLE_STORY:
                yield Line()
            return
        margin = ((" " * indent, "story--text"),) if indent else ()
        for line in Content(self._shown(text)).wrap(max(4, width - 1 - indent)):
            yield Line((*margin, (line.plain.rstrip(), component)), item)

    @property
    def _is_ascii(self) -> bool:
        return self.glyphs is not UNICODE_GLYPHS

    def _shown(self, text: str) -> str:
        return wording.ascii_text(text) if self._is_ascii else text

    # -- drawing -----------------------------------------------------------------------------------

    def line(self, y: int) -> Strip:
        """One line of the pane."""
        width = self.width
        if y >= len(self._lines):
            return self.blank_line()
        strip = self._strips.get(y)
        if strip is None or strip.cell_length != width:
            strip = self._strips[y] = self._draw(self._lines[y], width)
        return strip

    def _draw(self, line: Line, width: int) -> Strip:
        is_chosen = line.item == self.cursor != WHOLE_STORY
        under = ("story--cursor" if self.has_focus else "story--cursor-blurred",) if is_chosen else ()
        margin = self.glyphs.cursor if is_chosen else " "
        pieces: list[Piece] = [(margin, self._style("story--badge", *under))]
        for text, component in line.pieces:
            style = self._style(component, *under)
            places = self.highlight(text)
            pieces += (
                marked(text, places, style, self.desk.mark_style("story--match"))
                if places
                else [(text, style)]
            )
        return to_strip(pieces, width, self._style("story--text", *under))

    def _style(self, *components: str) -> Style:
        return self.desk.style(*components)


def _without_title(body: str, title: str) -> str:
    """The body without a first heading that only repeats the title above it."""
    first, _, rest = body.partition("\n")
    return rest.lstrip("\n") if first.startswith("#") and first.lstrip("# ").strip() == title else body
