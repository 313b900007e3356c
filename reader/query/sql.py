"""A query as a condition on the tables of the index; `reader.query.match` says the same in Python.

Whatever was typed goes into values. Words among them are in FTS5's own quotes, and hold nothing but letters,
digits and signs that mean nothing to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from reader.query import tree
from reader.query.match import is_within, names_provider, noted
from reader.query.text import STARTS_LETTERS, name_key
from reader.query.tree import Leaf, Node, Part, State
from reader.values import dataclass

Value = str | int

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_STATES: Final = {
    State.READ: "is_read(row)",
    State.UNREAD: "NOT is_read(row)",
    State.STARRED: "is_starred(row)",
    State.PUBLISHED: "flags & 32 <> 0",
    State.UNPUBLISHED: "flags & 4 <> 0",
    State.DAMAGED: "flags & 64 <> 0",
}
_PARTS: Final = {
    Part.RELATED: "flags & 8 <> 0",
    Part.LINK: "flags & 128 <> 0",
    Part.DATE: "published_us IS NOT NULL",
    Part.QUALITY: "quality IS NOT NULL",
    Part.EXCERPT: "excerpt <> ''",
    Part.NOTE: "row IN (SELECT value FROM json_each(noted('')))",
}

_TOO_SHORT: Final = 2
"""A beginning of so few letters is no part of an expression: FTS5 would merge too many words for it."""

_WORDS_TABLE: Final = "story_words"
_STARTS_TABLE: Final = "story_starts"


@dataclass(frozen=True, slots=True)
class Condition:
    """What stands behind WHERE for the table ``story``, and the values of its question marks, in order."""

    text: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class TextSearch:
    """A search that one FTS table answers alone: its name and the expression to match."""

    table: str
    expression: str


def condition(node: Node, *, has_newer: bool = False) -> Condition:
    """The condition that a node is.

    Args:
        node: Any tree.
        has_newer: Whether the table ``newer_text`` holds anything: words cost more to look up then.
    """
    search = text_search(node)
    if search is not None:
        return _found_in(search, has_newer)
    match node:
        case tree.And():
            return _joined(" AND ", gathered(node), has_newer)
        case tree.Or():
            return _joined(" OR ", gathered(node), has_newer)
        case tree.Not(inner):
            inside = condition(inner, has_newer=has_newer)
            return Condition(f"NOT ({inside.text})", inside.values)
        case tree.Words():
            raise AssertionError(node)
    return _test(node)


def text_search(node: Node) -> TextSearch | None:
    """The search that says all of `node`; None where it takes more than one look at one FTS table."""
    if isinstance(node, tree.Words) and _is_start(node, STARTS_LETTERS):
        is_whole = len(node.words[0]) == STARTS_LETTERS
        return TextSearch(_STARTS_TABLE, f"{_literal(node.words)}{'' if is_whole else ' *'}")
    expression = _expression(node)
    return None if expression is None else TextSearch(_WORDS_TABLE, expression)


def gathered(node: tree.And | tree.Or) -> list[Node]:
    """The nodes of one, those that FTS5 can answer together made into one: it walks its lists once."""
    if isinstance(node, tree.Or):
        return _gathered(node.nodes, tree.any_of)
    return _gathered(node.nodes, tree.all_of, _taken_out)


def functions(archive: str) -> dict[str, tuple[int, Callable[..., Value]]]:
    """The SQL functions that conditions use, by name with their number of arguments.

    ``is_read(row)``, ``is_starred(row)`` and `noted_function` come from whoever knows the marks.

    Args:
        archive: The name of the archive that is asked.
    """
    return {
        "is_archive": (1, name_key(archive).__eq__),
        "has_topic": (2, _has_topic),
        "names_provider": (2, names_provider),
        "is_within": (2, is_within),
        "name_key": (1, name_key),
    }


def noted_function(notes: Mapping[int, str]) -> Callable[[str], str]:
    """The SQL function ``noted(words)``: the rows whose note holds them, as a JSON list.

    There are few notes: asked for once, they are found a thousand times sooner than row by row.
    """
    return lambda wanted: json.dumps(noted(notes, wanted))


def _has_topic(names: str, wanted: str) -> bool:
    return not set(map(name_key, json.loads(names))).isdisjoint(json.loads(wanted))


def _is_start(words: tree.Words, letters: int) -> bool:
    is_one_word = words.is_prefix and not words.in_title and len(words.words) == 1
    return is_one_word and len(words.words[0]) <= letters


def _expression(node: Node) -> str | None:
    """A tree of nothing but words in FTS5's language; it knows NOT only beside something to take from."""
    match node:
        case tree.Words() if not _is_start(node, _TOO_SHORT):
            column = "title : " if node.in_title else ""
            return f"{column}{_literal(node.words)}{' *' if node.is_prefix else ''}"
        case tree.Or(nodes):
            parts = [_expression(inner) for inner in nodes]
            return None if None in parts else f"({' OR '.join(filter(None, parts))})"
        case tree.And(nodes):
            parts = [_expression(inner) for inner in nodes if not isinstance(inner, tree.Not)]
            outs = [_expression(inner.node) for inner in nodes if isinstance(inner, tree.Not)]
            if not parts or None in parts or None in outs:
                return None
            inside = " AND ".join(filter(None, parts))
            return f"(({inside}){''.join(f' NOT {out}' for out in outs)})"
    return None


def _literal(words: tuple[str, ...]) -> str:
    return f'"{" ".join(words)}"'


def _gathered(
    nodes: Sequence[Node],
    join: Callable[[list[Node]], Node | None],
    goes_along: Callable[[Node], bool] = lambda node: False,
) -> list[Node]:
    """As `gathered`.

    Args:
        nodes: Of one `And` or `Or`.
        join: Makes one node of several.
        goes_along: Whether FTS5 can answer a node if there are others it can answer by themselves.
    """
    together = [node for node in nodes if _expression(node) is not None]
    if together:
        together.extend(node for node in nodes if goes_along(node))
    others = [node for node in nodes if node not in together]
    joined = join(together)
    return others if joined is None else [joined, *others]


def _taken_out(node: Node) -> bool:
    return isinstance(node, tree.Not) and _expression(node.node) is not None


def _joined(sign: str, nodes: list[Node], has_newer: bool) -> Condition:
    parts = [condition(node, has_newer=has_newer) for node in nodes]
    text = sign.join(f"({part.text})" for part in parts)
    return Condition(text, tuple(value for part in parts for value in part.values))


def _found_in(search: TextSearch, has_newer: bool) -> Condition:
    rows = f"SELECT rowid FROM {search.table} WHERE {search.table} MATCH ?"
    if not has_newer:
        return Condition(f"row IN ({rows})", (search.expression,))
    # A story whose text changed is found by its newer text only.
    text = (
        f"row IN ({rows} AND rowid NOT IN (SELECT row FROM newer_text)"
        f" UNION ALL SELECT row FROM newer_text WHERE doc IN ({rows}))"
    )
    return Condition(text, (search.expression, search.expression))


def _test(node: Leaf) -> Condition:
    match node:
        case tree.HasTopic(name, below):
            keys = json.dumps([name, *below])
            return Condition("topicset IN (SELECT id FROM topicset WHERE has_topic(names, ?))", (keys,))
        case tree.InArchive(name):
            return Condition("is_archive(?)", (name,))
        case tree.FromProvider(wanted):
            return _from_outlet("names_provider(name, ?)", " ".join(wanted))
        case tree.FromDomain(domain):
            return _from_outlet("is_within(domain, ?)", domain)
        case tree.OfKind(kind):
            return Condition("kind IN (SELECT id FROM kind WHERE name_key(name) = ?)", (kind,))
        case tree.InNote(wanted, is_prefix):
            value = f"{' '.join(wanted)}{'*' if is_prefix else ''}"
            return Condition("row IN (SELECT value FROM json_each(noted(?)))", (value,))
        case tree.Quality(comparison, number):
            # Never NULL, so that NOT turns it round.
            return Condition(f"(quality IS NOT NULL AND quality {comparison.value} ?)", (number,))
        case tree.Since(moment):
            return Condition("(published_us IS NOT NULL AND published_us >= ?)", (microseconds(moment),))
        case tree.Before(moment):
            return Condition("(published_us IS NOT NULL AND published_us < ?)", (microseconds(moment),))
        case tree.Is(state):
            return Condition(_STATES[state])
        case tree.Has(part):
            return Condition(_PARTS[part])
    raise AssertionError(node)


def _from_outlet(test: str, value: str) -> Condition:
    return Condition(f"outlet IN (SELECT id FROM outlet WHERE {test})", (value,))


def microseconds(moment: datetime) -> int:
    """Since 1970, as the index counts."""
    return (moment - _EPOCH) // timedelta(microseconds=1)
