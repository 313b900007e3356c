"""A start reads the lines alone that came since the last one; what it knows is what all lines say."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from reader.model import StoryId
from reader.state import keeper as keeping
from reader.state import kept as kept_lines
from reader.state.keeper import Change, MarkKeeper
from tests.unit.state.marks import Clock, line, read, star

STORIES = [f"gazette/{number}.md" for number in range(40)]


@pytest.fixture(autouse=True)
def _keep_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "KEEP_LINES", 4)


def opened(folder: Path) -> MarkKeeper:
    keeper = MarkKeeper(folder / "state", cache=folder, clock=Clock())
    keeper.load()
    return keeper


def whole(folder: Path) -> dict[str, object]:
    """What all lines say."""
    keeper = MarkKeeper(folder / "state")
    keeper.load()
    return {mark.story_id: mark for mark in keeper.marks()}


def each(keeper: MarkKeeper) -> dict[str, object]:
    """What a keeper says when it is asked for one story after the other."""
    marks = [keeper.get(StoryId(story)) for story in STORIES]
    return {mark.story_id: mark for mark in marks if mark is not None}


def kept(folder: Path, count: int = 10) -> None:
    keeper = opened(folder)
    for story in STORIES[:count]:
        keeper.record([read(story)])
    keeper.close()
    keeper.keep()
    assert list(folder.glob("*.lines"))


def is_kept(keeper: MarkKeeper) -> bool:
    return keeper._kept is not None


def test_marks_are_read_from_their_lines_when_they_are_asked_for(tmp_path: Path) -> None:
    kept(tmp_path)
    keeper = opened(tmp_path)
    assert is_kept(keeper)
    assert each(keeper) == whole(tmp_path)
    assert len(each(keeper)) == 10


def test_a_press_goes_on_from_what_was_kept(tmp_path: Path) -> None:
    kept(tmp_path)
    keeper = opened(tmp_path)
    keeper.record([star(STORIES[3]), read(STORIES[4], False)])
    mark = keeper.get(StoryId(STORIES[3]))
    assert mark is not None
    assert (mark.is_read, mark.is_starred) == (True, True)
    keeper.close()
    assert each(opened(tmp_path)) == each(keeper) == whole(tmp_path)


def test_a_press_is_later_than_a_kept_line_of_a_clock_that_was_ahead(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    later = [line(story, 10**6, read=True) for story in STORIES[:8]]
    (tmp_path / "state" / "state.jsonl").write_bytes(b"".join(later))
    opened(tmp_path).keep()
    keeper = opened(tmp_path)
    assert is_kept(keeper)
    keeper.record([read(STORIES[0], False)])
    keeper.close()
    mark = opened(tmp_path).get(StoryId(STORIES[0]))
    assert mark is not None
    assert mark.is_read is False


def test_all_marks_and_notes_are_there_for_who_asks_for_all(tmp_path: Path) -> None:
    kept(tmp_path)
    keeper = opened(tmp_path)
    keeper.record([Change(StoryId(STORIES[20]), note="mine")])
    assert {mark.story_id: mark for mark in keeper.marks()} == whole(tmp_path)
    keeper.record([read(STORIES[21])] * 5)
    keeper.close()
    keeper.keep()
    again = opened(tmp_path)
    assert is_kept(again)
    assert again.notes() == {STORIES[20]: "mine"}


def test_few_lines_are_not_worth_it(tmp_path: Path) -> None:
    keeper = opened(tmp_path)
    keeper.record([read(STORIES[0])])
    assert not keeper.is_behind()
    keeper.keep()
    assert not list(tmp_path.glob("*.lines"))


@pytest.mark.parametrize("how", ["replaced", "rewritten", "cut", "gone"])
def test_files_that_are_others_by_now_are_read_whole(tmp_path: Path, how: str) -> None:
    kept(tmp_path)
    file = tmp_path / "state" / "state.jsonl"
    data = file.read_bytes()
    if how == "replaced":
        file.rename(file.with_suffix(".old"))
        file.write_bytes(data.replace(b"true", b"false"))
    elif how == "rewritten":
        with file.open("r+b") as inside:
            inside.seek(len(data) // 2)
            inside.write(b"x")
        os.utime(file, ns=(1, 1))
    elif how == "cut":
        os.truncate(file, len(data) // 2)
    else:
        file.unlink()
    keeper = opened(tmp_path)
    assert not is_kept(keeper)
    assert each(keeper) == whole(tmp_path)


def test_lines_of_a_conflict_copy_count_too(tmp_path: Path) -> None:
    kept(tmp_path)
    copy = tmp_path / "state" / "state.sync-conflict-1.jsonl"
    copy.write_bytes(b"".join(line(story, 10, star=True) for story in STORIES[5:15]))
    keeper = opened(tmp_path)
    assert is_kept(keeper)
    assert each(keeper) == whole(tmp_path)
    keeper.keep()
    again = opened(tmp_path)
    assert is_kept(again)
    assert each(again) == whole(tmp_path)
    copy.unlink()
    alone = opened(tmp_path)
    assert not is_kept(alone)
    assert each(alone) == whole(tmp_path)
    alone.keep()
    assert each(opened(tmp_path)) == whole(tmp_path)


def test_a_file_written_over_while_it_is_open_costs_no_more_than_a_look(tmp_path: Path) -> None:
    kept(tmp_path)
    keeper = opened(tmp_path)
    file = tmp_path / "state" / "state.jsonl"
    file.write_bytes(b"".join(line(story, 50, read=False) for story in STORIES[:5]))
    keeper.poll()
    marks = [keeper.get(StoryId(story)) for story in STORIES[:5]]
    assert [mark and mark.is_read for mark in marks] == [False] * 5


def test_stories_whose_hashes_are_the_same_keep_their_own_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_lines, "hash_of", lambda story_id: len(story_id))
    monkeypatch.setattr(keeping, "hash_of", lambda story_id: len(story_id))
    kept(tmp_path, 20)
    keeper = opened(tmp_path)
    for story in STORIES[:6]:
        keeper.record([read(story, False)])
    keeper.close()
    keeper.keep()
    assert each(opened(tmp_path)) == whole(tmp_path)


def test_damage_to_what_is_kept_is_found_out(tmp_path: Path) -> None:
    kept(tmp_path)
    (file,) = tmp_path.glob("*.lines")
    data, random = file.read_bytes(), Random(5)
    for _ in range(80):
        damaged = bytearray(data)
        damaged[random.randrange(len(data))] ^= 1 << random.randrange(8)
        file.write_bytes(damaged)
        assert each(opened(tmp_path)) == whole(tmp_path)


def test_too_many_files_are_not_kept(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    for number in range(70):
        (tmp_path / "state" / f"state.{number}.jsonl").write_bytes(
            line(STORIES[number % 40], number, read=True)
        )
    keeper = opened(tmp_path)
    keeper.keep()
    assert not list(tmp_path.glob("*.lines"))


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_pressed_kept_copied_or_torn_all_lines_count(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    folder = tmp_path / "state"
    folder.mkdir()
    for number in range(12):
        keeper = opened(tmp_path)
        for _ in range(random.randrange(8)):
            story = random.choice(STORIES)
            press = read if random.random() < 0.5 else star
            keeper.record([press(story, random.random() < 0.5)])
        if random.random() < 0.4:
            keeper.keep()
        keeper.close()
        if random.random() < 0.4:
            keeper.keep()
        file = folder / "state.jsonl"
        if random.random() < 0.2:
            copy = folder / f"state.sync-conflict-{number}.jsonl"
            copy.write_bytes(line(random.choice(STORIES), random.randrange(99), read=random.random() < 0.5))
        if random.random() < 0.2 and file.exists():
            with file.open("ab") as end:
                end.write(
                    random.choice([b"torn", b'{"t":"2027-01-01T00:00:00Z","id":"gazette/1.md","star":true}'])
                )
        assert each(opened(tmp_path)) == whole(tmp_path)
