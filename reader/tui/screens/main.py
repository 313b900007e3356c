"""The main screen: topics, stories and the story."""

from __future__ import annotations

import gc
import logging
from collections.abc import Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.worker import Worker, WorkerState

from reader import wording
from reader.config import Config
from reader.errors import NewsreaderError
from reader.library import Library
from reader.model import StoryRow
from reader.tui import headline, messages
from reader.tui.commands import MAIN, bindings
from reader.tui.desk import Desk
from reader.tui.opening import Opening
from reader.tui.painting import Painter, Shown
from reader.tui.panes.story_list import StoryList
from reader.tui.panes.story_pane import StoryPane
from reader.tui.panes.topic_tree import ALL, TopicTree
from reader.tui.screens.remembering import RememberingScreen
from reader.tui.searching import Searching
from reader.tui.session import Session

log = logging.getLogger(__name__)

OPEN_PATIENCE_S: Final = 0.02
"""How long the first frame waits for the stories: as long as drawing it twice would take."""

COLLECT_S: Final = 1.0
"""When the garbage of the start is collected: it takes 20 ms, and nobody is to wait for that."""

HOLD_S: Final = 0.02
"""When memory and faults are seen to: as soon as the first frame is out, before there are many threads."""

WELCOME_S: Final = 30.0
"""How long the very first start shows the keys that matter most, in words."""

PREPARE_S: Final = 0.4
"""When the search box is made: after the start, and before anyone wants it."""

_NEED_STORIES: Final = frozenset(
    {
        *("next-unread", "previous-unread", "page-story", "mark-all-read", "raise-floor", "lower-floor"),
        *("toggle-read", "keep-unread", "toggle-star", "note", "open", "copy-link", "information"),
        *("expand-all", "best-version", "links", "jump", "next-topic", "previous-topic"),
        *("save-search", "rename-search", "remove-search", "move-search-down", "move-search-up"),
    }
)
"""Commands that would find nothing, or say that there is nothing, while the library is being opened."""

POLL_S: Final = 1.0
"""How often marks of other instances and sync tools are looked for, and changes of the archives."""


class MainScreen(RememberingScreen):
    """Topics, stories and the story: how they begin, and what happens by itself.

    Args:
        library: What all panes show.
        opening: The library being opened.
        shown: What the terminal shows.
        session: What was left at the end of the last one.
    """

    BINDINGS: ClassVar[list[Binding]] = bindings(MAIN)  # type: ignore[assignment]
    AUTO_FOCUS = "#desk"

    def __init__(self, library: Library, opening: Opening, shown: Shown, session: Session) -> None:
        super().__init__(library, session)
        self._compositor = Painter(shown)
        self._opening = opening
        self._trouble = ""
        self.is_filled = False
        self._is_painted = False
        self._is_mending = False

    def compose(self) -> ComposeResult:
        """The desk with its panes."""
        self.desk = Desk(
            glyphs=self.reader.glyphs,
            on_click=self.pane_clicked,
            on_border=self.border_dragged,
            keys=self.reader.keys,
        )
        self.topic_tree = TopicTree(self.desk, on_move=self._topic_moved, counts_in=self.library.topic_counts)
        self.reader.keys.bind(self, MAIN)
        self.story_list = StoryList(
            self.desk,
            on_move=self._story_moved,
            fetch=self._fetch,
            marks_of=self._marks_of,
            has_ages=self.reader.config.date_format == "age",
        )
        self.story_pane = StoryPane(self.desk, marks_of=self._marks_of)
        self.story_pane.best_key = self.reader.keys.text("best-version")
        self.desk.add(self.topic_tree, self.story_list, self.story_pane)
        self.searching = Searching(
            self.foot,
            self.desk.hints,
            on_text=self._search,
            on_leave=self._leave_search,
            on_close=self._close_search,
        )
        yield self.desk

    # -- the first frame ---------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Show the stories in the first frame if they are there, and start the background work behind it."""
        self.watch_theme()
        self.app.theme_changed_signal.subscribe(self, lambda _: self.watch_theme())
        self.set_focus(self.desk, scroll_visible=False)
        if self._opening.is_done(OPEN_PATIENCE_S):
            self.fill()
            self.call_after_refresh(self.background.sync)
        else:
            self._stand()
            self.story_list.empty_text = "Opening the archive …"
            self._show_title()
            self.call_after_refresh(self.background.open, self._opening)
        if self.session.is_first:
            self.desk.hints.set_welcome(headline.welcome(self.reader.keys))
            self.set_timer(WELCOME_S, self._end_welcome)
        self.set_interval(POLL_S, self._poll)
        # In the queue of the app, like keys: this screen counts as mounted once this method is done.
        self.call_next(self.app.call_later, self.reader.give_early_keys)
        self.call_after_refresh(self._painted)

    def fill(self) -> None:
        """Show the stories; the library is open."""
        self._begin()
        if self.library.total:
            self._progress = ""
        self._stand()
        self._show_topics()
        self._show_first()
        self._tell_news()

    def _begin(self) -> None:
        """The library is open."""
        if not self.is_open:
            self.is_open = True
            self.set_timer(PREPARE_S, self._prepare)

    def takes_key(self, key: str) -> bool:
        """As before; what needs the stories waits until they can be there, and says so."""
        if super().takes_key(key):
            return True
        held = self._bindings.key_to_bindings.get(key, ())
        return any(self.must_wait_for_stories(binding.id or "") for binding in held)

    def must_wait_for_stories(self, command: str) -> bool:
        """Whether a command, by its id, needs stories that are not there yet; then that is said."""
        must_wait = not self.is_open and command in _NEED_STORIES
        if must_wait:
            self.reader.say("Still opening …")
        return must_wait

    def _tell_news(self) -> None:
        """Indexes that are built anew."""
        for news in self.library.take_news():
            self.reader.say(wording.sentence(news), severity="warning")

    def _stand(self) -> None:
        self.desk.activate(self.pane)
        self.fit(self.app.size)

    def _end_welcome(self) -> None:
        self.desk.hints.set_welcome(())

    def _show_first(self) -> None:
        if self.view.query:  # a saved search
            self._request_ids()
            return
        try:
            ids = self.library.row_ids(self.view)
        except NewsreaderError:  # the thread that is asked then tells why
            self._request_ids()
        else:
            self._show_stories(ids, self._first_place(ids))

    def _painted(self) -> None:
        """The first frame is on the screen."""
        self._is_painted = True
        self.set_timer(HOLD_S, self._settle)
        self.set_timer(COLLECT_S, _collect)

    def _settle(self) -> None:
        _hold_little()
        self.reader.when_shown()

    def update_node_styles(self, animate: bool = True) -> None:
        """Textual does this once more before the first frame, where everything was styled a moment ago."""
        if self._is_painted or self.has_class("-ansi"):
            super().update_node_styles(animate)

    def _show_stories(self, ids: Sequence[int], cursor: int, *, keeps_place: bool = False) -> None:
        self.is_filled = True
        super()._show_stories(ids, cursor, keeps_place=keeps_place)

    async def _prepare(self) -> None:
        """What was left out of the first frame, before anyone wants it."""
        await self.foot.prepare()
        self.background.read_searches()
        self.background.find_floors()

    # -- background work ---------------------------------------------------------------------------

    def _poll(self) -> None:
        if self.is_filled:
            self.background.poll(self.story_list.current, is_watching=self.reader.config.watch)

    @on(messages.Changed)
    def _sync_changes(self) -> None:
        """The archive has changed underneath; a story that is open may be another one now."""
        if self.background.sync():
            self._load_story()

    @on(messages.Refreshed)
    def _take_in(self) -> None:
        self._begin()
        before, view = self.topic_tree.current, self.view
        self._show_topics()
        if self.topic_tree.current != before and self.topic_tree.current == ALL:
            self._choose_entry(ALL)
            if self.view != view:  # else its stories were not asked for
                return
        self._request_ids(keeps_place=True)
        self._count_soon()
        if not self._progress:
            self.background.find_floors()

    @on(messages.Progressed)
    def _show_progress(self, event: messages.Progressed) -> None:
        done, total = event.progress.done, event.progress.total
        self._progress = wording.progress_text(done, total) if total else "Looking"
        self._show_title()

    @on(messages.Synced)
    def _show_synced(self, event: messages.Synced) -> None:
        self._progress = ""
        self._is_mending = False
        self._problem_count = event.problem_count
        self._is_synced = True
        if event.failure and event.failure != self._told_failure:
            self.reader.say(event.failure, severity="error")
        self._told_failure = event.failure
        self._tell_news()
        self.background.check()
        self._show_empty_text()
        self._show_title()
        self.background.find_floors()

    @on(messages.Marked)
    def _show_marks(self) -> None:
        self._marks_changed()

    @on(Worker.StateChanged)
    def _watch_worker(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR:
            from reader.tui.crash import places

            error = event.worker.error
            log.error("%s failed: %s", event.worker.group, places(error) if error else "")
            words = str(error) if isinstance(error, NewsreaderError) else f"{event.worker.group} failed"
            self.reader.say(words, severity="error")

    def show_trouble(self, trouble: str) -> None:
        """Marks cannot be saved, or can again (an empty text)."""
        if self._trouble and not trouble:
            self.reader.say("All marks are saved again.")
        self._trouble = trouble
        self.desk.hints.set_notice(trouble)

    def settings_changed(self, old: Config) -> None:
        """Show everything as the settings are now."""
        config, keys = self.reader.config, self.reader.keys
        keys.bind(self, MAIN)
        if config.keys != old.keys:
            self._end_welcome()  # it names the keys of before
        self.story_pane.best_key = keys.text("best-version")
        self.desk.take_signs(self.reader.glyphs, keys)
        if config.density != old.density:
            self.density = config.density
            self.fit(self.app.size)
        if config.date_format != old.date_format:
            self.story_list.has_ages = config.date_format == "age"
            self._request_ids(keeps_place=True)
        self._show_empty_text()
        self._show_title()

    def _fetch(self, row_ids: Sequence[int]) -> list[StoryRow]:
        try:
            return self.library.rows(row_ids)
        except NewsreaderError as error:
            log.warning("%s", error)
            self.mend()  # only a damaged index cannot be read
            return []

    def mend(self) -> None:
        """Have damaged indexes built anew, which the sync does."""
        if not self._is_mending:
            self._is_mending = True
            self.call_later(self.action_rescan)

    def action_rescan(self) -> None:
        """Look at the archive again."""
        if not self.background.sync():
            self.reader.say("The archive is being read already.")
            return
        self._told_failure = ""
        self._touched.clear()
        self._progress = "Looking"
        self._show_title()
        self._request_ids(keeps_place=True)


def _hold_little() -> None:
    # Imported here, and not in the first frame's time.
    from reader.tui import allocator

    allocator.hold_little()


def _collect() -> None:
    """It was off during the start; what is there now stays, and need never be looked through again."""
    gc.collect()
    gc.freeze()
    gc.enable()
