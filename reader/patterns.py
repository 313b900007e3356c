"""Regular expressions that are compiled when they are first asked for anything.

Compiling one takes as long as loading a module, there are dozens, and each command uses a few.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, Final, cast

_METHODS: Final = ("match", "fullmatch", "search", "findall", "finditer", "split", "sub", "subn")


class _Pattern:
    """What its pattern does once it is compiled; from then on nothing stands between."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        compiled: re.Pattern[Any] = re.compile(self._text, self._flags)
        self.__dict__.update((method, getattr(compiled, method)) for method in _METHODS)
        return getattr(compiled, name)


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives; a mistake in it is raised when it is used first."""
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))
