"""How long commands without a screen take as whole processes, beside a Python that does nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Final

RUNS: Final = 11

_READER: Final = (sys.executable, "-m", "reader")


def figures(archive: Path, environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """Of an archive with an up-to-date index, all in turns: what counts is the ratio.

    Args:
        archive: Where its stories are.
        environment: All of it; says where the index is.
    """
    story = max(archive.rglob("*.md"))
    commands = {
        "python -c pass": (sys.executable, "-c", "pass"),
        "list --limit 20": (*_READER, "list", str(archive), "--limit", "20"),
        "search security --limit 20": (
            *(*_READER, "search", "security", "--archive", str(archive)),
            *("--limit", "20"),
        ),
        "show FILE": (*_READER, "show", str(story)),
        "show ID": (*_READER, "show", "--archive", str(archive), story.stem),
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            begun = time.perf_counter()
            subprocess.run(command, env=dict(environment), check=True, stdout=subprocess.DEVNULL)
            times[name].append(time.perf_counter() - begun)
    nothing = times.pop("python -c pass")
    return [
        (
            f"newsreader {name}",
            f"p50 {median(ours) * 1e3:.0f} ms, {median(ours) / median(nothing):.1f} times python -c pass "
            f"(least {min(ours) / min(nothing):.1f})",
        )
        for name, ours in times.items()
    ]
