"""The line at the foot that one types in: one box, whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from textual.events import Key, Paste
    from textual.screen import Screen

    from reader.tui.search_box import SearchBox


class Typing(Protocol):
    """Who is told what is typed."""

    placeholder: str
    """What stands in the empty box."""

    def typed(self, text: str, position: int) -> None:
        """Something else is typed now; the cursor stands before this character."""

    def complete(self) -> None:
        """Take the first completion, or the next choice."""

    def step(self, step: int) -> None:
        """Go to the next choice, or with -1 to the one before."""

    def leave(self) -> None:
        """Typing is over; what was typed counts."""

    def close(self) -> None:
        """What was typed is to be forgotten."""

    def show(self) -> None:
        """Say below the panes what belongs to what is typed."""


class Foot:
    """The box on a screen and who has it; a question may lie over a search that stands.

    Args:
        screen: Holds the box.
    """

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._box: SearchBox | None = None
        self._owners: list[tuple[Typing, str]] = []

    @property
    def is_open(self) -> bool:
        """Whether the box takes a line of the screen."""
        return bool(self._owners)

    @property
    def is_typing(self) -> bool:
        """Whether keys go to the box."""
        return self._box is not None and self._screen.focused is self._box

    @property
    def text(self) -> str:
        """What is in the box."""
        return self._box.value if self._box is not None else ""

    async def prepare(self) -> None:
        """Make the box: behind the first frame, because it takes long to import. Not any more at the end."""
        if self._box is None and self._screen.is_attached:
            from reader.tui.search_box import SearchBox

            self._box = SearchBox(self)
            self._box.display = False
            await self._screen.mount(self._box)

    async def open(self, owner: Typing, text: str, *, is_proposal: bool = False) -> None:
        """Begin to type for this owner, with this in the box; typing replaces what is a proposal."""
        await self.prepare()
        if self._box is None:
            return
        self._owners = [(one, kept) for one, kept in self._owners if one is not owner]
        if self._owners:
            self._owners[-1] = (self._owners[-1][0], self.text)
        self._owners.append((owner, text))
        self._put(owner, text)
        if is_proposal:
            self._box.select_all()
        self._screen.set_focus(self._box, scroll_visible=False)

    def close(self, owner: Typing) -> None:
        """This owner needs the box no more; who had it before has it again, without the focus."""
        if self._owners and self._owners[-1][0] is not owner:
            self._owners = [(one, kept) for one, kept in self._owners if one is not owner]
            return
        self._owners = self._owners[:-1]
        if self._owners:
            self._put(*self._owners[-1])
        elif self._box is not None:
            self._box.display = False

    def put(self, text: str, position: int) -> None:
        """Have this in the box, with the cursor there."""
        if self._box is not None:
            self._box.put(text, position)

    def _put(self, owner: Typing, text: str) -> None:
        if self._box is not None:
            self._box.placeholder = owner.placeholder
            self._box.display = True
            self._box.put(text, len(text))
            owner.show()

    async def take_key(self, event: Key) -> bool:
        """Put the character of a key into the box; false where it has none."""
        return self._box is not None and await self._box.take_key(event)

    def take_paste(self, event: Paste) -> None:
        """Put a pasted text into the box."""
        if self._box is not None:
            self._box.take_paste(event)

    # -- from the box ------------------------------------------------------------------------------

    @property
    def owner(self) -> Typing | None:
        """Who is told what is typed."""
        return self._owners[-1][0] if self._owners else None
