"""The main screen: three panes, and what the keys do to them."""

from __future__ import annotations

import logging
from array import array
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual import on
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding
from textual.geometry import Size
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from reader import browser, links, wording
from reader.errors import LinkError, NewsreaderError
from reader.library import Library
from reader.model import Count, Order, Show, StoryId, StoryRow, View
from reader.tui.background import Background
from reader.tui.commands import MAIN, bindings
from reader.tui.desk import Desk
from reader.tui.layout import PANES, Shares, places
from reader.tui.opening import Opening
from reader.tui.painting import Painter, Shown
from reader.tui.panes.lines import Highlight, no_highlights
from reader.tui.panes.pane import Pane
from reader.tui.panes.story_list import StoryList
from reader.tui.panes.story_pane import StoryPane
from reader.tui.panes.topic_tree import ALL, STARRED, Entry, TopicTree
from reader.tui.rest import Rest
from reader.tui.searching import Searching

if TYPE_CHECKING:
    from reader.query.tree import Query
    from reader.tui.app import NewsreaderApp

log = logging.getLogger(__name__)

OPEN_PATIENCE_S: Final = 0.02
"""How long the first frame waits for the stories: as long as drawing it twice would take."""

LOAD_DELAY_S: Final = 0.06
"""How long the cursor rests on a story before its file is read: a key held down at 30 Hz reads none."""

PREPARE_S: Final = 0.4
"""When the search box is made: after the start, and before anyone wants it."""

POLL_S: Final = 2.0
"""How often marks of other instances and sync tools are looked for."""

_ORDER_TEXT: Final = {
    (Order.DATE, False): "newest first",
    (Order.DATE, True): "oldest first",
    (Order.QUALITY, False): "best first",
    (Order.QUALITY, True): "worst first",
}


class MainScreen(Screen[None]):
    """Topics, stories and the story."""

    BINDINGS: ClassVar[list[Binding]] = bindings(MAIN)  # type: ignore[assignment]
    AUTO_FOCUS = "#desk"

    def __init__(self, library: Library, opening: Opening, shown: Shown) -> None:
        super().__init__(id="main")
        self._compositor = Painter(shown)
        self.library = library
        self._opening = opening
        self.background = Background(self, library)
        self.view = View()
        self.pane = "stories"
        self._touched: set[int] = set()
        self._dwell = Rest(self._mark_dwelt)
        self._load = Rest(self._load_story)
        self._progress = "Opening"
        self._problem_count = 0
        self._trouble = ""
        self._has_moved = False
        self._is_filled = False
        self._is_mending = False
        self._is_asked_about: StoryId | None = None
        self._end_told_at: Entry | None = None
        self._before_starred = ALL
        self._query: Query | None = None
        self._before_search: tuple[StoryRow | None, int] = (None, 0)
        self._scroll_back: int | None = None
        self.shares = Shares()

    @property
    def reader(self) -> NewsreaderApp:
        """The app, by its own type."""
        return cast("NewsreaderApp", self.app)

    def compose(self) -> ComposeResult:
        """The desk with its panes."""
        self.desk = Desk(glyphs=self.reader.glyphs, on_click=self._pane_clicked)
        self.topic_tree = TopicTree(self.desk, on_move=self._topic_moved)
        self.story_list = StoryList(
            self.desk,
            on_move=self._story_moved,
            fetch=self._fetch,
            marks_of=self._marks_of,
            has_ages=self.reader.config.date_format == "age",
        )
        self.story_pane = StoryPane(self.desk, marks_of=self._marks_of)
        self.desk.add(self.topic_tree, self.story_list, self.story_pane)
        self.searching = Searching(
            self,
            self.desk.hints,
            on_text=self._search,
            on_leave=self._leave_search,
            on_close=self._close_search,
        )
        yield self.desk

    # -- starting and background work --------------------------------------------------------------

    def on_mount(self) -> None:
        """Show the stories in the first frame if they are there, and start the background work behind it."""
        self.watch_theme()
        self.app.theme_changed_signal.subscribe(self, lambda _: self.watch_theme())
        self.desk.activate(self.pane)
        self.set_focus(self.desk, scroll_visible=False)
        self.fit(self.app.size)
        if self._opening.is_done(OPEN_PATIENCE_S):
            self._show_topics()
            self._show_stories(self.library.row_ids(self.view), 0)
            self.call_after_refresh(self.background.sync)
        else:
            self.story_list.empty_text = "Opening the archive …"
            self._show_title()
            self.call_after_refresh(self.background.open, self._opening)
        self.set_interval(POLL_S, self._poll)

    def _poll(self) -> None:
        if self._is_filled:
            self.background.poll()

    @on(Background.Refreshed)
    def _take_in(self) -> None:
        before = self.topic_tree.current
        self._show_topics()
        if self.topic_tree.current != before and self.topic_tree.current == ALL:
            self._choose_entry(ALL)
            return
        self._request_ids(keeps_place=True)

    def _show_topics(self) -> None:
        before = self.topic_tree.wanted_width()
        self.topic_tree.set_topics(self.library.topics, self.library.counts())
        if self.topic_tree.wanted_width() != before:
            self.fit(self.app.size)

    @on(Background.Progressed)
    def _show_progress(self, event: Background.Progressed) -> None:
        done, total = event.progress.done, event.progress.total
        self._progress = wording.progress_text(done, total) if total else "Looking"
        self._show_title()

    @on(Background.Synced)
    def _show_synced(self, event: Background.Synced) -> None:
        self._progress = ""
        self._is_mending = False
        self._problem_count = event.problem_count
        if event.failure:
            self.reader.say(event.failure, severity="error")
        self._show_empty_text()
        self._show_title()

    @on(Background.Marked)
    def _show_marks(self) -> None:
        self._marks_changed()

    @on(Worker.StateChanged)
    def _watch_worker(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR:
            error = event.worker.error
            log.error("%s failed", event.worker.group, exc_info=error)
            words = str(error) if isinstance(error, NewsreaderError) else f"{event.worker.group} failed"
            self.reader.say(words, severity="error")

    def show_trouble(self, trouble: str) -> None:
        """Marks cannot be saved, or can again (an empty text)."""
        if self._trouble and not trouble:
            self.reader.say("All marks are saved again.")
        self._trouble = trouble
        self.desk.hints.set_notice(trouble)

    # -- views -------------------------------------------------------------------------------------

    def _fetch(self, row_ids: Sequence[int]) -> list[StoryRow]:
        try:
            return self.library.rows(row_ids)
        except NewsreaderError as error:
            log.warning("%s", error)
            if not self._is_mending:
                # Only a damaged index cannot be read; the sync builds it anew.
                self._is_mending = True
                self.call_later(self.action_rescan)
            return []

    def _marks_of(self, story_id: StoryId) -> tuple[bool, bool]:
        return self.library.is_read(story_id), self.library.is_starred(story_id)

    def _set_view(self, view: View, *, keeps_cursor: bool) -> None:
        self.view = view
        self._touched.clear()
        self._end_told_at = None
        self._show_title()
        self._request_ids(keeps_cursor=keeps_cursor)

    def _request_ids(
        self, *, keeps_cursor: bool = True, keeps_place: bool = False, current: StoryRow | None = None
    ) -> None:
        if current is None and keeps_cursor and (self._has_moved or not keeps_place):
            current = self.story_list.current
        touched, place = frozenset(self._touched), self.story_list.cursor
        self.background.find_ids(self.view, touched, current, place, keeps_place=keeps_place)

    @on(Background.IdsReady)
    def _show_ids(self, event: Background.IdsReady) -> None:
        if event.view != self.view:
            return
        if event.query != self._query:
            self._query = event.query
            self.story_list.highlight = self.story_pane.highlight = _highlight(event.query)
            self.story_pane.forget_strips()
        self._show_stories(event.ids, event.cursor, keeps_place=event.keeps_place)
        if self.view.query:
            self.searching.show_outcome(wording.count_text(len(event.ids), "story"))
        elif self._scroll_back is not None:
            self.story_list.scroll_line(self._scroll_back)
        self._scroll_back = None

    def _show_stories(self, ids: array[int], cursor: int, *, keeps_place: bool = False) -> None:
        if not self._is_filled:
            self._is_filled = True
            self.set_timer(PREPARE_S, self.searching.prepare)
        self._show_empty_text()
        self.story_list.show(ids, cursor, keeps_place=keeps_place)
        if not ids:
            self._show_story()
        self._show_title()

    @on(Background.QueryRefused)
    def _show_refused(self, event: Background.QueryRefused) -> None:
        if event.view == self.view:
            self.searching.show_mistake(f"{event.error} (at {event.error.position + 1})")

    def _show_empty_text(self) -> None:
        if self._progress:
            text = "Reading the archive …"
        elif self.view.query:
            text = "Nothing found.\nEsc forgets the search."
        elif self.view.show is Show.STARRED:
            text = "No starred story yet.\ns stars the story under the cursor."
        elif self.view.show is Show.UNREAD:
            text = "Everything is read.\n1 goes to the topics, All shows every story."
        else:
            text = "No story here.\nr looks at the archive again."
        self.story_list.empty_text = text
        if not self.story_list.row_count:
            self.story_list.forget_strips()

    def _order_text(self) -> str:
        order, is_reversed = self.view.order, self.view.is_reversed
        if self._query is not None:
            order = self._query.order or order
            is_reversed = is_reversed if self._query.is_reversed is None else self._query.is_reversed
        return _ORDER_TEXT[order, is_reversed]

    def _show_title(self) -> None:
        counts = self.library.counts()
        names = ", ".join(dict.fromkeys(archive.name for archive in self.library.archives))
        arrow = f" {self.reader.glyphs.trail} "
        left = (("newsreader", "bar--strong"), (f"{self.reader.glyphs.separator}{names}", "bar--text"))
        if self.view.show is Show.STARRED:
            what = f"Starred{arrow}{self._order_text()}"
            what += f"{arrow}{wording.count_text(counts.starred, 'story')}"
        else:
            number = counts.topics.get(self.view.topic, Count()) if self.view.topic else counts.everything
            place = self.view.topic or ("Unread" if self.view.show is Show.UNREAD else "All")
            what = f"{place}{arrow}{self._order_text()}"
            what += f"{arrow}{wording.count(number.unread)} unread of {wording.count(number.total)}"
        if self.view.query:
            what = f"{what.split(arrow)[0]}{arrow}{self._order_text()}{arrow}"
            what += f"{wording.count_text(self.story_list.row_count, 'story')} found"
        right = [(what, "bar--text")]
        if self._problem_count:
            problems = wording.count_text(self._problem_count, "problem")
            right.insert(0, (f"{problems} (newsreader check)   ", "bar--alarm"))
        if self._progress:
            right.insert(0, (f"{self._progress}   ", "bar--strong"))
        self.desk.title.set_text(left, tuple(right))

    def _topic_moved(self, by_hand: bool) -> None:
        if by_hand:
            self._choose_entry(self.topic_tree.current)

    def _choose_entry(self, entry: Entry) -> None:
        view = replace(self.view, topic=entry.topic, show=entry.show)
        if view != self.view:
            self._set_view(view, keeps_cursor=False)

    def _pane_clicked(self, pane: Pane, is_double: bool) -> None:
        self.pane = pane.name
        if is_double and pane is not self.story_pane:
            self.action_go_in()

    # -- the story under the cursor ----------------------------------------------------------------

    def _story_moved(self, by_hand: bool) -> None:
        if by_hand:
            self._has_moved = True
            self._end_told_at = None
        self._show_story()

    def _show_story(self) -> None:
        row = self.story_list.current
        self.story_pane.show_row(row, self.library.quality_range())
        self._load.stop()
        self._dwell.stop()
        if row is None:
            return
        if self.story_pane.story is None or self.story_pane.story.row != row:
            self._load.start(LOAD_DELAY_S)
        self._start_dwell()

    def _start_dwell(self) -> None:
        """Mark the story read after a rest on it, unless the app put the cursor there by itself."""
        row = self.story_list.current
        is_wanted = self.reader.config.mark_read == "dwell" and self._has_moved
        if row is not None and is_wanted and not self._is_read(row):
            self._dwell.start(self.reader.config.dwell_s)

    def _load_story(self) -> None:
        row = self.story_list.current
        if row is not None:
            self.background.read_story(row)

    @on(Background.StoryReady)
    def _show_ready(self, event: Background.StoryReady) -> None:
        shown = self.story_pane.row
        if shown is None or shown.story_id != event.story_id:
            return
        if event.story is not None:
            self.story_pane.show_story(event.story)
        else:
            self.story_pane.show_notice(event.notice)
        if self._is_asked_about == event.story_id:
            self._show_information(shown)
        self._is_asked_about = None

    def _mark_dwelt(self) -> None:
        row = self.story_list.current
        if row is not None and not self.library.is_read(row.story_id):
            self._set_read(row, True)

    # -- marks -------------------------------------------------------------------------------------

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

    def action_open(self) -> None:
        """Open the link outside, and mark as read."""
        row = self._subject
        if row is None:
            return
        try:
            command = browser.command_for(row.url, self.reader.config.browser)
            host = links.host_of(links.safe_url(row.url))
            if command.needs_terminal:
                with self.app.suspend():
                    browser.run_in_terminal(command)
            else:
                browser.start(command)
        except LinkError as error:
            self.reader.say(str(error), severity="warning")
            return
        except SuspendNotSupported:
            self.reader.say(
                "This browser needs the terminal for itself; y copies the link.", severity="warning"
            )
            return
        self.reader.say(f"Opened {host}")
        if row.story_id and not self.library.is_read(row.story_id):
            self._set_read(row, True)

    def action_copy_link(self) -> None:
        """Copy the link through the terminal, which also works over SSH."""
        row = self._subject
        if row is None:
            return
        try:
            url = links.safe_url(row.url)
        except LinkError as error:
            self.reader.say(str(error), severity="warning")
            return
        self.app.copy_to_clipboard(url)
        self.reader.say(f"Sent to the clipboard: {url}")

    # -- search ------------------------------------------------------------------------------------

    async def action_search(self) -> None:
        """Search as you type."""
        if not self.view.query:
            self._before_search = (self.story_list.current, self.story_list.top)
        self.searching.topics = list(self.library.counts().topics)
        if not self.searching.providers:
            self.background.read_providers()
        await self.searching.open(self.view.query)
        self.fit(self.app.size)

    @on(Background.ProvidersReady)
    def _take_providers(self, event: Background.ProvidersReady) -> None:
        self.searching.providers = event.names

    def _search(self, text: str) -> None:
        if text != self.view.query:
            self._set_view(replace(self.view, query=text), keeps_cursor=False)

    def _leave_search(self) -> None:
        if self.view.query:
            self.action_go_to("stories")
        else:
            self._forget_search(None)

    def _close_search(self) -> None:
        """Nothing was chosen: everything is as it was before."""
        self._forget_search(None)

    def _forget_search(self, current: StoryRow | None) -> None:
        """Show everything again, with the cursor on `current`, or without one as it was before."""
        self.searching.hide()
        self.action_go_to("stories")
        self.fit(self.app.size)
        if current is None:
            current, self._scroll_back = self._before_search
        if self.view.query:
            self.view = replace(self.view, query="")
            self._touched.clear()
            self._request_ids(current=current)

    # -- moving about ------------------------------------------------------------------------------

    def action_go_to(self, name: str) -> None:
        """Give a pane the focus; on a narrow screen it is then the one that shows."""
        if name == "story":
            self._start_reading()
        is_other = name != self.pane
        self.pane = name
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
        else:
            self.action_go_to(PANES[PANES.index(self.pane) - 1])

    def action_right(self) -> None:
        """Unfold, or one pane right."""
        if self.pane == "topics" and self.topic_tree.unfold():
            return
        if self.pane != "story":
            self.action_go_to(PANES[PANES.index(self.pane) + 1])

    def action_go_in(self) -> None:
        """One level deeper."""
        if self.pane == "topics":
            self.action_go_to("stories")
        elif self.pane == "stories":
            row = self.story_list.current
            if row is None:
                return
            self.action_go_to("story")
            if self.reader.config.mark_read != "manual" and not self.library.is_read(row.story_id):
                self._set_read(row, True)
        else:
            self._toggle_item()

    def _toggle_item(self) -> None:
        if not self.story_pane.toggle_item() and self.story_pane.row is not None:
            self.reader.say("No related coverage here; o opens the story in the browser.")

    def action_back(self) -> None:
        """Forget the search, or one pane back; never quits."""
        if self.view.query and self.pane == "stories":
            self._forget_search(self.story_list.current)
        elif self.pane == "story":
            self.action_go_to("stories")
        elif self.pane == "stories":
            self.action_go_to("topics")

    def action_quit_or_back(self) -> None:
        """One pane back; quits from the list and from the topics."""
        if self.pane == "story":
            self.action_go_to("stories")
        else:
            self.app.exit()

    def action_page_story(self) -> None:
        """Page the story; at its end, the next unread one. In the topics: fold or unfold."""
        if self.pane == "topics":
            _ = self.topic_tree.unfold() or self.topic_tree.fold()
        elif self.story_pane.page(1):
            self._start_reading()
        else:
            row = self.story_list.current
            if row is not None and self.reader.config.mark_read != "manual" and not self._is_read(row):
                self._set_read(row, True)
            self.action_next_unread(1)

    def _is_read(self, row: StoryRow) -> bool:
        return self.library.is_read(row.story_id)

    def _start_reading(self) -> None:
        """The story is not only stood on, it is read: the rest on it counts from now at the latest."""
        if not self._has_moved:
            self._has_moved = True
            self._start_dwell()

    def action_scroll_story(self, step: int) -> None:
        """Scroll the story, whatever has the focus."""
        self._start_reading()
        self.story_pane.scroll_by(2 * step)

    def action_next_unread(self, step: int) -> None:
        """The next unread story; at the end of the topic, the next topic on a second press."""
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
            self.topic_tree.go_to(entry)
        else:
            self._end_told_at = entry
            key = "n" if step > 0 else "p"
            self.reader.say(f"This is the {edge} of {where}; {key} again goes on to {entry.topic}.")

    def action_starred(self) -> None:
        """Show the starred stories; from there, go back to what was shown before."""
        entry = STARRED
        if self.view.show is Show.STARRED:
            entry = self._before_starred
        else:
            self._before_starred = self.topic_tree.current
        self.topic_tree.go_to(entry)
        self._choose_entry(entry)
        self.action_go_to("stories")

    def action_sort(self) -> None:
        """By date, by quality."""
        orders = tuple(Order)
        order = orders[(orders.index(self.view.order) + 1) % len(orders)]
        self._set_view(replace(self.view, order=order, is_reversed=False), keeps_cursor=True)

    def action_reverse(self) -> None:
        """The other way round."""
        view = replace(self.view, is_reversed=not self.view.is_reversed)
        self._set_view(view, keeps_cursor=True)

    def action_expand_all(self) -> None:
        """Expand or fold all related coverage."""
        if not self.story_pane.toggle_all():
            self.reader.say("No related coverage here.")

    def action_rescan(self) -> None:
        """Look at the archive again."""
        if not self.background.sync():
            self.reader.say("The archive is being read already.")
            return
        self._touched.clear()
        self._progress = "Looking"
        self._show_title()
        self._request_ids(keeps_place=True)

    def action_information(self) -> None:
        """The story's file, raw front matter and problems; once it is read, if it is not yet."""
        row = self.story_list.current
        if row is None:
            return
        if self.story_pane.is_settled:
            self._show_information(row)
        else:
            self._is_asked_about = row.story_id

    def _show_information(self, row: StoryRow) -> None:
        from reader.tui.screens.information import information_page

        self.app.push_screen(information_page(row, self.story_pane.story, self.library.file_of(row)))

    # -- layout ------------------------------------------------------------------------------------

    def watch_theme(self) -> None:
        """A theme of the terminal's own colours has no shades to show the cursor with."""
        self.set_class(self.app.native_ansi_color, "-ansi")

    def fit(self, size: Size) -> None:
        """Put everything in its place on a screen of this size."""
        standing = places(
            size.width,
            size.height - self.searching.is_open,
            pane=self.pane,
            wanted_topics=self.topic_tree.wanted_width() + 2,
            shares=self.shares,
        )
        if standing is not None:
            is_one_line = standing.is_one_line or self.reader.config.density == "one-line"
            self.story_list.set_row_height(1 if is_one_line else 2)
        self.desk.set_places(standing)


def _highlight(query: Query | None) -> Highlight:
    if query is None or query.node is None:
        return no_highlights
    from reader.query.match import highlights

    return partial(highlights, query.node)
