"""The searches saved in ``searches.yaml``: read like the config, and written as a person would write them.

The file may be edited by hand at any time: what is wrong with it becomes sentences, the rest still counts,
and a file that could not be understood whole is never written over. PyYAML is imported only where there is
a file to read.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

from reader import clean
from reader.errors import ConfigError
from reader.handwritten import DEPTH_LIMIT, EVENT_LIMIT, Node, UnreadableError, read_nodes
from reader.model import Order, Show
from reader.nearest import nearest
from reader.patterns import pattern
from reader.values import dataclass

NAME_LIMIT: Final = 100
"""Characters kept of a name: more is no row of a sidebar."""

TEXT_LIMIT: Final = 1_000
"""Characters kept of a query and a topic."""

PROBLEM_LIMIT: Final = 20
"""Problems told one by one; what comes after is only counted."""

PATIENCE_S: Final = 2.0
"""How long another process is waited for that changes the searches: it takes some milliseconds."""

_LOCK_PAUSE_S: Final = 0.005

_HEAD: Final = f"""\
# Searches saved in newsreader, in the order of its sidebar. Edit them as you like: "name" and "query", and
# where need be "topic", "reversed" (true, false),
# "show" ({", ".join(Show)}),
# "order" ({", ".join(Order)}).
# The program writes the list anew, without comments; the file before that is searches.yaml.bak.
"""
_KEYS: Final = ("name", "query", "topic", "show", "order", "reversed")
_SWITCH_WORDS: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_NULLS: Final = ("", "~", "null", "Null", "NULL")
_BARE: Final = pattern(r"[A-Za-z0-9_+][A-Za-z0-9_.+-]*")

_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A view under a name. Texts are cleaned as they come in.

    Attributes:
        name: One line; two searches never share one, whatever the case. Empty only until it is given.
        query: As typed; one space at its end stays, since it says that the last word is whole.
        topic: Name of a topic, whose children count too; empty for all stories.
        show: All, only unread, only starred.
        order: Sorted by what.
        is_reversed: False means newest or best first.
        others: Keys of the file this version does not know, with their values as YAML: kept as they are.
    """

    name: str
    query: str
    topic: str = ""
    show: Show = Show.ALL
    order: Order = Order.DATE
    is_reversed: bool = False
    others: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        is_whole = self.query.endswith(" ")
        query = clean.line(self.query, TEXT_LIMIT)
        for attribute, value in (
            ("name", clean.line(self.name, NAME_LIMIT)),
            ("query", f"{query} " if query and is_whole else query),
            ("topic", clean.line(self.topic, TEXT_LIMIT)),
            ("show", Show(self.show)),
            ("order", Order(self.order)),
        ):
            object.__setattr__(self, attribute, value)


@dataclass(frozen=True, slots=True)
class Searches:
    """What a file holds.

    Attributes:
        entries: In the order of the file; may be empty.
        problems: What could not be used, one sentence each, in the order of the file.
        is_whole: Whether `entries` is everything, so that writing them loses nothing.
        is_readable: Whether the file could be understood at all.
    """

    entries: tuple[SavedSearch, ...] = ()
    problems: tuple[str, ...] = ()
    is_whole: bool = True
    is_readable: bool = True


def load(path: Path) -> Searches:
    """The searches of the file at `path`; none where it is not there. Never raises."""
    reading = _Reading(path)
    entries: tuple[SavedSearch, ...] = ()
    try:
        root = read_nodes(path, _guard)
        if root is not None:
            entries = reading.entries(root)
    except UnreadableError as error:
        reading.lose(str(error), error.line)
        reading.is_readable = False
    return Searches(entries, reading.problems(), reading.is_whole, reading.is_readable)


def save(path: Path, entries: Sequence[SavedSearch]) -> None:
    """Write the searches in place of those at `path`, which stay beside it as ``.bak``.

    Raises:
        ConfigError: If the file there cannot be read whole, an entry has no name or that of another one,
            or the disk refuses; the file then is what it was.
    """
    names = {entry.name.casefold() for entry in entries}
    if "" in names or len(names) < len(entries):
        raise ConfigError("a saved search needs a name of its own")
    # Behind a link, as tools that look after such files put it, the file itself is to change.
    target = Path(os.path.realpath(path))
    known = load(target)
    if not known.is_whole:
        raise ConfigError(
            f"{known.problems[0]}; nothing is saved until this is put right, so that nothing is lost"
        )
    data = _file_text(entries).encode()
    try:
        _replace(target, data)
    except OSError as error:
        name, reason = clean.path(target.name), clean.line(error.strerror or str(error)).lower()
        raise ConfigError(f"{name} cannot be saved: {reason}") from error


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other instances from changing the searches at `path` from when they are read until they are saved.

    They hold the empty ``searches.lock`` beside the file: that itself is replaced. Where there can be no lock
    it goes without.

    Raises:
        ConfigError: If another one holds it all the time.
    """
    lock = Path(os.path.realpath(path)).with_suffix(".lock")
    descriptor = -1
    try:
        with contextlib.suppress(OSError):
            lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
        if descriptor >= 0 and not _is_locked(descriptor):
            raise ConfigError(f"{clean.path(path.name)} is being changed by another newsreader; try again")
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    """Whether the lock is ours now, or there are no locks here."""
    import fcntl  # only who writes locks

    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_LOCK_PAUSE_S)
        except OSError:
            return True
        else:
            return True


def added(entries: Sequence[SavedSearch], entry: SavedSearch) -> tuple[SavedSearch, ...]:
    """With `entry` at the end, or in place of the one that has its name; what only that one has stays."""
    place = _place(entries, entry.name)
    if place is None:
        return (*entries, entry)
    others = {**dict(entries[place].others), **dict(entry.others)}
    return (*entries[:place], _with_others(entry, tuple(others.items())), *entries[place + 1 :])


def removed(entries: Sequence[SavedSearch], name: str) -> tuple[SavedSearch, ...]:
    """Without the one of that name; the same where there is none."""
    place = _place(entries, name)
    return tuple(entry for number, entry in enumerate(entries) if number != place)


def moved(entries: Sequence[SavedSearch], name: str, steps: int) -> tuple[SavedSearch, ...]:
    """With the one of that name so many places further down, up with less than 0, not beyond the ends."""
    place = _place(entries, name)
    if place is None:
        return tuple(entries)
    rest = removed(entries, name)
    target = max(0, min(place + steps, len(rest)))
    return (*rest[:target], entries[place], *rest[target:])


def _place(entries: Sequence[SavedSearch], name: str) -> int | None:
    key = clean.line(name, NAME_LIMIT).casefold()
    return next((place for place, entry in enumerate(entries) if entry.name.casefold() == key), None)


def _with_others(entry: SavedSearch, others: tuple[tuple[str, str], ...]) -> SavedSearch:
    return SavedSearch(
        entry.name, entry.query, entry.topic, entry.show, entry.order, entry.is_reversed, others
    )


# -- writing -------------------------------------------------------------------------------------


def _file_text(entries: Iterable[SavedSearch]) -> str:
    lines = [line for entry in entries for line in _entry_lines(entry)]
    return _HEAD + "\n".join([*(lines or ["[]"]), ""])


def _entry_lines(entry: SavedSearch) -> list[str]:
    """What is not as usual, name and query always; each value quoted, so that none turns into a number."""
    pairs = [("name", _quoted(entry.name)), ("query", _quoted(entry.query))]
    if entry.topic:
        pairs.append(("topic", _quoted(entry.topic)))
    if entry.show is not Show.ALL:
        pairs.append(("show", entry.show.value))
    if entry.order is not Order.DATE:
        pairs.append(("order", entry.order.value))
    if entry.is_reversed:
        pairs.append(("reversed", "true"))
    pairs += ((key if _BARE.fullmatch(key) else _quoted(key), value) for key, value in entry.others)
    return [f"{'  ' if number else '- '}{key}: {value}" for number, (key, value) in enumerate(pairs)]


def _quoted(text: str) -> str:
    # JSON is YAML; text that is clean needs no more than JSON's escapes.
    return json.dumps(text, ensure_ascii=False)


def _replace(path: Path, data: bytes) -> None:
    """Write the file in one step, the old one kept as ``.bak``; nothing where it says the same already."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        old = path.read_bytes()
    except FileNotFoundError:
        old = None
    if old == data:
        return
    if old is not None:
        _write(path.with_name(f"{path.name}.bak"), old)
    _write(path, data)


def _write(path: Path, data: bytes) -> None:
    """The file with this content, or as it was: never a half of it, whenever the power goes."""
    half = path.with_name(f".{path.name}.{os.getpid()}.new")
    # Left by a process that was killed and had this number.
    half.unlink(missing_ok=True)
    try:
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    # Some file systems cannot sync a folder; the file is in its place all the same.
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


# -- reading -------------------------------------------------------------------------------------


def _guard(events: Iterable[Any]) -> None:
    """Walk the events.

    Raises:
        UnreadableError: If they refer to each other, nest or are more than a list of searches needs.
    """
    depth = 0
    for number, event in enumerate(events):
        kind = type(event).__name__
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        # It stands for what is written elsewhere, and saving would write that out.
        if kind == "AliasEvent":
            raise UnreadableError("searches cannot refer to one another", event.start_mark.line + 1)
        if depth > DEPTH_LIMIT or number > EVENT_LIMIT:
            raise UnreadableError("nested too deeply, or no list of searches", event.start_mark.line + 1)


class _Reading:
    """One file being read: takes searches out of its nodes, and notes what is wrong on the way."""

    def __init__(self, path: Path) -> None:
        self._name = clean.path(path.name or str(path))
        self._problems: list[tuple[int, str]] = []
        self._untold = 0
        self.is_whole = self.is_readable = True

    def lose(self, sentence: str, line: int = 0) -> None:
        """Note what keeps something of the file from being understood."""
        self.is_whole = False
        self._add(sentence, line)

    def problems(self) -> tuple[str, ...]:
        told = [sentence for _, sentence in sorted(self._problems, key=lambda problem: problem[0])]
        more = [f"{self._name}: {self._untold:,} more"] if self._untold else []
        return (*told, *more)

    def entries(self, root: Node) -> tuple[SavedSearch, ...]:
        if _is_null(root):
            return ()
        if root.id != "sequence":
            self.lose('holds no list of searches, each with "name" and "query"', _line(root))
            self.is_readable = False
            return ()
        found: dict[str, SavedSearch] = {}
        for node in root.value:
            entry = self._entry(node)
            if entry is None:
                continue
            if entry.name.casefold() in found:
                self.lose(f'two searches have the name "{entry.name}"', _line(node))
                continue
            found[entry.name.casefold()] = entry
        return tuple(found.values())

    def _entry(self, node: Node) -> SavedSearch | None:
        if node.id != "mapping":
            self.lose('a search has a "name" and a "query"', _line(node))
            return None
        values, others = self._values(node)
        name = self._text("name", values)
        if not name:
            self.lose("a search without a name", _line(node))
            return None
        return SavedSearch(
            name,
            self._text("query", values),
            self._text("topic", values),
            self._choice("show", values, Show.ALL),
            self._choice("order", values, Order.DATE),
            self._switch("reversed", values),
            others,
        )

    def _values(self, node: Node) -> tuple[dict[str, Node], tuple[tuple[str, str], ...]]:
        """The values of the keys that are known, and the others as they are to be written again."""
        values: dict[str, Node] = {}
        others: dict[str, str] = {}
        for key_node, value in node.value:
            key = clean.line(str(key_node.value)) if key_node.id == "scalar" else ""
            if not key:
                self.lose("a key is one line of text", _line(key_node))
            elif key in values or key in others:
                self.lose(f'"{key}" is set twice', _line(key_node))
            elif key in _KEYS:
                values[key] = value
            else:
                others[key] = _flow(value)
                self._unknown(key, key_node)
        return {key: value for key, value in values.items() if not _is_null(value)}, tuple(others.items())

    def _unknown(self, key: str, node: Node) -> None:
        shown = clean.line(key, 60)
        near = nearest(shown.casefold(), _KEYS)
        hint = f'did you mean "{near}"?' if near else f"there are {', '.join(_KEYS)}"
        self._add(f'unknown key "{shown}"; {hint}', _line(node))

    def _text(self, key: str, values: Mapping[str, Node]) -> str:
        if key not in values:
            return ""
        text, limit = values[key].value, NAME_LIMIT if key == "name" else TEXT_LIMIT
        if not isinstance(text, str):
            self.lose(f"{key} is not one line of text", _line(values[key]))
            return ""
        cleaned = clean.line(text, limit)
        # White space at the ends and between words is no loss, anything else is.
        if cleaned != " ".join(text.split()):
            self.lose(f"{key} is too long or holds control characters", _line(values[key]))
        return f"{cleaned} " if key == "query" and cleaned and text.endswith(" ") else cleaned

    def _choice(self, key: str, values: Mapping[str, Node], default: _Choice) -> _Choice:
        choices = type(default)
        if key not in values:
            return default
        with contextlib.suppress(TypeError, ValueError):
            return choices(values[key].value)
        names = ", ".join(choice.value for choice in choices)
        self.lose(f"{key} is none of {names}", _line(values[key]))
        return default

    def _switch(self, key: str, values: Mapping[str, Node]) -> bool:
        if key not in values:
            return False
        value = _SWITCH_WORDS.get(str(values[key].value).casefold())
        if value is None:
            self.lose(f"{key} is neither true nor false", _line(values[key]))
        return bool(value)

    def _add(self, sentence: str, line: int) -> None:
        if len(self._problems) >= PROBLEM_LIMIT:
            self._untold += 1
            return
        place = f"{self._name}:{line}" if line else self._name
        self._problems.append((line, f"{place}: {clean.line(sentence)}"))


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _is_null(node: Node) -> bool:
    """Whether the file leaves the value open: ``key:``, ``key: ~`` or ``key: null`` without quotes."""
    return node.id == "scalar" and not node.style and node.value in _NULLS


def _flow(node: Node) -> str:
    """A value that means nothing here, on one line: what was a number or a date stays one."""
    if node.id == "sequence":
        return f"[{', '.join(map(_flow, node.value))}]"
    if node.id == "mapping":
        return f"{{{', '.join(f'{_flow(key)}: {_flow(value)}' for key, value in node.value)}}}"
    if _is_null(node):
        return "null"
    if not node.style and _BARE.fullmatch(node.value):
        return str(node.value)
    return _quoted(clean.block(node.value))
