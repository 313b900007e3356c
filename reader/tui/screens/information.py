"""Story information: the file behind a story, its problems and its front matter as it stands there."""

from __future__ import annotations

from pathlib import Path

from textual.content import Content

from reader import clean, wording
from reader.library import OpenStory
from reader.model import StoryRow
from reader.tui.keys import Keys
from reader.tui.screens.page import Page


def information_page(
    row: StoryRow, story: OpenStory | None, file: Path | None, keys: Keys, *, is_ascii: bool = False
) -> Page:
    """What a curator wants to know of a story."""
    text = information(row, story, file)
    if is_ascii:
        text = Content(wording.ascii_text(text.plain))
    return Page("Story information", text, keys=keys, command="information", name="information")


def information(row: StoryRow, story: OpenStory | None, file: Path | None) -> Content:
    """The text of the page; every part of it that came from outside is clean."""
    facts = [
        ("File", clean.path(str(file)) if file is not None else "none: known by its mark only"),
        ("Id", clean.path(row.story_id)),
        ("Link", row.url),
    ]
    parts: list[tuple[str, str] | str] = []
    if story is not None:
        whole = story.story
        facts += [
            ("Category", whole.category),
            ("Original", whole.original_url if whole.original_url != row.url else ""),
            ("AMP", whole.amp_url),
            ("Player", whole.featured_url),
            ("Images", wording.count(len(whole.images)) if whole.images else ""),
            ("Sealed", _sealed_text(whole.sealed_bytes)),
        ]
    parts.extend(part for name, value in facts if value for part in ((f"{name:<10}", "bold"), f"{value}\n"))
    if story is not None and story.story.problems:
        parts.append(("\nProblems\n", "bold"))
        for problem in story.story.problems:
            place = f"line {problem.line}: " if problem.line else ""
            parts.append(f"  {place}{problem.reason}\n")
    if story is not None and story.story.raw_front_matter:
        parts.append(("\nFront matter\n", "bold"))
        parts.append(story.story.raw_front_matter)
    return Content.assemble(*parts)


def _sealed_text(size_bytes: int) -> str:
    return f"sealed content, {wording.count_text(size_bytes, 'byte')}" if size_bytes else ""
