"""Links: their host is on the screen before they are opened, and nothing but http and https ever is."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from reader.config import Config
from tests.factories import write_story
from tests.hostile.payloads import HOSTILE_URLS
from tests.tui.conftest import OpenApp, Reading, main_screen, screen_text, settled, story_loaded

WIDE, NARROW = (140, 40), (60, 20)


class Browser:
    """A browser that writes down what it was given."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "opened"
        self.program = folder / "fake"
        self.program.write_text(f'#!/bin/sh\nfor word; do echo "$word" >>"{self._log}"; done\n')
        self.program.chmod(0o755)

    @property
    def config(self) -> Config:
        return Config(browser=str(self.program), mark_read="open")

    @property
    def opened(self) -> list[str]:
        return self._log.read_text().splitlines() if self._log.exists() else []

    async def opens(self, pilot: Reading, *expected: str) -> bool:
        """Whether these, and no others, have been opened in a while."""
        end = time.monotonic() + 20
        while len(self.opened) < len(expected) and time.monotonic() < end:
            await pilot.pause(0.05)
        return self.opened == list(expected)


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


def said(pilot: Reading) -> list[str]:
    return [message.message for message in pilot.app._notifications]


async def press(pilot: Reading, *keys: str) -> None:
    await pilot.press(*keys)
    await settled(pilot)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.com/a/", "example.com"),
        ("https://пример.example/a/", "xn--e1afmkfd.example"),
        ("https://аpple.com/", "xn--pple-43d.com"),
        ("https://login.evil.example/", "login.evil.example"),
    ],
)
async def test_the_host_of_a_story_is_shown_before_it_is_opened_in_punycode_where_it_is_not_ascii(
    tmp_path: Path, open_app: OpenApp, browser: Browser, url: str, host: str
) -> None:
    provider = {"name": "Example", "domain": "example.com"}
    write_story(tmp_path / "g", "a.md", title="A", webUrl=url, originalUrl=url, provider=provider)
    async with open_app(tmp_path / "g", size=WIDE, config=browser.config) as pilot:
        shown = screen_text(pilot)
        assert host in shown
        assert f"https://{host}/" in shown
        assert ("leads to" in shown) == (host != "example.com")
        assert "пример" not in shown
        await press(pilot, "o")
        assert await browser.opens(pilot, url.replace(url.split("/")[2], host))
        assert f"Opened {host}" in said(pilot)


async def test_where_only_the_list_is_shown_the_host_is_told_first(
    tmp_path: Path, open_app: OpenApp, browser: Browser
) -> None:
    write_story(tmp_path / "g", "a.md", title="A", webUrl="https://пример.example/")
    async with open_app(tmp_path / "g", size=NARROW, config=browser.config) as pilot:
        await press(pilot, "o")
        assert said(pilot) == ["o again opens xn--e1afmkfd.example"]
        assert browser.opened == []
        await press(pilot, "o")
        assert await browser.opens(pilot, "https://xn--e1afmkfd.example/")


@pytest.mark.parametrize(
    ("title", "domain"),
    [("bank.example", "example.org"), ("A", "notbank.example"), ("A", "bank.example.org")],
)
async def test_a_title_or_a_like_name_does_not_pass_for_the_host(
    tmp_path: Path, open_app: OpenApp, browser: Browser, title: str, domain: str
) -> None:
    provider = {"name": "N", "domain": domain}
    write_story(tmp_path / "g", "a.md", title=title, webUrl="https://bank.example/", provider=provider)
    async with open_app(tmp_path / "g", size=WIDE, config=browser.config) as pilot:
        assert "leads to bank.example" in screen_text(pilot)
    async with open_app(tmp_path / "g", size=NARROW, config=browser.config) as pilot:
        await press(pilot, "o")
        assert browser.opened == []


async def test_the_host_of_a_related_report_is_shown_before_it_is_opened(
    tmp_path: Path, open_app: OpenApp, browser: Browser
) -> None:
    related = [
        {"title": f"R{n}", "webUrl": f"https://r{n}.example/", "provider": {"name": f"N{n}"}} for n in (1, 2)
    ]
    write_story(tmp_path / "g", "a.md", title="A", related=related)
    async with open_app(tmp_path / "g", size=WIDE, config=browser.config) as pilot:
        await story_loaded(pilot)
        await press(pilot, "tab", "j", "o")
        assert said(pilot) == ["o again opens r1.example"]
        assert browser.opened == []
        await press(pilot, "o")
        assert await browser.opens(pilot, "https://r1.example/")
        await press(pilot, "j", "enter")
        assert "https://r2.example/" in screen_text(pilot)
        await press(pilot, "o")
        assert await browser.opens(pilot, "https://r1.example/", "https://r2.example/")


async def test_no_link_of_a_body_is_anything_but_http_and_its_host_is_shown_first(
    tmp_path: Path, open_app: OpenApp, browser: Browser
) -> None:
    forms = (
        "[bank]({0})\n",
        "<{0}>\n",
        "![picture]({0})\n",
        "[to it][{1}]\n\n[{1}]: {0}\n",
        "{0}\n",
        '<a href="{0}">x</a>\n',
    )
    hostile = [url for url in HOSTILE_URLS if not url.startswith("http") and url.strip()]
    body = "\n".join(form.format(url, f"r{number}") for number, url in enumerate(hostile) for form in forms)
    last = "[bank](https://пример.example/$(touch${IFS}pwned))"
    write_story(tmp_path / "g", "a.md", title="A", body=f"{body}\n\n{last}\n")
    async with open_app(tmp_path / "g", size=WIDE, config=browser.config) as pilot:
        await story_loaded(pilot)
        for _ in range(30):
            await press(pilot, "L")
            assert main_screen(pilot).story_pane.link.startswith(("http://", "https://"))
            if "xn--e1afmkfd.example" in screen_text(pilot):
                break
            await press(pilot, "o")
        assert "https://xn--e1afmkfd.example/$(touch" in screen_text(pilot)
        await press(pilot, "o")
        end = time.monotonic() + 20
        while not any("xn--" in url for url in browser.opened) and time.monotonic() < end:
            await pilot.pause(0.05)
    assert browser.opened[-1].startswith("https://xn--e1afmkfd.example/$(touch$")
    assert all(url.startswith(("http://", "https://")) for url in browser.opened)
    assert not list(tmp_path.rglob("pwned"))
