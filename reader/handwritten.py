"""A small YAML file that a person writes, as nodes that know their lines.

PyYAML is imported only where there is a file to read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeAlias

from reader import clean

SIZE_LIMIT_BYTES: Final = 262_144
"""Largest file read; a config that sets everything has some 2 kB."""

EVENT_LIMIT: Final = 50_000
DEPTH_LIMIT: Final = 16
"""More is nothing a person wrote. Composing nodes recurses in C: some 25,000 levels overflow the stack and
kill the process, so the events, which do not recurse, are walked first."""

Node: TypeAlias = Any
"""A `yaml.nodes.Node`; its stubs do not know ``id``, which tells lists from mappings and scalars."""

Guard: TypeAlias = Callable[[Iterable[Any]], None]
"""Walks the events of a file and raises `UnreadableError` for what it does not take."""


def read_nodes(path: Path, guard: Guard) -> Node | None:
    """The root of the file; None where there is no file, or nothing in it.

    Raises:
        UnreadableError: If it cannot be used as a whole.
    """
    text = _read(path)
    return None if text is None else _compose(text, guard)


class UnreadableError(Exception):
    """The file cannot be used as a whole; ``str()`` says why, and `line` where, 0 for nowhere."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


def _read(path: Path) -> str | None:
    """The text of the file; None where there is none."""
    try:
        with open(path, "rb", opener=_open_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableError("not a regular file")
            data = file.read(SIZE_LIMIT_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror}") from error
    if len(data) > SIZE_LIMIT_BYTES:
        raise UnreadableError(f"larger than {SIZE_LIMIT_BYTES // 1024} KiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError("not UTF-8 text", data.count(b"\n", 0, error.start) + 1) from error


def _open_at_once(path: str, flags: int) -> int:
    """Open without waiting, so that a pipe in the file's place does not hold up the start."""
    return os.open(path, flags | os.O_NONBLOCK)


def _compose(text: str, guard: Guard) -> Node | None:
    import yaml

    # The base loader leaves every scalar as written: no dates, no octal numbers, no objects.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        guard(yaml.parse(text, Loader=loader))
        node: Node | None = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise UnreadableError(f"not YAML: {clean.line(error.problem or 'malformed')}", line) from error
    except yaml.YAMLError as error:
        raise UnreadableError("not YAML: it holds characters YAML does not allow") from error
    return node
