"""How long it takes to index an archive, to look at it again, and to switch between views."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

import frontmatter

from reader.archive.quick import quick_entry
from reader.archive.scan import open_archive
from reader.archive.storyfile import parse_story
from reader.index.catalogue import Catalogue
from reader.index.stories import StoryIndex
from reader.index.sync import sync
from reader.model import Archive, Order, Show, Topic, View
from reader.state import identity
from tests.factories import write_archive
from tests.machine_form import write_machine_archive

STORIES: Final = 10_000
SAMPLE: Final = 1_000  # of them for the slow parsers
ROUNDS: Final = 5
TREE: Final = (Topic("AI", "AI"), Topic("Robotics", "Robotics"))
VIEWS: Final = (
    View(),
    View(order=Order.QUALITY),
    View(show=Show.UNREAD, is_reversed=True),
    View(topic="AI", order=Order.QUALITY),
)


def run() -> list[tuple[str, str]]:
    """On an archive made for it, in a folder that is removed again; the median of some rounds."""
    with tempfile.TemporaryDirectory() as made:
        archive = open_archive(write_archive(Path(made) / "archive", STORIES))
        index = StoryIndex(archive, Path(made) / "index", identity.stem)
        try:
            figures = _figures(index)
        finally:
            index.close()
        machine = open_archive(write_machine_archive(Path(made) / "machine", STORIES))
        return [*figures, *_machine_figures(machine, Path(made))]


def _machine_figures(archive: Archive, folder: Path) -> list[tuple[str, str]]:
    """The form that large archives have, beside what python-frontmatter takes for the same bytes.

    The processor's time counts, the best of some rounds: both change with the machine, their ratio hardly.
    """
    paths = sorted(archive.root.rglob("*.md"))
    files = {str(path.relative_to(archive.root)): path.read_bytes() for path in paths}
    some = {path: files[path] for path in list(files)[:: STORIES // SAMPLE]}
    texts = [data.decode() for data in some.values()]
    cold_s = theirs_s = careful_s = quick_s = float("inf")
    for number in range(ROUNDS):
        cold_s = min(cold_s, _cold_s(archive, folder / f"index-{number}") / len(files))
        theirs_s = min(theirs_s, _worked_s(lambda: [frontmatter.loads(text) for text in texts]) / len(some))
        careful_s = min(
            careful_s, _worked_s(lambda: [parse_story(*file) for file in some.items()]) / len(some)
        )
        quick_s = min(quick_s, _worked_s(lambda: [quick_entry(*file) for file in files.items()]) / len(files))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        2**20 if sys.platform == "darwin" else 2**10
    )
    return [
        (
            f"index {len(files):,} stories as machines write them",
            f"{1 / cold_s:,.0f} stories/s, {cold_s * 1e6:.0f} µs a story; "
            f"frontmatter.loads alone {theirs_s * 1e6:.0f} µs: {theirs_s / cold_s:.1f} times as long",
        ),
        (
            "read one: pattern, careful parser",
            f"{quick_s * 1e6:.0f} µs, {careful_s * 1e6:.0f} µs; "
            f"frontmatter.loads takes {theirs_s / quick_s:.1f} times as long as the pattern",
        ),
        ("most memory so far, all of the bench", f"{peak_mb:.0f} MB"),
    ]


def _cold_s(archive: Archive, folder: Path) -> float:
    index = StoryIndex(archive, folder, identity.stem)
    try:
        return _worked_s(lambda: sync(index))
    finally:
        index.close()


def _worked_s(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _figures(index: StoryIndex) -> list[tuple[str, str]]:
    cold_s = _took_s(lambda: sync(index))
    rescan_s = _median_s(lambda: sync(index))
    load_s = _median_s(lambda: index.catalogue(TREE))
    switch_s = median(_took_s(partial(_look, index.catalogue(TREE))) for _ in range(ROUNDS))
    return [
        (f"index {STORIES:,} small stories, first time", f"{STORIES / cold_s:,.0f} stories/s"),
        ("look again, nothing changed", f"{rescan_s / STORIES * 1e6:.1f} µs a story"),
        ("load the catalogue", f"{load_s * 1e3:.1f} ms"),
        ("switch to a view for the first time", f"{switch_s / len(VIEWS) * 1e3:.2f} ms"),
    ]


def _look(catalogue: Catalogue) -> None:
    for view in VIEWS:
        catalogue.rows(view)


def _median_s(work: Callable[[], object]) -> float:
    return median(_took_s(work) for _ in range(ROUNDS))


def _took_s(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
