"""Stories read before one comes to them: then they are there whole in the frame that shows them."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from reader.errors import NewsreaderError
from reader.library import OpenStory
from reader.model import StoryRow

if TYPE_CHECKING:
    from reader.tui.panes.body_lines import BodyLines
    from reader.tui.panes.story_lines import Setting

_KEPT: Final = 12

_LARGE: Final = 100_000
"""Characters of a story that is not kept, and not read ahead: it is read when one rests on it."""


class Whole(NamedTuple):
    """A story as the story pane takes it; `body` is None where it has none."""

    story: OpenStory
    body: BodyLines | None


class ReadingAhead:
    """Reads stories in a thread of its own, the wanted ones in their order, and keeps the last ones.

    Args:
        read: Reads one; from any thread.
    """

    def __init__(self, read: Callable[[StoryRow], OpenStory]) -> None:
        self._read = read
        self._kept: OrderedDict[StoryRow, Whole] = OrderedDict()
        self._wanted: list[StoryRow] = []
        self._setting: Setting | None = None
        self._generation = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def get(self, row: StoryRow) -> Whole | None:
        """A story that was read ahead, as long as the index says the same of it. Quick."""
        with self._changed:
            return self._kept.get(row)

    def want(self, rows: Sequence[StoryRow], setting: Setting) -> None:
        """Read these next, and not what was wanted before. Quick.

        Args:
            rows: The stories.
            setting: What to make the lines of their bodies for.
        """
        with self._changed:
            self._setting = setting
            self._wanted = [row for row in reversed(rows) if row not in self._kept]
            if not self._wanted:
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="reading ahead", daemon=True)
                self._thread.start()
            self._changed.notify()

    def forget(self) -> None:
        """The files may have changed."""
        with self._changed:
            self._generation += 1
            self._kept.clear()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted)
                row, setting, generation = self._wanted.pop(), self._setting, self._generation
            whole = None
            # What is wrong with it is told when one comes to it.
            with contextlib.suppress(NewsreaderError, OSError):
                whole = self._whole(row, setting)
            with self._changed:
                if whole is not None and generation == self._generation:
                    self._kept[row] = whole
                    if len(self._kept) > _KEPT:
                        self._kept.popitem(last=False)

    def _whole(self, row: StoryRow, setting: Setting | None) -> Whole | None:
        story = self._read(row)
        if len(story.story.body) + len(story.story.raw_front_matter) > _LARGE:
            return None
        body: BodyLines | None = None
        if story.story.body and setting is not None:
            from reader.tui.panes.body_lines import body_lines

            for so_far in body_lines(story.story, setting, lambda: False):
                body = so_far
        return Whole(story, body)
