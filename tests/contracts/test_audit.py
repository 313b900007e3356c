"""``make audit`` against a registry on this machine: a vulnerability and silence both make it fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests import audit

LIBRARIES = {"one": "1.0", "two": "2.0"}
SOUND = {"info": {"version": "2.0"}, "vulnerabilities": [{"id": "PYSEC-0", "withdrawn": "2026-01-01"}]}


@pytest.fixture
def pages() -> dict[str, object]:
    """What the registry knows, by path."""
    return {"/pypi/one/1.0/json": {"info": {"version": "1.0"}, "vulnerabilities": []}}


@pytest.fixture
def registry(pages: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(self.path)
            self.send_response(200 if page else 404)
            self.end_headers()
            self.wfile.write(json.dumps(page).encode() if page else b"")

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    monkeypatch.setattr(audit, "installed", lambda program: LIBRARIES)
    monkeypatch.setenv("no_proxy", "*")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_newest_version_is_asked_for_where_the_registry_has_no_answer_for_one(
    registry: str, pages: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    pages["/pypi/two/json"] = SOUND
    assert audit.main(["--registry", registry]) == 0
    assert capsys.readouterr().out == "one 1.0: nothing known\ntwo 2.0: nothing known\n"


def test_a_known_vulnerability_fails_it(
    registry: str, pages: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    pages["/pypi/two/2.0/json"] = {"info": {"version": "2.0"}, "vulnerabilities": [{"id": "PYSEC-1"}]}
    assert audit.main(["--registry", registry]) == 1
    assert "two 2.0: PYSEC-1" in capsys.readouterr().out


def test_an_answer_for_another_version_is_none(
    registry: str, pages: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    pages["/pypi/two/json"] = {**SOUND, "info": {"version": "3.0"}}
    assert audit.main(["--registry", registry]) == 2
    assert "two 2.0: no answer (404 for two/2.0; the newest is 3.0)" in capsys.readouterr().out


def test_a_registry_that_is_not_there_fails_it(registry: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main(["--registry", "http://127.0.0.1:1"]) == 2
    assert capsys.readouterr().out.count("no answer") == 2


def test_all_that_newsreader_runs_on_is_asked_for() -> None:
    found = audit.installed("newsreader-tui")
    assert {
        "textual",
        "rich",
        "pyyaml",
        "linkify-it-py",
        "python-frontmatter",
        "platformdirs",
        "markdown-it-py",
    } <= set(found)
    assert "pytest" not in found
