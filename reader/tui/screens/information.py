"""Story information: the file behind a story, its problems and its front matter as it stands there."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from reader import clean, wording
from reader.library import OpenStory
from reader.model import StoryRow


class InformationScreen(ModalScreen[None]):
    """What a curator wants to know of a story."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,i,enter", "dismiss", "Close"),
        Binding("j,down", "scroll(1)", "Down", show=False),
        Binding("k,up", "scroll(-1)", "Up", show=False),
        Binding("space,pagedown", "scroll(10)", "Page down", show=False),
        Binding("pageup", "scroll(-10)", "Page up", show=False),
    ]

    def __init__(self, row: StoryRow, story: OpenStory | None, file: Path | None) -> None:
        super().__init__()
        self._content = information(row, story, file)

    def compose(self) -> ComposeResult:
        """One text in a box that scrolls."""
        with VerticalScroll(id="page") as page:
            page.border_title = "Story information"
            page.border_subtitle = "Esc closes"
            page.can_focus = False
            yield Static(self._content, markup=False)

    def action_scroll(self, lines: int) -> None:
        """Scroll the page."""
        self.query_one("#page", VerticalScroll).scroll_relative(y=lines, animate=False)


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
