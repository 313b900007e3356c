"""A search from the first letter to its end: what is typed, what could come next, what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from reader.tui.panes.bars import HintBar, Texts

if TYPE_CHECKING:
    from textual.screen import Screen

    from reader.query.complete import Completion
    from reader.tui.search_box import SearchBox

_SHOWN_COMPLETIONS: Final = 6


class Searching:
    """The search box and the words below the panes while one types.

    Args:
        screen: Holds the box.
        words: The line for completions and mistakes.
        on_text: Called with every other text to search for.
        on_leave: Called when typing is over.
        on_close: Called when the search is to be forgotten.
    """

    def __init__(
        self,
        screen: Screen[None],
        words: HintBar,
        *,
        on_text: Callable[[str], None],
        on_leave: Callable[[], None],
        on_close: Callable[[], None],
    ) -> None:
        self._screen = screen
        self._words = words
        self._on_text = on_text
        self.leave = on_leave
        self.close = on_close
        self.topics: Sequence[str] = ()
        self.providers: Sequence[str] = ()
        self.is_open = False
        self._box: SearchBox | None = None
        self._completions: Sequence[Completion] = ()
        self._outcome = ""
        self._mistake = ""

    async def prepare(self) -> None:
        """Make the box: behind the first frame, because it takes long to import."""
        if self._box is None:
            from reader.tui.search_box import SearchBox

            self._box = SearchBox(self)
            self._box.display = False
            await self._screen.mount(self._box)

    @property
    def is_typing(self) -> bool:
        """Whether keys go to the box."""
        return self._box is not None and self._screen.focused is self._box

    async def open(self, text: str) -> None:
        """Begin to type, with this in the box."""
        await self.prepare()
        if self._box is None:
            return
        self.is_open = True
        self._box.display = True
        self._box.put(text, len(text))
        self._screen.set_focus(self._box, scroll_visible=False)
        self._show()

    def hide(self) -> None:
        """Take the box away."""
        self.is_open = False
        if self._box is not None:
            self._box.display = False
        self._words.forget_words()

    def show_outcome(self, outcome: str) -> None:
        """Say how much was found."""
        self._outcome, self._mistake = outcome, ""
        self._show()

    def show_mistake(self, mistake: str) -> None:
        """Say what is wrong with the query."""
        self._mistake = mistake
        self._show()

    def typed(self, text: str, position: int) -> None:
        """Something else is typed now."""
        from reader.query.complete import complete

        self._completions = complete(text, position, self.topics, self.providers)
        self._on_text(text)
        self._show()

    def complete(self) -> None:
        """Take the first completion; without one, go to the stories found."""
        if not self._completions or self._box is None:
            self.leave()
            return
        first = self._completions[0]
        text = self._box.value[: first.start] + first.text
        self._box.put(text + self._box.value[first.end :], len(text))

    def _show(self) -> None:
        if not self.is_open:
            return
        left: Texts
        if self._mistake:
            left = ((self._mistake, "bar--alarm"),)
        elif self._completions and self._box is not None and self._box.value:
            labels = [entry.label for entry in self._completions[:_SHOWN_COMPLETIONS]]
            left = (("Tab ", "bar--strong"), (self._words.desk.glyphs.separator.join(labels), "bar--text"))
        else:
            left = (("Enter ", "bar--strong"), ("to the stories  ", "bar--text"))
            left += (("Esc ", "bar--strong"), ("forget the search", "bar--text"))
        self._words.set_words(left, ((self._outcome, "bar--text"),))
