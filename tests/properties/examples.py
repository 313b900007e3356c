"""How many examples a property is tried on: few at each `make test`, many in `make stress`."""

from __future__ import annotations

import os

EXAMPLES_VARIABLE = "NEWSREADER_EXAMPLES"


def examples(usual: int) -> int:
    """The number wanted from outside, else the usual one."""
    return int(os.environ.get(EXAMPLES_VARIABLE) or usual)
