"""Hostile links of stories, opened by the real app with the browser of ``$BROWSER``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories import write_story
from tests.hostile.payloads import HOSTILE_URLS
from tests.terminal.pty_app import PtyApp

URLS = [url for url in HOSTILE_URLS if url.isprintable() and url.strip()]
FORMS = ["{0}", "{0} %s", "{0} --new-tab --url=%s", "missing:{0} --private %s", "sh -c '{0} %s':{0}"]

FAKE = """#!/bin/sh
printf '<%s' "$#" >>"{log}"
for word; do printf ' %s' "$word" >>"{log}"; done
printf '>\\n' >>"{log}"
"""


@pytest.mark.parametrize(
    "form", [FORMS[2], *(pytest.param(form, marks=pytest.mark.stress) for form in FORMS)]
)
def test_no_link_of_a_story_becomes_an_option_a_command_or_another_scheme(tmp_path: Path, form: str) -> None:
    log, browser = tmp_path / "log", tmp_path / "fake"
    browser.write_text(FAKE.format(log=log))
    browser.chmod(0o755)
    for number, url in enumerate(URLS):
        date = f"20{21 + number // 28}-01-{number % 28 + 1:02}T00:00:00Z"
        write_story(
            tmp_path / "g", f"{number:03}.md", title=f"Link {number}", webUrl=url, publishedDateTime=date
        )
    write_story(
        tmp_path / "g",
        "x.md",
        title="Last",
        webUrl="https://xn--e1afmkfd.example/",
        publishedDateTime="2000-01-01",
    )
    with PtyApp(tmp_path / "g", environ={"BROWSER": form.format(browser)}) as app:
        app.wait_for(f"Link {len(URLS) - 1}")
        app.press("g", *["o", "j"] * len(URLS), "G", "o")
        app.wait_for("Opened xn--e1afmkfd.example", deadline_s=60)
        assert app.quit() == 0
    calls = log.read_text().splitlines()
    assert len(calls) >= 10
    usual = {"--new-tab", "--private"}
    for call in calls:
        count, *words = call.strip("<>").split(" ")
        assert int(count) == len(words), call
        *options, address = words
        assert set(options) <= usual, call
        assert address.removeprefix("--url=").startswith(("http://", "https://")), call
    assert not list(tmp_path.rglob("*pwned*"))
    assert len(URLS) >= 40
