"""What the app leaves on the disk is its owner's only, and nothing leaves the machine."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from tests.factories import write_archive
from tests.terminal.pty_app import READER, PtyApp, home_variables

WATCHED = """
import os, sys
log = os.open(os.environ["SOCKET_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
def watch(event, arguments):
    if event.startswith("socket."):
        # The event loop wakes itself through a pair of sockets without a name.
        if event == "socket.__new__" and int(arguments[1]) == 1:
            os.write(log, b"pair\\n")
        else:
            os.write(log, f"{event} {arguments[1:]}\\n".encode())
sys.addaudithook(watch)
from reader.__main__ import main
sys.exit(main())
"""


def session(archive: Path, home: Path, program: tuple[str, ...], **environ: str) -> None:
    """Read, star, search, save, look again and quit."""
    with PtyApp(archive, program=program, environ={**home_variables(home), **environ}) as app:
        app.wait_for("Story 4")
        app.press("s", "j", "m", "enter")
        app.wait_for("What happened in hour 3.")
        app.press("2", "g", "y")
        app.wait_for("Sent to the clipboard")
        app.press("/", *"story")
        app.wait_for("5 stories found")
        app.press("escape")
        app.wait_until_gone("Enter to the stories")
        app.press("r", "d", "?")
        app.wait_for("Moving about")
        assert app.quit() == 0


def test_every_file_of_its_own_is_its_owners_only(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "gazette", 5)
    home = tmp_path / "home"
    before = os.umask(0)
    try:
        home.mkdir(mode=0o700)
        session(archive, home, READER)
        session(archive, home, READER)
    finally:
        os.umask(before)
    made = {path: os.lstat(path).st_mode for path in home.rglob("*")}
    names = {path.name for path in made}
    assert "state.jsonl" in names
    assert "newsreader.log" in names
    assert any(name.endswith(".sqlite") for name in names)
    ours = {path: mode for path, mode in made.items() if "newsreader" in path.relative_to(home).parts}
    files = {path: oct(mode & 0o777) for path, mode in ours.items() if stat.S_ISREG(mode)}
    folders = {path: oct(mode & 0o777) for path, mode in ours.items() if stat.S_ISDIR(mode)}
    assert files == dict.fromkeys(files, "0o600")
    assert folders == dict.fromkeys(folders, "0o700")


def test_a_session_opens_no_connection_and_asks_no_name(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "gazette", 5)
    record = tmp_path / "sockets"
    session(archive, tmp_path / "home", (sys.executable, "-c", WATCHED), SOCKET_LOG=str(record))
    lines = record.read_text().splitlines()
    assert "pair" in lines, "nothing was watched"
    assert [line for line in lines if line != "pair"] == []
