"""What story files there are in a folder, without opening any of them; and which folder is meant."""

from __future__ import annotations

import errno
import os
import stat
from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from reader import clean
from reader.archive.files import read_regular
from reader.digest import blake2b
from reader.errors import ArchiveError, StoryFileError
from reader.model import Archive, Problem, ProblemKind, Stamp
from reader.patterns import pattern
from reader.values import dataclass, field

SUFFIXES: Final = frozenset([".md", ".markdown", ".txt"])
CONTENT_FOLDERS: Final = frozenset(["_news", "_posts", "news", "posts", "content"])
"""Folders that are called alike in every archive: their parent's name tells them apart."""

_HEAD_BYTES: Final = 262_144  # as long as front matter may be
_DATA_FOLDER: Final = "_data"
_DOTS: Final = pattern(r"\.{2,}")
_CHECK_EVERY: Final = 1_024  # files between two questions whether to go on: 5 ms
_CHUNK_NAMES: Final = 8_192  # names joined at once: of a folder of millions no other thread waits for all
_NANOSECONDS: Final = 1 << 63
_OPEN: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@dataclass(slots=True)
class Folder:
    """What lies in one folder of an archive, but for its folders.

    Attributes:
        path: Relative to the root, ``/``-separated, as `os.fsdecode` gives it; ends in ``/``, but for the
            root's.
        names: Its story files, in the order in which the system lists them.
        numbers: Of each of them the time of its last change (ns) and its size (bytes).
        problems: What was left out. Hidden files and folders are left out without a word.
        changed_ns: When the folder itself changed last, before it was looked at; 0 where it is not to be had.
        is_complete: False if the walk was cancelled here: what is missing then says nothing.
    """

    path: str
    names: list[str] = field(default_factory=list)
    numbers: array[int] = field(default_factory=lambda: array("q"))
    problems: list[Problem] = field(default_factory=list)
    changed_ns: int = 0
    is_complete: bool = True

    def stamps(self) -> dict[str, Stamp]:
        """The stamps of its story files, by path relative to the archive's root."""
        paths = [self.path + name for name in self.names]
        return dict(zip(paths, map(Stamp, self.numbers[::2], self.numbers[1::2]), strict=True))

    def digest(self) -> int:
        """64 bits that change along with any name, time or size, and with the order of the files."""
        state = blake2b(self.numbers.tobytes(), digest_size=8)
        for start in range(0, len(self.names), _CHUNK_NAMES):
            state.update(os.fsencode("/".join(self.names[start : start + _CHUNK_NAMES])))
            state.update(b"//")
        return int.from_bytes(state.digest(), "big", signed=True)

    def add(self, name: str, status: os.stat_result) -> None:
        """Add a story file."""
        try:
            self.numbers.append(status.st_mtime_ns)
        except OverflowError:  # centuries away: only that it changes counts
            self.numbers.append(status.st_mtime_ns % _NANOSECONDS)
        self.numbers.append(status.st_size)
        self.names.append(name)


def _never() -> bool:
    return False


def walk(archive: Archive, is_cancelled: Callable[[], bool] = _never) -> Iterator[Folder]:
    """The folders of an archive; no file is opened, no link followed.

    A folder comes before those in it, and of these the last by name comes first: archives name folders by
    date, so the newest stories are found first.

    Args:
        archive: Which.
        is_cancelled: Asked often. The last folder says whether it was.

    Raises:
        ArchiveError: If the root itself cannot be read: that its stories are gone would be a wrong answer.
    """
    if archive.only:
        yield _asked_for(archive)
        return
    waiting = [""]
    while waiting:
        folder = Folder(waiting.pop())
        inner: list[str] = []
        try:
            _look_into(archive.root, folder, inner, is_cancelled)
        except OSError as error:
            if not folder.path:
                raise ArchiveError(f"{clean.path(str(archive.root))}: {_reason(error)}") from error
            folder.problems.append(_skipped(folder.path.removesuffix("/"), _reason(error)))
            folder.changed_ns = folder.changed_ns or _changed_ns(archive.root, folder.path)
        yield folder
        if not folder.is_complete:
            return
        waiting += sorted(inner)


def count_files(archive: Archive, is_cancelled: Callable[[], bool] = _never) -> int:
    """About how many files a walk finds, in a tenth of its time; too few if it is cancelled.

    Raises:
        ArchiveError: If the root itself cannot be read.
    """
    count = len(archive.only)
    for count, _ in enumerate(() if archive.only else _story_paths(archive.root), start=1):
        if not count % _CHECK_EVERY and is_cancelled():
            break
    return count


def _asked_for(archive: Archive) -> Folder:
    """The single files an archive consists of, as if they lay in one folder."""
    found = Folder("")
    for path in archive.only:
        try:
            status = os.lstat(archive.root / path)
        except (OSError, ValueError) as error:
            found.problems.append(_skipped(path, _reason(error)))
            continue
        if stat.S_ISREG(status.st_mode):
            found.add(path, status)
        else:
            found.problems.append(_skipped(path, "not a regular file"))
    return found


def _look_into(root: Path, folder: Folder, inner: list[str], is_cancelled: Callable[[], bool]) -> None:
    """Fill in what the folder holds; its folders are added to `inner`."""
    # By its descriptor: half the time, and a folder that is exchanged for a link meanwhile is not followed.
    place = f"{root}/{folder.path}".rstrip("/") or "/"
    descriptor = os.open(place, _OPEN | (os.O_NOFOLLOW if folder.path else 0))
    try:
        folder.changed_ns = os.fstat(descriptor).st_ctime_ns
        with os.scandir(descriptor) as entries:
            for count, entry in enumerate(entries):
                if not count % _CHECK_EVERY and is_cancelled():
                    folder.is_complete = False
                    return
                name = entry.name
                if name[0] == ".":
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if name != _DATA_FOLDER:
                        inner.append(f"{folder.path}{name}/")
                elif _is_called_like_a_story(name):
                    _look_at(entry, folder)
                elif entry.is_symlink() and name != _DATA_FOLDER and _is_folder(entry):
                    folder.problems.append(_skipped(folder.path + name, "a link to a folder, not followed"))
    finally:
        os.close(descriptor)


def _changed_ns(root: Path, path: str) -> int:
    """Of a folder that cannot be opened, which changes once it may be."""
    try:
        return os.lstat(f"{root}/{path.removesuffix('/')}").st_ctime_ns
    except OSError:
        return 0


def _is_called_like_a_story(name: str) -> bool:
    return name.endswith(".md") or name[name.rfind(".") :].lower() in SUFFIXES


def _look_at(entry: os.DirEntry[str], folder: Folder) -> None:
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # deleted a moment ago
        return
    except OSError as error:
        folder.problems.append(_skipped(folder.path + entry.name, _reason(error)))
        return
    if stat.S_ISREG(status.st_mode):
        folder.add(entry.name, status)
    else:
        is_link = stat.S_ISLNK(status.st_mode)
        reason = "a link, not followed" if is_link else "not a regular file"
        folder.problems.append(_skipped(folder.path + entry.name, reason))


def holds_stories(archive: Archive) -> bool:
    """Whether a walk through the archive would find a story; looks no further than the first one.

    A file that cannot be read counts: there is something to show, if only that. Plain text without front
    matter and files like a README do not.

    Raises:
        ArchiveError: If the root itself cannot be read.
    """
    return any(_may_hold_story(archive, path) for path in archive.only or _story_paths(archive.root))


def _story_paths(root: Path) -> Iterator[str]:
    """The paths that a walk would stamp, and links; without a look at any file."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(f"{root}/{folder}") as entries:
                for entry in entries:
                    if entry.name[0] == ".":
                        continue
                    if not entry.is_dir(follow_symlinks=False):
                        if _is_called_like_a_story(entry.name):
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
        head, _ = read_regular(archive.root, path, _HEAD_BYTES)
        if head.startswith(b"---\n") and b"\n---\n" in head:
            return True
        from reader.archive.fences import Kind, decode, split  # for what is not as plain

        # Front matter is not parsed here: that would load YAML at every start.
        if split(decode(head)[0]).kind is not Kind.NONE:
            return True
        from reader.archive.storyfile import read_story  # most starts read no story

        return read_story(archive, path) is not None
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
    return (f"url_{name[4:]}" if name.startswith("url:") else name) or "root"


def _clean_name(name: str) -> str:
    shown = map(clean.path, name.split("/"))
    parts = (_DOTS.sub(".", part) if ".." in part else part for part in shown)
    return "/".join(part for part in parts if part.strip(". "))
