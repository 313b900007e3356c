"""A folder of everything a disk can hold that is no story, and every bad file, read by the whole program.

In a child process with a memory and a time limit: it lists the folder, reads each story as the story pane
does, and dumps every value it got.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import make_story_text, write_story
from tests.hostile.battery import CASES, LARGE
from tests.hostile.limits import confined, quiet_environment

MEBI = 1_048_576
MEMORY_BYTES = 700 * MEBI
STORY_LIMIT_S = 2.0  # of processor time; a hang, however busy the machine
PROMISED_S = 0.1
EXTRA_LIMIT_KB = 100 * 1_024
DEPTH = 600

CHILD = """
import json, os, resource, sys, time
from pathlib import Path
from reader.archive.scan import open_archive
from reader.errors import StoryFileError
from reader.library import Library
from reader.model import View

def peak_kb():
    try:
        # What getrusage tells includes what the process was before it became this one.
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(status.partition("VmHWM:")[2].split()[0])

root, own = Path(os.fsdecode(sys.argv[1])), Path(sys.argv[2])
library = Library([open_archive(root)], state_folder=own / "config", cache_folder=own / "cache")
library.open()
before_kb = peak_kb()
(report,) = library.sync()
library.reload()
answer = {"sync_extra_kb": peak_kb() - before_kb, "read": report.read, "worst_s": 0.0, "worst": ""}
answer["rows"], answer["untold"] = {}, []
before_kb = peak_kb()
for row in library.rows(library.row_ids(View())):
    taken = 1e9
    try:
        for _ in range(int(sys.argv[3])):
            begun = time.thread_time()
            opened = library.story(row)
            taken = min(taken, time.thread_time() - begun)
        repr(opened), json.dumps(repr(opened.story))
        answer["rows"][row.title] = [problem.reason for problem in opened.story.problems]
    except StoryFileError as error:
        answer["untold"].append(str(error))
        continue
    if taken > answer["worst_s"]:
        answer |= {"worst_s": taken, "worst": row.story_id}
answer["story_extra_kb"] = peak_kb() - before_kb
answer["problems"] = [[problem.path, problem.reason] for _, problem in library.problems()]
library.close()
print(json.dumps(answer))
"""


def big_files() -> Iterator[tuple[str, bytes]]:
    """Some 50 MB each."""
    yield "50 MB body", make_story_text("word " * 10_000_000, title="50 MB body").encode()
    yield "50 MB list", b"---\ntitle: 50 MB list\nl:\n" + b"  - x\n" * 8_700_000 + b"---\n"
    yield "50 MB title", b"---\nexcerpt: 50 MB title\ntitle: " + b"x" * 50_000_000 + b"\n---\n"
    yield "50 MB of brackets", b"---\ntitle: 50 MB of brackets\nx: " + b"[" * 50_000_000
    yield "50 MB of NUL", b"---\ntitle: 50 MB of NUL\n---\n" + b"\0" * 50_000_000
    yield "50 MB of one line", b"# 50 MB of one line " + b"*_`[" * 12_500_000


def write_cases(root: Path) -> int:
    """Each case of the battery as a file; gives how many."""
    count = 0
    for group, cases in CASES.items():
        for number, case in enumerate(cases):
            folder = root / "battery" / group
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{number:03}.md").write_bytes(case.content())
            count += 1
    return count


def write_odd_names(root: Path) -> list[str]:
    """Stories under names that fool shells, terminals and databases; gives their titles."""
    composed = unicodedata.normalize("NFC", "Café")
    names = [
        b"-rf.md",
        b"--help.md",
        b"new\nline.md",
        b"escape\x1b]52;c;eA==\x07.md",
        b"[x].md",
        b"*.md",
        b"Case.md",
        b"case.md",
        f"{composed}.md".encode(),
        f"{unicodedata.normalize('NFD', composed)}.md".encode(),
        b"latin-\xe9.md",
        b"\xff\xfe\xed\xa0\x80.md",
        b" leading and trailing .md",
        b"%s%n$(touch pwned)`id`;&|.md",
        b"n" * 252 + b".md",
        "\u202egpj.md".encode(),
    ]
    folder = os.fsencode(root / "names")
    os.mkdir(folder)
    titles = []
    for number, name in enumerate(names):
        titles.append(f"name {number}")
        with open(os.path.join(folder, name), "w") as file:
            file.write(make_story_text(title=titles[-1], webUrl=f"https://names.example/{number}/"))
    return titles


def write_no_files(root: Path) -> dict[str, str]:
    """What is called like a story and is none; gives the reason expected for each."""
    root.mkdir()
    os.mkfifo(root / "pipe.md")
    with socket.socket(socket.AF_UNIX) as listener:
        # An address of a socket has room for a hundred characters only.
        here = os.open(root, os.O_RDONLY)
        listener.bind(f"/proc/self/fd/{here}/socket.md" if os.path.exists("/proc/self/fd") else "socket.md")
        os.close(here)
    (root / "zero.md").symlink_to("/dev/zero")
    (root / "secret.md").symlink_to("/etc/passwd")
    (root / "dangling.md").symlink_to("nowhere.md")
    (root / "loop.md").symlink_to("loop.md")
    (root / "up").symlink_to("..")
    (root / "disk").symlink_to("/")
    (root / "folder.md").mkdir()
    (root / "unreadable.md").write_text(make_story_text(title="unreadable"))
    (root / "unreadable.md").chmod(0)
    (root / "closed").mkdir()
    (root / "closed" / "inside.md").write_text(make_story_text(title="inside"))
    (root / "closed").chmod(0)
    return {
        "pipe.md": "not a regular file",
        "socket.md": "not a regular file",
        "zero.md": "a link, not followed",
        "secret.md": "a link, not followed",
        "dangling.md": "a link, not followed",
        "loop.md": "a link, not followed",
        "up": "a link to a folder, not followed",
        "disk": "a link to a folder, not followed",
        "unreadable.md": "cannot be read: permission denied",
        "closed": "permission denied",
    }


def write_depths(root: Path) -> None:
    """Folders in folders, with a story at every hundredth level."""
    root.mkdir()
    here = os.open(root, os.O_RDONLY)
    for level in range(1, DEPTH + 1):
        os.mkdir("deep-down", dir_fd=here)
        there = os.open("deep-down", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = there
        if level % 100 == 0:
            file = os.open(f"{level}.md", os.O_WRONLY | os.O_CREAT, 0o600, dir_fd=here)
            os.write(file, make_story_text(title=f"level {level}").encode())
            os.close(file)
    os.close(here)


def remove_depths(root: Path) -> None:
    """Too deep for what tidies temporary folders up."""
    subprocess.run(["rm", "-rf", str(root)], check=True)


def read_by_child(root: Path, own: Path, times: int = 1, timeout_s: float = 120) -> dict[str, Any]:
    """What the child says of the archive at `root`; each story read as often, the quickest counts."""
    command = confined("-c", CHILD, os.fspath(root), os.fspath(own), str(times), memory_bytes=MEMORY_BYTES)
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=timeout_s, env=quiet_environment(), check=False
    )
    assert done.returncode == 0, f"died with {done.returncode}: {done.stderr[-3_000:]}"
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "archive" / "deep"
    remove_depths(tmp_path / "archive")


def test_everything_a_folder_can_hold_is_listed_with_its_reason_and_what_is_sound_is_shown(
    tmp_path: Path, deep: Path
) -> None:
    root = tmp_path / "archive"
    write_story(root, "plain.md", title="Plain")
    count = write_cases(root)
    titles = write_odd_names(root)
    reasons = write_no_files(root / "none")
    write_depths(deep)
    answer = read_by_child(root, tmp_path / "own")
    problems = {path: reason for path, reason in answer["problems"]}
    assert {path: problems.get(f"none/{path}") for path in reasons} == {
        path: f"none/{path} {reason}" if reason.startswith("cannot") else reason
        for path, reason in reasons.items()
    }
    assert answer["untold"] == []
    assert set(titles) <= set(answer["rows"])
    assert {"Plain", "level 100", "level 300"} <= set(answer["rows"])
    assert any(reason.startswith("nested too deep") for reason in problems.values())
    damaged = {case.name for cases in CASES.values() for case in cases if case.reason}
    told = {path for path in problems if path.startswith("battery/")}
    assert len(told) >= len(damaged), "a damaged file is not listed"
    assert answer["read"] >= count + len(titles)
    assert answer["worst_s"] < STORY_LIMIT_S, answer["worst"]
    assert not (Path.cwd() / "pwned").exists()


def read_big_files(folder: Path, times: int = 1) -> dict[str, Any]:
    (folder / "archive").mkdir()
    names = []
    for name, content in big_files():
        names.append(name)
        (folder / "archive" / f"{name.replace(' ', '-')}.md").write_bytes(content)
    answer = read_by_child(folder / "archive", folder / "own", times)
    print({name: answer[name] for name in ("worst_s", "worst", "story_extra_kb", "sync_extra_kb")})
    assert len(answer["rows"]) == len(names)
    return answer


def test_files_of_50_mb_take_little_memory_and_little_time(tmp_path: Path) -> None:
    answer = read_big_files(tmp_path)
    assert all(any("the rest was not read" in reason for reason in told) for told in answer["rows"].values())
    assert answer["sync_extra_kb"] <= EXTRA_LIMIT_KB
    assert answer["story_extra_kb"] <= EXTRA_LIMIT_KB
    assert answer["worst_s"] < STORY_LIMIT_S, answer["worst"]


@pytest.mark.stress
def test_files_of_50_mb_are_shown_within_a_tenth_of_a_second_of_processor_time(tmp_path: Path) -> None:
    assert read_big_files(tmp_path, 7)["worst_s"] <= PROMISED_S


def test_the_battery_holds_every_row_it_should() -> None:
    assert sum(map(len, CASES.values())) >= 124
    assert len(LARGE) >= 20
