"""Files made to crash, hang or fool a reader, each batch in a child process with a memory and a time limit.

A crash of the parser cannot be caught in the process it happens in. The child reads each case, then
dumps every value it got: a small tree that stands for gigabytes only shows itself there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.battery import CASES, Case

_MEMORY_BYTES = 512 * 1_048_576
_CASE_LIMIT_S = 2.0  # of processor time; a hang, however busy the machine
_PROMISED_S = 0.1
_CHILD = """
import base64, json, resource, sys, threading, time
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
from reader.archive.storyfile import FILE_LIMIT, parse_story, whole_story
from reader.archive.frontmatter import read

def run():
    for line in sys.stdin:
        case = json.loads(line)
        data = base64.b64decode(case["data"]) * case["times"] + base64.b64decode(case["tail"])
        taken_s = 1e9
        for _ in range(int(sys.argv[2])):
            started = time.thread_time()
            whole_story("a.md", data[:FILE_LIMIT], len(data) > FILE_LIMIT)  # as a file is read
            taken_s = min(taken_s, time.thread_time() - started)
        story = parse_story("a.md", data)
        document = read(data)
        repr(document), repr(story), json.dumps(document.fields)
        answer = {"name": case["name"], "taken_s": taken_s, "fields": sorted(document.fields)[:20]}
        if story:
            answer |= {"title": story.title, "body": story.body[:200]}
            answer["problems"] = [problem.reason for problem in story.problems]
            answer |= {"date": str(story.published_at), "quality": story.quality}
        print(json.dumps(answer), flush=True)

# A worker thread's stack on macOS: the depth at which a parser falls is a matter of the stack.
threading.stack_size(512 * 1024)
thread = threading.Thread(target=run)
thread.start()
thread.join()
"""


def _answers(cases: list[Case], times: int = 1) -> dict[str, dict[str, Any]]:
    """What the child says of each case, by its name; read as often, the quickest counts."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(_MEMORY_BYTES), str(times)],
        input="\n".join(case.line() for case in cases),
        capture_output=True,
        text=True,
        timeout=60 * times,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    answers = {answer["name"]: answer for answer in map(json.loads, done.stdout.splitlines())}
    missing = [case.name for case in cases if case.name not in answers]
    assert missing == [], f"died with {done.returncode} at {missing[0]}: {done.stderr[-2_000:]}"
    return answers


@pytest.mark.parametrize("cases", CASES.values(), ids=CASES)
def test_no_file_crashes_hangs_or_fools_the_reader(cases: list[Case]) -> None:
    answers = _answers(cases)
    for case in cases:
        answer = answers[case.name]
        told = {name: answer[name] for name in case.expected}
        assert told == case.expected, case.name
        assert answer["taken_s"] < _CASE_LIMIT_S, case.name
        if case.reason is not None:
            assert any(case.reason in reason for reason in answer["problems"]), (
                case.name,
                answer["problems"],
            )


@pytest.mark.stress
def test_every_file_is_read_within_a_tenth_of_a_second_of_processor_time() -> None:
    cases = [case for group in CASES.values() for case in group]
    taken = sorted(((answer["taken_s"], name) for name, answer in _answers(cases, 7).items()), reverse=True)
    print(f"{len(taken)} files, the slowest:", [f"{name}: {taken_s:.3f} s" for taken_s, name in taken[:5]])
    assert taken[0][0] <= _PROMISED_S
