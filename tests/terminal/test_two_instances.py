"""Two apps over one archive: what one marks the other shows, in both directions, without a key."""

from __future__ import annotations

import time
from pathlib import Path

from tests.factories import write_archive
from tests.terminal.pty_app import PtyApp

PROMISE_S = 2.0


def test_what_one_marks_the_other_shows_within_two_seconds(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "gazette", 8)
    started = time.monotonic()
    with PtyApp(archive) as one, PtyApp(archive) as other:
        one.wait_for("Story 7")
        other.wait_for("Story 7")
        # What this machine takes for two starts says how slow it is now.
        slack_s = time.monotonic() - started
        waits: list[float] = []
        for number, (presser, watcher) in enumerate([(one, other), (other, one)] * 2):
            presser.press("2", "g", *["j"] * number, "s")
            presser.wait_for(f"★ Story {7 - number}")
            begun = time.monotonic()
            watcher.wait_for(f"★ Story {7 - number}", deadline_s=PROMISE_S + slack_s)
            waits.append(time.monotonic() - begun)
        print("seconds until the other one showed it:", [round(wait, 2) for wait in waits])
        # Both press at the same moment.
        one.press("2", "g", *["j"] * 4, "s")
        other.press("2", "g", *["j"] * 5, "s")
        for app in (one, other):
            app.wait_for("★ Story 3", deadline_s=PROMISE_S + slack_s)
            app.wait_for("★ Story 2", deadline_s=PROMISE_S + slack_s)
            app.wait_for("Starred       6", deadline_s=PROMISE_S + slack_s)
        assert one.quit() == 0
        assert other.quit() == 0
