"""A browser that needs the terminal gets it, and the app takes it back."""

from __future__ import annotations

from pathlib import Path

from tests.factories import write_archive
from tests.terminal.pty_app import PtyApp


def test_a_text_browser_has_the_terminal_to_itself_until_it_ends(tmp_path: Path) -> None:
    browser = tmp_path / "bin" / "w3m"
    browser.parent.mkdir()
    browser.write_text('#!/bin/sh\necho "BROWSING <$1>"\nread answer\necho "ANSWER $answer"\n')
    browser.chmod(0o755)
    archive = write_archive(tmp_path / "gazette", 2)
    with PtyApp(archive, environ={"BROWSER": str(browser)}) as app:
        app.wait_for("Story 1")
        app.press("o")
        app.wait_for_output("BROWSING <https://news.example.com/1/>")
        app.press("y", "e", "s", "\r")
        app.wait_for_output("ANSWER yes")
        app.wait_for("1 unread of 2")
        assert app.quit() == 0
