"""Finding: stories by a search, from the first letter to where one was before, and topics by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual import on

from reader.errors import QueryError
from reader.library import Library
from reader.model import StoryRow, Topic, View
from reader.tui import messages
from reader.tui.background import parsed
from reader.tui.held_keys import HeldKeys
from reader.tui.panes.pane import Pane
from reader.tui.panes.topic_tree import Entry
from reader.tui.screens.choosing import ChoosingScreen
from reader.tui.session import Session
from reader.values import replace

if TYPE_CHECKING:
    from reader.tui.fuzzy import Finder


class _Before(NamedTuple):
    """What a search began over: story under the cursor, line at the top of the list, view and pane."""

    row: StoryRow | None
    top: int
    view: View
    pane: str


class FindingScreen(ChoosingScreen):
    """The fifth chapter of the main screen: the search.

    Attributes:
        held: Keys that came before what they are about.
    """

    held: HeldKeys

    def __init__(self, library: Library, session: Session) -> None:
        super().__init__(library, session)
        self._before_search = _Before(None, 0, View(), self.pane)
        self._opened_with = ""
        self._is_finding = False
        self._finder: tuple[object, Finder[Entry]] | None = None

    async def action_search(self) -> None:
        """Search as you type."""
        if not self.is_searching:
            row, top = self.story_list.current, self.story_list.top
            self._before_search = _Before(row, top, self.view, self.pane)
        # In the order of the sidebar, each name once.
        names = (entry.topic for entry in _topic_entries(self.library.topics))
        self.searching.topics = list(dict.fromkeys(names))
        self.searching.archives = [archive.name for archive in self.library.archives]
        if not self.searching.providers:
            self.background.read_providers()
        # What is a mistake is to be mended as it stands.
        is_as_it_stands = self.is_searching or self._mistake
        self._opened_with = self.view.query if is_as_it_stands else _asking_more(self._base_query)
        if not self.story_list.is_shown:
            self.action_go_to("stories")  # what is found is to be seen while one types
        await self.searching.open(self._opened_with)
        self.fit(self.app.size)

    @on(messages.ProvidersReady)
    def _take_providers(self, event: messages.ProvidersReady) -> None:
        self.searching.providers = event.names

    def _search(self, text: str) -> None:
        if text == self._opened_with and not self.is_searching:
            return  # it says the same as what is shown
        if text != self.view.query:
            self._set_view(replace(self.view, query=text), keeps_cursor=False)

    def _leave_search(self) -> None:
        if not (self.view.query and self.is_searching):
            self._forget_search(None)
        elif not self._tell_mistake():
            # Keys typed ahead are about what is found, which may not be there yet.
            self._is_finding = self._listed != self.view
            self.searching.rest()
            self.action_go_to("stories")

    def _tell_mistake(self) -> bool:
        """Say what is wrong with what is typed; false where nothing is."""
        try:
            parsed(self.view.query)
        except QueryError as error:
            self.searching.refuse(str(error), error.position)
            return True
        return False

    def _show_stories(self, ids: Sequence[int], cursor: int, *, keeps_place: bool = False) -> None:
        self.story_list.is_found = self.is_searching
        super()._show_stories(ids, cursor, keeps_place=keeps_place)
        self._is_finding = False
        self.held.release()

    def pane_clicked(self, pane: Pane, is_double: bool) -> None:
        """The mouse chose a pane; a search stays, and is typed no more."""
        super().pane_clicked(pane, is_double)
        if self.searching.is_open:
            self.searching.rest()

    def _close_search(self) -> None:
        """Nothing was chosen: everything is as it was before."""
        self._forget_search(None)

    def _forget_search(self, current: StoryRow | None) -> None:
        """Show everything again, with the cursor on `current`, or without one as it was before."""
        self.searching.hide()
        self.action_go_to("stories" if current else self._before_search.pane)
        self.fit(self.app.size)
        if not self.is_searching:
            return
        before, self.view = self._before_search, replace(self.view, query=self._base_query)
        if current is None:
            current = before.row
            # In another order the story stands elsewhere, and its place comes into view by itself.
            self._scroll_back = before.top if self.view == before.view else None
        self._touched.clear()
        self._request_ids(current=current)

    @on(messages.QueryRefused)
    def _show_refused(self, event: messages.QueryRefused) -> None:
        if event.view != self.view:
            return
        self._is_finding = False
        error = event.error
        if self.searching.is_open:
            self.searching.show_mistake(str(error), error.position)
            self._is_refused = True
            self._show_title()
        else:
            self._mistake = f"{error} (at {error.position + 1})"
            self._show_stories((), 0)
        self.held.release()

    def action_back(self) -> None:
        """Forget the search, or one pane back; never quits."""
        if self.is_searching and self.pane == "stories":
            self._forget_search(self.story_list.current)
        else:
            super().action_back()

    # -- topics by name ----------------------------------------------------------------------------

    async def action_jump(self) -> None:
        """Go to a topic by a few letters of its name."""
        await self.prompt.choose("goes to", "a few letters of a topic", self._topic_finder(), self._jump_to)
        self.fit(self.app.size)

    def _topic_finder(self) -> Finder[Entry]:
        """Made once for as long as the sidebar holds the same."""
        from reader.tui.fuzzy import Finder

        key = (self.library.topics, self.topic_tree.searches)
        if self._finder is None or self._finder[0] != key:
            entries = [
                *self.topic_tree.fixed_entries(),
                *self.topic_tree.branches(),
                *_topic_entries(self.library.topics),
            ]
            self._finder = (key, Finder((entry.label, entry) for entry in entries))
        return self._finder[1]

    def _jump_to(self, entry: Entry) -> None:
        if self.topic_tree.reveal(entry):
            self._choose_entry(entry)
            self.action_go_to("stories")

    def action_next_topic(self, step: int) -> None:
        """The next line of the sidebar, whatever pane has the focus."""
        cursor = self.topic_tree.cursor
        self.topic_tree.move_to(cursor + step)
        if self.topic_tree.cursor == cursor:
            self.reader.say(f"There is no {'later' if step > 0 else 'earlier'} topic.")


def _asking_more(query: str) -> str:
    """The query of a line of the sidebar, so that one can type more behind it."""
    if not query:
        return ""
    from reader.query.views import joinable

    return f"{joinable(query)} "


def _topic_entries(topics: tuple[Topic, ...]) -> list[Entry]:
    found: list[Entry] = []
    todo = list(reversed(topics))
    while todo:
        topic = todo.pop()
        found.append(Entry(topic.label, topic.name))
        if topic.name.casefold() != topic.label.casefold():
            found.append(Entry(topic.name, topic.name))
        todo.extend(reversed(topic.children))
    return found
