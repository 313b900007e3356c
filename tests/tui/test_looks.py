"""Themes, colours, the reader's own style sheet, and what is left of them without colours."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.style import Style as RichStyle
from textual.containers import VerticalScroll
from textual.style import Style
from textual.widgets import Static

from reader.config import Config
from reader.tui.app import NewsreaderApp
from reader.tui.desk import Desk
from reader.tui.inks import Rgb, contrast
from tests.tui.conftest import OpenApp, Reading, main_screen, screen_text, settled

LEAST = 4.5
LAID_OVER = ("story--emphasis", "story--strong", "story--struck", "story--anchor")
"""What has no colour of its own."""

WITHOUT_TEXT = {"frame--line", "frame--focus"}


def texts() -> list[tuple[str, ...]]:
    """Every style of text on the desk: each component class alone and on each ground it can be on."""
    names = sorted(Desk.COMPONENT_CLASSES - WITHOUT_TEXT)
    found: list[tuple[str, ...]] = []
    for name in names:
        room = name.split("--")[0]
        if "cursor" in name or name.endswith("--match"):
            continue
        for under in ((), (f"{room}--cursor",), (f"{room}--cursor-blurred",)):
            if not under or (room in ("row", "story") and under[0] in names):
                found.append((name, *under))
    found += [("story--text", name) for name in LAID_OVER]
    return found


def rgb(color: object) -> Rgb:
    triplet = getattr(color, "triplet", None)
    assert triplet is not None, color
    return (triplet.red, triplet.green, triplet.blue)


def rich_contrast(style: RichStyle) -> float:
    return contrast(rgb(style.color), rgb(style.bgcolor))


def too_pale(pilot: Reading) -> list[str]:
    """The styles of the desk that cannot be read in the present theme."""
    desk = main_screen(pilot).desk
    pale: list[str] = []
    for names in texts():
        style = desk.style(*names)
        room = names[0].split("--")[0]
        marks = [f"{room}--match"] if f"{room}--match" in Desk.COMPONENT_CLASSES else []
        for mark in (None, *marks):
            shown = style if mark is None else style + desk.mark_style(mark)
            if rich_contrast(shown) < LEAST:
                pale.append(f"{pilot.app.theme}: {' '.join(names)} {mark or ''} {rich_contrast(shown):.2f}")
    return pale


def visual_contrast(style: Style) -> float:
    ground = style.background
    assert ground is not None
    assert style.foreground is not None
    text = ground + style.foreground
    return contrast(text.rgb, ground.rgb)


def rgb_themes(app: NewsreaderApp) -> list[str]:
    return [name for name, theme in app.available_themes.items() if not theme.ansi]


async def test_every_text_of_the_desk_can_be_read_in_every_theme(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        assert isinstance(pilot.app, NewsreaderApp)
        names = rgb_themes(pilot.app)
        assert {"gazette", "late-edition", "textual-dark", "solarized-light"} < set(names)
        pale: list[str] = []
        for name in names:
            pilot.app.theme = name
            await pilot.pause()
            pale += too_pale(pilot)
    assert not pale


async def test_every_text_laid_over_the_desk_can_be_read_in_every_theme(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        assert isinstance(pilot.app, NewsreaderApp)
        await pilot.press("question_mark")
        await pilot.pause()
        pale: list[str] = []
        page = pilot.app.screen.query_one("#page", VerticalScroll)
        for name in rgb_themes(pilot.app):
            pilot.app.theme = name
            await pilot.pause()
            for widget in (page, page.query_one(Static)):
                if visual_contrast(widget.visual_style) < LEAST:
                    pale.append(f"{name}: {widget} {visual_contrast(widget.visual_style):.2f}")
        await pilot.press("escape", "ctrl+p", *"theme")
        await settled(pilot)
        pilot.app.notify("Something to read.", timeout=600)
        while not pilot.app.screen.query("Toast"):
            await pilot.pause(0.02)
        for name in rgb_themes(pilot.app):
            pilot.app.theme = name
            await pilot.pause()
            screen = pilot.app.screen
            if ground := pilot.app.current_theme.background:
                # Not what was left of the theme before.
                assert screen.query_one("CommandList").styles.background.hex == ground.upper()
            results = screen.query_one("CommandList")
            styles = {
                "input": screen.query_one("CommandInput").visual_style,
                "toast": screen.query_one("Toast").visual_style,
                "option": results.get_visual_style("option-list--option"),
                "chosen": results.get_visual_style("option-list--option-highlighted"),
                "help": screen.get_visual_style("command-palette--help-text"),
            }
            pale += [
                f"{name}: {part} {visual_contrast(style):.2f}"
                for part, style in styles.items()
                if visual_contrast(style) < LEAST
            ]
    assert not pale


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light"])
async def test_a_theme_of_the_terminal_sends_no_colours_but_its_own(
    archive: Path, open_app: OpenApp, theme: str
) -> None:
    async with open_app(archive, config=Config(theme=theme, mark_read="open")) as pilot:
        desk = main_screen(pilot).desk
        for names in texts():
            style = desk.style(*names)
            assert style.color is None or style.color.triplet is None
            assert style.bgcolor is None or style.bgcolor.is_default
        assert desk.style("row--text", "row--cursor").reverse


async def test_the_pane_with_the_focus_and_the_cursor_are_told_without_colours(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_app(archive, config=Config(theme="nord", mark_read="open")) as pilot:
        text = screen_text(pilot)
        assert "┏━ Stories ━" in text
        assert "╭─ Topics ─" in text
        assert "▌●  Clearview ruled illegal" in text
        await pilot.press("3")
        assert "┏━ Story ━" in screen_text(pilot)
        assert pilot.app.theme != "nord"


async def test_ascii_mode_tells_the_pane_with_the_focus_too(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, config=Config(ascii=True, mark_read="open")) as pilot:
        text = screen_text(pilot)
        assert "+= Stories =" in text
        assert "+- Topics -" in text


@pytest.mark.parametrize("keys", [("question_mark",), ("i",), ("ctrl+p",), ("ctrl+p", *"sort")])
async def test_ascii_mode_draws_pages_palette_and_toasts_in_ascii(
    archive: Path, open_app: OpenApp, keys: tuple[str, ...]
) -> None:
    async with open_app(archive, config=Config(ascii=True, mark_read="open")) as pilot:
        pilot.app.say("“Quoted” – and more …")  # type: ignore[attr-defined]
        await pilot.press(*keys)
        await settled(pilot)
        odd = {char for char in screen_text(pilot) if not char.isascii()}
        assert not odd


async def test_the_theme_under_the_cursor_of_the_palette_is_shown_and_escape_brings_the_old_one_back(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, config=Config(theme="nord", mark_read="open")) as pilot:
        pilot.app.search_themes()
        await settled(pilot)
        await pilot.pause(0.2)
        assert pilot.app.theme == "nord"
        await pilot.press("down")
        await pilot.pause(0.3)
        previewed = pilot.app.theme
        assert previewed != "nord"
        await pilot.press("escape")
        await pilot.pause(0.2)
        assert pilot.app.theme == "nord"


async def test_the_palette_finds_a_theme_by_its_name(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive, config=Config(theme="gazette", mark_read="open")) as pilot:
        await pilot.press("ctrl+p")
        await settled(pilot)
        assert "Theme: " not in screen_text(pilot)
        await pilot.press(*"nord")
        await settled(pilot)
        await pilot.pause(0.3)
        assert "Theme: nord" in screen_text(pilot)
        await pilot.press("enter")
        await pilot.pause(0.3)
        assert pilot.app.theme == "nord"


async def test_the_list_of_themes_comes_before_the_themes_of_the_palette(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("ctrl+p", *"theme")
        await settled(pilot)
        await pilot.pause(0.3)
        first = screen_text(pilot).index("Theme")
        assert not screen_text(pilot)[first:].startswith("Theme:")


async def test_a_theme_chosen_in_the_palette_stays(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        pilot.app.search_themes()
        await settled(pilot)
        await pilot.press(*"gazette")
        await settled(pilot)
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause(0.3)
        assert pilot.app.theme == "gazette"


async def test_a_style_sheet_of_the_readers_own_counts_most(
    archive: Path, tmp_path: Path, open_app: OpenApp
) -> None:
    style = tmp_path / "own.tcss"
    style.write_text("Desk > .row--strong { color: #123456; text-style: italic; }\n", encoding="utf-8")
    async with open_app(archive, config=Config(style=style, mark_read="open")) as pilot:
        shown = main_screen(pilot).desk.style("row--strong")
        assert shown.italic
        assert rgb(shown.color) == (0x12, 0x34, 0x56)


@pytest.mark.parametrize(
    "text",
    ["Desk {", "Desk > .row--strong { color: }", "Desk { color: $nothing; }", "}{", "Desk { colour: red; }"],
)
async def test_a_broken_style_sheet_is_left_out_and_said_so(
    archive: Path, tmp_path: Path, open_app: OpenApp, text: str
) -> None:
    style = tmp_path / "own.tcss"
    style.write_text(text, encoding="utf-8")
    async with open_app(archive, config=Config(style=style, mark_read="open")) as pilot:
        shown = " ".join(screen_text(pilot).split())
        assert "own.tcss" in shown
        assert "left out" in shown
        assert "Clearview ruled illegal" in shown


async def test_a_missing_style_sheet_is_said_so(archive: Path, tmp_path: Path, open_app: OpenApp) -> None:
    config = Config(style=tmp_path / "no.tcss", mark_read="open")
    async with open_app(archive, config=config) as pilot:
        assert "No such file" in screen_text(pilot)


async def test_a_style_sheet_that_does_not_fit_a_theme_is_left_out_there(
    archive: Path, tmp_path: Path, open_app: OpenApp
) -> None:
    style = tmp_path / "own.tcss"
    style.write_text(
        "Desk > .row--strong { color: $surface-active; text-style: italic; }\n", encoding="utf-8"
    )
    async with open_app(archive, config=Config(style=style, mark_read="open")) as pilot:
        assert main_screen(pilot).desk.style("row--strong").italic
        pilot.app.theme = "ansi-dark"
        await pilot.pause(0.2)
        assert pilot.app.is_running
        assert not main_screen(pilot).desk.style("row--strong").italic
