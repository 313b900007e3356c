"""Where newsreader keeps its own files: nothing is ever written anywhere else.

The XDG variables win on every system; without them platformdirs says what is usual there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

APP: Final = "newsreader"


def config_dir() -> Path:
    """Folder of the config and of the marks: small, precious, worth a backup."""
    return _xdg("XDG_CONFIG_HOME") or _usual("user_config_path", ".config")


def cache_dir() -> Path:
    """Folder of the indexes: may be deleted at any time."""
    return _xdg("XDG_CACHE_HOME") or _usual("user_cache_path", ".cache")


def log_dir() -> Path:
    """Folder of the log and of the last session."""
    name = "user_log_path" if sys.platform == "darwin" else "user_state_path"
    return _xdg("XDG_STATE_HOME") or _usual(name, ".local/state")


def config_file() -> Path:
    """The config, which need not exist."""
    return config_dir() / "config.yaml"


def searches_file() -> Path:
    """The saved searches, which need not exist."""
    return config_dir() / "searches.yaml"


def session_file() -> Path:
    """Where one was in the app, and how one had it: may be deleted at any time."""
    return log_dir() / "session.json"


def log_file() -> Path:
    """The log of the terminal app."""
    return log_dir() / "newsreader.log"


def private_dir(path: Path) -> Path:
    """`path`, made with its parents where missing; each that was made here is 0700, as XDG wants it.

    Raises:
        OSError: If it cannot be made.
    """
    if not path.is_dir():
        private_dir(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
    return path


def _xdg(variable: str) -> Path | None:
    # The XDG specification: relative values are invalid and are to be ignored.
    value = os.environ.get(variable, "")
    return Path(value) / APP if value.startswith("/") else None


def _usual(name: str, on_linux: str) -> Path:
    """What that function of platformdirs says, which takes 6 ms to load; on Linux it is known without it."""
    home = os.environ.get("HOME", "")
    if sys.platform == "linux" and "ANDROID_DATA" not in os.environ and home.startswith("/"):
        return Path(home, on_linux, APP)
    import platformdirs

    return Path(getattr(platformdirs, name)(APP, appauthor=False))
