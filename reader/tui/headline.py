"""What the line above the panes says of the view, and an empty list of what to do."""

from __future__ import annotations

from typing import Final

from reader import wording
from reader.model import Count, Counts, Order, Show, View

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


def view_text(view: View, counts: Counts, *, shown: int, arrow: str, name: str = "") -> str:
    """Where one is, in which order, and how many stories that are.

    Args:
        view: With the order that the list has, which a query may have chosen.
        counts: Of the whole library.
        shown: How many stories the list has.
        arrow: Stands between the parts.
        name: Of the saved search that this is, or empty.
    """
    parts = [name or _place(view), _ORDER_TEXT[view.order, view.is_reversed]]
    if view.query:
        parts.append(wording.count_text(shown, "story") + ("" if name else " found"))
    elif view.show is Show.STARRED:
        parts.append(wording.count_text(counts.starred, "story"))
    else:
        number = counts.topics.get(view.topic, Count()) if view.topic else counts.everything
        parts.append(f"{wording.count(number.unread)} unread of {wording.count(number.total)}")
    return arrow.join(parts)


def _place(view: View) -> str:
    if view.show is Show.STARRED:
        return "Starred"
    return view.topic or ("Unread" if view.show is Show.UNREAD else "All")


def empty_text(view: View, *, is_reading: bool, mistake: str = "") -> str:
    """What a list without stories says: why, and what to do; lines.

    Args:
        view: What should be there.
        is_reading: Stories may still come.
        mistake: What is wrong with a saved search, or empty.
    """
    if mistake:
        return f"This saved search has a mistake:\n{mistake}\n/ shows and mends it, B saves it again."
    if is_reading:
        return "Reading the archive …"
    if view.query:
        return "Nothing found.\nEsc forgets the search."
    if view.show is Show.STARRED:
        return "No starred story yet.\ns stars the story under the cursor."
    if view.show is Show.UNREAD:
        return "Everything is read.\n1 goes to the topics, All shows every story."
    return "No story here.\nr looks at the archive again."
