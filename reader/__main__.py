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


def command() -> None:
    """Run the command line and end the process.

    At once where nothing is left to do: taking the interpreter down in good order takes 7 ms.
    """
    code = main()
    # Not before: what is imported above delays the first screen.
    import contextlib
    import os
    import threading

    if threading.active_count() == 1:
        with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, or None without any
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    command()
