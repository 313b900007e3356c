"""What was done and can be taken back, any number of steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from reader.values import dataclass

STEP_LIMIT: Final = 200
"""Steps that are remembered; a step may be a mark on every story there is."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done.

    Attributes:
        words: What it was, as the object of a sentence: ``star on “Clearview”``.
        undo: Takes it back.
        redo: Does it again.
        is_long: Whether both take a while, and say themselves when they are done.
    """

    words: str
    undo: Callable[[], None]
    redo: Callable[[], None]
    is_long: bool = False


class History:
    """Steps back, and forth again until something else is done."""

    def __init__(self) -> None:
        self._done: deque[Step] = deque(maxlen=STEP_LIMIT)
        self._undone: list[Step] = []

    def add(self, step: Step) -> None:
        """This was done just now."""
        self._done.append(step)
        self._undone.clear()

    def is_done(self, step: Step) -> bool:
        """Whether a step was not taken back; false for one that is no longer remembered, too."""
        return any(done is step for done in self._done)

    def put_back(self, step: Step) -> None:
        """Taking it back, or doing it again, has failed: it is as it was before."""
        for held, other in ((self._undone, self._done), (self._done, self._undone)):
            if held and held[-1] is step:
                held.pop()
                other.append(step)
                return

    def undo(self) -> Step | None:
        """Take the last step back; None where there is none."""
        if not self._done:
            return None
        step = self._done.pop()
        self._undone.append(step)
        step.undo()
        return step

    def redo(self) -> Step | None:
        """Do again what was taken back last; None where there is none."""
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step)
        step.redo()
        return step
