"""How long it takes to find the first page of what a query asks for.

``python -m tests.bench.queries ARCHIVE`` measures an archive of one's own.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

from reader.archive.scan import open_archive
from reader.library.door import Library
from reader.model import View
from reader.query.parse import parse
from tests.machine_form import write_machine_archive

STORIES: Final = 10_000
HITS: Final = 50
ROUNDS: Final = 11
MARKED: Final = 2_000
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
QUERIES: Final = (
    *("security", "se", '"cloud data"', "-security", "zebra", "-zebra"),
    *(
        "before:2019-03",
        "since:2019-03",
        "topic:privacy",
        'provider:"outlet 7"',
        "domain:outlet7.example.com",
    ),
    *("type:article", "quality>=60", "is:unread", "is:starred", "has:related", "has:excerpt"),
    *("topic:privacy quality>=60 is:unread security", "(topic:ai OR is:starred) -cloud"),
    *("quality>=60 sort:quality", "security sort:quality"),
)


def run() -> list[tuple[str, str]]:
    """On an archive made for it, in a folder that is removed again."""
    with tempfile.TemporaryDirectory() as made:
        return archive_figures(write_machine_archive(Path(made) / "archive", STORIES), Path(made))


def archive_figures(archive: Path, work: Path) -> list[tuple[str, str]]:
    """Of an archive of some thousand stories; index and marks go into `work`."""
    library = Library([open_archive(archive)], state_folder=work / "state", cache_folder=work / "cache")
    try:
        library.sync()
        library.open()
        _mark(library)
        count = len(library.row_ids(View()))
        return [(f"find {query}, {count:,} stories", _took(library, query)) for query in QUERIES]
    finally:
        library.close()


def _mark(library: Library) -> None:
    """Read is every other one of the newest stories, and a few have stars."""
    ids = library.row_ids(View())[:MARKED]
    library.set_read_many(ids[::2])
    for row in library.rows(ids[::100]):
        library.set_starred(row, True)


def _took(library: Library, query: str) -> str:
    """The median and the best of some rounds, and the first one, in which columns may be read."""
    parsed = parse(query, NOW)
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        library.search_ids(parsed, View(), limit=HITS)
        times.append((time.perf_counter() - started) * 1e3)
    return f"p50 {median(times):.2f} ms, best {min(times):.2f} ms, first {times[0]:.2f} ms"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for name, figures in archive_figures(Path(sys.argv[1]), Path(folder)):
            print(f"{name}: {figures}")
