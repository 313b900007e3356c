"""A pane drawn line by line whose height can change without the screen being laid out again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.containers import Container
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBarRender
from textual.strip import Strip

from reader.wording import UNICODE_GLYPHS, Glyphs

Piece = tuple[str, Style]
"""A run of text in one style."""


class PlainScrollBar(ScrollBarRender):
    """A scroll bar of colours only, without the signs that show it by eighths."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8


Highlight = Callable[[str], list[tuple[int, int]]]
"""A text to the places in it that are marked: starts and ends, sorted, apart from each other."""


def no_highlights(text: str) -> list[tuple[int, int]]:
    """Nothing is searched for."""
    return []


class Lines(ScrollView, can_focus=True):
    """The story list, the topics and the story have this in common.

    Textual lays out the whole screen whenever the height of a pane's content changes, and then sends all
    of it: 20 kB for each story one moves to. The scroll bar always has its column here, so nothing
    outside the pane depends on that height.
    """

    ALLOW_SELECT = False

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False, repaint=False)

    def __init__(self, *, id: str, glyphs: Glyphs = UNICODE_GLYPHS) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs
        # It is always shown; learning that from the first layout makes Textual do a second one.
        self.set_reactive(Lines.show_vertical_scrollbar, True)
        self._part_styles: dict[tuple[str, ...], Style] = {}

    def on_mount(self) -> None:
        """Keep Textual's own signs off the screen where they cannot be shown."""
        if self.glyphs is not UNICODE_GLYPHS:
            self.vertical_scrollbar.renderer = PlainScrollBar  # type: ignore[misc]  # for this one only

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of `crop`, straight from `render_line`, which keeps its strips.

        Textual would put them through its cache of styled lines and make new strips of them, for borders
        and padding that a pane of lines does not have; a strip that is kept also keeps what the filters
        and the terminal driver made of it.
        """
        filters = self.get_line_filters()
        _, background = self.background_colors
        first, last = crop.column_span
        fill = self.visual_style.rich_style
        strips: list[Strip] = []
        for y in crop.line_range:
            strip = self.render_line(y)
            for line_filter in filters:
                strip = strip.apply_filter(line_filter, background)
            strips.append(strip.crop_extend(first, last, fill))
        return strips

    def refresh_lines(self, y_start: int, line_count: int = 1) -> None:
        """Draw these lines of the content again, and not the scroll bar beside them."""
        width = self.scrollable_content_region.width
        self.refresh(Region(0, y_start - self.scroll_offset.y, width, line_count))

    def set_height(self, lines: int) -> None:
        """The content has so many lines now; the place in it is kept as far as there is one."""
        size = Size(0, lines)
        if size != self.virtual_size:
            self.virtual_size = size
            self._scroll_update(size)

    def scroll_line(self, y: int) -> None:
        """Bring line `y` to the top, or as near as the content allows."""
        self.scroll_to(y=max(0, y), animate=False, force=True)

    def part_style(self, *components: str) -> Style:
        """The style of these component classes, each laid over the one before it."""
        style = self._part_styles.get(components)
        if style is None:
            style = self.get_visual_style(*components).rich_style
            # Textual forgets `reverse` here, which is all that marks the cursor where there are no colours.
            if any(self.get_component_styles(name).text_style.reverse for name in components):
                style += Style(reverse=True)
            self._part_styles[components] = style
        return style

    def mark_style(self, component: str) -> Style:
        """What a component class lays over any other style: colour and attributes, no background."""
        style = self.part_style(component)
        return Style(color=style.color, bold=style.bold, underline=style.underline, reverse=style.reverse)

    def notify_style_update(self) -> None:
        """Textual says that styles changed: what was drawn with them is drawn anew."""
        self.forget_strips()
        super().notify_style_update()

    def forget_strips(self) -> None:
        """Draw everything anew."""
        self._part_styles.clear()
        self.refresh()


class Frame(Container):
    """The border round a pane, with its title; bright while the pane has the focus.

    A widget of its own, because a line that changes is sent from edge to edge of its widget.
    """


def to_strip(pieces: Sequence[Piece], width: int, fill: Style) -> Strip:
    """Pieces as a strip of exactly `width` cells: cut, or filled up with `fill`.

    Neighbours in one style become one: each change of style is some 40 bytes on the wire.
    """
    runs: list[list[str]] = []
    styles: list[Style] = []
    left = width
    if pieces and _is_blank_alike(pieces[-1][1], fill):
        fill = pieces[-1][1]
    for text, style in (*pieces, (" " * width, fill)):
        size = cell_len(text)
        if size > left:
            text, size = set_cell_size(text, left), left
        if not text:
            continue
        if styles and styles[-1] == style:
            runs[-1].append(text)
        else:
            runs.append([text])
            styles.append(style)
        left -= size
    return Strip([Segment("".join(run), style) for run, style in zip(runs, styles, strict=True)], width)


def _is_blank_alike(style: Style, other: Style) -> bool:
    """Whether a space looks the same in both."""
    return style.bgcolor == other.bgcolor and not (style.underline or style.reverse or style.strike)


def marked(text: str, places: Sequence[tuple[int, int]], style: Style, mark: Style) -> list[Piece]:
    """`text` in `style`, with `mark` laid over these places of it."""
    pieces: list[Piece] = []
    end = 0
    for start, stop in places:
        pieces += [(text[end:start], style), (text[start:stop], style + mark)]
        end = stop
    return [*pieces, (text[end:], style)]


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """`text` in at most `width` cells, with an ellipsis where something is missing."""
    if cell_len(text) <= width:
        return text
    size = cell_len(ellipsis)
    if width <= size:
        return set_cell_size(text, max(0, width))
    return set_cell_size(text, width - size).rstrip() + ellipsis
