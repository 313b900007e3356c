"""Looking for damage that reading has not met: a torn page of the file, an entry that points astray."""

from __future__ import annotations

import time
from typing import Final

from reader.index.connection import DamagedIndexError
from reader.index.stories import StoryIndex

PAUSE_S: Final = 86_400
"""One look takes a third of a second at 100,000 stories, most of it in SQLite, beside everything else."""


def is_sound(index: StoryIndex, *, is_asked: bool = False) -> bool:
    """Whether SQLite finds nothing wrong with the file; asked of it once in `PAUSE_S`, or where `is_asked`.

    Raises:
        IndexFileError: If the index cannot be used.
    """
    if index.file.trouble:  # in memory
        return True
    now_s = int(time.time())
    try:
        with index.file.checker.use("check it") as sqlite:
            line = sqlite.execute("SELECT value FROM meta WHERE key = 'checked'").fetchone()
            if line and 0 <= now_s - line[0] < PAUSE_S and not is_asked:
                return True
            (found,) = sqlite.execute("PRAGMA integrity_check(1)").fetchone()
            if found != "ok":
                raise ValueError(found)
    except DamagedIndexError:
        return False
    with index.file.writer.write("note that it was checked", is_news=False) as sqlite:
        sqlite.execute("INSERT OR REPLACE INTO meta VALUES ('checked', ?)", (now_s,))
    return True
