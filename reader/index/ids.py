"""From the path of a file to the id of its story."""

from __future__ import annotations

import os

from reader.model import Archive, StoryId


def story_id(archive: Archive, path: str) -> StoryId:
    """The id of the story at `path`; bytes that are no UTF-8 are written out, an id is always text."""
    text = path if path.isascii() else os.fsencode(path).decode("utf-8", "backslashreplace")
    return StoryId(f"{archive.name}/{text}")
