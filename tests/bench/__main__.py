"""Run every measurement and print one table.

A measurement is a module of this package with ``run() -> list[tuple[str, str]]``: names and figures.
"""

from __future__ import annotations

import sys

from tests.bench import append, indexing, queries, terminal

MODULES = (terminal, indexing, queries, append)
"""Marks come last: a million of them take memory, and the index is told by the most this process had."""


def main() -> int:
    rows = [row for module in MODULES for row in module.run()]
    width = max(len(name) for name, _ in rows)
    for name, figures in rows:
        print(f"{name:<{width}}  {figures}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
