"""Open a link outside: http and https only, as one argument of one program, never through a shell.

The standard library has a module for this. It takes ``--options`` for addresses, runs ``$BROWSER`` entries
such as ``sh -c "b %s"`` with the address inside, and lets the browser write over the screen
(CVE-2026-4519, CVE-2014-9622, CVE-2017-12904).
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePath
from typing import Final

from reader import links
from reader.errors import BrowserError
from reader.patterns import pattern
from reader.values import dataclass

_TEXT_BROWSERS: Final = ("w3m", "lynx", "links", "links2", "elinks", "www-browser")
_OPENERS: Final = (
    "xdg-open",
    "gio open",
    "x-www-browser",
    "firefox",
    "firefox-esr",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "brave-browser",
    "microsoft-edge",
    "vivaldi",
    "opera",
    "epiphany",
    "falkon",
    "konqueror",
)

# What parses its words again: an address has $ ( ) ; & and ' by right, and must not meet these.
_SHELLS: Final = frozenset(
    ["sh", "bash", "rbash", "dash", "ash", "zsh", "fish", "ksh", "mksh", "csh", "tcsh", "nu", "pwsh"]
)
_REPARSERS: Final = frozenset(["ssh", "su", "runuser", "script", "watch", "eval"])
_CODE_OPTION = pattern(r"-[a-z]*c|--command", re.I)
_RUNS_NEXT_WORD: Final = frozenset(["-c", "-e", "-x", "--command", "--exec", "--execute", "--eval"])
_URL_WORD = pattern(r"[\w@+=:,./-]*%s", re.ASCII)
_ASSIGNMENT = pattern(r"\w+=", re.ASCII)


@dataclass(frozen=True, slots=True)
class BrowserCommand:
    """What opens one link.

    Attributes:
        argv: The program, as an absolute path where it was searched for, and its arguments.
        needs_terminal: True for a text browser: the app has to step aside for `run_in_terminal`.
    """

    argv: tuple[str, ...]
    needs_terminal: bool = False


class _RefusedError(Exception):
    """An entry that is not used; ``str()`` says why, and follows the name of the entry's program."""


def command_for(
    url: str,
    browser: str = "",
    environ: Mapping[str, str] = os.environ,
    platform: str = sys.platform,
) -> BrowserCommand:
    """How to open `url` here; nothing is started.

    The first entry whose program is installed counts: those of `browser`, of ``$BROWSER``, then what the
    system has, then a text browser.

    Args:
        url: Any text from a story; `reader.links.safe_url` judges it.
        browser: The config's value, written as ``$BROWSER`` is: entries parted by colons, words parted and
            quoted as in a shell, ``%s`` (alone, or ending a word such as ``--url=%s``) for the address,
            which is else the last argument.
        environ: The environment.
        platform: As `sys.platform`.

    Raises:
        BrowserError: If nothing here can open it.
        LinkError: If the address is not safe.
    """
    safe = links.safe_url(url)
    refusals: list[str] = []
    for entry in _entries(browser, environ, platform):
        try:
            argv = _argv(entry, safe, environ)
        except _RefusedError as error:
            refusals.append(str(error))
            continue
        if argv:
            return BrowserCommand(argv, _needs_terminal(argv, environ))
    reason = f"{refusals[0]}, and no other browser was found" if refusals else "no browser was found"
    raise BrowserError(f"{reason}; set browser in the config")


def start(command: BrowserCommand) -> None:
    """Start it apart from this program: own session, no terminal, nothing it prints is seen.

    Raises:
        BrowserError: If it cannot be started.
    """
    try:
        process = subprocess.Popen(
            command.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            close_fds=True,
            env=_child_environ(),
        )
    except OSError as error:
        raise _not_started(command, error) from error
    # Someone has to wait for it, or it stays as a zombie until this program ends.
    threading.Thread(target=process.wait, name="browser-reaper", daemon=True).start()


def run_in_terminal(command: BrowserCommand) -> int:
    """Run it in this terminal until it ends, the app being suspended; gives its exit code.

    Raises:
        BrowserError: If it cannot be started.
    """
    try:
        with _interrupts_for_the_child():
            return subprocess.run(command.argv, check=False, env=_child_environ()).returncode
    except OSError as error:
        raise _not_started(command, error) from error


def _entries(browser: str, environ: Mapping[str, str], platform: str) -> Iterator[str]:
    """What may open a link, the wanted first; not checked yet."""
    yield from browser.split(":")
    yield from environ.get("BROWSER", "").split(":")
    if platform == "darwin":
        yield "open"
    else:
        if environ.get("WSL_DISTRO_NAME"):
            yield "wslview"
        if _has_display(environ):
            yield from _OPENERS
    yield from _TEXT_BROWSERS


def _argv(entry: str, url: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The entry with the address in it; empty if its program is not here.

    Raises:
        _RefusedError: If its quotes are open, or if something would read the address as code.
    """
    try:
        words = shlex.split(entry)
    except ValueError as error:
        raise _RefusedError(f"a browser entry is malformed ({str(error).lower()})") from error
    if words and words[-1] == "&":  # an old way to write what is done here with every browser
        words.pop()
    if not words or not words[0]:
        return ()
    program = shutil.which(os.path.expanduser(words[0]), path=environ.get("PATH", os.defpath))
    if program is None:
        return ()
    words[0] = os.path.abspath(program)
    if not any("%s" in word for word in words):
        words.append("%s")
    _refuse_code(words)
    return tuple(word.replace("%s", url) for word in words)


def _refuse_code(words: list[str]) -> None:
    """Check that nothing among these words parses the address again.

    Raises:
        _RefusedError: If it does, or if the address is inside of a word.
    """
    name = PurePath(words[0]).name
    for position, word in enumerate(words):
        if _is_code_runner(PurePath(word).name, words[position + 1 :]):
            raise _RefusedError(f"{name} would hand the link to a shell")
        if "%s" not in word:
            continue
        if position == 0 or not _URL_WORD.fullmatch(word):
            raise _RefusedError(f"{name} gets the link inside of another word")
        if not _RUNS_NEXT_WORD.isdisjoint((words[position - 1], word.removesuffix("%s").rstrip("="))):
            raise _RefusedError(f"{name} would run the link as a command")


def _is_code_runner(name: str, arguments: list[str]) -> bool:
    if name in _REPARSERS:
        return True
    return name in _SHELLS and any(_CODE_OPTION.match(argument) for argument in arguments)


def _needs_terminal(argv: tuple[str, ...], environ: Mapping[str, str]) -> bool:
    words = list(argv)
    if PurePath(words[0]).name == "env":
        words = [word for word in words[1:] if not word.startswith("-") and not _ASSIGNMENT.match(word)]
    names = {PurePath(words[0]).name, PurePath(os.path.realpath(words[0])).name}
    if "sensible-browser" in names:
        return not _has_display(environ)
    return not names.isdisjoint(_TEXT_BROWSERS)


def _has_display(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def _child_environ() -> dict[str, str]:
    """The environment without ``$BROWSER``: xdg-open would run the entries that were refused here."""
    return {name: value for name, value in os.environ.items() if name != "BROWSER"}


def _not_started(command: BrowserCommand, error: OSError) -> BrowserError:
    name = PurePath(command.argv[0]).name
    return BrowserError(f"{name} cannot be started: {error.strerror}")


@contextmanager
def _interrupts_for_the_child() -> Iterator[None]:
    """Ctrl+C reaches every program in the terminal; here it is meant for the browser alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # A handler that does nothing, and not SIG_IGN: that one the browser would inherit.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
