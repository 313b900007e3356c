"""YAML that cannot harm: guarded before it is parsed, every scalar kept as it is written.

libyaml's Python binding builds its tree by recursion and ends the process by SIGSEGV at some 25,000
nested brackets (1,500 on a thread of 512 KiB): no ``except`` helps, so what is suspicious goes through
the events first, which come one after the other.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

import frontmatter
import yaml
from frontmatter.default_handlers import BaseHandler

from reader import clean

DEPTH_LIMIT: Final = 64
ALIAS_LIMIT: Final = 16
EVENT_LIMIT: Final = 50_000
"""Also how many nodes there may be once every alias stands for what it names."""

_OPENER_LIMIT: Final = 64  # the most of a real file without related stories is 5
_SIZE_LIMIT: Final = 65_536  # from here on a walk costs less than what it may save
# One dash a line nests by indentation only, which _DEEP_INDENT bounds.
_INLINE_NESTING: Final = re.compile(r"[-?] +[-?]\s")
_DEEP_INDENT: Final = "\n" + " " * DEPTH_LIMIT

# Tags, ints, dates and merge keys cannot fail in it, and it is a third faster than the safe loader.
_BaseLoader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Loaded(NamedTuple):
    """The fields of a YAML mapping, or why there are none.

    Attributes:
        fields: None if it is damaged, refused or no mapping.
        line: 1-based line of the text that is to blame, 0 if unknown.
        reason: A clean sentence without a full stop; empty if all is well.
    """

    fields: dict[str, Any] | None
    line: int = 0
    reason: str = ""


class _RefusedError(yaml.YAMLError):
    """The guard's word, in the family that the parser's own errors belong to."""


class _TextLoader(_BaseLoader):  # type: ignore[misc]
    """Texts, lists and mappings straight from the nodes: half the time of PyYAML's own constructor."""

    def descend_resolver(self, *_: object) -> None: ...
    def ascend_resolver(self) -> None: ...

    def resolve(self, *_: object) -> str:
        """No tag: it would not be looked at."""
        return ""

    def construct_document(self, node: yaml.Node) -> Any:
        return _plain(node)


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    fields = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _RefusedError("not valid YAML: a name that is no text")
        fields[key.value] = _plain(value)
    return fields


class _GuardedHandler(BaseHandler):
    """What python-frontmatter parses with: the fences are already found, the loader is ours."""

    FM_BOUNDARY = None

    def __init__(self) -> None:
        """Skip the base class, which wants a pattern for the fences."""

    def split(self, text: str) -> tuple[str, str]:
        return text[len(_OPEN) : -len(_CLOSE)], ""

    def load(self, fm: str) -> dict[str, Any]:
        _guard(fm)
        fields = yaml.load(fm, Loader=_TextLoader)
        if not isinstance(fields, dict):
            raise _RefusedError("there are no 'name: value' lines")
        return fields


_OPEN: Final = "---\n"
_CLOSE: Final = "\n---"
_HANDLER: Final = _GuardedHandler()


def load_fields(text: str) -> Loaded:
    """The fields of a YAML text: strings, lists and mappings only. Never raises."""
    try:
        # With fences, because the library strips its text and would lose the first line's indent.
        fields, _ = frontmatter.parse(f"{_OPEN}{text}{_CLOSE}", handler=_HANDLER)
    except _RefusedError as error:
        return Loaded(None, 0, str(error))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = clean.line(f"not valid YAML: {error.problem or error.context}", 200)
        return Loaded(None, mark.line + 1 if mark else 0, reason)
    except (yaml.YAMLError, ValueError, RecursionError):
        return Loaded(None, 0, "not valid YAML")
    return Loaded(fields)


def _guard(text: str) -> None:
    brackets = text.count("[") + text.count("{")
    dashes = text.count("- ") + text.count("? ")
    if (
        brackets > _OPENER_LIMIT
        or (dashes > _OPENER_LIMIT and _INLINE_NESTING.search(text))
        or "*" in text
        or len(text) > _SIZE_LIMIT
        or _DEEP_INDENT in text
    ):
        _walk(text)


def _walk(text: str) -> None:
    """Raise _RefusedError if the tree would be too deep or too large, aliases counted as what they name."""
    aliases = nodes = 0
    open_nodes: list[tuple[str | None, int]] = []
    sizes: dict[str, int] = {}
    for event in yaml.parse(text, Loader=_BaseLoader):
        nodes += 1
        if isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append((event.anchor, nodes))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_nodes.pop()
            if anchor:
                sizes[anchor] = nodes - before
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
            nodes += sizes.get(event.anchor or "", 0)
            if any(anchor == event.anchor for anchor, _ in open_nodes):
                raise _RefusedError("a value holds itself")
        if len(open_nodes) > DEPTH_LIMIT:
            raise _RefusedError(f"nested deeper than {DEPTH_LIMIT} levels")
        if aliases > ALIAS_LIMIT:
            raise _RefusedError(f"more than {ALIAS_LIMIT} aliases")
        if nodes > EVENT_LIMIT:
            raise _RefusedError(f"more than {EVENT_LIMIT} values")
