"""A key held down: the cursor keeps up with it, and stands still when it is let go."""

from __future__ import annotations

import re
import time
from pathlib import Path

from reader import locations
from tests.factories import write_archive
from tests.terminal.pty_app import PtyApp

STORIES = 2_000
PRESSES = 100
REPEAT_S = 1 / 30
QUIET_S = 1.0
"""Longer than what the app does by itself after the last key, as reading the story; a queue takes longer."""


def test_nothing_queues_up_behind_a_key_that_is_held_down(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "long", STORIES)
    locations.config_file().parent.mkdir(parents=True)
    locations.config_file().write_text("mark_read: manual\n")  # else a rest on the last one would draw again
    last = f"Story {STORIES - 1 - PRESSES}"
    with PtyApp(archive) as app:
        app.wait_for("2,000 unread of 2,000")
        app.wait_for("What happened in hour 1999.")
        app.drain(QUIET_S)
        for _ in range(PRESSES - 1):
            app.press("j")
            app.drain(0)
            time.sleep(REPEAT_S)
        app.press("j")
        app.drain(QUIET_S)
        assert cursors(app) == [last], app.text
        # Two signs of the cursor a frame: a queue would draw one story after the other.
        late_frames = app.output.count("▌".encode(), app._pressed_at) / 2
        assert late_frames <= PRESSES / 10
        quiet = len(app.output)
        app.drain(QUIET_S)
        assert len(app.output) == quiet, "something came after the end"
        app.press("s", "j", "j", "s")
        app.wait_for(f"★ Story {STORIES - 3 - PRESSES}")
        stars = re.findall(r"★ (Story \d+)", app.text)
        assert stars == [last, f"Story {STORIES - 3 - PRESSES}"]
        assert app.quit() == 0


def cursors(app: PtyApp) -> list[str]:
    """The stories that the sign of the cursor stands before."""
    return re.findall(r"▌.. (Story \d+) ", app.text)
