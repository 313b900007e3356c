"""What the library gives besides rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from reader.model import Related, RowId, Story, StoryId, StoryRow
from reader.values import dataclass

NO_ROW: Final = RowId(0)
"""The row id of a related item that is no story here."""

_LAST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RelatedItem:
    """An entry of related coverage and the story it is.

    Attributes:
        related: What the lead story's file says of it.
        row: Under which id it is read and starred: a story of an open archive where its address is that of
            one, else an id made of the address; with an empty id it cannot be marked.
    """

    related: Related
    row: StoryRow


def by_date(items: Iterable[RelatedItem]) -> tuple[RelatedItem, ...]:
    """In the order of their dates, those without one last."""
    return tuple(sorted(items, key=lambda item: item.related.published_at or _LAST))


@dataclass(frozen=True, slots=True)
class OpenStory:
    """A story read whole, for the story pane."""

    row: StoryRow
    story: Story
    related: tuple[RelatedItem, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What others did since the last look: to marks (ids), to an index."""

    marks: frozenset[StoryId] = frozenset()
    has_new_stories: bool = False
