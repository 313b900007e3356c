"""What the line above the panes says of the view, and an empty list of what to do."""

from __future__ import annotations

from typing import Final

from reader import wording
from reader.model import Count, Counts, Order, Show, View
from reader.tui.keys import Keys

_NONE: Final = Count()
_ORDER_TEXT: Final = {
    (Order.DATE, False): "newest first",
    (Order.DATE, True): "oldest first",
    (Order.QUALITY, False): "best first",
    (Order.QUALITY, True): "worst first",
    (Order.TITLE, False): "by title",
    (Order.TITLE, True): "by title, Z to A",
    (Order.PROVIDER, False): "by provider",
    (Order.PROVIDER, True): "by provider, Z to A",
    (Order.RELATED, False): "most related first",
    (Order.RELATED, True): "least related first",
}


_FIRST_KEYS: Final = (
    ("down", "goes down"),
    ("go-in", "goes in"),
    ("page-story", "reads on"),
    ("toggle-star", "stars"),
    ("keys", "shows every key"),
)


def welcome(keys: Keys) -> list[tuple[str, str]]:
    """The keys that matter most, for a first start, each with what it does."""
    hints = [(keys.first(command), does) for command, does in _FIRST_KEYS]
    return [("Welcome.", ""), *hints]


FILTERS: Final = {
    Show.ALL: "all",
    Show.UNREAD: "unread",
    Show.STARRED: "starred",
    Show.PUBLISHED: "published",
    Show.UNPUBLISHED: "unpublished",
    Show.RELATED: "with related",
    Show.VIDEO: "video",
}
"""What a view can keep, as one says it."""


def view_text(
    view: View,
    counts: Counts,
    *,
    shown: int | None,
    arrow: str,
    name: str = "",
    unread: int = 0,
    in_archive: Count = _NONE,
    is_filtered: bool = False,
) -> str:
    """Where one is, in which order, what is left out, and how many stories that are.

    Args:
        view: With the order that the list has, which a query may have chosen.
        counts: Of the whole library.
        shown: How many stories the list has; None where a query with a mistake left it as it was.
        unread: How many of them are unread.
        arrow: Stands between the parts.
        in_archive: Of the topic in the one archive that the view looks in.
        name: Of the line of the sidebar that this is, where the view does not say it; or empty.
        is_filtered: Whether what the view keeps was chosen in All, and is no line of the sidebar.
    """
    is_place = _is_place(view) and not is_filtered
    place = FILTERS[view.show].capitalize() if is_place else place_text(view) or "All"
    parts = [name or place, _ORDER_TEXT[view.order, view.is_reversed]]
    kept = [FILTERS[view.show]] if view.show is not Show.ALL and (name or not is_place) else []
    kept += [f"≥{view.quality_floor}"] if view.quality_floor is not None else []
    number = counts.topics.get(view.topic, Count()) if view.topic else counts.everything
    if view.archive:
        number = in_archive
    if shown is None:
        words = ""
    elif view.query:
        words = wording.count_text(shown, "story") + ("" if name else " found")
    elif kept == [FILTERS[Show.UNREAD]]:
        words = f"{wording.count(number.unread)} of {wording.count(number.total)}"
    elif view.show is Show.STARRED:
        words = wording.count_text(shown if kept else counts.starred, "story")
    elif kept:
        words = f"{wording.count(shown)} of {wording.count(number.total)}"
        if names_unread(view):
            words += f", {wording.count(unread)} unread"
    else:
        words = f"{wording.count(number.unread)} unread of {wording.count(number.total)}"
    parts.append(": ".join(part for part in (" · ".join(kept), words) if part))
    return arrow.join(filter(None, parts))


def names_unread(view: View) -> bool:
    """Whether the title says how many of what is left are unread."""
    is_part = view.quality_floor is not None or view.show is not Show.ALL
    return is_part and view.show not in (Show.UNREAD, Show.STARRED) and not view.query


def _is_place(view: View) -> bool:
    """Whether what the view keeps is a line of the sidebar by itself."""
    return not (view.topic or view.archive) and view.show in (Show.UNREAD, Show.STARRED)


def place_text(view: View) -> str:
    """The archive and the topic that a view is about; empty for everything."""
    return " · ".join(part for part in (view.archive, view.topic) if part)


def empty_text(
    view: View,
    keys: Keys,
    *,
    is_reading: bool,
    mistake: str = "",
    unknown: str = "",
    trouble: str = "",
    is_empty: bool = False,
    is_filtered: bool = False,
    is_typed: bool = True,
) -> str:
    """What a list without stories says: why, and what to do; lines.

    Args:
        view: What should be there.
        keys: What to press.
        is_reading: Stories may still come.
        mistake: What is wrong with a saved search, or empty.
        unknown: What a query names that there is not, or empty.
        trouble: Why the archives cannot be read, or empty.
        is_empty: There is no story in any archive.
        is_filtered: Whether what the view keeps was chosen in All, and is no line of the sidebar.
        is_typed: Whether what the view searches for was typed: else the line of the sidebar asks for it.
    """
    key = keys.first
    if mistake:
        return (
            f"This saved search has a mistake:\n{mistake}\n"
            f"{key('search')} shows and mends it, {key('save-search')} saves it again."
        )
    if is_reading:
        return "Reading the archive …"
    if trouble:
        return f"The archive cannot be read:\n{trouble}\n{key('rescan')} tries again."
    if is_empty:
        return (
            "No story in the archive yet.\n"
            f"Stories are Markdown files with front matter; {key('rescan')} looks again."
        )
    change = f"{key('search')} changes the search, {key('topics')} goes to the topics."
    if view.query and (is_typed or unknown):
        found = f"Nothing found: {unknown}" if unknown else "Nothing found."
        hint = f"{key('back')} forgets the search." if is_typed else change
        return f"{found}\n{hint}"
    if view.quality_floor is not None:
        floor = view.quality_floor
        return f"No story here has a quality of {floor} or more.\n{key('lower-floor')} lowers the floor."
    is_place = _is_place(view) and not is_filtered
    if is_place and view.show is Show.STARRED:
        return f"No starred story yet.\n{key('toggle-star')} stars the story under the cursor."
    if is_place:
        return f"Everything is read.\n{key('topics')} goes to the topics, All shows every story."
    if view.show is not Show.ALL:
        what = FILTERS[view.show]
        return f"No story here is kept by the filter: {what}.\n{key('filter')} a shows all of them."
    if view.query:
        return f"Nothing found.\n{change}"
    return f"No story here.\n{key('rescan')} looks at the archive again."
