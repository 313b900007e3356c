"""Values as they are written become what they mean. Nothing here raises: what makes no sense is told.

Each function takes the value and `tell`, which it calls with a reason ("is not a number"), and returns
nothing (None, an empty text) for what is absent or makes no sense.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from reader import clean, links
from reader.archive.frontmatter import Value
from reader.errors import LinkError
from reader.patterns import pattern

NUMBER_LIMIT: Final = 1_000_000_000
"""Numbers are clamped to plus or minus this."""

Tell = Callable[[str], None]

_ABSENT: Final = frozenset(["", "~", "null", "Null", "NULL"])
_NUMBER: Final = pattern(r"[-+]?(?:\d[\d_]{0,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,3})?", re.ASCII)
_TRUE: Final = frozenset(["true", "yes", "on", "1", "y"])
_FALSE: Final = frozenset(["false", "no", "off", "0", "n"])
_EPOCH: Final = pattern(r"\d{9,10}|\d{12,13}", re.ASCII)  # seconds or milliseconds, 1973 and later
_DATE: Final = pattern(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:(?:[Tt]|[ \t]+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9})\d*)?)?"
    r"[ \t]*(?:(?:Z|z|UTC|GMT)|([-+])(\d{1,2}):?(\d{2})?)?)?",
    re.ASCII,
)
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)
# What `links.safe_url` gives back as it is; it takes ten times as long to say so.
_PLAIN_URL: Final = pattern(
    r"https?://(?!-)(?:[a-z0-9_-]+\.)+[a-z]{2,}(?:/[\w!$%&'()*+,./:;=@~-]*(?:\?[\w!$%&'()*+,./:;=?@~-]+)?)?",
    re.ASCII,
)
_SCHEME: Final = pattern(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_EMBED: Final = pattern(
    r"""<(?:iframe|embed|video|audio|source)\b[^>]*?\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""",
    re.IGNORECASE,
)
_EMBED_LIMIT: Final = 4_000  # characters searched for the address of a player
_DOMAIN_LIMIT: Final = 253  # of a host name, RFC 1035


def is_absent(value: Value | None) -> bool:
    """True for a missing value, an empty one, and YAML's null."""
    return not value or (
        isinstance(value, str) and (value.isspace() if len(value) > 4 else value.strip() in _ABSENT)
    )


def text(value: Value | None, tell: Tell, limit: int = clean.LINE_LIMIT) -> str:
    """One clean line; a list of texts is joined by commas."""
    if isinstance(value, str):
        return "" if value == "~" else clean.field(value, limit)
    if isinstance(value, dict) and value:
        tell("is not a text")
    if isinstance(value, list):
        return clean.field(", ".join(item for item in value[:100] if isinstance(item, str)), limit)
    return ""


def number(value: Value | None, tell: Tell) -> int | None:
    """A whole number of at most `NUMBER_LIMIT`, either way; a fraction is cut off."""
    if isinstance(value, str):
        if value.isdecimal() and value.isascii() and len(value) < 9:
            return int(value)
        written = value.strip()
        if _NUMBER.fullmatch(written):
            return _whole(written.replace("_", ""), tell)
    if not is_absent(value):
        tell("is not a number")
    return None


def _whole(written: str, tell: Tell) -> int:
    # A float holds every whole number below the limit exactly; 1e999 becomes inf.
    found = float(written)
    if abs(found) <= NUMBER_LIMIT:
        return int(found)
    tell("is out of range")
    return int(math.copysign(NUMBER_LIMIT, found))


def flag(value: Value | None, tell: Tell) -> bool | None:
    """YAML 1.1's words for true and false, in any case, and 1 and 0."""
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    if not is_absent(value):
        tell("is neither true nor false")
    return None


def date(value: Value | None, tell: Tell) -> datetime | None:
    """Aware UTC, from ISO 8601 (naive means UTC, a date alone its midnight), RFC 2822 or epoch seconds.

    What lies outside the years 1 to 9999 only through its offset is clamped, and told.
    """
    if is_absent(value):
        return None
    try:
        # 100 characters: RFC 2822 dates end at 40, and the time of the readers grows with the text.
        found = _moment(value.strip()[:100]) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        tell("is not a date")
        return None
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        tell("is out of range")
        return _EARLIEST if found.year < 5_000 else _LATEST


def _moment(written: str) -> datetime | None:
    if _EPOCH.fullmatch(written):
        return datetime.fromtimestamp(int(written) / (1_000 if len(written) > 10 else 1), UTC)
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        pass
    if found := _DATE.fullmatch(written):
        return _from_parts(found)
    # Only dates in letters need it: it would take half of any text for a date.
    from email.utils import parsedate_to_datetime

    return parsedate_to_datetime(written) if written.isascii() else None


def _from_parts(found: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    microsecond = int((found[7] or "0").ljust(6, "0")[:6])
    offset = timedelta(hours=int(found[9] or 0), minutes=int(found[10] or 0))
    zone = timezone(-offset if found[8] == "-" else offset)
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=zone)


def url(value: Value | None, tell: Tell, *, is_path_fine: bool = False) -> str:
    """An http(s) address in its safe form.

    A path of the site that a file was written for (``/2021/a.html``) is no address, and no mistake.

    Args:
        value: As it is written.
        tell: Told about any other scheme, and about what is malformed.
        is_path_fine: Whether other relative addresses are no mistake either.
    """
    if is_absent(value):
        return ""
    if not isinstance(value, str):
        tell("is not an address")
        return ""
    if len(value) <= 1_000 and "&amp;" not in value and _PLAIN_URL.fullmatch(value):
        return value
    # Only this entity: "&copy=1" is a parameter, not a copyright sign.
    written = value.strip().replace("&amp;", "&").replace("&#38;", "&")
    if (written.startswith("/") and not written.startswith("//")) or (
        is_path_fine and not _SCHEME.match(written)
    ):
        return ""
    try:
        return links.safe_url(written)
    except LinkError:
        tell("is not an http or https address")
        return ""


def embedded_url(value: Value | None, tell: Tell) -> str:
    """The address of a player: the ``src`` of the first frame in a piece of HTML, or the address itself."""
    if isinstance(value, dict):
        value = value.get("src") or value.get("url")
    if not isinstance(value, str) or is_absent(value):
        return ""
    written = value[:_EMBED_LIMIT].strip()
    if "<" in written:
        found = _EMBED.search(written)
        from html import unescape  # hardly any story asks for it, and it brings a large table

        written = unescape(found[1] or found[2] or found[3] or "").strip() if found else ""
    if written.startswith("//"):
        written = f"https:{written}"
    return url(written, tell) if written else ""


def domain(value: Value | None, address: str) -> str:
    """A host name: as written, out of an address where one is written, else that of `address`."""
    written = clean.field(value, _DOMAIN_LIMIT) if isinstance(value, str) and not is_absent(value) else ""
    if "/" in written:
        written = links.host_of(url(written, _ignore))
    return written or links.host_of(address).removeprefix("www.")


def _ignore(reason: str) -> None:
    """Leave it untold."""
