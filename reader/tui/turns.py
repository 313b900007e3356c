"""What is asked for while something slow is being done: it waits, and comes in the order it was asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable


class Turns:
    """One thing after the other, where each may take a while elsewhere.

    Attributes:
        is_busy: Whether something is being done.
    """

    def __init__(self) -> None:
        self.is_busy = False
        self._waiting: deque[Callable[[], object]] = deque()

    def wait(self, do: Callable[[], object]) -> None:
        """Do this now, or once everything that was asked for before is done."""
        if self.is_busy:
            self._waiting.append(do)
        else:
            do()

    def begin(self) -> None:
        """Something is being done from now on."""
        self.is_busy = True

    def end(self) -> None:
        """It is done: what has waited comes, up to the first that takes a while again."""
        self.is_busy = False
        while self._waiting and not self.is_busy:
            self._waiting.popleft()()
