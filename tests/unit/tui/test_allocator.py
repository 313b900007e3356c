"""What it does holds for a whole process, so each test has one of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from reader.tui import allocator

HEAPS = """
import ctypes, os, tempfile, threading
import xml.etree.ElementTree as xml
from reader.tui import allocator

libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.fclose.argtypes = [ctypes.c_void_p]
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]


def told():
    with tempfile.NamedTemporaryFile() as file:
        stream = libc.fopen(file.name.encode(), b"w")
        libc.malloc_info(0, stream)
        libc.fclose(stream)
        return xml.parse(file.name).getroot()


def heaps():
    return len(told().findall("heap"))


def apart():
    return int(told().find("total[@type='mmap']").get("count"))


def resident_kb():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024

"""


def is_glibc() -> bool:
    try:
        return bool(os.confstr("CS_GNU_LIBC_VERSION"))
    except (AttributeError, ValueError, OSError):
        return False


of_glibc = pytest.mark.skipif(not is_glibc() or sys.platform != "linux", reason="is about glibc")


def printed(code: str) -> list[int]:
    command = [sys.executable, "-c", HEAPS + code]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [int(word) for word in done.stdout.split()]


@of_glibc
def test_new_threads_get_no_heap_of_their_own() -> None:
    before, after = printed(
        """
allocator.hold_little()
print(heaps())
together = threading.Barrier(7)

def work():
    kept = [bytearray(2_000) for _ in range(50)]
    together.wait()  # all of them are there
    together.wait()

threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads:
    thread.start()
together.wait()
print(heaps())
together.wait()
"""
    )
    assert after == before


@of_glibc
def test_a_large_piece_stands_by_itself_also_after_a_larger_one_was_freed() -> None:
    before, during, after = printed(
        """
allocator.hold_little()
bytearray(4_000_000)
print(apart())
piece = bytearray(3_000_000)  # more than may lie free between what is used
print(apart())
del piece
print(apart())
"""
    )
    assert during == before + 1
    assert after == before


@of_glibc
def test_what_lies_free_between_what_is_used_is_given_back() -> None:
    full, freed, given_back = printed(
        """
pieces = [bytearray(b"x" * 60_000) for _ in range(600)]
print(resident_kb())
pieces[:] = [piece for number, piece in enumerate(pieces) if number % 20 == 19]
print(resident_kb())
allocator.give_back()
print(resident_kb())
"""
    )
    assert given_back < freed - 10_000
    assert given_back < full - 20_000


@pytest.mark.parametrize("answer", ["", ValueError("unrecognized configuration name"), OSError()])
def test_where_there_is_no_glibc_nothing_is_asked_of_it(
    monkeypatch: pytest.MonkeyPatch, answer: str | Exception
) -> None:
    def confstr(name: str) -> str:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(os, "confstr", confstr, raising=False)
    monkeypatch.setitem(sys.modules, "ctypes", None)
    allocator.hold_little()
    allocator.give_back()
