from __future__ import annotations

from pathlib import Path

import pytest

from reader.library import Library
from tests.factories import write_archive, write_story
from tests.unit.cli.running import Run


def test_a_story_is_shown_whole(run: Run, archive: Path) -> None:
    result = run("show", archive / "2021" / "clouds.md", "--archive", archive)
    assert result.code == 0
    assert result.out == (
        "Clouds ahead\n"
        "Example News · example.com\n"
        "1 Feb 2021 10:00 UTC · quality 30 · video · unpublished · unread\n"
        "Topics: Cloud\n"
        "Link: https://news.example.com/clouds/\n"
        f"File: {archive}/2021/clouds.md\n"
        "\n"
        "An excerpt.\n"
        "\n"
        "The *body*.\n"
        "\n"
        "Related coverage (2)\n"
        "87 Other · +6 h  Clouds, told by others\n"
        "  https://other.example.org/clouds/\n"
        "No link\n"
    )


def test_what_a_story_lacks_is_left_out(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a" / "x.md"
    write_story(
        tmp_path / "a",
        "x.md",
        title="Bare",
        excerpt=None,
        publishedDateTime=None,
        webUrl=None,
        quality=None,
        published=None,
        provider=None,
        topics=None,
    )
    assert run("show", file).out == f"Bare\nunread\nFile: {file}\n"


def test_related_coverage_comes_in_the_order_of_time(run: Run, tmp_path: Path) -> None:
    dates = {"b": "2021-02-01T13:00:00Z", "none": None, "a": "2021-02-01T09:00:00Z"}
    related = [{"title": title, "publishedDateTime": date} for title, date in dates.items()]
    write_story(tmp_path / "g", "x.md", publishedDateTime="2021-02-01T10:00:00Z", related=related)
    lines = run("show", tmp_path / "g" / "x.md").lines
    assert lines[lines.index("Related coverage (3)") + 1 :] == ["-1 h  a", "+3 h  b", "none"]


def test_on_a_terminal_lines_end_between_words(run: Run, tmp_path: Path, terminal: None) -> None:
    url = f"https://example.com/{'x' * 60}"
    body = f"{'word ' * 30}\n\n    {'code ' * 20}\n\nsee {url} there"
    write_story(tmp_path / "g", "x.md", excerpt="記事 " * 40, body=body)
    lines = run("show", tmp_path / "g" / "x.md").lines
    assert f"see {url}" in lines
    assert lines.count(" ".join(["word"] * 12)) == 2
    assert lines.count("    " + " ".join(["code"] * 11)) == 1
    assert lines.count(" ".join(["記事"] * 12)) == 3


def test_a_shown_story_stays_unread(run: Run, archive: Path) -> None:
    for _ in range(2):
        assert " · unread\n" in run("show", "Ants", "--archive", archive).out


def test_problems_of_the_file_are_told(run: Run, archive: Path) -> None:
    (archive / "bad.md").write_text('---\ntitle: Bad\nquality: high\n---\ntext "\x1b[31m"')
    (archive / "open.md").write_bytes(b"---\ntitle: Not UTF-8\n---\nm\xfc\xfc\xfc \xe4 and so on \x81")
    assert "Problems of the file\nline 3: quality" in run("show", "bad", "--archive", archive).out
    assert "\n\nProblems of the file\nsome of it" in run("show", "open", "--archive", archive).out


@pytest.mark.parametrize(
    "word",
    [
        "powerapps/2021/clouds.md",
        "2021/clouds.md",
        "clouds",
        "louds.md",
        "oud",
        "CLOUDS AHEAD",
        "ouds ahe",
    ],
)
def test_a_story_answers_to_its_id_the_end_of_it_and_its_title(run: Run, archive: Path, word: str) -> None:
    assert run("show", word, "--archive", archive).lines[:1] == ["Clouds ahead"]


@pytest.mark.parametrize("word", ["clouds", "clouds.md", "2021/clouds", "2021/clouds.md"])
def test_a_story_named_by_its_file_is_found_without_a_look_at_all(
    run: Run, archive: Path, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Library, "open", None)
    assert run("show", word, "--archive", archive).lines[:1] == ["Clouds ahead"]


def test_files_of_one_name_are_told_apart_by_their_folder(run: Run, archive: Path) -> None:
    write_story(archive, "2020/clouds.md", title="Other clouds")
    result = run("show", "clouds", "--archive", archive)
    assert "may be any of powerapps/2021/clouds.md, powerapps/2020/clouds.md" in result.err
    assert run("show", "2020/clouds", "--archive", archive).lines[:1] == ["Other clouds"]


def test_the_better_answer_wins(run: Run, tmp_path: Path) -> None:
    write_story(tmp_path / "a", "ants.md", title="One")
    write_story(tmp_path / "a", "red-ants.md", title="Two")
    write_story(tmp_path / "a", "three.md", title="ants")
    write_story(tmp_path / "a", "four.md", title="All about One")
    assert run("show", "ants", "--archive", tmp_path / "a").lines[0] == "One"
    assert run("show", "one", "--archive", tmp_path / "a").lines[0] == "One"


def test_a_word_that_means_several_stories_names_them(run: Run, archive: Path) -> None:
    result = run("show", "s", "--archive", archive)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        'newsreader: "s" may be any of powerapps/2021/robots.md, powerapps/2021/clouds.md,'
        " powerapps/2020/ants.md\n"
    )


def test_at_most_five_of_several_stories_are_named(run: Run, tmp_path: Path) -> None:
    write_archive(tmp_path / "many", 9)
    result = run("show", "Story", "--archive", tmp_path / "many")
    assert result.err.count(".md") == 5
    assert result.err.endswith(" and others\n")


def test_a_word_that_means_no_story_is_wrong_use(run: Run, archive: Path) -> None:
    result = run("show", "nothing\x1b[31m", "--archive", archive)
    assert (result.code, result.out) == (2, "")
    assert result.err == 'newsreader: no story answers to "nothing"; newsreader list prints them all\n'


def test_a_file_is_shown_without_naming_its_archive(run: Run, archive: Path) -> None:
    file = archive / "2020" / "ants.md"
    assert run("show", file).lines[0] == "Ants"


def test_a_file_of_a_configured_archive_goes_by_its_id_there(
    run: Run, archive: Path, config_home: Path
) -> None:
    config_home.mkdir(parents=True)
    (config_home / "config.yaml").write_text(f"archives:\n  pa: {archive}\n")
    assert run("show", archive / "2020" / "ants.md", "--json").json["id"] == "pa/2020/ants.md"
    link = archive.parent / "link"
    link.symlink_to(archive)
    assert run("show", link / "2020" / "ants.md", "--json").json["id"] == "pa/2020/ants.md"


def test_a_file_outside_of_the_named_archive_is_not_shown(run: Run, archive: Path, tmp_path: Path) -> None:
    other = write_story(tmp_path / "other", "x.md")
    assert run("show", other, "--archive", archive).code == 2


def test_json_has_everything(run: Run, archive: Path) -> None:
    write_story(
        archive,
        "full.md",
        body="Body",
        title="Full",
        ampWebUrl="https://news.example.com/amp/",
        cdnAmpWebUrl="https://cdn.example.com/amp/",
        originalUrl="https://news.example.com/original/",
        images=[{"url": "https://img.example.com/a.jpg", "width": 7, "height": 5}],
        related=[
            {"title": "Here too", "webUrl": "https://news.example.com/ants/"},
            {"webUrl": "https://x.example/"},
            {"title": "No link"},
        ],
        secured="abcd",
        heat="hot",
    )
    story = run("show", "full", "--archive", archive, "--json").json
    assert story["id"] == "powerapps/full.md"
    assert story["amp_url"] == "https://news.example.com/amp/"
    assert story["cdn_amp_url"] == "https://cdn.example.com/amp/"
    assert story["original_url"] == "https://news.example.com/original/"
    assert story["images"] == [{"url": "https://img.example.com/a.jpg", "width": 7, "height": 5, "title": ""}]
    assert story["category"] == "news"
    assert story["sealed_bytes"] > 0
    assert "abcd" not in str(story)
    assert story["body"] == "Body"
    assert story["is_read"] is False
    assert story["problems"][0]["kind"] == "damaged"
    assert [item["id"] for item in story["related"]] == ["powerapps/2020/ants.md", "url:x.example", None]
    assert story["related"][0]["is_starred"] is False


def test_a_file_that_cannot_be_read_any_more_is_a_sentence(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reader.archive import storyfile

    monkeypatch.setattr(storyfile, "read_story", lambda archive, path: None)
    result = run("show", "ants", "--archive", archive)
    assert result.code == 2
    assert result.err.startswith("newsreader: the file of this story is gone")


def test_a_story_answers_to_any_part_of_its_id(run: Run, archive: Path) -> None:
    assert run("show", "2021/cloud", "--archive", archive).out.startswith("Clouds ahead\n")
