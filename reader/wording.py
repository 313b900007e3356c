"""Stories, dates and counts as plain English strings: pure, and the same for the screen and the commands.

Text that comes in is clean already (`reader.model`), so what comes out is too. A part that a story lacks
is an empty string or is absent; nothing here ever says ``None``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from reader import clean
from reader.model import Problem, Provider, Related, StoryRow

AGE_LIMIT: Final = timedelta(days=7)
"""Up to this age a date is told as an age, beyond it as a date."""

# Not strftime: that follows the locale, and pads the day on some systems only.
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR

_SIZES: Final = ((1_000, "kB"), (1_000_000, "MB"))


class Glyphs(NamedTuple):
    """The signs the program itself draws, each one cell wide but `separator` and `at_least`.

    Attributes:
        unread: Before the title of an unread story.
        star: Before the title of a starred story.
        note: Before what the user wrote about a story.
        separator: Between the parts of a line, blanks included.
        trail: Between the steps of a path through the program.
        folded: Before what can be unfolded.
        unfolded: Before what can be folded.
        cursor: At the left of the current row.
        rule: Repeated, a line across.
        ellipsis: At the end of what was cut.
        at_least: Before a quality floor.
        bar: Eight steps, low to high.
        frame: Upper left, upper right, lower left and lower right corner, across, down.
        focus_frame: The same around what has the focus.
        thumb: Repeated, the place in something that scrolls.
    """

    unread: str = "●"
    star: str = "★"
    note: str = "¶"
    separator: str = " · "
    trail: str = "›"
    folded: str = "▸"
    unfolded: str = "▾"
    cursor: str = "▌"
    rule: str = "─"
    ellipsis: str = "…"
    at_least: str = "≥"
    bar: str = "▁▂▃▄▅▆▇█"
    frame: str = "╭╮╰╯─│"
    focus_frame: str = "┏┓┗┛━┃"
    thumb: str = "▐"


UNICODE_GLYPHS: Final = Glyphs()
ASCII_GLYPHS: Final = Glyphs(
    *("o", "*", "&", " - ", ">", ">", "v", "|", "-", "~", ">=", ".:-=+*#@", "++++-|", "++++=|", "#")
)

_ASCII_FORMS: Final = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "‚": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "−": "-",
        "·": "-",
        "•": "*",
        "│": "|",
        "→": "->",
        "←": "<-",
        "…": "...",
        "€": "EUR",
        "ß": "ss",
        "æ": "ae",
        "Æ": "AE",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
    }
)


def glyphs(ascii: bool = False) -> Glyphs:
    """The signs to draw with: plain Unicode, or ASCII only."""
    return ASCII_GLYPHS if ascii else UNICODE_GLYPHS


def ascii_text(text: str) -> str:
    """The nearest ASCII: typography and accents in their plain forms, ``?`` for all else."""
    import unicodedata  # only for terminals that take nothing else

    parts = unicodedata.normalize("NFKD", text.translate(_ASCII_FORMS))
    bare = "".join(char for char in parts if not unicodedata.combining(char))
    return bare.encode("ascii", "replace").decode("ascii")


def ascii_keys(text: str) -> str:
    """The names of keys with arrows as words."""
    for sign, name in (("↑", "Up"), ("↓", "Down"), ("←", "Left"), ("→", "Right")):
        text = text.replace(sign, name)
    return ascii_text(text)


def age_text(published_at: datetime, now: datetime) -> str:
    """Age in its largest whole unit: ``5m``, ``3h``, ``12d``; ``now`` for under a minute or a date ahead."""
    age_s = (now - published_at).total_seconds()
    for unit_s, letter in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m")):
        if age_s >= unit_s:
            return f"{int(age_s // unit_s)}{letter}"
    return "now"


def date_text(published_at: datetime | None, now: datetime | None) -> str:
    """``3h`` up to `AGE_LIMIT` back, else ``4 Feb 2021``, also for a date ahead; empty without a date.

    Without `now` it is always the date.
    """
    if published_at is None:
        return ""
    if now is not None and timedelta() <= now - published_at <= AGE_LIMIT:
        return age_text(published_at, now)
    return f"{published_at.day} {_MONTHS[published_at.month - 1]} {published_at.year}"


def date_time_text(published_at: datetime | None) -> str:
    """``4 Feb 2021 12:52 UTC``; empty without a date."""
    if published_at is None:
        return ""
    return f"{date_text(published_at, None)} {published_at.hour:02}:{published_at.minute:02} UTC"


def offset_text(delta: timedelta) -> str:
    """How much later (or earlier) than another: ``+45 min``, ``-2 h``, ``+3 d``; hours up to two days.

    Whole units, cut and not rounded; ``same time`` for less than a minute either way.
    """
    seconds = delta.total_seconds()
    size_s, sign = abs(seconds), "-" if seconds < 0 else "+"
    if size_s < _MINUTE:
        return "same time"
    if size_s < _HOUR:
        return f"{sign}{int(size_s // _MINUTE)} min"
    if size_s < 2 * _DAY:
        return f"{sign}{int(size_s // _HOUR)} h"
    return f"{sign}{count(int(size_s // _DAY))} d"


def sentence(words: str) -> str:
    """What an error says as a sentence by itself: with a capital letter and a sign at its end."""
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '?')) else '.'}"


def provider_text(provider: Provider, *, ascii: bool = False) -> str:
    """Name and domain, ``Threat Post · threatpost.com``; just one where they agree or one is missing."""
    name, domain = provider.name, provider.domain
    if name.casefold() == domain.casefold():
        return domain
    return glyphs(ascii).separator.join(part for part in (name, domain) if part)


def quality_bar(quality: int | None, lowest: int, highest: int, *, ascii: bool = False) -> str:
    """One sign, low to high, for where `quality` stands between an archive's `lowest` and `highest`.

    Values outside count as the nearer end; the middle where all are equal; empty without a quality.
    """
    if quality is None:
        return ""
    bar = glyphs(ascii).bar
    if highest <= lowest:
        return bar[len(bar) // 2 - 1]
    place = min(max(quality, lowest), highest) - lowest
    return bar[place * len(bar) // (highest - lowest + 1)]


def row_meta(
    row: StoryRow, now: datetime | None, *, ascii: bool = False, unpublished: str = "unpublished"
) -> str:
    """The second line of a story in the list; parts it lacks are absent, so it may be empty.

    ``Threat Post · 4 Feb 2021 · 24 · +2 · video · unpublished``: provider, date (an age where `now` is
    given), quality, number of related reports, then what is unusual about it. A narrow list calls
    `unpublished` by a shorter word, or leaves it out.
    """
    parts = (
        row.provider.name or row.provider.domain,
        date_text(row.published_at, now),
        "" if row.quality is None else str(row.quality),
        f"+{count(row.related_count)}" if row.related_count else "",
        "video" if row.kind.casefold() == "video" else "",
        unpublished if row.is_published is False else "",
        "damaged" if row.is_damaged else "",
        place_text(row),
    )
    return glyphs(ascii).separator.join(part for part in parts if part)


def place_text(row: StoryRow) -> str:
    """Why a story has no file here, or an empty text: ``related coverage``, ``not in this archive``."""
    if not row.is_gone:
        return ""
    return "related coverage" if row.story_id.startswith("url:") else "not in this archive"


class RelatedLine(NamedTuple):
    """One item of related coverage, folded; each part may be empty but `title`."""

    quality: str
    provider: str
    offset: str
    title: str

    def text(self, *, ascii: bool = False) -> str:
        """``87 The Next Web · +6 h  Canada (politely) asks …`` without the parts that are missing."""
        origin = glyphs(ascii).separator.join(part for part in (self.provider, self.offset) if part)
        head = " ".join(part for part in (self.quality, origin) if part)
        return "  ".join(part for part in (head, self.title) if part)


def related_line(related: Related, lead_published_at: datetime | None) -> RelatedLine:
    """The parts of its one line; the offset counts from the lead story. Untitled items show their link."""
    offset = ""
    if related.published_at is not None and lead_published_at is not None:
        offset = offset_text(related.published_at - lead_published_at)
    return RelatedLine(
        quality="" if related.quality is None else str(related.quality),
        provider=related.provider.name or related.provider.domain,
        offset=offset,
        title=related.title or related.excerpt or related.url or "untitled",
    )


def count(number: int) -> str:
    """A number with its thousands parted: ``100,000``."""
    return f"{number:,}"


def count_text(number: int, singular: str, plural: str | None = None) -> str:
    """``1 story``, ``24 stories``, ``100,000 marks``; a plural that is not regular has to be given."""
    return f"{count(number)} {singular if number == 1 else plural or _plural(singular)}"


def size_text(size_bytes: int) -> str:
    """``512 bytes``, ``1.5 kB``, ``12 MB``: thousands, two digits at least, never ``1000 kB``."""
    if size_bytes < 1_000:
        return count_text(size_bytes, "byte")
    step_bytes, unit = next((step for step in _SIZES if size_bytes < 999.5 * step[0]), (1_000_000_000, "GB"))
    size = size_bytes / step_bytes
    return f"{size:.1f} {unit}" if size < 9.95 else f"{count(round(size))} {unit}"


def progress_text(done: int, total: int, doing: str = "Indexing") -> str:
    """``Indexing 12,000 of 100,000``."""
    return f"{doing} {count(done)} of {count(total)}"


def problem_line(path: str | Path, problem: Problem) -> str:
    """``path:line: reason`` as compilers write it; without the line where none is to blame.

    Args:
        path: How to name the file, not cleaned yet; the problem's own path is relative to its archive.
        problem: What is wrong with it.
    """
    place = f"{clean.path(str(path))}:{problem.line}" if problem.line else clean.path(str(path))
    return f"{place}: {problem.reason}"


def _plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"
