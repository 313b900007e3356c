"""``newsreader state``: the files of marks, checked, compacted or merged by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reader import clean, locations, wording
from reader.cli import DONE, PROBLEMS_FOUND, output
from reader.cli.values import path_text
from reader.config import Config
from reader.errors import UsageError
from reader.state import byhand
from reader.state.byhand import Found

if TYPE_CHECKING:
    import argparse

EXAMPLES: Final = """\
check    look at the files of marks, or at FILE: how many lines they hold, which
         are damaged, what they say together; exit code 1 if any is damaged
compact  write the marks anew without the lines that no longer count, and fold
         the conflict copies of sync tools in; what was stays beside it as .bak
         and .merged
merge    take in what FILE knows better: a conflict copy, the file of another
         machine, one with the conflict markers of git; FILE stays as it is

None of this is ever needed: the app reads every state*.jsonl beside the config,
passes over damaged lines, and compacts by itself.

examples:
  newsreader state check
  newsreader state compact
  newsreader state merge ~/laptop/state.jsonl state.jsonl.orig"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("action", choices=["check", "compact", "merge"], help="what to do")
    parser.add_argument("files", metavar="FILE", nargs="*", help="files of marks")
    parser.add_argument("--json", action="store_true", help="a JSON object or list")


def run(options: argparse.Namespace, config: Config) -> int:
    """Do what is asked.

    Raises:
        NewsreaderError: If a file cannot be read or written.
    """
    folder, files = locations.config_dir(), list(map(Path, options.files))
    if options.action == "compact":
        return _compact(folder, files, is_json=options.json)
    if options.action == "merge":
        return _merge(folder, files, is_json=options.json)
    return _check(files or byhand.files_of(folder), is_json=options.json)


def _check(files: Sequence[Path], *, is_json: bool) -> int:
    summary = byhand.check(files)
    if is_json:
        output.write_json(
            {
                "files": [_values(found) for found in summary.files],
                "counting_lines": summary.lines,
                "stories": summary.stories,
                "read": summary.read,
                "starred": summary.starred,
            }
        )
    else:
        for found in summary.files:
            output.write_line(f"{_shown(found.path)}: {_contents(found)}")
            _write_lines(_damage(found))
        output.flush()
        output.say(
            f"{wording.count_text(summary.stories, 'story')}, {wording.count(summary.read)} read,"
            f" {wording.count(summary.starred)} starred;"
            f" {wording.count_text(summary.lines, 'line')} still counting"
        )
    return _code(summary.files)


def _merge(folder: Path, files: Sequence[Path], *, is_json: bool) -> int:
    if not files:
        raise UsageError("state merge needs at least one FILE of marks")
    results = byhand.merge(folder, files)
    if is_json:
        output.write_json([{**_values(found), "taken": found.taken} for found in results])
    else:
        for found in results:
            taken = f"{wording.count_text(found.taken, 'line')} taken" if found.taken else "nothing new"
            output.write_line(f"{_shown(found.path)}: {_contents(found)}; {taken}")
            _write_lines(_damage(found))
    return _code(results)


def _compact(folder: Path, files: Sequence[Path], *, is_json: bool) -> int:
    if files:
        raise UsageError("state compact takes no FILE: it is about the marks of newsreader itself")
    done = byhand.compact(folder)
    if is_json:
        output.write_json(
            {
                "file": path_text(str(done.path)),
                "lines_before": done.before,
                "lines_after": done.after,
                "folded": [path_text(name) for name in done.folded],
            }
        )
        return DONE
    shown = _shown(done.path)
    if done.before == done.after and not done.folded:
        output.write_line(f"{shown}: nothing to do, every line counts")
        return DONE
    was, now = wording.count_text(done.before, "line"), wording.count(done.after)
    output.write_line(f"{shown}: {was}, now {now}; what was is {done.path.name}.bak")
    _write_lines(f"{clean.path(name)}: folded in, now {clean.path(name)}.merged" for name in done.folded)
    return DONE


def _contents(found: Found) -> str:
    parts = (
        wording.count_text(found.lines, "line"),
        f"{wording.count(found.damaged_count)} damaged" if found.damaged_count else "",
        wording.count_text(found.markers, "conflict marker") if found.markers else "",
    )
    return ", ".join(filter(None, parts))


def _damage(found: Found) -> Iterator[str]:
    yield from (
        f"{_shown(found.path)}:{number}: no line of marks; it is passed over" for number in found.damaged
    )
    if found.damaged_count > len(found.damaged):
        yield f"{_shown(found.path)}: {wording.count(found.damaged_count - len(found.damaged))} more"


def _values(found: Found) -> dict[str, object]:
    return {
        "file": path_text(str(found.path)),
        "lines": found.lines,
        "damaged": found.damaged_count,
        "damaged_lines": found.damaged,
        "conflict_markers": found.markers,
    }


def _code(files: Sequence[Found]) -> int:
    return PROBLEMS_FOUND if any(found.damaged_count for found in files) else DONE


def _shown(path: Path) -> str:
    return clean.path(str(path))


def _write_lines(lines: Iterator[str]) -> None:
    for line in lines:
        output.write_line(line)
