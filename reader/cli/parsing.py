"""What the command line takes: the parsers of the app and of its subcommands."""

from __future__ import annotations

import argparse
from types import ModuleType
from typing import Final, NoReturn

from reader import __version__
from reader.cli import COMMANDS, SHELLS, command_module
from reader.errors import UsageError

_DESCRIPTION: Final = """\
Read the news archive in each PATH: a folder of Markdown files with YAML front
matter, or a single file. Without a PATH the archives of the config open, or
else the sample stories that come with newsreader."""


def command_parser(name: str) -> tuple[argparse.ArgumentParser, ModuleType]:
    """What a subcommand takes, and the module that does it."""
    module = command_module(name)
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
        # Nobody calls an option ``-market``; the query that it may have been is told how it is meant.
        if self.prog.endswith(" search") and ("QUERY" in message or "arguments: -" in message):
            message += "; a query with a dash before a word stands behind --, and behind all options"
        raise UsageError(f"{message}; {self.prog} --help says what there is")
