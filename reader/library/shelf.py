"""Everything that is computed from indexes and marks together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from reader import links
from reader.index.catalogue import Catalogue
from reader.index.schema import EPOCH
from reader.index.stories import StoryIndex
from reader.library.merging import BASE, Together, gone_row
from reader.model import Mark, RowId, StoryId, StoryRow, Topic
from reader.state import identity
from reader.state.keeper import MarkKeeper
from reader.values import dataclass, field


@dataclass(slots=True)
class Shelf:
    """The stories and whose marks they have, at one moment; replaced as a whole by the next.

    Attributes:
        tree: The topic tree of all archives.
        catalogues: Of each archive its stories; none before it is opened.
        adopted: By story without marks of its own the id it was moved from.
        gone: Stories with a star or a note that no archive holds; the n-th has the row id ``-1 - n``.
        marked: By row its marks, where there are no catalogues that have them.
        together: The stories of several archives as one; None until that is asked for.
    """

    tree: tuple[Topic, ...] = ()
    catalogues: Sequence[Catalogue] = ()
    adopted: dict[StoryId, StoryId] = field(default_factory=dict)
    gone: list[StoryRow] = field(default_factory=list)
    marked: dict[RowId, Mark] = field(default_factory=dict)
    together: Together | None = None

    def mark(self, row_id: int, *, is_read: bool, is_starred: bool) -> None:
        """Set the marks of a row, if it is here."""
        if row_id // BASE < len(self.catalogues):
            catalogue = self.catalogues[row_id // BASE]
            if row_id % BASE in catalogue:
                catalogue.mark(row_id % BASE, is_read=is_read, is_starred=is_starred)

    def is_read(self, row_id: int) -> bool:
        """Whether a row is marked read; false for one that is not here."""
        number = row_id // BASE
        return 0 <= number < len(self.catalogues) and self.catalogues[number].is_read(row_id % BASE)


def read_shelf(indexes: Sequence[StoryIndex], keeper: MarkKeeper, tree: tuple[Topic, ...]) -> Shelf:
    """All stories with their marks; takes its time.

    Raises:
        IndexFileError: If an index cannot be used.
    """
    catalogues = [index.catalogue(tree) for index in indexes]
    shelf = read_marks(indexes, keeper)
    shelf.tree, shelf.catalogues = tree, catalogues
    for row_id, mark in shelf.marked.items():
        shelf.mark(row_id, is_read=bool(mark.is_read), is_starred=bool(mark.is_starred))
    shelf.marked = {}
    return shelf


def read_marks(indexes: Sequence[StoryIndex], keeper: MarkKeeper) -> Shelf:
    """A shelf with nothing but marks: whose they are by now."""
    marks = keeper.marks()
    rows = rows_of(indexes, (mark.story_id for mark in marks))
    orphans = [mark for mark in marks if mark.story_id not in rows]
    owners = _owners(indexes, orphans, rows)
    adopted = {story_id: old for story_id, old in owners.items() if keeper.get(story_id) is None}
    marked = {rows[mark.story_id]: mark for mark in marks if mark.story_id in rows}
    by_id = {mark.story_id: mark for mark in orphans}
    marked.update((rows[story_id], by_id[old_id]) for story_id, old_id in adopted.items())
    # What a moved story left behind when it was pressed again is no story that is gone.
    taken = set(owners.values())
    kept = [mark for mark in orphans if is_kept(mark) and mark.story_id not in taken]
    kept.sort(key=lambda mark: (mark.published_at or EPOCH, mark.title), reverse=True)
    gone = [gone_row(number, mark) for number, mark in enumerate(kept, start=1)]
    return Shelf(adopted=adopted, gone=gone, marked=marked)


def is_kept(mark: Mark) -> bool:
    """Whether a story is shown for its mark alone, where no archive holds it."""
    return bool(mark.is_starred or mark.note)


def rows_of(indexes: Sequence[StoryIndex], story_ids: Iterable[StoryId]) -> dict[StoryId, RowId]:
    """The row ids of those stories that an archive has."""
    found: dict[StoryId, RowId] = {}
    wanted = list(story_ids)
    for number, index in enumerate(indexes):
        prefix = f"{index.archive.name}/"
        paths = {story_id[len(prefix) :]: story_id for story_id in wanted if story_id.startswith(prefix)}
        for path, row in index.rows_at(paths).items():
            found.setdefault(paths[path], RowId(number * BASE + row))
    return found


def marked_rows(
    marked: Mapping[RowId, Mark], number: int
) -> tuple[Callable[[int], bool], Callable[[int], bool]]:
    """Whether a row of an archive is read, and whether it is starred."""
    here = {row_id % BASE: mark for row_id, mark in marked.items() if row_id // BASE == number}
    read = frozenset(row for row, mark in here.items() if mark.is_read)
    return read.__contains__, frozenset(row for row, mark in here.items() if mark.is_starred).__contains__


def topic_names(tree: Sequence[Topic]) -> list[str]:
    """The names of all topics of a tree."""
    found: list[str] = []
    todo = list(tree)
    while todo:
        topic = todo.pop()
        found.append(topic.name)
        todo.extend(topic.children)
    return found


def _owners(
    indexes: Sequence[StoryIndex], orphans: Sequence[Mark], rows: dict[StoryId, RowId]
) -> dict[StoryId, StoryId]:
    """Which stories the orphans are the old marks of; their rows are added to `rows`.

    Stories with marks of their own are among them: what was theirs is not free for another one.
    """
    if not orphans:
        return {}
    url_keys = {links.url_key(mark.url) for mark in orphans}
    url_keys |= {mark.story_id.removeprefix("url:") for mark in orphans if mark.story_id.startswith("url:")}
    stems = {identity.stem(mark.story_id) for mark in orphans}
    candidates: list[identity.Candidate] = []
    for number, index in enumerate(indexes):
        for row, path, url_key in index.candidates(url_keys, stems):
            story_id = index.story_id(path)
            candidates.append(identity.Candidate(story_id, url_key))
            rows[story_id] = RowId(number * BASE + row)
    return identity.adopt(orphans, candidates)
