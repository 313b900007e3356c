"""The columns of a catalogue in a file beside the index: read in a millisecond, not in 0.3 s."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from reader.arrays import ArrayFile, open_arrays, write_arrays
from reader.errors import IndexFileError
from reader.index.columns import Columns

if TYPE_CHECKING:
    from reader.index.catalogue import Catalogue
    from reader.index.stories import StoryIndex

ORDERS: Final = ("title", "provider", "related")
"""What takes so long to sort by that it is done beforehand."""

_SUFFIX: Final = ".columns"


def open_columns(index: StoryIndex) -> tuple[Columns, dict[int, tuple[str, ...]]] | None:
    """What is kept of the stories as the index has them now, with the names in each topic set; else None.

    Raises:
        IndexFileError: If the index cannot be used.
    """
    file = open_arrays(_path(index))
    if file is None:
        return None
    try:
        is_fitting = file.head["version"] == index.version() != 0
        topicsets = {int(number): tuple(names) for number, names in file.head["topicsets"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        is_fitting = False
    if not is_fitting:
        file.close()
        return None
    return Columns({}, _Loader(index, file), index.ranking), topicsets


def keep_columns(index: StoryIndex, catalogue: Catalogue) -> bool:
    """Keep what a catalogue has of its stories; takes its time. False where that cannot be."""
    if index.file.trouble or not catalogue.version:
        return False
    head = {"version": catalogue.version, "topicsets": catalogue.topicsets}
    return write_arrays(_path(index), head, catalogue.columns.whole(ORDERS))


class _Loader:
    """Reads columns from the file; where that turns out damaged, from the index."""

    def __init__(self, index: StoryIndex, file: ArrayFile) -> None:
        self._index = index
        self._file = file

    def __call__(self, name: str) -> array[int]:
        """A column.

        Raises:
            IndexFileError: If it cannot be had any more.
            KeyError: If it has to be worked out from others.
        """
        if name not in self._file:
            raise KeyError(name)
        try:
            return self._file.read(name)
        except (OSError, ValueError):
            catalogue = self._index.catalogue(())
            if catalogue.version != self._file.head["version"]:
                where = self._index.file.path
                raise IndexFileError(
                    f"what is kept beside the index {where} is damaged; start again"
                ) from None
            return catalogue.columns.whole()[name]

    def __del__(self) -> None:
        self._file.close()


def _path(index: StoryIndex) -> str:
    return str(index.file.path.with_suffix(_SUFFIX))
