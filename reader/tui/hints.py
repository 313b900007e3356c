"""What the line of hints says: the keys that matter where one is, the ones needed first before the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from reader.tui.keys import Keys


class Hint(NamedTuple):
    """Commands that do one thing, and what that is, in a word or two."""

    does: str
    commands: tuple[str, ...]


_STORIES: Final = (
    Hint("read on", ("page-story",)),
    Hint("next", ("next-unread",)),
    Hint("star", ("toggle-star",)),
    Hint("open", ("open",)),
    Hint("search", ("search",)),
    Hint("keys", ("keys",)),
    Hint("quit", ("quit-or-back",)),
    Hint("read", ("toggle-read",)),
    Hint("sort", ("sort",)),
)

_FOUND: Final = (Hint("clear", ("back",)), Hint("change", ("search",)))

_STORY: Final = (
    Hint("page", ("page-story",)),
    Hint("scroll", ("scroll-story-down", "scroll-story-up")),
    Hint("best", ("best-version",)),
    Hint("related", ("expand-all",)),
    Hint("open", ("open",)),
    Hint("back", ("quit-or-back",)),
    Hint("keys", ("keys",)),
    Hint("next", ("next-unread",)),
    Hint("star", ("toggle-star",)),
)

_ITEM: Final = (
    Hint("expand", ("go-in",)),
    Hint("open", ("open",)),
    Hint("star", ("toggle-star",)),
    Hint("best", ("best-version",)),
    Hint("expand all", ("expand-all",)),
    Hint("back", ("quit-or-back",)),
    Hint("keys", ("keys",)),
    Hint("page", ("page-story",)),
)

_TOPICS: Final = (
    Hint("stories", ("go-in",)),
    Hint("topic", ("previous-topic", "next-topic")),
    Hint("go to", ("jump",)),
    Hint("save search", ("save-search",)),
    Hint("search", ("search",)),
    Hint("keys", ("keys",)),
    Hint("quit", ("quit-or-back",)),
)

_SEARCH: Final = (
    Hint("stories", ("go-in",)),
    Hint("rename", ("rename-search",)),
    Hint("remove", ("remove-search",)),
    Hint("move", ("move-search-up", "move-search-down")),
    Hint("keys", ("keys",)),
    Hint("quit", ("quit-or-back",)),
)

HINTS: Final[Mapping[str, tuple[Hint, ...]]] = {
    "stories": _STORIES,
    "found": (*_FOUND, *(hint for hint in _STORIES if hint.does != "search")),
    "story": _STORY,
    "item": _ITEM,
    "topics": _TOPICS,
    "search": _SEARCH,
}
"""By where one is: in a pane, among what a search found (`found`), on a related item (`item`), on a saved
search (`search`)."""


def hints(where: str, keys: Keys) -> list[tuple[str, str]]:
    """What to press, each with what it does; commands without a key are left out."""
    bound = (
        (hint.does, [keys.first(name) for name in hint.commands if keys.of(name)]) for hint in HINTS[where]
    )
    return [(_together(pressed), does) for does, pressed in bound if pressed]


def _together(pressed: list[str]) -> str:
    """``J/K``, ``Alt+↑/↓``; signs stand apart, as one of them might be the stroke: ``[ ]``."""
    first, *others = pressed
    held = first[: first.rfind("+", 0, -1) + 1]
    shown = [first, *(other.removeprefix(held) for other in others)]
    is_signs = all(len(key) == 1 and not key.isalnum() for key in shown)
    return (" " if is_signs else "/").join(shown)
