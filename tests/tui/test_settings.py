"""What is wrong with the config is told at the start; what changes in it counts at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reader import locations
from reader.config import Config, WatchedConfig, load
from reader.tui.app import NewsreaderApp
from tests.tui.conftest import OpenApp, Reading, main_screen, screen_text, settled


def keyed(**keys: str) -> Config:
    """A config with keys for commands; ``_`` stands for ``-``."""
    return Config(mark_read="open", keys={name.replace("_", "-"): text for name, text in keys.items()})


def written(text: str) -> Path:
    """The config file, saying this."""
    file = locations.config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(text)
    os.utime(file, ns=(before + 10**9, before + 10**9))
    return file


async def change(pilot: Reading, text: str) -> str:
    """Let the config say this, wait until the app knows; gives what it tells."""
    assert isinstance(pilot.app, NewsreaderApp)
    written(text)
    pilot.app.look_at_settings()
    await settled(pilot)
    await pilot.pause()
    return told(pilot)


def told(pilot: Reading) -> str:
    """The message in the corner."""
    return "\n".join(notice.message for notice in pilot.app._notifications)


async def test_what_is_wrong_with_keys_is_told_with_everything_else(archive: Path, open_app: OpenApp) -> None:
    file = written("theme: nrod\ndensty: one-line\nkeys:\n  toggle-sta: b\n  down: s\n")
    async with open_app(archive, config=load(file)) as pilot:
        await pilot.pause()
        text = told(pilot)
        for sentence in (
            'config.yaml:2: unknown key "densty"; did you mean "density"?',
            'config.yaml:4: keys: there is no command "toggle-sta"; did you mean "toggle-star"?',
            "config.yaml:5: keys: down: s is a key of toggle-star",
            'config.yaml:1: there is no theme "nrod"; did you mean "nord"?',
        ):
            assert sentence in text
        await pilot.press("j", "s")
        assert main_screen(pilot).library.counts().starred == 1


async def test_a_sign_that_quits_can_be_typed_into_the_search_box(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, config=keyed(quit="Q")) as pilot:
        await pilot.press("slash", *"Qs")
        await settled(pilot)
        assert main_screen(pilot).foot.text == "Qs"
        await pilot.press("escape", "Q")
        await pilot.pause()
        assert not pilot.app.is_running


async def test_a_key_of_the_config_waits_for_the_story_as_the_usual_one_does(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, config=keyed(best_version="V", toggle_star="b")) as pilot:
        screen = main_screen(pilot)
        screen.story_pane._subject = None
        screen._ahead.forget()
        screen._show_story()
        await pilot.press("V", "b")
        await settled(pilot)
        item = screen.story_pane.item
        assert item is not None
        assert screen.library.is_starred(item.row.story_id)


async def test_a_change_of_the_config_counts_at_once(archive: Path, open_app: OpenApp) -> None:
    watched = WatchedConfig(written("mark_read: manual\n"))
    async with open_app(archive, config=watched.read(), watched=watched) as pilot:
        assert isinstance(pilot.app, NewsreaderApp)
        screen = main_screen(pilot)
        await pilot.press("j")
        text = await change(
            pilot,
            "theme: nord\nmark_read: open\ndensity: one-line\ndate_format: date\nbrowser: lynx\n"
            "animations: true\nkeys:\n  toggle-star: b\n",
        )
        assert text == "Settings read again."
        assert "b star" in screen_text(pilot)
        assert pilot.app.theme == "nord"
        assert pilot.app.animation_level == "basic"
        assert pilot.app.config.browser == "lynx"
        assert screen.story_list.row_height == 1
        assert screen.story_list.cursor == 1
        await pilot.press("b", "enter")
        assert screen.library.counts().starred == 1
        assert screen.library.counts().everything.unread == 2
        await change(pilot, "")
        assert "s star" in screen_text(pilot)
        assert (pilot.app.theme, screen.story_list.row_height) == ("textual-dark", 2)
        await pilot.press("s")
        assert screen.library.counts().starred == 0


async def test_signs_can_become_ascii_and_back(archive: Path, open_app: OpenApp) -> None:
    watched = WatchedConfig(written(""))
    async with open_app(archive, config=watched.read(), watched=watched) as pilot:
        await pilot.press("s", "c", *"one", "enter")
        await change(pilot, "ascii: true\n")
        assert screen_text(pilot).isascii(), [
            line for line in screen_text(pilot).split("\n") if not line.isascii()
        ]
        await change(pilot, "")
        text = screen_text(pilot)
        assert all(sign in text for sign in "★●¶·…›")


async def test_recent_stories_are_dated_as_the_config_says_now(archive: Path, open_app: OpenApp) -> None:
    watched = WatchedConfig(written(""))
    async with open_app(archive, config=watched.read(), watched=watched) as pilot:
        assert main_screen(pilot).story_list._now is not None
        await change(pilot, "date_format: date\n")
        assert main_screen(pilot).story_list._now is None


async def test_a_mistake_in_a_changed_config_is_told_with_file_line_and_the_right_key(
    archive: Path, open_app: OpenApp
) -> None:
    watched = WatchedConfig(written(""))
    async with open_app(archive, config=watched.read(), watched=watched) as pilot:
        text = await change(pilot, "density: one-line\nmark_raed: open\nkeys:\n  sort: s\ntheme: drakula\n")
        assert 'config.yaml:2: unknown key "mark_raed"; did you mean "mark_read"?' in text
        assert "config.yaml:4: keys: sort: s is a key of toggle-star" in text
        assert 'config.yaml:5: there is no theme "drakula"; did you mean "dracula"?' in text
        assert "Settings read again" not in text
        assert main_screen(pilot).story_list.row_height == 1


async def test_what_counts_from_the_next_start_is_said(archive: Path, open_app: OpenApp) -> None:
    watched = WatchedConfig(written(""))
    async with open_app(archive, config=watched.read(), watched=watched) as pilot:
        text = await change(pilot, "mouse: false\narchives: [/nowhere]\n")
        assert text == "Settings read again; archives, mouse: from the next start on."


async def test_a_config_that_says_the_same_as_before_is_not_worth_a_word(
    archive: Path, open_app: OpenApp
) -> None:
    watched = WatchedConfig(written("theme: nord\n"))
    async with open_app(archive, config=watched.read(), watched=watched) as pilot:
        assert "Settings" not in await change(pilot, "# mine\ntheme: nord\n")


async def test_a_theme_chosen_in_the_app_stays_when_something_else_changes(
    archive: Path, open_app: OpenApp
) -> None:
    watched = WatchedConfig(written("theme: nord\n"))
    async with open_app(archive, config=watched.read(), watched=watched) as pilot:
        pilot.app.theme = "dracula"
        await change(pilot, "theme: nord\ndwell_s: 3\n")
        assert pilot.app.theme == "dracula"


async def test_no_colours_stay_no_colours_when_the_theme_of_the_config_changes(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    watched = WatchedConfig(written(""))
    async with open_app(archive, config=watched.read(), watched=watched) as pilot:
        before = pilot.app.theme
        await change(pilot, "theme: nord\n")
        assert pilot.app.theme == before


async def test_the_welcome_of_a_first_start_never_names_a_key_of_before(
    archive: Path, open_app: OpenApp
) -> None:
    watched = WatchedConfig(written(""))
    async with open_app(archive, config=watched.read(), watched=watched, is_welcome=True) as pilot:
        assert "s stars" in screen_text(pilot)
        await change(pilot, "keys:\n  toggle-star: b\n")
        assert "s stars" not in screen_text(pilot)
        assert "b star" in screen_text(pilot)
