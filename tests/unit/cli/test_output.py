from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from reader.cli import output
from reader.errors import NewsreaderError


class Stream(io.StringIO):
    """A stream that is a terminal, and whose writes may fail."""

    def __init__(self, *, is_terminal: bool = False, error: OSError | None = None) -> None:
        super().__init__()
        self.is_terminal = is_terminal
        self.error = error

    def isatty(self) -> bool:
        return self.is_terminal

    def write(self, text: str) -> int:
        if self.error:
            raise self.error
        return super().write(text)


@pytest.fixture
def stdout(monkeypatch: pytest.MonkeyPatch) -> Stream:
    stream = Stream()
    # Not sys.stdout itself: pytest puts its own in that place once the test begins.
    monkeypatch.setattr(output, "sys", SimpleNamespace(stdout=stream))
    return stream


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> Stream:
    stream = Stream(is_terminal=True)
    monkeypatch.setattr(output, "sys", SimpleNamespace(stderr=stream))
    return stream


def test_data_for_another_program_stays_as_it_is(stdout: Stream) -> None:
    output.write("a\t\x1b[31mb\n")
    assert stdout.getvalue() == "a\t\x1b[31mb\n"


def test_data_for_a_terminal_cannot_act_on_it(stdout: Stream) -> None:
    stdout.is_terminal = True
    output.write("a\x1b[31mb\x07\n")
    assert stdout.getvalue() == "ab\N{REPLACEMENT CHARACTER}\n"


def test_without_stdout_data_is_an_error_and_words_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with pytest.raises(NewsreaderError, match="no standard output"):
        output.write("x")
    output.prepare()
    output.flush()
    output.warn("lost")
    output.ProgressLine(lambda: 0.0).show("lost")
    assert not output.is_terminal()


def test_a_full_disk_is_a_sentence(stdout: Stream) -> None:
    stdout.error = OSError(28, "No space left on device")
    with pytest.raises(NewsreaderError, match="cannot write the output: no space left on device"):
        output.write("x")


def test_what_is_held_back_for_a_stream_no_one_reads_goes_nowhere(tmp_path: Path) -> None:
    with open(tmp_path / "out", "w") as file:
        file.write("held back")
        output._abandon(file)
        assert os.path.samestat(os.fstat(file.fileno()), os.stat(os.devnull))
    assert (tmp_path / "out").read_text() == ""


def test_a_closed_pipe_is_passed_on(stdout: Stream) -> None:
    stdout.error = BrokenPipeError()
    with pytest.raises(BrokenPipeError):
        output.write("x")


def test_words_are_lost_without_complaint_where_no_one_reads_them(stderr: Stream) -> None:
    stderr.error = BrokenPipeError()
    output.warn("lost")


def test_words_are_clean(stderr: Stream) -> None:
    output.warn("a\x1b[31m b\nc")
    assert stderr.getvalue() == "newsreader: a b c\n"


@pytest.mark.parametrize(
    ("encoding", "expected"), [("UTF-8", True), ("utf8", True), ("ascii", False), (None, False)]
)
def test_whether_any_character_can_be_written(
    monkeypatch: pytest.MonkeyPatch, encoding: str | None, expected: bool
) -> None:
    stream = io.StringIO() if encoding is None else io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        assert output.is_utf8() is expected


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_progress_is_shown_only_after_a_while_and_not_too_often(stderr: Stream) -> None:
    clock = Clock()
    line = output.ProgressLine(clock)
    for clock.now_s, words in ((0.4, "early"), (0.6, "first"), (0.65, "soon"), (0.8, "second")):
        line.show(words)
    line.clear()
    line.clear()
    assert stderr.getvalue() == "\r\x1b[Kfirst\r\x1b[Ksecond\r\x1b[K"


def test_no_progress_where_stderr_is_no_terminal(stderr: Stream) -> None:
    stderr.is_terminal = False
    clock = Clock()
    line = output.ProgressLine(clock)
    clock.now_s = 9.0
    line.show("unseen")
    line.clear()
    assert stderr.getvalue() == ""


@pytest.mark.parametrize(
    ("text", "cells"), [("abc", 3), ("é", 1), ("e\u0301", 1), ("日本", 4), ("", 0), ("👩\u200d💻", 4)]
)
def test_how_many_columns_a_text_takes(text: str, cells: int) -> None:
    assert output.text_cells(text) == cells


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("abc", 5, "abc  "),
        ("abcdef", 4, "abc…"),
        ("日本語", 4, "日… "),
        ("日本語", 6, "日本語"),
        ("e\u0301e\u0301", 1, "…"),
    ],
)
def test_a_text_is_cut_or_filled_to_a_width(text: str, cells: int, expected: str) -> None:
    assert output.fitted(text, cells, "…") == expected
