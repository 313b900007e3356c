"""The desk: title, panes and hints on one surface.

One widget and not one for each pane, border and scroll bar: Textual styles, lays out and composes every
widget by itself, which made two thirds of the start and of each key. What stands where is decided in
`reader.tui.layout`, and a pane that changes says which cells.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from reader.tui.commands import PANES, bindings
from reader.tui.keys import Keys
from reader.tui.layout import Places, border_at
from reader.tui.panes.bars import Bar, HintBar, Texts
from reader.tui.panes.lines import to_strip
from reader.tui.panes.pane import WHEEL_LINES, Pane
from reader.tui.panes.wrapping import wrapped
from reader.wording import Glyphs


class Desk(Widget, can_focus=True):
    """What the main screen shows, and the mouse on it.

    Args:
        glyphs: The signs to draw with.
        on_click: Called when a pane was clicked, with whether it was a double click; the pane has taken the
            click in already.
        on_border: Called with the name of a border between panes and the cell it was dragged to; with None
            where it was clicked twice.

    Attributes:
        glyphs: The signs to draw with.
        panes: By their names, in the order of the screen.
        active: The pane that keys go to, or None while there is none.
        title: The line above.
        hints: The line below.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[Binding]] = bindings(PANES)  # type: ignore[assignment]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "frame--line",
        "frame--focus",
        "frame--title",
        "frame--title-focus",
        "bar--text",
        "bar--strong",
        "bar--alarm",
        "row--text",
        "row--strong",
        "row--meta",
        "row--sign",
        "row--star",
        "row--match",
        "row--cursor",
        "row--cursor-blurred",
        "story--title",
        "story--meta",
        "story--badge",
        "story--text",
        "story--heading",
        "story--subheading",
        "story--emphasis",
        "story--strong",
        "story--struck",
        "story--code",
        "story--anchor",
        "story--link",
        "story--item",
        "story--match",
        "story--cursor",
        "story--cursor-blurred",
        "story--notice",
    }
    """
    | Class | What it styles |
    |---|---|
    | ``frame--line``, ``frame--title`` | The border of a pane and the title on it. |
    | ``frame--focus``, ``frame--title-focus`` | The same of the pane that has the focus. |
    | ``bar--text``, ``bar--strong``, ``bar--alarm`` | The lines above and below the panes. |
    | ``row--text``, ``row--strong`` | A title that is read, a topic; a title that is unread. |
    | ``row--meta`` | Provider, date, counts. |
    | ``row--sign``, ``row--star`` | The unread sign and the sign of the cursor; the star. |
    | ``row--match``, ``story--match`` | Laid over what a search found. |
    | ``row--cursor``, ``story--cursor`` | On top of these in the row under the cursor. |
    | ``row--cursor-blurred``, ``story--cursor-blurred`` | The same while another pane has the focus. |
    | ``story--…`` | The parts of the story; ``-emphasis``, ``-strong``, ``-struck`` and ``-anchor`` (a link
    in the text) are laid over the text around them. |
    """

    def __init__(
        self,
        *,
        glyphs: Glyphs,
        on_click: Callable[[Pane, bool], None],
        on_border: Callable[[str, tuple[int, int] | None], None],
        keys: Keys,
    ) -> None:
        super().__init__(id="desk")
        self.glyphs = glyphs
        self.keys = keys
        keys.bind(self, PANES)
        self.panes: dict[str, Pane] = {}
        self.active: Pane | None = None
        self.title = Bar(self)
        self.hints = HintBar(self)
        self._tell_click = on_click
        self._tell_border = on_border
        self._places: Places | None = None
        self._headline: Texts = ()
        self._styles_kept: dict[tuple[str, ...], Style] = {}
        self._example: Desk | None = None
        self._dragged: Pane | str | None = None

    def add(self, *panes: Pane) -> None:
        """These panes stand on it."""
        self.panes.update({pane.name: pane for pane in panes})

    def _parts(self) -> list[Bar | Pane]:
        return [self.title, self.hints, *self.panes.values()]

    # -- what stands where -------------------------------------------------------------------------

    def set_places(self, places: Places | None) -> None:
        """Put everything in its place and draw it; without places, say that there is no room."""
        self._places = places
        if places is not None:
            self.title.put(places.title)
            self.hints.put(places.hints)
            for name, pane in self.panes.items():
                pane.put(places.panes[name], has_border=places.has_borders)
            self.hints.set_aside(() if places.title else self._headline)
        self.refresh()

    def set_headline(self, left: Texts, right: Texts) -> None:
        """Show this above the panes; where there is no line for it, the right part beside the hints."""
        self._headline = right
        self.title.set_text(left, right)
        if self._places is not None and not self._places.title:
            self.hints.set_aside(right)

    def activate(self, name: str) -> None:
        """Keys go to this pane from now on."""
        old, self.active = self.active, self.panes[name]
        self._show_hints()
        if old is not self.active:
            for pane in (old, self.active):
                if pane is not None:
                    self._show_focus(pane)

    @staticmethod
    def _show_focus(pane: Pane) -> None:
        pane.refresh_edge()
        pane.focus_changed()

    def on_hide(self, event: events.Hide) -> None:
        """Keep the focus, which Textual takes away, in a window too small to see anything: it grows again."""
        event.prevent_default()

    def on_focus(self) -> None:
        """Show where keys go."""
        if self.active is not None:
            self._show_focus(self.active)

    def on_blur(self) -> None:
        """Show that they go elsewhere."""
        if self.active is not None:
            self._show_focus(self.active)

    # -- styles ------------------------------------------------------------------------------------

    def draw_like(self, other: Desk) -> None:
        """Be drawn as if it stood on the screen where the other one stands."""
        self._example = other

    def style(self, *components: str) -> Style:
        """The style of these component classes, each laid over the one before it."""
        if self._example is not None:
            return self._example.style(*components)
        style = self._styles_kept.get(components)
        if style is None:
            style = self.get_visual_style(*components).rich_style
            # Textual forgets `reverse` here, which is all that marks the cursor where there are no colours.
            if any(self.get_component_styles(name).text_style.reverse for name in components):
                style += Style(reverse=True)
            style = self._styles_kept[components] = self._filtered(style)
        return style

    def _filtered(self, style: Style) -> Style:
        """A style as Textual's filters of lines want it: once, and not with each line that has it."""
        _, background = self.background_colors
        segments = [Segment(" ", style)]
        for line_filter in self.get_line_filters():
            segments = line_filter.apply(segments, background)
        return segments[0].style or Style.null()

    def mark_style(self, component: str) -> Style:
        """What a component class lays over any other style: colour and attributes, no background."""
        style = self.style(component)
        return Style(color=style.color, bold=style.bold, underline=style.underline, reverse=style.reverse)

    def update_node_styles(self, animate: bool = True) -> None:
        """Nothing: the focus changes no rule, and styling every part again would take 10 ms each time."""

    def take_signs(self, glyphs: Glyphs, keys: Keys) -> None:
        """Draw everything with these signs, and listen to these keys."""
        self.glyphs, self.keys = glyphs, keys
        keys.bind(self, PANES)
        self.hints.put(self.hints.place)
        for pane in self.panes.values():
            if pane.inner:
                pane.resized()
        self.notify_style_update()

    def notify_style_update(self) -> None:
        """Textual says that styles changed: what was drawn with them is drawn anew."""
        self._styles_kept.clear()
        for part in self._parts():
            part.restyled()
        super().notify_style_update()
        self.refresh()

    # -- drawing -----------------------------------------------------------------------------------

    def draw(self, region: Region) -> None:
        """These cells have changed; with the pane or what its cursor is on, the keys that matter too."""
        self._show_hints()
        if region:
            self.refresh(region)

    def _show_hints(self) -> None:
        if self.active is not None:
            self.hints.set_where(self.active.where)

    def render_line(self, y: int) -> Strip:
        """A line of the whole desk."""
        return self.render_lines(Region(0, y, self.size.width, 1))[0]

    def render_lines(self, crop: Region) -> list[Strip]:
        """The cells of a region, line by line.

        Textual would put them through its cache of styled lines and make new strips of them, for borders
        and padding that there are none of. The filters have been applied: to styles in `style`, to texts in
        `to_strip`.
        """
        if self._places is None:
            return self._too_small(crop)
        parts = [(part, inside) for part in self._parts() if (inside := part.place.intersection(crop))]
        if len(parts) == 1 and parts[0][1] == crop:
            return parts[0][0].strips(crop)
        lines: list[list[tuple[int, Strip]]] = [[] for _ in range(crop.height)]
        for part, inside in parts:
            for y, strip in enumerate(part.strips(inside), inside.y - crop.y):
                lines[y].append((inside.x, strip))
        return [self._joined(line, crop) for line in lines]

    def _joined(self, line: list[tuple[int, Strip]], crop: Region) -> Strip:
        """Strips side by side, the gaps between them filled."""
        blank = self.style("row--text")
        strips: list[Strip] = []
        x = crop.x
        for left, strip in sorted(line, key=lambda part: part[0]):
            if left > x:
                strips.append(to_strip((), left - x, blank))
            strips.append(strip)
            x = left + strip.cell_length
        if x < crop.right:
            strips.append(to_strip((), crop.right - x, blank))
        return strips[0] if len(strips) == 1 else Strip.join(strips)

    def _too_small(self, crop: Region) -> list[Strip]:
        style = self.style("row--text")
        width, height = self.size
        words = [line.center(width) for line in wrapped("Too small:\n40 x 10 at least.", width)]
        first = max(0, (height - len(words)) // 2)
        lines = dict(enumerate(words, first))
        strips = (to_strip([(lines.get(y, ""), style)], width, style) for y in crop.line_range)
        return [strip.crop(crop.x, crop.right) for strip in strips]

    # -- keys --------------------------------------------------------------------------------------

    def action_down(self) -> None:
        """One line down."""
        if self.active is not None:
            self.active.action_down()

    def action_up(self) -> None:
        """One line up."""
        if self.active is not None:
            self.active.action_up()

    def action_top(self) -> None:
        """The first line."""
        if self.active is not None:
            self.active.action_top()

    def action_bottom(self) -> None:
        """The last line."""
        if self.active is not None:
            self.active.action_bottom()

    def action_page_down(self) -> None:
        """One page down."""
        if self.active is not None:
            self.active.action_page_down()

    def action_page_up(self) -> None:
        """One page up."""
        if self.active is not None:
            self.active.action_page_up()

    def action_half_page_down(self) -> None:
        """Half a page down."""
        if self.active is not None:
            self.active.action_half_page_down()

    def action_half_page_up(self) -> None:
        """Half a page up."""
        if self.active is not None:
            self.active.action_half_page_up()

    # -- mouse -------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor of its pane; a double click goes in, on a border it evens the panes."""
        if event.chain == 2 and (border := self._border_at(event)):
            self._tell_border(border, None)
        pane = self._pane_at(event.x, event.y)
        if pane is not None and pane.inner.contains(event.x, event.y):
            is_double = event.chain == 2
            self.activate(pane.name)
            pane.clicked(event.x - pane.inner.x, event.y - pane.inner.y + pane.top, is_double=is_double)
            self._tell_click(pane, is_double)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls the pane under it."""
        self._wheel(event, WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls the pane under it."""
        self._wheel(event, -WHEEL_LINES)

    def _wheel(self, event: events.MouseEvent, lines: int) -> None:
        event.stop()
        pane = self._pane_at(event.x, event.y)
        if pane is not None:
            pane.scroll_by(lines)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The sign of the place on the right border can be dragged, and so can a border between panes."""
        pane = self._pane_at(event.x, event.y)
        if pane is not None and event.x == pane.place.right - 1 > pane.inner.right - 1 and pane.max_top:
            self._dragged = pane
            self.capture_mouse()
            self._drag(event)
        elif border := self._border_at(event):
            self._dragged = border
            self.capture_mouse()

    def _border_at(self, event: events.MouseEvent) -> str:
        return "" if self._places is None else border_at(self._places, event.x, event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Dragging goes on."""
        if self._dragged is not None:
            self._drag(event)

    def on_mouse_up(self) -> None:
        """Dragging is over."""
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()

    def _drag(self, event: events.MouseEvent) -> None:
        dragged = self._dragged
        if isinstance(dragged, str):
            self._tell_border(dragged, (event.x, event.y))
        elif dragged is not None:
            dragged.scroll_line(dragged.thumb_line(event.y - dragged.inner.y))

    def _pane_at(self, x: int, y: int) -> Pane | None:
        return next((pane for pane in self.panes.values() if pane.place.contains(x, y)), None)
