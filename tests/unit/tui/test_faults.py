"""A fault ends whoever has no answer to it, so each test has a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

BEGIN = """
import mmap, os, signal, sqlite3, sys, time, zlib
from reader.index.mapped import lengthened
from reader.tui import faults
from reader.tui.faults import FaultWatch

faults.PATIENCE_S = 0.1
path = sys.argv[1] + "/a.sqlite"

def end(number):
    print("gave up")
    sys.stdout.flush()
    os._exit(128 + number)

def mapped():
    with open(path + "-shm", "w+b") as file:
        file.truncate(1 << 15)
        return mmap.mmap(file.fileno(), 1 << 15)

def sum_of(pages):
    return zlib.crc32(pages)  # of much at once, so without Python's lock
"""


def run(folder: Path, code: str) -> tuple[int, list[str]]:
    """The exit code and the lines that were printed."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + code, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
        cwd=ROOT,
        # What ends by os._exit says nothing of what it ran.
        env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")},
    )
    return done.returncode, done.stdout.splitlines()


of_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is mapped")


def test_without_it_a_fault_is_the_end(tmp_path: Path) -> None:
    code, lines = run(tmp_path, "pages = mapped(); os.truncate(path + '-shm', 0); print(sum_of(pages))")
    assert (code, lines) == (-signal.SIGBUS, [])


@of_linux
def test_whoever_looks_behind_the_end_of_a_file_that_was_cut_short_finds_zeros_and_goes_on(
    tmp_path: Path,
) -> None:
    code, lines = run(
        tmp_path,
        """
pages = mapped()
pages[:] = b"x" * len(pages)
FaultWatch(lambda: bool(lengthened()), end)
for left in (0, 1 << 14) * 20:
    os.truncate(path + "-shm", left)
    sum_of(pages)
print(sum_of(pages) == zlib.crc32(bytes(1 << 15)))
""",
    )
    assert (code, lines) == (0, ["True"])


@of_linux
@pytest.mark.parametrize("harm", ["cut(0)", "cut(1 << 14)", "cut(0); os.unlink(path + '-shm')"])
def test_sqlite_goes_on_or_says_what_is_wrong_where_its_file_is_cut_short(tmp_path: Path, harm: str) -> None:
    code, lines = run(
        tmp_path,
        f"""
one, other = (sqlite3.connect(path, isolation_level=None) for _ in range(2))
one.execute("PRAGMA journal_mode=WAL")
one.execute("CREATE TABLE story (row)")
for number in range(100):
    one.execute("INSERT INTO story VALUES (?)", (number,))
FaultWatch(lambda: bool(lengthened()), end)

def cut(left):
    os.truncate(path + "-shm", left)

{harm}
for sqlite in (one, other):
    try:
        sqlite.execute("SELECT count(*) FROM story").fetchone()
    except sqlite3.DatabaseError:
        pass
    sqlite.close()
print("went on")
""",
    )
    assert (code, lines) == (0, ["went on"])


def test_faults_that_nothing_mends_are_given_up(tmp_path: Path) -> None:
    code, lines = run(
        tmp_path,
        """
pages = mapped()
FaultWatch(lambda: False, end)
os.truncate(path + "-shm", 0)
print(sum_of(pages))
""",
    )
    assert (code, lines) == (128 + signal.SIGBUS, ["gave up"])


def test_other_signals_are_none_of_its_business(tmp_path: Path) -> None:
    code, lines = run(
        tmp_path,
        """
import threading
looks = threading.Semaphore(0)
signal.signal(signal.SIGUSR1, lambda *_: print("heard"))
FaultWatch(lambda: looks.release() or False, end)
looks.acquire()  # the one at first
os.kill(os.getpid(), signal.SIGUSR1)
os.kill(os.getpid(), signal.SIGBUS)
looks.acquire()
print(looks.acquire(timeout=0.05))
""",
    )
    assert (code, lines) == (0, ["heard", "False"])
