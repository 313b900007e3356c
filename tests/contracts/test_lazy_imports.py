"""What a command loads decides how long one waits for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import reader

_ROOT = Path(reader.__file__).parents[1]
_PROGRAM = """
import json, sys
from reader.__main__ import main
code = main()
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


def loaded_by(*arguments: str) -> set[str]:
    """The modules that the command line loads, itself successful."""
    # Coverage loads SQLite itself.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *arguments],
        env={**environment, "PYTHONPATH": str(_ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    return set(modules)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("--help",),
        ("list",),
        ("list", "--json"),
        ("check",),
        ("where",),
        ("keys",),
        ("state", "check"),
        ("--print-completion", "zsh"),
        ("config", "check"),
        ("config", "init"),
        ("export", "--starred", "--format", "rss"),
        ("star", "ruled illegal in canada"),
        ("show", "ruled illegal in canada"),
        ("search", "clearview", "is:unread", "--limit", "5"),
        ("search", "topic:ai"),
        ("stats",),
        ("stats", "--json"),
        ("index",),
        ("index", "--rebuild"),
    ],
)
def test_no_command_without_the_screen_loads_textual(arguments: tuple[str, ...]) -> None:
    modules = loaded_by(*arguments)
    assert "reader.cli" in modules
    assert not {"textual", "rich", "asyncio"} & modules


@pytest.mark.parametrize("arguments", [("--version",), ("--help",)])
def test_the_version_and_the_help_load_neither_yaml_nor_sqlite(arguments: tuple[str, ...]) -> None:
    assert not {"yaml", "frontmatter", "sqlite3", "platformdirs"} & loaded_by(*arguments)


@pytest.mark.parametrize("arguments", [("where",), ("keys",), ("config", "check"), ("state", "check")])
def test_what_only_looks_for_files_loads_no_sqlite(arguments: tuple[str, ...]) -> None:
    assert "sqlite3" not in loaded_by(*arguments)


def test_an_archive_that_did_not_change_is_listed_without_yaml() -> None:
    loaded_by("list")
    assert not {"yaml", "frontmatter"} & loaded_by("list")


def test_a_first_page_is_listed_without_what_parses_queries() -> None:
    loaded_by("list")
    loaded = loaded_by("list", "--limit", "5")
    assert not {"reader.query.parse", "reader.query.sql", "reader.index.search", "rich"} & loaded


_NOT_FOR_A_PAGE = {
    "argparse",
    "dataclasses",
    "difflib",
    "hashlib",
    "html",
    "inspect",
    "gettext",
    "logging",
    "platform",
    "platformdirs",
    "reader.archive.fences",
    "reader.archive.frontmatter",
    "reader.handwritten",
    "reader.wording",
    "shutil",
    "textual",
    "unicodedata",
    "yaml",
}


def test_a_first_page_is_listed_without_what_takes_milliseconds_to_load() -> None:
    loaded_by("list")
    assert not _NOT_FOR_A_PAGE & loaded_by("list", "--limit", "5")


def test_a_search_loads_little_more() -> None:
    loaded_by("list")
    assert not (_NOT_FOR_A_PAGE - {"unicodedata"}) & loaded_by("search", "clearview", "--limit", "5")


def test_a_story_as_machines_write_it_is_shown_without_yaml() -> None:
    loaded_by("list")
    loaded = loaded_by("show", "ruled illegal in canada")
    assert "reader.archive.storyfile" in loaded
    assert not {"yaml", "frontmatter", "argparse", "html"} & loaded


_SCREEN = """
import sys
from reader.tui import run
assert "asyncio" not in sys.modules
from reader.tui.event_loop import new_event_loop
new_event_loop().close()
from reader.tui.app import NewsreaderApp
assert not {"ssl", "_ssl"} & sys.modules.keys()
import ssl
assert ssl.OPENSSL_VERSION
"""


def test_the_screen_loads_no_tls_and_leaves_it_to_who_wants_it() -> None:
    subprocess.run([sys.executable, "-c", _SCREEN], env={**os.environ, "PYTHONPATH": str(_ROOT)}, check=True)


_TWICE = """
import ssl, sys
from reader.tui.event_loop import new_event_loop
new_event_loop().close()
new_event_loop().close()
assert sys.modules["ssl"] is ssl
"""


def test_a_loop_can_be_had_again_and_where_tls_is_loaded_already() -> None:
    subprocess.run([sys.executable, "-c", _TWICE], env={**os.environ, "PYTHONPATH": str(_ROOT)}, check=True)
