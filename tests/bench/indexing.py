"""How long it takes to index an archive, to look at it again, and to switch between views.

``python -m tests.bench.indexing ARCHIVE`` measures an archive of one's own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
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
from reader.model import Order, Show, Topic, View
from reader.state import identity
from tests.bench.first_index import Figures
from tests.factories import write_archive
from tests.machine_form import write_machine_archive

STORIES: Final = 10_000
MACHINE_STORIES: Final = int(os.environ.get("BENCH_STORIES", "100000"))
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
    """On archives made for it, in a folder that is removed again."""
    with tempfile.TemporaryDirectory() as made:
        archive = open_archive(write_archive(Path(made) / "archive", STORIES))
        index = StoryIndex(archive, Path(made) / "index", identity.stem)
        try:
            figures = _figures(index)
        finally:
            index.close()
        tenth = archive_figures(write_machine_archive(Path(made) / "tenth", MACHINE_STORIES // 10))
        return [
            *figures,
            *((name, text) for name, text in tenth if name.startswith("index ")),
            *archive_figures(write_machine_archive(Path(made) / "machine", MACHINE_STORIES)),
        ]


def archive_figures(archive: Path) -> list[tuple[str, str]]:
    """Of an archive in the form that machines write, beside what python-frontmatter takes for the same files.

    In turn: speed changes with the machine and with the minute, ratios hardly. An index takes many seconds,
    in which the processors are slow at times: it is compared with the mean of what the same files took before
    and after it, and the ratio told is the median of all rounds.
    """
    paths = sorted(archive.rglob("*.md"))
    some = paths[:: max(1, len(paths) // SAMPLE)]
    files = {str(path.relative_to(archive)): path.read_bytes() for path in some}
    rounds: list[Figures] = []
    theirs = [_theirs(some)]
    careful_s = quick_s = float("inf")
    for _ in range(ROUNDS):
        rounds.append(_first_index(archive))
        theirs.append(_theirs(some))
        careful = _took_s(lambda: [parse_story(*file) for file in files.items()])
        careful_s = min(careful_s, careful / len(some))
        quick_s = min(quick_s, _took_s(lambda: [quick_entry(*file) for file in files.items()]) / len(some))
    count = rounds[0].files
    around = [(before + after) / 2 for before, after in pairwise(theirs)]
    times = median(each * count / ours.first_s for each, ours in zip(around, rounds, strict=True))
    work_times = median(each * count / ours.worked_s for each, ours in zip(around, rounds, strict=True))
    first_s = min(figures.first_s for figures in rounds) / count
    worked_s = min(figures.worked_s for figures in rounds) / count
    theirs_s = min(theirs)
    steadiest = min(rounds, key=lambda figures: figures.again_s / figures.bare_s)
    again_s, bare_s = steadiest.again_s / count, steadiest.bare_s / count
    return [
        (
            f"index {count:,} stories as machines write them",
            f"{1 / first_s:,.0f} stories/s, {first_s * 1e6:.0f} µs a story; frontmatter.load alone takes "
            f"{theirs_s * 1e6:.0f} µs (each the best), {times:.1f} times as long (the median)",
        ),
        (
            "the same in processor time",
            f"{worked_s * 1e6:.0f} µs; frontmatter.load takes {work_times:.1f} times as much",
        ),
        (
            "first rows, index size, most memory",
            f"{min(figures.rows_s for figures in rounds) * 1e3:.0f} ms, "
            f"{rounds[-1].index_bytes / count:,.0f} bytes a story, "
            f"{max(figures.peak_mb for figures in rounds):.0f} MB",
        ),
        (
            "look again, nothing changed",
            f"{again_s * 1e6:.1f} µs a story; scandir and stat alone {bare_s * 1e6:.1f} µs, "
            f"{again_s / bare_s:.2f} times that",
        ),
        (
            "read one: pattern, careful parser",
            f"{quick_s * 1e6:.0f} µs, {careful_s * 1e6:.0f} µs; "
            f"frontmatter.load takes {theirs_s / quick_s:.1f} times as long as the pattern",
        ),
    ]


def _theirs(paths: Sequence[Path]) -> float:
    """Seconds that python-frontmatter takes for a file."""
    return _took_s(lambda: [frontmatter.load(str(path)) for path in paths]) / len(paths)


def _first_index(archive: Path) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.bench.first_index", str(archive), folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Figures(**json.loads(done.stdout))


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


if __name__ == "__main__":
    for name, figures in archive_figures(Path(sys.argv[1])):
        print(f"{name}: {figures}")
