"""What takes too long for the event loop: it runs in threads and posts what came of it."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from textual.dom import DOMNode
from textual.message import Message
from textual.worker import get_current_worker

from reader import locations
from reader.errors import IndexFileError, NewsreaderError, OvertakenError, QueryError, StoryFileError
from reader.library import Library
from reader.model import RowId, StoryId, StoryRow, View
from reader.tui import messages
from reader.tui.opening import Opening
from reader.tui.watching import Watch
from reader.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from reader.index.sync import Progress
    from reader.query.tree import Query
    from reader.tui.panes.story_lines import Setting
    from reader.tui.saved import Edit, SavedSearches

log = logging.getLogger(__name__)

PROGRESS_S: Final = 0.1
"""Progress is told no more often."""

SHOW_S: Final = 0.3
SHOW_COST: Final = 20
"""While an index grows, what it holds is shown every `SHOW_S` at most, and no more than one part in
`SHOW_COST` of the time is spent on that."""


class Background:
    """The library's slow side.

    Args:
        node: Runs the threads as its workers, and receives the messages.
        library: Is opened here; closed by the app.
    """

    def __init__(self, node: DOMNode, library: Library) -> None:
        self._node = node
        self._library = library
        self._saved: SavedSearches | None = None
        self._watch = Watch(library)
        self._is_checked = False
        # One after the other: what is undone while it is being done ends as undone.
        self._marking = threading.Lock()
        self._to_mark: deque[Callable[[], None]] = deque()

    def open(self, opening: Opening) -> None:
        """Show what the library knows as soon as it is open, then bring it up to date."""

        def work() -> None:
            opening.wait()
            self._post(messages.Refreshed())
            self._sync()

        self._run(work, "sync")

    @property
    def is_syncing(self) -> bool:
        """Whether the archives are being looked at."""
        return self._is_busy("sync")

    @property
    def is_marking(self) -> bool:
        """Whether many stories are being marked, or wait for it."""
        return self._is_busy("marks")

    @property
    def is_saving(self) -> bool:
        """Whether a saved search is being written."""
        return self._is_busy("saving")

    def sync(self) -> bool:
        """Look at the archives again; false where that is being done already."""
        if self._is_busy("sync"):
            return False
        self._run(self._sync, "sync")
        return True

    def check(self) -> None:
        """Look through the indexes for damage, once; an index that has any is built anew."""
        if not self._is_checked:
            self._is_checked = True
            self._run(self._check, "check")

    def poll(self, row: StoryRow | None = None, *, is_watching: bool = False) -> None:
        """Look for what others did.

        Args:
            row: The story one reads.
            is_watching: Look whether the archives have changed as well.
        """

        def work() -> None:
            self._poll()
            if is_watching and not self._is_busy("sync") and self._watch.is_due(row):
                self._post(messages.Changed())

        if not self._is_busy("poll"):
            self._run(work, "poll")

    def ids_at_once(
        self, view: View, also: frozenset[int], current: StoryRow | None, place: int, *, keeps_place: bool
    ) -> messages.IdsReady | None:
        """What `find_ids` would answer, or None for what may take longer than a frame."""
        if view.query or not self._library.is_quick(view):
            return None
        for worker in self._node.workers:
            if worker.group == "ids":
                worker.cancel()
        try:
            ids = self._library.row_ids(view, also)
            cursor = 0 if current is None else place_of(current, place, ids, self._library)
        except NewsreaderError:  # the index is being built anew
            return None
        return messages.IdsReady(view, None, ids, cursor, keeps_place)

    def row_of(self, story_id: StoryId) -> RowId | None:
        """The row of a story; None also while its index is being built anew. Quick."""
        try:
            return self._library.find(story_id)
        except NewsreaderError:
            return None

    def file_of(self, row: StoryRow) -> Path | None:
        """Where a story's file lies; None for what has none, and as above. Quick."""
        try:
            return self._library.file_of(row)
        except NewsreaderError:
            return None

    def find_ids(
        self,
        view: View,
        also: frozenset[int],
        current: StoryRow | None,
        place: int,
        *,
        keeps_place: bool,
        is_whole: bool = False,
    ) -> None:
        """Ask for the stories of a view; only the last question is answered.

        Args:
            view: Which stories, and what is searched for among them.
            also: Row ids that stay in it whatever their marks are.
            current: The story the cursor is to stay on, or None for the first one.
            place: Its row now.
            keeps_place: Handed on.
            is_whole: Whether what is searched for is not being typed: what is open in it is a mistake then.
        """

        def work() -> None:
            query = None
            try:
                if view.query:
                    query = parsed(view.query, is_whole=is_whole)
                    ids = self._library.search_ids(query, view, also)
                else:
                    ids = self._library.row_ids(view, also)
            except QueryError as error:
                self._post(messages.QueryRefused(view, error))
                return
            cursor = 0 if current is None else place_of(current, place, ids, self._library)
            unknown = "" if ids or query is None else self._unknown(view.query)
            self._post(messages.IdsReady(view, query, ids, cursor, keeps_place, unknown))

        self._run(work, "ids", exclusive=True)

    def _unknown(self, text: str) -> str:
        """What a query names that there is not, or may mean; half typed it is no mistake yet."""
        archives = [archive.name for archive in self._library.archives]
        try:
            parsed(text, list(self._library.counts().topics), archives)
        except QueryError as error:
            return str(error)
        from reader.query.hints import hint

        return hint(text)

    def read_providers(self) -> None:
        """Ask for the names of all providers."""
        self._run(lambda: self._post(messages.ProvidersReady(self._library.provider_names())), "providers")

    def read_story(self, row: StoryRow, setting: Setting) -> None:
        """Ask for a story with body and related coverage; only the last question is answered.

        Args:
            row: The story.
            setting: What to make the lines of its body for.
        """

        def work() -> None:
            worker = get_current_worker()
            try:
                story = self._library.story(row)
            except (StoryFileError, IndexFileError) as error:  # the index may be being built anew
                self._post(messages.StoryReady(row.story_id, notice=str(error)))
                return
            if not story.story.body:
                self._post(messages.StoryReady(row.story_id, story))
                return
            # The parser of Markdown is imported where there is some.
            from reader.tui.panes.body_lines import body_lines

            for body in body_lines(story.story, setting, lambda: worker.is_cancelled):
                self._post(messages.StoryReady(row.story_id, story, body))

        self._run(work, "story", exclusive=True)

    def find_floors(self) -> None:
        """Ask for the qualities worth cutting at."""

        def work() -> None:
            from reader.tui.floors import floors

            self._post(messages.FloorsReady(floors(self._library)))

        self._run(work, "floors", exclusive=True)

    def mark_many(self, row_ids: Sequence[int], marked: list[StoryId], then: Callable[[], None]) -> None:
        """Mark these stories read.

        Args:
            row_ids: The stories.
            marked: Takes in those that were not read before.
            then: Handed on.
        """
        self._mark(lambda: marked.extend(self._library.set_read_many(row_ids)), row_ids, then)

    def mark_again(self, story_ids: Sequence[StoryId], then: Callable[[], None], *, is_read: bool) -> None:
        """Mark these stories read, or unread, once what was asked for before is done."""
        self._mark(lambda: self._library.set_read_again(story_ids, is_read=is_read), (), then)

    def _mark(self, mark: Callable[[], None], row_ids: Sequence[int], then: Callable[[], None]) -> None:
        self._to_mark.append(mark)

        def work() -> None:
            # Each thread does what has waited longest: they need not get the lock in the order they began.
            with self._marking:
                self._to_mark.popleft()()
            self._post(messages.MarkedMany(row_ids, then))

        self._run(work, "marks")

    def read_searches(self) -> None:
        """Read the saved searches, if they are not known as they are now."""
        self._run(self._look_at_searches, "searches")

    def edit_searches(self, edit: Edit, then: Callable[[messages.SearchesEdited], None]) -> None:
        """Change the file of saved searches.

        Args:
            edit: Its searches to those that are to be in it.
            then: Handed on.
        """
        outcome = messages.SearchesEdited(then)

        def work() -> None:
            try:
                outcome.edited = self._searches().edit(edit)
                outcome.shelf = outcome.edited.shelf
            except NewsreaderError as error:
                outcome.failure, outcome.is_overtaken = str(error), isinstance(error, OvertakenError)
                outcome.shelf = self._searches().changed()
            finally:
                self._post(outcome)  # others wait for it

        self._run(work, "saving")

    def count_searches(self, views: Mapping[str, View]) -> None:
        """Count the unread stories of each of these views."""

        def work() -> None:
            from reader.query.tree import Is, State, all_of

            worker = get_current_worker()
            unread: dict[str, int | None] = {}
            for name, view in views.items():
                if worker.is_cancelled:
                    return
                try:
                    query = parsed(view.query, is_whole=True)
                    node = all_of(node for node in (query.node, Is(State.UNREAD)) if node is not None)
                    unread[name] = len(self._library.search_ids(replace(query, node=node), view))
                except QueryError:
                    unread[name] = None
            self._post(messages.SearchesCounted(unread))

        self._run(work, "counts", exclusive=True)

    def _searches(self) -> SavedSearches:
        if self._saved is None:
            from reader.tui.saved import SavedSearches

            self._saved = SavedSearches(locations.searches_file())
        return self._saved

    def _look_at_searches(self) -> None:
        shelf = self._searches().changed()
        if shelf is not None:
            self._post(messages.SearchesRead(shelf))

    def _sync(self) -> None:
        worker = get_current_worker()
        begun = time.monotonic()
        failure, found_something = "", False
        try:
            reports = self._library.sync(self._telling(), lambda: worker.is_cancelled)
            found_something = any(report.has_changes for report in reports)
            if not worker.is_cancelled and found_something:
                self._refresh()
            count = self._library.problem_count()
        except NewsreaderError as error:
            failure, count = str(error), 0
        length_s = time.monotonic() - begun
        self._watch.synced(length_s, found_something=found_something)
        if found_something:
            from reader.tui import allocator

            allocator.give_back()
        log.info("synced in %.2f s", length_s)
        if not worker.is_cancelled:
            self._post(messages.Synced(count, failure or self._library.index_trouble()))

    def _check(self) -> None:
        try:
            has_damage = self._library.has_damage()
        except NewsreaderError as error:  # locked, or closed meanwhile
            log.info("not checked: %s", error)
        else:
            if has_damage:
                self._post(messages.Changed())

    def _telling(self) -> Callable[[Progress], None]:
        """What a sync calls after each batch: tells how far it is, and shows what it has."""
        told = shown = time.monotonic()
        pause_s = SHOW_S

        def tell(progress: Progress) -> None:
            nonlocal told, shown, pause_s
            now = time.monotonic()
            if now - told >= PROGRESS_S:
                told = now
                self._post(messages.Progressed(progress))
            if progress.done and now - shown >= pause_s and not get_current_worker().is_cancelled:
                self._refresh()
                shown = time.monotonic()
                pause_s = max(SHOW_S, SHOW_COST * (shown - now))

        return tell

    def _refresh(self) -> None:
        self._library.reload()
        self._post(messages.Refreshed())

    def _poll(self) -> None:
        self._look_at_searches()
        changes = self._library.poll()
        if changes.has_new_stories and not self._is_busy("sync"):
            self._refresh()
        elif changes.marks:
            self._post(messages.Marked())

    def _post(self, message: Message) -> None:
        self._node.post_message(message)

    def _is_busy(self, group: str) -> bool:
        return any(worker.group == group and not worker.is_finished for worker in self._node.workers)

    def _run(self, work: Callable[[], None], group: str, *, exclusive: bool = False) -> None:
        def guarded() -> None:
            try:
                work()
            except (SystemExit, KeyboardInterrupt) as error:
                # Textual waits for ever for a thread that ends so.
                raise RuntimeError from error

        self._node.run_worker(guarded, thread=True, group=group, exclusive=exclusive, exit_on_error=False)


def parsed(
    text: str,
    topics: Sequence[str] | None = None,
    archives: Sequence[str] | None = None,
    *,
    is_whole: bool = False,
) -> Query:
    """The query that a text is now.

    Args:
        text: As typed.
        topics: The names of all topics: naming another is a mistake then.
        archives: The same of the archives.
        is_whole: Whether nothing more will be typed: what is still open is a mistake then.

    Raises:
        QueryError: If it cannot be meant.
    """
    # Not needed for the first frame, and slow to import.
    from reader.query.parse import parse

    return parse(text, datetime.now().astimezone(), topics, archives, is_whole=is_whole)


def place_of(current: StoryRow, place: int, ids: Sequence[int], library: Library) -> int:
    """Where the story stands now; where it does not, the row it stood in."""
    row_id: RowId | None = current.row_id
    if row_id not in ids:
        # Asked for only then: the index may be at a search, and the event loop waits here.
        row_id = library.find(current.story_id)
    if row_id is not None and row_id in ids:
        return ids.index(row_id)
    return min(place, max(0, len(ids) - 1))
