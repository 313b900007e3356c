"""What a hostile link makes of a browser that writes down its arguments: nothing but one http(s) word."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from reader import browser
from reader.errors import LinkError
from tests.hostile.payloads import HOSTILE_URLS, PAYLOADS

URLS = (*HOSTILE_URLS, *(f"https://example.com/{payload}" for payload in PAYLOADS.values()))
FORMS = ["fake", "fake %s", "fake --new-tab --url=%s", "missing:fake --private %s", "sh -c 'fake %s':fake"]

FAKE = """#!/bin/sh
for word; do printf '%s\\0' "$word"; done >"$(dirname "$0")/arguments"
"""


@pytest.fixture
def fake(tmp_path: Path) -> Path:
    """A folder of programs: a browser that writes its arguments to a file beside it, and a shell."""
    (tmp_path / "fake").write_text(FAKE)
    (tmp_path / "fake").chmod(0o755)
    (tmp_path / "sh").symlink_to("/bin/sh")
    return tmp_path


def opened_by(fake: Path, url: str, form: str) -> list[str]:
    """The arguments the browser got; none if the link was refused."""
    try:
        command = browser.command_for(url, "", {"PATH": str(fake), "BROWSER": form}, "linux")
    except LinkError:
        return []
    assert os.path.basename(command.argv[0]) == "fake"
    subprocess.run(command.argv, check=True, cwd=fake)
    return (fake / "arguments").read_text().split("\0")[:-1]


@pytest.mark.parametrize("form", FORMS)
def test_a_browser_gets_one_http_word_and_nothing_runs(form: str, fake: Path) -> None:
    expected = form.rpartition(":")[2].split()[1:]
    options = [word.removesuffix("%s") for word in expected if word != "%s"]
    opened = 0
    for url in URLS:
        arguments = opened_by(fake, url, form)
        if not arguments:
            continue
        opened += 1
        *before, last = arguments
        assert before == [option for option in options if option != "--url="], url
        address = last.removeprefix("--url=")
        assert address.startswith(("http://", "https://")), url
        assert address.isascii()
        assert address.isprintable()
        assert " " not in address
    assert opened >= 10
    assert sorted(os.listdir(fake)) == ["arguments", "fake", "sh"]


def test_the_battery_is_large_enough() -> None:
    assert len(set(URLS)) >= 40
