"""Chance that can be had again: each test that draws lots prints its seed and takes one from outside."""

from __future__ import annotations

import os
import random

SEED_VARIABLE = "NEWSREADER_SEED"
"""``NEWSREADER_SEED=17 make stress`` draws what the run that printed ``seed 17`` drew."""


def new_seed(what: str) -> int:
    """The seed of this run, printed beside `what` it is for; pytest shows it where the test fails."""
    seed = int(os.environ.get(SEED_VARIABLE) or random.SystemRandom().randrange(10**9))
    print(f"{what}: {SEED_VARIABLE}={seed}")
    return seed
