"""What the next start will show first: drawn at the end of this one, by the same code.

See `reader.afterimage`, which shows it.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from textual.geometry import Region

from reader import afterimage
from reader.library import Library
from reader.tui.desk import Desk
from reader.tui.painting import Changes, Shown
from reader.tui.panes.story_list import StoryList
from reader.tui.screens.main import MainScreen
from reader.tui.session import Session
from reader.wording import AGE_LIMIT

if TYPE_CHECKING:
    from reader.tui.app import NewsreaderApp


class NextStart(NamedTuple):
    """The first screen of the next start.

    Attributes:
        frame: Text and escape sequences that draw it.
        not_after: When an age on it changes, in seconds since 1970.
        size: Columns and rows.
        stamps: Of the index that it shows, where that is just being brought up to date.
    """

    frame: str
    not_after: float
    size: tuple[int, int]
    stamps: list[str]


def next_start(app: NewsreaderApp, desk: Desk, session: Session, *, is_syncing: bool) -> NextStart | None:
    """The first screen of a start with this session; None where it shows more than the index knows.

    Args:
        app: The app that is about to end.
        desk: Whose styles to draw with.
        session: What the next start will read.
        is_syncing: Whether the index is just being brought up to date.
    """
    stamps = index_stamps(app.library) if is_syncing else []
    # What another instance marked a moment ago is to be on it as well.
    if app.library.poll().has_new_stories:
        return None
    screen = MainScreen(app.library, app.opening, Shown(), session)
    if screen.view.query:  # of a saved search, whose stories are looked for behind the first screen
        return None
    list(screen.compose())
    screen.desk.draw_like(desk)
    screen.desk.set_reactive(Desk.has_focus, True)
    screen.is_open = True
    try:
        screen.fill()
    finally:
        screen.stop_waiting()
    width, height = app.size
    everything = Region(0, 0, width, height)
    frame = Changes([(everything, screen.desk.render_lines(everything))], Shown()).render_segments(
        app.console
    )
    return NextStart(frame, _not_after(screen.story_list), (width, height), stamps)


def index_stamps(library: Library) -> list[str]:
    """What changes when the index of an archive is written to."""
    stamps = (afterimage.stamp(str(path)) for path in library.index_files_on_disk())
    # An empty log of the database comes and goes as it is opened and closed.
    return ["- -" if stamp.endswith(" 0") else stamp for stamp in stamps]


def _not_after(stories: StoryList) -> float:
    if not stories.has_ages:
        return math.inf
    now = datetime.now(UTC)
    rows = (stories.story_at(index) for index in stories.visible_rows())
    return min((_next_age(row.published_at, now) for row in rows if row is not None), default=math.inf)


def _next_age(published_at: datetime | None, now: datetime) -> float:
    """When the age of a story is told in other words, in seconds since 1970."""
    if published_at is None or now - published_at > AGE_LIMIT:
        return math.inf
    if published_at > now:
        return published_at.timestamp()
    age = now - published_at
    units = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1))
    unit = next((unit for unit in units if age >= unit), units[-1])
    return (published_at + (age // unit + 1) * unit).timestamp()
