from __future__ import annotations

from reader.tui.history import History, Step


def step(words: str) -> Step:
    return Step(words, undo=lambda: None, redo=lambda: None)


def test_what_could_not_be_taken_back_is_the_next_to_be_taken_back_again() -> None:
    history, first, last = History(), step("first"), step("last")
    history.add(first)
    history.add(last)
    assert history.undo() is last
    history.put_back(last)
    assert history.redo() is None
    assert history.undo() is last
    assert history.undo() is first


def test_what_could_not_be_done_again_is_the_next_to_be_done_again() -> None:
    history, only = History(), step("only")
    history.add(only)
    history.undo()
    assert history.redo() is only
    history.put_back(only)
    assert history.undo() is None
    assert history.redo() is only


def test_what_something_else_was_done_after_is_not_put_back() -> None:
    history, failed, other = History(), step("failed"), step("other")
    history.add(failed)
    history.undo()
    history.add(other)
    history.put_back(failed)
    assert history.undo() is other
    assert history.undo() is None
