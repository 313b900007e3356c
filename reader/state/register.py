r"""What lines of marks mean: of each story and field, the newest value. Pure, without any file.

A line is a JSON object such as
``{"t":"2026-11-22T02:06:46.123Z","id":"powerapps/_news/a.md","read":true,"url":"https://a.example/"}``.
Each field of a story is a last-writer-wins register: what counts is the greatest ``(t, value)`` over all
lines, so their order, duplicates and the file they stand in do not matter, and merging two files is
putting one behind the other. Fields that this version does not know are treated alike and never dropped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from reader import clean, links
from reader.model import Mark, StoryId

Line = dict[str, Any]
"""A sound line: ``t`` an aware datetime in UTC, ``id`` a text, not empty, known fields of their type."""

LATEST: Final = datetime(9998, 12, 31, tzinfo=UTC)
"""No line may be later: a press must always be able to be later still."""

DEPTH_LIMIT: Final = 16
"""Levels of lists and objects in a field this version does not know; deeper ones could exhaust the stack."""

_SHOWN: Final = ("read", "star", "url", "title", "provider", "published", "excerpt", "quality", "note")
_QUALITY_LIMIT: Final = 10**9
_TICK: Final = timedelta(milliseconds=1)
# NaN would make a line unequal to itself.
_decode = json.JSONDecoder(parse_constant=str).decode
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_encode_ascii = json.JSONEncoder(separators=(",", ":")).encode


def split(data: bytes) -> list[bytes]:
    """The lines that are not blank, without their ends; a last one without an end is among them."""
    return [line for line in data.split(b"\n") if line.strip()]


def parse(data: bytes) -> list[Line | None]:
    """For each line that `split` gives what it says, None for one that is damaged.

    Parsing all lines as one JSON array takes half the time of parsing each; best in pieces of some hundred
    KiB, as one damaged line sends its whole piece down the slow way. Source: `tests.bench.append`.
    """
    body = data.removesuffix(b"\n")
    try:
        values = _decode((b"[" + body.replace(b"\n", b",\n") + b"]").decode())
    except (ValueError, RecursionError):
        values = None
    if values is None or len(values) != body.count(b"\n") + 1:
        values = [_parse_line(line) for line in split(data)]
    if b"[" in body or body.count(b"{") != len(values):
        values = [value if _is_shallow(value) else None for value in values]
    return _checked(values)


def alive(lines: list[bytes]) -> list[bytes]:
    """Those lines, as they are and in their order, that still count in some field or are damaged.

    `lines` is what `split` gave.
    """
    parsed, register = _registered(lines)
    counting = register.surviving()
    return [raw for raw, line in zip(lines, parsed, strict=True) if line is None or id(line) in counting]


def meaning(lines: list[bytes]) -> tuple[dict[str, dict[str, tuple[datetime, object]]], list[bytes]]:
    """What two files that say the same have in common: the registers, and the damaged lines sorted."""
    parsed, register = _registered(lines)
    bad = [raw for raw, line in zip(lines, parsed, strict=True) if line is None]
    return register.values(), sorted(bad)


def encode(fields: Mapping[str, object]) -> bytes:
    r"""One line with its end. A text that UTF-8 cannot hold (from a file name) is written as ``\udcNN``."""
    try:
        return f"{_encode(fields)}\n".encode()
    except UnicodeEncodeError:
        return f"{_encode_ascii(fields)}\n".encode()


def whole_ms(moment: datetime) -> datetime:
    """As exact as a line tells the time, in UTC, and not later than `LATEST`."""
    moment = min(moment.astimezone(UTC), LATEST)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


# A batch of marks has one time.
@lru_cache(maxsize=1)
def time_text(moment: datetime) -> str:
    """``2026-11-22T02:06:46.123Z``; `moment` is aware."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


class Register:
    """The newest value of every field of every story.

    Args:
        older: Gives the lines of a story that were taken in by another register; in any order.
        noted: The stories that such lines have notes of.
    """

    def __init__(self, older: Callable[[str], list[Line]] | None = None, noted: Iterable[str] = ()) -> None:
        # Of each story the lines that still count, newest first: nearly always one.
        self._stories: dict[str, tuple[Line, ...]] = {}
        self._older = older
        self._noted: set[str] = set(noted)

    @property
    def noted(self) -> frozenset[str]:
        """The stories that lines with a note speak of."""
        return frozenset(self._noted)

    def count_lines(self) -> int:
        """How many of the lines taken in still count in some field."""
        return sum(map(len, self._stories.values()))

    def holds(self, line: Line) -> bool:
        """Whether a line still counts in some field."""
        return _is_among(line, self._held(line["id"]))

    def lines(self) -> list[Line]:
        """Those that count of the lines taken in, in no order."""
        return [line for held in self._stories.values() for line in held]

    def _held(self, story_id: str) -> tuple[Line, ...]:
        held = self._stories.get(story_id, ())
        if not held and self._older is not None and (older := self._older(story_id)):
            held = self._stories[story_id] = _surviving(tuple(older)) if len(older) > 1 else (older[0],)
        return held

    def add(self, lines: Iterable[Line]) -> None:
        """Take lines in, in any order, known ones again too."""
        stories = self._stories
        for line in lines:
            story_id = line["id"]
            if "note" in line:
                self._noted.add(story_id)
            held = stories.get(story_id) if self._older is None else self._held(story_id)
            if not held or (len(held) == 1 and line["t"] > held[0]["t"] and held[0].keys() <= line.keys()):
                stories[story_id] = (line,)
            elif not _is_among(line, held):
                stories[story_id] = _surviving((*held, line))

    def merge(self, lines: Iterable[Line]) -> set[StoryId]:
        """Take lines in; gives the stories whose mark is another now."""
        news = [line for line in lines if not self.holds(line)]
        before = {line["id"]: self._shown(line["id"]) for line in news}
        self.add(news)
        return {StoryId(key) for key, shown in before.items() if self._shown(key) != shown}

    def time_for(self, story_id: StoryId, now: datetime) -> datetime:
        """The time to write on a press, so that it wins even where a clock was set back.

        `now` and what comes out are whole milliseconds.
        """
        held = self._held(story_id)
        return now if not held else max(now, whole_ms(held[0]["t"] + _TICK))

    def mark(self, story_id: StoryId) -> Mark | None:
        """What is known of one story, its texts clean; None where no line speaks of it."""
        if not self._held(story_id):
            return None
        is_read, is_starred, url, title, provider, published, excerpt, quality, note = self._shown(story_id)
        return Mark(
            story_id=story_id,
            is_read=is_read,
            is_starred=is_starred,
            url=clean.line(url or "", links.URL_LIMIT),
            title=clean.line(title or ""),
            provider=clean.line(provider or ""),
            published_at=_moment(published) if published else None,
            # Of these two `_checked` knows nothing: it looks at every line, and few are about a star.
            excerpt=clean.line(excerpt) if isinstance(excerpt, str) else "",
            quality=quality if type(quality) is int and abs(quality) < _QUALITY_LIMIT else None,
            note=clean.line(note or ""),
        )

    def marks(self) -> list[Mark]:
        """All that is known, in no order."""
        return [mark for key in list(self._stories) if (mark := self.mark(StoryId(key)))]

    def notes(self) -> dict[StoryId, str]:
        """The notes there are, by story."""
        marks = filter(None, map(self.mark, map(StoryId, self._noted)))
        return {mark.story_id: mark.note for mark in marks if mark.note}

    def values(self) -> dict[str, dict[str, tuple[datetime, object]]]:
        """All registers, to be compared: by story and field, when it was set and to what."""
        return {
            key: {field: (line["t"], line[field]) for field, line in _winners(held).items()}
            for key, held in self._stories.items()
        }

    def surviving(self) -> set[int]:
        """`id()` of each line given to `add` that still counts in some field."""
        return {id(line) for held in self._stories.values() for line in held}

    def _shown(self, story_id: str) -> tuple[Any, ...]:
        held = self._held(story_id)
        if len(held) == 1:
            return tuple(map(held[0].get, _SHOWN))
        winners = _winners(held)
        return tuple(winners[field][field] if field in winners else None for field in _SHOWN)


def _registered(lines: list[bytes]) -> tuple[list[Line | None], Register]:
    parsed = parse(b"\n".join(lines))
    register = Register()
    register.add(line for line in parsed if line is not None)
    return parsed, register


def _winners(lines: Iterable[Line]) -> dict[str, Line]:
    """By field the line whose value counts."""
    best: dict[str, Line] = {}
    for line in lines:
        for field in line:
            held = best.get(field)
            if held is None or _is_greater(line, held, field):
                best[field] = line
    return best


def _is_greater(line: Line, other: Line, field: str) -> bool:
    # Any total order of the values does for equal times, if only every machine has the same.
    if line["t"] != other["t"]:
        return bool(line["t"] > other["t"])
    if field == "t":
        return False
    return json.dumps(line[field], sort_keys=True) > json.dumps(other[field], sort_keys=True)


def _is_among(line: Line, held: tuple[Line, ...]) -> bool:
    # 1 and true are equal in Python, and not the same in a line.
    return any(line == other and str(line) == str(other) for other in held)


def _surviving(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    winning = {id(line) for line in _winners(lines).values()}
    alive = [line for line in lines if id(line) in winning]
    return tuple(sorted(alive, key=lambda line: line["t"], reverse=True))


def _parse_line(line: bytes) -> object:
    try:
        return _decode(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _is_shallow(value: object) -> bool:
    level = [value]
    for _ in range(DEPTH_LIMIT):
        level = [part for item in level for part in _parts(item)]
        if not level:
            return True
    return False


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _checked(values: list[Any]) -> list[Line | None]:
    """The sound ones, their times parsed; written out, as it runs for every line of a life."""
    checked: list[Line | None] = []
    for value in values:
        try:
            moment = datetime.fromisoformat(value["t"])
            if moment.tzinfo is not UTC:
                moment = _utc(moment)
            is_sound = (
                type(value["id"]) is str
                and value["id"] != ""
                and moment <= LATEST
                and ("read" not in value or type(value["read"]) is bool)
                and ("star" not in value or type(value["star"]) is bool)
                and ("url" not in value or type(value["url"]) is str)
                and ("title" not in value or type(value["title"]) is str)
                and ("provider" not in value or type(value["provider"]) is str)
                and ("published" not in value or type(value["published"]) is str)
                and ("note" not in value or type(value["note"]) is str)
            )
        except (KeyError, TypeError, ValueError, OverflowError):
            is_sound = False
        if is_sound:
            value["t"] = moment
        checked.append(value if is_sound else None)
    return checked


def _moment(text: str) -> datetime | None:
    try:
        return _utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
