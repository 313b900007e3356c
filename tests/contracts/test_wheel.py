"""What is shipped: the wheel and the sdist hold all that is needed, and the installed command starts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from reader import __version__

PROJECT: Final = Path(__file__).resolve().parents[2]
DEADLINE_S: Final = 120.0

_FOLDERS: Final = (
    "from reader import resources as r; print(r.__file__, r.styles_dir(), r.seeds_dir(), sep='\\n')"
)
_STYLES: Final = {path.name for path in (PROJECT / "styles").glob("*.tcss")}
_MAN_PAGE: Final = "share/man/man1/newsreader.1"
_SEEDS: Final = {path.name for path in (PROJECT / "seeds").glob("*.md")}


@dataclass(frozen=True)
class Built:
    """The files that are shipped."""

    wheel: Path
    sdist: Path


def run(*command: str | Path, cwd: Path = PROJECT) -> str:
    """What a command prints; it has to succeed."""
    # Neither the tester's own modules nor the checkout may stand in for what is installed.
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_"))}
    done = subprocess.run(
        command, cwd=cwd, env=environ, capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist", "-d", folder)
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    return Built(wheel, sdist)


def test_the_wheel_holds_code_styles_seeds_and_the_command(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        names = set(wheel.namelist())
        (entry_points,) = (name for name in names if name.endswith(".dist-info/entry_points.txt"))
        commands = wheel.read(entry_points).decode()
    assert "newsreader = reader.__main__:command" in commands
    code = {path.relative_to(PROJECT).as_posix() for path in (PROJECT / "reader").rglob("*.py")}
    assert code <= names
    assert "reader/py.typed" in names
    assert _STYLES
    assert {f"reader/styles/{name}" for name in _STYLES} <= names
    assert len(_SEEDS) >= 2
    assert {f"reader/seeds/{name}" for name in _SEEDS} <= names
    assert {name.partition(".data/data/")[2] for name in names if ".data/" in name} == {_MAN_PAGE}
    assert {name.split("/")[0] for name in names if not re.search(r"\.(dist-info|data)/", name)} == {"reader"}


def test_the_sdist_holds_what_the_wheel_is_made_of_and_the_tests(built: Built) -> None:
    with tarfile.open(built.sdist) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    wanted = {"pyproject.toml", "README.md", "LICENSE", "Makefile", "reader/__main__.py", "tests/conftest.py"}
    assert wanted <= names
    assert {f"styles/{name}" for name in _STYLES} <= names
    assert {f"seeds/{name}" for name in _SEEDS} <= names


def test_the_installed_command_starts_with_its_own_styles_and_seeds(built: Built, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv)
    python = venv / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", "--no-cache-dir", built.wheel)
    # The dependencies are those of the tests. A folder in a .pth file comes after the venv's own modules, and
    # the .pth files inside of it are not read: an editable install of the checkout is not found there.
    packages = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    assert run(venv / "bin" / "newsreader", "--version", cwd=tmp_path).split()[-1] == __version__
    module, styles, seeds = map(Path, run(python, "-c", _FOLDERS, cwd=tmp_path).split("\n")[:3])
    assert all(path.is_relative_to(packages / "reader") for path in (module, styles, seeds))
    assert {path.name for path in styles.glob("*.tcss")} == _STYLES
    assert {path.name for path in seeds.glob("*.md")} == _SEEDS
    run(python, "-c", "import reader.tui.app", cwd=tmp_path)
    assert (venv / _MAN_PAGE).read_text() == (PROJECT / "docs" / "newsreader.1").read_text()
