"""The command line: what was asked for, who does it, and the exit code.

Everything that takes time to load is imported where it is needed: ``--version`` reads no YAML, and only
the app itself loads Textual.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Final

from reader import afterimage
from reader.cli import output
from reader.errors import NewsreaderError, UsageError
from reader.values import dataclass, replace

if TYPE_CHECKING:
    from reader.config import Config

DONE: Final = 0
PROBLEMS_FOUND: Final = 1
WRONG_USE: Final = 2

COMMANDS: Final = {
    "list": "print the stories, one a line",
    "search": "print the stories that a query finds",
    "show": "print one story",
    "export": "write stories as Markdown, JSON, CSV, a web page or a feed",
    "star": "star stories",
    "unstar": "take the star of stories away",
    "read": "mark stories as read",
    "unread": "mark stories as unread",
    "stats": "count the stories by topic, provider and month",
    "index": "bring the index up to date",
    "check": "print what is wrong with the files of an archive",
    "where": "print where newsreader keeps its own files",
    "state": "check, compact or merge the marks by hand",
    "config": "write a sample config, or check the one that is there",
    "keys": "print the key of every command, or check the config's",
}
"""Each is a module of this room, with ``EXAMPLES``, ``add_options(parser)`` and ``run(options, config)``."""

SHELLS: Final = ("bash", "zsh", "fish")

_MODULES: Final = {"star": "marks", "unstar": "marks", "read": "marks", "unread": "marks"}
"""Those that are not called like their module; ``options.command`` tells them apart."""

_GARBAGE_AFTER: Final = 50_000
"""Values that a command makes before it looks for garbage among them."""

_WORD_CELLS: Final = 12


@dataclass(slots=True)
class AppOptions:
    """What the app is asked for, as `reader.cli.parsing.app_parser` names it."""

    paths: Sequence[str] = ()
    ascii: bool = False
    no_mouse: bool = False
    theme: str = ""
    print_completion: str = ""


def run_command_line(arguments: Sequence[str]) -> int:
    """Do what the command line asks for; gives the exit code.

    Args:
        arguments: Without the program's name.
    """
    output.prepare()
    try:
        code = _run(arguments)
        output.flush()
    except NewsreaderError as error:
        afterimage.undo()  # words on a screen that is taken away again would not be seen
        output.warn(str(error))
        return WRONG_USE
    except BrokenPipeError:
        return output.CLOSED_PIPE
    return code


def _run(arguments: Sequence[str]) -> int:
    # Decided here and not by argparse: its subcommands leave no room for paths in their place.
    name = arguments[0] if arguments and arguments[0] in COMMANDS else ""
    try:
        return _run_command(name, arguments[1:]) if name else _run_app(arguments)
    except SystemExit as done:  # argparse has printed the help or the version
        return int(done.code or DONE)


def _run_command(name: str, arguments: Sequence[str]) -> int:
    from reader.cli.plain import plain_options

    # What is loaded stays: looking through it for garbage takes 3 % of a short command.
    gc.set_threshold(_GARBAGE_AFTER)
    module = command_module(name)
    options = plain_options(name, module, arguments)
    if options is None:
        from reader.cli.parsing import command_parser

        options = command_parser(name)[0].parse_args(arguments)
    config = _load_config()
    if not hasattr(module, "TELLS_PROBLEMS"):
        for problem in config.problems:
            output.warn(problem)
    return int(module.run(options, config))


def command_module(name: str) -> ModuleType:
    """The module that does what a subcommand says."""
    return __import__(f"reader.cli.{_MODULES.get(name, name)}", fromlist=["run"])


def _run_app(arguments: Sequence[str]) -> int:
    # Nothing of the start is ever garbage; the screen turns it on again behind the first frame.
    gc.disable()
    options = _app_options(arguments)
    if options.print_completion:
        from reader.cli.completion import script

        output.write(script(options.print_completion))
        return DONE
    _check_words(options.paths, arguments)

    from reader import locations
    from reader.cli.archives import choose
    from reader.config import WatchedConfig
    from reader.tui.run import run

    watched = WatchedConfig(locations.config_file(), lambda config: _as_asked(options, config))
    config = watched.read()
    choice = choose(options.paths, config)
    return run(choice.archives, replace(config, problems=(*config.problems, *choice.warnings)), watched)


def _app_options(arguments: Sequence[str]) -> AppOptions:
    if not any(argument.startswith("-") for argument in arguments):
        # Nearly every start: argparse takes 5 ms and 0.4 MB for what is plain.
        return AppOptions(paths=arguments)
    from reader.cli.parsing import app_parser

    return app_parser().parse_args(arguments, AppOptions())


def _as_asked(options: AppOptions, config: Config) -> Config:
    """The config with the options of the command line laid over it."""
    return replace(
        config,
        ascii=config.ascii or options.ascii,
        mouse=config.mouse and not options.no_mouse,
        theme=options.theme or config.theme,
        theme_place="" if options.theme else config.theme_place,
    )


def _load_config() -> Config:
    from reader import config, locations

    return config.load(locations.config_file())


def _check_words(paths: Sequence[str], arguments: Sequence[str]) -> None:
    """Tell what was meant for a subcommand from a path.

    Raises:
        UsageError: If a subcommand does not stand first, or a word is nearly one and no path.
    """
    if paths and paths[0] in COMMANDS and "--" not in arguments:
        raise UsageError(
            f"{paths[0]} has to come first: newsreader {paths[0]} --help; ./{paths[0]} is a folder"
        )
    from reader.nearest import nearest

    for path in paths[:1]:
        near = nearest(path.casefold(), COMMANDS)
        if near and len(path) <= _WORD_CELLS and not os.path.lexists(path):
            raise UsageError(f'there is no file or folder "{path}"; did you mean newsreader {near}?')
