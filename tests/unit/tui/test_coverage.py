from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reader.library import RelatedItem
from reader.model import Provider, Related, RowId, StoryId, StoryRow
from reader.tui.panes.coverage import Coverage, best_text, coverage, first_text
from reader.tui.panes.story_lines import WHOLE_STORY

NOON = datetime(2021, 2, 4, 12, tzinfo=UTC)


def row(quality: int | None = 24, *, hours: float | None = 0) -> StoryRow:
    return StoryRow(
        row_id=RowId(1),
        story_id=StoryId("a/b.md"),
        title="Lead",
        quality=quality,
        published_at=None if hours is None else NOON + timedelta(hours=hours),
        provider=Provider("Threat Post"),
    )


def item(name: str, quality: int | None = None, *, hours: float | None = None) -> RelatedItem:
    date = None if hours is None else NOON + timedelta(hours=hours)
    related = Related(title=name, quality=quality, published_at=date, provider=Provider(name))
    return RelatedItem(related, row())


def names(found: Coverage) -> list[str]:
    return [item.related.title for item in found.items]


def test_items_stand_in_the_order_of_their_dates_the_undated_last() -> None:
    found = coverage(row(), [item("none"), item("late", hours=9), item("early", hours=-2)])
    assert names(found) == ["early", "late", "none"]


def test_the_highest_quality_is_the_best() -> None:
    found = coverage(row(), [item("a", 61, hours=1), item("b", 87, hours=2)])
    assert found.best == 1
    assert best_text(row(), found, "x") == "best version: 87 b (x)"


def test_a_story_that_nothing_beats_is_the_best_of_all() -> None:
    found = coverage(row(87), [item("a", 87, hours=1), item("b", hours=2)])
    assert found.best == WHOLE_STORY
    assert best_text(row(87), found, "x") == "the best version of 3"


def test_of_two_that_are_equally_good_the_earlier_one_is_the_best() -> None:
    assert coverage(row(), [item("a", 87, hours=2), item("b", 87, hours=1)]).best == 0


def test_without_related_coverage_or_quality_there_is_no_best() -> None:
    assert coverage(row(), []).best is None
    assert coverage(row(None), [item("a")]).best is None
    assert best_text(row(), coverage(row(), []), "x") == ""


def test_the_first_report_is_named() -> None:
    assert first_text(row(), coverage(row(), [item("a", hours=6)])) == "Threat Post was first"
    assert first_text(row(), coverage(row(), [item("a", hours=-2)])) == "a was first, 2 h earlier"


def test_who_was_first_is_not_said_where_dates_are_missing() -> None:
    assert first_text(row(hours=None), coverage(row(hours=None), [item("a", hours=6)])) == ""
    assert first_text(row(), coverage(row(), [item("a")])) == ""
