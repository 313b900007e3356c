"""The command line: what was asked for, who does it, and the exit code.

Everything that takes time to load is imported where it is needed: ``--version`` reads no YAML, and only
the app itself loads Textual.
"""

from __future__ import annotations

import argparse
import importlib
import os
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Final, NoReturn

from reader import __version__, afterimage
from reader.cli import output
from reader.errors import NewsreaderError, UsageError
from reader.values import replace

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

_MODULES: Final = {"star": "marks", "unstar": "marks", "read": "marks", "unread": "marks"}
"""Those that are not called like their module; ``options.command`` tells them apart."""

SHELLS: Final = ("bash", "zsh", "fish")

_DESCRIPTION: Final = """\
Read the news archive in each PATH: a folder of Markdown files with YAML front
matter, or a single file. Without a PATH the archives of the config open, or
else the sample stories that come with newsreader."""

_WORD_CELLS: Final = 12


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
    parser, module = command_parser(name)
    options = parser.parse_args(arguments)
    config = _load_config()
    if not hasattr(module, "TELLS_PROBLEMS"):
        for problem in config.problems:
            output.warn(problem)
    return int(module.run(options, config))


def command_parser(name: str) -> tuple[argparse.ArgumentParser, ModuleType]:
    """What a subcommand takes, and the module that does it."""
    module: ModuleType = importlib.import_module(f"reader.cli.{_MODULES.get(name, name)}")
    parser = Parser(
        prog=f"newsreader {name}",
        description=f"{COMMANDS[name].capitalize()}.",
        epilog=module.EXAMPLES,
        formatter_class=_any_formatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command=name)
    module.add_options(parser)
    return parser, module


def _run_app(arguments: Sequence[str]) -> int:
    options = app_parser().parse_args(arguments)
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


def _as_asked(options: argparse.Namespace, config: Config) -> Config:
    """The config with the options of the command line laid over it."""
    return replace(
        config,
        ascii=config.ascii or options.ascii,
        mouse=config.mouse and not options.no_mouse,
        theme=options.theme or config.theme,
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
    for path in paths[:1]:
        import difflib

        near = difflib.get_close_matches(path.casefold(), COMMANDS, n=1)
        if near and len(path) <= _WORD_CELLS and not os.path.lexists(path):
            raise UsageError(f'there is no file or folder "{path}"; did you mean newsreader {near[0]}?')


def app_parser() -> argparse.ArgumentParser:
    """What the command line takes without a subcommand."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  newsreader {name:{width}}  {what}" for name, what in COMMANDS.items())
    parser = Parser(
        prog="newsreader",
        usage="newsreader [options] [PATH ...]\n       newsreader COMMAND ...",
        description=_DESCRIPTION,
        epilog=f"without the screen (each has its own --help):\n{commands}\n\n{_EXAMPLES}",
        formatter_class=_any_formatter,
        allow_abbrev=False,
    )
    parser.add_argument("paths", metavar="PATH", nargs="*", help="a folder of stories, or a story file")
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII only")
    parser.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    parser.add_argument("--theme", metavar="NAME", default="", help="colours, such as ansi-dark or nord")
    parser.add_argument(
        "--print-completion", metavar="SHELL", choices=SHELLS, help="a script for bash, zsh or fish"
    )
    parser.add_argument("--version", action="version", version=f"newsreader {__version__}")
    return parser


_EXAMPLES: Final = """\
examples:
  newsreader                         the archives of the config, or the samples
  newsreader ~/news/powerapps        an archive
  newsreader ./list                  a folder that is called like a command
  newsreader list --unread --limit 10
  newsreader search topic:AI quality:60..90
  newsreader check ~/news/powerapps"""


def _any_formatter(prog: str) -> argparse.HelpFormatter:
    """For each option that is added argparse makes one, and would look how wide the terminal is."""
    return argparse.RawDescriptionHelpFormatter(prog, width=80)


class Parser(argparse.ArgumentParser):
    """Raises where argparse would print its usage and leave."""

    def format_help(self) -> str:
        """The help, as wide as the terminal."""
        self.formatter_class = argparse.RawDescriptionHelpFormatter
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Turn down the command line.

        Raises:
            UsageError: Always.
        """
        raise UsageError(f"{message}; {self.prog} --help says what there is")
