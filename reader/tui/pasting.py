"""What is pasted is text: no key in it, and not more of it than a search can hold."""

from __future__ import annotations

from typing import Final

START: Final = "\x1b[200~"
END: Final = "\x1b[201~"

LIMIT: Final = 10_000
"""Characters kept of a paste; a query has at most a thousand."""

_CONTROLS: Final = {code: None for code in (*range(0x20), *range(0x7F, 0xA0))} | {9: " ", 10: " ", 13: " "}


class PasteFilter:
    """Stands between the terminal and Textual's parser.

    That one takes an escape sequence within a paste for the end of it, and all that follows for keys: a text
    from a web page could mark stories and open links. And a megabyte kept it busy for minutes.
    """

    def __init__(self) -> None:
        self._is_inside = False
        self._before = ""  # the last characters, in which a START may have begun
        self._held = ""  # of a paste, what may be the beginning of its END
        self._left = 0

    def filtered(self, data: str) -> str:
        """What the terminal sent, with each paste made harmless. Keys are never held back."""
        out: list[str] = []
        while data:
            data = self._paste(data, out) if self._is_inside else self._keys(data, out)
        return "".join(out)

    def _keys(self, data: str, out: list[str]) -> str:
        known = self._before + data
        at = known.find(START)
        if at < 0:
            self._before = known[1 - len(START) :]
            out.append(data)
            return ""
        end = at + len(START) - len(self._before)
        self._is_inside, self._before, self._left = True, "", LIMIT
        out.append(data[:end])
        return data[end:]

    def _paste(self, data: str, out: list[str]) -> str:
        data, self._held = self._held + data, ""
        at = data.find(END)
        if at < 0:
            held = next((n for n in range(len(END) - 1, 0, -1) if data.endswith(END[:n])), 0)
            at = len(data) - held
            self._held = data[at:]
            rest = ""
        else:
            self._is_inside = False
            rest = data[at + len(END) :]
        text = data[:at].translate(_CONTROLS)[: self._left]
        self._left -= len(text)
        out.append(text if self._is_inside else text + END)
        return rest
