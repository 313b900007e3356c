"""Short questions at the foot, and taking back what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.library import Library
from reader.tui.foot import Foot
from reader.tui.history import History
from reader.tui.screens.framed import FramedScreen

if TYPE_CHECKING:
    from reader.tui.asking import Prompt, Question


class AskingScreen(FramedScreen):
    """The second chapter of the main screen: questions.

    Attributes:
        foot: The box one types in.
        history: What can be taken back.
    """

    def __init__(self, library: Library) -> None:
        super().__init__(library)
        self.foot = Foot(self)
        self.history = History()
        self._prompt: Prompt | None = None
        self._question: Question | None = None

    @property
    def foot_rows(self) -> int:
        """Lines that the box takes now."""
        return int(self.foot.is_open)

    @property
    def prompt(self) -> Prompt:
        """For a line to type. Made when it is wanted: nothing of it is needed for the first frame."""
        if self._prompt is None:
            from reader.tui.asking import Prompt

            self._prompt = Prompt(self.foot, self.desk.hints, self._typing_ended)
        return self._prompt

    @property
    def question(self) -> Question:
        """For a question that one key answers."""
        if self._question is None:
            from reader.tui.asking import Question

            self._question = Question(self.desk.hints)
        return self._question

    def takes_key(self, key: str) -> bool:
        """Whether a key was the answer to a question; it means nothing else then."""
        if self._question is None or not self._question.is_open:
            return False
        self._question.answer(key)
        return True

    def _typing_ended(self) -> None:
        self.action_go_to(self.pane)
        self.fit(self.app.size)

    def action_undo(self) -> None:
        """Take back what was done last."""
        step = self.history.undo()
        done = "Taking back" if step and step.is_long else "Undone"
        self.reader.say(f"{done}: {step.words}" if step else "There is nothing to undo.")

    def action_redo(self) -> None:
        """Do again what was taken back last."""
        step = self.history.redo()
        done = "Doing again" if step and step.is_long else "Done again"
        self.reader.say(f"{done}: {step.words}" if step else "There is nothing to do again.")
