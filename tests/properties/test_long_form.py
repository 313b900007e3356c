"""The properties again, on enough examples to find what is rare.

Each is split into parts with a seed of their own, since the memory of hypothesis for what it tried makes it
slower from example to example. A part runs in a process of its own, as many at once as there are processors.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.hostile.chance import new_seed
from tests.properties.examples import EXAMPLES_VARIABLE

HERE = Path(__file__).parent
PARTS = 8
PART_LIMIT_S = 900


def run_part(tests: str, count: int, seed: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"--hypothesis-seed={seed}", str(HERE / tests)],
        capture_output=True,
        text=True,
        timeout=PART_LIMIT_S,
        cwd=HERE.parents[1],
        env={**os.environ, EXAMPLES_VARIABLE: str(count)},
        check=False,
    )


@pytest.mark.stress
@pytest.mark.parametrize(
    ("tests", "count"),
    [
        ("test_archive_reading.py::test_any_bytes_make_a_clean_story_or_none", 20_000),
        ("test_archive_reading.py::test_any_front_matter_makes_a_clean_story", 20_000),
        ("test_archive_reading.py::test_any_values_make_a_clean_story", 20_000),
        ("test_archive_reading.py::test_anything_like_a_date_is_one_or_is_told", 20_000),
        ("test_archive_reading.py::test_a_date_comes_back_as_it_was_written", 20_000),
        ("test_archive_reading.py::test_any_file_name_is_found_and_read", 20_000),
        ("test_archive_reading.py::test_any_folder_has_a_clean_name", 20_000),
        ("test_state_lines.py::test_no_bytes_can_crash_the_load_or_hide_a_sound_line_among_them", 20_000),
        ("test_state_lines.py::test_every_line_is_judged_alike_alone_and_among_others", 20_000),
        ("test_state_lines.py::test_any_name_a_file_can_have_is_written_and_read_back", 20_000),
        ("test_state_machine.py", 2_000),
    ],
)
def test_a_property_holds_on_many_examples(tests: str, count: int) -> None:
    seed = new_seed(f"{tests}, {PARTS} parts of {count // PARTS} examples")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = [pool.submit(run_part, tests, count // PARTS, seed + part) for part in range(PARTS)]
    for part, done in enumerate(parts):
        said = done.result()
        print(f"seed {seed + part}: {said.stdout.splitlines()[-1]}")
        assert said.returncode == 0, said.stdout[-5_000:]
