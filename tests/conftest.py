"""Fixtures for every test: nothing of the tester's own home is read or written."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from hypothesis import settings

# Speed is measured in tests/bench: on a busy machine any example may take a second.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_configure() -> None:
    """Listen to interrupts: behind a shell that ran them with &, the tests and their children ignore them."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    for variable, folder in (
        ("HOME", home),
        ("XDG_CONFIG_HOME", home / "config"),
        ("XDG_CACHE_HOME", home / "cache"),
        ("XDG_STATE_HOME", home / "state"),
    ):
        monkeypatch.setenv(variable, str(folder))
    for variable in ("BROWSER", "NO_COLOR", "TEXTUAL_THEME", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def config_home() -> Path:
    """The folder of the config and the marks in this test."""
    from reader import locations

    return locations.config_dir()
