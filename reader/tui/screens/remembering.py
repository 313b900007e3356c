"""The last session comes back: where one was, and how one had it."""

from __future__ import annotations

from collections.abc import Sequence

from reader.library import NO_ROW, Library
from reader.model import Show, StoryId, StoryRow
from reader.tui.background import place_of
from reader.tui.layout import Shares
from reader.tui.panes.topic_tree import ALL, STARRED, UNREAD, Entry
from reader.tui.screens.reading import ReadingScreen
from reader.tui.session import Session
from reader.values import replace


class RememberingScreen(ReadingScreen):
    """The tenth chapter of the main screen: the session."""

    def __init__(self, library: Library, session: Session) -> None:
        super().__init__(library, session)
        if len(session.shares) == len(Shares._fields):
            self.shares = Shares(*session.shares)
        self.density = session.density
        topic, show, search, archive = session.entry
        labels = {UNREAD.key: UNREAD.label, STARRED.key: STARRED.label}
        entry = Entry(
            topic or search or archive or ALL.label, topic, Show(show), search=search, archive=archive
        )
        self._entry = entry._replace(label=labels.get(entry.key, entry.label))
        # What a saved search asks for stands in a file that is read later.
        self.view = session.view if search else self._view_of(self._entry)
        self._base_query = self.view.query
        if session.story_id:
            self._wanted = StoryRow(row_id=NO_ROW, story_id=StoryId(session.story_id), title="")
        self._is_restored = False

    def _show_topics(self) -> None:
        super()._show_topics()
        if not self._is_restored:
            self._is_restored = True
            self._restore_sidebar()

    def _restore_sidebar(self) -> None:
        tree = self.topic_tree
        tree.set_folded(self.session.folded)
        if self._shelf is None:
            searches = self.session.searches
            tree.set_searches(list(searches))
            # None may be a mistake, or only not counted: that is seen when they are read.
            tree.set_search_counts({name: unread for name, unread in searches.items() if unread is not None})
        if tree.go_to(self._entry, by_hand=False) or tree.reveal(self._entry):
            return
        self._wanted = None
        self._choose_entry(ALL)

    def _first_place(self, ids: Sequence[int]) -> int:
        """The row of the story one left at, if it is still there."""
        return 0 if self._wanted is None else place_of(self._wanted, 0, ids, self.library)

    def left_session(self) -> Session:
        """The session as it is now, but for the theme."""
        session, row = self.session, self.story_list.current
        entry = self._entry
        session.entry = (entry.topic, entry.show.value, entry.search, entry.archive)
        session.view = replace(self.view, query=self._base_query)
        session.story_id = row.story_id if row is not None else ""
        session.shares = tuple(self.shares)
        session.density = self.density if self.density != self.reader.config.density else ""
        session.folded = self.topic_tree.folded
        session.searches = self.topic_tree.searches_with_counts()
        return session
