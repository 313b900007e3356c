"""``newsreader keys``: what every key does, with the config's keymap, and what is wrong with that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reader.cli import DONE, PROBLEMS_FOUND, output
from reader.config import Config
from reader.tui import keynames
from reader.tui.commands import COMMANDS
from reader.tui.keymap import Keymap, has_key, keymap

if TYPE_CHECKING:
    import argparse

EXAMPLES: Final = """\
Each line has keys, command and what it does; for other programs they are parted
by tabs. The config gives a command other keys by its name, or none:

  keys:
    toggle-star: F9
    open: [o, Ctrl+O]
    rescan: none

examples:
  newsreader keys
  newsreader keys --check            exit code 1 if a key of the config is wrong
  newsreader keys --json"""

_GAP: Final = "  "


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--check", action="store_true", help="only say what is wrong with the config's keys")
    parser.add_argument("--json", action="store_true", help="a JSON list")


def run(options: argparse.Namespace, config: Config) -> int:
    """Print the keys as the app has them."""
    keys, problems = keymap(config.keys, config.key_places)
    if options.check:
        _write_problems(problems, is_json=options.json)
        if not problems and not options.json:
            output.say("keys: no problem")
        return PROBLEMS_FOUND if problems else DONE
    for problem in problems:
        output.warn(problem)
    if options.json:
        output.write_json_list(_values(keys))
    else:
        _write_table(keys)
    return DONE


def _write_problems(problems: list[str], *, is_json: bool) -> None:
    if is_json:
        output.write_json_list(problems)
        return
    for problem in problems:
        output.write_line(problem)


def _write_table(keys: Keymap) -> None:
    rows = [(_shown(keys[command.id]), command.id, command.help) for command in COMMANDS]
    if not output.is_terminal():
        output.write("".join(f"{chr(9).join(row)}\n" for row in rows))
        return
    key_cells, id_cells = (max(output.text_cells(row[place]) for row in rows) for place in (0, 1))
    for shown, command_id, words in rows:
        cells = (output.fitted(shown, key_cells, ""), output.fitted(command_id, id_cells, ""), words)
        output.write_line(_GAP.join(cells))


def _shown(keys: tuple[str, ...]) -> str:
    return " ".join(map(keynames.shown, keys)) if has_key(keys) else "none"


def _values(keys: Keymap) -> list[dict[str, object]]:
    return [
        {
            "id": command.id,
            "keys": [keynames.shown(key) for key in keys[command.id] if has_key(keys[command.id])],
            "usual_keys": [keynames.shown(key) for key in command.keys.split(",")],
            "label": command.label,
            "help": command.help,
            "scope": command.scope,
        }
        for command in COMMANDS
    ]
