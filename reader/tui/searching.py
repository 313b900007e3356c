"""A search from the first letter to its end: what is typed, what could come next, what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from reader.tui.foot import Foot
from reader.tui.panes.bars import HintBar, Texts
from reader.values import replace

if TYPE_CHECKING:
    from reader.query.complete import Completion

_SHOWN_COMPLETIONS: Final = 6


class Searching:
    """What the search box stands for, and the words below the panes while one types.

    Args:
        foot: Has the box.
        words: The line for completions and mistakes.
        on_text: Called with every other text to search for.
        on_leave: Called when typing is over.
        on_close: Called when the search is to be forgotten.
    """

    placeholder = 'words, or topic:"computer vision" quality>=60 is:unread'

    def __init__(
        self,
        foot: Foot,
        words: HintBar,
        *,
        on_text: Callable[[str], None],
        on_leave: Callable[[], None],
        on_close: Callable[[], None],
    ) -> None:
        self._foot = foot
        self._words = words
        self._on_text = on_text
        self.leave = on_leave
        self.close = on_close
        self.topics: Sequence[str] = ()
        self.providers: Sequence[str] = ()
        self.archives: Sequence[str] = ()
        self.is_open = False
        self._is_typed = False
        self._completions: Sequence[Completion] = ()
        self._outcome = ""
        self._mistake = ""
        self._mistake_at = 0
        self._completed: tuple[str, int] | None = None

    async def open(self, text: str) -> None:
        """Begin to type, with this in the box."""
        if not self.is_open:
            self._outcome = self._mistake = ""  # those of another search
        self.is_open = self._is_typed = True
        self._completed = None
        await self._foot.open(self, text)

    def rest(self) -> None:
        """Typing is over; the box stays, with what is searched for."""
        self._is_typed = False
        self._words.forget_words()

    def refuse(self, mistake: str, position: int) -> None:
        """Say what is wrong with what was to be searched for, also where it is only half typed."""
        self._completions = ()
        self.show_mistake(mistake, position)

    def hide(self) -> None:
        """Take the box away."""
        if self.is_open:
            self.is_open = False
            self._foot.close(self)
            self._words.forget_words()

    def show_outcome(self, outcome: str) -> None:
        """Say how much was found."""
        self._outcome, self._mistake = outcome, ""
        self.show()

    def show_mistake(self, mistake: str, position: int) -> None:
        """Say what is wrong with the query from this character on, 0-based; it finds nothing then."""
        self._outcome, self._mistake, self._mistake_at = "", mistake, position
        self.show()

    def typed(self, text: str, position: int) -> None:
        """Something else is typed now."""
        from reader.query.complete import complete

        if (text, position) != self._completed:
            self._completed = None
            self._completions = complete(text, position, self.topics, self.providers, self.archives)
        self._on_text(text)
        self.show()

    def step(self, step: int) -> None:
        """Down: to the stories found."""
        if step > 0:
            self.leave()

    def complete(self) -> None:
        """Take the first completion, if there is one; again: the next one in its place.

        Without one nothing happens: whoever types on must not find the keys elsewhere.
        """
        if not self._completions:
            return
        first, *others = self._completions
        typed = self._foot.text
        text = typed[: first.start] + first.text
        if others and not first.is_name:
            self._completed = (text + typed[first.end :], len(text))
            self._completions = [replace(one, end=len(text)) for one in (*others, first)]
        self._foot.put(text + typed[first.end :], len(text))

    @property
    def _is_half_typed(self) -> bool:
        """Whether the mistake is only that a value is not typed to its end yet."""
        return bool(self._completions) and self._completions[0].start <= self._mistake_at

    def show(self) -> None:
        """Say what could come next, or what is wrong."""
        if not self._is_typed or not self.is_open or self._foot.owner is not self:
            return
        left: Texts
        if self._mistake and not self._is_half_typed:
            # Its place stands apart: a narrow window has no room for the end of a long sentence.
            self._words.set_words(
                ((self._mistake, "bar--alarm"),), ((f"at {self._mistake_at + 1}", "bar--alarm"),)
            )
            return
        if self._completions and self._foot.text:
            labels = [entry.label for entry in self._completions[:_SHOWN_COMPLETIONS]]
            left = (("Tab ", "bar--strong"), (self._words.desk.glyphs.separator.join(labels), "bar--text"))
        else:
            left = (("Enter ", "bar--strong"), ("to the stories  ", "bar--text"))
            left += (("Esc ", "bar--strong"), ("forget the search", "bar--text"))
        self._words.set_words(left, ((self._outcome, "bar--text"),))
