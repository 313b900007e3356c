"""The one door of both front ends: archives, their indexes and the marks, joined."""

from reader.library.door import Library
from reader.library.stories import NO_ROW, Changes, OpenStory, RelatedItem, by_date

__all__ = ["NO_ROW", "Changes", "Library", "OpenStory", "RelatedItem", "by_date"]
