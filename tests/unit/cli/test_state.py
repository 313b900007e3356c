from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.marking import mark
from tests.unit.cli.running import Run


@pytest.fixture
def state(archive: Path, config_home: Path) -> Path:
    """A file of marks: two stories marked, one of them twice."""
    mark(archive, "2020/ants.md", is_starred=True)
    mark(archive, "2021/clouds.md", is_read=True)
    mark(archive, "2021/clouds.md", is_read=False)
    return config_home / "state.jsonl"


def test_sound_marks_are_a_line_and_a_sum(run: Run, state: Path) -> None:
    result = run("state", "check")
    assert (result.code, result.out) == (0, f"{state}: 3 lines\n")
    assert result.err == "2 stories, 0 read, 1 starred; 2 lines still counting\n"


def test_without_marks_there_is_nothing_to_tell(run: Run) -> None:
    result = run("state", "check")
    assert (result.code, result.out) == (0, "")
    assert result.err.startswith("0 stories, ")


def test_damaged_lines_are_named(run: Run, state: Path) -> None:
    with state.open("ab") as file:
        file.write(b"\x1b[2Jgarbage\n>>>>>>> x\n")
    result = run("state", "check")
    assert (result.code, result.lines) == (
        1,
        [
            f"{state}: 5 lines, 1 damaged, 1 conflict marker",
            f"{state}:4: no line of marks; it is passed over",
        ],
    )
    assert run("state", "check", "--json").json == {
        "files": [
            {"file": str(state), "lines": 5, "damaged": 1, "damaged_lines": [4], "conflict_markers": 1}
        ],
        "counting_lines": 2,
        "stories": 2,
        "read": 0,
        "starred": 1,
    }


def test_much_damage_is_summed_up(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x\n" * 120)
    assert run("state", "check", tmp_path / "x").lines[-1] == f"{tmp_path / 'x'}: 20 more"


def test_merge_says_what_it_found_and_did(run: Run, state: Path, tmp_path: Path, archive: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text(
        '<<<<<<< HEAD\n{"t":"2999-01-01T00:00:00Z","id":"powerapps/2021/clouds.md","read":true}\ngarbage\n'
    )
    before = other.read_bytes()
    result = run("state", "merge", other, state)
    assert result.code == 1
    assert result.lines == [
        f"{other}: 3 lines, 1 damaged, 1 conflict marker; 1 line taken",
        f"{other}:3: no line of marks; it is passed over",
        f"{state}: 3 lines; nothing new",
    ]
    assert other.read_bytes() == before
    by_id = {row["id"]: row["is_read"] for row in run("list", "--archive", archive, "--json").json}
    assert by_id["powerapps/2021/clouds.md"] is True
    assert run("state", "merge", other, "--json").json[0]["taken"] == 0


def test_compact_says_what_it_did(run: Run, state: Path) -> None:
    copy = state.with_name("state.sync-conflict-1.jsonl")
    copy.write_bytes(state.read_bytes())
    result = run("state", "compact")
    assert result.code == 0
    assert result.lines == [
        f"{state}: 6 lines, now 2; what was is state.jsonl.bak",
        "state.sync-conflict-1.jsonl: folded in, now state.sync-conflict-1.jsonl.merged",
    ]
    assert run("state", "compact").out == f"{state}: nothing to do, every line counts\n"
    assert run("state", "compact", "--json").json == {
        "file": str(state),
        "lines_before": 2,
        "lines_after": 2,
        "folded": [],
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("merge",), "needs at least one FILE"),
        (("compact", "x"), "takes no FILE"),
        (("merge", "/nowhere"), "no such file or directory"),
        (("check", "/"), "is a directory"),
        ((), "required: action"),
        (("mend",), "invalid choice"),
    ],
)
def test_wrong_use_is_a_sentence(run: Run, arguments: tuple[str, ...], words: str) -> None:
    result = run("state", *arguments)
    assert (result.code, result.out) == (2, "")
    assert words in result.err
