"""Whether a story fits a query, in Python: what the SQL of `reader.query.sql` must agree with."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from reader.model import Story, StoryRow
from reader.query import tree
from reader.query.text import SEPARATOR, joined_words, name_key, placed_words, rest_text, title_text, words
from reader.query.tree import Comparison, Node, Part, State
from reader.values import dataclass

_COMPARE: Final[dict[Comparison, Callable[[int, int], bool]]] = {
    Comparison.AT_LEAST: operator.ge,
    Comparison.AT_MOST: operator.le,
    Comparison.ABOVE: operator.gt,
    Comparison.BELOW: operator.lt,
    Comparison.EQUAL: operator.eq,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doc:
    """A story as a query sees it.

    Attributes:
        title: The words of its title, parted by spaces.
        rest: Those of all else.
        note: Those of the user's note on it.
        topics: Keys of its topics, as `name_key` gives them.
        archive: The name of the archive it lies in.
        provider: The provider's name as the file has it.
        domain: The provider's domain as the file has it.
        kind: As the file has it.
        quality: None where there is none.
        published_at: Aware UTC, or None.
        states: Those it is in, of what needs no other attribute.
        parts: Those it has, of what needs no other attribute.
    """

    title: str = ""
    rest: str = ""
    note: str = ""
    topics: tuple[str, ...] = ()
    archive: str = ""
    provider: str = ""
    domain: str = ""
    kind: str = ""
    quality: int | None = None
    published_at: datetime | None = None
    states: frozenset[State] = frozenset()
    parts: frozenset[Part] = frozenset()


def doc_of(
    story: Story,
    *,
    archive: str = "",
    is_read: bool = False,
    is_starred: bool = False,
    note: str = "",
) -> Doc:
    """A story as its file has it, with its marks and the user's note."""
    parts = {
        Part.RELATED: bool(story.related),
        Part.LINK: bool(story.url),
        Part.DATE: story.published_at is not None,
        Part.QUALITY: story.quality is not None,
        Part.EXCERPT: bool(story.excerpt),
        Part.NOTE: bool(note),
    }
    return Doc(
        title=title_text(story),
        rest=rest_text(story),
        note=" ".join(words(note)),
        topics=tuple(map(name_key, story.topics)),
        archive=archive,
        provider=story.provider.name,
        domain=story.provider.domain,
        kind=story.kind,
        quality=story.quality,
        published_at=story.published_at,
        states=_states(story.is_published, bool(story.problems), is_read, is_starred),
        parts=frozenset(part for part, is_there in parts.items() if is_there),
    )


def doc_of_gone(row: StoryRow, *, is_read: bool, is_starred: bool = True, note: str = "") -> Doc:
    """A story that has no file, or has it no more: what its mark kept of it."""
    parts = {
        Part.LINK: bool(row.url),
        Part.DATE: row.published_at is not None,
        Part.QUALITY: row.quality is not None,
        Part.EXCERPT: bool(row.excerpt),
        Part.NOTE: bool(note),
    }
    return Doc(
        title=" ".join(words(row.title)),
        rest=joined_words((row.excerpt, row.provider.name)),
        note=" ".join(words(note)),
        provider=row.provider.name,
        domain=row.provider.domain,
        quality=row.quality,
        published_at=row.published_at,
        states=_states(None, False, is_read, is_starred),
        parts=frozenset(part for part, is_there in parts.items() if is_there),
    )


def matches(node: Node | None, doc: Doc) -> bool:
    """Whether a story fits."""
    match node:
        case None:
            return True
        case tree.And(nodes):
            return all(matches(inner, doc) for inner in nodes)
        case tree.Or(nodes):
            return any(matches(inner, doc) for inner in nodes)
        case tree.Not(inner):
            return not matches(inner, doc)
        case tree.Words(wanted, is_prefix, in_title):
            # A phrase never spans two texts: words never hold the separator.
            text = doc.title if in_title else f"{doc.title} {SEPARATOR} {doc.rest}"
            return _holds(text, wanted, is_prefix)
    return _fits(node, doc)


def names_provider(name: str, wanted: str) -> bool:
    """Whether a provider's name holds these words, parted by spaces; the last may go on."""
    return _holds(" ".join(words(name)), tuple(wanted.split(" ")), True)


def noted(notes: Mapping[int, str], wanted: str) -> list[int]:
    """The rows whose note holds these words, parted by spaces; all that have a note for none.

    Args:
        notes: The notes by row; none is empty.
        wanted: The last may go on where a star follows it.
    """
    if not wanted:
        return list(notes)
    looked_for = tuple(wanted.removesuffix("*").split(" "))
    is_prefix = wanted.endswith("*")
    return [row for row, note in notes.items() if _holds(" ".join(words(note)), looked_for, is_prefix)]


def is_within(domain: str, wanted: str) -> bool:
    """Whether a domain is `wanted` or below it."""
    return f".{domain.lower()}".endswith(f".{wanted}")


def highlights(node: Node | None, text: str) -> list[tuple[int, int]]:
    """Where in a text stands what a query looks for: starts and ends, sorted, apart from each other."""
    wanted = list(_positive(node))
    if not wanted:
        return []
    placed = list(placed_words(text))
    spans = sorted(span for leaf in wanted for span in _spans(placed, leaf))
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _states(is_published: bool | None, is_damaged: bool, is_read: bool, is_starred: bool) -> frozenset[State]:
    states = {State.READ if is_read else State.UNREAD}
    if is_starred:
        states.add(State.STARRED)
    if is_damaged:
        states.add(State.DAMAGED)
    if is_published is not None:
        states.add(State.PUBLISHED if is_published else State.UNPUBLISHED)
    return frozenset(states)


def _fits(node: tree.Leaf, doc: Doc) -> bool:
    match node:
        case tree.HasTopic(name, below):
            return any(topic == name or topic in below for topic in doc.topics)
        case tree.InArchive(name):
            return name_key(doc.archive) == name
        case tree.FromProvider(wanted):
            return names_provider(doc.provider, " ".join(wanted))
        case tree.FromDomain(domain):
            return is_within(doc.domain, domain)
        case tree.OfKind(kind):
            return name_key(doc.kind) == kind
        case tree.InNote(wanted, is_prefix):
            return _holds(doc.note, wanted, is_prefix)
        case tree.Quality(comparison, number):
            return doc.quality is not None and _COMPARE[comparison](doc.quality, number)
        case tree.Since(moment):
            return doc.published_at is not None and doc.published_at >= moment
        case tree.Before(moment):
            return doc.published_at is not None and doc.published_at < moment
        case tree.Is(state):
            return state in doc.states
        case tree.Has(part):
            return part in doc.parts
    raise AssertionError(node)


def _holds(text: str, wanted: tuple[str, ...], is_prefix: bool) -> bool:
    return f" {' '.join(wanted)}{'' if is_prefix else ' '}" in f" {text} "


def _positive(node: Node | None) -> Iterator[tree.Words]:
    """The words a story was found by; not those it must not have."""
    if isinstance(node, tree.Words):
        yield node
    elif isinstance(node, tree.And | tree.Or):
        for inner in node.nodes:
            yield from _positive(inner)


def _spans(placed: list[tuple[str, int, int]], leaf: tree.Words) -> Iterator[tuple[int, int]]:
    *first, last = leaf.words
    size = len(first)
    for place in range(len(placed) - size):
        word, _, end = placed[place + size]
        if (word.startswith(last) if leaf.is_prefix else word == last) and all(
            placed[place + step][0] == wanted for step, wanted in enumerate(first)
        ):
            start = placed[place][1]
            yield start, _marked_end(placed[place + size], last, end)


def _marked_end(placed: tuple[str, int, int], last: str, end: int) -> int:
    """Where the mark of a word ends: of a prefix only what was typed, where that can be told."""
    word, start, _ = placed
    return start + len(last) if len(word) == end - start else end
