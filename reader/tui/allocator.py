"""What the C library holds of memory that nobody uses any more: little, and given back.

glibc gives each thread a heap of its own, from which only what lies free at the end goes back to the system.
With a dozen threads, each of which takes a lot for a moment now and then, 25 MB lay unused after minutes.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ctypes import CDLL

# Source: malloc.h; their numbers are part of its interface.
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8

_LARGE_BYTES: Final = 128 * 1_024
"""What is as large as this is taken from the system by itself, and goes back when it is free. glibc begins
with this number, but raises it with each such piece that is freed."""


def hold_little() -> None:
    """Have new threads share the heaps there are, and large pieces stand by themselves.

    Once, behind the first frame, as `ctypes` takes 3 ms to import; but before there are eight threads, for
    then glibc does not ask any more how many heaps there may be.
    """
    if (libc := _glibc()) is not None:
        libc.mallopt(_M_ARENA_MAX, 1)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


def give_back() -> None:
    """Give back to the system what lies free between what is used: about 1 ms. From any thread."""
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


def _glibc() -> CDLL | None:
    """The C library where it is glibc; others give back by themselves, or cannot be asked."""
    with contextlib.suppress(AttributeError, ImportError, OSError, ValueError):
        if os.confstr("CS_GNU_LIBC_VERSION"):
            import ctypes

            libc = ctypes.CDLL(None)
            libc.malloc_trim.argtypes = [ctypes.c_size_t]
            libc.mallopt.argtypes = [ctypes.c_int, ctypes.c_int]
            return libc
    return None
