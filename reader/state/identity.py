"""Which old record a story without lines of its own adopts, after files moved or were renamed.

A file keeps its name through edits far better than its address or title: over 10,038 commits of a real
archive 0 of 674 names changed, while 12 stories changed their address 151 times. So the path decides first,
then the address, then the file's stem, and only ever where there is one answer: a mark on the wrong story
is worse than one that stays behind. Old records are not rewritten; the next press writes the new id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from reader.links import url_key
from reader.model import Mark, StoryId
from reader.values import dataclass

URL_PREFIX: Final = "url:"
"""What the id of a related item without a file begins with."""

_FOLDER_NAMED: Final = frozenset({"index", "_index", "readme"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story of an open archive.

    Attributes:
        story_id: Its id.
        url_key: What `reader.links.url_key` gives for its address; empty where it has none.
    """

    story_id: StoryId
    url_key: str = ""


@dataclass(frozen=True, slots=True)
class _Orphan:
    story_id: StoryId
    url_key: str


def relative_path(story_id: StoryId) -> str:
    """The id without its first part: ``2021/a.md`` of ``powerapps/2021/a.md``; empty for a related item."""
    return "" if is_related(story_id) else story_id.partition("/")[2]


def stem(story_id: StoryId) -> str:
    """The file's name without its extension: ``a``; that of its folder for an index or a README.

    Empty for a related item.
    """
    if is_related(story_id):
        return ""
    folder, _, name = story_id.rpartition("/")
    name = name.rpartition(".")[0] or name
    return folder.rpartition("/")[2] if name.lower() in _FOLDER_NAMED else name


def is_related(story_id: StoryId) -> bool:
    """Whether this is an item of related coverage, which has no file."""
    return story_id.startswith(URL_PREFIX)


def related_id(url: str) -> StoryId:
    """The id of a related item with this address, or an empty one for what is no http(s) address."""
    key = url_key(url)
    return StoryId(f"{URL_PREFIX}{key}" if key else "")


def adopt(
    orphans: Iterable[Mark], candidates: Iterable[Candidate], settled: Iterable[Candidate] = ()
) -> dict[StoryId, StoryId]:
    """Which story adopts which record: equal path, else equal address, else equal stem, each if unique.

    Unique means on both sides, among what the step before left over. The record of a related item has an
    address only, and comes after those of files. Takes time in line with what is given.

    Args:
        orphans: Records whose own story is in no open archive.
        candidates: Stories without a line of their own.
        settled: Stories with lines of their own. They adopt nothing, but a record that is theirs, which
            stays behind once a moved story got a press, is not free for another story either.

    Returns:
        By story the record it adopts; a record is adopted once at most.
    """
    records = [_Orphan(mark.story_id, _orphan_url(mark)) for mark in orphans]
    stories = [candidate for candidate in candidates if not is_related(candidate.story_id)]
    wanting = {story.story_id for story in stories}
    stories += [story for story in settled if not is_related(story.story_id)]
    adopted: dict[StoryId, StoryId] = {}
    files = [record for record in records if not is_related(record.story_id)]
    items = [record for record in records if is_related(record.story_id)]
    for left, key in ((files, _path_of), (files, _url_of), (items, _url_of), (files, _stem_of)):
        pairs = _pairs(left, stories, key)
        adopted |= pairs
        taken = set(pairs.values())
        left[:] = [record for record in left if record.story_id not in taken]
        stories = [story for story in stories if story.story_id not in pairs]
    return {story_id: record for story_id, record in adopted.items() if story_id in wanting}


def _pairs(
    records: Iterable[_Orphan],
    stories: Iterable[Candidate],
    key: Callable[[_Orphan | Candidate], str],
) -> dict[StoryId, StoryId]:
    by_key = _unique(records, key)
    return {
        story_id: by_key[text] for text, story_id in _unique(stories, key).items() if text and text in by_key
    }


def _unique(
    things: Iterable[_Orphan] | Iterable[Candidate], key: Callable[[_Orphan | Candidate], str]
) -> dict[str, StoryId]:
    keyed = [(key(thing), thing.story_id) for thing in things]
    counts = Counter(text for text, _ in keyed)
    return {text: story_id for text, story_id in keyed if counts[text] == 1}


def _path_of(thing: _Orphan | Candidate) -> str:
    return relative_path(thing.story_id)


def _url_of(thing: _Orphan | Candidate) -> str:
    return thing.url_key


def _stem_of(thing: _Orphan | Candidate) -> str:
    return stem(thing.story_id)


def _orphan_url(mark: Mark) -> str:
    if not is_related(mark.story_id):
        return url_key(mark.url)
    url = mark.story_id.removeprefix(URL_PREFIX)
    return url_key(url) or url
