from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

from reader.state.disk import Disk
from tests.factories import write_story
from tests.unit.cli.marking import mark
from tests.unit.cli.running import Run


def type_in(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def marked(run: Run, archive: Path) -> dict[str, tuple[bool, bool]]:
    """By file name, whether a story is read and whether it is starred."""
    rows = run("list", "--archive", archive, "--json").json
    return {os.path.basename(row["id"]): (row["is_read"], row["is_starred"]) for row in rows}


def test_stories_are_starred_and_their_stars_taken_away(run: Run, archive: Path) -> None:
    result = run("star", "ants", "Clouds ahead", "--archive", archive)
    assert (result.code, result.err) == (0, "")
    assert result.cells == [
        ["starred", "powerapps/2020/ants.md", "Ants"],
        ["starred", "powerapps/2021/clouds.md", "Clouds ahead"],
    ]
    assert marked(run, archive) == {
        "robots.md": (False, False),
        "clouds.md": (False, True),
        "ants.md": (False, True),
    }
    assert run("unstar", "ants", "--archive", archive).cells[0][0] == "star taken away"
    assert marked(run, archive)["ants.md"] == (False, False)


def test_stories_become_read_and_unread_again(run: Run, archive: Path) -> None:
    assert run("read", "ants", "robots", "--archive", archive).cells[1][0] == "read"
    assert marked(run, archive)["robots.md"] == (True, False)
    assert run("unread", "robots", "--archive", archive).cells[0][0] == "unread"
    assert marked(run, archive)["robots.md"] == (False, False)


@pytest.mark.parametrize(
    ("command", "said"),
    [("unstar", "had no star"), ("unread", "already unread")],
)
def test_what_is_so_already_is_said_and_writes_nothing(
    run: Run, archive: Path, config_home: Path, command: str, said: str
) -> None:
    result = run(command, "ants", "--archive", archive)
    assert (result.code, result.cells[0][0]) == (0, said)
    assert not (config_home / "state.jsonl").exists()


def test_marking_again_writes_no_second_line(run: Run, archive: Path, config_home: Path) -> None:
    for said in ("starred", "already starred"):
        assert run("star", "ants", "--archive", archive).cells[0][0] == said
    assert len((config_home / "state.jsonl").read_bytes().splitlines()) == 1


def test_a_word_that_means_no_story_does_not_keep_the_others_back(run: Run, archive: Path) -> None:
    result = run("star", "nothing\x1b[2J", "ants", "s", "--archive", archive)
    assert (result.code, [cells[1] for cells in result.cells]) == (1, ["powerapps/2020/ants.md"])
    assert 'no story answers to "nothing"' in result.err
    assert '"s" may be any of' in result.err
    assert marked(run, archive)["ants.md"] == (False, True)


def test_stories_are_read_from_stdin(run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, b"ants\n\n  \npowerapps/2021/clouds.md\r\n")
    assert len(run("star", "-", "robots", "--archive", archive).lines) == 3


def test_lines_of_a_listing_name_their_stories(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = run("search", "Clouds", "--archive", archive).out
    type_in(monkeypatch, listed.encode())
    assert run("read", "-", "--archive", archive).cells == [
        ["read", "powerapps/2021/clouds.md", "Clouds ahead"]
    ]


def test_a_star_without_a_file_can_be_taken_away(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark(archive, "2020/ants.md", is_starred=True)
    (archive / "2020" / "ants.md").unlink()
    listed = run("list", "--archive", archive, "--starred").out
    type_in(monkeypatch, listed.encode())
    result = run("unstar", "-", "--archive", archive)
    assert result.cells == [["star taken away", "powerapps/2020/ants.md", "Ants"]]
    assert run("list", "--archive", archive, "--starred").out == ""


def test_a_story_outside_of_the_archives_is_marked_where_it_lies(
    run: Run, archive: Path, tmp_path: Path, config_home: Path
) -> None:
    config_home.mkdir(parents=True)
    (config_home / "config.yaml").write_text(f"archives: [{archive}]\n")
    other = write_story(tmp_path / "other", "bees.md", title="Bees")
    assert run("star", other).cells == [["starred", "other/bees.md", "Bees"]]
    both = run("read", other, archive / "2020" / "ants.md", "clouds")
    assert [cells[1] for cells in both.cells] == [
        "other/bees.md",
        "powerapps/2020/ants.md",
        "powerapps/2021/clouds.md",
    ]


def test_a_note_is_written_with_a_star_and_taken_away_again(run: Run, archive: Path) -> None:
    run("star", "ants", "--archive", archive, "--note", "for\x1b[2J the  talk")
    assert "Note: for the talk\n" in run("show", "ants", "--archive", archive).out
    assert run("show", "ants", "--archive", archive, "--json").json["note"] == "for the talk"
    for query in ("note:talk", "note:ta*", "has:note", '(-has:quality OR note:"the talk")'):
        found = run("search", query, "--archive", archive, "--json").json
        assert "Ants" in [story["title"] for story in found]
        page = run("search", query, "--archive", archive, "--json", "--limit", 9).json
        assert page == found
    exported = run("export", "--starred", "--archive", archive).out
    assert "\nNote: for the talk\n" in exported
    assert run("star", "ants", "--archive", archive, "--note", "").cells[0][0] == "already starred"
    assert run("search", "has:note", "--archive", archive).out == ""
    assert "--note TEXT" not in run("unstar", "--help").out


def test_marks_as_json(run: Run, archive: Path) -> None:
    result = run("star", "ants", "--archive", archive, "--json")
    assert result.json == [
        {"id": "powerapps/2020/ants.md", "title": "Ants", "did": "starred", "is_changed": True}
    ]


def test_marks_that_cannot_be_saved_are_told(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> int:
        raise OSError(28, "No space left on device")

    run("list", archive)
    monkeypatch.setattr(Disk, "write", full)
    result = run("star", "ants", "--archive", archive)
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[-1] == "newsreader: marks are not saved: no space left on device"


def test_without_a_standard_input_there_is_a_sentence(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    result = run("star", "-", "--archive", archive)
    assert (result.code, result.err) == (2, "newsreader: there is no standard input to read from\n")


def test_each_mark_is_a_line_of_the_log(run: Run, archive: Path, config_home: Path) -> None:
    run("star", "ants", "--archive", archive)
    run("read", "ants", "--archive", archive)
    lines = [json.loads(line) for line in (config_home / "state.jsonl").read_text().splitlines()]
    assert [line.get("star") for line in lines] == [True, None]
    assert lines[0]["title"] == "Ants"
    assert lines[1]["read"] is True
