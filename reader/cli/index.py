"""``newsreader index``: bring the index up to date, or build it anew."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Final, TypeAlias

from reader import clean, wording
from reader.cli import DONE, output
from reader.cli.archives import add_archive_options, choose, paths_of
from reader.cli.values import path_text
from reader.config import Config
from reader.values import dataclass

if TYPE_CHECKING:
    import argparse

EXAMPLES: Final = """\
The app does the same by itself. Every file is looked at, and those that changed
are read; without a terminal a line says every few seconds how far it is.

examples:
  newsreader index
  newsreader index ~/news/powerapps --rebuild"""

EVERY_S: Final = 5.0
"""Between two lines of progress where there is no terminal."""

Show: TypeAlias = Callable[[int, int], None]
"""Shows how much of how much is done; of 0 while it is still being looked for changes."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of an archive: the stories its index holds, the files that were read and forgotten now."""

    archive: str
    index: str
    stories: int
    read: int
    forgotten: int


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    add_archive_options(parser, has_paths=True)
    parser.add_argument("--rebuild", action="store_true", help="delete the index of these archives first")
    parser.add_argument("--json", action="store_true", help="a JSON list, one archive a line")


def run(options: argparse.Namespace, config: Config) -> int:
    """Bring the index of each archive up to date.

    Raises:
        NewsreaderError: If an archive is gone or an index cannot be written.
    """
    from reader.library import Library

    choice = choose(paths_of(options), config)
    for warning in choice.warnings:
        output.warn(warning)
    begun_s = time.monotonic()
    library = Library(choice.archives)
    try:
        if options.rebuild:
            library.rebuild()
        with _progress() as show:
            reports = library.sync(lambda progress: show(progress.done, progress.total))
            if library.has_damage(is_asked=True):
                reports = library.sync(lambda progress: show(progress.done, progress.total))
        for trouble in filter(None, (*library.take_news(), library.index_trouble())):
            output.warn(trouble)
        library.keep()
        outcomes = [
            _Outcome(archive.name, str(path), stories, report.read, report.forgotten)
            for (archive, path, stories), report in zip(library.index_files(), reports, strict=True)
        ]
    except KeyboardInterrupt:
        output.say("stopped; the next run goes on where it was")
        raise
    finally:
        library.close()
    if options.json:
        output.write_json_list(map(_values, outcomes))
    else:
        output.write("".join(map(_line, outcomes)))
    output.flush()
    output.say(f"done in {time.monotonic() - begun_s:.1f} s")
    return DONE


def _line(outcome: _Outcome) -> str:
    found = wording.count_text(outcome.stories, "story")
    changes = f"{wording.count(outcome.read)} read now, {wording.count(outcome.forgotten)} forgotten"
    return f"{outcome.archive}: {found}, {changes}; {clean.path(outcome.index)}\n"


def _values(outcome: _Outcome) -> dict[str, object]:
    return {**asdict(outcome), "index": path_text(outcome.index)}


@contextlib.contextmanager
def _progress() -> Iterator[Show]:
    """A bar where a person looks at stderr, else a line now and then."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield _lines()
        return
    # Loaded only where it is seen: a fifth of a second.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Looking for changes", total=None)

        def show(done: int, total: int) -> None:
            if total:
                words = wording.progress_text(done, total)
                bar.update(task, description=words, completed=done, total=total)
            else:
                bar.reset(task, description="Looking for changes", total=None)

        yield show


def _lines(clock: Callable[[], float] = time.monotonic) -> Show:
    next_s = clock() + EVERY_S

    def show(done: int, total: int) -> None:
        nonlocal next_s
        if clock() >= next_s:
            next_s = clock() + EVERY_S
            output.say(wording.progress_text(done, total) if total else "Looking for changes")

    return show
