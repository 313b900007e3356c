"""The command ``newsreader``, also ``python -m reader``."""

from __future__ import annotations

import sys

INTERRUPTED = 130
"""The exit code of what Ctrl-C ended: 128 and the number of the signal, as shells count."""


def main() -> int:
    """Run the command line; gives the exit code."""
    from reader import afterimage

    try:
        afterimage.show(sys.argv[1:])
        from reader.cli import run_command_line

        return run_command_line(sys.argv[1:])
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        afterimage.undo()


if __name__ == "__main__":
    sys.exit(main())
