"""Lines of the story pane before they are drawn, and how a text becomes such lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from reader.tui.panes.wrapping import wrapped
from reader.wording import UNICODE_GLYPHS, Glyphs, ascii_text

WHOLE_STORY: Final = -1
"""The stop of lines that belong to no related item and no link."""

LONGEST: Final = 16
"""Characters that a cell of a line may have, however many join into one."""


class Line(NamedTuple):
    """A line of the pane before it is drawn.

    Attributes:
        pieces: Texts, each with its component classes, parted by blanks.
        stop: What the cursor stands on there, or `WHOLE_STORY`.
        anchors: Cells that lead elsewhere: from, to, number of the link.
    """

    pieces: tuple[tuple[str, str], ...] = ()
    stop: int = WHOLE_STORY
    anchors: tuple[tuple[int, int, int], ...] = ()


class Setting(NamedTuple):
    """What lines are made for.

    Attributes:
        width: Cells of the text.
        glyphs: The signs to draw with.
    """

    width: int
    glyphs: Glyphs = UNICODE_GLYPHS

    @property
    def is_ascii(self) -> bool:
        """Whether to draw with ASCII only."""
        return self.glyphs is not UNICODE_GLYPHS

    def shown(self, text: str) -> str:
        """A text as it can be drawn."""
        return ascii_text(text) if self.is_ascii else text


def text_lines(
    setting: Setting, text: str, component: str, *, indent: int = 0, stop: int = WHOLE_STORY
) -> Iterator[Line]:
    """A text of one look, wrapped; nothing where there is none."""
    margin = ((" " * indent, "story--text"),) if indent else ()
    for line in wrapped(setting.shown(text), setting.width - indent):
        yield Line((*margin, (line[: setting.width * LONGEST], component)), stop)
