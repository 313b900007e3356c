"""Reading changes nothing in an archive, whatever is pressed."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path
from typing import Final

from tests.factories import write_archive, write_story
from tests.terminal.pace import catch_up
from tests.terminal.pty_app import PtyApp

KEY_COUNT: Final = 1_000
CHUNK: Final = 50

# Everything but what leaves the program, starts another one, or asks for words: q ctrl+q o v y ctrl+p :
KEYS: Final = (
    *"jjjjkkkkgGhl123JKnpmmssSeddDir ?",
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    *("ctrl+d", "ctrl+u", "tab", "shift+tab", "enter", "enter", "escape", "escape"),
)


def state_of(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Mode, time of the last change and content of everything in a folder, the folder included."""
    found: dict[str, tuple[int, int, str]] = {}
    for path in (folder, *folder.rglob("*")):
        status = os.lstat(path)
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(folder))] = (status.st_mode, status.st_mtime_ns, content)
    return found


def test_a_thousand_keys_leave_the_archive_as_it_was(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "gazette", 60)
    related = [
        {"title": f"Report {number}", "webUrl": f"https://example.com/{number}/"} for number in range(4)
    ]
    write_story(archive, "told-by-many.md", "A long body.\n\n" * 60, title="Told by many", related=related)
    topics = archive / "_data" / "topics"
    topics.mkdir(parents=True)
    (topics / "ai.yaml").write_text("name: AI\n")
    before = state_of(archive)
    choice = random.Random(20_210_204)
    with PtyApp(archive) as app:
        app.wait_for("Told by many")
        for _ in range(KEY_COUNT // CHUNK):
            app.press(*choice.choices(KEYS, k=CHUNK))
            catch_up(app)
            app.press("?")
            app.wait_for_output("Moving about")
            app.press("escape")
        app.press("1", "g", "enter", "i")
        app.wait_for("Story information")
        assert app.quit() == 0
    assert state_of(archive) == before
