"""Where everything stands on a screen of a given size: numbers only, nothing of Textual's layout."""

from __future__ import annotations

from typing import Final, NamedTuple

from textual.geometry import Region

PANES: Final = ("topics", "stories", "story")

NARROW: Final = 80
"""Fewer columns show one pane at a time."""

WIDE: Final = 120
"""So many columns have room for three panes side by side."""

ROOMY: Final = 140
"""So many columns have room for longer topics beside list and story."""

SHORT: Final = 24
"""Fewer rows show no title, and a story in one line."""

SMALLEST: Final = (40, 10)
"""Columns and rows that at least one pane needs."""

_LEAST_WIDTH: Final = 16
_LEAST_HEIGHT: Final = 4
"""Of a pane with its border, however the reader drags it."""


class Shares(NamedTuple):
    """What the reader has chosen for the sizes of the panes; 0 leaves it to the program.

    Attributes:
        topics: Columns of the topics.
        stories: Per mille of what is left for the list, of the columns beside the story.
        stories_high: Per mille of the rows, where the list stands above the story.
    """

    topics: int = 0
    stories: int = 0
    stories_high: int = 0


class Places(NamedTuple):
    """Where things stand; what has no area is not shown.

    Attributes:
        title: The line above.
        hints: The line below.
        panes: By their names.
        has_borders: Whether the panes have borders.
        is_one_line: Whether a story gets one line in the list.
        is_stacked: Whether the list stands above the story.
    """

    title: Region
    hints: Region
    panes: dict[str, Region]
    has_borders: bool
    is_one_line: bool
    is_stacked: bool


def places(
    width: int,
    height: int,
    *,
    pane: str,
    wanted_topics: int,
    shares: Shares,
    is_zoomed: bool = False,
    foot_rows: int = 0,
) -> Places | None:
    """Where everything stands, or None where the screen is too small.

    Args:
        width: Columns of the screen.
        height: Its rows, those of the foot left out.
        pane: The pane that has the focus: on a narrow screen the one that is shown.
        wanted_topics: Columns that show every topic in full, border included.
        shares: What the reader has chosen.
        is_zoomed: The pane with the focus is to have all the room.
        foot_rows: Rows below that something else has taken for a while: they do not make the screen short.
    """
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return None
    is_short = height + foot_rows < SHORT
    top = 0 if is_short else 1
    title = Region(0, 0, width, top)
    hints = Region(0, height - 1, width, 1)
    room = Region(0, top, width, height - top - 1)
    if width < NARROW or is_zoomed:
        regions = {name: room if name == pane else Region() for name in PANES}
        return Places(title, hints, regions, width >= NARROW, is_short, is_stacked=False)
    topics_width = _topics_width(width, wanted_topics, shares.topics)
    topics, rest = room.split_vertical(topics_width)
    is_stacked = width < WIDE
    if is_stacked:
        rows = _share(rest.height, shares.stories_high, _LEAST_HEIGHT)
        stories, story = rest.split_horizontal(rows)
    else:
        stories, story = rest.split_vertical(_share(rest.width, shares.stories, _LEAST_WIDTH))
    regions = {"topics": topics, "stories": stories, "story": story}
    return Places(title, hints, regions, True, is_short, is_stacked)


def border_at(standing: Places, x: int, y: int) -> str:
    """Which border between panes a cell is on: ``topics`` or ``stories`` by what it ends, or neither."""
    topics, stories, story = (standing.panes[name] for name in PANES)
    if not (topics and stories and story):
        return ""
    if x in (topics.right - 1, topics.right) and topics.y <= y < topics.bottom:
        return "topics"
    if standing.is_stacked:
        return "stories" if y in (stories.bottom - 1, stories.bottom) and x > topics.right else ""
    return "stories" if x in (stories.right - 1, stories.right) and stories.y <= y < stories.bottom else ""


def moved(standing: Places, shares: Shares, border: str, x: int, y: int) -> Shares:
    """The shares when a border was dragged to a cell; no pane gets so small that nothing is seen of it."""
    topics, stories, story = (standing.panes[name] for name in PANES)
    if border == "topics":
        widest = topics.width + stories.width + (0 if standing.is_stacked else story.width) - 2 * _LEAST_WIDTH
        return shares._replace(topics=max(_LEAST_WIDTH, min(x + 1 - topics.x, widest)))
    if standing.is_stacked:
        whole, part, least = stories.height + story.height, y + 1 - stories.y, _LEAST_HEIGHT
    else:
        whole, part, least = stories.width + story.width, x + 1 - stories.x, _LEAST_WIDTH
    share = round(1000 * max(least, min(part, whole - least)) / whole)
    return shares._replace(stories_high=share) if standing.is_stacked else shares._replace(stories=share)


def grown(standing: Places, shares: Shares, pane: str, step: int) -> Shares:
    """The shares when a pane is to be larger, or smaller with a negative step: by a column or a row a step.

    Where one pane is shown at a time, there is nothing to share out.
    """
    topics, stories, story = (standing.panes[name] for name in PANES)
    if not (topics and stories and story):
        return shares
    if pane == "topics":
        return moved(standing, shares, "topics", topics.right - 1 + step, 0)
    step = step if pane == "stories" else -step
    return moved(standing, shares, "stories", stories.right - 1 + step, stories.bottom - 1 + step)


def _topics_width(width: int, wanted: int, chosen: int) -> int:
    if chosen:
        return max(_LEAST_WIDTH, min(chosen, width - 2 * _LEAST_WIDTH))
    # Between three panes titles count more than the last letters of a topic.
    most = 26 if WIDE <= width < ROOMY else 30
    return min(max(22, wanted), width * 3 // 10, most)


def _share(whole: int, per_mille: int, least: int) -> int:
    part = round(whole * (per_mille or 500) / 1000)
    return max(least, min(part, whole - least))
