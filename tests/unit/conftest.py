"""What tests of several rooms open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reader.archive.scan import open_archive
from reader.library import Library
from tests.factories import write_archive

OpenLibrary = Callable[..., Library]


@pytest.fixture
def open_library(tmp_path: Path) -> Iterator[OpenLibrary]:
    """``open_library(folder, …)``: a library as at the start of the program, its indexes up to date."""
    libraries: list[Library] = []

    def open_(*folders: Path, state: str = "state", cache: str = "cache") -> Library:
        library = Library(
            [open_archive(folder) for folder in folders],
            state_folder=tmp_path / state,
            cache_folder=tmp_path / cache,
        )
        libraries.append(library)
        library.open()
        library.sync()
        library.reload()
        return library

    yield open_
    for library in libraries:
        library.close()


@pytest.fixture
def gazette(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "gazette", 4)
