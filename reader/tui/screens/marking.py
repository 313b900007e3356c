"""Read marks, stars and links of the story under the cursor."""

from __future__ import annotations

from textual.app import SuspendNotSupported

from reader import browser, links
from reader.errors import LinkError
from reader.library import Library
from reader.model import StoryId, StoryRow
from reader.tui.rest import Rest
from reader.tui.screens.saving import SavingScreen


class MarkingScreen(SavingScreen):
    """The sixth chapter of the main screen: the marks."""

    def __init__(self, library: Library) -> None:
        super().__init__(library)
        self._dwell = Rest(self._mark_dwelt)

    def _marks_of(self, story_id: StoryId) -> tuple[bool, bool]:
        return self.library.is_read(story_id), self.library.is_starred(story_id)

    def _is_read(self, row: StoryRow) -> bool:
        return self.library.is_read(row.story_id)

    @property
    def _subject(self) -> StoryRow | None:
        """What s, m, o, y are about: the related item under the cursor of the story pane, else the story."""
        item = self.story_pane.item
        if item is not None and self.pane == "story":
            return item.row
        return self.story_list.current

    def _set_read(self, row: StoryRow, is_read: bool) -> None:
        self._touched.add(row.row_id)
        self.library.set_read(row, is_read)
        self._marks_changed()

    def _marks_changed(self) -> None:
        self.story_list.refresh()
        self.story_pane.marks_changed()
        self.topic_tree.set_counts(self.library.counts())
        self._show_title()
        self._count_soon()

    def action_toggle_read(self) -> None:
        """Mark read or unread."""
        row = self._markable()
        if row is not None:
            self._dwell.stop()
            self._set_read(row, not self.library.is_read(row.story_id))

    def action_toggle_star(self) -> None:
        """Star, or take the star away."""
        row = self._markable()
        if row is not None:
            self._touched.add(row.row_id)
            self.library.set_starred(row, not self.library.is_starred(row.story_id))
            self._marks_changed()

    def _markable(self) -> StoryRow | None:
        row = self._subject
        if row is not None and not row.story_id:
            self.reader.say(
                "This item has neither a file nor a link to keep a mark under.", severity="warning"
            )
            return None
        return row

    # -- by itself ---------------------------------------------------------------------------------

    def _start_dwell(self) -> None:
        """Mark the story read after a rest on it, unless the app put the cursor there by itself."""
        row = self.story_list.current
        is_wanted = self.reader.config.mark_read == "dwell" and self._has_moved
        if row is not None and is_wanted and not self._is_read(row):
            self._dwell.start(self.reader.config.dwell_s)

    def _mark_dwelt(self) -> None:
        row = self.story_list.current
        if row is not None and not self.library.is_read(row.story_id):
            self._set_read(row, True)

    # -- links -------------------------------------------------------------------------------------

    @property
    def _chosen_link(self) -> str:
        """The link of the body under the cursor of the story pane, or an empty text."""
        return self.story_pane.link if self.pane == "story" else ""

    def action_open(self) -> None:
        """Open the link outside, and mark as read what it is the link of."""
        if self._chosen_link:
            self.open_link(self._chosen_link)
            return
        row = self._subject
        is_opened = row is not None and self.open_link(row.url)
        if row is not None and is_opened and row.story_id and not self.library.is_read(row.story_id):
            self._set_read(row, True)

    def open_link(self, url: str) -> bool:
        """Open an address outside, and say so; false where that cannot be."""
        try:
            command = browser.command_for(url, self.reader.config.browser)
            host = links.host_of(links.safe_url(url))
            if command.needs_terminal:
                with self.app.suspend():
                    browser.run_in_terminal(command)
            else:
                browser.start(command)
        except LinkError as error:
            self.reader.say(str(error), severity="warning")
            return False
        except SuspendNotSupported:
            self.reader.say(
                "This browser needs the terminal for itself; y copies the link.", severity="warning"
            )
            return False
        self.reader.say(f"Opened {host}")
        return True

    def action_copy_link(self) -> None:
        """Copy the link through the terminal, which also works over SSH."""
        row = self._subject
        if row is None:
            return
        try:
            url = links.safe_url(self._chosen_link or row.url)
        except LinkError as error:
            self.reader.say(str(error), severity="warning")
            return
        self.app.copy_to_clipboard(url)
        self.reader.say(f"Sent to the clipboard: {url}")
