"""Commands that run with less than the tester has: a bounded memory, and no right to read everything."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]

DROP_PRIVILEGES: Final = """
import ctypes, os, sys
if sys.platform == "linux" and os.geteuid() == 0:
    # Root may read what no one may. From the next exec on it is held to the rights of files as others are.
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
"""

_LAUNCHER: Final = (
    DROP_PRIVILEGES
    + """
import resource
if int(sys.argv[1]):
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
os.execv(sys.argv[2], sys.argv[2:])
"""
)


def confined(*arguments: str, memory_bytes: int = 0) -> list[str]:
    """The command line of this Python with these arguments, confined; 0 for as much memory as there is."""
    return [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(memory_bytes), sys.executable, *arguments]


def quiet_environment(**changes: str) -> dict[str, str]:
    """The environment of this test without what measures coverage: a killed process leaves it in pieces."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    return {**kept, "PYTHONPATH": str(PROJECT), **changes}
