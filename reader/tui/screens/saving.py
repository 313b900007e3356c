"""Saved searches: the view under a name, in the sidebar, kept in a file that people write too."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from textual import on

from reader import clean
from reader.library import Library
from reader.model import Show, View
from reader.tui import messages
from reader.tui.headline import place_text
from reader.tui.history import Step
from reader.tui.panes.topic_tree import ALL, Entry
from reader.tui.rest import Rest
from reader.tui.screens.finding import FindingScreen
from reader.tui.session import Session
from reader.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reader.searches import SavedSearch
    from reader.tui.saved import Edit, Shelf

COUNT_REST_S: Final = 0.7
"""How long nothing happens before the saved searches are counted again."""

COUNT_PAUSE_S: Final = 3.0
"""How long it is at least from one count to the next."""


class SavingScreen(FindingScreen):
    """The sixth chapter of the main screen: saved searches."""

    def __init__(self, library: Library, session: Session) -> None:
        super().__init__(library, session)
        self._shelf: Shelf | None = None
        self._told_problems: tuple[str, ...] = ()
        self._counting = Rest(self._count_searches)
        self._counted_at = -COUNT_PAUSE_S

    # -- in the sidebar ----------------------------------------------------------------------------

    @on(messages.SearchesRead)
    def _take_searches(self, event: messages.SearchesRead) -> None:
        if event.failure:
            self.reader.say(event.failure, severity="error")
        if event.shelf is None:
            return
        self._shelf = event.shelf
        if event.shelf.problems and event.shelf.problems != self._told_problems and not event.failure:
            self.reader.say("\n".join(event.shelf.problems[:4]), severity="warning")
        self._told_problems = event.shelf.problems
        if event.said:
            self.reader.say(event.said)
        self.topic_tree.set_searches([entry.name for entry in event.shelf.entries])
        self.fit(self.app.size)
        self._count_soon()
        entry = Entry(event.chosen, search=event.chosen) if event.chosen else self._entry
        if not entry.search:
            return
        if not self.topic_tree.go_to(entry, by_hand=False):
            entry = ALL
            self.topic_tree.go_to(ALL, by_hand=False)
        self._choose_entry(entry, keeps_cursor=True)
        self._show_title()  # of the same view, under another name

    def _view_of(self, entry: Entry) -> View:
        view = self._shelf.views.get(entry.search) if self._shelf is not None else None
        if self._shelf is None and entry.search and entry.key == self._entry.key:
            view = replace(self.view, query=self._base_query)  # as it was left: the file is not read yet
        if view is None:
            return super()._view_of(entry)
        choice = self._choice_of(entry)
        return replace(
            view,
            show=choice.show if view.show is Show.ALL else view.show,
            order=choice.order or view.order,
            is_reversed=choice.is_reversed if choice.order is not None else view.is_reversed,
            quality_floor=choice.floor if choice.floor is not None else view.quality_floor,
        )

    def _choose_entry(self, entry: Entry, *, keeps_cursor: bool = False) -> None:
        if entry.search:
            self.searching.hide()
            self.fit(self.app.size)
        super()._choose_entry(entry, keeps_cursor=keeps_cursor)

    # -- counting ----------------------------------------------------------------------------------

    def _count_soon(self) -> None:
        """Count the unread stories of each search: once nothing happens, and not again and again."""
        if self._shelf is not None and self._shelf.entries:
            pause_s = self._counted_at + COUNT_PAUSE_S - time.monotonic()
            self._counting.start(max(COUNT_REST_S, pause_s))

    def _count_searches(self) -> None:
        if self._shelf is not None:
            self._counted_at = time.monotonic()
            self.background.count_searches(self._shelf.views)

    @on(messages.SearchesCounted)
    def _take_counts(self, event: messages.SearchesCounted) -> None:
        self.topic_tree.set_search_counts(event.unread)

    # -- changing them -----------------------------------------------------------------------------

    async def action_save_search(self) -> None:
        """Keep the present view under a name."""
        view = self._shown_view
        name = self._entry.search or (view.query if self.is_searching else place_text(view))
        await self.prompt.ask(
            "saves this view",
            "a name for this view",
            lambda text: self._save_search(text, view),
            name,
            is_proposal=True,
        )
        self.fit(self.app.size)

    def _save_search(self, text: str, view: View) -> None:
        from reader import searches
        from reader.tui.saved import Shelf, saved_view

        entry = saved_view(text, view)
        if not entry.name:
            return
        # What the file says counts: the sidebar may not know it yet.
        old: SavedSearch | None = None

        def edit(entries: Sequence[SavedSearch]) -> tuple[SavedSearch, ...]:
            nonlocal old
            old = Shelf(tuple(entries)).named(entry.name)
            return searches.added(entries, entry)

        def undo(entries: Sequence[SavedSearch]) -> tuple[SavedSearch, ...]:
            return searches.removed(entries, entry.name) if old is None else searches.added(entries, old)

        self._edit(
            edit,
            undo,
            f"saved search “{entry.name}”",
            said=lambda: f"Saved as “{entry.name}”{', in place of the one before' if old else ''}.",
            chosen=entry.name,
        )

    async def action_rename_search(self) -> None:
        """Another name for the saved search under the cursor."""
        name = self._chosen_search()
        if name:
            await self.prompt.ask(
                "renames the search", "another name", lambda text: self._rename_search(name, text), name
            )
            self.fit(self.app.size)

    def _rename_search(self, old: str, text: str) -> None:
        from reader import searches
        from reader.tui.saved import renamed

        new = clean.line(text, searches.NAME_LIMIT)
        if new and new != old:
            self._edit(
                lambda entries: renamed(entries, old, new),
                lambda entries: renamed(entries, new, old),
                f"renaming “{old}”",
                chosen=new,
            )

    def action_remove_search(self) -> None:
        """Take the saved search under the cursor out of the sidebar."""
        name = self._chosen_search()
        if not name or self._shelf is None or (entry := self._shelf.named(name)) is None:
            return
        from reader import searches

        place = self._shelf.entries.index(entry)
        self._edit(
            lambda entries: searches.removed(entries, name),
            lambda entries: searches.moved(
                searches.added(entries, entry), name, place - len(searches.removed(entries, name))
            ),
            f"removing “{name}”",
            said=lambda: f"Removed “{name}”; {self.reader.keys.first('undo')} brings it back.",
        )

    def action_move_search(self, step: int) -> None:
        """Move the saved search under the cursor one line down, or up with -1."""
        name = self._chosen_search()
        if name:
            from reader import searches

            self._edit(
                lambda entries: searches.moved(entries, name, step),
                lambda entries: searches.moved(entries, name, -step),
                f"moving “{name}”",
                chosen=name,
            )

    def _chosen_search(self) -> str:
        """The name of the saved search under the cursor of the sidebar; says so where there is none."""
        name = self.topic_tree.current.search
        if not name:
            key = self.reader.keys.first("save-search")
            self.reader.say(f"Go to a saved search first: they stand below Starred, and {key} saves one.")
        return name

    def _edit(
        self, edit: Edit, undo: Edit, words: str, *, said: Callable[[], str] = str, chosen: str = ""
    ) -> None:
        """Change the file in the background; the sidebar follows."""
        self.background.edit_searches(edit, said, chosen)
        self.history.add(
            Step(
                words,
                undo=lambda: self.background.edit_searches(undo),
                redo=lambda: self.background.edit_searches(edit),
            )
        )
