"""The three panes on the screen: how they stand, and which of them keys go to."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.geometry import Size
from textual.screen import Screen

from reader.library import Library
from reader.tui.background import Background
from reader.tui.desk import Desk
from reader.tui.layout import PANES, Places, Shares, grown, moved, places
from reader.tui.panes.pane import Pane
from reader.tui.panes.story_list import StoryList
from reader.tui.panes.story_pane import StoryPane
from reader.tui.panes.topic_tree import TopicTree

if TYPE_CHECKING:
    from reader.tui.app import NewsreaderApp


class FramedScreen(Screen[None]):
    """The first chapter of the main screen: the frame.

    The chapters (framed, asking, viewing, choosing, finding, saving, marking, noting, reading, remembering,
    main) derive from each other in this order, so that each of them can only use what stands before it.

    Args:
        library: What all panes show.

    Attributes:
        pane: Name of the pane that keys go to.
        shares: What the reader has chosen for the sizes of the panes.
        density: Lines a story takes in the list, where there is room; the config says how it begins.
        is_zoomed: Whether the story has the whole screen.
    """

    desk: Desk
    topic_tree: TopicTree
    story_list: StoryList
    story_pane: StoryPane

    def __init__(self, library: Library) -> None:
        super().__init__(id="main")
        self.library = library
        self.background = Background(self, library)
        self.pane = "stories"
        self.shares = Shares()
        self.density = ""
        self.is_zoomed = False
        self._before_zoom = "stories"
        self._standing: Places | None = None

    @property
    def foot_rows(self) -> int:
        """Lines that are not the desk's."""
        return 0

    @property
    def reader(self) -> NewsreaderApp:
        """The app, by its own type."""
        return cast("NewsreaderApp", self.app)

    # -- layout ------------------------------------------------------------------------------------

    def watch_theme(self) -> None:
        """A theme of the terminal's own colours has no shades to show the cursor with."""
        self.set_class(self.app.native_ansi_color, "-ansi")

    def fit(self, size: Size) -> None:
        """Put everything in its place on a screen of this size."""
        standing = places(
            size.width,
            size.height - self.foot_rows,
            pane=self.pane,
            wanted_topics=self.topic_tree.wanted_width() + 2,
            shares=self.shares,
            is_zoomed=self.is_zoomed,
            foot_rows=self.foot_rows,
        )
        self._standing = standing
        if standing is not None:
            self.density = self.density or self.reader.config.density
            is_one_line = standing.is_one_line or self.density == "one-line"
            self.story_list.set_row_height(1 if is_one_line else 2)
        self.desk.set_places(standing)

    def share_out(self, shares: Shares) -> None:
        """Give the panes these sizes."""
        if shares != self.shares:
            self.shares = shares
            self.fit(self.app.size)

    def border_dragged(self, border: str, cell: tuple[int, int] | None) -> None:
        """The mouse moved a border between panes; or clicked it twice: the sizes are those of the start."""
        if self._standing is not None:
            self.share_out(moved(self._standing, self.shares, border, *cell) if cell else Shares())

    def action_grow(self, step: int) -> None:
        """Make the focused pane larger, or smaller with a negative step."""
        if self._standing is not None:
            self.share_out(grown(self._standing, self.shares, self.pane, step))

    def action_even(self) -> None:
        """Give the panes the sizes they had at first."""
        self.share_out(Shares())

    def action_density(self) -> None:
        """One line a story, or two."""
        if self._standing is not None and self._standing.is_one_line:
            self.reader.say("On so few rows a story has one line.")
            return
        self.density = "two-line" if self.density == "one-line" else "one-line"
        self.fit(self.app.size)

    def action_zoom(self) -> None:
        """Give the story the whole screen; again: show everything, with the focus where it was before."""
        if self.is_zoomed:
            self.is_zoomed = False
            self.action_go_to(self._before_zoom)
        else:
            self._before_zoom = self.pane
            self.action_go_to("story")
            self.is_zoomed = True
        self.fit(self.app.size)

    # -- from pane to pane -------------------------------------------------------------------------

    def action_go_to(self, name: str) -> None:
        """Give a pane the focus; on a narrow screen it is then the one that shows."""
        is_other = name != self.pane
        self.pane = name
        self.is_zoomed = self.is_zoomed and name == "story"
        self.desk.activate(name)
        # Not Widget.focus(): that waits for the next turn, and keys typed ahead would go elsewhere.
        self.set_focus(self.desk, scroll_visible=False)
        if is_other:
            self.fit(self.app.size)

    def action_next_pane(self, step: int) -> None:
        """Round the panes."""
        self.action_go_to(PANES[(PANES.index(self.pane) + step) % len(PANES)])

    def action_left(self) -> None:
        """Fold, or one pane left."""
        if self.pane == "topics":
            self.topic_tree.fold()
            self.fit(self.app.size)
        else:
            self.action_go_to(PANES[PANES.index(self.pane) - 1])

    def action_right(self) -> None:
        """Unfold, or one pane right."""
        if self.pane == "topics" and self.topic_tree.unfold():
            self.fit(self.app.size)  # what came into view may need more columns
            return
        if self.pane != "story":
            self.action_go_to(PANES[PANES.index(self.pane) + 1])

    def action_back(self) -> None:
        """One pane back; never quits."""
        if self.pane == "story":
            self.action_go_to("stories")
        elif self.pane == "stories":
            self.action_go_to("topics")

    def action_quit_or_back(self) -> None:
        """One pane back; quits from the list and from the topics."""
        if self.pane == "story":
            self.action_go_to("stories")
        else:
            self.app.exit()

    def pane_clicked(self, pane: Pane, is_double: bool) -> None:
        """The mouse chose a pane; in the topics it may have folded one."""
        if pane is self.topic_tree:
            self.fit(self.app.size)
        self.pane = pane.name
