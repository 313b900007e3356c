"""Nothing that the commands print acts on a terminal, whatever stands in stories, names, config and marks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reader import locations
from reader.cli import output, run_command_line
from tests.factories import write_story
from tests.hostile.payloads import PAYLOADS

Printed = Callable[..., str]

COMMANDS = [
    ("list",),
    ("list", "--starred"),
    ("list", "--json"),
    ("search", "before"),
    ("search", "has:note", "--json"),
    ("search", "before:\x1b[2J"),
    ("show", "story-0"),
    ("show", "story-0", "--json"),
    ("show", "story"),
    ("stats",),
    ("stats", "--json"),
    ("check",),
    ("check", "--json"),
    ("where",),
    ("where", "--json"),
    ("keys",),
    ("keys", "--check"),
    ("keys", "--json"),
    ("config", "check"),
    ("config", "check", "--json"),
    ("config", "init"),
    ("state", "check"),
    ("state", "check", "--json"),
    ("state", "merge", "\x1b[2J\x9b2J"),
    ("star", "story-1", "nothing\x1b[2J", "before"),
    ("read", "story-1", "--json"),
    ("export", "--starred"),
    ("export", "--view", "\x1b[2J"),
    *(("export", "--view", "", "--format", form) for form in ("md", "json", "csv", "html", "rss")),
    ("export", "--view", "", "--output", "\x9b2J.md"),
    ("\x1b[2J",),
    ("list", "\x9b2J"),
]


@pytest.fixture
def printed(capfd: pytest.CaptureFixture[str]) -> Printed:
    """Everything a command line prints."""

    def printed(*arguments: str) -> str:
        capfd.readouterr()
        assert run_command_line(arguments) in (0, 1, 2)
        return "".join(capfd.readouterr())

    return printed


def in_yaml(text: str) -> str:
    """A quoted scalar; JSON writes signs beyond the first plane as two halves, which YAML takes for none."""
    signs = (sign if sign.isalnum() and sign.isascii() else f"\\U{ord(sign):08x}" for sign in text)
    return f'"{"".join(signs)}"'


@pytest.fixture
def _hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive, a config and marks that carry every payload wherever a text can stand."""
    monkeypatch.chdir(tmp_path)
    archive, marks = tmp_path / "archive", list[str]()
    for number, payload in enumerate(PAYLOADS.values()):
        name = payload.replace("\0", "").replace("/", "")[:80]
        write_story(
            archive,
            f"{name}/story-{number} {name}.md",
            body=f"body {payload}",
            title=f"title {payload}",
            excerpt=f"excerpt {payload}",
            type=payload,
            category=payload,
            quality=payload,
            provider={"name": payload, "domain": payload},
            topics=[payload],
            related=[{"title": payload, "excerpt": payload, "provider": {"name": payload}}],
        )
        for story_id in (f"archive/{name}/story-{number} {name}.md", f"gone/{payload}.md"):
            fields = {"star": True, "note": payload, "title": payload, "provider": payload, "url": payload}
            marks.append(json.dumps({"t": "2026-01-01T00:00:00Z", "id": story_id, **fields}))
    folder = locations.config_dir()
    folder.mkdir(parents=True)
    (folder / "state.jsonl").write_text("\n".join([*marks, *PAYLOADS.values(), ""]))
    (folder / "state.\x1b[2J.jsonl").write_text("\x1b[2J\n")
    # A key of YAML is short.
    quoted = [in_yaml(payload[:40]) for payload in PAYLOADS.values()]
    wrong = "".join(f"  {text}: {text}\n" for text in quoted)
    (folder / "config.yaml").write_text(
        f"archives:\n  - {json.dumps(str(archive))}\n  - '/nowhere'\ntheme: {quoted[0]}\nkeys:\n{wrong}"
        + "".join(f"{text}: {text}\n" for text in quoted)
        + "style: '/no\u202ewhere'\n"
    )


@pytest.mark.parametrize("is_terminal", [True, False])
@pytest.mark.usefixtures("_hostile")
def test_what_is_printed_only_draws(
    printed: Printed, monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda: is_terminal)
    printed("index")
    for form in (("list", "--starred"), ("export", "--starred"), ("export", "--view", "has:note")):
        assert printed(*form).count("title before") >= len(PAYLOADS)
    acting: dict[str, set[str]] = {}
    for command in COMMANDS:
        text = printed(*command)
        assert text
        # RFC 4180 ends its lines so.
        found = {char for char in text.replace("\r\n", "\n") if char != "\n" and not char.isprintable()}
        found -= {"\t"} if not is_terminal else set()
        if found:
            acting[" ".join(command)] = found
    assert acting == {}
