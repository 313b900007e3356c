"""How long a press on a story takes to be kept, and how long all marks take to load."""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reader.model import StoryId
from reader.state import register
from reader.state.keeper import Change, MarkKeeper

PRESSES = 2_000
NAME = "powerapps/_news/2021-02-04-clearview-facial-recognition-technology-ruled-illegal-{}.md"
URL = "https://threatpost.com/clearview-facial-recognition-canada/{}/"
START = datetime(2021, 1, 1, tzinfo=UTC)


def run() -> list[tuple[str, str]]:
    """Rows of a table: what was measured, and the figures."""
    rows: list[tuple[str, str]] = []
    for count in (1_000, 100_000, 1_000_000):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_marks(folder, count)
            seconds = min(load_s(folder) for _ in range(3))
            rows.append((f"load {count:,} marks", f"{seconds * 1e3:,.1f} ms"))
            if count != 100_000:
                rows.append((f"keep one mark, {count:,} there", press_figures(folder)))
    return rows


def write_marks(folder: Path, count: int) -> None:
    """`count` lines of a real size, three quarters of them on stories of their own."""
    with (folder / "state.jsonl").open("wb") as file:
        for number in range(count):
            fields = {
                "t": register.time_text(START + timedelta(seconds=number)),
                "id": NAME.format(number % max(1, count * 3 // 4)),
                "read": number % 7 > 0,
                "url": URL.format(number),
            }
            file.write(register.encode(fields))


def load_s(folder: Path) -> float:
    keeper = MarkKeeper(folder)
    started = time.perf_counter()
    keeper.load()
    return time.perf_counter() - started


def press_figures(folder: Path) -> str:
    keeper = MarkKeeper(folder)
    keeper.load()
    times = []
    for number in range(PRESSES):
        change = Change(StoryId(NAME.format(number)), is_read=number % 2 > 0, url=URL.format(number))
        started = time.perf_counter()
        keeper.record([change])
        times.append(time.perf_counter() - started)
        assert keeper.unsaved == 0
    keeper.close()
    cuts = statistics.quantiles(times, n=100)
    return f"p50 {cuts[49] * 1e3:.3f} ms, p99 {cuts[98] * 1e3:.3f} ms, worst {max(times) * 1e3:.3f} ms"
