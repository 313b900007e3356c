"""What a sync has to do, decided from two tables and without touching anything."""

from __future__ import annotations

from collections.abc import Mapping

from reader.model import Stamp
from reader.values import dataclass


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What to read and what to forget.

    Attributes:
        parse: Paths of new and changed files, in descending order: archives name folders and files by date,
            so the newest stories appear first.
        forget: Paths of files that are gone, sorted.
    """

    parse: tuple[str, ...]
    forget: tuple[str, ...]


def plan_sync(on_disk: Mapping[str, Stamp], indexed: Mapping[str, Stamp]) -> SyncPlan:
    """Compare what the disk holds with what the index has seen."""
    changed = (path for path, stamp in on_disk.items() if indexed.get(path) != stamp)
    return SyncPlan(
        parse=tuple(sorted(changed, reverse=True)),
        forget=tuple(sorted(indexed.keys() - on_disk.keys())),
    )
