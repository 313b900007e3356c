"""The app as one meets it: start, keys, bytes and memory, beside bare Textual and beside newsboat.

All of it runs in one session, in turns, because the clock of a machine changes; what counts is the ratio.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from tests.bench import commands
from tests.bench.probe import Probe
from tests.machine_form import machine_story, write_machine_archive

STORIES: Final = int(os.environ.get("BENCH_STORIES", "100000"))
STARTS: Final = int(os.environ.get("BENCH_STARTS", "11"))
AGAINST: Final = 5
"""Starts of newsboat."""

PRESSES: Final = 50
HELD: Final = (60, 30.0)
PAGE_DOWN: Final = "\x1b[6~"
QUIT: Final = "\x11"

REFERENCE_S: Final = 0.189
"""What a bare Textual app took to its first frame where limits in milliseconds were set."""

SETTLED_S: Final = 2.0

MOMENTS_S: Final = (0.0, 0.2, 0.5, 1.0, 0.7, 1.4, 0.1)
"""After the first rows."""

REST_S: Final = 6.0
"""Before keys are measured: the archive is looked through behind the first frame."""

ESCAPE: Final = "\x1b[27u"  # as a terminal with the Kitty protocol sends it
SWITCHES: Final = {
    "sort": (*"dDdDdDdD",),
    "topic": (*"1jjjjkkkkjjjjkkkk2",),
    "search": ("/", *"company", ESCAPE, "/", *"sec", ESCAPE, "/", *"quality>=60", ESCAPE),
}
"""Keys that show other stories."""

_NEWSREADER: Final = (sys.executable, "-m", "reader")
_PROJECT: Final = Path(__file__).resolve().parents[2]
_BARE: Final = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("READY")
Bare().run()
"""
_ONE_CELL: Final = """
from rich.segment import Segment
from textual.app import App
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget
class Cell(Widget, can_focus=True):
    DEFAULT_CSS = "Cell { width: 100%; height: 100%; }"
    count = 0
    def render_line(self, y):
        return Strip([Segment(f"READY {self.count}" if y == 0 else " " * self.size.width)])
class OneCell(App):
    def compose(self):
        yield Cell()
    def on_key(self, event):
        cell = self.query_one(Cell)
        cell.count = (cell.count + 1) % 10
        cell.refresh(Region(0, 0, 8, 1))
OneCell().run()
"""


@dataclass
class Program:
    """A program, and what was measured of it: seconds, bytes and MB."""

    command: tuple[str, ...]
    wait: str
    quit: str = QUIT
    before: str = ""
    starts: list[float] = field(default_factory=list)
    settled: list[float] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)
    key_bytes: list[int] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    page_bytes: list[int] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    quits: list[float] = field(default_factory=list)
    switches: dict[str, list[float]] = field(default_factory=dict)

    def run(self, environment: dict[str, str], *, has_keys: bool = False, is_cold: bool = False) -> None:
        """Start it, press keys if asked to, and end it."""
        probe = Probe(self.command, environment)
        try:
            self._look(probe)
            time.sleep(SETTLED_S)  # as anyone would: what it keeps for the next start is kept then
            if has_keys:
                # What it does behind the first frame is another figure.
                time.sleep(0 if is_cold else REST_S)
                self._press(probe)
            self.memory.append(probe.memory_mb())
        finally:
            self.quits.append(probe.end(self.quit))

    def _look(self, probe: Probe) -> None:
        if self.before:
            probe.settle()
            probe.press(self.before)
        self.starts.append(probe.wait_for(self.wait))
        self.settled.append(probe.settle() - probe.started)
        self.sent.append(probe.bytes_since(0))
        self.frames.append(probe.bursts())

    def _press(self, probe: Probe) -> None:
        for _ in range(PRESSES):
            first, size = probe.press("j")
            self.keys.append(first)
            self.key_bytes.append(size)
        self.lags.append(probe.hold("j", *HELD))
        for _ in range(PRESSES // 5):
            first, size = probe.press(PAGE_DOWN)
            self.pages.append(first)
            self.page_bytes.append(size)

    def switch(self, environment: dict[str, str]) -> None:
        """Start it, and look at other stories in every way there is."""
        probe = Probe(self.command, environment)
        try:
            probe.wait_for(self.wait)
            time.sleep(REST_S)
            for name, keys in SWITCHES.items():
                for key in keys:
                    self.switches.setdefault(name, []).append(probe.switch(key))
        finally:
            probe.end(self.quit)


def run() -> list[tuple[str, str]]:
    """Rows of a table: what was measured, and the figures."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        environment = _environment(folder)
        whole = _app(write_machine_archive(folder / "whole", STORIES), STORIES)
        tenth = _app(write_machine_archive(folder / "tenth", STORIES // 10), STORIES // 10)
        early = Program(whole.command, whole.wait)
        bare = Program((sys.executable, "-c", _BARE), "READY")
        cell = Program((sys.executable, "-c", _ONE_CELL), "READY")
        for program in (whole, tenth):
            subprocess.run([*_NEWSREADER, "index", program.command[-1]], env=environment, check=True)
            _app(Path(program.command[-1]), 1, wait="unread").run(environment)  # keeps figures for the next
        early.run(environment)
        early.starts.clear()
        for number in range(STARTS):
            has_keys = number == STARTS - 1
            # A variable of another value: then the screen of the last end is not shown before the app's own.
            whole.run({**environment, "TEXTUAL_BENCH": str(number)}, has_keys=has_keys)
            bare.run(environment)
            tenth.run({**environment, "TEXTUAL_BENCH": str(number)}, has_keys=has_keys)
            # This one keeps the screen for the next, which has to follow at once: the session of another
            # archive is another session.
            Program(whole.command, whole.wait).run(environment)
            early.run(environment)
        cell.run(environment, has_keys=True)
        for program in (whole, tenth):
            program.switch(environment)
        cold = _app(Path(whole.command[-1]), 1, wait=r"[1-9][\d,]* unread of")
        cold.run({**environment, "XDG_CACHE_HOME": str(folder / "cold")}, has_keys=True, is_cold=True)
        rows = _rows(whole, early, tenth, bare, cell, cold)
        rows += commands.figures(Path(whole.command[-1]), environment)
        rows.append(_quits_in_the_middle(folder, environment, cold))
        if newsboat := shutil.which("newsboat"):
            rows += _against_newsboat(newsboat, folder, environment, whole, early)
    return rows


def _rows(
    whole: Program, early: Program, tenth: Program, bare: Program, cell: Program, cold: Program
) -> list[tuple[str, str]]:
    machine = median(bare.starts) / REFERENCE_S
    return [
        (
            "this machine",
            f"starts a bare Textual app in {_ms(bare.starts)}; where the limits were set that took "
            f"{REFERENCE_S * 1e3:.0f} ms. A limit of 8 ms is {8 * machine:.0f} ms here",
        ),
        (
            f"start, {STORIES:,} stories, nothing changed since the last end: the screen stands there",
            f"{_ms(early.starts)}: {_ratio(early.starts, bare.starts)} of a bare Textual app",
        ),
        (
            f"start, {STORIES:,} stories, to the app's own rows, counts and story",
            f"{_ms(whole.starts)}, a bare Textual app {_ms(bare.starts)}: "
            f"{_ratio(whole.starts, bare.starts)}; "
            f"at a tenth of the stories {_ms(tenth.starts)}: {_ratio(whole.starts, tenth.starts)}",
        ),
        (
            "sent until the screen is settled",
            f"{median(whole.sent) / 1e3:.1f} kB in {median(whole.frames):.0f} frames; "
            f"bare {median(bare.sent) / 1e3:.1f} kB in {median(bare.frames):.0f}",
        ),
        (
            "j",
            f"{_ms(whole.keys)}, {median(whole.key_bytes) / 1e3:.1f} kB; an app that changes one cell "
            f"{_ms(cell.keys)}: {_ratio(whole.keys, cell.keys)}; at a tenth {_ms(tenth.keys)}",
        ),
        (
            "page down",
            f"{_ms(whole.pages)}, {median(whole.page_bytes) / 1e3:.1f} kB; at a tenth {_ms(tenth.pages)}",
        ),
        (
            f"j held for {HELD[0] / HELD[1]:.0f} s: last press to settled screen",
            f"{whole.lags[0] * 1e3:.1f} ms; at a tenth {tenth.lags[0] * 1e3:.1f} ms",
        ),
        (
            "memory after that",
            f"{whole.memory[-1]:.0f} MB, bare {bare.memory[-1]:.0f} MB: "
            f"{whole.memory[-1] / bare.memory[-1]:.2f}x; at a tenth {tenth.memory[-1]:.0f} MB",
        ),
        ("quit", _ms(whole.quits + early.quits)),
        *((f"{name}: key to list", _switch_text(whole, tenth, name)) for name in SWITCHES),
        (
            "first start, without an index, to the first rows",
            f"{_ms(cold.starts)}: {_ratio(cold.starts, bare.starts)} of a bare app",
        ),
        (
            "j while the first index is being made",
            f"{_ms(cold.keys)}; held, last press to settled screen {cold.lags[0] * 1e3:.0f} ms; "
            f"memory {cold.memory[-1]:.0f} MB",
        ),
    ]


def _quits_in_the_middle(folder: Path, environment: dict[str, str], cold: Program) -> tuple[str, str]:
    """An index that is broken off again and again; each start goes on where the last one stopped."""
    quits: list[float] = []
    for wait_s in MOMENTS_S:
        probe = Probe(cold.command, {**environment, "XDG_CACHE_HOME": str(folder / "broken off")})
        try:
            probe.wait_for(cold.wait)
            time.sleep(wait_s)
        finally:
            quits.append(probe.end(cold.quit))
    return "quit while the first index is being made", f"{_ms(quits)}, most {max(quits) * 1e3:.0f} ms"


def _switch_text(whole: Program, tenth: Program, name: str) -> str:
    return f"{_ms(whole.switches[name])}; at a tenth {_ms(tenth.switches[name])}"


def _against_newsboat(
    newsboat: str, folder: Path, environment: dict[str, str], whole: Program, early: Program
) -> list[tuple[str, str]]:
    """The same stories as one feed, read by newsboat from its own cache."""
    feed, urls, cache = folder / "feed.xml", folder / "urls", folder / "cache.db"
    with feed.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>news</title>')
        for number in range(STORIES):
            file.write(_item(number))
        file.write("</channel></rss>")
    urls.write_text(f"file://{feed}\n", encoding="utf-8")
    settings = folder / "settings"
    settings.write_text("confirm-exit no\nauto-reload no\nrefresh-on-startup no\n", encoding="utf-8")
    command = (newsboat, "-q", "-C", str(settings), "-u", str(urls), "-c", str(cache))
    subprocess.run([*command, "-x", "reload"], env=environment, check=True, timeout=600)
    # Enter opens the feed; only then is there a list of articles.
    theirs, ours = (
        Program(command, "Articles in feed", quit="Q", before="\r"),
        Program(whole.command, whole.wait),
    )
    for number in range(AGAINST):
        # In turns, like everything else.
        has_keys = number == AGAINST - 1
        ours.run({**environment, "TEXTUAL_BENCH": f"against {number}"}, has_keys=has_keys)
        theirs.run(environment, has_keys=has_keys)
    return [
        (
            f"newsboat, the same {STORIES:,} as one feed: list of articles",
            f"{_ms(theirs.starts)}: {median(theirs.starts) / median(ours.starts):.1f} times ours, "
            f"{median(theirs.starts) / median(early.starts):.0f} times where nothing has changed",
        ),
        ("newsboat, j", f"{_ms(theirs.keys)}: {median(theirs.keys) / median(ours.keys):.1f} times ours"),
        (
            "newsboat, memory",
            f"{theirs.memory[-1]:.0f} MB: {theirs.memory[-1] / ours.memory[-1]:.1f} times ours",
        ),
    ]


def _item(number: int) -> str:
    fields = dict(
        line.split(": ", 1)
        for line in machine_story(number).splitlines()
        if line[:1].isalpha() and ": " in line
    )
    title, excerpt = (escape(fields[name].strip('"')) for name in ("title", "excerpt"))
    date = format_datetime(datetime.fromisoformat(fields["publishedDateTime"].strip('"')))
    return (
        f"<item><title>{title}</title><description>{excerpt}</description><pubDate>{date}</pubDate>"
        f"<link>{escape(fields['webUrl'].strip(chr(34)))}</link><guid>{number}</guid></item>\n"
    )


def _app(archive: Path, stories: int, *, wait: str = "") -> Program:
    return Program((*_NEWSREADER, str(archive)), wait or f"of {stories:,}")


def _environment(folder: Path) -> dict[str, str]:
    home = folder / "home"
    home.mkdir()
    return {
        **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        "HOME": str(home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(_PROJECT),
    }


def _ms(times: list[float]) -> str:
    """Median and 95th percentile, or the smallest where there are few."""
    middle = median(times) * 1e3
    if len(times) < 20:
        return f"p50 {middle:.0f}, least {min(times) * 1e3:.0f} ms"
    return f"p50 {middle:.1f}, p95 {quantiles(times, n=20)[-1] * 1e3:.1f} ms"


def _ratio(ours: list[float], theirs: list[float]) -> str:
    """Of the medians, and of the smallest, which other work on the machine disturbs least."""
    return f"{median(ours) / median(theirs):.2f}x (least {min(ours) / min(theirs):.2f}x)"
