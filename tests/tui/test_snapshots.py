"""Every screen at four sizes, as text: what is shown stands in tests/tui/snapshots.

``SNAPSHOTS=write`` writes them anew; look at what that changed before it is kept.
"""

from __future__ import annotations

import difflib
import os
import shutil
from pathlib import Path
from typing import Final

import pytest

from reader.config import Config
from reader.library import Library
from tests.factories import write_story
from tests.tui.conftest import OpenApp, main_screen, screen_text, settled, story_loaded
from tests.tui.test_saved_searches import read
from tests.tui.test_story_pane import BODY

FOLDER: Final = Path(__file__).with_name("snapshots")
SIZES: Final = [(140, 40), (100, 30), (80, 24), (60, 20)]

SCREENS: Final = {
    "list": (),
    "coverage": ("j", "3", "enter", "enter"),
    "body": ("3",),
    "whole-screen": ("z",),
    "topics": ("1",),
    "one-line": ("full_stop",),
    "search": ("slash", *"clearview"),
    "nothing-found": ("slash", *"xyzzy", "enter"),
    "no-stars": ("S",),
    "information": ("j", "i"),
    "keys": ("question_mark",),
    "palette": ("ctrl+p", *"best"),
    "welcome": (),
    "found": ("slash", *"clearview", "enter"),
    "completion": ("slash", *"clearview pro"),
    "mistake": ("slash", *"qualty>60"),
    "filter": ("f",),
    "floor": ("greater_than_sign", "d"),
    "all-read": ("A",),
    "all-was-read": ("A", "y"),
    "note": ("j", "c"),
    "starred-coverage": ("j", "x", "c", *"for the talk", "enter", "S"),
    "go-to-topic": ("t", "v"),
    "keys-searched": ("question_mark", "slash", *"star"),
    "themes": ("ctrl+p", *"theme", "enter"),
    "damaged": ("G",),
    "archives": ("1", "j", "j", "j", "l", "j"),
    "saved-searches": ("slash", *"clear", "enter", "B", "enter", "1"),
    "no-story": (),
}
"""Names of screens, and the keys that lead there."""


def is_kept(name: str, text: str) -> bool:
    """Whether there is nothing to wait for: also where screens are written anew."""
    file = FOLDER / f"{name}.txt"
    is_written = os.environ.get("SNAPSHOTS") == "write"
    return is_written or not file.exists() or file.read_text(encoding="utf-8") == f"{text}\n"


def compare(name: str, text: str) -> None:
    """Hold a screen to the one that is kept."""
    file = FOLDER / f"{name}.txt"
    if os.environ.get("SNAPSHOTS") == "write":
        file.write_text(text + "\n", encoding="utf-8")
    kept = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    change = list(difflib.unified_diff(kept, text.splitlines(), "kept", "shown", lineterm=""))
    assert not change, "\n".join([f"{name}: SNAPSHOTS=write keeps what is shown", *change])


def prepared(name: str, archive: Path) -> list[Path]:
    """The archives of a screen."""
    if name == "damaged":
        (archive / "_news" / "2020-01-01-damaged.md").write_text(
            '---\ntitle: "A damaged story"\ntopics: [AI\n---\n'
        )
    if name == "no-story":
        shutil.rmtree(archive / "_news")
        (archive / "_data").mkdir()
    if name != "archives":
        return [archive]
    write_story(archive.parent / "herald", "one.md", title="Herald on AI", topics=["AI"])
    return [archive, archive.parent / "herald"]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SCREENS)
async def test_a_screen_looks_as_it_did(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch, name: str, size: tuple[int, int]
) -> None:
    write_story(
        archive / "_news",
        "2022-01-01-body.md",
        BODY,
        title="A story with a long body, and with a title that does not fit in one line",
        publishedDateTime="2022-01-01T00:00:00Z",
        webUrl="https://example.jp/body/",
        provider={"name": "日本語ニュース", "domain": "example.jp"},
        type="video",
    )
    file = Path("/archives/gazette/_news/2021-02-04-clearview.md")
    monkeypatch.setattr(Library, "file_of", lambda library, row: file)
    paths = prepared(name, archive)
    config = Config(mark_read="manual", date_format="date")
    async with open_app(*paths, size=size, config=config, is_welcome=name == "welcome") as pilot:
        for key in SCREENS[name]:
            await pilot.press(key)
            if key == "enter" and name != "coverage":
                await settled(pilot)
        await settled(pilot)
        current = main_screen(pilot).story_list.current
        if current is not None and not current.is_gone:
            await story_loaded(pilot)
        if name == "saved-searches":
            await read(pilot)
            while main_screen(pilot).topic_tree.searches_with_counts() != {"clear": 1}:
                await pilot.pause(0.05)
        await settled(pilot)
        await pilot.pause(0.3)
        snapshot = f"{name}-{size[0]}x{size[1]}"
        for _ in range(50):  # what is drawn first in a process waits for imports
            if is_kept(snapshot, screen_text(pilot)):
                break
            await pilot.pause(0.1)
        compare(snapshot, screen_text(pilot))
