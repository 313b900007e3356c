from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reader import wording
from reader.model import Problem, Provider, Related, RowId, StoryId, StoryRow

NOW = datetime(2021, 2, 4, 12, 52, tzinfo=UTC)
LONG_AGO = datetime(2020, 12, 31, 9, 5, tzinfo=UTC)


def make_row(**values: Any) -> StoryRow:
    return replace(StoryRow(row_id=RowId(1), story_id=StoryId("news/a.md"), title="Any"), **values)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(seconds=60), "1m"),
        (timedelta(minutes=59, seconds=59), "59m"),
        (timedelta(hours=1), "1h"),
        (timedelta(hours=23, minutes=59), "23h"),
        (timedelta(days=6, hours=23), "6d"),
        (timedelta(days=400), "400d"),
    ],
)
def test_an_age_in_its_largest_whole_unit(age: timedelta, expected: str) -> None:
    assert wording.age_text(NOW - age, NOW) == expected


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(), "now"),
        (timedelta(hours=3), "3h"),
        (timedelta(days=7), "7d"),
        (timedelta(days=7, seconds=1), "28 Jan 2021"),
        (timedelta(seconds=-1), "4 Feb 2021"),
        (timedelta(days=-1), "5 Feb 2021"),
    ],
)
def test_a_recent_date_is_an_age_and_every_other_a_date(age: timedelta, expected: str) -> None:
    assert wording.date_text(NOW - age, NOW) == expected


def test_without_a_now_it_is_always_the_date() -> None:
    assert wording.date_text(NOW, None) == "4 Feb 2021"


def test_a_story_without_a_date_has_no_text_for_it() -> None:
    assert wording.date_text(None, NOW) == ""
    assert wording.date_time_text(None) == ""


def test_date_and_time_are_told_in_utc() -> None:
    assert wording.date_time_text(LONG_AGO) == "31 Dec 2020 09:05 UTC"


@pytest.mark.parametrize("published_at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_first_and_the_last_date_can_be_told(published_at: datetime) -> None:
    assert wording.date_text(published_at, NOW)
    assert wording.date_time_text(published_at)
    assert wording.offset_text(published_at - NOW)


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        (timedelta(), "same time"),
        (timedelta(seconds=-59), "same time"),
        (timedelta(minutes=45), "+45 min"),
        (timedelta(minutes=-1, seconds=-30), "-1 min"),
        (timedelta(hours=6, minutes=6), "+6 h"),
        (timedelta(hours=-2), "-2 h"),
        (timedelta(hours=47, minutes=59), "+47 h"),
        (timedelta(days=2), "+2 d"),
        (timedelta(days=-1200), "-1,200 d"),
    ],
)
def test_an_offset(delta: timedelta, expected: str) -> None:
    assert wording.offset_text(delta) == expected


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        (Provider("Threat Post", "threatpost.com"), "Threat Post · threatpost.com"),
        (Provider("Threat Post", ""), "Threat Post"),
        (Provider("", "threatpost.com"), "threatpost.com"),
        (Provider("ThreatPost.com", "threatpost.com"), "threatpost.com"),
        (Provider(), ""),
    ],
)
def test_a_provider(provider: Provider, expected: str) -> None:
    assert wording.provider_text(provider) == expected
    assert wording.provider_text(provider, ascii=True) == expected.replace("·", "-")


@pytest.mark.parametrize(
    ("quality", "expected"), [(-9, "▁"), (0, "▁"), (24, "▂"), (95, "▅"), (189, "█"), (999, "█")]
)
def test_a_quality_is_drawn_within_the_range_of_its_archive(quality: int, expected: str) -> None:
    assert wording.quality_bar(quality, 0, 189) == expected


def test_every_step_of_the_bar_is_used() -> None:
    assert "".join(wording.quality_bar(quality, 60, 67) for quality in range(60, 68)) == "▁▂▃▄▅▆▇█"
    assert len({wording.quality_bar(quality, 0, 189, ascii=True) for quality in range(190)}) == 8


def test_where_all_are_equal_the_bar_is_in_the_middle() -> None:
    assert wording.quality_bar(5, 5, 5) == "▄"


def test_no_quality_has_no_bar() -> None:
    assert wording.quality_bar(None, 0, 100) == ""


def test_a_row_tells_what_it_has_in_order() -> None:
    row = make_row(
        provider=Provider("Threat Post", "threatpost.com"),
        published_at=LONG_AGO,
        quality=24,
        related_count=2,
        kind="Video",
        is_published=False,
        is_damaged=True,
        is_gone=True,
    )
    expected = "Threat Post · 31 Dec 2020 · 24 · +2 · video · unpublished · damaged · not in this archive"
    assert wording.row_meta(row, NOW) == expected
    assert wording.row_meta(row, NOW, ascii=True) == expected.replace("·", "-")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (make_row(), ""),
        (make_row(kind="article", is_published=True), ""),
        (make_row(provider=Provider(domain="threatpost.com")), "threatpost.com"),
        (make_row(quality=0), "0"),
        (make_row(published_at=NOW - timedelta(hours=3)), "3h"),
    ],
)
def test_a_row_leaves_out_what_is_missing(row: StoryRow, expected: str) -> None:
    assert wording.row_meta(row, NOW) == expected


def test_a_related_line() -> None:
    related = Related(
        title="Canada asks",
        quality=87,
        provider=Provider("The Next Web"),
        published_at=NOW + timedelta(hours=6, minutes=6),
    )
    line = wording.related_line(related, NOW)
    assert line == wording.RelatedLine("87", "The Next Web", "+6 h", "Canada asks")
    assert line.text() == "87 The Next Web · +6 h  Canada asks"
    assert line.text(ascii=True) == "87 The Next Web - +6 h  Canada asks"


@pytest.mark.parametrize(
    ("related", "expected"),
    [
        (Related(title="Title", excerpt="Excerpt"), "Title"),
        (Related(excerpt="Excerpt", published_at=NOW), "Excerpt"),
        (Related(web_url="https://example.com/"), "https://example.com/"),
        (Related(quality=0, provider=Provider(domain="example.com")), "0 example.com  untitled"),
    ],
)
def test_a_related_line_leaves_out_what_is_missing(related: Related, expected: str) -> None:
    assert wording.related_line(related, None).text() == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0 stories"), (1, "1 story"), (24, "24 stories"), (100_000, "100,000 stories")],
)
def test_a_count_of_stories(number: int, expected: str) -> None:
    assert wording.count_text(number, "story") == expected


@pytest.mark.parametrize(
    ("noun", "expected"),
    [("mark", "2 marks"), ("day", "2 days"), ("match", "2 matches"), ("box", "2 boxes"), ("bus", "2 buses")],
)
def test_a_regular_plural(noun: str, expected: str) -> None:
    assert wording.count_text(2, noun) == expected


def test_a_plural_that_is_given() -> None:
    assert wording.count_text(2, "is", "are") == "2 are"


@pytest.mark.parametrize(
    ("size_bytes", "expected"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (9_950, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (12_345_678, "12 MB"),
        (1_000_000_000, "1.0 GB"),
        (5_000_000_000_000, "5,000 GB"),
    ],
)
def test_a_size(size_bytes: int, expected: str) -> None:
    assert wording.size_text(size_bytes) == expected


def test_progress() -> None:
    assert wording.progress_text(12_000, 100_000) == "Indexing 12,000 of 100,000"
    assert wording.progress_text(1, 2, "Reading") == "Reading 1 of 2"


def test_a_problem_names_the_place_as_compilers_do() -> None:
    assert wording.problem_line("a.md", Problem("a.md", 3, "no closing ---")) == "a.md:3: no closing ---"
    assert wording.problem_line(Path("/x/a.md"), Problem("a.md", 0, "not a file")) == "/x/a.md: not a file"


def test_a_problem_of_a_file_with_a_hostile_name_is_safe_to_print() -> None:
    assert wording.problem_line("a\x1b[2J\udce9.md", Problem("", 1, "bad")) == "a\\xe9.md:1: bad"


def test_ascii_text_keeps_what_can_be_kept() -> None:
    assert wording.ascii_text("Clearview’s — “naïve” … Łódź ★") == 'Clearview\'s - "naive" ... Lodz ?'


def test_every_glyph_has_an_ascii_form_of_its_kind() -> None:
    plain, ascii_only = wording.glyphs(), wording.glyphs(ascii=True)
    for name in wording.Glyphs._fields:
        assert getattr(ascii_only, name).isascii()
        assert getattr(plain, name).strip()
    assert len(ascii_only.bar) == len(plain.bar) == 8


def test_what_an_error_says_becomes_a_sentence() -> None:
    assert wording.sentence("the link has no host") == "The link has no host."
    assert wording.sentence("It ended.") == "It ended."
