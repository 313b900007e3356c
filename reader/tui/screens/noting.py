"""Notes: one line of one's own on a story, kept with its marks."""

from __future__ import annotations

from reader import clean
from reader.model import StoryRow
from reader.tui.history import Step
from reader.tui.screens.marking import MarkingScreen, named


class NotingScreen(MarkingScreen):
    """The eighth chapter of the main screen: notes."""

    async def action_note(self) -> None:
        """Write a note on the story, or on the related item under the cursor."""
        row = self._markable()
        if row is None:
            return
        note = self.library.note_of(row.story_id)
        await self.prompt.ask(
            "keeps the note",
            f"a note on {named(row)}",
            lambda text: self._keep_note(row, text),
            note,
            blank="takes the note away" if note else "",
        )
        self.fit(self.app.size)

    def _keep_note(self, row: StoryRow, text: str) -> None:
        """Keep a note that was typed, with a star; or take the one there is away, which leaves the star."""
        before, note = self._marks_of(row.story_id), clean.line(text)
        if note == before.note:
            return
        is_starred = before.is_starred or bool(note)
        self._set_note(row, note, is_starred)
        if not note:
            self.reader.say(f"Note taken away; {self.reader.keys.first('undo')} brings it back.")
        else:
            self.reader.say("Note kept." if before.is_starred else "Note kept, and the story starred.")
        self.history.add(
            Step(
                f"{'note on' if note else 'taking the note from'} {named(row)}",
                undo=lambda: self._set_note(self._found_again(row), before.note, before.is_starred),
                redo=lambda: self._set_note(self._found_again(row), note, is_starred),
            )
        )

    def _set_note(self, row: StoryRow, note: str, is_starred: bool) -> None:
        if is_starred != self.library.is_starred(row.story_id):
            self._set_starred(row, is_starred)
        self._touched.add(row.row_id)
        self.library.set_note(row, note)
        self._marks_changed()
