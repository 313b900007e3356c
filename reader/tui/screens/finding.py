"""Searching in the list, from the first letter to where one was before."""

from __future__ import annotations

from dataclasses import replace

from textual import on

from reader.library import Library
from reader.model import StoryRow
from reader.tui.background import Background
from reader.tui.screens.viewing import ViewingScreen


class FindingScreen(ViewingScreen):
    """The fourth chapter of the main screen: the search."""

    def __init__(self, library: Library) -> None:
        super().__init__(library)
        self._before_search: tuple[StoryRow | None, int] = (None, 0)

    async def action_search(self) -> None:
        """Search as you type."""
        if not self.is_searching:
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
        if self.view.query and self.is_searching:
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
        if self.is_searching:
            self.view = replace(self.view, query=self._base_query)
            self._touched.clear()
            self._request_ids(current=current)

    @on(Background.QueryRefused)
    def _show_refused(self, event: Background.QueryRefused) -> None:
        if event.view != self.view:
            return
        mistake = f"{event.error} (at {event.error.position + 1})"
        if self.searching.is_open:
            self.searching.show_mistake(mistake)
        else:
            self._mistake = mistake
            self._show_stories((), 0)

    def action_back(self) -> None:
        """Forget the search, or one pane back; never quits."""
        if self.is_searching and self.pane == "stories":
            self._forget_search(self.story_list.current)
        else:
            super().action_back()
