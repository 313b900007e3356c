"""Choosing among the stories of a view: order, filter and quality floor, remembered for each topic."""

from __future__ import annotations

from functools import partial
from typing import Final

from textual import on

from reader.library import Library
from reader.model import Order, Show
from reader.tui import messages
from reader.tui.headline import FILTERS
from reader.tui.panes.topic_tree import Entry
from reader.tui.screens.viewing import ViewingScreen
from reader.tui.session import Choice, Session

_FILTER_KEYS: Final = {
    Show.ALL: "a",
    Show.UNREAD: "u",
    Show.STARRED: "s",
    Show.PUBLISHED: "p",
    Show.UNPUBLISHED: "n",
    Show.RELATED: "r",
    Show.VIDEO: "v",
}


_SHORT_FILTERS: Final = {
    Show.ALL: "all",
    Show.UNREAD: "unread",
    Show.STARRED: "star",
    Show.PUBLISHED: "publ.",
    Show.UNPUBLISHED: "unpub.",
    Show.RELATED: "related",
    Show.VIDEO: "video",
}
"""All of them with their keys have room in 60 columns."""


class ChoosingScreen(ViewingScreen):
    """The fourth chapter of the main screen: the choice."""

    def __init__(self, library: Library, session: Session) -> None:
        super().__init__(library, session)
        self._floors: list[int] = []

    def _choice_of(self, entry: Entry) -> Choice:
        return self.session.choices.get(entry.key, Choice())

    def _choice(self) -> Choice:
        return self._choice_of(self._entry)

    def _remember(self, choice: Choice) -> None:
        """Have it so from now on, here; the cursor stays on its story."""
        self.session.choices.pop(self._entry.key, None)
        self.session.choices[self._entry.key] = choice
        self._choose_entry(self._entry, keeps_cursor=True)

    def action_sort(self) -> None:
        """By the next order."""
        if self._tells_that_query_sorts():
            return
        orders = tuple(Order)
        order = orders[(orders.index(self.view.order) + 1) % len(orders)]
        self._remember(self._choice()._replace(order=order, is_reversed=False))

    def action_reverse(self) -> None:
        """The other way round."""
        if not self._tells_that_query_sorts():
            view = self.view
            self._remember(self._choice()._replace(order=view.order, is_reversed=not view.is_reversed))

    def _tells_that_query_sorts(self) -> bool:
        """Say so where it does: another order would show only once the search is gone."""
        if not self.view.query:
            return False
        from reader.query.views import is_sorted

        is_fixed = is_sorted(self.view.query)
        if is_fixed:
            self.reader.say(f"The search sorts by itself; {self.reader.keys.first('search')} changes it.")
        return is_fixed

    def action_filter(self) -> None:
        """Ask which stories are to stay."""
        from reader.tui.asking import Choice as Answer

        shows = list(_FILTER_KEYS)
        answers = [
            Answer(_FILTER_KEYS[show], FILTERS[show], partial(self._filter, show), _SHORT_FILTERS[show])
            for show in shows
        ]
        self.question.ask("Show", answers, place=shows.index(self._choice().show))

    def _filter(self, show: Show) -> None:
        self._remember(self._choice()._replace(show=show))

    def action_floor(self, step: int) -> None:
        """Keep only stories of a higher quality, or with -1 of a lower one too."""
        floors, old = self._floors, self._choice().floor
        if step > 0:
            new = next((floor for floor in floors if old is None or floor > old), old)
        else:
            new = next((floor for floor in reversed(floors) if old is not None and floor < old), None)
        if new == old:
            self.reader.say(self._edge_words(step))
            return
        self._remember(self._choice()._replace(floor=new))

    def _edge_words(self, step: int) -> str:
        if step < 0:
            return "There is no quality floor: stories of any quality are shown."
        return "Nothing is left above this." if self._floors else "There is no quality to choose by."

    @on(messages.FloorsReady)
    def _take_floors(self, event: messages.FloorsReady) -> None:
        self._floors = event.floors
