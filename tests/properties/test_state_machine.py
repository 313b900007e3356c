"""Two instances, sync tools, torn files, compactions and wrong clocks against a dict."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reader.model import StoryId
from reader.state import log
from reader.state.keeper import Change, MarkKeeper
from tests.properties.examples import examples
from tests.unit.state.marks import Clock, on_disk

stories = st.sampled_from([StoryId(name) for name in ("n/a.md", "n/b.md", "n/c.md", "url:x.example")])
instances = st.integers(0, 1)


class Marks(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "state.jsonl"
        self.clock = Clock()
        self.model: dict[str, tuple[bool | None, bool | None]] = {}
        self.copies = 0
        self.keepers = [self.started(), self.started()]

    def started(self) -> MarkKeeper:
        keeper = MarkKeeper(self.folder, clock=self.clock)
        keeper.load()
        return keeper

    def teardown(self) -> None:
        for keeper in self.keepers:
            keeper.close()
        shutil.rmtree(self.folder)

    def press(self, instance: int, change: Change) -> None:
        keeper = self.keepers[instance]
        keeper.poll()
        keeper.record([change])
        assert keeper.unsaved == 0
        was_read, was_starred = self.model.get(change.story_id, (None, None))
        self.model[change.story_id] = (
            was_read if change.is_read is None else change.is_read,
            was_starred if change.is_starred is None else change.is_starred,
        )

    @rule(instance=instances, story=stories, is_read=st.booleans())
    def mark(self, instance: int, story: StoryId, is_read: bool) -> None:
        self.press(instance, Change(story, is_read=is_read, url="https://x.example/"))

    @rule(instance=instances, story=stories, is_starred=st.booleans())
    def star(self, instance: int, story: StoryId, is_starred: bool) -> None:
        self.press(instance, Change(story, is_starred=is_starred, title="T"))

    @rule(instance=instances)
    def restart(self, instance: int) -> None:
        self.keepers[instance].close()
        self.keepers[instance] = self.started()

    @rule(instance=instances)
    def crash(self, instance: int) -> None:
        gone = self.keepers[instance]
        gone._is_closed = True
        gone._wake.set()
        self.keepers[instance] = self.started()

    @rule(instance=instances)
    def compact(self, instance: int) -> None:
        keeper = self.keepers[instance]
        with keeper._io:
            keeper._log.compact()

    @rule(cut=st.integers(0, 60))
    def tear(self, cut: int) -> None:
        with self.path.open("ab") as file:
            file.write(b'{"t":"2026-11-22T12:00:00.000Z","id":"ghost","read":true}'[: min(cut, 56)])

    @precondition(lambda self: self.path.exists())
    @rule(is_old_kept=st.booleans())
    def replace_as_a_sync_tool(self, is_old_kept: bool) -> None:
        """Another machine's version comes in place of ours, which becomes a conflict copy, or the reverse."""
        self.copies += 1
        copy = self.folder / f"state.sync-conflict-{self.copies}.jsonl"
        if is_old_kept:
            shutil.copy(self.path, copy)
        else:
            self.path.rename(copy)
        incoming = self.folder / "incoming"
        incoming.write_bytes(b'{"t":"2020-01-01T00:00:00.000Z","id":"n/a.md","x":1}\n')
        incoming.rename(self.path)
        self.model.setdefault("n/a.md", (None, None))

    @rule(days=st.integers(-400, 400))
    def set_clock(self, days: int) -> None:
        self.clock.now += timedelta(days=days)

    @invariant()
    def disk_and_every_instance_know_all_marks(self) -> None:
        assert on_disk(self.folder) == self.model
        for keeper in self.keepers:
            keeper.poll()
            assert keeper.trouble == ""
            assert {mark.story_id: (mark.is_read, mark.is_starred) for mark in keeper.marks()} == self.model


Marks.TestCase.settings = settings(max_examples=examples(30), stateful_step_count=25, deadline=None)


class TestMarks(Marks.TestCase):  # type: ignore[misc, valid-type]
    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _compacting_early(cls) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(log, "COMPACT_LINES", 5)
            yield
