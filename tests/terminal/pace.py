"""Waiting until the app has done all that was pressed: random keys are sent faster than it can follow."""

from __future__ import annotations

import itertools
from typing import Final

from tests.terminal.pty_app import PtyApp

_NUMBERS: Final = itertools.count(1)


def catch_up(app: PtyApp) -> None:
    """Wait until everything pressed so far is done; the list has the focus then, and nothing lies over it.

    What is waited for was never seen before. A page that an earlier key may have opened would not do: the
    keys behind it would pile up from one wait to the next.
    """
    word = f"caught up {next(_NUMBERS)}."
    app.press("escape", "escape", "escape", "2", "/")
    app.send(f"\x1b[200~{word}\x1b[201~")
    app.wait_for_output(word)
    app.press("escape")
