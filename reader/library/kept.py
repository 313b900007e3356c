"""A shelf in files beside the indexes, so that a start need not compute it: counts, tree, and who is read.

They fit the indexes of one moment and the marks of one moment. Other indexes, and they mean nothing; of
marks that came since then few are put in. Where anything does not fit, the shelf is read anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

from reader.arrays import ArrayFile, open_arrays, write_arrays
from reader.errors import IndexFileError
from reader.index.catalogue import Catalogue
from reader.index.kept import keep_columns, open_columns
from reader.index.stories import StoryIndex
from reader.library.merging import gone_row
from reader.library.shelf import Shelf, is_kept, rows_of
from reader.model import Mark, StoryId, Topic
from reader.state.keeper import MarkKeeper

_Tree = list[list[Any]]


def open_shelf(indexes: Sequence[StoryIndex], keeper: MarkKeeper) -> Shelf | None:
    """What `keep_shelf` kept, with the marks as they are now; None where it does not fit any more.

    Raises:
        IndexFileError: If an index cannot be used.
    """
    file = open_arrays(_path(indexes))
    if file is None:
        return None
    try:
        return _opened(file, indexes, keeper)
    except IndexFileError:
        raise
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None
    finally:
        file.close()


def keep_stories(indexes: Sequence[StoryIndex], shelf: Shelf) -> bool:
    """Keep what does not change with the marks; takes its time. False where that cannot be."""
    return all(map(keep_columns, indexes, shelf.catalogues))


def keep_shelf(indexes: Sequence[StoryIndex], shelf: Shelf, position: Mapping[str, Sequence[int]]) -> bool:
    """Keep the rest; 1 ms for 100,000 stories. False where that cannot be.

    Args:
        indexes: Of each archive its index.
        shelf: Its stories and marks.
        position: Of the marks; the shelf may know later ones too.
    """
    if any(index.file.trouble for index in indexes):
        return False
    head = {
        "versions": [catalogue.version for catalogue in shelf.catalogues],
        "position": position,
        "tree": _listed(shelf.tree),
        "marks": [catalogue.kept_marks() for catalogue in shelf.catalogues],
        "adopted": shelf.adopted,
        "gone": [row.story_id for row in shelf.gone],
    }
    flags = {str(number): bytes(catalogue.flags) for number, catalogue in enumerate(shelf.catalogues)}
    return write_arrays(_path(indexes), head, flags)


def _opened(file: ArrayFile, indexes: Sequence[StoryIndex], keeper: MarkKeeper) -> Shelf | None:
    head = file.head
    if head["versions"] != [index.version() for index in indexes]:
        return None
    changed = keeper.changed_since(head["position"])
    if changed is None:
        return None
    tree = _tree(head["tree"])
    catalogues = []
    for number, (index, marks) in enumerate(zip(indexes, head["marks"], strict=True)):
        found = open_columns(index)
        if found is None:
            return None
        columns, topicsets = found
        kept = (marks, file.read(str(number)).tobytes())
        version = head["versions"][number]
        catalogues.append(Catalogue(columns, topicsets, tree, version=version, kept=kept))
    marks = [keeper.get(story_id) for story_id in head["gone"]]
    gone = [gone_row(number, mark) for number, mark in enumerate(filter(None, marks), start=1)]
    shelf = Shelf(tree=tree, catalogues=catalogues, adopted=head["adopted"], gone=gone)
    return shelf if len(gone) == len(marks) and _take_in(shelf, changed, indexes, keeper) else None


def _take_in(
    shelf: Shelf, changed: frozenset[StoryId], indexes: Sequence[StoryIndex], keeper: MarkKeeper
) -> bool:
    """Bring the marks of some stories up to date; false where whose they are has to be worked out anew."""
    rows = rows_of(indexes, changed)
    gone = {row.story_id for row in shelf.gone}
    old_ids = set(shelf.adopted.values())
    for story_id in changed:
        mark = keeper.get(story_id)
        if story_id in rows and story_id not in shelf.adopted and mark is not None:
            shelf.mark(rows[story_id], is_read=bool(mark.is_read), is_starred=bool(mark.is_starred))
        elif story_id in gone or story_id in old_ids or mark is None or not _is_settled(story_id, mark):
            return False
    return True


def _is_settled(story_id: StoryId, mark: Mark) -> bool:
    """Whether a mark without a story changes nothing: related coverage that is read."""
    return story_id.startswith("url:") and not is_kept(mark)


def _listed(tree: Sequence[Topic]) -> _Tree:
    return [[topic.name, topic.label, _listed(topic.children)] for topic in tree]


def _tree(listed: _Tree) -> tuple[Topic, ...]:
    return tuple(Topic(name, label, _tree(below)) for name, label, below in listed)


def _path(indexes: Sequence[StoryIndex]) -> str:
    """One file for each set of archives, beside the index of the first."""
    file: Path = indexes[0].file.path
    others = crc32("\0".join(index.file.path.name for index in indexes[1:]).encode())
    return str(file.with_suffix(f".{others:08x}.marks" if len(indexes) > 1 else ".marks"))
