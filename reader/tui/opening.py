"""Reading what the indexes know while Textual is being imported. Imports nothing of it."""

from __future__ import annotations

import threading

from reader.library import Library
from reader.model import View


class Opening:
    """A library being opened in a thread of its own."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._open, name="opening", daemon=True)
        self._thread.start()

    def is_done(self, patience_s: float) -> bool:
        """Whether the library is open, waiting so long for it; false as well if it could not be opened."""
        self._thread.join(patience_s)
        return not self._thread.is_alive() and self._error is None

    def wait(self) -> None:
        """Wait until it is open.

        Raises:
            IndexFileError: If it cannot be opened.
        """
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _open(self) -> None:
        try:
            self._library.open()
            self._library.begin()
            # The order of several archives is worked out when it is first asked for.
            self._library.row_ids(View())
        except Exception as error:  # noqa: BLE001  handed over to the thread that waits for it
            self._error = error
