"""What is written of the tables of the program: the man page, and the tables in the README.

``make docs`` writes them anew; a test says when they are not what the tables are.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from reader import __version__
from reader.cli import COMMANDS
from reader.cli.parsing import app_parser, command_parser
from reader.cli.settings import overview, sample
from reader.query.fields import NAMES
from reader.tui.commands import COMMANDS as KEY_COMMANDS
from reader.tui.commands import key_table, key_text

PROJECT: Final = Path(__file__).resolve().parents[1]
README: Final = PROJECT / "README.md"
MAN_PAGE: Final = PROJECT / "docs" / "newsreader.1"

_FILES: Final = (
    ("~/.config/newsreader/config.yaml", "The config; newsreader config init writes a sample."),
    ("~/.config/newsreader/state.jsonl", "The marks: what is worth a backup."),
    ("~/.config/newsreader/searches.yaml", "The saved searches."),
    ("~/.cache/newsreader/index/", "The index; may be deleted at any time."),
    ("~/.local/state/newsreader/newsreader.log", "The log of the app."),
)
_ENVIRONMENT: Final = (
    ("XDG_CONFIG_HOME, XDG_CACHE_HOME, XDG_STATE_HOME", "Where these folders are instead."),
    ("BROWSER", "What opens links, where the config does not say."),
    ("NO_COLOR", "No colours, if it is set to anything."),
)
_EXITS: Final = (
    ("0", "Done."),
    ("1", "Problems were found, or a story to be marked was not."),
    (
        "2",
        "Wrong use: an option, a path or a query that cannot be meant, or something that cannot be written.",
    ),
    ("130", "Ended by Ctrl-C."),
    ("135", "Ended by SIGBUS: a file in use was cut short, and that could not be mended; on macOS 138."),
    ("141", "No one reads the output on."),
)


def readme(text: str) -> str:
    """The README with its tables as they should be."""
    for name, table in (("keys", key_table()), ("config", f"```yaml\n{overview()}\n```")):
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        text = "".join((before, begin, table, "\n", end, after))
    return text


def man_page() -> str:
    """The man page, in roff."""
    return "\n".join([*_man_lines(), ""])


def write() -> None:
    """Bring README and man page up to date."""
    README.write_text(readme(README.read_text(encoding="utf-8")), encoding="utf-8")
    MAN_PAGE.write_text(man_page(), encoding="utf-8")


def _man_lines() -> Iterator[str]:
    app = app_parser()
    yield f'.TH NEWSREADER 1 "" "newsreader {__version__}" "User Commands"'
    yield from (".SH NAME", r"newsreader \- read news archives kept as Markdown files")
    yield ".SH SYNOPSIS"
    yield from (".B newsreader", r"[\fIoptions\fR] [\fIPATH\fR ...]", ".br")
    yield from (".B newsreader", r"\fICOMMAND\fR ...")
    yield from (".SH DESCRIPTION", _text(" ".join((app.description or "").split())))
    yield from (".SH OPTIONS", *_options(app))
    yield from (".SH COMMANDS", _text("Without the screen; each has its own --help."))
    for name in COMMANDS:
        yield from _command(name)
    yield from (".SH KEYS", _text("The config gives a command other keys by its name, or none."))
    for command in KEY_COMMANDS:
        yield from _entry(f"{key_text(command.keys)}  ({command.id})", command.help)
    yield from (".SH SEARCH", _text(_SEARCH))
    for field, meaning in NAMES.items():
        yield from _entry(f"{field}:", meaning)
    yield from (".SH CONFIG", _text("Every line of config.yaml is optional:"), ".PP", ".nf", ".RS 4")
    yield from map(_text, sample().splitlines()[3:])
    yield from (".RE", ".fi")
    for title, rows in (("FILES", _FILES), ("ENVIRONMENT", _ENVIRONMENT), ("EXIT STATUS", _EXITS)):
        yield from (f".SH {title}", *_table(rows))


_SEARCH: Final = """\
Words find the stories that hold all of them. "two words" stand side by side, recog* is the beginning of a \
word; OR, parentheses and a dash, as in -video, join them. Fields ask for more than words:"""


def _command(name: str) -> Iterator[str]:
    parser, _ = command_parser(name)
    yield f".SS newsreader {name}"
    yield _text(parser.description or "")
    yield from _options(parser)
    yield from (".PP", ".nf", ".RS 4", *map(_text, (parser.epilog or "").splitlines()), ".RE", ".fi")


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    # argparse has no other way to ask.
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        value = "" if action.nargs == 0 else _value(action)
        names = ", ".join(action.option_strings)
        yield from _entry(" ".join(filter(None, (names, value))), action.help or "")


def _value(action: argparse.Action) -> str:
    if action.choices is not None:
        return f"{{{','.join(map(str, action.choices))}}}"
    return str(action.metavar or action.dest.upper())


def _table(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    for term, meaning in rows:
        yield from _entry(term, meaning)


def _entry(term: str, meaning: str) -> Iterator[str]:
    yield from (".TP", rf"\fB{_escaped(term)}\fR", _text(meaning))


def _text(text: str) -> str:
    """A line that roff takes for text whatever it begins with."""
    escaped = _escaped(text)
    return rf"\&{escaped}" if escaped[:1] in (".", "'") else escaped


def _escaped(text: str) -> str:
    plain = text.replace("\\", r"\e").replace("-", r"\-")
    return "".join(char if char.isascii() else rf"\[u{ord(char):04X}]" for char in plain)


if __name__ == "__main__":
    write()
