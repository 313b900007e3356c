"""Read marks, stars and links of the story under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import on
from textual.app import SuspendNotSupported

from reader import clean, links, wording
from reader.errors import BrowserError, LinkError
from reader.library import Library
from reader.model import Show, StoryId, StoryRow
from reader.tui import messages
from reader.tui.history import Step
from reader.tui.panes.story_list import Marks
from reader.tui.rest import Rest
from reader.tui.screens.saving import SavingScreen
from reader.tui.session import Session
from reader.values import replace

MARKED_AT_ONCE: Final = 20_000
"""So many stories are marked before one could wonder whether anything happens."""

_NAMED_LIMIT: Final = 60
"""So many characters of a title stand in a sentence."""

_NO_MARKS: Final = Marks()


class MarkingScreen(SavingScreen):
    """The seventh chapter of the main screen: the marks."""

    def __init__(self, library: Library, session: Session) -> None:
        super().__init__(library, session)
        self._dwell = Rest(self._mark_dwelt)
        self._kept_unread: StoryId | None = None
        self._announced = ""  # the address whose host was told, because it stood nowhere

    def _marks_of(self, story_id: StoryId) -> Marks:
        mark = self.library.mark_of(story_id)
        return Marks(bool(mark.is_read), bool(mark.is_starred), mark.note) if mark else _NO_MARKS

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
            self._press_read(row, not self._is_read(row))

    def action_keep_unread(self) -> None:
        """Mark unread; resting on it does not mark it read again."""
        row = self._markable()
        if row is None:
            return
        if self._is_read(row):
            self._press_read(row, False)
        else:
            self._keep_unread(row)
            if self.background.is_marking:  # before that comes to this story
                self._set_read(row, False)
        self.reader.say("Stays unread.")

    def _press_read(self, row: StoryRow, is_read: bool) -> None:
        """Mark by hand, which can be undone."""
        self._set_read_by_hand(row, is_read)
        self.history.add(
            Step(
                f"{'read' if is_read else 'unread'} mark on {named(row)}",
                undo=lambda: self._set_read_by_hand(self._found_again(row), not is_read),
                redo=lambda: self._set_read_by_hand(self._found_again(row), is_read),
            )
        )

    def _set_read_by_hand(self, row: StoryRow, is_read: bool) -> None:
        self._dwell.stop()
        self._kept_unread = None
        if not is_read:
            self._keep_unread(row)
        self._set_read(row, is_read)

    def _keep_unread(self, row: StoryRow) -> None:
        self._dwell.stop()
        self._kept_unread = row.story_id

    def action_toggle_star(self) -> None:
        """Star, or take the star away."""
        row = self._markable()
        if row is None:
            return
        is_starred = not self.library.is_starred(row.story_id)
        self._set_starred(row, is_starred)
        self.history.add(
            Step(
                f"{'star on' if is_starred else 'taking the star from'} {named(row)}",
                undo=lambda: self._set_starred(self._found_again(row), not is_starred),
                redo=lambda: self._set_starred(self._found_again(row), is_starred),
            )
        )

    def _set_starred(self, row: StoryRow, is_starred: bool) -> None:
        self._touched.add(row.row_id)
        self.library.set_starred(row, is_starred)
        self._marks_changed()

    def _found_again(self, row: StoryRow) -> StoryRow:
        """The story where it stands now: an index built anew numbers its rows anew."""
        return replace(row, row_id=self.background.row_of(row.story_id) or row.row_id)

    def _markable(self) -> StoryRow | None:
        row = self._subject
        if row is not None and not row.story_id:
            self.reader.say(
                "This item has neither a file nor a link to keep a mark under.", severity="warning"
            )
            return None
        return row

    def action_undo(self) -> None:
        """Take back what was done last; what it was done to is in the list again."""
        super().action_undo()
        self._after_history()

    def action_redo(self) -> None:
        """Do again what was taken back last."""
        super().action_redo()
        self._after_history()

    def _after_history(self) -> None:
        if self.view.show is not Show.ALL:
            self._request_ids(keeps_place=True)

    # -- many at once ------------------------------------------------------------------------------

    def action_mark_all_read(self) -> None:
        """Mark all stories of the list read, once one has agreed to their number."""
        from reader.tui.asking import Choice

        ids = self.story_list.ids
        unread = self.library.unread_count(ids)
        if not unread:
            self.reader.say("No unread story here.")
            return
        number, name = wording.count_text(unread, "unread story", "unread stories"), self._place_name()
        words = f"{number} in {name}" if name else number
        self.question.ask(
            f"Mark {number} in {{}} as read?" if name else f"Mark {number} as read?",
            [
                Choice("y", "yes", lambda: self._mark_all(ids, words)),
                Choice("n", "no", lambda: None),
            ],
            place=1,
            name=name,
        )

    def _mark_all(self, ids: Sequence[int], words: str) -> None:
        is_long = len(ids) > MARKED_AT_ONCE
        if is_long:
            self.reader.say("Marking …")
        # Those that are marked are not known yet, and yet it can be taken back from now on.
        marked: list[StoryId] = []
        what = f"marking {words} as read"
        step = Step(
            what,
            undo=lambda: self._mark_again(marked, f"Undone: {what}" if is_long else "", is_read=False),
            redo=lambda: self._mark_again(marked, f"Done again: {what}" if is_long else "", is_read=True),
            is_long=is_long,
        )
        self.history.add(step)

        def tell() -> None:
            if self.history.is_done(step):
                self.reader.say(f"Marked {words} as read; {self.reader.keys.first('undo')} takes it back.")

        self.background.mark_many(ids, marked, tell)

    def _mark_again(self, story_ids: Sequence[StoryId], words: str, *, is_read: bool) -> None:
        def then() -> None:
            self._after_history()
            if words:
                self.reader.say(words)

        self.background.mark_again(story_ids, then, is_read=is_read)

    def _place_name(self) -> str:
        entry = self._entry
        return entry.label if entry.topic or entry.search or entry.archive else ""

    @on(messages.MarkedMany)
    def _take_marked(self, event: messages.MarkedMany) -> None:
        """Many stories have been marked."""
        self._touched.update(event.row_ids)
        self._marks_changed()
        event.then()

    # -- by itself ---------------------------------------------------------------------------------

    def _start_dwell(self) -> None:
        """Mark the story read after a rest on it, unless the app put the cursor there by itself."""
        row = self.story_list.current
        if row is None:
            return
        if row.story_id != self._kept_unread:
            self._kept_unread = None
        is_wanted = self.reader.config.mark_read == "dwell" and self._has_moved
        if is_wanted and self._becomes_read(row):
            self._dwell.start(self.reader.config.dwell_s)

    def _mark_dwelt(self) -> None:
        row = self.story_list.current
        if row is not None and self._becomes_read(row):
            self._set_read(row, True)

    def _becomes_read(self, row: StoryRow) -> bool:
        """Whether reading a story is to leave a mark on it."""
        is_wanted = self.reader.config.mark_read != "manual" and row.story_id != self._kept_unread
        return is_wanted and bool(row.story_id) and not self._is_read(row)

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
        """Open an address outside, and say so; false where that cannot be.

        Where its host does not stand on the screen it is told first, and opened when asked for again.
        """
        try:
            from reader import browser

            command = browser.command_for(url, self.reader.config.browser)
            host = links.host_of(links.safe_url(url))
            if self._announced != url and not self.story_pane.shows_host(host):
                self.announce(url, f"{self.reader.keys.first('open')} again opens {host}")
                return False
            if command.needs_terminal:
                with self.app.suspend():
                    browser.run_in_terminal(command)
            else:
                browser.start(command)
        except BrowserError as error:
            words = f"{error}; {self.reader.keys.first('copy-link')} copies the link"
            self.reader.say(wording.sentence(words), severity="warning")
            return False
        except LinkError as error:
            self.reader.say(wording.sentence(str(error)), severity="warning")
            return False
        except SuspendNotSupported:
            key = self.reader.keys.first("copy-link")
            self.reader.say(
                f"This browser needs the terminal for itself; {key} copies the link.", severity="warning"
            )
            return False
        self.reader.say(f"Opened {host}")
        return True

    def announce(self, url: str, words: str) -> None:
        """Tell where an address leads, before it is opened."""
        self._announced = url
        self.reader.say(words)

    def action_copy_link(self) -> None:
        """Copy the link through the terminal, which also works over SSH."""
        row = self._subject
        if row is None:
            return
        try:
            url = links.safe_url(self._chosen_link or row.url)
        except LinkError as error:
            self.reader.say(wording.sentence(str(error)), severity="warning")
            return
        self.app.copy_to_clipboard(url)
        self.reader.say(f"Sent to the clipboard: {url}")


def named(row: StoryRow) -> str:
    """A story in a sentence; where its title is long, the beginning of it."""
    title = clean.line(row.title)
    if len(title) > _NAMED_LIMIT:
        title = f"{clean.line(title, _NAMED_LIMIT - 1)}{wording.UNICODE_GLYPHS.ellipsis}"
    return f"“{title}”"
