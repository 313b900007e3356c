from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from reader.cli import listing
from reader.library import Library
from tests.factories import write_archive, write_story
from tests.unit.cli.marking import mark
from tests.unit.cli.running import Result, Run


def titles(result: Result) -> list[str]:
    assert result.code == 0, result.err
    return [cells[4] for cells in result.cells]


def test_each_story_is_a_line_of_fields_parted_by_tabs(run: Run, archive: Path) -> None:
    result = run("list", archive)
    assert result.cells[1] == [
        "2021-02-01",
        "30",
        "unread",
        "Example News",
        "Clouds ahead",
        f"{archive}/2021/clouds.md",
    ]
    assert titles(result) == ["Robots at work", "Clouds ahead", "Ants"]
    assert result.err == ""


def test_paths_begin_as_the_archive_was_typed(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(archive.parent)
    assert run("list", "./powerapps").cells[0][5] == "./powerapps/2021/robots.md"
    assert run("list", "--archive", "powerapps/").cells[0][5] == "powerapps/2021/robots.md"
    monkeypatch.chdir(archive / "2020")
    assert run("list", "ants.md").cells[0][5] == "ants.md"


def test_what_a_story_lacks_is_an_empty_field(run: Run, tmp_path: Path) -> None:
    write_story(
        tmp_path / "a",
        "x.md",
        title="Bare",
        quality=None,
        publishedDateTime=None,
        provider=None,
        webUrl=None,
    )
    assert run("list", tmp_path / "a").cells[0][:5] == ["", "", "unread", "", "Bare"]


def test_a_listed_story_stays_unread(run: Run, archive: Path) -> None:
    run("list", archive)
    assert [cells[2] for cells in run("list", archive).cells] == ["unread"] * 3


def test_marks_are_told_in_words(run: Run, archive: Path) -> None:
    mark(archive, "2020/ants.md", is_read=True, is_starred=True)
    mark(archive, "2021/clouds.md", is_starred=True)
    mark(archive, "2021/robots.md", is_read=True)
    assert [cells[2] for cells in run("list", archive).cells] == ["", "unread,star", "star"]


def test_only_unread_or_only_starred_stories(run: Run, archive: Path) -> None:
    mark(archive, "2020/ants.md", is_read=True, is_starred=True)
    assert titles(run("list", archive, "--unread")) == ["Robots at work", "Clouds ahead"]
    assert titles(run("list", archive, "--starred")) == ["Ants"]


def test_unread_and_starred_exclude_each_other(run: Run, archive: Path) -> None:
    result = run("list", archive, "--unread", "--starred")
    assert result.code == 2
    assert "not allowed with argument" in result.err


def test_a_starred_story_whose_file_is_gone_is_listed_without_a_file(run: Run, archive: Path) -> None:
    mark(archive, "2020/ants.md", is_starred=True)
    (archive / "2020" / "ants.md").unlink()
    (cells,) = run("list", archive, "--starred").cells
    assert cells[4:] == ["Ants", ""]
    (story,) = run("list", archive, "--starred", "--json").json
    assert (story["title"], story["file"]) == ("Ants", "")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--sort", "quality"], ["Clouds ahead", "Ants", "Robots at work"]),
        (["--sort", "quality", "--reverse"], ["Robots at work", "Ants", "Clouds ahead"]),
        (["--reverse"], ["Ants", "Clouds ahead", "Robots at work"]),
        (["--limit", "2"], ["Robots at work", "Clouds ahead"]),
        (["--topic", "cloud"], ["Clouds ahead"]),
    ],
)
def test_sorted_cut_and_by_topic(run: Run, archive: Path, options: list[str], expected: list[str]) -> None:
    assert titles(run("list", archive, *options)) == expected


def test_topics_below_a_topic_count_as_well(run: Run, archive: Path) -> None:
    topics = archive / "_data" / "topics"
    topics.mkdir(parents=True)
    (topics / "cloud.yaml").write_text("name: Cloud\nparent: Robotics\n")
    assert titles(run("list", archive, "--topic", "Robotics")) == ["Robots at work", "Clouds ahead"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Robotic", 'no story has the topic "Robotic"; did you mean "Robotics"?'),
        ("zzz", 'no story has the topic "zzz"'),
    ],
)
def test_an_unknown_topic_is_wrong_use(run: Run, archive: Path, name: str, sentence: str) -> None:
    result = run("list", archive, "--topic", name)
    assert (result.code, result.out, result.err) == (2, "", f"newsreader: {sentence}\n")


@pytest.mark.parametrize("limit", ["0", "-1", "1.5", "x", "²", "00"])
def test_a_limit_is_a_number_from_1_on(run: Run, archive: Path, limit: str) -> None:
    result = run("list", archive, f"--limit={limit}")
    assert result.code == 2
    assert "is not a whole number from 1 on" in result.err


@pytest.mark.parametrize("limit", ["0002", "9" * 23, "9" * 5000])
def test_a_limit_beyond_all_numbers_of_stories_means_all(run: Run, archive: Path, limit: str) -> None:
    assert len(titles(run("list", archive, "--limit", limit))) == min(int(limit[:4]), 3)


def test_json_has_every_field_of_the_promise(run: Run, archive: Path) -> None:
    assert run("list", archive, "--topic", "Cloud", "--json").json == [
        {
            "id": "powerapps/2021/clouds.md",
            "title": "Clouds ahead",
            "excerpt": "An excerpt.",
            "published_at": "2021-02-01T10:00:00Z",
            "url": "https://news.example.com/clouds/",
            "provider": {"name": "Example News", "domain": "example.com"},
            "quality": 30,
            "topics": ["Cloud"],
            "kind": "video",
            "is_published": False,
            "related_count": 2,
            "is_read": False,
            "is_starred": False,
            "note": "",
            "file": f"{archive}/2021/clouds.md",
        }
    ]


def test_json_keeps_letters_as_they_are_but_for_a_terminal(
    run: Run, archive: Path, request: pytest.FixtureRequest
) -> None:
    write_story(archive, "new.md", title="Grüße", publishedDateTime="2022-01-01T00:00:00Z")
    assert '"title": "Grüße"' in run("list", archive, "--json").out
    request.getfixturevalue("terminal")
    assert '"title": "Gr\\u00fc\\u00dfe"' in run("list", archive, "--json").out


def test_json_of_no_story_is_an_empty_list(run: Run, archive: Path) -> None:
    assert run("list", archive, "--starred", "--json").out == "[]\n"


def test_json_says_null_for_what_is_not_known(run: Run, tmp_path: Path) -> None:
    write_story(tmp_path / "a", "x.md", publishedDateTime=None, quality=None, published=None)
    (story,) = run("list", tmp_path / "a", "--json").json
    assert (story["published_at"], story["quality"], story["is_published"]) == (None, None, None)


def test_a_file_name_that_is_no_text_can_be_listed(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    write_story(folder, "x.md", title="Odd")
    (folder / "x.md").rename(folder / "x\udcff\n.md")
    assert run("list", folder).cells[0][5] == f"{folder}/x\\xff .md"
    (story,) = run("list", folder, "--json").json
    assert story["file"] == f"{folder}/x\\xff\n.md"


def test_on_a_terminal_lines_are_aligned_and_fit(
    run: Run, archive: Path, terminal: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "72")
    mark(archive, "2020/ants.md", is_read=True, is_starred=True)
    write_story(archive, "cjk.md", title="新聞" * 20, provider={"name": "長い名前" * 8}, quality=None)
    lines = run("list", archive).lines
    assert lines[0] == "2021-03-01    10  unread       Example News      Robots at work"
    assert lines[1] == "2021-02-04        unread       長い名前長い名…   新聞新聞新聞新聞新聞新…"
    assert lines[3] == "2020-02-01    20  star         Example News      Ants"


def test_a_narrow_terminal_does_without_the_provider(
    run: Run, archive: Path, terminal: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("list", archive).lines[0] == "2021-03-01    10  unread       Robots at work"
    monkeypatch.setenv("COLUMNS", "20")
    assert run("list", archive).lines[0] == "2021-03-01    10  unread       Robots at…"


def test_stories_are_read_in_windows(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "WINDOW_ROWS", 4)
    write_archive(tmp_path / "many", 10)
    assert titles(run("list", tmp_path / "many")) == [f"Story {number}" for number in range(9, -1, -1)]
    assert len(run("list", tmp_path / "many", "--json").json) == 10


def test_without_utf8_json_is_ascii_and_titles_have_question_marks(
    run: Run, archive: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_story(archive, "new.md", title="Grüße", publishedDateTime="2022-01-01T00:00:00Z")
    import io

    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert run("list", archive, "--limit", "1").code == 0
    assert b"\tGr??e\t" in raw.getvalue()
    run("list", archive, "--limit", "1", "--json")
    assert json.loads(raw.getvalue().partition(b"\n")[2])[0]["title"] == "Grüße"


# With a limit the first stories come straight from the index.


def test_with_a_limit_marks_and_gone_stories_count_as_without(run: Run, archive: Path) -> None:
    mark(archive, "2020/ants.md", is_starred=True)
    mark(archive, "2021/clouds.md", is_read=True, is_starred=True)
    (archive / "2020" / "ants.md").unlink()
    assert titles(run("list", archive, "--starred", "--limit", "9")) == ["Clouds ahead", "Ants"]
    assert titles(run("list", archive, "--starred", "--limit", "1")) == ["Clouds ahead"]
    assert titles(run("list", archive, "--unread", "--limit", "9")) == ["Robots at work"]


def test_a_new_story_is_listed_at_once_and_one_written_in_place_with_sync(
    run: Run, archive: Path, settled: None
) -> None:
    assert len(titles(run("list", archive, "--limit", "9"))) == 3
    ants = archive / "2020" / "ants.md"
    ants.write_text(ants.read_text().replace("Ants", "Bees"))
    assert titles(run("list", archive, "--limit", "9"))[-1] == "Ants"
    assert titles(run("list", archive, "--limit", "9", "--sync"))[-1] == "Bees"
    write_story(archive, "2020/new/wasps.md", title="Wasps", publishedDateTime="2020-01-01T00:00:00Z")
    assert titles(run("list", archive, "--limit", "9"))[-1] == "Wasps"
    (archive / "2020" / "new" / "wasps.md").unlink()
    assert titles(run("list", archive))[-1] == "Bees"


def test_an_archive_that_did_not_change_is_not_looked_through(
    run: Run, archive: Path, settled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("list", archive)
    monkeypatch.setattr(Library, "sync", None)
    assert len(titles(run("list", archive))) == 3
    assert run("show", "ants", "--archive", archive).code == 0
    assert run("stats", archive).code == 0
