"""A start shows the screen at once that it will show a quarter of a second later."""

from __future__ import annotations

import re
from pathlib import Path

import pyte
import pytest

from tests.factories import write_archive, write_story
from tests.terminal.pty_app import PtyApp, home_variables
from tests.terminal.test_start_and_end import is_put_back

SIZE = (120, 40)
ALONE = b"\x1b[?1049h\x1b[?25l\x1b[?7l"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = write_archive(tmp_path / "gazette", 60)
    write_story(
        folder,
        "2031-05-05-wide.md",
        title="日経クロステックの記事",
        excerpt="Told at length, é and 🇨🇦 among it.",
        topics=["AI", "Robotics"],
    )
    return folder


def run_once(archive: Path, home: Path, *keys: str) -> bytes:
    """All that comes out from the start until the end."""
    with PtyApp(archive, size=SIZE, environ=home_variables(home)) as app:
        wait_for_the_app(app)
        for key in keys:
            app.press(key)
            app.drain(0.3)
        assert app.quit() == 0
        assert is_put_back(app)
        return bytes(app.output)


def wait_for_the_app(app: PtyApp) -> None:
    """Wait until the app itself listens, has drawn what there was to draw and has looked at the archive."""
    for _ in range(200):
        app.drain(0.1)
        if b"\x1b[?1000h" in app.output:
            app.drain(1.5)
            return
    raise AssertionError("the app never began")


def screen_of(output: bytes) -> list[str]:
    screen = pyte.Screen(*SIZE)
    pyte.ByteStream(screen).feed(re.sub(rb"\x1b\[(?:>[0-9;]*u|<[0-9;]*u|\?[0-9;]*\$p)", b"", output))
    return [line.rstrip() for line in screen.display]


@pytest.mark.parametrize(
    "keys",
    [
        (),
        ("j", "j", "s", "m"),
        ("pagedown", "pagedown", "k", "enter", "e"),
        ("1", "j", "j", "j", "j"),
        ("d", "D", "end"),
        ("/", "s", "t", "o"),
        ("?",),
        ("S",),
    ],
)
def test_the_next_start_shows_at_once_what_it_will_show(
    archive: Path, tmp_path: Path, keys: tuple[str, ...]
) -> None:
    home = tmp_path / "home"
    run_once(archive, home, *keys)
    output = run_once(archive, home)
    assert output.startswith(ALONE)
    assert output.count(b"\x1b[?1049h") == 1, "some terminals clear the screen when it is chosen again"
    early_end = output.index(b"\x1b[?1000h")
    assert any("Story" in line for line in screen_of(output[:early_end]))
    # Had its own first frame been another one, it would have sent all lines.
    assert not re.search(rb"\x1b\[(?:10|20|30);1H", output[early_end:])


def test_what_one_types_before_the_app_listens_is_not_lost(archive: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    run_once(archive, home)
    with PtyApp(archive, size=SIZE, environ=home_variables(home)) as app:
        app.wait_for("of 61")
        assert b"\x1b[?1000h" not in app.output, "the app listens already"
        app.press("j", "j", "j", "s")
        app.wait_for_pattern(r"★ Starred +1")
        app.drain(0.5)
        assert app.quit() == 0
        assert is_put_back(app)


def test_a_page_opened_on_the_kept_screen_gives_way_to_the_panes(archive: Path, tmp_path: Path) -> None:
    run_once(archive, tmp_path)
    with PtyApp(archive, size=SIZE, environ=home_variables(tmp_path)) as app:
        app.wait_for("of 61")
        app.press("?")
        app.wait_for("Moving about")
        app.press("escape")
        app.wait_until_gone("Moving about")
        assert app.quit() == 0


def test_a_changed_archive_or_size_shows_nothing_too_early(archive: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    run_once(archive, home)
    with PtyApp(archive, size=(100, 30), environ=home_variables(home)) as app:
        app.wait_for("of 61")
        assert not app.output.startswith(ALONE)
        app.drain(1.0)
        assert app.quit() == 0


def test_words_of_an_error_stay_on_the_screen(archive: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    run_once(archive, home)
    with PtyApp(archive, size=SIZE, environ={**home_variables(home), "PATH": ""}) as app:
        app.wait_for("of 61")
        assert app.quit() == 0
    archive.rename(tmp_path / "moved")
    with PtyApp(archive, size=SIZE, environ=home_variables(home)) as app:
        assert app.wait_for_end() == 2
        assert "gazette" in app.text
        assert app.has_restored_modes()
