"""The sidebar: All, Unread, Starred, saved searches, then the topics, each with what is unread of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len

from reader.model import Count, Counts, Show, Topic
from reader.tui.panes.lines import Piece, cut
from reader.tui.panes.rows import Rows
from reader.wording import UNICODE_GLYPHS, ascii_text, count

if TYPE_CHECKING:
    from reader.tui.desk import Desk

_READABLE: Final = 10
"""Cells of a name below which its place among others is guessed rather than read."""


class Entry(NamedTuple):
    """A line of the sidebar.

    Attributes:
        label: What it says.
        topic: Name of the topic, or empty.
        show: What it shows of it.
        depth: How deep it lies in the tree.
        has_children: Whether it can be folded.
        is_rule: A line between groups, which the cursor skips.
        search: Name of a saved search, or empty.
        archive: Name of the archive it is a branch of, or lies in; empty for all archives.
    """

    label: str
    topic: str = ""
    show: Show = Show.ALL
    depth: int = 0
    has_children: bool = False
    is_rule: bool = False
    search: str = ""
    archive: str = ""

    @property
    def key(self) -> tuple[str, Show, str, str]:
        """What it shows: the same for the same, wherever it stands."""
        return self.topic, self.show, self.search, self.archive

    @property
    def is_branch(self) -> bool:
        """Whether it stands for a whole archive."""
        return bool(self.archive) and not self.topic


ALL: Final = Entry("All")
UNREAD: Final = Entry("Unread", show=Show.UNREAD)
STARRED: Final = Entry("Starred", show=Show.STARRED)
RULE: Final = Entry("", is_rule=True)


class TopicTree(Rows):
    """The topic sidebar."""

    def __init__(
        self,
        desk: Desk,
        *,
        on_move: Callable[[bool], None],
        counts_in: Callable[[str], dict[str, Count]],
    ) -> None:
        super().__init__(desk, name="topics", title="Topics", on_move=on_move)
        self._topics: tuple[Topic, ...] = ()
        self._counts = Counts()
        self._totals_at, self._totals = -1, True
        self._folded: set[str] = set()
        self._entries: list[Entry] = [ALL, UNREAD, STARRED]
        self._has_folds = False
        self._searches: tuple[str, ...] = ()
        self._unread: dict[str, int | None] = {}
        self._counts_in = counts_in
        self._branches: dict[str, dict[str, Count]] = {}

    @property
    def row_count(self) -> int:
        """How many lines there are, rules among them."""
        return len(self._entries)

    @property
    def current(self) -> Entry:
        """The entry under the cursor."""
        return self._entries[self.cursor]

    @property
    def where(self) -> str:
        """On a saved search other keys matter."""
        return "search" if self.current.search else "topics"

    def set_topics(self, topics: tuple[Topic, ...], counts: Counts) -> None:
        """Show this tree; the cursor stays on its entry, or goes to All where that is gone."""
        has_branches = self._counts.archives.keys() != counts.archives.keys()
        had = {name: topics.keys() for name, topics in self._branches.items()}
        self._take_counts(counts)
        has_branches = has_branches or had != {name: held.keys() for name, held in self._branches.items()}
        if topics != self._topics or len(self._entries) == 3 or has_branches:
            self._topics = topics
            self._rebuild()
        self.refresh()

    def set_counts(self, counts: Counts) -> None:
        """Show other counts."""
        self._take_counts(counts)
        self.refresh()

    def _take_counts(self, counts: Counts) -> None:
        self._counts, self._totals_at = counts, -1
        self._branches = {name: self._counts_in(name) for name in self._branches if name in counts.archives}

    def set_searches(self, names: Sequence[str]) -> None:
        """Show these saved searches; the cursor stays on its entry, or near where that was."""
        if tuple(names) != self._searches:
            self._searches = tuple(names)
            self._rebuild()

    def set_search_counts(self, unread: dict[str, int | None]) -> None:
        """Show how many unread stories each saved search has; None for one that is a mistake."""
        self._unread = unread
        self.refresh()

    def go_to(self, entry: Entry, *, by_hand: bool = True) -> bool:
        """Put the cursor on an entry that shows the same; false where there is none."""
        for index, other in enumerate(self._entries):
            if other.key == entry.key and not other.is_rule:
                self.move_to(index, by_hand=by_hand)
                return True
        return False

    @property
    def folded(self) -> tuple[str, ...]:
        """The keys of the folded topics."""
        return tuple(sorted(self._folded))

    def set_folded(self, keys: Sequence[str]) -> None:
        """Fold these topics and no others."""
        if set(keys) != self._folded:
            self._folded = set(keys)
            self._rebuild()

    def searches_with_counts(self) -> dict[str, int | None]:
        """The saved searches with their unread stories; None for those that are not counted, too."""
        return {name: self._unread.get(name) for name in self._searches}

    @property
    def searches(self) -> tuple[str, ...]:
        """The names of the saved searches."""
        return self._searches

    def fixed_entries(self) -> list[Entry]:
        """What stands above the topics."""
        return [ALL, UNREAD, STARRED, *(Entry(name, search=name) for name in self._searches)]

    def branches(self) -> list[Entry]:
        """Several archives, each as a branch."""
        return [Entry(name, has_children=True, archive=name) for name in self._counts.archives]

    def reveal(self, entry: Entry) -> bool:
        """Go to an entry and unfold what it lies in; false where there is none."""
        above = _path_to(entry.topic.casefold(), self._topics) if entry.topic else ()
        if entry.archive in self._counts.archives and entry.topic and entry.archive not in self._branches:
            self._branches[entry.archive] = self._counts_in(entry.archive)
            self._rebuild()
        if self._folded & set(above):
            self._folded -= set(above)
            self._rebuild()
        return self.go_to(entry, by_hand=False)

    def next_topic(self, step: int) -> Entry | None:
        """The next entry below (or above, with -1) the cursor that has unread stories of a topic."""
        indexes = range(self.cursor + step, self.row_count if step > 0 else -1, step)
        for index in indexes:
            entry = self._entries[index]
            if entry.topic and self._count(entry).unread:
                return entry
        return None

    def unfold(self) -> bool:
        """Unfold the topic under the cursor; false if there was nothing to unfold."""
        entry = self.current
        if not entry.has_children or not self._is_folded(entry):
            return False
        if entry.is_branch:
            self._branches[entry.archive] = self._counts_in(entry.archive)
        else:
            self._folded.discard(entry.topic.casefold())
        self._rebuild()
        return True

    def _is_folded(self, entry: Entry) -> bool:
        """An archive is folded at first, a topic is not."""
        if entry.is_branch:
            return entry.archive not in self._branches
        return entry.topic.casefold() in self._folded

    def fold(self) -> bool:
        """Fold the topic under the cursor, else go to the one above it; false if there is neither."""
        entry = self.current
        if entry.has_children and not self._is_folded(entry):
            if entry.is_branch:
                del self._branches[entry.archive]
            else:
                self._folded.add(entry.topic.casefold())
            self._rebuild()
            return True
        for index in range(self.cursor - 1, -1, -1):
            if entry.depth and self._entries[index].depth < entry.depth:
                self.move_to(index)
                return True
        return False

    def move_to(self, index: int, *, by_hand: bool = True) -> None:
        """As for any list, but a rule is stepped over."""
        index = max(0, min(index, self.row_count - 1))
        if self._entries[index].is_rule:
            index += 1 if index >= self.cursor else -1
        super().move_to(index, by_hand=by_hand)

    def clicked(self, x: int, y: int, *, is_double: bool) -> None:
        """A click on the sign before a topic folds it."""
        index = y // self.row_height
        if not 0 <= index < self.row_count or (entry := self._entries[index]).is_rule:
            return
        self.move_to(index)
        if entry.has_children and 2 + 2 * entry.depth <= x + 1 <= 4 + 2 * entry.depth:
            _ = self.unfold() or self.fold()

    def row_key(self, index: int) -> object:
        """The entry, its count and whether it is folded."""
        entry = self._entries[index]
        return (entry, self._shown_numbers(entry), self._is_folded(entry))

    def row_lines(self, index: int, width: int) -> Sequence[Sequence[Piece]]:
        """Sign, name, and unread / total at the right."""
        entry = self._entries[index]
        meta = self.style_of("row--meta", index)
        if entry.is_rule:
            return [[(" " + self.glyphs.rule * (width - 2), meta)]]
        numbers, name = self._shown_numbers(entry), self._shown(entry.label)
        head = (self.glyphs.cursor if index == self.cursor else " ") + self._sign(entry)
        room = width - cell_len(head) - 2
        label = cut(name, max(1, room - cell_len(numbers)), self.glyphs.ellipsis)
        gap = " " * max(1, width - cell_len(head) - cell_len(label) - cell_len(numbers) - 1)
        is_strong = self._count(entry).unread or self._unread.get(entry.search)
        text = self.style_of("row--strong" if is_strong else "row--text", index)
        star = self.style_of("row--star", index) if entry.show is Show.STARRED else text
        return [[(head, star), (label, text), (gap, meta), (numbers, meta)]]

    def _shown_numbers(self, entry: Entry) -> str:
        """The numbers, of topics without the total where it would leave a name too little room to be read.

        Either all of them have it or none: one number among pairs could be either.
        """
        numbers = self._numbers(entry)
        return numbers if not _is_topic(entry) or self._has_totals() else numbers.partition("/")[0]

    def _has_totals(self) -> bool:
        if self._totals_at != self.width:
            self._totals_at, self._totals = self.width, not any(map(self._is_squeezed, self._entries))
        return self._totals

    def _is_squeezed(self, entry: Entry) -> bool:
        room = self.width - 3 - cell_len(self._sign(entry)) - cell_len(self._numbers(entry))
        return _is_topic(entry) and cell_len(entry.label) > room < _READABLE

    def wanted_width(self) -> int:
        """Cells that show every label and number in full."""
        return max(
            1 + cell_len(self._sign(entry)) + cell_len(entry.label) + 2 + len(self._numbers(entry)) + 1
            for entry in self._entries
        )

    def _sign(self, entry: Entry) -> str:
        if entry.show is Show.STARRED:
            return f" {self.glyphs.star} "
        if entry.search:
            return " / "
        if not entry.topic and not entry.archive:
            return " "
        sign = self.glyphs.folded if self._is_folded(entry) else self.glyphs.unfolded
        folds = (f"{sign} " if entry.has_children else "  ") if self._has_folds else ""
        return " " + "  " * entry.depth + folds

    def _numbers(self, entry: Entry) -> str:
        if entry.search:
            unread = self._unread.get(entry.search, -1)
            return "!" if unread is None else count(unread) if unread >= 0 else ""
        number = self._count(entry)
        if entry.show is Show.STARRED:
            return count(self._counts.starred)
        if entry.show is Show.UNREAD:
            return count(number.unread)
        return f"{count(number.unread)}/{count(number.total)}"

    def count_of(self, entry: Entry) -> Count:
        """The stories of an entry."""
        return self._count(entry)

    def _count(self, entry: Entry) -> Count:
        if entry.is_branch:
            return self._counts.archives.get(entry.archive, Count())
        if entry.archive:
            return self._branches.get(entry.archive, {}).get(entry.topic, Count())
        if entry.topic:
            return self._counts.topics.get(entry.topic, Count())
        return Count() if entry.show is Show.STARRED or entry.search else self._counts.everything

    def _shown(self, text: str) -> str:
        return text if self.glyphs is UNICODE_GLYPHS else ascii_text(text)

    def _rebuild(self) -> None:
        current = self._entries[self.cursor]
        branches = self.branches()
        self._has_folds = bool(branches) or any(topic.children for topic in self._topics)
        entries = self.fixed_entries()
        if branches:
            entries.append(RULE)
        for branch in branches:
            entries.append(branch)
            if branch.archive in self._branches:
                entries += self._topic_entries(branch.archive)
        if self._topics:
            entries.append(RULE)
        entries += self._topic_entries()
        self._entries, self._totals_at = entries, -1
        places = {entry.key: index for index, entry in enumerate(entries) if not entry.is_rule}
        near = min(self.cursor, len(self.fixed_entries()) - 1) if current.search else 0
        self.cursor = places.get(current.key, near)
        self.content_changed()

    def _topic_entries(self, archive: str = "") -> list[Entry]:
        """The topics as far as they are unfolded; of one archive those that it has stories of."""
        held = self._branches[archive] if archive else None
        entries: list[Entry] = []
        todo = [(topic, int(bool(archive))) for topic in reversed(self._topics)]
        while todo:
            topic, depth = todo.pop()
            if held is not None and topic.name not in held:
                continue
            entries.append(
                Entry(
                    topic.label, topic.name, depth=depth, has_children=bool(topic.children), archive=archive
                )
            )
            if topic.name.casefold() not in self._folded:
                todo.extend((child, depth + 1) for child in reversed(topic.children))
        return entries


def _is_topic(entry: Entry) -> bool:
    return bool(entry.topic or entry.is_branch)


def _path_to(key: str, topics: tuple[Topic, ...]) -> tuple[str, ...]:
    """The keys of the topics that this one lies in."""
    todo: list[tuple[Topic, tuple[str, ...]]] = [(topic, ()) for topic in topics]
    while todo:
        topic, above = todo.pop()
        name = topic.name.casefold()
        if name == key:
            return above
        todo.extend((child, (*above, name)) for child in topic.children)
    return ()
