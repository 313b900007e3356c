from __future__ import annotations

from pathlib import Path

import pytest

from reader.library import Library
from tests.factories import write_story
from tests.unit.cli.marking import mark
from tests.unit.cli.running import Result, Run

BOTH = pytest.mark.parametrize("limit", [(), ("--limit", "9")], ids=["all", "first"])


def titles(result: Result) -> list[str]:
    assert result.code == 0, result.err
    return [cells[4] for cells in result.cells]


@BOTH
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (["clouds"], ["Clouds ahead"]),
        (["clouds", "ahead"], ["Clouds ahead"]),
        (["cloud*"], ["Clouds ahead"]),
        (["quality>=20"], ["Clouds ahead", "Ants"]),
        (["topic:ai", "OR", "topic:cloud", "sort:reverse"], ["Ants", "Clouds ahead"]),
        (["sort:quality"], ["Clouds ahead", "Ants", "Robots at work"]),
        (["--sort", "date", "sort:quality"], ["Robots at work", "Clouds ahead", "Ants"]),
        (["--reverse", "--sort", "quality", "is:unread"], ["Robots at work", "Ants", "Clouds ahead"]),
        (["--", "-clouds"], ["Robots at work", "Ants"]),
    ],
)
def test_what_a_query_finds(
    run: Run, archive: Path, query: list[str], expected: list[str], limit: tuple[str, ...]
) -> None:
    result = run("search", "--archive", archive, *limit, *query)
    assert titles(result) == expected
    assert result.err == ""


@BOTH
def test_marks_can_be_asked_for(run: Run, archive: Path, limit: tuple[str, ...]) -> None:
    mark(archive, "2020/ants.md", is_read=True, is_starred=True)
    assert titles(run("search", "is:read", "--archive", archive, *limit)) == ["Ants"]
    assert titles(run("search", "is:starred quality:20", "--archive", archive, *limit)) == ["Ants"]
    assert len(titles(run("search", "is:unread", "--archive", archive, *limit))) == 2


@BOTH
def test_a_word_is_taken_whole(run: Run, archive: Path, limit: tuple[str, ...]) -> None:
    assert titles(run("search", "cloud", "--archive", archive, *limit)) == ["Clouds ahead"]
    assert titles(run("search", "clou", "--archive", archive, *limit)) == []


@BOTH
def test_nothing_found_is_told_and_no_mistake(run: Run, archive: Path, limit: tuple[str, ...]) -> None:
    result = run("search", "zebra", "--archive", archive, *limit)
    assert (result.code, result.out, result.err) == (0, "", "no story found\n")
    assert run("search", "zebra", "--archive", archive, "--json", *limit).out == "[]\n"


def test_where_nothing_is_found_an_option_among_the_words_is_told(run: Run, archive: Path) -> None:
    result = run("search", "--archive", archive, "--", "-video", "--limit", "3")
    assert (result.code, result.out) == (0, "")
    assert result.err == "no story found\n--limit stands behind --, where it is a word of the query\n"
    assert run("search", "--archive", archive, "--", "--clouds").err == ""


def test_where_nothing_is_found_a_field_apart_from_its_sign_is_told(run: Run, archive: Path) -> None:
    result = run("search", "--archive", archive, "quality > 60")
    assert (result.code, result.err) == (0, "no story found: write quality>60 without blanks\n")


def test_only_so_many_stories(run: Run, archive: Path) -> None:
    assert titles(run("search", "is:unread", "--archive", archive, "--limit", "1")) == ["Robots at work"]
    assert titles(run("search", "topic:ai OR topic:cloud", "--archive", archive, "--limit", "1")) == [
        "Clouds ahead"
    ]


def test_json_is_that_of_the_listing(run: Run, archive: Path) -> None:
    (listed,) = run("list", archive, "--topic", "Cloud", "--json").json
    assert run("search", "clouds", "--archive", archive, "--json").json == [listed]


@BOTH
@pytest.mark.parametrize(
    ("query", "sentence", "place"),
    [
        ("clouds qualty:3", "no field “qualty”; did you mean “quality”?", 7),
        ("topic:clod", "there is no topic “clod”; did you mean “Cloud”?", 6),
        ("archive:powerap", "there is no archive “powerap”; did you mean “powerapps”?", 8),
        ("新 since:soon", "“soon” is no date: ", 9),
        ("a)", "this parenthesis closes nothing", 1),
        ("(face OR", "this parenthesis is not closed", 0),
        ("face OR", "nothing stands behind OR", 5),
    ],
)
def test_a_query_that_cannot_be_meant_is_told_with_its_place(
    run: Run, archive: Path, query: str, sentence: str, place: int, limit: tuple[str, ...]
) -> None:
    result = run("search", query, "--archive", archive, *limit)
    assert (result.code, result.out) == (2, "")
    told, shown, caret = result.err.splitlines()
    assert told.startswith(f"newsreader: {sentence}")
    assert (shown, caret) == (f"  {query}", f"  {' ' * place}^")


def test_of_a_long_query_what_is_near_the_mistake_is_shown(run: Run, archive: Path) -> None:
    result = run("search", "x" * 300 + " is:blue\x1b[2J " + "y" * 99, "--archive", archive)
    _, shown, caret = result.err.splitlines()
    assert len(shown) <= 72
    assert shown[caret.index("^") :].startswith("blue")
    assert "\x1b" not in result.err


def test_a_query_that_is_too_much_for_the_index_is_a_sentence(run: Run, archive: Path) -> None:
    query = " OR ".join(f"(q{n} is:read)" for n in range(60))
    for limit in ((), ("--limit", "3")):
        assert run("search", query, "--archive", archive, *limit).code in (0, 2)


def test_stories_of_several_archives_come_in_one_order(run: Run, archive: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_story(other, "x.md", title="Between", publishedDateTime="2021-02-15T00:00:00Z", quality=20)
    write_story(other, "y.md", title="Undated", publishedDateTime=None, quality=None)
    write_story(other, "z.md", title="ants", publishedDateTime="2020-02-01T10:00:00Z", quality=20)
    for options in ((), ("--reverse",), ("--sort", "quality"), ("--sort", "quality", "--reverse")):
        both = ("--archive", archive, "--archive", other)
        every = titles(run("search", "is:unread", *both, *options))
        assert len(every) == 6
        for limit in range(1, 7):
            assert titles(run("search", "is:unread", *both, *options, "--limit", limit)) == every[:limit]
            assert titles(run("list", *both, *options, "--limit", limit)) == every[:limit]


def test_with_a_limit_the_catalogue_is_not_read(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Library, "open", None)
    assert titles(run("search", "clouds", "--archive", archive, "--limit", "3")) == ["Clouds ahead"]


def test_a_query_is_needed(run: Run) -> None:
    assert run("search").code == 2


@pytest.mark.parametrize("words", [("-market",), ("clouds", "-market")])
def test_a_word_with_a_dash_that_is_taken_for_an_option_is_told_where_it_belongs(
    run: Run, archive: Path, words: tuple[str, ...]
) -> None:
    outcome = run("search", "--archive", archive, *words)
    assert outcome.code == 2
    assert "a query with a dash before a word stands behind --" in outcome.err
