"""The values everything else speaks of: frozen, comparable, without behaviour of their own.

Text in them has already been through `reader.clean`; times are aware and in UTC.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, NewType

from reader.values import dataclass, field

StoryId = NewType("StoryId", str)
"""``<archive name>/<path relative to its root>``, or ``url:<normalised URL>`` for a related item without
a file. Stable across rescans, machines and releases: it is what the marks are kept under."""

RowId = NewType("RowId", int)
"""Where a story stands in the open indexes: only valid while this library is open. Negative for a
starred story whose file is gone."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder of stories.

    Attributes:
        name: What story ids begin with; may contain ``/`` (``powerapps/_news``).
        root: The folder, absolute.
        only: Paths relative to `root` where single files were asked for; empty means all of the folder.
    """

    name: str
    root: Path
    only: tuple[str, ...] = ()


class Stamp(NamedTuple):
    """What tells that a file changed, without opening it."""

    mtime_ns: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Provider:
    """Who published a report. Either part may be empty; the name can be wrong, so show the domain too."""

    name: str = ""
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture an outlet put beside its report; sizes in pixels, 0 where unknown."""

    url: str
    width: int = 0
    height: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One outlet's account of an event: what a story and an item of its related coverage share.

    Attributes:
        title: One line; never empty in a `Story`.
        excerpt: One paragraph, or empty.
        published_at: Aware UTC, or None where the file gives no readable date.
        original_url: Where it was first published. These four are http(s) addresses, or empty.
        web_url: Where it can be read.
        amp_url: Its AMP page.
        cdn_amp_url: Its AMP page on a CDN.
        kind: ``article``, ``video``, … as the file says; may be empty.
        quality: 0 and up, beyond 100 too (189 seen): a score, no percentage.
        heat: As the file says, -1 meaning none.
        is_published: None where the file does not say.
        topics: In the order of the file, without repeats.
        images: In the order of the file.
    """

    title: str = ""
    excerpt: str = ""
    published_at: datetime | None = None
    original_url: str = ""
    web_url: str = ""
    amp_url: str = ""
    cdn_amp_url: str = ""
    kind: str = ""
    quality: int | None = None
    heat: int | None = None
    is_published: bool | None = None
    provider: Provider = Provider()
    topics: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()

    @property
    def url(self) -> str:
        """The address to open: the readable page, else the original, else an AMP page; may be empty."""
        return self.web_url or self.original_url or self.amp_url or self.cdn_amp_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Related(Report):
    """The same event told by another outlet, as the story's file lists it."""


class ProblemKind(StrEnum):
    """How bad a `Problem` is."""

    DAMAGED = "damaged"
    """The story is shown as far as it could be read."""
    UNREADABLE = "unreadable"
    """Nothing of the file could be read as a story."""
    SKIPPED = "skipped"
    """Not a regular file of ours: a link, a pipe, a folder that cannot be entered."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with one file, in words for a person.

    Attributes:
        path: Relative to the archive's root, as `os.fsdecode` gives it: clean it before showing it.
        line: 1-based line in the file, 0 where no line is to blame.
        reason: A clean sentence without a full stop (``no closing --- line``).
        kind: How bad it is.
    """

    path: str
    line: int
    reason: str
    kind: ProblemKind = ProblemKind.DAMAGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Story(Report):
    """One story file, read whole.

    Attributes:
        path: Relative to the archive's root, ``/``-separated, as `os.fsdecode` gives it.
        category: As the file says.
        body: The Markdown below the front matter, clean, without leading and trailing blank lines.
        related: In the order of the file.
        featured_url: The address of the embedded player or page in ``featuredContent``, or empty.
        sealed_bytes: Size of the ``secured`` value; its content is never kept.
        raw_front_matter: The front matter as it stands in the file, clean, ``secured`` cut out; for the
            story information only.
        problems: What is wrong with the file; empty for a sound one.
    """

    path: str
    category: str = ""
    body: str = ""
    related: tuple[Related, ...] = ()
    featured_url: str = ""
    sealed_bytes: int = 0
    raw_front_matter: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicFile:
    """One topic as a topic file defines it.

    Attributes:
        name: As stories name it.
        parent: Name of the topic above it, or empty.
        shortname: A shorter label, or empty.
    """

    name: str
    parent: str = ""
    shortname: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """A node of the topic tree.

    Attributes:
        name: What stories name, the spelling of the topic file where there is one.
        label: What to show: the short name where there is one.
        children: Sorted by name.
    """

    name: str
    label: str
    children: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    """What the list and the plain listing show of a story, straight from the index."""

    row_id: RowId
    story_id: StoryId
    title: str
    excerpt: str = ""
    published_at: datetime | None = None
    url: str = ""
    kind: str = ""
    quality: int | None = None
    is_published: bool | None = None
    provider: Provider = Provider()
    topics: tuple[str, ...] = ()
    related_count: int = 0
    is_damaged: bool = False
    is_gone: bool = False
    """True for a story with a star or a note that no open archive holds any more, or never did."""


class Show(StrEnum):
    """Which stories of a topic a view keeps."""

    ALL = "all"
    UNREAD = "unread"
    STARRED = "starred"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    RELATED = "related"
    """Those that other outlets tell too."""
    VIDEO = "video"


class Order(StrEnum):
    """What a view is sorted by; ties go newest first, then by title. The unknown comes last either way."""

    DATE = "date"
    QUALITY = "quality"
    TITLE = "title"
    PROVIDER = "provider"
    RELATED = "related"
    """The number of related reports."""


@dataclass(frozen=True, slots=True)
class View:
    """What the list shows.

    Attributes:
        topic: Name of a topic, whose children count too; empty for all stories.
        show: All, only unread, only starred, …
        order: Sorted by what.
        is_reversed: False means newest first, best first, from A to Z, most first.
        query: What is searched for, as it was typed; empty for everything.
        quality_floor: Only stories of this quality or a better one; None for all, also those without one.
        archive: Name of the one archive to look in; empty for all of them.
    """

    topic: str = ""
    show: Show = Show.ALL
    order: Order = Order.DATE
    is_reversed: bool = False
    query: str = ""
    quality_floor: int | None = None
    archive: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """Stories of a topic: how many are unread, of how many."""

    unread: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """What the topic sidebar shows beside its rows; `topics` by topic name, children included.

    Of several archives `archives` has the stories by name; of a single one nothing.
    """

    everything: Count = Count()
    starred: int = 0
    topics: dict[str, Count] = field(default_factory=dict)
    archives: dict[str, Count] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mark:
    """What is known of one story: the newest value of each field.

    Attributes:
        story_id: The id the lines were written under.
        is_read: None where no line ever said.
        is_starred: None where no line ever said.
        url: From the newest line that has one; so `title` and `provider`.
        title: Kept with a star or a note, so that it outlives the file; so are those that follow.
        provider: Name or domain.
        published_at: None where it is not known.
        excerpt: Its beginning, where it is long.
        quality: None where it is not known.
        note: What the user wrote about it, one line; empty where there is none.
    """

    story_id: StoryId
    is_read: bool | None = None
    is_starred: bool | None = None
    url: str = ""
    title: str = ""
    provider: str = ""
    published_at: datetime | None = None
    excerpt: str = ""
    quality: int | None = None
    note: str = ""
