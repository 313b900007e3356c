"""What is sent to the terminal makes it show what Textual would have drawn."""

from __future__ import annotations

from pathlib import Path

import pyte
import pytest
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from reader.tui.app import NewsreaderApp
from reader.tui.painting import Changes, Shown, _apart
from tests.factories import write_archive, write_story
from tests.tui.conftest import OpenApp, main_screen, screen_text, settled


def strip(*texts: str) -> Strip:
    return Strip([Segment(text, Style(bold=text.isupper())) for text in texts])


def sent(shown: Shown, x: int, text: Strip) -> list[tuple[int, str]]:
    return [(column, part.text) for column, part in shown.put(x, 0, text)]


def test_what_is_shown_already_is_not_sent_again() -> None:
    shown = Shown()
    assert sent(shown, 0, strip("one", "TWO")) == [(0, "oneTWO")]
    assert sent(shown, 0, strip("one", "TWO")) == []
    assert sent(shown, 3, strip("TWO")) == []


def test_of_a_line_only_the_segments_that_differ_are_sent() -> None:
    shown = Shown()
    sent(shown, 0, strip("one", "TWO", "six"))
    assert sent(shown, 0, strip("one", "NOW", "six")) == [(3, "NOW")]
    assert sent(shown, 3, strip("TWO")) == [(3, "TWO")]
    assert sent(shown, 0, strip("one", "TWO", "six")) == []


def test_the_unknown_is_sent() -> None:
    shown = Shown()
    sent(shown, 2, strip("ab"))
    assert sent(shown, 0, strip("xy", "ab", "cd")) == [(0, "xy"), (4, "cd")]
    shown.forget()
    assert sent(shown, 0, strip("xy", "ab", "cd")) == [(0, "xyabcd")]


def test_a_style_alone_is_a_difference() -> None:
    shown = Shown()
    sent(shown, 0, Strip([Segment("one", Style(bold=True))]))
    assert sent(shown, 0, Strip([Segment("one", Style(bold=False))])) == [(0, "one")]


def test_regions_that_overlap_are_drawn_once() -> None:
    apart = _apart([Region(0, 0, 10, 4), Region(5, 2, 10, 4), Region(2, 1, 2, 2)])
    cells = [(x, y) for region in apart for x in region.column_range for y in region.line_range]
    assert len(cells) == len(set(cells)) == 40 + 40 - 10


@pytest.mark.parametrize("size", [(140, 40), (100, 30), (60, 20)])
async def test_the_terminal_shows_what_textual_would_have_drawn(
    tmp_path: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    write_archive(tmp_path / "many", 50)
    write_story(tmp_path / "many", "2030-01-01-wide.md", title="日経クロステックの記事 and 👩‍👩‍👧 é")
    terminal = pyte.Screen(*size)
    stream = pyte.Stream(terminal)

    async with open_app(tmp_path / "many", size=size) as pilot:
        app = pilot.app
        show = app._display

        def display(screen: object, update: object) -> None:
            if update is not None and screen is app.screen:
                assert hasattr(update, "render_segments")
                if not isinstance(update, Changes):
                    main_screen(pilot)._compositor._shown.forget()  # type: ignore[attr-defined]
                stream.feed(update.render_segments(app.console).replace("\n", "\r\n"))
            show(screen, update)  # type: ignore[arg-type]

        monkeypatch.setattr(app, "_display", display)
        # Smaller, smaller still, and larger again.
        sizes = {"d": (size[0] - 11, size[1] - 4), "G": (size[0] - 14, size[1] - 7), "D": size}
        app.refresh()
        for key in (
            *("j", "j", "3", "J", "1", "j", "enter", "d", "pagedown", "pagedown", "s", "S", "S", "G", "k"),
            *("slash", "s", "t", "enter", "escape", "question_mark", "j", "escape", "D", "m", "e", "home"),
        ):
            await pilot.press(key)
            await settled(pilot)
            if key in sizes:
                terminal.resize(sizes[key][1], sizes[key][0])
                await pilot.resize_terminal(*sizes[key])
                await settled(pilot)
            shown = [line.rstrip() for line in terminal.display]
            expected = screen_text(pilot).split("\n")
            # pyte counts clusters otherwise; the rest of such a line is left to the eye
            for seen, wanted in zip(shown, expected, strict=True):
                if wanted.isascii() or "日" not in wanted:
                    assert seen == wanted, key


async def test_what_another_program_wrote_on_the_terminal_is_drawn_over(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        app = pilot.app
        assert isinstance(app, NewsreaderApp)
        line = main_screen(pilot).desk.render_lines(Region(0, 5, 140, 1))[0]
        for draw_again in (app._resume_signal, app.action_redraw):
            list(app.shown.put(0, 5, line))
            draw_again()
            await pilot.pause()
            assert [part.text for _, part in app.shown.put(0, 5, line)] == [line.text]
