"""The saved searches as the sidebar shows them. Loads no Textual; from any thread."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from reader.errors import ConfigError
from reader.model import View
from reader.values import dataclass, field, replace

if TYPE_CHECKING:
    from reader.searches import SavedSearch

Edit: TypeAlias = "Callable[[Sequence[SavedSearch]], tuple[SavedSearch, ...]]"
"""The searches of the file to those that are to be in it."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The searches at one moment.

    Attributes:
        entries: In the order of the sidebar.
        views: What each shows, by its name.
        problems: What is wrong with the file, one sentence each.
    """

    entries: tuple[SavedSearch, ...] = ()
    views: Mapping[str, View] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def named(self, name: str) -> SavedSearch | None:
        """The one of that name, whatever the case."""
        return next((entry for entry in self.entries if entry.name.casefold() == name.casefold()), None)


class SavedSearches:
    """The file of saved searches, read when it changes and written when one asks for it.

    Args:
        path: It need not be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, ...] | None = None
        self._lock = threading.Lock()

    def changed(self) -> Shelf | None:
        """What the file says, if that was not known yet; else None: a look at the file."""
        with self._lock:
            stamp = self._stamp_now()
            return None if stamp == self._stamp else self._read()

    def edit(self, edit: Edit) -> Shelf:
        """Write what `edit` makes of the file as it is now.

        Raises:
            ConfigError: If the file could not be read whole or not be written; it then is what it was.
        """
        from reader import searches

        with self._lock:
            known = searches.load(self._path)
            if not known.is_whole:
                raise ConfigError(
                    f"{known.problems[0]}; nothing is saved until this is put right, so that nothing is lost"
                )
            searches.save(self._path, edit(known.entries))
            return self._read()

    def _read(self) -> Shelf:
        # Seen first: what is written while it is being read is then looked at again.
        self._stamp = self._stamp_now()
        if not self._stamp:
            return Shelf()
        from reader import searches  # most readers have none, and YAML and queries come with it

        read = searches.load(self._path)
        views = {entry.name: view_of(entry) for entry in read.entries}
        return Shelf(read.entries, views, read.problems)

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
