"""What comes back at the next start: where one was, and how one had it. Imports nothing of Textual.

It lies in a small file of its own, which may be deleted at any time and is ignored where it is broken.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from reader import clean, locations
from reader.model import Archive, Order, Show, View

SIZE_LIMIT_BYTES: Final = 4_000_000
ARCHIVES_LIMIT: Final = 20
"""Sets of archives that are remembered, those that were open last."""

CHOICES_LIMIT: Final = 1_000
"""Topics whose order and filter are remembered."""

EntryKey = tuple[str, str, str, str]
"""Topic, show, saved search, archive: what a line of the sidebar stands for."""


class Choice(NamedTuple):
    """How the stories of one line of the sidebar are shown.

    Attributes:
        order: Sorted by what; None where that was never chosen.
        is_reversed: The other way round.
        show: The filter.
        floor: The least quality, or None for all.
    """

    order: Order | None = None
    is_reversed: bool = False
    show: Show = Show.ALL
    floor: int | None = None


class Session:
    """A session as it was left, or is.

    Attributes:
        is_first: Whether there was none before: a first start.
        theme: Name of the theme, or empty.
        config_theme: What the config said of it then: what it says later counts more.
        shares: The sizes of panes, as `reader.tui.layout.Shares`.
        entry: The line of the sidebar.
        story_id: The story under the cursor, or empty.
        view: What that line showed, without what one searched for.
        density: Lines a story takes in the list, or empty.
        folded: Folded topics, case-folded.
        searches: The names of the saved searches, each with its unread stories; None where not known.
        choices: By line of the sidebar.
    """

    def __init__(self) -> None:
        self.is_first = True
        self.theme = ""
        self.config_theme = ""
        self.shares: tuple[int, ...] = ()
        self.entry: EntryKey = ("", Show.ALL.value, "", "")
        self.story_id = ""
        self.view = View()
        self.density = ""
        self.folded: tuple[str, ...] = ()
        self.searches: dict[str, int | None] = {}
        self.choices: dict[EntryKey, Choice] = {}


class SessionFile:
    """The file, for one set of archives.

    Args:
        archives: What is open.
        path: Where it lies; None for the usual place.
    """

    def __init__(self, archives: Sequence[Archive], path: Path | None = None) -> None:
        self._path = path or locations.session_file()
        self._key = "\n".join(
            sorted(f"{archive.name}={archive.root} {' '.join(archive.only)}" for archive in archives)
        )

    def load(self) -> Session:
        """The session that was left, or a first one. Never raises; a tenth of a millisecond."""
        session = Session()
        data = self._read()
        with contextlib.suppress(LookupError, TypeError, ValueError, AttributeError):
            session.is_first = not data
            session.theme, session.config_theme = _text(data["theme"]), _text(data["config_theme"])
            session.shares = tuple(_number(share, 10_000) for share in data["shares"][:8])
            session.density = data["density"] if data["density"] in ("one-line", "two-line") else ""
            _take_archive(session, data["archives"][self._key])
        return session

    def save(self, session: Session) -> None:
        """Put the session in place of the one there, those of other archives left alone. Never raises."""
        data = self._read()
        archives = data.get("archives")
        kept = dict(archives) if isinstance(archives, dict) else {}
        kept.pop(self._key, None)
        kept[self._key] = {
            "entry": session.entry,
            "story": session.story_id,
            "view": [
                session.view.topic,
                session.view.show,
                session.view.order,
                session.view.is_reversed,
                session.view.query,
                session.view.quality_floor,
            ],
            "folded": session.folded,
            "searches": list(session.searches.items()),
            "choices": [
                [*key, choice.order, choice.is_reversed, choice.show, choice.floor]
                for key, choice in list(session.choices.items())[-CHOICES_LIMIT:]
            ],
        }
        for key in list(kept)[:-ARCHIVES_LIMIT]:
            del kept[key]
        data = {
            "theme": session.theme,
            "config_theme": session.config_theme,
            "shares": session.shares,
            "density": session.density,
            "archives": kept,
        }
        with contextlib.suppress(OSError, ValueError, TypeError):
            self._write(json.dumps(data).encode())

    def _read(self) -> dict[str, Any]:
        try:
            with open(self._path, "rb") as file:
                data = json.loads(file.read(SIZE_LIMIT_BYTES))
        except (OSError, ValueError, RecursionError):
            return {}
        return data if isinstance(data, dict) else {}

    def _write(self, data: bytes) -> None:
        """In one step; it need not outlive a power cut."""
        locations.private_dir(self._path.parent)
        half = self._path.with_name(f".{self._path.name}.{os.getpid()}.new")
        half.unlink(missing_ok=True)
        try:
            descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with open(descriptor, "wb") as file:
                file.write(data)
            half.replace(self._path)
        finally:
            half.unlink(missing_ok=True)


def _take_archive(session: Session, data: dict[str, Any]) -> None:
    """Take over what is sound, up to the first thing that is not.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: If something is not.
    """
    session.entry = _entry(*data["entry"])
    session.story_id, session.view = _raw(data["story"]), _view(*data["view"])
    session.folded = tuple(_raw(key) for key in data["folded"])
    session.searches = {
        _text(name): None if unread is None else _number(unread, 1 << 40) for name, unread in data["searches"]
    }
    for *key, order, is_reversed, show, floor in data["choices"]:
        session.choices[_entry(*key)] = Choice(
            None if order is None else Order(order),
            bool(is_reversed),
            Show(show),
            _floor(floor),
        )


def _entry(topic: object, show: object, search: object, archive: object) -> EntryKey:
    return _raw(topic), Show(_raw(show)).value, _raw(search), _raw(archive)


def _view(
    topic: object, show: object, order: object, is_reversed: object, query: object, floor: object
) -> View:
    return View(
        _raw(topic), Show(_raw(show)), Order(_raw(order)), bool(is_reversed), _text(query), _floor(floor)
    )


def _floor(value: object) -> int | None:
    return None if value is None else _number(value, 1 << 40, least=-(1 << 40))


def _raw(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _text(value: object) -> str:
    return clean.line(_raw(value))


def _number(value: object, most: int, *, least: int = 0) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(value)
    return value
