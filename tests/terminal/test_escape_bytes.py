"""Nothing that an archive says reaches the terminal as more than text: all bytes of the real program."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from reader import links
from tests.factories import write_story
from tests.hostile.payloads import PAYLOADS
from tests.terminal.pty_app import PtyApp, home_variables

SIZE: Final = (200, 36)
FEW: Final = 8
"""Payloads of the short form, where another form tries them all."""
ROOT_NAME: Final = "PAYLOAD<\x1b]52;c;cm0gLXJmIH4=\x07\x1b[6n\x9b2J\u202e>END"

Node = str | Sequence["Node"] | Mapping[str, "Node"]
Quote = Callable[[str], str]


# -- the archive -----------------------------------------------------------------------------------


def raw(text: str) -> str:
    """As it is, which YAML forbids for most of it."""
    return f"'{text}'"


def escaped(text: str) -> str:
    """As YAML allows it between double quotes."""
    names = {
        "\x1b": "\\e",
        "\0": "\\0",
        "\x07": "\\a",
        "\r": "\\r",
        "\u2028": "\\L",
        '"': '\\"',
        "\\": "\\\\",
    }
    return (
        '"' + "".join(names.get(char) or (char if char.isprintable() else _code(char)) for char in text) + '"'
    )


def _code(char: str) -> str:
    if ord(char) > 0xFFFF:
        return f"\\U{ord(char):08x}"
    return f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}"


def as_entities(text: str) -> str:
    """As HTML writes it, which real feeds do within YAML."""
    return f"'{html_text(text)}'"


def html_text(text: str) -> str:
    return "".join(char if char.isascii() and char.isprintable() else f"&#{ord(char)};" for char in text)


def yaml_text(node: Node, quote: Quote) -> str:
    """A value in one line."""
    if isinstance(node, str):
        return quote(node)
    if isinstance(node, Mapping):
        return "{" + ", ".join(f"{name}: {yaml_text(value, quote)}" for name, value in node.items()) + "}"
    return "[" + ", ".join(yaml_text(value, quote) for value in node) + "]"


def file_name(text: str) -> str:
    """The most of a text that a file name may hold."""
    return text.replace("/", "_").replace("\0", "").encode()[:200].decode(errors="ignore")


def write_hostile_story(root: Path, number: int, payload: str, quote: Quote) -> None:
    """A story all of whose fields carry the payload, between a marker and its end."""
    marked = f"PAYLOAD{number:02}<{payload}>END"
    url = f"https://news.example/{marked}"
    image = {"url": f"{url}.png", "title": f"image {marked}", "alt": f"image {marked}"}
    provider: Mapping[str, Node] = {"name": f"name {marked}", "domain": f"domain-{marked}.example"}
    related: Mapping[str, Node] = {
        "title": f"report {marked}",
        "excerpt": f"gist {marked}",
        "publishedDateTime": "2021-01-01T00:00:00Z",
        "webUrl": f"{url}/others",
        "ampWebUrl": f"{url}/others/amp",
        "type": f"type {marked}",
        "provider": {"name": f"teller {marked}", "domain": f"domain-{marked}.example"},
        "images": [image],
    }
    fields: Mapping[str, Node] = {
        "title": f"title {marked}",
        "excerpt": f"excerpt {marked}",
        # The first is the newest, and on top.
        "publishedDateTime": f"2021-01-{28 - number:02}T00:00:00Z",
        "category": f"category {marked}",
        "type": f"type {marked}",
        "webUrl": url,
        "originalUrl": f"{url}/original",
        "ampWebUrl": f"{url}/amp",
        "cdnAmpWebUrl": f"{url}/cdn",
        "featuredUrl": f"{url}/player",
        "locale": marked,
        "provider": provider,
        "topics": [f"topic {marked}"],
        "images": [image],
        "related": [related, {**related, "title": f"more {marked}", "webUrl": url + "/more"}],
    }
    lines = [f"{name}: {yaml_text(value, quote)}" for name, value in fields.items()]
    # Entities are text in a body; five hundred would push all else out of sight.
    body_mark = html_text(marked.replace("\u0301" * 500, "\u0301" * 9)) if quote is as_entities else marked
    image_text = f"![image {body_mark}]({url}.png '{body_mark}')"
    body = f"start {number}.\n\nbody {body_mark}\n\n{image_text}\n\n[link {body_mark}]({url})\n"
    folder = root / file_name(marked)
    folder.mkdir(parents=True)
    text = "\n".join(["---", *lines, "---", "", body])
    (folder / f"{file_name(marked)}.md").write_bytes(text.encode())
    topics = root / "_data" / "topics"
    topics.mkdir(parents=True, exist_ok=True)
    topic: Mapping[str, Node] = {"name": f"topic {marked}", "shortname": f"short {marked}"}
    lines = [f"{name}: {yaml_text(value, quote)}" for name, value in topic.items()]
    (topics / f"{file_name(marked)}.yaml").write_bytes("\n".join(lines).encode())
    # A file that is no YAML, for the sentences about it.
    (root / "_data" / "topics" / f"{file_name(f'bad {marked}')}.yaml").write_bytes(f"[{marked}: {{".encode())


def write_hostile_archive(folder: Path, payloads: Sequence[str], quote: Quote) -> Path:
    """One story for each payload, a harmless one below them, and a broken one at the end."""
    root = folder / ROOT_NAME
    for number, payload in enumerate(payloads):
        write_hostile_story(root, number, payload, quote)
    write_story(root, "plain.md", "body of Plain", title="Plain", publishedDateTime="2020-02-02T00:00:00Z")
    broken = "\n".join(f"key{number}: [{payload}" for number, payload in enumerate(payloads))
    text = f"---\ntitle: Broken\npublishedDateTime: 2019-01-01T00:00:00Z\n{broken}\n---\nbody of Broken\n"
    (root / "broken.md").write_bytes(text.encode())
    return root


def write_hostile_own_files(folder: Path, payloads: Sequence[str], quote: Quote) -> None:
    """Config, saved searches and marks that carry each payload: a sync tool may have written them."""
    config = folder / "config" / "newsreader"
    config.mkdir(parents=True)
    lines = [f"{yaml_text(f'key {number} <{payload}>', quote)}: x" for number, payload in enumerate(payloads)]
    values = {
        name: f"{name} <{''.join(payloads[:9])}>" for name in ("theme", "density", "browser", "date_format")
    }
    lines += [f"{name}: {yaml_text(value, quote)}" for name, value in values.items()]
    (config / "config.yaml").write_bytes("\n".join(lines).encode())
    searches = [
        {"name": f"search {n:02}<{text}>END", "query": f"query <{text}>"} for n, text in enumerate(payloads)
    ]
    text = "\n".join(f"- {yaml_text(search, quote)}" for search in searches)
    (config / "searches.yaml").write_bytes(text.encode())
    marks = [
        {
            "t": f"2026-11-22T12:00:{number:02}.000Z",
            "id": f"elsewhere/gone PAYLOAD{number:02}<{payload}>END.md",
            "star": True,
            "url": f"https://gone.example/PAYLOAD{number:02}<{payload}>END",
            "title": f"kept PAYLOAD{number:02}<{payload}>END",
            "provider": f"keeper PAYLOAD{number:02}<{payload}>END",
            "excerpt": f"essence PAYLOAD{number:02}<{payload}>END",
            "note": f"jotted PAYLOAD{number:02}<{payload}>END",
            "published": "2021-03-01T00:00:00.000Z",
        }
        for number, payload in enumerate(payloads)
    ]
    (config / "state.jsonl").write_text("".join(json.dumps(mark) + "\n" for mark in marks))


# -- the walk --------------------------------------------------------------------------------------


class Walk:
    """All bytes that came out, and what could be read on each screen."""

    def __init__(self) -> None:
        self.output = b""
        self.screens: list[tuple[str, str]] = []

    def look(self, app: PtyApp, name: str, *expected: str) -> None:
        """Remember what the screen shows once it stands still, and shows what is expected."""
        for pattern in expected:
            app.wait_for_pattern(pattern)
        app.drain(0.05)
        self.screens.append((name, app.text))

    def shown(self, fields: Sequence[str], count: int) -> set[tuple[str, str, int]]:
        """Which field with which payload was seen on which screen."""
        return {
            (name, field, number)
            for name, text in self.screens
            for number in range(count)
            for field in fields
            if re.search(marker(field, number), text)
        }


def marker(field: str, number: int) -> str:
    """A pattern for the beginning of a field; a line of the story's pane may end in it."""
    return rf"{field}(?: | *│[^\n]*\n[^\n]*│ +)PAYLOAD{number:02}"


def walk(folder: Path, payloads: Sequence[str], quote: Quote) -> Walk:
    """Show all there is of such an archive."""
    root = write_hostile_archive(folder / "archive", payloads, quote)
    write_hostile_own_files(folder, payloads, quote)
    browser = folder / "browser"
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o755)
    done = Walk()
    with PtyApp(root, size=SIZE, environ={**home_variables(folder), "BROWSER": str(browser)}) as app:
        for number in range(len(payloads)):
            look_at_story(app, number, done)
        app.wait_for_output("body of Plain")
        app.press("G")
        app.wait_for_output("body of Broken")
        app.press("i")
        app.wait_for_output("Front matter")
        done.look(app, "a broken story")
        close(app, "Story information")
        app.press("1", "G", "k", "enter")
        app.wait_for_output(" of 1 ")
        done.look(app, "topics")
        app.press("1", "g", "enter")
        app.wait_for_output("All ›")
        app.press("g", *["s", "j"] * len(payloads), "S")
        app.wait_for_output("kept ")
        for _ in range(len(payloads) // 8):
            done.look(app, "starred")
            app.press("pagedown")
        done.look(app, "starred")
        app.press("g")
        for number in reversed(range(len(payloads))):
            done.look(app, "a kept story", marker("essence", number), marker("jotted", number))
            app.press("j")
        app.press("g", "c")
        app.wait_for_output("keeps the note")
        done.look(app, "a note")
        close(app, "keeps the note")
        app.press("1", "g", "enter")
        app.wait_for_output("All ›")
        app.press("A")
        done.look(app, "a question")
        app.press("escape", "t")
        app.drain(0.2)
        app.press(*"topic")
        done.look(app, "topics to go to")
        app.press("escape", "?")
        app.wait_for_output("Moving about")
        done.look(app, "help")
        close(app, "Moving about")
        app.press("ctrl+p")
        app.wait_for_output("Search for commands")
        app.press("i", "n", "f", "o")
        app.wait_for_output("Show the story's file")
        done.look(app, "palette")
        app.press("enter")
        app.wait_for_output("Story information")
        close(app, "Story information")
        app.press("2", "g")
        for _ in range(len(payloads)):
            app.press("y", "o")
            done.look(app, "toasts")
            app.press("j")
        # What can be copied and opened, is.
        app.press("y", "o")
        app.wait_for_output("Opened news.example.com")
        app.press("/", "P", "A", "Y", "L", "O", "A", "D")
        app.wait_for_output("forget the search")
        done.look(app, "search")
        app.press("enter", "escape")
        assert app.quit() == 0
    done.output = bytes(app.output)
    return done


def look_at_story(app: PtyApp, number: int, done: Walk) -> None:
    """Show a story, its related coverage and its file; go on to the next."""
    app.wait_for_output(f"start {number}.")
    done.look(app, "list and story", marker("body", number))
    app.press("e", "3", "G")
    done.look(app, "related coverage", marker("gist", number))
    app.press("g", "enter", "enter", "i")
    app.wait_for_output(f"category PAYLOAD{number:02}<")
    done.look(app, "information")
    app.press("pagedown")
    done.look(app, "information")
    close(app, "Story information")
    app.press("2", "j")


def close(app: PtyApp, page: str) -> None:
    """Close what lies over the panes."""
    app.press("escape")
    app.wait_until_gone(page)


# -- the bytes -------------------------------------------------------------------------------------

_SEQUENCE: Final = re.compile(
    r"\x1b\[(?P<private>[<=>?]?)(?P<values>[0-9;:]*)(?P<middle>[ -/]*)(?P<end>[@-~])"
    r"|\x1b\](?P<osc>[0-9]*)(?P<words>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b."
)


def vocabulary(output: bytes) -> set[str]:
    """Which kinds of escape sequences and of unprintable characters came out."""
    text = output.decode()
    kinds = {_kind(found) for found in _SEQUENCE.finditer(text)}
    rest = _SEQUENCE.sub("", text)
    return kinds | {f"U+{ord(char):04X}" for char in set(rest) if not char.isprintable()}


def _kind(found: re.Match[str]) -> str:
    if found["end"]:
        # A mode is what its number says; a place or a colour is not.
        values = found["values"] if found["private"] or found["end"] in "hlu" else ""
        return f"CSI {found['private']}{values}{found['middle']}{found['end']}"
    if found["osc"] is not None:
        return f"OSC {found['osc']}" + ("" if found["osc"] == "52" else found["words"])
    return f"ESC {found[0][1:]!r}"


def copied(output: bytes) -> list[str]:
    """What was sent to the clipboard."""
    sent = re.findall(rb"\x1b\]52;c;([^\x07\x1b]*)(?:\x07|\x1b\\)", output)
    return [base64.b64decode(data, validate=True).decode("ascii") for data in sent]


@pytest.fixture(scope="session")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The vocabulary of the same walk where nothing is hostile; the first worker walks for all of them."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")
    folder = tmp_path_factory.mktemp("harmless")
    kept = (
        tmp_path_factory.getbasetemp().parent / f"vocabulary-{run}.json"
        if run
        else folder / "vocabulary.json"
    )
    with open(f"{kept}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            done = walk(folder, ["before and after"] * 2, escaped)
            kept.write_text(json.dumps(sorted(vocabulary(done.output))))
    return set(json.loads(kept.read_text()))


def test_a_harmless_archive_needs_few_words(harmless: set[str]) -> None:
    assert {"CSI H", "CSI m", "CSI ?1049h", "CSI ?1049l", "OSC 52"} <= harmless
    unprintable = {kind for kind in harmless if kind.startswith("U+")}
    assert unprintable <= {"U+000A", "U+000D"}
    assert not any(kind.startswith("ESC") for kind in harmless)


FIELDS: Final = (
    "title",
    "excerpt",
    "name",
    "topic",
    "category",
    "body",
    "report",
    "gist",
    "teller",
    "kept",
    "jotted",
    "essence",
)


def assert_nothing_speaks(done: Walk, payloads: Sequence[str], harmless: set[str]) -> None:
    assert vocabulary(done.output) - harmless == set()
    text = done.output.decode()
    assert [payload for payload in payloads if payload.removesuffix("after") in text] == []
    assert not re.search("[\u0300-\u036f]{5}", text)
    assert copied(done.output)
    for url in copied(done.output):
        assert links.safe_url(url) == url


@pytest.mark.parametrize(("quote", "count"), [(raw, FEW), (escaped, len(PAYLOADS)), (as_entities, FEW)])
def test_no_field_speaks_to_the_terminal(
    tmp_path: Path, harmless: set[str], quote: Quote, count: int
) -> None:
    payloads = list(PAYLOADS.values())[:count]
    done = walk(tmp_path, payloads, quote)
    assert_nothing_speaks(done, payloads, harmless)
    fields = [*FIELDS]
    if quote is not raw:  # which is no topic file at all
        fields.append("short")
    shown = {(field, number) for _, field, number in done.shown(fields, count)}
    missing = [
        f"{field} {number:02}" for number in range(count) for field in fields if (field, number) not in shown
    ]
    assert missing == [], "these were never shown"


@pytest.mark.stress
def test_no_field_speaks_to_the_terminal_in_2_000_combinations(tmp_path: Path, harmless: set[str]) -> None:
    payloads, combinations = list(PAYLOADS.values()), 0
    for quote in (raw, escaped, as_entities):
        done = walk(tmp_path / quote.__name__, payloads, quote)
        assert_nothing_speaks(done, payloads, harmless)
        combinations += len(
            done.shown([*FIELDS, "short", "type", "image", "more", "keeper", "search"], len(payloads))
        )
    print(f"{combinations} combinations of screen, field, payload and way of writing it, 0 foreign bytes")
    assert len(payloads) >= 20
    assert combinations >= 2_000


def test_the_payloads_are_seen_where_they_do_come_out() -> None:
    usual = {"CSI m"}
    for payload in PAYLOADS.values():
        output = f"\x1b[1mtitle<{payload}>".encode()
        if payload not in ("before\rafter", "before" + "\u0301" * 500 + "after"):
            assert vocabulary(output) - usual, repr(payload)


# -- markup ----------------------------------------------------------------------------------------

TITLES: Final = ("[red]", "[/]", "[@click=app.quit]x[/]", "[bold]not bold[/bold]")


def test_brackets_show_as_they_are_written_and_do_nothing_when_clicked(tmp_path: Path) -> None:
    for number, title in enumerate(TITLES):
        write_story(
            tmp_path / "archive",
            f"{number}.md",
            title=f"title {title}",
            excerpt=f"excerpt {title}",
            publishedDateTime=f"2021-01-{20 - number}T00:00:00Z",
            provider={"name": f"name {title}"},
            topics=[f"topic {title}"],
            related=[{"title": f"report {title}", "provider": {"name": "Y"}}],
        )
    with PtyApp(tmp_path / "archive", size=SIZE) as app:
        for number, title in enumerate(TITLES):
            for field in ("title", "name", "excerpt", "topic", "report"):
                app.wait_for(f"{field} {title}")
                app.click(title)
                app.click(f"{field} {title}")
            app.press("2", "g", *["j"] * number, "i")
            app.wait_for("Story information")
            app.wait_for(title)
            app.click(title)
            app.press("escape")
            app.wait_until_gone("Story information")
            app.press("1", "g", "enter", "g", *["j"] * (number + 1))
        assert app.quit() == 0
