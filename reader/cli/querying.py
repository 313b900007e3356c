"""A query typed on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from reader.cli import WRONG_USE, output
from reader.errors import QueryError
from reader.model import Topic

if TYPE_CHECKING:
    from reader.library import Library
    from reader.query.tree import Query


def names_topic(text: str) -> bool:
    """Whether a query asks for a topic, so that the topic tree is needed."""
    from reader.query.parse import tokens

    return any(token.name == "topic" for token in tokens(text))


def parsed(text: str, library: Library) -> Query:
    """The query, typed to its end: the last word is whole, and nothing is still open.

    Raises:
        QueryError: If it cannot be meant.
    """
    from reader.query.parse import parse

    archives = [archive.name for archive in library.archives]
    return parse(f"{text} ", datetime.now().astimezone(), _names(library.topics), archives, is_whole=True)


def tell(text: str, error: QueryError) -> int:
    """Say what is wrong with a query and where; gives the exit code."""
    output.warn(str(error))
    output.point_at(text, error.position)
    return WRONG_USE


def _names(tree: Sequence[Topic]) -> list[str]:
    return [name for topic in tree for name in (topic.name, *_names(topic.children))]
