"""YAML that cannot harm: built out of the parser's events, every scalar kept as it is written.

libyaml's Python binding builds its tree by recursion and ends the process by SIGSEGV at some 25,000
nested brackets (1,500 on a thread of 512 KiB): no ``except`` helps. Its events come one after the other,
may be counted while they come, and give the values in less time than the nodes would.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import frontmatter
import yaml
from frontmatter.default_handlers import BaseHandler

from reader import clean
from reader.archive.fences import VALUES_LIMIT

DEPTH_LIMIT: Final = 64
ALIAS_LIMIT: Final = 16

# Its tags, ints, dates and merge keys are not looked at, and so cannot fail.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_LIBYAML_TOO_DEEP: Final = "exceeded maximum nesting depth"
"""From libyaml 0.2.6 on, at 1,000 levels: its scanner reads so far ahead that no event comes before."""


class Loaded(NamedTuple):
    """The fields of a YAML mapping, or why there are none.

    Attributes:
        fields: None if it is damaged, refused or no mapping.
        line: 1-based line of the text that is to blame, 0 if unknown.
        reason: A clean sentence without a full stop; empty if all is well.
        values: How many were read, up to the one to blame: what it cost.
    """

    fields: dict[str, Any] | None
    line: int = 0
    reason: str = ""
    values: int = 0


class _RefusedError(yaml.YAMLError):
    """The guard's word, in the family that the parser's own errors belong to."""


class _Handler(BaseHandler):
    """What python-frontmatter parses with: the fences are already found, the builder is ours."""

    FM_BOUNDARY = None

    def __init__(self, builder: _Builder) -> None:
        """Skip the base class, which wants a pattern for the fences."""
        self._builder = builder

    def split(self, text: str) -> tuple[str, str]:
        return text[len(_OPEN) : -len(_CLOSE)], ""

    def load(self, fm: str) -> dict[str, Any]:
        fields = self._builder.build(fm)
        if not isinstance(fields, dict):
            raise _RefusedError("there are no 'name: value' lines")
        return fields


_OPEN: Final = "---\n"
_CLOSE: Final = "\n---"


def load_fields(text: str, values_limit: int = VALUES_LIMIT) -> Loaded:
    """The fields of a YAML text: strings, lists and mappings only. Never raises."""
    builder = _Builder(values_limit)
    fields, line, reason = None, 0, ""
    try:
        # With fences, because the library strips its text and would lose the first line's indent.
        fields, _ = frontmatter.parse(f"{_OPEN}{text}{_CLOSE}", handler=_Handler(builder))
    except _RefusedError as error:
        reason = str(error)
    except yaml.MarkedYAMLError as error:
        if error.problem == _LIBYAML_TOO_DEEP:
            return Loaded(None, 0, str(_too_deep()), builder.values)
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        reason = clean.line(f"not valid YAML: {error.problem or error.context}", 200)
    except (yaml.YAMLError, ValueError):
        reason = "not valid YAML"
    return Loaded(fields, line, reason, builder.values)


class _Open:
    """A list or a mapping that is not closed yet.

    Attributes:
        value: What it holds so far.
        anchor: Its name for aliases, or None.
        before: How many values there were before it.
        height: Levels below it so far.
        key: Of a mapping: the name that waits for its value, or None.
    """

    __slots__ = ("anchor", "before", "height", "key", "value")

    def __init__(self, value: Any, anchor: str | None, before: int) -> None:
        self.value, self.anchor, self.before = value, anchor, before
        self.height = 0
        self.key: str | None = None

    def add(self, item: Any) -> None:
        """Append to a list; in a mapping, names and values take turns."""
        if self.value.__class__ is list:
            self.value.append(item)
        elif self.key is not None:
            self.value[self.key] = item
            self.key = None
        elif isinstance(item, str):
            self.key = item
        else:
            raise _RefusedError("not valid YAML: a name that is no text")


class _Builder:
    """Makes values of events, as long as they are few and shallow, aliases counted as what they name.

    Attributes:
        values: Events seen.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open = [_Open([], None, 0)]
        self._anchored: dict[str, tuple[Any, int, int]] = {}  # value, how many values, height
        self._aliases = 0
        self.values = 0

    def build(self, text: str) -> Any:
        """The one document of the text; None where there is none.

        Raises:
            yaml.YAMLError: If it is damaged or refused.
        """
        next_event = _Loader(text).get_event
        root = self._open[0]
        while (event := next_event()) is not None:
            self.values += 1
            if event.__class__ is yaml.ScalarEvent:
                self._open[-1].add(event.value)
                if event.anchor:
                    self._anchored[event.anchor] = event.value, 0, 0
            elif event.__class__ in _STARTS:
                self._start(event)
            elif event.__class__ in _ENDS:
                self._end()
            elif event.__class__ is yaml.AliasEvent:
                self._refer(event)
            elif event.__class__ is yaml.DocumentStartEvent and root.value:
                raise _damaged("found another document", event.start_mark)
            if self.values > self._limit:
                raise _RefusedError(f"more than {self._limit:,} values")
        return root.value[0] if root.value else None

    def _start(self, event: Any) -> None:
        if len(self._open) > DEPTH_LIMIT:
            raise _too_deep()
        self._open.append(_Open(_STARTS[event.__class__](), event.anchor, self.values))

    def _end(self) -> None:
        closed = self._open.pop()
        outer = self._open[-1]
        outer.height = max(outer.height, closed.height + 1)
        outer.add(closed.value)
        if closed.anchor:
            self._anchored[closed.anchor] = closed.value, self.values - closed.before, closed.height + 1

    def _refer(self, event: Any) -> None:
        self._aliases += 1
        if self._aliases > ALIAS_LIMIT:
            raise _RefusedError(f"more than {ALIAS_LIMIT} aliases")
        if any(node.anchor == event.anchor for node in self._open):
            raise _RefusedError("a value holds itself")
        if event.anchor not in self._anchored:
            raise yaml.MarkedYAMLError(
                None, None, f"found undefined alias {event.anchor!r}", event.start_mark
            )
        value, count, height = self._anchored[event.anchor]
        outer = self._open[-1]
        self.values += count
        outer.height = max(outer.height, height)
        if len(self._open) - 1 + height > DEPTH_LIMIT:
            raise _too_deep()
        outer.add(value)


_STARTS: Final = {yaml.MappingStartEvent: dict, yaml.SequenceStartEvent: list}
_ENDS: Final = frozenset([yaml.MappingEndEvent, yaml.SequenceEndEvent])


def _damaged(problem: str, mark: Any) -> yaml.YAMLError:
    return yaml.MarkedYAMLError(None, None, problem, mark)


def _too_deep() -> _RefusedError:
    return _RefusedError(f"nested deeper than {DEPTH_LIMIT} levels")
