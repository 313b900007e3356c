"""Messages: what came of the work of threads, told to the screen (`reader.tui.background`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reader.errors import QueryError
    from reader.index.sync import Progress
    from reader.library import OpenStory
    from reader.model import StoryId, View
    from reader.query.tree import Query
    from reader.tui.panes.body_lines import BodyLines
    from reader.tui.saved import Edited, Shelf

# Written out: the decorator of dataclasses takes half a millisecond for each, before the first frame.


class Refreshed(Message):
    """The library has taken in new stories, topics or marks."""


class Marked(Message):
    """Another instance or a sync tool has changed marks; the library has taken them in."""


class Progressed(Message):
    """How far a sync is."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress


class Synced(Message):
    """A sync has ended.

    Args:
        problem_count: How many problems the files have.
        failure: Why it could not do all of it, or an empty text.
    """

    def __init__(self, problem_count: int, failure: str) -> None:
        super().__init__()
        self.problem_count = problem_count
        self.failure = failure


class IdsReady(Message):
    """The stories of a view.

    Args:
        view: The view that was asked for.
        query: What the view searches for as it was understood, or None; its order counts more than that
            of the view.
        ids: Row ids in order.
        cursor: The row for the cursor.
        keeps_place: As it was asked for.
        unknown: Why nothing can be found: a topic or an archive that there is not; or empty.
    """

    def __init__(
        self,
        view: View,
        query: Query | None,
        ids: Sequence[int],
        cursor: int,
        keeps_place: bool,
        unknown: str = "",
    ) -> None:
        super().__init__()
        self.view = view
        self.query = query
        self.ids = ids
        self.cursor = cursor
        self.keeps_place = keeps_place
        self.unknown = unknown


class QueryRefused(Message):
    """What is searched for cannot be meant, and why."""

    def __init__(self, view: View, error: QueryError) -> None:
        super().__init__()
        self.view = view
        self.error = error


class Changed(Message):
    """An archive has changed: time for a sync."""


class ProvidersReady(Message):
    """The names of all providers, for completing a query."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.names = names


class StoryReady(Message):
    """A story was read; or it could not be, and `notice` says why.

    A long body comes twice: its beginning, then the whole of it.
    """

    def __init__(
        self,
        story_id: StoryId,
        story: OpenStory | None = None,
        body: BodyLines | None = None,
        notice: str = "",
    ) -> None:
        super().__init__()
        self.story_id = story_id
        self.story = story
        self.body = body
        self.notice = notice


class FloorsReady(Message):
    """The qualities worth cutting at, ascending; none where no story has a quality."""

    def __init__(self, floors: list[int]) -> None:
        super().__init__()
        self.floors = floors


class MarkedMany(Message):
    """Many stories have been marked.

    Attributes:
        row_ids: Their rows; may be empty where they are not known.
        then: What is to be done now.
    """

    def __init__(self, row_ids: Sequence[int], then: Callable[[], None]) -> None:
        super().__init__()
        self.row_ids = row_ids
        self.then = then


class SearchesRead(Message):
    """The saved searches were read: what they are now."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__()
        self.shelf = shelf


class SearchesEdited(Message):
    """Changing the saved searches is over.

    Attributes:
        edited: What came of it; None where they could not be changed.
        shelf: What they are now; None where nothing new is known of them.
        failure: Why they could not be changed, or an empty text.
        is_overtaken: Whether that is so because someone else changed them.
        then: What is to be done now.
    """

    def __init__(self, then: Callable[[SearchesEdited], None]) -> None:
        super().__init__()
        self.edited: Edited | None = None
        self.shelf: Shelf | None = None
        self.failure = ""
        self.is_overtaken = False
        self.then = then


class SearchesCounted(Message):
    """How many unread stories each saved search has, by its name; None for one that is a mistake."""

    def __init__(self, unread: dict[str, int | None]) -> None:
        super().__init__()
        self.unread = unread
