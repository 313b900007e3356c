"""The one parser of queries: for the search box, the command line and saved searches.

::

    query  = any
    any    = all { "OR" all }
    all    = one { [ "AND" ] one }
    one    = ( "-" | "NOT" ) one | "(" any ")" | field | phrase | word
    field  = name ( ":" | ">=" | "<=" | ">" | "<" | "=" ) value
    phrase = '"' text '"' [ "*" ]         a closing quote may be missing at the end
    word   = text [ "*" ]                 the last one of a query goes on unless a space or quote follows

What is half typed is taken as far as it goes, unless the text is whole; what is wrong is told with its
place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from reader.errors import QueryError
from reader.model import Order
from reader.patterns import pattern
from reader.query import fields, tree
from reader.query.text import words
from reader.query.tree import Node, Query
from reader.values import dataclass, replace

LENGTH_LIMIT: Final = 1_000
DEPTH_LIMIT: Final = 20
"""Parentheses and negations within each other; SQLite's parsers give up at 28."""

# What a terminal does more with than draw it; where it parts words it goes on doing so.
_UNDRAWN: Final = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *range(0x200E, 0x2010)], "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C], "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys([*range(0x09, 0x0E), *range(0x1C, 0x20), 0x85, 0x2028, 0x2029], " "),
}

_TOKEN: Final = pattern(
    r"""
    (?P<space>\s+|(?:-+(?=\s|$)))        # a dash by itself is punctuation
    | (?P<open>\() | (?P<close>\))
    | (?P<field>(?P<name>[^\W\d_]+)(?P<sign>>=|<=|[:<>=]))(?!//)
      (?P<value>"(?P<quoted_value>[^"]*)(?:"\*?|$)|[^\s()"]*)
    | (?P<quoted>"(?P<phrase>[^"]*)(?:"\*?|$))
    | (?P<not>-)
    | (?P<word>[^\s()"]+)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query.

    Attributes:
        kind: The name of its group in the pattern above; ``and``, ``or`` and ``not`` for these words.
        text: As it stands.
        start: Where it begins.
        end: Behind its last character.
        name: Of a field: its name in lower case.
        sign: Of a field: what stands behind its name.
        value: What is asked for, without quotes.
        value_from: Of a field: where in its text the value begins, quotes included.
        is_quoted: Whether the value stands in quotes.
        is_open: Whether the closing quote is missing.
        has_star: Whether a star says that the last word may go on.
    """

    kind: str
    text: str
    start: int
    end: int
    name: str = ""
    sign: str = ""
    value: str = ""
    value_from: int = 0
    is_quoted: bool = False
    is_open: bool = False
    has_star: bool = False

    def goes_on(self, text: str) -> bool:
        """Whether its last word may still be being typed: `text` ends with it, and not with a space."""
        is_closed = self.is_quoted and not self.is_open
        return self.end == len(text) and not is_closed and self.value[-1:].strip() != ""


def parse(
    text: str,
    now: datetime,
    topics: Sequence[str] | None = None,
    archives: Sequence[str] | None = None,
    *,
    is_whole: bool = False,
) -> Query:
    """The query that a text is; an empty one finds everything.

    Args:
        text: As typed.
        now: Aware; what relative dates count from, and whose zone days begin in.
        topics: The names of all topics: naming another is a mistake then.
        archives: The same of the archives.
        is_whole: Whether nothing more will be typed: what is still open is a mistake then.

    Raises:
        QueryError: If it cannot be meant; with the place.
    """
    if len(text) > LENGTH_LIMIT:
        raise QueryError(f"a query has at most {LENGTH_LIMIT} characters", LENGTH_LIMIT)
    # File names and terminals can give half a character that no text may hold.
    text = text.encode("utf-8", "replace").decode()
    # Mistakes repeat what was typed, or stands in a file; a sign for a sign, so that places stay right.
    parser = _Parser(text.translate(_UNDRAWN), now, topics, archives)
    query = parser.parse()
    if is_whole:
        parser.check_whole()
    return query


def tokens(text: str) -> list[Token]:
    """The pieces of a query, spaces left out."""
    return [_token(piece) for piece in _TOKEN.finditer(text) if not piece["space"]]


def _token(piece: re.Match[str]) -> Token:
    token = Token("word", piece[0], piece.start(), piece.end(), value=piece[0])
    if piece["field"]:
        return _field_token(piece, token)
    if piece["quoted"]:
        return replace(
            token,
            kind="quoted",
            value=piece["phrase"],
            is_quoted=True,
            is_open=piece[0].count('"') == 1,
            has_star=piece[0].endswith('"*'),
        )
    if piece["word"]:
        if piece[0] in ("AND", "OR", "NOT"):
            return replace(token, kind=piece[0].lower())
        return replace(token, has_star=piece[0].endswith("*"))
    return replace(token, kind=next(kind for kind in ("open", "close", "not") if piece[kind]))


def _field_token(piece: re.Match[str], token: Token) -> Token:
    quoted = piece["quoted_value"]
    value = piece["value"] if quoted is None else quoted
    return replace(
        token,
        kind="field",
        name=piece["name"].lower(),
        sign=piece["sign"],
        value=value,
        value_from=piece.start("value") - piece.start(),
        is_quoted=quoted is not None,
        is_open=piece["value"].count('"') == 1,
        has_star=piece["value"].endswith("*") and (quoted is None or piece["value"].endswith('"*')),
    )


def _check_joins(last: Token | None) -> None:
    """See whether what ends here does not end with a word that joins it to more."""
    if last is not None and last.kind in ("or", "and", "not"):
        raise QueryError(f"nothing stands behind {last.text}", last.start)


class _Parser:
    """One parse: recursive descent over the tokens."""

    def __init__(
        self,
        text: str,
        now: datetime,
        topics: Sequence[str] | None,
        archives: Sequence[str] | None,
    ) -> None:
        self._text = text
        self._now = now
        self._topics = topics
        self._archives = archives
        self._tokens = tokens(text)
        self._place = 0
        self._depth = 0
        self._order: Order | None = None
        self._is_reversed: bool | None = None
        self._sorted_at: int | None = None
        self._has_or = False  # outside of parentheses

    def parse(self) -> Query:
        node = self._any()
        if self._place < len(self._tokens):
            raise QueryError("this parenthesis closes nothing", self._tokens[self._place].start)
        self._check_sort()
        return Query(node, self._order, self._is_reversed, self._text)

    def check_whole(self) -> None:
        """See whether something is still open in what was parsed.

        Raises:
            QueryError: If a parenthesis is, or OR, AND or NOT joins nothing.
        """
        opened: list[Token] = []
        before: Token | None = None
        for token in self._tokens:
            if token.kind in ("or", "and") and (before is None or before.kind == "open"):
                raise QueryError(f"nothing stands before {token.text}", token.start)
            if token.kind in ("or", "and", "close"):
                _check_joins(before)
            if token.kind == "open":
                opened.append(token)
            elif token.kind == "close":
                opened.pop()
            before = token
        if opened:
            raise QueryError("this parenthesis is not closed", opened[-1].start)
        _check_joins(before)

    def _peek(self) -> str:
        return self._tokens[self._place].kind if self._place < len(self._tokens) else "end"

    def _any(self) -> Node | None:
        nodes = [self._all()]
        while self._peek() == "or":
            self._place += 1
            self._has_or |= not self._depth
            nodes.append(self._all())
        return tree.any_of(node for node in nodes if node is not None)

    def _all(self) -> Node | None:
        nodes: list[Node | None] = []
        while (kind := self._peek()) not in ("or", "close", "end"):
            if kind == "and":
                self._place += 1
            else:
                nodes.append(self._one())
        return tree.all_of(node for node in nodes if node is not None)

    def _one(self) -> Node | None:
        token = self._tokens[self._place]
        if token.kind not in ("not", "open"):
            self._place += 1
            return self._leaf(token)
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise QueryError(f"more than {DEPTH_LIMIT} parentheses within each other", token.start)
        self._place += 1
        node = self._group() if token.kind == "open" else self._negated()
        self._depth -= 1
        return node

    def _group(self) -> Node | None:
        node = self._any()
        if self._peek() == "close":
            self._place += 1
        return node

    def _negated(self) -> Node | None:
        if self._peek() in ("or", "and", "close", "end"):
            return None
        node = self._one()
        return None if node is None else tree.Not(node)

    def _leaf(self, token: Token) -> Node | None:
        if token.kind != "field":
            found = tuple(words(token.value))
            return tree.Words(found, token.has_star or token.goes_on(self._text)) if found else None
        if token.name == "sort":
            self._sort(token)
            return None
        return fields.test(token.name, token.sign, token.value, self._context(token))

    def _sort(self, token: Token) -> None:
        """Take the order, which is one for the whole query."""
        place = self._place - 1
        before = self._tokens[place - 1] if place else None
        if before is not None and before.kind == "not":
            raise QueryError("a dash stands behind sort:, as in sort:-quality", before.start)
        if self._depth:
            raise QueryError("sort: stands outside of parentheses", token.start)
        if self._sorted_at is not None:
            raise QueryError("a query has only one sort:", token.start)
        self._sorted_at = place
        self._order, self._is_reversed = fields.order(token.value, token.start + token.value_from)

    def _check_sort(self) -> None:
        """See whether the order is not taken for a part of what OR joins."""
        if self._has_or and self._sorted_at not in (None, 0, len(self._tokens) - 1):
            raise QueryError("sort: comes first or last beside OR", self._tokens[self._sorted_at].start)

    def _context(self, token: Token) -> fields.Context:
        return fields.Context(
            now=self._now,
            topics=self._topics,
            archives=self._archives,
            name_at=token.start,
            value_at=token.start + token.value_from,
            is_prefix=token.has_star or token.goes_on(self._text),
        )
