"""Addresses: which are safe to open, and which two lead to the same page."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit, urlunsplit

from reader.errors import LinkError
from reader.patterns import pattern

URL_LIMIT: Final = 2_083
"""Longest address accepted: what the strictest browser took. The longest of 754 real ones has 237."""

_FORBIDDEN = pattern(r"[\x00-\x20\x7f-\xa0\\]")
_BRACKETED = pattern(r"\[[0-9A-Fa-f:.]+\](?::[0-9]*)?")
_URL_CHARS: Final = "!#$%&'()*+,-./:;=?@[]_~"
# Nothing in it that `url_key` would change but "www." and the last slashes, and `safe_url` nothing at all.
_SIMPLE = pattern(
    r"https?://(?:www\.)?+(?!-)((?:[a-z0-9_-]++\.)++[a-z]{2,}+(?:/[A-Za-z0-9_!$%&'()*+,./:;=@~-]*+)?+)"
)
# Parameters that say where a click came from, not which page it leads to.
_TRACKING = pattern(
    r"^(?:utm_.*|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|yclid|_hsenc|_hsmi|ncid|ocid|cmpid|wt\.mc_id)$",
    re.I,
)


def safe_url(text: str) -> str:
    """The address in the form that may be opened, copied or put into an escape sequence: ASCII only.

    A host that is not ASCII comes back as punycode, so that it cannot pass for another.

    Raises:
        LinkError: If it is not http or https, has no host, names a user, is longer than `URL_LIMIT`, or
            holds white space, control characters or a backslash.
    """
    text = text.strip()
    if not text:
        raise LinkError("this story has no link")
    if len(text) > URL_LIMIT:
        raise LinkError(f"the link is longer than {URL_LIMIT} characters")
    if _FORBIDDEN.search(text):
        raise LinkError("the link holds white space or control characters")
    parts = _split(text)
    if parts.scheme not in ("http", "https"):
        raise LinkError("only http and https links are opened")
    if "@" in parts.netloc:
        raise LinkError("the link names a user, which can hide where it leads")
    host = _ascii_host(parts)
    try:
        netloc = host if parts.port is None else f"{host}:{parts.port}"
        path, query, fragment = (quote(part, safe=_URL_CHARS) for part in parts[2:])
    except ValueError as error:
        raise LinkError("the link is malformed") from error
    url = urlunsplit((parts.scheme, netloc, path, query, fragment))
    if len(url) > URL_LIMIT:
        raise LinkError(f"the link is longer than {URL_LIMIT} characters")
    return url


def host_of(url: str) -> str:
    """The host of an address that `safe_url` returned, to be shown before it is opened."""
    return urlsplit(url).hostname or ""


def url_key(text: str) -> str:
    """What two addresses of the same page share, or an empty string for what is no http(s) address.

    Scheme, ``www.``, default port, trailing slash, fragment and tracking parameters do not count; the rest
    of the query does, in any order.
    """
    # Nearly all are simple, and a first index asks for every story's: this takes a tenth of the time.
    if len(text) <= URL_LIMIT and (simple := _SIMPLE.fullmatch(text)):
        return simple[1].rstrip("/")
    try:
        url = urlsplit(safe_url(text))
    except LinkError:
        return ""
    host = (url.hostname or "").removeprefix("www.")
    port = "" if url.port in (None, 80, 443) else f":{url.port}"
    pairs = [pair for pair in parse_qsl(url.query, keep_blank_values=True) if not _TRACKING.match(pair[0])]
    query = f"?{urlencode(sorted(pairs))}" if pairs else ""
    return f"{host}{port}{url.path.rstrip('/')}{query}"


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError as error:
        raise LinkError("the link is malformed") from error


def _ascii_host(parts: SplitResult) -> str:
    try:
        host = parts.hostname or ""
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except ValueError as error:  # UnicodeError among them
        raise LinkError("the link's host is malformed") from error
    if "[" in parts.netloc:
        # urlsplit takes what is between the brackets, whatever it is and whatever stands before them.
        if ":" not in host or not _BRACKETED.fullmatch(parts.netloc):
            raise LinkError("the link's host is malformed")
        return f"[{host}]"
    if not re.fullmatch(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_.])?", host):
        raise LinkError("the link has no host" if not host else "the link's host is malformed")
    return host
