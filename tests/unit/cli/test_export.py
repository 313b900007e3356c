from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from reader import resources
from reader.cli.formats import FORMATS
from tests.factories import write_story
from tests.unit.cli.marking import mark
from tests.unit.cli.running import Run


def titles(run: Run, archive: Path, *arguments: object) -> list[str]:
    stories = run("export", "--archive", archive, "--format", "json", *arguments).json
    return [story["title"] for story in stories]


def test_starred_stories_are_exported_also_those_without_a_file(run: Run, archive: Path) -> None:
    mark(archive, "2020/ants.md", is_starred=True)
    mark(archive, "2021/clouds.md", is_starred=True)
    (archive / "2020" / "ants.md").unlink()
    assert titles(run, archive, "--starred") == ["Clouds ahead", "Ants"]
    assert titles(run, archive, "--starred", "--view", "type:video") == ["Clouds ahead"]


def test_what_a_query_finds_is_exported_in_its_order(run: Run, archive: Path) -> None:
    assert titles(run, archive, "--view", "quality>=20 sort:quality") == ["Clouds ahead", "Ants"]
    assert titles(run, archive, "--view", "topic:robotics") == ["Robots at work"]
    assert titles(run, archive, "--view", "") == ["Robots at work", "Clouds ahead", "Ants"]


def test_markdown_is_what_one_gets_by_default(run: Run, archive: Path) -> None:
    result = run("export", "--archive", archive, "--view", "ants")
    assert (result.code, result.err) == (0, "")
    assert result.lines[:3] == ["# ants", "", "## [Ants](<https://news.example.com/ants/>)"]


def test_json_is_that_of_a_listing(run: Run, archive: Path) -> None:
    listed = run("list", "--archive", archive, "--json").json
    for option in (("--json",), ("--format", "json"), ("--json", "--format", "json")):
        assert run("export", "--archive", archive, "--view", "", *option).json == listed


@pytest.mark.parametrize(
    ("suffix", "beginning"),
    [
        (".md", "# "),
        (".markdown", "# "),
        ("", "# "),
        (".json", "["),
        (".CSV", "title,"),
        (".html", "<!DOCTYPE html>"),
        (".htm", "<!DOCTYPE html>"),
        (".rss", "<?xml "),
        (".xml", "<?xml "),
    ],
)
def test_the_suffix_of_the_file_says_how(
    run: Run, archive: Path, tmp_path: Path, suffix: str, beginning: str
) -> None:
    file = tmp_path / f"out{suffix}"
    result = run("export", "--archive", archive, "--view", "ants", "--output", file)
    assert (result.code, result.out, result.err) == (0, "", f"1 story written to {file}\n")
    assert file.read_text(encoding="utf-8").startswith(beginning)


def test_a_file_that_is_there_is_replaced_only_by_force(run: Run, archive: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.md"
    file.write_text("mine")
    result = run("export", "--archive", archive, "--view", "ants", "--output", file)
    assert (result.code, file.read_text()) == (2, "mine")
    assert "is there already; --force replaces it" in result.err
    assert run("export", "--archive", archive, "--view", "ants", "--output", file, "--force").code == 0
    assert file.read_text().startswith("# ants")


def test_an_archive_and_the_marks_are_never_written_to(run: Run, archive: Path, config_home: Path) -> None:
    mark(archive, "2020/ants.md", is_starred=True)
    story = archive / "2020" / "ants.md"
    before = story.read_bytes()
    for target in (story, archive / "new.md", config_home / "state.jsonl"):
        for named in (archive, story):
            if target == archive / "new.md" and named == story:
                continue
            result = run(
                "export", "--archive", named, "--starred", "--output", target, "--format", "md", "--force"
            )
            assert result.code == 2
            assert "lies in the archive" in result.err or "lies beside the marks" in result.err
    assert story.read_bytes() == before
    assert not (archive / "new.md").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "say what to export"),
        (("--starred", "--output", "x.pdf"), '"pdf" is no format; --format takes md, json, csv, html, rss'),
        (("--starred", "--json", "--format", "csv"), "two formats"),
        (("--starred", "--output", ""), "--output needs the name of a file"),
        (("--starred", "--output", "/no/such/x.md"), "cannot be written: no such file or directory"),
    ],
)
def test_wrong_use_is_a_sentence(run: Run, archive: Path, arguments: tuple[str, ...], words: str) -> None:
    result = run("export", "--archive", archive, *arguments)
    assert (result.code, result.out) == (2, "")
    assert words in result.err


def test_a_query_that_cannot_be_meant_is_told_with_its_place(run: Run, archive: Path, tmp_path: Path) -> None:
    result = run("export", "--archive", archive, "--view", "ants topc:x", "--output", tmp_path / "x.md")
    assert result.code == 2
    assert result.err.splitlines()[1:] == ["  ants topc:x", "       ^"]
    assert not (tmp_path / "x.md").exists()


def test_hostile_stories_are_harmless_in_every_format(run: Run, archive: Path) -> None:
    write_story(
        archive,
        "evil\x1b[2J\x9b.md",
        title="=evil <script> \x1b]0;x\x07",
        excerpt="</style>\x9b2J",
        webUrl="javascript:alert(1)",
        provider={"name": "@evil", "domain": "<b>"},
    )
    for form in FORMATS:
        result = run("export", "--archive", archive, "--view", "evil", "--format", form)
        assert result.code == 0
        assert result.out.replace("\r\n", "").replace("\n", "").isprintable()
        assert "javascript:" not in result.out
        assert "<script>" not in result.out or form in ("json", "csv")
    row = list(
        csv.reader(io.StringIO(run("export", "--archive", archive, "--view", "evil", "--format", "csv").out))
    )[1]
    assert (row[0], row[2]) == ("'=evil <script>", "'@evil")


def test_a_page_has_our_style(run: Run, archive: Path) -> None:
    out = run("export", "--archive", archive, "--starred", "--format", "html").out
    assert (resources.styles_dir() / "export.css").read_text() in out
    assert "<title>Starred stories</title>" in out


def test_a_page_needs_a_whole_installation(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "nowhere")
    result = run("export", "--archive", archive, "--starred", "--format", "html")
    assert result.code == 2
    assert "is missing" in result.err


def test_a_feed_is_utf_8_whatever_the_locale(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_story(archive, "u.md", title="Žluťoučký")
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="latin-1"))
    assert run("export", "--archive", archive, "--view", "title:Žluťoučký", "--format", "rss").code == 0
    assert ElementTree.fromstring(raw.getvalue()).findtext(".//item/title") == "Žluťoučký"


def test_an_export_is_the_same_each_time(run: Run, archive: Path) -> None:
    for form in FORMATS:
        once, again = (
            run("export", "--archive", archive, "--view", "", "--format", form).out for _ in range(2)
        )
        assert once == again


def test_exported_json_can_be_read_from_a_file(run: Run, archive: Path, tmp_path: Path) -> None:
    run("export", "--archive", archive, "--view", "", "--output", tmp_path / "x.json")
    assert len(json.loads((tmp_path / "x.json").read_text())) == 3


def test_a_view_that_is_not_whole_is_told_with_its_place(run: Run, archive: Path) -> None:
    result = run("export", "--archive", archive, "--view", "ants OR")
    assert (result.code, result.out) == (2, "")
    assert result.err == "newsreader: nothing stands behind OR\n  ants OR\n       ^\n"
