"""``newsreader check``: what is wrong with the files of an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reader import wording
from reader.cli import DONE, PROBLEMS_FOUND, output
from reader.cli.archives import Choice, add_archive_options, choose, paths_of, synced
from reader.cli.values import path_text, problem_values
from reader.config import Config
from reader.model import Archive, Problem

if TYPE_CHECKING:
    import argparse

EXAMPLES: Final = """\
Each line is file:line: reason, as compilers write it. The exit code is 1 if
there is any problem, 0 if there is none.

examples:
  newsreader check
  newsreader check ~/news/powerapps --json"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    add_archive_options(parser, has_paths=True)
    parser.add_argument("--json", action="store_true", help="a JSON list, one problem a line")


def run(options: argparse.Namespace, config: Config) -> int:
    """Print every problem; the exit code says whether there is one.

    Raises:
        NewsreaderError: If an archive cannot be checked.
    """
    choice = choose(paths_of(options), config)
    with synced(choice) as library:
        problems = library.problems()
        stories = library.counts().everything.total
    if options.json:
        output.write_json_list(_values(choice, *problem) for problem in problems)
    else:
        for archive, problem in problems:
            output.write_line(wording.problem_line(choice.place(archive, problem.path), problem))
    # First the lines, then what they amount to, also where both go to one terminal.
    output.flush()
    found = wording.count_text(len(problems), "problem") if problems else "no problems"
    output.say(f"{found} in {wording.count_text(stories, 'story')}")
    return PROBLEMS_FOUND if problems else DONE


def _values(choice: Choice, archive: Archive, problem: Problem) -> dict[str, object]:
    file = path_text(choice.place(archive, problem.path))
    return {"archive": archive.name, "file": file, **problem_values(problem)}
