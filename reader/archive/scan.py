"""What story files there are in a folder, without opening any of them; and which folder is meant."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reader import clean
from reader.archive.fences import FRONT_MATTER_LIMIT, Kind, decode, split
from reader.archive.files import read_regular
from reader.archive.storyfile import read_story
from reader.errors import ArchiveError, StoryFileError
from reader.model import Archive, Problem, ProblemKind, Stamp

SUFFIXES: Final = frozenset([".md", ".markdown", ".txt"])
CONTENT_FOLDERS: Final = frozenset(["_news", "_posts", "news", "posts", "content"])
"""Folders that are called alike in every archive: their parent's name tells them apart."""

_DATA_FOLDER: Final = "_data"
_CHECK_EVERY: Final = 1_024  # files between two questions whether to go on: 5 ms


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found in an archive.

    Attributes:
        stamps: By path relative to the root, ``/``-separated, as `os.fsdecode` gives it; in no order.
        problems: What was left out, by path. Hidden files and folders are left out without a word.
        is_complete: False if it was cancelled: a missing path then says nothing.
    """

    stamps: dict[str, Stamp] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_complete: bool = True


def _never() -> bool:
    return False


def scan(archive: Archive, is_cancelled: Callable[[], bool] = _never) -> Scan:
    """The stamps of an archive's story files; links are not followed.

    Raises:
        ArchiveError: If the root itself cannot be read: that its stories are gone would be a wrong answer.
    """
    found = _scan_files(archive) if archive.only else _scan_folders(archive, is_cancelled)
    found.problems.sort(key=lambda problem: problem.path)
    return found


def _scan_files(archive: Archive) -> Scan:
    stamps: dict[str, Stamp] = {}
    problems: list[Problem] = []
    for path in archive.only:
        try:
            status = os.lstat(archive.root / path)
        except (OSError, ValueError) as error:
            problems.append(_skipped(path, _reason(error)))
            continue
        if stat.S_ISREG(status.st_mode):
            stamps[path] = Stamp(status.st_mtime_ns, status.st_size)
        else:
            problems.append(_skipped(path, "not a regular file"))
    return Scan(stamps, problems)


def _scan_folders(archive: Archive, is_cancelled: Callable[[], bool]) -> Scan:
    found = Scan()
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            if not _scan_folder(archive.root, folder, waiting, found, is_cancelled):
                return Scan(found.stamps, found.problems, is_complete=False)
        except OSError as error:
            if not folder:
                raise ArchiveError(f"{clean.path(str(archive.root))}: {_reason(error)}") from error
            found.problems.append(_skipped(folder.removesuffix("/"), _reason(error)))
    return found


def _scan_folder(
    root: Path, folder: str, waiting: list[str], found: Scan, is_cancelled: Callable[[], bool]
) -> bool:
    """Add what one folder holds to `found`, its folders to `waiting`; False if cancelled."""
    with os.scandir(f"{root}/{folder}") as entries:
        for count, entry in enumerate(entries):
            if not count % _CHECK_EVERY and is_cancelled():
                return False
            name = entry.name
            if name[0] == ".":
                continue
            if entry.is_dir(follow_symlinks=False):
                if name != _DATA_FOLDER:
                    waiting.append(f"{folder}{name}/")
            elif name.endswith(".md") or name[name.rfind(".") :].lower() in SUFFIXES:
                _stamp(entry, folder + name, found.stamps, found.problems)
            elif entry.is_symlink() and name != _DATA_FOLDER and _is_folder(entry):
                found.problems.append(_skipped(folder + name, "a link to a folder, not followed"))
    return True


def _stamp(entry: os.DirEntry[str], path: str, stamps: dict[str, Stamp], problems: list[Problem]) -> None:
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # deleted a moment ago
        return
    except OSError as error:
        problems.append(_skipped(path, _reason(error)))
        return
    if stat.S_ISREG(status.st_mode):
        stamps[path] = Stamp(status.st_mtime_ns, status.st_size)
    else:
        is_link = stat.S_ISLNK(status.st_mode)
        problems.append(_skipped(path, "a link, not followed" if is_link else "not a regular file"))


def holds_stories(archive: Archive) -> bool:
    """Whether a scan of the archive would find a story; looks no further than the first one.

    A file that cannot be read counts: there is something to show, if only that. Plain text without front
    matter and files like a README do not.

    Raises:
        ArchiveError: If the root itself cannot be read.
    """
    return any(_may_hold_story(archive, path) for path in archive.only or _story_paths(archive.root))


def _story_paths(root: Path) -> Iterator[str]:
    """The paths that `scan` would stamp, and links; without a look at any file."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(f"{root}/{folder}") as entries:
                for entry in entries:
                    if entry.name[0] == ".":
                        continue
                    if not entry.is_dir(follow_symlinks=False):
                        if os.path.splitext(entry.name)[1].lower() in SUFFIXES:
                            yield folder + entry.name
                    elif entry.name != _DATA_FOLDER:
                        waiting.append(f"{folder}{entry.name}/")
        except OSError as error:
            if not folder:
                raise ArchiveError(f"{clean.path(str(root))}: {_reason(error)}") from error


def _may_hold_story(archive: Archive, path: str) -> bool:
    if (archive.root / path).is_symlink():
        return False
    try:
        head, _ = read_regular(archive.root, path, FRONT_MATTER_LIMIT)
        # Front matter is not parsed here: that would load YAML at every start.
        return split(decode(head)[0]).kind is not Kind.NONE or read_story(archive, path) is not None
    except StoryFileError:
        return True


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop, or a folder that may not be entered
        return False


def _skipped(path: str, reason: str) -> Problem:
    return Problem(path, 0, reason, ProblemKind.SKIPPED)


def _reason(error: OSError | ValueError) -> str:
    number = getattr(error, "errno", None)
    if number == errno.ENAMETOOLONG:
        return "nested too deep: its path is longer than the system allows"
    return clean.line(os.strerror(number)).lower() if number else "its name is malformed"


def open_archive(path: Path, configured: Sequence[Archive] = ()) -> Archive:
    """The archive that a folder, or a single file, stands for.

    What is or lies inside a configured archive goes by that one's name, so that its stories keep their ids.

    Raises:
        ArchiveError: If there is nothing at `path`, or neither a folder nor a regular file.
    """
    root = Path(os.path.abspath(path))
    only: tuple[str, ...] = ()
    if not _is_archive(root):
        root, only = root.parent, (root.name,)
    return Archive(_configured_name(root, configured) or _own_name(root), root, only)


def _is_archive(path: Path) -> bool:
    """True for a folder, False for a regular file."""
    shown = clean.path(str(path))
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        raise ArchiveError(f"{shown}: {_reason(error)}") from error
    if stat.S_ISDIR(mode):
        return True
    if not stat.S_ISREG(mode):
        raise ArchiveError(f"{shown}: neither a folder nor a regular file")
    if path.is_symlink():
        raise ArchiveError(
            f"{shown}: a link; name the file it leads to, {clean.path(os.path.realpath(path))}"
        )
    return False


def _configured_name(root: Path, configured: Sequence[Archive]) -> str:
    """Under the innermost configured archive around `root`; empty if there is none."""
    real = os.path.realpath(root)
    best, best_length = "", 0
    for archive in configured:
        for inner, outer in (
            (str(root), os.path.abspath(archive.root)),
            (real, os.path.realpath(archive.root)),
        ):
            if os.path.commonpath([inner, outer]) == outer and len(outer) > best_length:
                rest = os.path.relpath(inner, outer)
                best = archive.name if rest == "." else f"{archive.name}/{_clean_name(rest)}"
                best_length = len(outer)
    return best


def _own_name(root: Path) -> str:
    name = root.name
    if name in CONTENT_FOLDERS and root.parent.name:
        name = f"{root.parent.name}/{name}"
    name = _clean_name(name)
    # "url:" begins the ids of related stories without a file.
    return re.sub(r"^url:", "url_", name) or "root"


def _clean_name(name: str) -> str:
    parts = (re.sub(r"\.{2,}", ".", clean.path(part)) for part in name.split("/"))
    return "/".join(part for part in parts if part.strip(". "))
