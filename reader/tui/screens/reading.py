"""Reading: the story under the cursor, and on to the next one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import on

from reader import wording
from reader.library import Library
from reader.tui import messages
from reader.tui.held_keys import HeldKeys, is_about_story
from reader.tui.panes.pane import Pane
from reader.tui.panes.story_lines import WHOLE_STORY
from reader.tui.panes.topic_tree import Entry
from reader.tui.reading_ahead import ReadingAhead
from reader.tui.rest import Rest
from reader.tui.screens.marking import named
from reader.tui.screens.noting import NotingScreen
from reader.tui.session import Session

LOAD_DELAY_S: Final = 0.06
"""How long the cursor rests on a story that was not read ahead before its file is read."""


AHEAD: Final = (0, 1, 2, -1, 3)
"""What is read ahead, counted from the cursor; the first one first."""

AHEAD_DELAY_S: Final = 0.012
"""Not before the frame is on the screen: two threads at once would make it late."""


class ReadingScreen(NotingScreen):
    """The ninth chapter of the main screen: reading."""

    def __init__(self, library: Library, session: Session) -> None:
        super().__init__(library, session)
        self._load = Rest(self._load_story)
        self._ahead = ReadingAhead(library.story)
        self._look_ahead = Rest(self._read_ahead)
        self._is_asked_about = False
        self._arriving: tuple[Entry, int] | None = None
        self.held = HeldKeys(
            is_early=self._is_early,
            hurry=self._hurry,
            on_error=self._tell_error,
        )

    def _tell_error(self, error: Exception) -> None:
        # A key that was half done when the app was quit finds nothing any more; that is no crash.
        if not self.app._exit:
            self.app._handle_exception(error)

    def _is_early(self, key: str) -> bool:
        """Whether a key is about stories still being found, or related coverage still being read."""
        if self._is_finding and self.pane == "stories":
            return True
        if self._is_asked_about:
            return not self.story_pane.is_settled
        return self.pane == "story" and self.story_pane.is_awaited and is_about_story(key, self)

    def _hurry(self) -> None:
        """Keys wait for the story: it is read at once."""
        if self.pane != "story" and not self._is_asked_about:
            return
        self._load.stop()
        self._load_story()

    def _story_moved(self, by_hand: bool) -> None:
        if by_hand:
            self._has_moved = True
            self._wanted = None
            self._end_told_at = None
        self._show_story()

    def _show_story(self) -> None:
        row = self.story_list.current
        whole = None if row is None else self._ahead.get(row)
        self.story_pane.show_row(row, self.library.quality_range(), whole)
        self._look_ahead.start(AHEAD_DELAY_S)
        self._load.stop()
        self._dwell.stop()
        if row is None:
            return
        if self.story_pane.story is None or self.story_pane.story.row != row:
            self._load.start(LOAD_DELAY_S)
        self._start_dwell()

    def stop_waiting(self) -> None:
        """Do nothing of what was to be done after a rest."""
        for rest in (self._load, self._look_ahead, self._dwell):
            rest.stop()

    def _read_ahead(self) -> None:
        """Read what one comes to next, whichever way one goes."""
        cursor = self.story_list.cursor
        rows = (self.story_list.story_at(cursor + step) for step in AHEAD)
        self._ahead.want([row for row in rows if row is not None], self.story_pane.setting)

    @on(messages.Refreshed)
    def _files_changed(self) -> None:
        self._ahead.forget()

    def _load_story(self) -> None:
        row = self.story_list.current
        if row is not None:
            self.background.read_story(row, self.story_pane.setting)

    @on(messages.StoryReady)
    def _show_ready(self, event: messages.StoryReady) -> None:
        shown = self.story_pane.row
        if shown is None or shown.story_id != event.story_id:
            return
        if event.story is not None:
            self.story_pane.show_story(event.story, event.body)
        else:
            self.story_pane.show_notice(event.notice)
        self.held.release()

    def action_expand_all(self) -> None:
        """Expand or fold all related coverage."""
        if not self.story_pane.toggle_all():
            self.reader.say("No related coverage here.")

    def action_best_version(self) -> None:
        """Go to the best version among the story and its related coverage; once it is read."""
        if self.story_pane.is_awaited:
            # From here on keys are meant for the story, and wait for it.
            self.action_go_to("story")
            self.held.go_on(self.action_best_version)
            return
        best = self.story_pane.best
        if best is None:
            self.reader.say("No other version of this story here.")
        elif best == WHOLE_STORY:
            self.reader.say(f"This is the best version: {wording.count(self.story_pane.quality or 0)}.")
        else:
            self.action_go_to("story")
            self.story_pane.go_to_item(best)

    def action_links(self) -> None:
        """Go to the links in the text of the story; again: to the next one."""
        if not self.story_pane.go_to_links():
            self.reader.say("No links in the text of this story.")
        else:
            self.action_go_to("story")

    def action_information(self) -> None:
        """The story's file, raw front matter and problems; once it is read, if it is not yet.

        Other keys wait for it: a page that comes when one has gone on would lie over another page, and take
        the keys that are meant for that.
        """
        if self.story_list.current is None:
            return
        if self.story_pane.is_settled:
            self._show_information()
        else:
            self._is_asked_about = True
            self.held.go_on(self._show_information)

    def _show_information(self) -> None:
        self._is_asked_about = False
        row = self.story_list.current
        if row is None:
            return
        from reader.tui.screens.information import information_page

        story, file = self.story_pane.story, self.background.file_of(row)
        reader = self.reader
        page = information_page(row, story, file, reader.keys, is_ascii=reader.config.ascii)
        self.app.push_screen(page)

    # -- going in ----------------------------------------------------------------------------------

    def action_go_to(self, name: str) -> None:
        """As before; going to the story is reading it."""
        if name == "story":
            self._start_reading()
        super().action_go_to(name)

    def pane_clicked(self, pane: Pane, is_double: bool) -> None:
        """The mouse chose a pane; twice goes in."""
        super().pane_clicked(pane, is_double)
        if pane is self.story_pane and (link := self.story_pane.clicked_link):
            if is_double:
                self.open_link(link)
            else:
                self.announce(link, f"Double click opens {link}")
        if is_double and pane is not self.story_pane:
            self.action_go_in()

    def action_go_in(self) -> None:
        """One level deeper."""
        if self.pane == "topics":
            self.action_go_to("stories")
        elif self.pane == "stories":
            row = self.story_list.current
            if row is None:
                return
            self.action_go_to("story")
            if self._becomes_read(row):
                self._set_read(row, True)
        else:
            self._toggle_item()

    def _toggle_item(self) -> None:
        if self.story_pane.link:
            self.open_link(self.story_pane.link)
        elif not self.story_pane.toggle_item() and self.story_pane.row is not None:
            self.reader.say(
                f"No related coverage here; {self.reader.keys.first('open')} opens the story in the browser."
            )

    def _start_reading(self) -> None:
        """The story is not only stood on, it is read: the rest on it counts from now at the latest."""
        if not self._has_moved:
            self._has_moved = True
            self._start_dwell()

    # -- reading on --------------------------------------------------------------------------------

    def action_page_story(self) -> None:
        """Page the story; at its end, the next unread one. In the topics: fold or unfold."""
        if self.pane == "topics":
            _ = self.topic_tree.unfold() or self.topic_tree.fold()
            self.fit(self.app.size)
        elif self.story_pane.page(1):
            self._start_reading()
        else:
            row = self.story_list.current
            if row is not None and self._becomes_read(row):
                self._set_read(row, True)
            self._go_to_unread(1, "page-story")

    def action_scroll_story(self, step: int) -> None:
        """Scroll the story, whatever has the focus."""
        self._start_reading()
        self.story_pane.scroll_by(2 * step)

    def action_next_unread(self, step: int) -> None:
        """The next unread story; at the end of the topic, the next topic on a second press."""
        self._go_to_unread(step, "next-unread" if step > 0 else "previous-unread")

    def _show_stories(self, ids: Sequence[int], cursor: int, *, keeps_place: bool = False) -> None:
        before = self.story_list.current if keeps_place and self._has_moved else None
        super()._show_stories(ids, self._place_of_arrival(ids, cursor), keeps_place=keeps_place)
        row = self.story_list.current
        if before is not None and row is not None and row.story_id != before.story_id:
            # Nobody went to this one: to rest on it is not to read it.
            self._dwell.stop()
            if self.background.row_of(before.story_id) is None and not before.is_gone:
                self.reader.say(f"{named(before)} is gone from the archive; this is another story.")

    def _place_of_arrival(self, ids: Sequence[int], cursor: int) -> int:
        """The first unread story (or last, going back) of a topic one came to by going on, else `cursor`."""
        arriving, self._arriving = self._arriving, None
        if arriving is None or arriving[0].key != self._entry.key:
            return cursor
        step = arriving[1]
        index = self.library.next_unread(ids, -1 if step > 0 else len(ids), step)
        return cursor if index is None else index

    def _go_to_unread(self, step: int, command_id: str) -> None:
        index = self.library.next_unread(self.story_list.ids, self.story_list.cursor, step)
        if index is not None:
            self.story_list.move_to(index)
            return
        where = self.view.topic or "the list"
        edge = "end" if step > 0 else "beginning"
        entry = self.topic_tree.next_topic(step)
        if entry is None:
            self.reader.say(f"No unread story further on: this is the {edge} of {where}.")
        elif self._end_told_at == entry:
            self._end_told_at = None
            self._arriving = (entry, step)
            self.reader.unsay()
            self.topic_tree.go_to(entry)
        else:
            self._end_told_at = entry
            key = self.reader.keys.first(command_id)
            self.reader.say(f"This is the {edge} of {where}; {key} again goes on to {entry.topic}.")
