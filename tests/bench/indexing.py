"""How long it takes to index an archive, to look at it again, and to switch between views."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from reader.archive.scan import open_archive
from reader.index.catalogue import Catalogue
from reader.index.stories import StoryIndex
from reader.index.sync import sync
from reader.model import Order, Show, Topic, View
from reader.state import identity
from tests.factories import write_archive

STORIES: Final = 10_000
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
            return _figures(index)
        finally:
            index.close()


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
