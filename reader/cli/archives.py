"""Which archives a command line means, and their stories brought up to date."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reader import clean, locations
from reader.archive.scan import SUFFIXES, holds_stories, open_archive
from reader.cli import output
from reader.config import Config, ConfiguredArchive
from reader.errors import ArchiveError, UsageError
from reader.model import Archive, StoryRow
from reader.values import dataclass, field, replace

if TYPE_CHECKING:
    import argparse

    from reader.library import Library

_KINDS: Final = "*.md, *.markdown, and *.txt that begin with front matter"


@dataclass(frozen=True, slots=True)
class Choice:
    """The archives that are meant.

    Attributes:
        archives: At least one; none lies inside another.
        typed: How each archive's folder was written; its absolute path where it was not typed.
        warnings: A sentence for each archive of the config that cannot be opened.
    """

    archives: tuple[Archive, ...]
    typed: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    def place(self, archive: Archive, path: str) -> str:
        """A file of an archive, as seen from where the user is; `path` is relative to the archive's root."""
        place = os.path.join(self.typed[self.archives.index(archive)], path)
        # The topic files beside a content folder have such paths.
        return os.path.normpath(place) if path.startswith("../") else place

    def place_of(self, library: Library, row: StoryRow) -> str:
        """The file of a story in the same way; empty for one whose file is gone."""
        if row.is_gone:
            return ""
        named = [archive for archive in self.archives if row.story_id.startswith(f"{archive.name}/")]
        if len(named) == 1:
            return self.place(named[0], row.story_id[len(named[0].name) + 1 :])
        file = library.file_of(row)
        return "" if file is None else self._place_of_file(file)

    def _place_of_file(self, file: Path) -> str:
        archive = next(archive for archive in self.archives if file.is_relative_to(archive.root))
        path = os.fsencode(file.relative_to(archive.root))
        return self.place(archive, path.decode("utf-8", "backslashreplace"))


@dataclass(slots=True)
class _Opened:
    """An archive while it is not settled which ones stay.

    Attributes:
        archive: As `open_archive` gives it, with the files that were asked for so far.
        typed: How its folder was written.
        real: Its folder with all links followed.
    """

    archive: Archive
    typed: str
    real: str = field(init=False)

    def __post_init__(self) -> None:
        self.real = os.path.realpath(self.archive.root)


def add_archive_options(parser: argparse.ArgumentParser, *, has_paths: bool = False) -> None:
    """The options that say which archives a subcommand is about; `paths_of` reads them."""
    if has_paths:
        parser.add_argument("paths", metavar="PATH", nargs="*", help="an archive, or a story file")
    parser.add_argument(
        "--archive", metavar="PATH", action="append", default=[], help="an archive; may be given repeatedly"
    )


def paths_of(options: argparse.Namespace) -> list[str]:
    """The archives that the options of a subcommand name; may be empty."""
    return [*getattr(options, "paths", ()), *options.archive]


def choose(paths: Sequence[str], config: Config) -> Choice:
    """The archives at `paths`; without any those of the config, else the sample stories.

    Raises:
        ArchiveError: If a path is no archive, or none of the config's archives can be opened.
        UsageError: If a path holds no story.
    """
    configured = _configured(config)
    if paths:
        opened = [_open_typed(path, configured) for path in paths]
        return _choice(opened, ())
    if config.archives:
        return _choose_configured(config.archives, configured)
    return _choice([_open(str(seeds_dir()), ())], ())


def seeds_dir() -> Path:
    """Where the sample stories lie.

    Raises:
        ArchiveError: If the installation is incomplete.
    """
    from reader import resources

    try:
        return resources.seeds_dir()
    except FileNotFoundError as error:
        raise ArchiveError(str(error)) from error


def add_sync_option(parser: argparse.ArgumentParser) -> None:
    """The option that `synced` is asked with."""
    parser.add_argument(
        "--sync", action="store_true", help="look at every file first, also for what was written in place"
    )


@contextlib.contextmanager
def synced(
    choice: Choice, *, is_asked: bool = True, is_page: bool = False, has_topics: bool = True
) -> Iterator[Library]:
    """The library of these archives, up to date, with progress and warnings on stderr.

    Args:
        choice: The archives.
        is_asked: Whether to look at every file; else only where a folder says that a file was added,
            removed, renamed or replaced since the last time.
        is_page: Open no more than `Library.first_ids` needs, which takes no time.
        has_topics: Whether the topic tree is among that.

    Raises:
        NewsreaderError: If an archive is gone or an index cannot be written.
    """
    # Loads SQLite, which neither `where` nor a look at the terminal needs.
    from reader.library import Library

    for warning in choice.warnings:
        output.warn(warning)
    library = Library(choice.archives, keeps=False)
    try:
        if is_asked or not library.is_unchanged():
            _sync(library)
        # After the sync, because each look at an index of 100,000 stories takes a fifth of a second.
        if is_page:
            library.open_marks(has_topics=has_topics)
        else:
            library.open()
        for trouble in filter(None, (*library.take_news(), library.index_trouble(), library.keeper.trouble)):
            output.warn(trouble)
        yield library
    finally:
        library.close()


def _sync(library: Library) -> None:
    line = output.ProgressLine()
    try:
        library.sync(lambda progress: line.show(_progress_words(progress.done, progress.total)))
    finally:
        line.clear()


def _progress_words(done: int, total: int) -> str:
    """How far a sync is; `total` is 0 while it looks for changes."""
    from reader import wording

    return wording.progress_text(done, total) if total else "Looking for changes"


def _choose_configured(wanted: Sequence[ConfiguredArchive], configured: Sequence[Archive]) -> Choice:
    """Those that can be opened: a drive that is not plugged in must not keep the others away.

    Raises:
        ArchiveError: If there is none.
    """
    opened: list[_Opened] = []
    warnings: list[str] = []
    name = locations.config_file().name
    for archive in wanted:
        try:
            opened.append(_open(os.path.abspath(archive.path), configured))
        except ArchiveError as error:
            warnings.append(f"{name}: {error}")
    if not opened:
        raise ArchiveError(f"no archive of the config can be opened; {'; '.join(warnings)}")
    return _choice(opened, warnings)


def _configured(config: Config) -> list[Archive]:
    """The config's archives as names and folders; they need not be there."""
    found: list[Archive] = []
    for wanted in config.archives:
        if wanted.name:
            found.append(Archive(wanted.name, Path(os.path.abspath(wanted.path))))
            continue
        with contextlib.suppress(ArchiveError):
            found.append(_open(str(wanted.path), ()).archive)
    return found


def _open_typed(path: str, configured: Sequence[Archive]) -> _Opened:
    opened = _open(path, configured)
    if not holds_stories(opened.archive):
        raise UsageError(f"{clean.path(path)} holds no story; newsreader reads {_KINDS}")
    return opened


def _open(path: str, configured: Sequence[Archive]) -> _Opened:
    if not path:
        raise UsageError("a path is empty; . is the folder you are in")
    try:
        archive = open_archive(Path(path), configured)
    except FileNotFoundError as error:  # of the folder that relative paths begin in
        raise ArchiveError(f"{clean.path(path)}: the folder you are in is not there any more") from error
    return _Opened(archive, os.path.dirname(path) if archive.only else path)


def _choice(opened: Sequence[_Opened], warnings: Sequence[str]) -> Choice:
    kept = _settled(opened)
    archives = tuple(each.archive for each in kept)
    return Choice(archives, tuple(each.typed for each in kept), tuple(warnings))


def _settled(opened: Sequence[_Opened]) -> list[_Opened]:
    """Each folder once, the files asked for in one folder together, and nothing that another one covers."""
    by_folder: dict[str, _Opened] = {}
    for each in opened:
        first = by_folder.setdefault(each.real, each)
        first.archive = replace(first.archive, only=_both(first.archive.only, each.archive.only))
    folders = list(by_folder.values())
    return [each for each in folders if not any(_covers(outer, each) for outer in folders)]


def _both(files: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """The files of both; empty, which means all, where one of them is."""
    return tuple(dict.fromkeys(files + others)) if files and others else ()


def _covers(outer: _Opened, inner: _Opened) -> bool:
    """Whether a scan of `outer` finds everything of `inner`, another folder."""
    if outer.archive.only or outer is inner or not Path(inner.real).is_relative_to(outer.real):
        return False
    folders = os.path.relpath(inner.real, outer.real).split("/")
    if any(name[0] == "." or name == "_data" for name in folders):
        return False
    return all(_is_scanned(path) for path in inner.archive.only)


def _is_scanned(path: str) -> bool:
    return path[0] != "." and os.path.splitext(path)[1].lower() in SUFFIXES
