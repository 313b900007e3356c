"""What may come next in a query that is being typed: names of fields, then their values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from reader.query import fields
from reader.query.parse import tokens
from reader.query.text import fold
from reader.query.tree import Part, State, quoted
from reader.values import dataclass

LIMIT: Final = 20
"""Completions offered at once."""

_VALUES: Final[dict[str, Sequence[str]]] = {
    "is": [state.value for state in State],
    "has": [part.value for part in Part],
    "type": ("article", "video"),
    "sort": fields.SORTS,
    "since": fields.AGES,
    "before": fields.AGES,
}


@dataclass(frozen=True, slots=True)
class Completion:
    """What could stand in the query.

    Attributes:
        start: Where what it replaces begins.
        end: Where that ends.
        text: What to put there.
        label: What to show for it.
        is_name: Whether it is a field's name, behind which its value comes.
    """

    start: int
    end: int
    text: str
    label: str
    is_name: bool = False


def complete(
    text: str,
    position: int,
    topics: Sequence[str] = (),
    providers: Sequence[str] = (),
    archives: Sequence[str] = (),
) -> list[Completion]:
    """What the piece of `text` that ends at the cursor can become; may be empty, best first.

    Args:
        text: The query as typed so far.
        position: Where the cursor stands.
        topics: The names of all topics, in the order in which they are offered.
        providers: The same of the providers.
        archives: The same of the archives.
    """
    position = max(0, min(position, len(text)))
    typed = tokens(text[:position])[-1:]
    if not typed or typed[0].end != position:
        return []
    (token,) = typed
    if token.kind == "field":
        names = {"topic": topics, "provider": providers, "archive": archives}
        values = names.get(token.name) or _VALUES.get(token.name, ())
        return _fitting(values, token.value, token.start + token.value_from, position)
    return _names(token.text, token.start, position) if token.kind == "word" else []


def _names(typed: str, start: int, end: int) -> list[Completion]:
    key = fold(typed)
    return [
        Completion(start, end, f"{name}:" if name != "quality" else "quality>=", f"{name}: {meaning}", True)
        for name, meaning in fields.NAMES.items()
        if name.startswith(key)
    ]


def _fitting(values: Iterable[str], typed: str, start: int, end: int) -> list[Completion]:
    """Those that begin with what is typed, the shortest first; then those of which a later word does."""
    key = fold(typed)
    first: list[str] = []
    later: list[str] = []
    for value in values:
        folded = fold(value)
        if '"' in value or folded == key:
            continue
        if folded.startswith(key):
            first.append(value)
        elif f" {key}" in folded:
            later.append(value)
    if key:
        first.sort(key=len)  # the nearest to what is typed
    return [Completion(start, end, quoted(value), value) for value in (*first, *later)[:LIMIT]]
