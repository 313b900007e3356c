from __future__ import annotations

from pathlib import Path

import pytest

from reader import resources


def test_the_seeds_are_stories() -> None:
    assert sorted(resources.seeds_dir().glob("*.md"))


def test_the_styles_are_there() -> None:
    assert resources.styles_dir().is_dir()


def test_a_folder_in_the_package_wins_over_one_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "reader"
    (package / "seeds").mkdir(parents=True)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "styles").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert resources.seeds_dir() == package / "seeds"
    assert resources.styles_dir() == tmp_path / "styles"


def test_an_incomplete_installation_is_told() -> None:
    with pytest.raises(FileNotFoundError, match="nowhere/ is missing"):
        resources.data_dir("nowhere")
