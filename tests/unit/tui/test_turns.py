from __future__ import annotations

from reader.tui.turns import Turns


def test_what_is_asked_for_meanwhile_comes_in_its_order_once_it_is_done() -> None:
    turns, done = Turns(), list[str]()

    def slow() -> None:
        done.append("slow")
        turns.begin()

    turns.wait(slow)
    turns.wait(lambda: done.append("quick"))
    turns.wait(slow)
    turns.wait(lambda: done.append("last"))
    assert done == ["slow"]
    turns.end()
    assert done == ["slow", "quick", "slow"]
    turns.end()
    assert done == ["slow", "quick", "slow", "last"]
    assert not turns.is_busy
