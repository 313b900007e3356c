"""What a query says, as a tree of frozen nodes; and the tree as text again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from reader.model import Order, Topic
from reader.patterns import pattern
from reader.query.text import name_key
from reader.values import dataclass

_PLAIN: Final = pattern(r'[^\s()"]+')


@dataclass(frozen=True, slots=True)
class Words:
    """A word or a phrase.

    Attributes:
        words: As `reader.query.text.words` gives them; at least one.
        is_prefix: Whether the last one may go on.
        in_title: Whether only the title counts.
    """

    words: tuple[str, ...]
    is_prefix: bool = False
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class HasTopic:
    """A topic by name.

    Attributes:
        name: As `reader.query.text.name_key` gives it.
        below: The keys of the topics below it in the tree: they count too.
    """

    name: str
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InArchive:
    """The archive a story lies in, its name as `reader.query.text.name_key` gives it."""

    name: str


@dataclass(frozen=True, slots=True)
class FromProvider:
    """Words of the provider's name, in this order; the last may go on."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FromDomain:
    """The provider's domain: this one or one below it; lower case, without ``www.``."""

    domain: str


@dataclass(frozen=True, slots=True)
class OfKind:
    """The type a file names, as `reader.query.text.name_key` gives it."""

    kind: str


@dataclass(frozen=True, slots=True)
class InNote:
    """Words of the user's note on a story; the last may go on where `is_prefix` says so."""

    words: tuple[str, ...]
    is_prefix: bool = False


class Comparison(StrEnum):
    """How a number compares."""

    AT_LEAST = ">="
    AT_MOST = "<="
    ABOVE = ">"
    BELOW = "<"
    EQUAL = "="


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality compared with a number; a story without quality never fits."""

    comparison: Comparison
    number: int


@dataclass(frozen=True, slots=True)
class Since:
    """Published at this moment (UTC, whole seconds) or later."""

    moment: datetime


@dataclass(frozen=True, slots=True)
class Before:
    """Published before this moment (UTC, whole seconds)."""

    moment: datetime


class State(StrEnum):
    """What a story can be."""

    UNREAD = "unread"
    READ = "read"
    STARRED = "starred"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Is:
    """A state; what a file does not say is neither published nor unpublished."""

    state: State


class Part(StrEnum):
    """What a story can have."""

    RELATED = "related"
    LINK = "link"
    DATE = "date"
    QUALITY = "quality"
    EXCERPT = "excerpt"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Has:
    """A part that is there."""

    part: Part


@dataclass(frozen=True, slots=True)
class Not:
    """What does not fit `node`."""

    node: Node


@dataclass(frozen=True, slots=True)
class And:
    """What fits all of `nodes`: two or more, no `And` among them."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """What fits one of `nodes`: two or more, no `Or` among them."""

    nodes: tuple[Node, ...]


Place = HasTopic | InArchive | FromProvider | FromDomain
Leaf = Words | Place | OfKind | InNote | Quality | Since | Before | Is | Has
Node = Leaf | Not | And | Or


@dataclass(frozen=True, slots=True)
class Query:
    """A query as a whole.

    Attributes:
        node: What fits; None means everything.
        order: What the query wants its stories sorted by, or None for the view's order.
        is_reversed: Whether it wants the order turned round, or None for the view's.
        text: As it was typed.
    """

    node: Node | None = None
    order: Order | None = None
    is_reversed: bool | None = None
    text: str = ""


def all_of(nodes: Iterable[Node]) -> Node | None:
    """What fits all of them; None for none of them."""
    flat = [inner for node in nodes for inner in (node.nodes if isinstance(node, And) else (node,))]
    return And(tuple(flat)) if len(flat) > 1 else next(iter(flat), None)


def any_of(nodes: Iterable[Node]) -> Node | None:
    """What fits one of them; None for none of them."""
    flat = [inner for node in nodes for inner in (node.nodes if isinstance(node, Or) else (node,))]
    return Or(tuple(flat)) if len(flat) > 1 else next(iter(flat), None)


def with_children(node: Node, topics: Sequence[Topic]) -> Node:
    """The tree with every topic standing for those below it too, as it does in the topic sidebar.

    A name that no topic has stands for all those that begin with it: it may still be being typed.
    """
    match node:
        case And(nodes):
            return And(tuple(with_children(inner, topics) for inner in nodes))
        case Or(nodes):
            return Or(tuple(with_children(inner, topics) for inner in nodes))
        case Not(inner):
            return Not(with_children(inner, topics))
        case HasTopic(name):
            return HasTopic(name, tuple(sorted(_below(name, topics))))
    return node


def unparse(node: Node | None) -> str:
    """A query that parses to this tree; relative dates have become fixed ones."""
    match node:
        case None:
            return ""
        case And(nodes):
            return " ".join(f"({unparse(one)})" if isinstance(one, Or) else unparse(one) for one in nodes)
        case Or(nodes):
            return " OR ".join(f"({unparse(one)})" if isinstance(one, And) else unparse(one) for one in nodes)
        case Not(inner):
            return f"-({unparse(inner)})" if isinstance(inner, And | Or) else f"-{unparse(inner)}"
        case Words(words, is_prefix, in_title):
            return f"{'title:' if in_title else ''}{_phrase(words, is_prefix)}"
        case InNote(words, is_prefix):
            return f"note:{_phrase(words, is_prefix)}"
    return _unparse_test(node)


def quoted(value: str) -> str:
    """A value as a query can hold it: in quotes where it must be."""
    is_plain = (
        value and not value.startswith('"') and not any(char.isspace() or char in "()" for char in value)
    )
    return value if is_plain else f'"{value}"'


def asks_for_notes(node: Node | None) -> bool:
    """Whether the notes of the user decide about what fits."""
    match node:
        case And(nodes) | Or(nodes):
            return any(map(asks_for_notes, nodes))
        case Not(inner):
            return asks_for_notes(inner)
    return isinstance(node, InNote) or node == Has(Part.NOTE)


def seeks_notes(node: Node | None) -> bool:
    """Whether a story can fit because of a note that is there, and not only because of one that is not."""
    match node:
        case And(nodes) | Or(nodes):
            return any(map(seeks_notes, nodes))
    return isinstance(node, InNote) or node == Has(Part.NOTE)


def seeks_starred(node: Node | None) -> bool:
    """Whether a story can fit because of its star."""
    match node:
        case And(nodes) | Or(nodes):
            return any(map(seeks_starred, nodes))
    return node == Is(State.STARRED)


def _phrase(words: tuple[str, ...], is_prefix: bool) -> str:
    value = words[0] if is_prefix and len(words) == 1 else f'"{" ".join(words)}"'
    return f"{value}{'*' if is_prefix else ''}"


def _unparse_test(node: Leaf) -> str:
    match node:
        case HasTopic(name):
            return f"topic:{quoted(name)}"
        case InArchive(name):
            return f"archive:{quoted(name)}"
        case FromProvider(words):
            return f"provider:{quoted(' '.join(words))}"
        case FromDomain(domain):
            return f"domain:{quoted(domain)}"
        case OfKind(kind):
            return f"type:{quoted(kind)}"
        case Quality(comparison, number):
            return f"quality{comparison}{number}"
        case Since(moment):
            return f"since:{_moment(moment)}"
        case Before(moment):
            return f"before:{_moment(moment)}"
        case Is(state):
            return f"is:{state}"
        case Has(part):
            return f"has:{part}"
    raise AssertionError(node)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _below(name: str, topics: Sequence[Topic]) -> set[str]:
    """The keys of all topics below those of this name, or of what begins with it."""
    every = list(_every(topics))
    meant = [topic for topic in every if name_key(topic.name) == name]
    meant = meant or [topic for topic in every if name_key(topic.name).startswith(name)]
    return {name_key(topic.name) for topic in _every(meant)} - {name}


def _every(topics: Iterable[Topic]) -> Iterator[Topic]:
    todo = list(topics)
    while todo:
        topic = todo.pop()
        yield topic
        todo.extend(topic.children)
