"""Short questions at the foot: a line to type, one of many names, or one of a few keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from rich.cells import cell_len

from reader.tui.foot import Foot
from reader.tui.fuzzy import Finder
from reader.tui.panes.bars import HintBar, Texts
from reader.tui.panes.lines import cut
from reader.values import dataclass

_SHOWN_CHOICES: Final = 12


class Prompt:
    """A line being typed for something other than a search; one question at a time.

    Args:
        foot: Has the box.
        words: The line for what can be chosen.
        on_close: Called when the question is over, before what was asked for is done.
    """

    def __init__(self, foot: Foot, words: HintBar, on_close: Callable[[], None]) -> None:
        self.placeholder = ""
        self._foot = foot
        self._words = words
        self._on_close = on_close
        self._label = self._blank = ""
        self._done: Callable[[Any], None] = lambda value: None
        self._finder: Finder[Any] | None = None
        self._typed = ""
        self._found: list[tuple[str, Any]] = []
        self._place = 0

    async def ask(
        self,
        label: str,
        placeholder: str,
        done: Callable[[str], None],
        text: str = "",
        *,
        blank: str = "",
        is_proposal: bool = False,
    ) -> None:
        """Ask for a line of text; `done` is called with it unless it is blank.

        Args:
            label: What Enter does, as ``saves the view``.
            placeholder: What stands in the empty box.
            done: What is done with it.
            text: To begin with.
            is_proposal: Whether what is typed takes the place of `text`.
            blank: What Enter does with a blank line, where that is something: `done` is called with it too.
        """
        self._begin(label, placeholder, done)
        self._blank, self._typed = blank, text
        await self._foot.open(self, text, is_proposal=is_proposal)

    async def choose(
        self, label: str, placeholder: str, finder: Finder[Any], done: Callable[[Any], None]
    ) -> None:
        """Ask for one of many; `done` is called with what it stands for."""
        self._begin(label, placeholder, done, finder)
        self._found = finder.find("")
        await self._foot.open(self, "")

    def _begin(
        self, label: str, placeholder: str, done: Callable[[Any], None], finder: Finder[Any] | None = None
    ) -> None:
        self._label, self._done, self._finder = label, done, finder
        self.placeholder = placeholder
        self._blank, self._typed, self._found, self._place = "", "", [], 0

    def typed(self, text: str, position: int) -> None:
        """Find what fits now."""
        if self._finder is not None and text != self._typed:
            self._found, self._place = self._finder.find(text), 0
        self._typed = text
        self.show()

    def step(self, step: int) -> None:
        """Another choice."""
        self._place = max(0, min(self._place + step, len(self._found) - 1))
        self.show()

    def complete(self) -> None:
        """The next choice; at the end, the first again."""
        self._place = (self._place + 1) % max(1, len(self._found))
        self.show()

    def leave(self) -> None:
        """What was typed or chosen counts."""
        text, done = self._foot.text.strip(), self._done
        if self._finder is None:
            self.close()
            if text or self._blank:
                done(text)
            return
        self.typed(self._foot.text, 0)
        if self._found:
            _, value = self._found[self._place]
            self.close()
            done(value)

    def close(self) -> None:
        """Forget the question."""
        self._foot.close(self)
        self._words.forget_words()
        if self._foot.owner is not None:
            self._foot.owner.show()
        self._on_close()

    def show(self) -> None:
        """Say what can be chosen, the one that Enter takes first."""
        if self._foot.owner is not self:
            return
        left: Texts
        if self._finder is None:
            label = self._label if self._typed.strip() else self._blank or self._label
            left = (("Enter ", "bar--strong"), (f"{label}  ", "bar--text"))
            left += (("Esc ", "bar--strong"), ("forgets it", "bar--text"))
        elif self._found:
            near = [name for name, _ in self._found[self._place :][:_SHOWN_CHOICES]]
            separator = self._words.desk.glyphs.separator
            rest = "".join(f"{separator}{name}" for name in near[1:])
            left = (("Enter ", "bar--strong"), (f"{self._label} ", "bar--text"))
            left += ((near[0], "bar--strong"), (rest, "bar--text"))
        else:
            left = (("Nothing fits.  ", "bar--alarm"), ("Esc ", "bar--strong"), ("forgets it", "bar--text"))
        self._words.set_words(left)


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer.

    Attributes:
        key: The key that gives it, as Textual calls it: a letter.
        label: What it says.
        done: What is done then.
        short: What it says where there is little room.
    """

    key: str
    label: str
    done: Callable[[], None]
    short: str = ""


_NO: Final = "Esc no"


class Question:
    """A question that one key answers, shown in the line of hints.

    Args:
        words: That line.
    """

    def __init__(self, words: HintBar) -> None:
        self._words = words
        self._text = self._name = ""
        self._choices: Sequence[Choice] = ()
        self._place = 0
        self._on_end: Callable[[], None] = lambda: None

    @property
    def is_open(self) -> bool:
        """Whether the next key is an answer."""
        return bool(self._choices)

    def ask(self, text: str, choices: Sequence[Choice], *, place: int = 0, name: str = "") -> None:
        """Ask; the key of a choice takes it, as Enter takes the marked one; Esc takes none.

        Args:
            text: The question, with ``{}`` where the name stands.
            choices: At least one.
            place: Which is marked to begin with.
            name: What the question is about; it is cut first where there is little room.
        """
        self._text, self._name, self._choices, self._place = text, name, choices, place
        self._show()

    def answer(self, key: str) -> None:
        """A key was pressed. One that is no answer takes the question back: nothing is done by mistake."""
        if key in ("left", "right", "up", "down", "tab", "shift+tab"):
            step = -1 if key in ("left", "up", "shift+tab") else 1
            self._place = (self._place + step) % len(self._choices)
            self._show()
            return
        chosen = next((choice for choice in self._choices if choice.key == key), None)
        if key == "enter":
            chosen = self._choices[self._place]
        self.close()
        if chosen is not None:
            chosen.done()

    def close(self) -> None:
        """Forget the question."""
        self._choices = ()
        self._words.forget_words()

    def _show(self) -> None:
        answers = sum(len(choice.label) + 4 for choice in self._choices)
        room = self._words.place.width - 4 - answers
        text = self._text.format(self._words.shown(self._name))
        has_no = cell_len(text) + len(_NO) + 2 <= room
        if not has_no and all(choice.short for choice in self._choices):
            self._show_short()
            return
        # The words of the question give way to its answers: those are what one has to find.
        texts = [(f"{self._text_in(room)}  ", "bar--text")]
        for place, choice in enumerate(self._choices):
            texts += self._answer(place, choice.label, " ")
        self._words.set_words(tuple(texts), ((_NO, "bar--text"),) if has_no else ())

    def _text_in(self, room: int) -> str:
        """The question in at most so many cells: its name is cut before anything else."""
        name, ellipsis = self._words.shown(self._name), self._words.desk.glyphs.ellipsis
        left = room - cell_len(self._text.format(""))
        return cut(self._text.format(cut(name, max(1, left), ellipsis)), room, ellipsis)

    def _show_short(self) -> None:
        """The answers alone, in short; where even so they have no room, from the marked one on."""
        texts = [self._answer(place, choice.short) for place, choice in enumerate(self._choices)]
        size = sum(len(text) for answer in texts for text, _ in answer)
        shown = texts[self._place if size > self._words.place.width - 2 else 0 :]
        self._words.set_words(tuple(text for answer in shown for text in answer))

    def _answer(self, place: int, label: str, end: str = "") -> list[tuple[str, str]]:
        is_marked = place == self._place
        sign = self._words.desk.glyphs.cursor if is_marked else " "
        return [
            (f"{sign}{self._choices[place].key} ", "bar--strong"),
            (f"{label}{end}", "bar--strong" if is_marked else "bar--text"),
        ]
