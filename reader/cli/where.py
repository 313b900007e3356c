"""``newsreader where``: where newsreader keeps its own files, and what it would open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reader import clean, locations, resources
from reader.cli import DONE, WRONG_USE, output
from reader.cli.archives import add_archive_options, choose, paths_of, seeds_dir
from reader.cli.values import path_text
from reader.config import Config
from reader.errors import ArchiveError, NewsreaderError
from reader.values import dataclass

if TYPE_CHECKING:
    import argparse

EXAMPLES: Final = """\
The marks are what is worth a backup; the index may be deleted at any time.

examples:
  newsreader where
  newsreader where --json"""

_MARKS: Final = "state*.jsonl"


@dataclass(frozen=True, slots=True)
class _Place:
    """A file or folder; `name` is an archive's."""

    what: str
    path: Path
    name: str = ""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    add_archive_options(parser)
    parser.add_argument("--json", action="store_true", help="a JSON list")


def run(options: argparse.Namespace, config: Config) -> int:
    """Print the places; what would open is a matter of the config and of `options`.

    Raises:
        NewsreaderError: If an archive that was named cannot be opened.
    """
    paths = paths_of(options)
    code, archives = DONE, []
    try:
        choice = choose(paths, config)
    except NewsreaderError as error:
        if paths:
            raise
        # The places are most wanted when something is wrong with the config.
        output.warn(str(error))
        code = WRONG_USE
    else:
        for warning in choice.warnings:
            output.warn(warning)
        archives = [_Place("archive", archive.root, archive.name) for archive in choice.archives]
    _write([*_own_places(), *archives], is_json=options.json)
    return code


def _own_places() -> list[_Place]:
    found = [_Place("config", locations.config_file())]
    found += [_Place("marks", path) for path in _marks_files(locations.config_dir())]
    found.append(_Place("searches", locations.searches_file()))
    found += [_Place("index", locations.cache_dir() / "index"), _Place("log", locations.log_file())]
    found.append(_Place("session", locations.session_file()))
    for what, find in (("seeds", seeds_dir), ("styles", resources.styles_dir)):
        found += _installed(what, find)
    return found


def _marks_files(folder: Path) -> list[Path]:
    """The files that hold marks; where there are none yet, the one that will."""
    return sorted(folder.glob(_MARKS)) or [folder / "state.jsonl"]


def _installed(what: str, find: Callable[[], Path]) -> list[_Place]:
    try:
        return [_Place(what, find())]
    except (ArchiveError, FileNotFoundError) as error:
        output.warn(str(error))
        return []


def _write(places: list[_Place], *, is_json: bool) -> None:
    if is_json:
        output.write_json([_values(place) for place in places])
        return
    width = max(len(place.what) for place in places) if output.is_terminal() else 0
    for place in places:
        output.write_line(_line(place, width))


def _line(place: _Place, width: int) -> str:
    """Aligned for a person, else parted by tabs; ``missing`` follows what is not there."""
    cells = [place.what.ljust(width), clean.path(str(place.path))]
    notes = [place.name, "" if place.path.exists() else "missing"]
    if width:
        return "  ".join([*cells, *(f"({note})" for note in notes if note)])
    return "\t".join([*cells, *notes])


def _values(place: _Place) -> dict[str, object]:
    found: dict[str, object] = {"what": place.what, "path": path_text(str(place.path))}
    if place.name:
        found["name"] = place.name
    return {**found, "exists": place.path.exists()}
