"""Starting the app on a terminal, and leaving it with everything saved."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NoReturn

from reader import afterimage, locations
from reader.config import Config, WatchedConfig
from reader.errors import UsageError
from reader.library import Library
from reader.model import Archive
from reader.tui.ending import Ending
from reader.tui.event_loop import new_event_loop
from reader.tui.opening import Opening
from reader.tui.session import SessionFile

if TYPE_CHECKING:
    from reader.tui.app import NewsreaderApp
    from reader.tui.next_start import NextStart

_INSTEAD: Final = "without one, newsreader list and newsreader show print stories"

_LOG_BYTES: Final = 500_000
"""At the start a log larger than this is put aside, over the one put aside before."""


def run(archives: Sequence[Archive], config: Config, watched: WatchedConfig | None = None) -> NoReturn:
    """Run the app on these archives until the reader quits, and end the process with its exit code.

    Args:
        archives: What to read.
        config: The settings.
        watched: Tells when they change; None for settings that stay.

    Raises:
        UsageError: If there is no terminal that can show it.
    """
    check_terminal()
    _start_log()
    if os.environ.get("NO_COLOR"):
        os.environ.setdefault("TEXTUAL_THEME", "ansi-dark")
    if not config.kitty_keys:
        os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    library = Library(archives, on_trouble=lambda trouble: app.show_trouble(trouble))
    ending = Ending(library)
    session = SessionFile(library.archives).load()
    # While Textual is imported, the stories are read: most often they are in the first frame.
    opening = Opening(library)
    loop = new_event_loop()
    # Textual reads its environment while it is imported, so not before here.
    from reader.tui.app import NewsreaderApp
    from reader.tui.driver import PromptDriver

    app = NewsreaderApp(library, config, PromptDriver, opening, session, watched)
    app.leave = lambda: _leave_past(app, library, config)
    ending.of(app, loop)
    try:
        app.run(mouse=config.mouse, loop=loop)
    finally:
        library.close()
    _end(app, library, config)


def _leave_past(app: NewsreaderApp, library: Library, config: Config) -> None:
    """End past Textual, which first takes apart what ends with the process anyway."""
    driver = app._driver
    if driver is None:
        return
    try:
        driver.stop_application_mode()
        driver.close()
    except (OSError, RuntimeError):
        logging.getLogger(__name__).exception("the terminal was not given back at once")
        return  # the usual way out tries once more
    library.close()
    _end(app, library, config)


def _end(app: NewsreaderApp, library: Library, config: Config) -> NoReturn:
    if app.next_start is not None:
        _keep(app.next_start, library, config)
    _leave(app.return_code or 0)


def _keep(start: NextStart, library: Library, config: Config) -> None:
    """Keep the first screen of the next start, unless the index was written to since it was drawn."""
    from reader.tui.next_start import index_stamps

    files = [locations.config_file(), locations.session_file(), *library.files()]
    files += [config.style] if config.style else []
    with contextlib.suppress(OSError):
        if not start.stamps or index_stamps(library) == start.stamps:
            afterimage.keep(start.frame, map(str, files), start.not_after, start.size)


def _leave(code: int) -> NoReturn:
    """End at once: a thread may still be reading an archive, and everything that lasts is saved.

    Taking the interpreter down in good order costs another 40 ms.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def check_terminal() -> None:
    """Refuse what the app cannot be drawn on.

    Textual draws on stderr and reads stdin; with either of them elsewhere there is a blank hang.

    Raises:
        UsageError: If there is no terminal that can show it.
    """
    streams = (sys.__stdin__, sys.__stderr__)
    if not all(stream is not None and stream.isatty() for stream in streams):
        raise UsageError(f"the reader needs a terminal; {_INSTEAD}")
    if os.environ.get("TERM", "") in ("dumb", ""):
        raise UsageError(f"this terminal (TERM=dumb) cannot show the reader; {_INSTEAD}")


def _start_log() -> None:
    try:
        locations.private_dir(locations.log_dir())
        file = locations.log_file()
        if file.exists() and file.stat().st_size > _LOG_BYTES:
            os.replace(file, file.with_suffix(".old.log"))
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600))
        handler: logging.Handler = logging.FileHandler(file, encoding="utf-8", delay=True)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger("reader")
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    root.propagate = False
