"""Whatever command line is taken without argparse, it is taken as argparse takes it."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from reader.cli import COMMANDS, command_module
from reader.cli.parsing import command_parser
from reader.cli.plain import plain_options
from reader.errors import UsageError

_ARGUMENTS = st.one_of(
    st.sampled_from(
        [
            *("--archive", "--sync", "--json", "--limit", "--sort", "--reverse", "--topic", "--unread"),
            *("--starred", "--note", "--format", "--view", "--output", "--force", "--rebuild", "--check"),
            *(
                "--help",
                "-h",
                "--",
                "-",
                "--limi",
                "--limit=5",
                "--json=1",
                "-1",
                "-5",
                "--no",
                "--archive=a",
            ),
            *("0", "1", "20", "９", "1e3", "quality", "date", "init", "check", "md", "a", "b"),
        ]
    ),
    st.text(max_size=4),
)


def _by_argparse(command: str, arguments: list[str]) -> dict[str, object] | None:
    try:
        return vars(command_parser(command)[0].parse_args(arguments))
    except (UsageError, SystemExit):
        return None


@settings(deadline=None, max_examples=600)
@given(st.sampled_from(sorted(COMMANDS)), st.lists(_ARGUMENTS, max_size=6))
@example("list", ["a", "--json", "b"])
@example("list", ["--unread", "--starred"])
@example("search", ["--archive", "a", "b", "--archive", "c", "--archive", "d"])
def test_what_is_taken_without_argparse_is_taken_alike(command: str, arguments: list[str]) -> None:
    plain = plain_options(command, command_module(command), arguments)
    if plain is not None:
        assert vars(plain) == _by_argparse(command, arguments)


def test_usual_command_lines_are_taken_without_argparse() -> None:
    for line in (
        "list",
        "list --limit 20",
        "list news --unread --sort quality --reverse --json",
        "search facial recognition --limit 5 --archive news",
        "show some-story.md --json",
        "star a b --note good",
        "stats news",
    ):
        command, *arguments = line.split()
        assert plain_options(command, command_module(command), arguments) is not None, line
