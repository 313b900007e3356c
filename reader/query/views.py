"""A view as one query, and a query as a view: what is saved under a name is a line one could have typed."""

from __future__ import annotations

from datetime import UTC, datetime

from reader.errors import QueryError
from reader.model import Order, Show, View
from reader.query.parse import Token, parse, tokens
from reader.query.text import words
from reader.query.tree import quoted
from reader.values import replace

_SINGLE_QUOTES = {ord('"'): "'"}
_JOINS = frozenset(("or", "and", "not"))
_IN_PARENTHESES = frozenset(("or", "open", "close"))
_PREFIX_FIELDS = frozenset(("title", "note"))
_SHOW_TEXT = {
    Show.ALL: "",
    Show.UNREAD: "is:unread",
    Show.STARRED: "is:starred",
    Show.PUBLISHED: "is:published",
    Show.UNPUBLISHED: "is:unpublished",
    Show.RELATED: "has:related",
    Show.VIDEO: "type:video",
}


def query_of(view: View) -> str:
    """A query that finds over all stories what the view shows, in its order.

    What is relative in it, as ``before:7d``, stays so. A topic that no query can name, for a quote in its
    name, is left out.
    """
    view = view_of(view.query, view)
    parts = [joinable(view.query), _SHOW_TEXT[view.show]]
    if view.archive:
        # No query can hold double quotes; a name is found without them too.
        parts.append(f"archive:{quoted(view.archive.translate(_SINGLE_QUOTES))}")
    if view.topic and '"' not in view.topic:
        parts.append(f"topic:{quoted(view.topic)}")
    if view.quality_floor is not None:
        parts.append(f"quality>={view.quality_floor}")
    if (view.order, view.is_reversed) != (Order.DATE, False):
        parts.append(f"sort:{'-' if view.is_reversed else ''}{view.order.value}")
    return " ".join(part for part in parts if part)


def view_of(query: str, view: View) -> View:
    """The view with this query in it, ordered as the query says; what it says of the order is taken out.

    Taken out, another order can be chosen in its place. A query with a mistake stays as it is.
    """
    if not is_sorted(query):
        return replace(view, query=query)
    try:
        parsed = parse(query, datetime.now(UTC))
    except QueryError:
        return replace(view, query=query)
    place = next(token for token in tokens(query) if _is_sort(token))
    before, behind = query[: place.start], query[place.end :]
    # The blank before it stays: it says that the last word is whole.
    text = before + (behind if before[-1:].strip() else behind.lstrip())
    return replace(view, query=text, order=parsed.order or view.order, is_reversed=bool(parsed.is_reversed))


def is_sorted(query: str) -> bool:
    """Whether the query says itself in which order, so that no order of a view counts."""
    return any(map(_is_sort, tokens(query)))


def _is_sort(token: Token) -> bool:
    return token.kind == "field" and token.name == "sort"


def joinable(query: str) -> str:
    """The query so that more can be asked for behind it: what is open in it is closed."""
    found = tokens(query)
    while found and found[-1].kind in _JOINS:
        query = query[: found.pop().start]  # it joins nothing yet
    text = query.strip()
    if found and found[-1].goes_on(query) and _has_last_word(found[-1]):
        text += '"*' if found[-1].is_open else "*"
    elif found and found[-1].is_open:
        text += '"'
    kinds = [token.kind for token in found]
    text += ")" * (kinds.count("open") - kinds.count("close"))
    if not _IN_PARENTHESES.isdisjoint(kinds):
        text = f"({text})"
    return text


def _has_last_word(token: Token) -> bool:
    """Whether it ends with a word, which may go on as long as nothing stands behind it."""
    if token.has_star or not words(token.value):
        return False
    return token.kind in ("word", "quoted") or (token.kind == "field" and token.name in _PREFIX_FIELDS)
