"""Counts of the stories of one archive that no screen keeps in memory: by provider, month and quality."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from reader.index.schema import EPOCH
from reader.index.stories import StoryIndex
from reader.model import Provider
from reader.values import dataclass, field

_DAY_US: Final = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Figures:
    """How many stories there are of each kind.

    Attributes:
        providers: By provider; among them the one without name and domain for stories that name none.
        months: By ``2021-02``, in UTC.
        qualities: By quality, those without one left out.
        undated: Without a date.
    """

    providers: Counter[Provider] = field(default_factory=Counter)
    months: Counter[str] = field(default_factory=Counter)
    qualities: Counter[int] = field(default_factory=Counter)
    undated: int = 0

    def median_quality(self) -> float | None:
        """The quality that half of the stories with one do not exceed; None where no story has any."""
        total = self.qualities.total()
        if not total:
            return None
        low, high = (self._quality_at(place) for place in ((total - 1) // 2, total // 2))
        return (low + high) / 2

    def _quality_at(self, place: int) -> int:
        values = sorted(self.qualities)
        for value in values:
            place -= self.qualities[value]
            if place < 0:
                return value
        raise AssertionError(place)


def figures(index: StoryIndex) -> Figures:
    """The figures of an archive: some 50 ms at 100,000 stories.

    Raises:
        IndexFileError: If the index cannot be used.
    """
    found = Figures()
    with index.file.worker.use("count its stories") as sqlite:
        providers = (
            "SELECT name, domain, count(*) FROM story JOIN outlet ON outlet.id = outlet GROUP BY outlet"
        )
        for name, domain, count in sqlite.execute(providers):
            found.providers[Provider(str(name), str(domain))] += int(count)
        # Whole days before 1970 as well: SQLite's division cuts towards 0.
        days = (
            f"SELECT published_us / {_DAY_US} - (published_us % {_DAY_US} < 0) AS day, count(*)"
            " FROM story WHERE published_us IS NOT NULL GROUP BY day"
        )
        for day, count in sqlite.execute(days):
            found.months[f"{EPOCH + timedelta(days=day):%Y-%m}".rjust(7, "0")] += int(count)
        qualities = "SELECT quality, count(*) FROM story WHERE quality IS NOT NULL GROUP BY quality"
        found.qualities.update({int(quality): int(count) for quality, count in sqlite.execute(qualities)})
        (undated,) = sqlite.execute("SELECT count(*) FROM story WHERE published_us IS NULL").fetchone()
    return Figures(found.providers, found.months, found.qualities, int(undated))


def story_count(index: StoryIndex) -> int:
    """How many stories there are.

    Raises:
        IndexFileError: If the index cannot be used.
    """
    with index.file.worker.use("count its stories") as sqlite:
        return int(sqlite.execute("SELECT count(*) FROM story").fetchone()[0])


def summed(parts: Iterable[Figures]) -> Figures:
    """The figures of several archives together."""
    total = Figures()
    undated = 0
    for part in parts:
        total.providers.update(part.providers)
        total.months.update(part.months)
        total.qualities.update(part.qualities)
        undated += part.undated
    return Figures(total.providers, total.months, total.qualities, undated)
