from __future__ import annotations

from pathlib import Path

import pytest

from reader.cli import output, run_command_line
from reader.index import folders
from tests.factories import write_story
from tests.unit.cli.running import Result, Run


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process."""

    def run(*arguments: object) -> Result:
        capsys.readouterr()
        code = run_command_line([str(argument) for argument in arguments])
        return Result(code, *capsys.readouterr())

    return run


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 60 columns at stdout; pytest changes the streams between set-up and test."""
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders are believed at once, though a moment ago they were still being filled."""
    monkeypatch.setattr(folders, "SETTLED_S", 0)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Three stories, newest first: Robots (quality 10), Clouds (30, a video), Ants (20)."""
    folder = tmp_path / "powerapps"
    write_story(
        folder,
        "2021/robots.md",
        title="Robots at work",
        webUrl="https://news.example.com/robots/",
        publishedDateTime="2021-03-01T10:00:00Z",
        quality=10,
        topics=["Robotics"],
    )
    write_story(
        folder,
        "2021/clouds.md",
        body="The *body*.",
        title="Clouds ahead",
        publishedDateTime="2021-02-01T10:00:00Z",
        webUrl="https://news.example.com/clouds/",
        quality=30,
        topics=["Cloud"],
        type="video",
        related=[
            {
                "title": "Clouds, told by others",
                "publishedDateTime": "2021-02-01T16:00:00Z",
                "webUrl": "https://other.example.org/clouds/",
                "provider": {"name": "Other", "domain": "other.example.org"},
                "quality": 87,
            },
            {"title": "No link"},
        ],
    )
    write_story(
        folder,
        "2020/ants.md",
        title="Ants",
        webUrl="https://news.example.com/ants/",
        publishedDateTime="2020-02-01T10:00:00Z",
        quality=20,
        topics=["AI"],
    )
    return folder
