"""The app on a screen in memory, over an archive made for the test."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from reader.archive.scan import open_archive
from reader.config import Config, WatchedConfig
from reader.library import Library
from reader.tui.app import NewsreaderApp
from reader.tui.screens.main import MainScreen
from tests.factories import write_story

Reading = Pilot[None]
OpenApp = Callable[..., AbstractAsyncContextManager[Reading]]


def main_screen(pilot: Reading) -> MainScreen:
    """The three panes."""
    assert isinstance(pilot.app, NewsreaderApp)
    return pilot.app._main


def screen_text(pilot: Reading) -> str:
    """What the screen shows, as lines without trailing blanks."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def settled(pilot: Reading) -> None:
    """Wait until background work has ended and its outcome is on the screen."""
    for _ in range(3):
        workers = [worker for worker in pilot.app.workers if worker.group != "poll"]
        with contextlib.suppress(WorkerCancelled):  # replaced by a newer one, which the next round waits for
            await pilot.app.workers.wait_for_complete(workers)
        await pilot.pause()


async def story_loaded(pilot: Reading) -> None:
    """Wait until the story under the cursor has been read from its file."""
    screen = main_screen(pilot)
    for _ in range(100):
        await settled(pilot)
        current, story = screen.story_list.current, screen.story_pane.story
        if current is None or (story is not None and story.row.story_id == current.story_id):
            return
        await pilot.pause(0.02)
    raise AssertionError("the story was never read")


@pytest.fixture(autouse=True)
def _quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's pilot waits after each key until the process is idle; `settled` knows better."""

    async def wait(min_sleep: float = 0, max_sleep: float = 1) -> None:
        await asyncio.sleep(0.01)

    for module in ("textual.app", "textual.pilot"):
        monkeypatch.setattr(f"{module}.wait_for_idle", wait)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Three stories in two topics; the newest has two reports of others."""
    folder = tmp_path / "gazette"
    write_story(
        folder / "_news",
        "2021-02-04-clearview.md",
        title="Clearview ruled illegal",
        excerpt="The practice was dealt a heavy blow.",
        publishedDateTime="2021-02-04T12:52:00Z",
        webUrl="https://threatpost.com/clearview/",
        quality=24,
        published=False,
        provider={"name": "Threat Post", "domain": "threatpost.com"},
        topics=["Computer Vision", "AI"],
        related=[
            {
                "title": "Canada asks Clearview to stop",
                "excerpt": "Regulators said so.",
                "publishedDateTime": "2021-02-04T18:58:00Z",
                "webUrl": "https://thenextweb.com/canada/",
                "quality": 87,
                "provider": {"name": "The Next Web", "domain": "thenextweb.com"},
            },
            {
                "title": "Clearview raises disquiet",
                "excerpt": "Lawsuits in Europe.",
                "publishedDateTime": "2021-02-04T22:15:00Z",
                "webUrl": "https://wsj.com/clearview/",
                "quality": 67,
                "provider": {"name": "Wall Street Journal", "domain": "wsj.com"},
            },
        ],
    )
    write_story(
        folder / "_news",
        "2021-02-03-robots.md",
        title="Robots at work",
        publishedDateTime="2021-02-03T08:00:00Z",
        webUrl="https://example.com/robots/",
        quality=90,
        published=True,
        topics=["AI"],
    )
    write_story(
        folder / "_news",
        "2021-02-02-privacy.md",
        title="Privacy by design",
        publishedDateTime="2021-02-02T08:00:00Z",
        webUrl="https://example.com/privacy/",
        quality=50,
        published=True,
        topics=["Privacy"],
    )
    return folder


@pytest.fixture
def open_app() -> OpenApp:
    """``async with open_app(path, size=(w, h), config=…) as pilot``: the app with its stories shown."""

    @asynccontextmanager
    async def opened(
        *paths: Path,
        size: tuple[int, int] = (140, 40),
        config: Config | None = None,
        watched: WatchedConfig | None = None,
        is_welcome: bool = False,
    ) -> AsyncIterator[Reading]:
        library = Library([open_archive(path) for path in paths])
        app = NewsreaderApp(library, config or Config(mark_read="open"), watched=watched)
        app._main.session.is_first &= is_welcome
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            await settled(pilot)
            await story_loaded(pilot)
            yield pilot

    return opened
