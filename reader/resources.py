"""Where the files beside the code lie: ``styles/`` and ``seeds/``, in a checkout or in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_dir(name: str) -> Path:
    """The folder `name`: inside the package where a wheel put it, else beside the package.

    importlib.resources is not enough: in an editable install it looks where no copy is.

    Raises:
        FileNotFoundError: If the installation is incomplete.
    """
    for base in (_PACKAGE, _PACKAGE.parent):
        if (base / name).is_dir():
            return base / name
    raise FileNotFoundError(f"{name}/ is missing beside {_PACKAGE}: install newsreader-tui again")


def seeds_dir() -> Path:
    """The sample stories: what opens when nothing else is set up."""
    return data_dir("seeds")


def styles_dir() -> Path:
    """The TCSS files, and the CSS of an exported web page."""
    return data_dir("styles")
