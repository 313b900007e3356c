"""The lines of a body: how blocks of Markdown look in so many cells."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from rich.cells import cell_len, chop_cells

from reader.model import Story
from reader.tui.panes.lines import cut
from reader.tui.panes.markdown import Block, Body, Kind, bodies
from reader.tui.panes.story_lines import LONGEST, Line, Setting
from reader.tui.panes.wrapping import wrap, wrapped
from reader.wording import ascii_text

_LEAST_COLUMN: Final = 4
_BETWEEN: Final = "  "
_RULE_CELLS: Final = 24


class BodyLines:
    """The lines of a body, made as far as they are asked for.

    Args:
        body: The blocks.
        setting: What for.
    """

    def __init__(self, body: Body, setting: Setting) -> None:
        self.body = body
        self.setting = setting
        self._lines: list[Line] = []
        self._done = 0
        self._left = [0]
        for block in reversed(body.blocks):
            self._left.append(self._left[-1] + _estimate(block, setting.width))
        self._left.reverse()

    def __len__(self) -> int:
        """How many lines there are: those made so far, and an estimate of the others."""
        return len(self._lines) + self._left[self._done]

    def __getitem__(self, y: int) -> Line:
        """A line; empty where the estimate was too high."""
        self.make(y + 1)
        return self._lines[y] if y < len(self._lines) else Line()

    @property
    def links(self) -> Sequence[str]:
        """The addresses it leads to."""
        return self.body.links

    def fitted(self, setting: Setting) -> BodyLines:
        """The same for another setting; itself where that is the one it was made for."""
        return self if setting == self.setting else BodyLines(self.body, setting)

    def make(self, count: int | None = None) -> None:
        """Make so many lines, or all."""
        while self._done < len(self.body.blocks) and (count is None or len(self._lines) < count):
            self._lines += block_lines(self.body.blocks[self._done], self.setting)
            self._done += 1


def body_lines(
    story: Story, setting: Setting, is_cancelled: Callable[[], bool] = lambda: False
) -> Iterator[BodyLines]:
    """The body of a story: its beginning soon, where it is long, and the whole of it. For a thread."""
    for body in bodies(_without_title(story.body, story.title), is_cancelled):
        lines = BodyLines(body, setting)
        lines.make()
        yield lines


def _without_title(body: str, title: str) -> str:
    """The body without a first heading that only repeats the title above it."""
    first, _, rest = body.partition("\n")
    return rest.lstrip("\n") if first.startswith("#") and first.lstrip("# ").strip() == title else body


def _estimate(block: Block, width: int) -> int:
    if block.kind is Kind.CODE:
        return block.text.count("\n") + 1
    return len(block.text) // width + 1 + len(block.rows)


def block_lines(block: Block, setting: Setting) -> list[Line]:
    """The lines of one block."""
    first, rest = setting.shown(block.first), setting.shown(block.rest)
    room = max(_LEAST_COLUMN, setting.width - cell_len(rest))
    if block.kind is Kind.GAP:
        return [Line(((first, "story--meta"),) if first else ())]
    if block.kind is Kind.RULE:
        return [Line(((rest + setting.glyphs.rule * min(room, _RULE_CELLS), "story--meta"),))]
    if block.kind is Kind.CODE:
        lines = [part for line in block.text.split("\n") for part in _code(setting.shown(line), room)]
        # All of them to one edge: the ground is a box.
        edge = min(room, max(map(cell_len, lines)) + 1)
        padded = [line + " " * (edge - cell_len(line)) for line in lines]
        return [Line((*_margin(rest), (line, block.component))) for line in padded]
    if block.kind is Kind.TABLE:
        return [Line((*_margin(rest), *line.pieces)) for line in _table(block.rows, room, setting)]
    return _marked_text(block, first, rest, room, setting)


def _margin(text: str) -> tuple[tuple[str, str], ...]:
    return ((text, "story--meta"),) if text else ()


def _code(line: str, room: int) -> list[str]:
    """A line of code: broken where the screen ends and not at words."""
    chopped = chop_cells(line[: room * LONGEST * 64], room - 1) if line.strip() else [""]
    return [f" {part[: room * LONGEST]}" for part in chopped]


def _marked_text(block: Block, first: str, rest: str, room: int, setting: Setting) -> list[Line]:
    text = block.text
    if setting.is_ascii and not text.isascii():
        # Where a character becomes several, marks would stand in the wrong place: better none.
        block = Block(Kind.TEXT, ascii_text(text), component=block.component)
        text = block.text
    lines: list[Line] = []
    marks = list(block.marks)
    for start, end in wrap(text, room):
        end = min(end, start + room * LONGEST)
        while marks and marks[0][1] <= start:
            marks.pop(0)
        margin = rest if lines else first
        pieces = tuple(_pieces(text, start, end, marks, block.component))
        anchors = tuple(
            (
                cell_len(margin) + cell_len(text[start : max(left, start)]),
                cell_len(margin) + cell_len(text[start : min(right, end)]),
                number,
            )
            for left, right, number in block.anchors
            if left < end and right > start
        )
        lines.append(Line((*_margin(margin), *pieces), anchors=anchors))
    return lines


def _pieces(
    text: str, start: int, end: int, marks: Sequence[tuple[int, int, str]], component: str
) -> Iterator[tuple[str, str]]:
    """A stretch of a text, cut where its look changes."""
    here = [mark for mark in marks if mark[0] < end and mark[1] > start]
    if not here:
        yield text[start:end], component
        return
    edges = {start, end}
    for left, right, _ in here:
        edges |= {max(left, start), min(right, end)}
    places = sorted(edges)
    for left, right in itertools.pairwise(places):
        over = [name for first, last, name in here if first <= left and last >= right]
        yield text[left:right], " ".join([component, *over])


def _table(rows: Sequence[Sequence[str]], room: int, setting: Setting) -> Iterator[Line]:
    """A table: columns as wide as their cells as far as there is room, long cells wrapped."""
    count = max(map(len, rows), default=0)
    # What has no room for even its narrowest columns loses the last ones.
    count = min(count, max(1, (room + len(_BETWEEN)) // (_LEAST_COLUMN + len(_BETWEEN))))
    if not count:
        return
    cells = [[setting.shown(cell) for cell in (*row, *[""] * count)[:count]] for row in rows]
    widths = _column_widths(
        [max(1, *(cell_len(row[column]) for row in cells)) for column in range(count)],
        room - len(_BETWEEN) * (count - 1),
    )
    for number, row in enumerate(cells):
        parts = [wrapped(cell, max(2, width)) for cell, width in zip(row, widths, strict=True)]
        for y in range(max(1, *map(len, parts))):
            padded = [
                _padded(part[y] if y < len(part) else "", width)
                for part, width in zip(parts, widths, strict=True)
            ]
            component = "story--text story--strong" if number == 0 else "story--text"
            yield Line(((_BETWEEN.join(padded).rstrip(), component),))
        if number == 0:
            rule = _BETWEEN.join(setting.glyphs.rule * width for width in widths)
            yield Line(((rule, "story--meta"),))


def _column_widths(wanted: list[int], room: int) -> list[int]:
    """Widths that fit: the widest columns give way, all of them to the same width."""
    widest = max(wanted)
    while sum(min(width, widest) for width in wanted) > room and widest > 1:
        widest -= max(1, (sum(min(width, widest) for width in wanted) - room) // len(wanted))
    return [min(width, max(1, widest)) for width in wanted]


def _padded(text: str, width: int) -> str:
    text = cut(text, width, "")
    return text + " " * (width - cell_len(text))
