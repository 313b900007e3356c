"""A first index and a second look, in a process of their own: its memory counts nothing else.

``python -m tests.bench.first_index ARCHIVE FOLDER`` prints the figures as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from reader.archive.scan import open_archive
from reader.index.stories import StoryIndex
from reader.index.sync import Progress, sync
from reader.state import identity

LOOKS = 3


@dataclass(frozen=True, slots=True)
class Figures:
    """Times in seconds.

    Attributes:
        files: Files of the archive.
        first_s: The first index.
        worked_s: What processors did for it, of all threads and processes.
        rows_s: Until the first rows were written.
        again_s: A look at the archive where nothing changed, the best of some.
        bare_s: A look at each of its files and nothing else, in turn with those.
        index_bytes: Size of the index.
        peak_mb: Most memory, of all processes together.
    """

    files: int
    first_s: float
    worked_s: float
    rows_s: float
    again_s: float
    bare_s: float
    index_bytes: int
    peak_mb: float


def measure(archive: Path, folder: Path) -> Figures:
    """Index `archive` into `folder`, which is empty."""
    index = StoryIndex(open_archive(archive), folder, identity.stem)
    rows_s = 0.0

    def on_progress(progress: Progress) -> None:
        nonlocal rows_s
        if progress.done and not rows_s:
            rows_s = time.perf_counter() - begun

    worked = _worked_s()
    begun = time.perf_counter()
    files = sync(index, on_progress).read
    first_s, worked_s = time.perf_counter() - begun, _worked_s() - worked
    again_s = bare_s = float("inf")
    for _ in range(LOOKS):
        begun = time.perf_counter()
        sync(index)
        again_s = min(again_s, time.perf_counter() - begun)
        begun = time.perf_counter()
        _look_at_each(str(archive))
        bare_s = min(bare_s, time.perf_counter() - begun)
    path = index.file.path
    index.close()
    # Those of the processes that helped were there at the same time.
    helpers = 2 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + helpers
    return Figures(
        files=files,
        first_s=first_s,
        worked_s=worked_s,
        rows_s=rows_s,
        again_s=again_s,
        bare_s=bare_s,
        index_bytes=path.stat().st_size,
        peak_mb=peak / (2**20 if sys.platform == "darwin" else 2**10),
    )


def _worked_s() -> float:
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(times.ru_utime + times.ru_stime for times in used)


def _look_at_each(root: str) -> None:
    waiting = [root]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    entry.stat(follow_symlinks=False)


if __name__ == "__main__":
    print(json.dumps(asdict(measure(Path(sys.argv[1]), Path(sys.argv[2])))))
