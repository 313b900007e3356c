"""``newsreader config``: a sample to begin with, and what is wrong with the one that is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from reader import clean, locations, searches
from reader.cli import DONE, PROBLEMS_FOUND, output
from reader.cli.archives import choose
from reader.cli.saving import save
from reader.cli.settings import sample
from reader.config import Config
from reader.errors import NewsreaderError, QueryError, UsageError
from reader.tui.keymap import keymap

if TYPE_CHECKING:
    import argparse

_NOWHERE: Final = 1 << 30

TELLS_PROBLEMS: Final = True
"""The problems of the config are what this command prints: not to be told beforehand."""

EXAMPLES: Final = """\
init   write a sample in which everything is explained and nothing is set; where
       there is a config already it stays as it is
check  print what is wrong with the config, each with its line: unknown settings,
       wrong values, keys, archives that cannot be opened, a theme or a style that
       is not there; and with the saved searches; exit code 1 if anything is

examples:
  newsreader config init
  newsreader config check"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("action", choices=["init", "check"], help="what to do")
    parser.add_argument("--json", action="store_true", help="the problems as a JSON list")


def run(options: argparse.Namespace, config: Config) -> int:
    """Write or check the config.

    Raises:
        NewsreaderError: If it is there already, or cannot be written.
    """
    return _init() if options.action == "init" else _check(config, is_json=options.json)


def _init() -> int:
    file = locations.config_file()
    if os.path.lexists(file):
        raise UsageError(f"{clean.path(str(file))} is there already, and stays as it is")
    try:
        locations.private_dir(file.parent)
    except OSError as error:
        reason = (error.strerror or "failed").lower()
        raise NewsreaderError(f"{clean.path(str(file.parent))}: cannot be made: {reason}") from error
    save(file, [sample()], mode=0o600)
    output.write_line(clean.path(str(file)))
    return DONE


def _check(config: Config, *, is_json: bool) -> int:
    problems = [*sorted(_problems(config), key=_line), *_search_problems()]
    if is_json:
        output.write_json_list(problems)
    else:
        for problem in problems:
            output.write_line(problem)
    if not problems and not is_json:
        output.say(_all_is_well())
    return PROBLEMS_FOUND if problems else DONE


def _problems(config: Config) -> Iterator[str]:
    yield from config.problems
    yield from keymap(config.keys, config.key_places)[1]
    name = locations.config_file().name
    if config.theme and (problem := _theme_problem(config)):
        yield problem
    if config.style is not None and not config.style.is_file():
        yield f"{name}: style: there is no file {clean.path(str(config.style))}"
    if config.archives:
        try:
            yield from choose((), config).warnings
        except NewsreaderError as error:
            yield str(error)


def _search_problems() -> Iterator[str]:
    """What is wrong with the saved searches: first with their file, then with the query of each."""
    file = locations.searches_file()
    saved = searches.load(file)
    yield from saved.problems
    for search in saved.entries:
        if problem := _query_problem(search.query):
            yield f"{file.name}: “{search.name}”: {problem}"


def _query_problem(query: str) -> str:
    from reader.query.parse import parse

    try:
        parse(query, datetime.now().astimezone(), is_whole=True)
    except QueryError as error:
        return f"{error} (at {error.position + 1})"
    return ""


def _theme_problem(config: Config) -> str:
    # Only Textual knows its themes, and it takes long to import.
    from reader.tui.themes import no_theme

    return no_theme(config.theme, config.theme_place)


def _line(problem: str) -> int:
    """The line of the config a problem is about; one without a line comes last."""
    _, _, rest = problem.partition(":")
    number = rest.partition(":")[0]
    return int(number) if number.isdecimal() else _NOWHERE


def _all_is_well() -> str:
    file = locations.config_file()
    shown = clean.path(str(file))
    return (
        f"{shown}: no problem" if file.exists() else f"{shown} is not there; newsreader config init writes it"
    )
