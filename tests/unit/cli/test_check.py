from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.running import Run


def test_a_sound_archive_has_exit_code_0_and_no_lines(run: Run, archive: Path) -> None:
    result = run("check", archive)
    assert (result.code, result.out, result.err) == (0, "", "no problems in 3 stories\n")


def test_each_problem_is_a_line_with_file_line_and_reason(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (archive / "empty.md").write_text("")
    (archive / "bad.md").write_text("---\ntitle: Bad\nquality: high\n---\n")
    monkeypatch.chdir(archive.parent)
    result = run("check", "./powerapps")
    assert result.code == 1
    assert result.lines[0].startswith("./powerapps/bad.md:3: quality ")
    assert result.lines[1:] == ["./powerapps/empty.md: the file is empty"]
    assert result.err == "2 problems in 5 stories\n"


def test_problems_as_json(run: Run, archive: Path) -> None:
    (archive / "empty.md").write_text("")
    result = run("check", "--archive", archive, "--json")
    assert result.code == 1
    assert result.json == [
        {
            "archive": "powerapps",
            "file": f"{archive}/empty.md",
            "line": None,
            "reason": "the file is empty",
            "kind": "unreadable",
        }
    ]


def test_no_problem_as_json_is_an_empty_list(run: Run, archive: Path) -> None:
    assert run("check", archive, "--json").out == "[]\n"


def test_topic_files_beside_the_stories_are_named_by_where_they_are(run: Run, tmp_path: Path) -> None:
    stories = tmp_path / "site" / "_news"
    stories.mkdir(parents=True)
    (stories / "x.md").write_text("---\ntitle: x\n---\n")
    topics = tmp_path / "site" / "_data" / "topics"
    topics.mkdir(parents=True)
    (topics / "bad.yaml").write_text("name: [")
    (line,) = run("check", stories).lines
    assert line.startswith(f"{topics}/bad.yaml:")


def test_a_link_is_told(run: Run, archive: Path) -> None:
    (archive / "link.md").symlink_to(archive / "2020" / "ants.md")
    result = run("check", archive)
    assert result.lines == [f"{archive}/link.md: a link, not followed"]
