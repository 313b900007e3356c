"""Which stories the list shows: topic, filter and order, and the words that say so."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import on

from reader import wording
from reader.library import Library
from reader.model import Order, Show, StoryRow, View
from reader.tui import headline, messages
from reader.tui.panes.lines import Highlight, no_highlights
from reader.tui.panes.topic_tree import ALL, STARRED, Entry
from reader.tui.screens.asking import AskingScreen
from reader.tui.searching import Searching
from reader.tui.session import Choice, EntryKey, Session
from reader.values import replace

if TYPE_CHECKING:
    from reader.query.tree import Query


class ViewingScreen(AskingScreen):
    """The third chapter of the main screen: the view.

    Attributes:
        view: What the list shows, or is about to.
        is_open: Whether the library is: before that a view is chosen, and shown later.
        session: What was left at the end of the last one, and what is to be left.
    """

    searching: Searching

    def __init__(self, library: Library, session: Session) -> None:
        super().__init__(library)
        self.session = session
        self.view = View()
        self.is_open = False
        self._query: Query | None = None
        self._touched: set[int] = set()
        self._progress = "Opening"
        self._problem_count = 0
        self._has_moved = False
        self._is_synced = False
        self._wanted: StoryRow | None = None
        self._end_told_at: Entry | None = None
        self._before_starred = ALL
        self._entry = ALL
        self._base_query = ""
        self._mistake = ""
        self._unknown = ""
        self._is_refused = False
        self._told_failure = ""
        self._scroll_back: int | None = None
        self._listed: View | None = None
        self._left_at: dict[EntryKey, tuple[StoryRow, int]] = {}

    def _show_story(self) -> None:
        """Show the story under the cursor."""
        raise NotImplementedError

    def _set_view(
        self, view: View, *, keeps_cursor: bool, left_at: tuple[StoryRow | None, int | None] = (None, None)
    ) -> None:
        self.view = view
        self._touched.clear()
        self._end_told_at = None
        self._mistake = ""
        current, place = left_at
        self._request_ids(keeps_cursor=keeps_cursor, current=current, place=place)

    def _request_ids(
        self,
        *,
        keeps_cursor: bool = True,
        keeps_place: bool = False,
        current: StoryRow | None = None,
        place: int | None = None,
    ) -> None:
        if current is None and keeps_cursor:
            current = self._wanted
            # While an index grows for the first time, the first story changes under a cursor nobody moved.
            if current is None and (self._has_moved or self._is_synced or not keeps_place):
                current = self.story_list.current
        elif not keeps_cursor:
            self._wanted = None
        if not self.is_open:
            self._show_title()
            return
        touched, place = frozenset(self._touched), self.story_list.cursor if place is None else place
        ready = self.background.ids_at_once(self.view, touched, current, place, keeps_place=keeps_place)
        if ready is not None:
            self._show_ids(ready)
        else:
            self._show_title()
            is_whole = bool(self._entry.search) and not self.is_searching
            self.background.find_ids(
                self.view, touched, current, place, keeps_place=keeps_place, is_whole=is_whole
            )

    @on(messages.IdsReady)
    def _show_ids(self, event: messages.IdsReady) -> None:
        if event.view != self.view:
            return
        if event.query != self._query:
            self._query = event.query
            self.story_list.highlight = self.story_pane.highlight = _highlight(event.query)
            self.story_pane.forget_strips()
        self._unknown = event.unknown
        self._show_stories(event.ids, event.cursor, keeps_place=event.keeps_place)
        if self.searching.is_open:
            self.searching.show_outcome(wording.count_text(len(event.ids), "story"))
        elif self._scroll_back is not None:
            self.story_list.scroll_line(self._scroll_back)
        self._scroll_back = None

    def _show_stories(self, ids: Sequence[int], cursor: int, *, keeps_place: bool = False) -> None:
        self._listed, self._is_refused = self.view, False
        self._show_empty_text()
        self.story_list.show(ids, cursor, keeps_place=keeps_place)
        if not ids:
            self._show_story()
        self._show_title()

    def _show_empty_text(self) -> None:
        self.story_list.empty_text = headline.empty_text(
            self.view,
            self.reader.keys,
            is_reading=bool(self._progress),
            mistake=self._mistake,
            unknown=self._unknown,
            trouble=self._told_failure,
            is_empty=not self.library.total,
            is_filtered=self._entry.show is Show.ALL,
            is_typed=self.is_searching,
        )
        if not self.story_list.row_count:
            self.story_list.forget_strips()

    @property
    def _shown_view(self) -> View:
        """The view in the order that the list has."""
        if self._query is None:
            return self.view
        is_reversed = self.view.is_reversed if self._query.is_reversed is None else self._query.is_reversed
        return replace(self.view, order=self._query.order or self.view.order, is_reversed=is_reversed)

    def _show_title(self) -> None:
        names = ", ".join(dict.fromkeys(archive.name for archive in self.library.archives))
        left = (("newsreader", "bar--strong"), (f"{self.reader.glyphs.separator}{names}", "bar--text"))
        has_name = self._entry.search or self._base_query
        what = headline.view_text(
            self._shown_view,
            self.library.counts(),
            shown=None if self._is_refused else self.story_list.row_count,
            unread=self.library.unread_in(self.view) if headline.names_unread(self.view) else 0,
            arrow=f" {self.reader.glyphs.trail} ",
            in_archive=self.topic_tree.count_of(self._entry),
            name="" if self.is_searching or not has_name else self._entry.label,
            is_filtered=self._entry.show is Show.ALL,
        )
        right = [(what, "bar--text")]
        if self._problem_count:
            problems = wording.count_text(self._problem_count, "problem")
            right.insert(0, (f"{problems} (newsreader check)   ", "bar--alarm"))
        if self._progress:
            right.insert(0, (f"{self._progress}   ", "bar--strong"))
        self.desk.set_headline(left, tuple(right))

    def _show_topics(self) -> None:
        before = self.topic_tree.wanted_width()
        self.topic_tree.set_topics(self.library.topics, self.library.counts())
        if self.topic_tree.wanted_width() != before:
            self.fit(self.app.size)

    # -- choosing ----------------------------------------------------------------------------------

    def _topic_moved(self, by_hand: bool) -> None:
        if by_hand:
            self._choose_entry(self.topic_tree.current)

    @property
    def is_searching(self) -> bool:
        """Whether the list is narrowed by what one typed, and not only by what one chose in the sidebar."""
        return self.view.query != self._base_query

    def _view_of(self, entry: Entry) -> View:
        """What a line of the sidebar shows: as one had it there last, else in the order of All."""
        choice = self.session.choices.get(entry.key, Choice())
        ordered = choice if choice.order is not None else self.session.choices.get(ALL.key, Choice())
        view = View(
            entry.topic,
            entry.show,
            ordered.order or Order.DATE,
            ordered.order is not None and ordered.is_reversed,
            quality_floor=choice.floor,
            archive=entry.archive,
        )
        if choice.show in (Show.ALL, entry.show):
            return view
        # What a view keeps is one thing; Unread and Starred then say in words what they are.
        query = f"is:{entry.show}" if entry.show is not Show.ALL else ""
        return replace(view, show=choice.show, query=query)

    def _choose_entry(self, entry: Entry, *, keeps_cursor: bool = False) -> None:
        """Show what a line of the sidebar stands for; what one searches for goes along.

        The cursor comes to the story that it stood on there last, but for a search that goes along.
        """
        has_changed = entry.key != self._entry.key
        if has_changed:
            self._remember_place()
        view = self._view_of(entry)
        typed = self.view.query if self.is_searching and not entry.search else view.query
        self._entry, self._base_query = entry, view.query
        view = replace(view, query=typed)
        if view != self.view:
            comes_back = has_changed and not keeps_cursor and typed == self._base_query
            left_at = self._left_at.get(entry.key, (None, None)) if comes_back else (None, None)
            self._set_view(view, keeps_cursor=keeps_cursor, left_at=left_at)
        else:
            self._show_empty_text()
            self._show_title()

    def _remember_place(self) -> None:
        """Where the cursor stands in the line of the sidebar that one leaves, if its stories are there."""
        row = self.story_list.current
        if row is not None and self._listed == self.view and not self.is_searching:
            self._left_at[self._entry.key] = (row, self.story_list.cursor)

    def action_starred(self) -> None:
        """Show the starred stories; from there, go back to what was shown before."""
        entry = STARRED
        if self._entry.key == STARRED.key:
            entry = self._before_starred
        else:
            self._before_starred = self.topic_tree.current
        self.topic_tree.go_to(entry)
        self._choose_entry(entry)
        self.action_go_to("stories")


def _highlight(query: Query | None) -> Highlight:
    if query is None or query.node is None:
        return no_highlights
    from reader.query.match import highlights

    return partial(highlights, query.node)
