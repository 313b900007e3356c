"""The fields of the query language: their names, their values, and what each tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from reader.errors import QueryError
from reader.model import Order
from reader.nearest import nearest
from reader.patterns import pattern
from reader.query import tree
from reader.query.text import name_key, words
from reader.query.tree import Comparison, Node, Part, State
from reader.values import dataclass

_NUMBER: Final = pattern(r"-?[0-9]{1,9}")
_RANGE: Final = pattern(r"(-?[0-9]{1,9})\.\.(-?[0-9]{1,9})")
_AGO: Final = pattern(r"([0-9]{1,6})([hdwmy])")
_DAY: Final = pattern(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_MOMENT: Final = pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_WWW: Final = pattern(r"^(?:www\.|\.|\s)+")
_UNIT_HOURS: Final = {"h": 1, "d": 24, "w": 7 * 24}
_MONTHS: Final = {"m": 1, "y": 12}

_DATES: Final = "take 2021-02-04, today or 7d; also 2021, 2021-02, yesterday, 2w, 3m, 1y"
"""The first ones do: a narrow window has no room for the others."""
_DAYS: Final = ("today", "yesterday")

NAMES: Final = {
    "topic": "stories of a topic; the beginning of its name will do",
    "archive": "stories of one of several archives",
    "provider": "stories of a provider",
    "domain": "stories of a web site",
    "title": "words in the title",
    "note": "words in your note on a story",
    "quality": "a score: quality>=60 or quality:60..90",
    "since": "published on this day or later",
    "before": "published before this day",
    "is": "read, starred, published, damaged",
    "has": "related, link, date, quality, excerpt, note",
    "type": "article, video, …",
    "sort": "the order: date, quality, title, provider, related, and -quality",
}
"""Every field with what it asks for."""

SORTS: Final = (
    *("date", "quality", "title", "provider", "related"),
    *("-date", "-quality", "-title", "-provider", "-related", "reverse"),
)
AGES: Final = ("today", "yesterday", "7d", "2w", "3m", "1y")


@dataclass(frozen=True, slots=True)
class Context:
    """What a field's test needs besides its value.

    Attributes:
        now: Aware; what relative dates count from.
        topics: The names of all topics, or None where any name is fine.
        archives: The same of the archives.
        name_at: Where the field's name stands in the query.
        value_at: Where its value stands.
        is_prefix: Whether the last word of the value may go on.
    """

    now: datetime
    topics: Sequence[str] | None
    archives: Sequence[str] | None
    name_at: int
    value_at: int
    is_prefix: bool


def test(name: str, sign: str, value: str, context: Context) -> Node | None:
    """What a field asks for; None for words that are none.

    Raises:
        QueryError: If there is no such field, or it cannot have this value.
    """
    if name not in NAMES:
        hint = _nearest(name, list(NAMES)) or "; quote a word with a colon"
        raise QueryError(f"no field “{name}”{hint}", context.name_at)
    if not name_key(value):
        raise QueryError(f"{name}{sign} needs a value: {NAMES[name]}", context.value_at)
    if name == "quality":
        return _quality(sign, value, context)
    if sign != ":":
        raise QueryError(f"only quality can be compared: write {name}:{tree.quoted(value)}", context.name_at)
    return _TESTS[name](value, context)


def order(value: str, value_at: int) -> tuple[Order | None, bool | None]:
    """What to sort by, and whether the other way round.

    Raises:
        QueryError: If it is no order.
    """
    key = value.lower()
    if not name_key(value):
        raise QueryError(f"sort: needs a value: {NAMES['sort']}", value_at)
    if key not in SORTS:
        orders = [one for one in SORTS if not one.startswith("-")]
        said = f"takes {_listed(orders)}; -date turns it round"
        raise QueryError(f"sort: {_not_one_of(value, SORTS, said)}", value_at)
    return (None, True) if key == "reverse" else (Order(key.removeprefix("-")), key.startswith("-"))


def _topic(value: str, context: Context) -> Node | None:
    # The beginning of a name will do as it is, but whoever knows stars will write one.
    value = value.removesuffix("*") if context.is_prefix else value
    return tree.HasTopic(_known("topic", value, context.topics, context)) if name_key(value) else None


def _archive(value: str, context: Context) -> Node:
    return tree.InArchive(_known("archive", value, context.archives, context))


def _known(what: str, value: str, names: Sequence[str] | None, context: Context) -> str:
    """The key of a name, which is one of `names` where these are given, or begins one of the topics."""
    key = name_key(value)
    keys = [key] if names is None else list(map(name_key, names))
    if key not in keys and not (what == "topic" and any(one.startswith(key) for one in keys)):
        raise QueryError(f"there is no {what} “{value}”{_nearest(key, names or ())}", context.value_at)
    return key


def _provider(value: str, context: Context) -> Node | None:
    found = tuple(words(value))
    return tree.FromProvider(found) if found else None


def _domain(value: str, context: Context) -> Node:
    domain = _WWW.sub("", value.strip().lower()).strip(".")
    if not domain:
        raise QueryError(f"“{value}” is no domain", context.value_at)
    return tree.FromDomain(domain)


def _title(value: str, context: Context) -> Node | None:
    found = tuple(words(value))
    return tree.Words(found, context.is_prefix, in_title=True) if found else None


def _note(value: str, context: Context) -> Node | None:
    found = tuple(words(value))
    return tree.InNote(found, context.is_prefix) if found else None


def _kind(value: str, context: Context) -> Node:
    return tree.OfKind(name_key(value))


def _is(value: str, context: Context) -> Node:
    return tree.Is(State(_one_of("is", value, [state.value for state in State], context)))


def _has(value: str, context: Context) -> Node:
    return tree.Has(Part(_one_of("has", value, [part.value for part in Part], context)))


def _since(value: str, context: Context) -> Node:
    return tree.Since(_moment(value, context))


def _before(value: str, context: Context) -> Node:
    return tree.Before(_moment(value, context))


_TESTS: Final[dict[str, Callable[[str, Context], Node | None]]] = {
    "topic": _topic,
    "archive": _archive,
    "provider": _provider,
    "domain": _domain,
    "title": _title,
    "note": _note,
    "since": _since,
    "before": _before,
    "is": _is,
    "has": _has,
    "type": _kind,
}


def _quality(sign: str, value: str, context: Context) -> Node | None:
    between = _RANGE.fullmatch(value) if sign == ":" else None
    if between:
        low, high = int(between[1]), int(between[2])
        if low > high:
            raise QueryError("the range ends before it begins", context.value_at)
        return tree.all_of(
            (tree.Quality(Comparison.AT_LEAST, low), tree.Quality(Comparison.AT_MOST, high)),
        )
    if not _NUMBER.fullmatch(value):
        raise QueryError(f"quality is a whole number, not “{value}”", context.value_at)
    return tree.Quality(Comparison("=" if sign == ":" else sign), int(value))


def _moment(value: str, context: Context) -> datetime:
    try:
        found = _date(value.lower(), context.now.replace(microsecond=0))
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        hint = _nearest(value, _DAYS) or f": {_DATES}"
        raise QueryError(f"“{value}” is no date{hint}", context.value_at) from None


def _date(value: str, now: datetime) -> datetime:
    """The moment a date begins at; days begin in the zone of `now`.

    Raises:
        ValueError: If it is no date.
        OverflowError: If it lies too far away.
    """
    midnight = now.replace(hour=0, minute=0, second=0)
    if value in _DAYS:
        return midnight - timedelta(days=value == "yesterday")
    if ago := _AGO.fullmatch(value):
        number, unit = int(ago[1]), ago[2]
        if unit in _UNIT_HOURS:
            return now - timedelta(hours=number * _UNIT_HOURS[unit])
        return _months_before(now, number * _MONTHS[unit])
    if _MOMENT.fullmatch(value.upper()):
        return datetime.fromisoformat(value.upper())
    day = _DAY.fullmatch(value)
    if not day:
        raise ValueError(value)
    year, month, of_month = (int(part or 1) for part in day.groups())
    return midnight.replace(year=year, month=month, day=of_month)


def _months_before(now: datetime, months: int) -> datetime:
    """The same day so many months ago, or the month's last where it is shorter."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    for day in range(now.day, now.day - 4, -1):
        try:
            return now.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise OverflowError(months)


def _one_of(name: str, value: str, choices: Sequence[str], context: Context) -> str:
    key = value.lower()
    if key not in choices:
        said = f"takes {_listed(choices)}"
        raise QueryError(f"{name}: {_not_one_of(value, choices, said)}", context.value_at)
    return key


def _not_one_of(value: str, choices: Sequence[str], said: str) -> str:
    """What was probably meant, else `said`: both are more than a narrow window has room for."""
    near = _nearest(value, choices)
    return f"there is no “{value}”{near}" if near else said


def _nearest(name: str, choices: Sequence[str]) -> str:
    """The end of a sentence that names what was probably meant; empty where nothing is near."""
    by_key = {name_key(choice): choice for choice in choices}
    near = nearest(name_key(name), by_key)
    return f"; did you mean “{by_key[near]}”?" if near else ""


def _listed(choices: Sequence[str]) -> str:
    return f"{', '.join(choices[:-1])} or {choices[-1]}"
