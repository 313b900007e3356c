"""What the user set in ``config.yaml``, or the defaults; nothing in that file can stop the program.

What is wrong with the file becomes sentences in `Config.problems`, and the rest of it still counts.
PyYAML is imported only where there is a file to read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from reader import clean
from reader.values import dataclass, field, replace

if TYPE_CHECKING:
    from reader.handwritten import Node

DWELL_RANGE_S: Final = (0.1, 60.0)
"""Shortest and longest rest on a story that marks it as read."""

PROBLEM_LIMIT: Final = 20
"""Problems told one by one; what comes after is only counted."""

PATH_LIMIT: Final = 4_096

_ALIAS_LIMIT: Final = 16

_NULLS: Final = ("", "~", "null", "Null", "NULL")
_SWITCH_WORDS: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class ConfiguredArchive:
    """A folder of stories the config names.

    Attributes:
        name: Without ``/``; empty where the config gives none and the folder's own name is to be taken.
        path: Absolute unless the config's own folder is given as relative; need not exist.
    """

    name: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Every setting. The attributes are the keys of the file, but for the last three.

    Attributes:
        archives: What opens when the command line names nothing; may be empty.
        theme: Name of a theme, or empty for the default one.
        mark_read: When a story becomes read: after a rest on it, when it is opened, by hand only.
        dwell_s: How long that rest is, within `DWELL_RANGE_S`.
        browser: Command that opens a link, or empty for what the system has; see `reader.browser`.
        ascii: Draw with ASCII only.
        mouse: Listen to the mouse.
        animations: Let things glide into place.
        date_format: Recent dates in the list as an age, or always as a date.
        density: Lines a story takes in the list.
        watch: Look for changes of the archives while the app is open.
        style: A TCSS file of the user's own, or None; absolute as `ConfiguredArchive.path` is.
        kitty_keys: Ask the terminal for the keys of the Kitty protocol, which some input methods cannot take.
        keys: Command id to keys as written; neither is checked here. An empty value means no key.
        key_places: Command id to the line where its keys stand, as ``config.yaml:12``.
        theme_place: Where the theme stands, in the same way; empty if it is not in the file.
        problems: What could not be used, one sentence each, in the order of the file.
        is_readable: Whether the file could be understood at all.
    """

    archives: tuple[ConfiguredArchive, ...] = ()
    theme: str = ""
    mark_read: Literal["dwell", "open", "manual"] = "dwell"
    dwell_s: float = 1.5
    browser: str = ""
    ascii: bool = False
    mouse: bool = True
    animations: bool = False
    date_format: Literal["age", "date"] = "age"
    density: Literal["two-line", "one-line"] = "two-line"
    watch: bool = True
    style: Path | None = None
    kitty_keys: bool = True
    keys: Mapping[str, str] = field(default_factory=dict)
    key_places: Mapping[str, str] = field(default_factory=dict, compare=False)
    theme_place: str = field(default_factory=str, compare=False)
    problems: tuple[str, ...] = ()
    is_readable: bool = True


class WatchedConfig:
    """The config on the disk, for who wants to know when it changes.

    Args:
        path: The file; it need not be there.
        asked: Lays over it what counts more: the options of the command line.
    """

    def __init__(self, path: Path, asked: Callable[[Config], Config] | None = None) -> None:
        self._path = path
        self._asked = asked
        self._stamp = _stamp(path)
        self._last: Config | None = None

    def read(self) -> Config:
        """What the file says now. Never raises."""
        # Seen first: what is written while it is being read is then looked at again.
        self._stamp = _stamp(self._path)
        config = load(self._path)
        if not config.is_readable and self._last is not None:
            # It is being written, most likely: the settings stay, and what is wrong is told.
            config = replace(self._last, problems=config.problems)
        self._last = config
        return config if self._asked is None else self._asked(config)

    def changed(self) -> Config | None:
        """What the file says if it is another one than at the last look, else None: a hundredth of a ms."""
        return None if _stamp(self._path) == self._stamp else self.read()


def _stamp(path: Path) -> tuple[int, ...]:
    """What tells that a file changed; empty where there is none."""
    try:
        info = os.stat(path)
    except (OSError, ValueError):
        return ()
    return info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns


def load(path: Path) -> Config:
    """What the file at `path` says; the defaults where it says nothing or is not there. Never raises."""
    try:
        os.lstat(path)
    except FileNotFoundError:  # as for most
        return Config()
    except (OSError, ValueError):
        pass  # reading it tells
    from reader.handwritten import UnreadableError, read_nodes

    reading = _Reading(path)
    try:
        root = read_nodes(path, _guard)
    except UnreadableError as error:
        reading.add(str(error), error.line)
        return Config(problems=reading.problems(), is_readable=False)
    values = {} if root is None else reading.settings(root)
    return replace(
        Config(),
        **values,
        key_places=reading.key_places,
        theme_place=reading.theme_place,
        problems=reading.problems(),
    )


def _guard(events: Iterable[Any]) -> None:
    """Walk the events.

    Raises:
        UnreadableError: If they nest, refer or are more than a config needs.
    """
    from reader.handwritten import DEPTH_LIMIT, EVENT_LIMIT, UnreadableError

    depth = aliases = 0
    for number, event in enumerate(events):
        kind = type(event).__name__
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        aliases += kind == "AliasEvent"
        if depth > DEPTH_LIMIT or aliases > _ALIAS_LIMIT or number > EVENT_LIMIT:
            raise UnreadableError("nested too deeply, or no config at all", event.start_mark.line + 1)


class _Reading:
    """One file being read: takes settings out of its nodes, and notes what is wrong on the way.

    A method that reads a value returns None where the default stands.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = clean.path(path.name or str(path))
        self._problems: list[tuple[int, str]] = []
        self._untold = 0
        self.key_places: dict[str, str] = {}
        self.theme_place = ""

    def add(self, sentence: str, line: int = 0) -> None:
        if len(self._problems) >= PROBLEM_LIMIT:
            self._untold += 1
            return
        place = f"{self._name}:{line}" if line else self._name
        self._problems.append((line, f"{place}: {sentence}"))

    def problems(self) -> tuple[str, ...]:
        told = [sentence for _, sentence in sorted(self._problems, key=lambda problem: problem[0])]
        more = [f"{self._name}: {self._untold:,} more"] if self._untold else []
        return (*told, *more)

    def settings(self, root: Node) -> dict[str, Any]:
        if root.id != "mapping":
            if not _is_null(root):
                self._wrong(root, 'holds no "key: value" lines')
            return {}
        values: dict[str, Any] = {}
        for key_node, node in root.value:
            key = _scalar(key_node)
            if key not in _SETTINGS:
                self._unknown(key_node, "key", key, _SETTINGS)
                continue
            if key in values:
                self._wrong(key_node, f'"{key}" is set twice, the last one counts')
            value = None if _is_null(node) else _SETTINGS[key](self, key, node)
            if value is not None:
                values[key] = value
        return values

    def text(self, key: str, node: Node) -> str | None:
        value = _scalar(node)
        if value is None:
            self._wrong(node, f"{key} is not one line of text")
            return None
        return clean.line(value)

    def theme(self, key: str, node: Node) -> str | None:
        self.theme_place = f"{self._name}:{node.start_mark.line + 1}"
        return self.text(key, node)

    def switch(self, key: str, node: Node) -> bool | None:
        value = _SWITCH_WORDS.get((_scalar(node) or "").casefold())
        if value is None:
            self._wrong(node, f"{key} is neither true nor false")
        return value

    def choice(self, key: str, node: Node) -> str | None:
        value = _scalar(node)
        if value not in _CHOICES[key]:
            self._unknown(node, f"value of {key}", value, _CHOICES[key])
            return None
        return value

    def dwell(self, key: str, node: Node) -> float | None:
        lowest, highest = DWELL_RANGE_S
        try:
            value = float(_scalar(node) or "")
        except ValueError:
            value = -1.0
        if lowest <= value <= highest:
            return value
        self._wrong(node, f"{key} is not a number of seconds from {lowest:g} to {highest:g}")
        return None

    def bindings(self, key: str, node: Node) -> dict[str, str] | None:
        if node.id != "mapping":
            self._wrong(node, f'{key} holds no "command: keys" lines')
            return None
        found: dict[str, str] = {}
        for command_node, keys_node in node.value:
            command, keys = clean.line(_scalar(command_node) or ""), _keys(keys_node)
            if not command or keys is None:
                self._wrong(command_node, f"{key}: a command and its keys are one line of text each")
                continue
            if command in found:
                self._wrong(command_node, f'{key}: "{command}" is set twice, the last one counts')
            found[command] = keys
            self.key_places[command] = f"{self._name}:{command_node.start_mark.line + 1}"
        return found

    def file(self, key: str, node: Node) -> Path | None:
        text = _path_text(node)
        if text is None:
            self._wrong(node, f"{key} is empty, too long or holds control characters")
            return None
        return self._path.parent / os.path.expanduser(text)

    def archives(self, key: str, node: Node) -> tuple[ConfiguredArchive, ...]:
        found: list[ConfiguredArchive] = []
        names: set[str] = set()
        for name_node, path_node in self._archive_nodes(key, node):
            archive = self._archive(name_node, path_node)
            if archive is None:
                continue
            if archive.name in names:
                self._wrong(path_node, f'two archives have the name "{archive.name}"')
                continue
            names.update([archive.name] if archive.name else [])
            found.append(archive)
        return tuple(found)

    def _archive_nodes(self, key: str, node: Node) -> list[tuple[Node | None, Node]]:
        """Name and path of each archive, in any of the ways to write them."""
        if node.id == "scalar":
            return [(None, node)]
        if node.id == "mapping":
            return self._named_nodes(key, node)
        nodes: list[tuple[Node | None, Node]] = []
        for item in node.value:
            if item.id == "sequence":
                self._wrong(item, f"{key}: an archive is a path, or a name and a path")
            else:
                nodes += [(None, item)] if item.id == "scalar" else self._named_nodes(key, item)
        return nodes

    def _named_nodes(self, key: str, node: Node) -> list[tuple[Node | None, Node]]:
        """Of ``name: x`` with ``path: y``, or of one or more ``x: y``."""
        by_key = {_scalar(key_node): value for key_node, value in node.value}
        if by_key.keys() <= {"name", "path"} and "path" in by_key:
            return [(by_key.get("name"), by_key["path"])]
        if by_key.keys() & {"name", "path"}:
            self._wrong(node, f'{key}: an archive has a "path", and may have a "name"')
            return []
        return [(key_node, value) for key_node, value in node.value]

    def _archive(self, name_node: Node | None, path_node: Node) -> ConfiguredArchive | None:
        is_named = name_node is not None and not _is_null(name_node)
        name = clean.line(_scalar(name_node) or "") if is_named else ""
        # "url:" begins the ids of related stories, which must not be taken for stories of an archive.
        if "/" in name or name.startswith("url:") or (is_named and not name):
            self._wrong(name_node, 'a name of an archive is text without "/", not beginning with "url:"')
            return None
        text = _path_text(path_node)
        if text is None:
            self._wrong(path_node, "a path of an archive is empty, too long or holds control characters")
            return None
        return ConfiguredArchive(name, self._path.parent / os.path.expanduser(text))

    def _unknown(self, node: Node, what: str, word: str | None, known: Iterable[str]) -> None:
        if len(self._problems) >= PROBLEM_LIMIT:  # looking for the nearest is the slow part
            self._untold += 1
            return
        shown = clean.line(word or "", 60)
        from reader.nearest import nearest

        near = nearest(shown.casefold().replace("-", "_"), known) or nearest(shown.casefold(), known)
        hint = f'did you mean "{near}"?' if near else f"there are {', '.join(known)}"
        self._wrong(node, f'unknown {what} "{shown}"; {hint}')

    def _wrong(self, node: Node, sentence: str) -> None:
        self.add(sentence, node.start_mark.line + 1)


def _scalar(node: Node) -> str | None:
    """The text of a scalar node, as written in the file; None for a list or a mapping."""
    return str(node.value) if node.id == "scalar" else None


def _path_text(node: Node) -> str | None:
    """A path, used as written or not at all: a cleaned one would name another file."""
    text = _scalar(node) or ""
    is_usable = text and len(text) <= PATH_LIMIT and "\n" not in text and clean.block(text) == text
    return text if is_usable else None


def _is_null(node: Node) -> bool:
    """Whether the file leaves the value open: ``key:``, ``key: ~`` or ``key: null`` without quotes."""
    return node.id == "scalar" and not node.style and node.value in _NULLS


def _keys(node: Node) -> str | None:
    """``a`` or ``[a, b]`` as ``a,b``; empty for no key; None for anything else."""
    if node.id == "scalar":
        return "" if _is_null(node) else clean.line(str(node.value))
    parts = [_scalar(part) for part in node.value] if node.id == "sequence" else [None]
    if any(part is None for part in parts):
        return None
    return clean.line(",".join(part for part in parts if part))


_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "mark_read": ("dwell", "open", "manual"),
    "date_format": ("age", "date"),
    "density": ("two-line", "one-line"),
}
_SETTINGS: Final[dict[str, Callable[[_Reading, str, Node], object]]] = {
    "archives": _Reading.archives,
    "theme": _Reading.theme,
    "mark_read": _Reading.choice,
    "dwell_s": _Reading.dwell,
    "browser": _Reading.text,
    "ascii": _Reading.switch,
    "mouse": _Reading.switch,
    "animations": _Reading.switch,
    "date_format": _Reading.choice,
    "density": _Reading.choice,
    "watch": _Reading.switch,
    "style": _Reading.file,
    "kitty_keys": _Reading.switch,
    "keys": _Reading.bindings,
}
