"""The command ``newsreader``, also ``python -m reader``."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; gives the exit code."""
    from pathlib import Path

    from reader.archive.scan import open_archive
    from reader.config import Config
    from reader.tui.run import run

    return run([open_archive(Path(arg)) for arg in sys.argv[1:] or ["seeds"]], Config())


if __name__ == "__main__":
    sys.exit(main())
