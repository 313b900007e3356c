"""The topics an archive defines, and the tree they make with those its stories name."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from reader import clean
from reader.archive.scan import CONTENT_FOLDERS
from reader.errors import StoryFileError
from reader.model import Archive, Problem, ProblemKind, Topic, TopicFile

_FOLDER: Final = "_data/topics"
_FILES_LIMIT: Final = 1_000
_DEPTH_LIMIT: Final = 16  # levels of the tree; a parent further up is cut off


def read_topic_files(archive: Archive) -> tuple[tuple[TopicFile, ...], tuple[Problem, ...]]:
    """The topics of ``_data/topics``, in the order of the files' names, and what is wrong with the files.

    Where the root is a content folder like ``_news``, the ``_data`` beside it counts as well.
    """
    root, shown = archive.root, ""
    if not (root / _FOLDER).is_dir() and root.name in CONTENT_FOLDERS:
        root, shown = root.parent, "../"
    topics: list[TopicFile] = []
    problems: list[Problem] = []
    for path in _paths(root):
        topic, problem = _read_topic(root, path, f"{shown}{path}")
        topics += [topic] if topic else []
        problems += [problem] if problem else []
    return tuple(topics), tuple(problems)


def _paths(root: Path) -> list[str]:
    try:
        names = os.listdir(root / _FOLDER)
    except OSError:
        return []
    wanted = (name for name in names if name.lower().endswith((".yaml", ".yml")) and name[0] != ".")
    return [f"{_FOLDER}/{name}" for name in sorted(wanted)[:_FILES_LIMIT]]


def _read_topic(root: Path, path: str, shown: str) -> tuple[TopicFile | None, Problem | None]:
    # The tree alone is wanted for the first frame, and reading YAML is slow to import.
    from reader.archive.fences import FRONT_MATTER_LIMIT, decode
    from reader.archive.files import read_regular
    from reader.archive.guarded import load_fields

    try:
        data, is_longer = read_regular(root, path, FRONT_MATTER_LIMIT)
    except StoryFileError as error:
        return None, Problem(shown, 0, clean.line(str(error)), ProblemKind.SKIPPED)
    if is_longer:
        return None, Problem(shown, 0, "longer than 256 KiB", ProblemKind.SKIPPED)
    fields, line, reason, _ = load_fields(decode(data)[0])
    if fields is None:
        return None, Problem(shown, line, reason)
    name, parent, shortname = (_text(fields.get(key)) for key in ("name", "parent", "shortname"))
    if not name:
        return None, Problem(shown, 0, "no name")
    return TopicFile(name, parent, shortname), None


def _text(value: object) -> str:
    from reader.archive import coerce

    return clean.field(value) if isinstance(value, str) and not coerce.is_absent(value) else ""


def topic_tree(files: Iterable[TopicFile], named: Iterable[str]) -> tuple[Topic, ...]:
    """The topics of the files below their parents, and those only stories name; sorted by name.

    Names are the same whatever their case; the topic file's spelling counts, or the first. Circles are cut,
    and a parent that no file defines makes a topic of the top level.
    """
    known: dict[str, TopicFile] = {}
    for topic in (*files, *(TopicFile(name) for name in named if name)):
        known.setdefault(topic.name.casefold(), topic)
    parents = {
        key: topic.parent.casefold() for key, topic in known.items() if topic.parent.casefold() in known
    }
    for key in sorted(parents):
        if not _reaches_top(key, parents):
            del parents[key]
    below: dict[str, list[str]] = {}
    for key in sorted(known):
        below.setdefault(parents.get(key, ""), []).append(key)
    return _nodes("", known, below)


def _reaches_top(key: str, parents: dict[str, str]) -> bool:
    for _ in range(_DEPTH_LIMIT):
        if key not in parents:
            return True
        key = parents[key]
    return False


def _nodes(parent: str, known: dict[str, TopicFile], below: dict[str, list[str]]) -> tuple[Topic, ...]:
    return tuple(
        Topic(known[key].name, known[key].shortname or known[key].name, _nodes(key, known, below))
        for key in below.get(parent, ())
    )
