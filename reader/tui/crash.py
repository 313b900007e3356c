"""What is left of an error of the program: where it happened, and nothing of what was being read."""

from __future__ import annotations

import contextlib
import os
import platform
import time
import traceback
from pathlib import Path

import textual
from textual.worker import WorkerFailed

from reader import __version__, locations


def places(error: BaseException) -> str:
    """The kind of an error and the lines of code that led to it, and the same of what caused it.

    Not its message, nor any value: both may hold text of a story, or a path.
    """
    parts: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(parts) < 5:
        kind = type(cause)
        frames = "".join(traceback.format_tb(cause.__traceback__))
        parts.append(f"{kind.__module__}.{kind.__qualname__}\n{frames}")
        inner = cause.error if isinstance(cause, WorkerFailed) else None
        cause = inner or cause.__cause__ or cause.__context__
    return "because of\n".join(parts)


def write_report(error: BaseException) -> Path | None:
    """Write a report into the folder of the log, its owner's only; None where it cannot be written."""
    versions = f"newsreader {__version__}, Python {platform.python_version()}, Textual {textual.__version__}"
    text = f"{versions}, {platform.system()} {platform.release()}\n\n{places(error)}"
    path = locations.log_dir() / f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    with contextlib.suppress(OSError):
        locations.private_dir(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        return path
    return None
