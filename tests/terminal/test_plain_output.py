"""What the commands without a screen print on a terminal: words, and nothing that acts on it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.payloads import PAYLOADS
from tests.terminal.pty_app import PROJECT, environment, home_variables
from tests.terminal.test_escape_bytes import (
    Quote,
    escaped,
    raw,
    vocabulary,
    write_hostile_archive,
    write_hostile_own_files,
)

# A line on stderr that says how far the work is, for what takes longer than half a second.
ALLOWED = {"CSI K", "U+000A", "U+000D"}


def printed(folder: Path, *arguments: str) -> bytes:
    """What a command writes to its terminal, stdout and stderr together."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "reader", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        cwd=PROJECT,
        env=environment(**home_variables(folder)),
    )
    os.close(theirs)
    output = bytearray()
    try:
        while data := os.read(ours, 65_536):
            output += data
    except OSError:  # what Linux says when the other side is closed
        pass
    finally:
        os.close(ours)
    assert process.wait(20) in (0, 1, 2), output
    return bytes(output)


@pytest.mark.parametrize("quote", [raw, escaped])
def test_no_command_speaks_to_the_terminal(tmp_path: Path, quote: Quote) -> None:
    payloads = list(PAYLOADS.values())
    root = str(write_hostile_archive(tmp_path / "archive", payloads, quote))
    write_hostile_own_files(tmp_path, payloads, quote)
    commands = [
        ["list", "--archive", root],
        ["search", "--archive", root, "PAYLOAD sort:quality"],
        ["search", "--archive", root, "topic:\x1b]0;owned\x07"],
        ["show", "--archive", root, "title PAYLOAD03"],
        ["show", "--archive", root, "\x1b]0;owned\x07"],
        ["stats", "--archive", root],
        ["check", root],
        ["where"],
        ["keys", "--check"],
        ["star", "--archive", root, "title PAYLOAD04", "\x9b2J"],
        ["state", "check"],
    ]
    seen = b""
    for command in commands:
        output = printed(tmp_path, *command)
        assert vocabulary(output) <= ALLOWED, command
        seen += output
    for number in range(len(payloads)):
        assert f"title PAYLOAD{number:02}<before".encode() in seen


def test_json_on_a_terminal_escapes_all_that_is_not_plain(tmp_path: Path) -> None:
    payloads = list(PAYLOADS.values())
    root = str(write_hostile_archive(tmp_path / "archive", payloads, escaped))
    output = printed(tmp_path, "list", "--archive", root, "--json")
    assert vocabulary(output) <= ALLOWED
    # Before it, on a slow machine, stands how far the archive is read.
    start = re.search(rb"\[\s*\{", output)
    assert start is not None
    stories = json.loads(output[start.start() :])
    assert len(stories) == len(payloads) + 2
