"""The rooms import only from the rooms below them, and nothing tracked names a machine it was made on."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]

# Put together here, so that this file does not name what it looks for.
FOREIGN_PATHS: Final = re.compile(r"(?<![\w./-])/wor" r"k/|(?<![\w/-])\.\./shar" r"ed\b")


def tracked_files() -> list[Path]:
    """What git tracks; without git, all that is not hidden."""
    if shutil.which("git") and (PROJECT / ".git").exists():
        done = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=False)
        if done.returncode == 0:
            return [PROJECT / name for name in done.stdout.decode().split("\0") if name]
    visible = (path for path in PROJECT.rglob("*") if not _is_hidden(path))
    return [path for path in visible if path.is_file()]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "__pycache__")) for part in path.relative_to(PROJECT).parts)


def test_every_import_goes_down() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_tracked_file_names_the_place_it_was_written_in() -> None:
    files = tracked_files()
    assert PROJECT / "pyproject.toml" in files
    named = [
        f"{path.relative_to(PROJECT)}:{number}: {line.strip()}"
        for path in files
        if path.is_file()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if FOREIGN_PATHS.search(line)
    ]
    assert named == []
