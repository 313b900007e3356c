"""Every screen at four sizes, as text: what is shown stands in tests/tui/snapshots.

``SNAPSHOTS=write`` writes them anew; look at what that changed before it is kept.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Final

import pytest

from reader.config import Config
from reader.library import Library
from tests.factories import write_story
from tests.tui.conftest import OpenApp, main_screen, screen_text, settled, story_loaded
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
}
"""Names of screens, and the keys that lead there."""


def compare(name: str, text: str) -> None:
    """Hold a screen to the one that is kept."""
    file = FOLDER / f"{name}.txt"
    if os.environ.get("SNAPSHOTS") == "write":
        file.write_text(text + "\n", encoding="utf-8")
    kept = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    change = list(difflib.unified_diff(kept, text.splitlines(), "kept", "shown", lineterm=""))
    assert not change, "\n".join([f"{name}: SNAPSHOTS=write keeps what is shown", *change])


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
        webUrl="https://example.com/body/",
        provider={"name": "日本語ニュース", "domain": "example.jp"},
        type="video",
    )
    file = Path("/archives/gazette/_news/2021-02-04-clearview.md")
    monkeypatch.setattr(Library, "file_of", lambda library, row: file)
    async with open_app(archive, size=size, config=Config(mark_read="manual", date_format="date")) as pilot:
        for key in SCREENS[name]:
            await pilot.press(key)
        await settled(pilot)
        if main_screen(pilot).story_list.current is not None:
            await story_loaded(pilot)
        await settled(pilot)
        await pilot.pause(0.3)
        compare(f"{name}-{size[0]}x{size[1]}", screen_text(pilot))
