"""Scripts that let a shell complete what ``newsreader`` takes; made of the parsers, so never out of date.

Names of commands, options and their choices are completed, and files where files are meant. Nothing is run
while one types.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Final

from reader.cli import COMMANDS
from reader.cli.parsing import app_parser, command_parser
from reader.values import dataclass

_FILES: Final = frozenset({"PATH", "FILE", "ID|FILE"})


@dataclass(frozen=True, slots=True)
class Taken:
    """An option, or what stands for itself.

    Attributes:
        names: As typed; empty for what stands for itself.
        help: What it does.
        has_value: Whether a word follows it; True for what stands for itself.
        choices: The words it can be, where these are known.
        is_file: Whether it is a file.
        is_repeated: Whether it may be given again.
    """

    names: tuple[str, ...]
    help: str
    has_value: bool
    choices: tuple[str, ...] = ()
    is_file: bool = False
    is_repeated: bool = False


def taken(parser: argparse.ArgumentParser) -> list[Taken]:
    """Everything a parser takes, in its order."""
    return [
        Taken(
            names=tuple(action.option_strings),
            help=action.help or "",
            has_value=action.nargs != 0,
            choices=tuple(map(str, action.choices or ())),
            is_file=action.metavar in _FILES,
            is_repeated=isinstance(action, argparse._AppendAction) or action.nargs in ("*", "+"),
        )
        # argparse has no other way to ask.
        for action in parser._actions
    ]


def script(shell: str) -> str:
    """The script for a shell: ``bash``, ``zsh`` or ``fish``."""
    by_command = {"": taken(app_parser())}
    by_command.update((name, taken(command_parser(name)[0])) for name in COMMANDS)
    return "\n".join([*_SCRIPTS[shell](by_command), ""])


_ByCommand = dict[str, list[Taken]]


def _options(all_taken: Sequence[Taken]) -> list[Taken]:
    return [each for each in all_taken if each.names]


def _bare(all_taken: Sequence[Taken]) -> list[Taken]:
    return [each for each in all_taken if not each.names]


# -- bash ---------------------------------------------------------------------------------------------------


def _bash(by_command: _ByCommand) -> Iterator[str]:
    yield from _BASH_HEAD
    yield f"        {'|'.join(COMMANDS)}) ;;"
    yield from ("        *) command= ;;", "    esac", '    case "$command:$prev" in')
    for command, all_taken in by_command.items():
        yield from (_bash_value(command, each) for each in _options(all_taken) if each.has_value)
    yield from ("        *)", "            case $command in")
    for command, all_taken in by_command.items():
        yield _bash_bare(command, all_taken)
    yield from _BASH_TAIL


def _bash_value(command: str, option: Taken) -> str:
    """What may follow an option."""
    before = "|".join(f"{command}:{name}" for name in option.names)
    if option.choices:
        return f"        {before}) words='{' '.join(option.choices)}' ;;"
    return f"        {before}) {'files=1' if option.is_file else 'files='} ;;"


def _bash_bare(command: str, all_taken: Sequence[Taken]) -> str:
    """What may stand where no option waits for its value."""
    options = " ".join(name for each in _options(all_taken) for name in each.names)
    choices = " ".join(choice for each in _bare(all_taken) for choice in each.choices)
    files = "files=1" if any(each.is_file for each in _bare(all_taken)) else "files="
    first = "(( COMP_CWORD == 1 )) && words=$commands; " if not command else ""
    return (
        f"                '{command}') if [[ $cur == -* ]]; then words='{options}';"
        f" else words='{choices}'; {first}{files}; fi ;;"
    )


_BASH_HEAD: Final = (
    "# bash completion of newsreader. Save it as",
    "# ~/.local/share/bash-completion/completions/newsreader, or source it in ~/.bashrc.",
    "_newsreader() {",
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev= command= words= files= word",
    f"    local commands='{' '.join(COMMANDS)}'",
    "    (( COMP_CWORD > 0 )) && prev=${COMP_WORDS[COMP_CWORD-1]}",
    "    (( COMP_CWORD > 1 )) && command=${COMP_WORDS[1]}",
    "    [[ $cur == '=' ]] && cur=",
    "    [[ $prev == '=' ]] && (( COMP_CWORD > 1 )) && prev=${COMP_WORDS[COMP_CWORD-2]}",
    "    COMPREPLY=()",
    "    case $command in",
)
_BASH_TAIL: Final = (
    "            esac ;;",
    "    esac",
    '    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(',
    '        [[ $words ]] && compgen -W "$words" -- "$cur"',
    '        [[ $files ]] && compgen -f -- "$cur"',
    "    )",
    "    [[ $files ]] && compopt -o filenames 2>/dev/null",
    "    return 0",
    "}",
    "complete -F _newsreader newsreader",
)


# -- zsh ----------------------------------------------------------------------------------------------------


def _zsh(by_command: _ByCommand) -> Iterator[str]:
    yield from (
        "#compdef newsreader",
        "# zsh completion of newsreader. Save it as _newsreader in a folder of $fpath, or source it in",
        "# ~/.zshrc behind compinit.",
        "_newsreader() {",
        "    local -a commands=(",
        *(f"        {_zsh_quoted(f'{name}:{_zsh_plain(what)}')}" for name, what in COMMANDS.items()),
        "    )",
        "    if (( CURRENT > 2 )); then",
        "        case $words[2] in",
    )
    for command in COMMANDS:
        yield f"            {command})"
        yield "                shift words; (( CURRENT-- ))"
        yield from _zsh_arguments(by_command[command], " " * 16)
        yield "                return ;;"
    yield from ("        esac", "    else", "        _describe -t commands command commands", "    fi")
    yield from _zsh_arguments(by_command[""], " " * 4)
    yield from (
        "}",
        "if [[ $funcstack[1] == _newsreader ]]; then",
        '    _newsreader "$@"',
        "else",
        "    compdef _newsreader newsreader",
        "fi",
    )


def _zsh_arguments(all_taken: Sequence[Taken], indent: str) -> Iterator[str]:
    yield f"{indent}_arguments -S \\"
    specs = [spec for each in all_taken for spec in _zsh_specs(each)]
    yield from (f"{indent}    {spec} \\" for spec in specs[:-1])
    yield f"{indent}    {specs[-1]}"


def _zsh_specs(each: Taken) -> Iterator[str]:
    action = f"({' '.join(each.choices)})" if each.choices else "_files" if each.is_file else " "
    if not each.names:
        yield _zsh_quoted(f"{'*' if each.is_repeated else ''}:{_zsh_plain(each.help)}:{action}")
        return
    value = f":value:{action}" if each.has_value else ""
    before = "*" if each.is_repeated else f"({' '.join(each.names)})"
    for name in each.names:
        yield _zsh_quoted(f"{before}{name}[{_zsh_plain(each.help)}]{value}")


def _zsh_plain(text: str) -> str:
    """Words without what parts a specification."""
    return text.replace("\\", "").replace("[", "(").replace("]", ")").replace(":", ";")


def _zsh_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


# -- fish ---------------------------------------------------------------------------------------------------


def _fish(by_command: _ByCommand) -> Iterator[str]:
    yield "# fish completion of newsreader. Save it as ~/.config/fish/completions/newsreader.fish."
    for name, what in COMMANDS.items():
        yield f"complete -c newsreader -n __fish_use_subcommand -a {name} -d {_fish_quoted(what)}"
    for command, all_taken in by_command.items():
        when = f"'__fish_seen_subcommand_from {command}'" if command else "__fish_use_subcommand"
        for each in all_taken:
            yield f"complete -c newsreader -n {when} {_fish_taken(each)}"
        if command and not any(each.is_file for each in _bare(all_taken)):
            yield f"complete -c newsreader -n {when} -f"


def _fish_taken(each: Taken) -> str:
    names = (f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in each.names)
    parts = [*names]
    if each.has_value and each.names:
        parts.append("-r -F" if each.is_file else "-x")
    if each.choices:
        parts.append(f"-a '{' '.join(each.choices)}'")
    return " ".join([*parts, f"-d {_fish_quoted(each.help)}"])


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_SCRIPTS: Final = {"bash": _bash, "zsh": _zsh, "fish": _fish}
