"""Keys that are about something which is still being read: they wait for it, in their order."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from textual.screen import Screen

PATIENCE_S: Final = 1.0
"""Longest wait: a file on a disk that does not answer must not take the keyboard away."""

_ABOUT_STORY: Final = {
    *("down", "up", "bottom", "go-in", "toggle-read", "toggle-star", "note"),
    *("open", "copy-link", "expand-all", "best-version", "links"),
}
"""Commands that mean something else once the related coverage is there."""

Deed = Callable[[], Awaitable[object] | None]


def is_about_story(key: str, screen: Screen[None]) -> bool:
    """Whether a key in the story pane does something with what is read of the story; an empty one does."""
    return not key or any(
        binding.id in _ABOUT_STORY
        for node in (screen.focused, screen)
        if node is not None
        for binding in node._bindings.key_to_bindings.get(key, ())
    )


class HeldKeys:
    """Deeds that wait.

    Args:
        is_early: Whether a key would still come too early.
        hurry: Called when something begins to wait.
        on_error: Called when a deed fails; nobody else would hear of it.
    """

    def __init__(
        self,
        *,
        is_early: Callable[[str], bool],
        hurry: Callable[[], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        self._is_early = is_early
        self._hurry = hurry
        self._on_error = on_error
        self._deeds: list[tuple[str, Deed]] = []
        self._handle: asyncio.TimerHandle | None = None
        self._releasing: asyncio.Task[None] | None = None

    @property
    def is_holding(self) -> bool:
        """Whether something waits, or is being done."""
        return bool(self._deeds)

    def must_wait(self, key: str) -> bool:
        """Whether a key comes too early, or after one that did."""
        return bool(self._deeds) or self._is_early(key)

    def hold(self, key: str, deed: Deed) -> None:
        """Do this later, in its turn."""
        self._deeds.append((key, deed))
        if len(self._deeds) == 1:
            self._wait()

    def go_on(self, deed: Deed) -> None:
        """Do the rest of a command later: before whatever came behind that, where it has waited itself."""
        if self._releasing is None:
            self.hold("", deed)
        else:
            self._deeds.insert(1, ("", deed))

    def release(self, *, is_patient: bool = True) -> None:
        """Do what does not come too early any more, in its order; all of it where patience is at its end."""
        if self._deeds and self._releasing is None:
            self._releasing = asyncio.get_running_loop().create_task(self._do(is_patient))

    def _wait(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        loop = asyncio.get_running_loop()
        self._handle = loop.call_later(PATIENCE_S, lambda: self.release(is_patient=False))
        self._hurry()

    async def _do(self, is_patient: bool) -> None:
        try:
            while self._deeds:
                key, deed = self._deeds[0]
                if is_patient and self._is_early(key):
                    self._wait()
                    return
                try:
                    outcome = deed()
                    if inspect.isawaitable(outcome):
                        await outcome
                except Exception as error:  # noqa: BLE001  the app ends over it
                    self._on_error(error)
                finally:
                    # Only now: what comes meanwhile has to stand behind it.
                    del self._deeds[0]
        finally:
            self._releasing = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
