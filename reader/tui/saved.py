"""The saved searches as the sidebar shows them. Loads no Textual; from any thread."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from reader.errors import ConfigError, OvertakenError
from reader.model import View
from reader.values import dataclass, field, replace

if TYPE_CHECKING:
    from reader.searches import SavedSearch

Edit: TypeAlias = "Callable[[Sequence[SavedSearch]], tuple[SavedSearch, ...]]"
"""The searches of the file to those that are to be in it."""

TOLD_LIMIT: Final = 4
"""Problems that are told at once: more would cover the screen."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The searches at one moment.

    Attributes:
        entries: In the order of the sidebar.
        views: What each shows, by its name.
        problems: What is wrong with the file, one sentence each.
        is_whole: Whether the file could be understood as a whole.
    """

    entries: tuple[SavedSearch, ...] = ()
    views: Mapping[str, View] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    is_whole: bool = True

    def named(self, name: str) -> SavedSearch | None:
        """The one of that name, whatever the case."""
        return named(self.entries, name)

    def news(self, told: Sequence[str]) -> str:
        """What to say of the problems; empty where they are those that were told already.

        What is merely not known, as a key, is told again only where there is more of it: each change that
        the program makes itself moves it to another line.
        """
        is_known = not Counter(map(_without_place, self.problems)) - Counter(map(_without_place, told))
        if is_known and (self.is_whole or self.problems == tuple(told)):
            return ""
        more = ["… and more: newsreader config check tells all of it"] if self.problems[TOLD_LIMIT:] else []
        return "\n".join([*self.problems[:TOLD_LIMIT], *more])


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit came to.

    Attributes:
        before: The searches it was given.
        after: Those it made of them.
        shelf: What the file says now.
    """

    before: tuple[SavedSearch, ...]
    after: tuple[SavedSearch, ...]
    shelf: Shelf


def named(entries: Sequence[SavedSearch], name: str) -> SavedSearch | None:
    """The one of that name, whatever the case."""
    return next((entry for entry in entries if entry.name.casefold() == name.casefold()), None)


class SavedSearches:
    """The file of saved searches, read when it changes and written when one asks for it.

    Args:
        path: It need not be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, ...] | None = None
        self._last = Shelf()
        self._lock = threading.Lock()

    def changed(self) -> Shelf | None:
        """What the file says, if that was not known yet; else None: a look at the file."""
        with self._lock:
            stamp = self._stamp_now()
            return None if stamp == self._stamp else self._read()

    def edit(self, edit: Edit) -> Edited:
        """Write what `edit` makes of the file as it is now; where it changes nothing, nothing is written.

        Raises:
            ConfigError: If the file could not be read whole or not be written; it then is what it was.
        """
        from reader import searches

        with self._lock, searches.alone(self._path):
            known = searches.load(self._path)
            if not known.is_whole:
                raise ConfigError(
                    f"{known.problems[0]}; nothing is saved until this is put right, so that nothing is lost"
                )
            after = edit(known.entries)
            if after != known.entries:
                searches.save(self._path, after)
            return Edited(known.entries, after, self._read())

    def _read(self) -> Shelf:
        # Seen first: what is written while it is being read is then looked at again.
        self._stamp = self._stamp_now()
        self._last = self._shelf() if self._stamp else Shelf()
        return self._last

    def _shelf(self) -> Shelf:
        from reader import searches  # most readers have none, and YAML and queries come with it

        read = searches.load(self._path)
        if not read.is_readable:
            # It is being written, most likely: the searches stay, and what is wrong is told.
            return replace(self._last, problems=read.problems, is_whole=False)
        views = {entry.name: view_of(entry) for entry in read.entries}
        return Shelf(read.entries, views, read.problems, read.is_whole)

    def _stamp_now(self) -> tuple[int, ...]:
        try:
            info = os.stat(self._path)
        except (OSError, ValueError):
            return ()
        return info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns


def view_of(entry: SavedSearch) -> View:
    """What a saved search shows."""
    from reader.query import views

    view = View(entry.topic, entry.show, entry.order, entry.is_reversed)
    return views.view_of(entry.query, view)


def saved_view(name: str, view: View) -> SavedSearch:
    """A view under a name, as one query; but for a topic that no query can name."""
    from reader.query import views
    from reader.searches import SavedSearch

    return SavedSearch(name, views.query_of(view), topic=view.topic if '"' in view.topic else "")


def renamed(entries: Sequence[SavedSearch], old: str, new: str) -> tuple[SavedSearch, ...]:
    """With another name for one of them.

    Raises:
        ConfigError: If another one has that name.
    """
    if new.casefold() != old.casefold() and any(one.name.casefold() == new.casefold() for one in entries):
        raise ConfigError(f'there is a saved search "{new}" already')
    return tuple(replace(one, name=new) if one.name.casefold() == old.casefold() else one for one in entries)


def followed(name: str, old: Sequence[SavedSearch], new: Sequence[SavedSearch]) -> str:
    """The name that a search has now, if somebody else gave it another one; else its old one."""
    search = named(old, name)
    if search is None or named(new, name) is not None:
        return name
    unknown = (one for one in new if named(old, one.name) is None)
    return next((one.name for one in unknown if replace(one, name=search.name) == search), name)


def replayed(
    entries: Sequence[SavedSearch], old: Sequence[SavedSearch], new: Sequence[SavedSearch]
) -> tuple[SavedSearch, ...]:
    """What the step from `old` to `new` makes of searches that may have changed since they were `old`.

    Raises:
        OvertakenError: If something that changed since would be taken away or overwritten.
    """
    kept = list(entries)
    for entry in (entry for entry in old if entry not in new):
        if entry not in kept:
            raise OvertakenError(f"the saved search “{entry.name}” has been changed since, and stays")
        kept.remove(entry)
    taken = {_key(entry) for entry in kept}
    for place, entry in enumerate(new):
        if entry not in old:
            if _key(entry) in taken:
                raise OvertakenError(f"there is another saved search “{entry.name}” by now, which stays")
            kept.insert(place, entry)
    places = {_key(entry): place for place, entry in enumerate(new)}
    in_order = iter(sorted((entry for entry in kept if _key(entry) in places), key=lambda e: places[_key(e)]))
    return tuple(next(in_order) if _key(entry) in places else entry for entry in kept)


def _key(entry: SavedSearch) -> str:
    return entry.name.casefold()


def _without_place(problem: str) -> str:
    return problem.partition(": ")[2]
