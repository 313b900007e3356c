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
from reader.tui.panes.topic_tree import Entry
from reader.tui.rest import Rest
from reader.tui.screens.finding import FindingScreen
from reader.tui.session import Session
from reader.tui.turns import Turns
from reader.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reader.searches import SavedSearch
    from reader.tui.saved import Edit, Edited, Shelf

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
        self._turns = Turns()
        self._counting = Rest(self._count_searches)
        self._counted_at = -COUNT_PAUSE_S

    # -- in the sidebar ----------------------------------------------------------------------------

    @on(messages.SearchesRead)
    def _take_searches(self, event: messages.SearchesRead) -> None:
        self._show_shelf(event.shelf)

    def _show_shelf(self, shelf: Shelf, chosen: Entry | None = None) -> None:
        """Show these saved searches, with the cursor of the sidebar on the entry chosen, or where it was."""
        entry = chosen or self._entry_in(shelf)
        self._shelf = shelf
        if news := shelf.news(self._told_problems):
            self.reader.say(news, severity="warning")
        self._told_problems = shelf.problems
        self.topic_tree.set_searches([search.name for search in shelf.entries])
        self.fit(self.app.size)
        self._count_soon()
        if not (entry.search or chosen):
            return
        is_there = self.topic_tree.go_to(entry, by_hand=False)
        self._choose_entry(entry if is_there else self.topic_tree.current, keeps_cursor=is_there)
        self._show_title()  # of the same view, under another name

    def _entry_in(self, shelf: Shelf) -> Entry:
        """The line of the sidebar one is in, by the name it has now."""
        from reader.tui.saved import followed

        if not self._entry.search or self._shelf is None:
            return self._entry
        return _search_entry(followed(self._entry.search, self._shelf.entries, shelf.entries))

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
        from reader.tui.saved import named, saved_view

        entry = saved_view(text, view)
        if not entry.name:
            return

        # What the file says counts: the sidebar may not know it yet.
        def said(before: Sequence[SavedSearch]) -> str:
            is_there = named(before, entry.name) is not None
            return f"Saved as “{entry.name}”{', in place of the one before' if is_there else ''}."

        self._edit(
            lambda entries: searches.added(entries, entry),
            f"saved search “{entry.name}”",
            said=said,
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
                f"renaming “{old}”",
                chosen=new,
            )

    def action_remove_search(self) -> None:
        """Take the saved search under the cursor out of the sidebar."""
        name = self._chosen_search()
        if name:
            from reader import searches

            key = self.reader.keys.first("undo")
            self._edit(
                lambda entries: searches.removed(entries, name),
                f"removing “{name}”",
                said=lambda _: f"Removed “{name}”; {key} brings it back.",
            )

    def action_move_search(self, step: int) -> None:
        """Move the saved search under the cursor one line down, or up with -1."""
        name = self._chosen_search()
        if name:
            from reader import searches

            self._edit(
                lambda entries: searches.moved(entries, name, step),
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
        self,
        edit: Edit,
        words: str,
        *,
        said: Callable[[Sequence[SavedSearch]], str] = lambda _: "",
        chosen: str = "",
    ) -> None:
        """Change the file in the background; the sidebar follows, and what has changed can be taken back.

        Args:
            edit: The searches to what they are to be.
            words: What it is, as in a `Step`.
            said: What to say when it is done, from the searches of before.
            chosen: The name of the search to go to then; empty to stay.
        """

        def then(edited: Edited) -> None:
            left = self._entry
            self._show_shelf(edited.shelf, _search_entry(chosen) if chosen else None)
            if text := said(edited.before):
                self.reader.say(text)
            if edited.after != edited.before:
                self.history.add(self._step(words, edited, left, self._entry))

        self._turns.wait(lambda: self._change(edit, then))

    def _step(self, words: str, edited: Edited, left: Entry, reached: Entry) -> Step:
        """What has been done, which has led from one line of the sidebar to another, or to the same."""
        step = Step(
            words,
            undo=lambda: self._replay(step, "Undone", (edited.after, edited.before), (reached, left)),
            redo=lambda: self._replay(step, "Done again", (edited.before, edited.after), (left, reached)),
            is_long=True,
        )
        return step

    def _replay(
        self,
        step: Step,
        done: str,
        states: tuple[Sequence[SavedSearch], Sequence[SavedSearch]],
        places: tuple[Entry, Entry],
    ) -> None:
        """Do what led from some searches to others, whatever else was done to them since.

        Args:
            step: What is taken back, or done again.
            done: Says which of both.
            states: The searches that were, and those that were made of them.
            places: Who is in this line of the sidebar then comes to that one.
        """
        from reader.tui.saved import replayed

        here, there = places

        def then(edited: Edited) -> None:
            self._show_shelf(edited.shelf, there if self._entry.key == here.key else None)
            self.reader.say(f"{done}: {step.words}")

        self._change(lambda entries: replayed(entries, *states), then, lambda: self.history.put_back(step))

    def _change(
        self, edit: Edit, then: Callable[[Edited], None], failed: Callable[[], None] = lambda: None
    ) -> None:
        """Change the file: `then` it has changed, or it `failed` for now; never so for what is overtaken."""

        def take(event: messages.SearchesEdited) -> None:
            if event.edited is not None:
                then(event.edited)
                return
            if event.shelf is not None:
                self._show_shelf(event.shelf)
            if event.failure:
                self.reader.say(event.failure, severity="error")
            if not event.is_overtaken:
                failed()

        self._turns.begin()
        self.background.edit_searches(edit, take)

    @on(messages.SearchesEdited)
    def _take_edited(self, event: messages.SearchesEdited) -> None:
        event.then(event)
        self._turns.end()

    def action_undo(self) -> None:
        """As before, once the saved searches are as they are to be."""
        self._turns.wait(super().action_undo)

    def action_redo(self) -> None:
        """The same."""
        self._turns.wait(super().action_redo)


def _search_entry(name: str) -> Entry:
    return Entry(name, search=name)
