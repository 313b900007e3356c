"""The story pane on the screen: coverage, the best version, a long body and its links, keys typed ahead."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader import browser
from reader.config import Config
from reader.tui.panes.story_lines import WHOLE_STORY
from tests.factories import write_archive, write_story
from tests.tui.conftest import OpenApp, Reading, main_screen, screen_text, settled, story_loaded

BODY = """
## What happened

Some *words* with a [link](https://one.example/page) and `code`.

- first
- second

| Name | Score |
| ---- | ----- |
| Ada  | 12    |

> quoted

See [two](https://two.example/) too.
"""


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were opened in a browser."""
    addresses: list[str] = []

    def command_for(url: str, wanted: str = "") -> browser.BrowserCommand:
        return browser.BrowserCommand(("browser", url))

    monkeypatch.setattr(browser, "command_for", command_for)
    monkeypatch.setattr(browser, "start", lambda command: addresses.append(command.argv[1]))
    return addresses


@pytest.fixture
def with_body(archive: Path) -> Path:
    """The archive with a story on top that has a body of Markdown."""
    write_story(
        archive / "_news",
        "2022-01-01-body.md",
        BODY,
        title="With a body",
        publishedDateTime="2022-01-01T00:00:00Z",
        webUrl="https://example.com/body/",
    )
    return archive


def pane_text(pilot: Reading) -> str:
    """All of the story, in view or not."""
    pane = main_screen(pilot).story_pane
    return "\n".join(pane.line(y).text.rstrip() for y in range(pane.line_count))


async def test_the_best_version_is_named_and_x_goes_to_it(archive: Path, open_app: OpenApp) -> None:
    async with open_app(archive) as pilot:
        assert "quality 24 ▁  best version: 87 The Next Web (x)" in screen_text(pilot)
        await pilot.press("x")
        pane = main_screen(pilot).story_pane
        assert pane.has_focus
        assert pane.item is not None
        assert pane.item.related.title == "Canada asks Clearview to stop"
        assert "Regulators said so." in screen_text(pilot)


async def test_x_says_where_the_story_is_the_best_version_itself(tmp_path: Path, open_app: OpenApp) -> None:
    write_story(tmp_path, "2021-01-01-a.md", quality=90, related=[{"title": "Worse", "quality": 12}])
    async with open_app(tmp_path) as pilot:
        assert "the best version of 2" in screen_text(pilot)
        await pilot.press("x")
        await pilot.pause()
        assert "This is the best version: 90." in screen_text(pilot)


async def test_x_says_where_there_is_no_other_version(tmp_path: Path, open_app: OpenApp) -> None:
    write_archive(tmp_path, 1)
    async with open_app(tmp_path) as pilot:
        await pilot.press("x")
        await pilot.pause()
        assert "No other version of this story here." in screen_text(pilot)


async def test_related_coverage_is_a_timeline_with_the_first_report_named(
    tmp_path: Path, open_app: OpenApp
) -> None:
    related = [
        {"title": f"Told {hours} h later", "publishedDateTime": f"2021-02-04T{12 + hours}:52:00Z"}
        for hours in (9, -2, 4)
    ]
    write_story(tmp_path, "2021-01-01-a.md", related=related)
    async with open_app(tmp_path) as pilot:
        text = screen_text(pilot)
        assert "another report was first, 2 h earlier" in text
        assert text.index("-2 h") < text.index("+4 h") < text.index("+9 h")


async def test_a_body_of_markdown_is_laid_out(with_body: Path, open_app: OpenApp) -> None:
    async with open_app(with_body) as pilot:
        text = pane_text(pilot)
    assert " What happened\n" in text
    assert " Some words with a link[1] and code." in text
    assert " • first\n • second\n" in text
    assert " Name  Score\n ────  ─────\n Ada   12\n" in text
    assert " │ quoted\n" in text
    assert "Links in the text (2)\n   [1] https://one.example/page\n   [2] https://two.example/" in text


async def test_links_of_the_body_open_from_the_keyboard(
    with_body: Path, open_app: OpenApp, opened: list[str]
) -> None:
    async with open_app(with_body) as pilot:
        await pilot.press("L", "L", "enter")
        assert opened == ["https://two.example/"]
        await pilot.press("k", "o")
        assert opened[1:] == ["https://one.example/page"]


async def test_a_click_on_a_link_says_where_it_leads_and_a_double_click_opens_it(
    with_body: Path, open_app: OpenApp, opened: list[str]
) -> None:
    async with open_app(with_body) as pilot:
        pane = main_screen(pilot).story_pane
        y = next(y for y in range(pane.line_count) if "a link[1]" in pane.line(y).text)
        offset = (pane.inner.x + pane.line(y).text.index("link["), pane.inner.y + y)
        await pilot.click("#desk", offset=offset)
        await pilot.pause()
        assert "https://one.example/page" in screen_text(pilot).split("Links in the text")[0] or not opened
        await pilot.click("#desk", offset=offset, times=2)
        assert opened == ["https://one.example/page"]


async def test_j_goes_through_links_and_related_items_in_the_order_of_the_screen(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive, size=(140, 40)) as pilot:
        pane = main_screen(pilot).story_pane
        await pilot.press("3", "j")
        assert pane.cursor == 0
        await pilot.press("j")
        assert pane.cursor == 1
        await pilot.press("k", "k")
        assert pane.cursor == WHOLE_STORY


async def test_a_very_long_body_is_read_to_its_end(archive: Path, open_app: OpenApp) -> None:
    body = "\n\n".join(f"Paragraph {number} with some *more* words in it." for number in range(4_000))
    write_story(
        archive / "_news", "2022-01-01-long.md", body, title="Long", publishedDateTime="2022-01-01T00:00:00Z"
    )
    async with open_app(archive, size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("3", "G")
        assert "Paragraph 3999" in screen_text(pilot)
        await pilot.resize_terminal(140, 40)
        await settled(pilot)
        await pilot.press("G")
        assert "Paragraph 3999" in screen_text(pilot)
        await pilot.press("g")
        assert "Paragraph 0 with some more words" in screen_text(pilot)


async def test_keys_typed_before_the_story_was_read_reach_its_related_coverage(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        screen = main_screen(pilot)
        await pilot.press("G")
        for key in ("g", "enter", "j", "j", "s", "enter"):
            pilot.app.simulate_key(key)
        await story_loaded(pilot)
        await settled(pilot)
        assert screen.story_pane.item is not None
        assert screen.story_pane.item.related.title == "Clearview raises disquiet"
        assert screen.library.is_starred(screen.story_pane.item.row.story_id)
        assert not screen.library.is_starred(screen.story_list.current.story_id)  # type: ignore[union-attr]
        assert "Lawsuits in Europe." in screen_text(pilot)


async def test_x_typed_before_the_story_was_read_goes_to_the_best_version(
    archive: Path, open_app: OpenApp
) -> None:
    async with open_app(archive) as pilot:
        await pilot.press("G")
        for key in ("g", "x", "s"):
            pilot.app.simulate_key(key)
        await story_loaded(pilot)
        await settled(pilot)
        screen = main_screen(pilot)
        assert screen.story_pane.item is not None
        assert screen.library.is_starred(screen.story_pane.item.row.story_id)


async def test_keys_do_not_wait_for_ever_for_a_story_that_is_never_read(
    archive: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.tui.held_keys.PATIENCE_S", 0.05)
    async with open_app(archive, config=Config(mark_read="manual")) as pilot:
        screen = main_screen(pilot)
        monkeypatch.setattr(screen.background, "read_story", lambda row, setting: None)
        await pilot.press("G")
        for key in ("g", "3", "m", "s"):
            pilot.app.simulate_key(key)
        await pilot.pause(0.3)
        first = screen.story_list.current
        assert first is not None
        assert screen.library.is_read(first.story_id)
        assert screen.library.is_starred(first.story_id)
