from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import pytest
from textual.worker import WorkerCancelled

from reader.config import Config
from reader.tui import allocator
from reader.tui.background import Background
from tests.factories import write_story
from tests.tui.conftest import OpenApp, Reading, main_screen, screen_text, settled, story_loaded


async def noticed(pilot: Reading) -> None:
    """Look at the archives as the timer does, and wait for what comes of it."""
    screen = main_screen(pilot)
    screen.background._watch._next_at = 0.0
    screen._poll()
    with contextlib.suppress(WorkerCancelled):
        await pilot.app.workers.wait_for_complete()
    await settled(pilot)


def add(archive: Path, name: str = "2021-03-01-new.md", title: str = "Brand new") -> Path:
    write_story(archive / "_news", name, title=title, publishedDateTime="2021-03-01T08:00:00Z")
    return archive / "_news" / name


@pytest.mark.parametrize("keys", [(), ("j",)])
async def test_new_stories_appear_and_the_cursor_stays_on_its_story(
    archive: Path, open_app: OpenApp, keys: tuple[str, ...]
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press(*keys)
        before = screen.story_list.current
        assert before is not None
        add(archive)
        await noticed(pilot)
        assert "Brand new" in screen_text(pilot)
        assert "4 unread of 4" in screen_text(pilot)
        assert screen.story_list.current is not None
        assert screen.story_list.current.story_id == before.story_id


async def test_within_two_seconds_nobody_has_to_press_a_key(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        main_screen(pilot).background._watch._next_at = 0.0
        add(archive)
        end = time.monotonic() + 20  # generous: the machine may be busy
        while "Brand new" not in screen_text(pilot) and time.monotonic() < end:
            await pilot.pause(0.1)
        assert "Brand new" in screen_text(pilot)


async def test_a_deleted_story_goes_and_the_cursor_goes_to_what_stood_below(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("j")
        (archive / "_news" / "2021-02-03-robots.md").unlink()
        await noticed(pilot)
        screen = main_screen(pilot)
        assert "2 unread of 2" in screen_text(pilot)
        assert screen.story_list.current is not None
        assert screen.story_list.current.title == "Privacy by design"


async def test_a_story_written_in_place_is_read_again_while_one_reads_it(
    archive: Path, open_app: OpenApp
) -> None:
    file = archive / "_news" / "2021-02-03-robots.md"
    async with open_app(archive) as pilot:
        await pilot.press("j")
        await story_loaded(pilot)
        await noticed(pilot)
        with file.open("a") as text:
            text.write("\nA body that was not there before.\n")
        await noticed(pilot)
        await story_loaded(pilot)
        assert "A body that was not there before." in screen_text(pilot)


async def test_watch_off_in_the_config_leaves_it_to_r(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, config=Config(watch=False)) as pilot:
        add(archive)
        await noticed(pilot)
        assert "Brand new" not in screen_text(pilot)
        await pilot.press("r")
        await settled(pilot)
        assert "Brand new" in screen_text(pilot)


async def test_what_comes_in_place_of_a_story_that_vanished_is_not_read_by_itself(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, config=Config(dwell_s=0.1)) as pilot:
        screen = main_screen(pilot)
        screen.stop_waiting()
        await pilot.press("j", "u", "3")
        row = screen.story_list.current
        assert row is not None
        file = screen.library.file_of(row)
        assert file is not None
        file.unlink()
        await noticed(pilot)
        await pilot.pause(0.4)
        assert "is gone from the archive" in screen_text(pilot)
        assert screen.library.counts().everything.unread == 2


async def test_an_archive_that_vanishes_is_told_once_and_its_stories_stay(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        monkeypatch.setattr(screen.reader, "say", lambda text, **_: told.append(text))
        archive.rename(archive.with_name("elsewhere"))
        for _ in range(3):
            await noticed(pilot)
        assert len(told) == 1
        assert "is not there any more" in told[0]
        assert "Robots at work" in screen_text(pilot)
        archive.with_name("elsewhere").rename(archive)
        add(archive)
        await noticed(pilot)
        assert "Brand new" in screen_text(pilot)


async def test_a_mark_of_another_instance_shows_up_by_itself(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot, open_app(archive) as other:
        await other.press("s")
        await noticed(pilot)
        assert "★ Clearview ruled illegal" in screen_text(pilot)


async def test_what_did_not_change_is_not_read(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = time.time() - 60
    for folder in (archive, archive / "_news"):
        os.utime(folder, (old, old))
    async with open_app(archive) as pilot:
        await pilot.pause(0.1)
        synced: list[int] = []
        monkeypatch.setattr(Background, "sync", lambda self: synced.append(1))
        monkeypatch.setattr(main_screen(pilot).library, "is_unchanged", lambda: True)
        await noticed(pilot)
        assert synced == []


async def test_memory_that_a_sync_took_is_given_back_once_it_found_something(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    async with open_app(archive) as pilot:
        monkeypatch.setattr(allocator, "give_back", lambda: given.append("back"))
        await noticed(pilot)
        assert not given
        add(archive)
        await noticed(pilot)
        assert given == ["back"]


async def test_memory_is_looked_after_as_soon_as_the_first_frame_is_out(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[str] = []
    monkeypatch.setattr(allocator, "hold_little", lambda: held.append("little"))
    async with open_app(archive) as pilot:
        end = time.monotonic() + 20  # generous: the machine may be busy
        while not held and time.monotonic() < end:
            await pilot.pause(0.02)
    assert held == ["little"]
