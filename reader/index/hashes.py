"""Short numbers by which paths, addresses and names of files are looked up.

An index of the texts themselves would be a fifth of the file. What is written at one time shares the upper
bits: a batch then changes few pages of each index, where numbers without any order change nearly all of them,
ten times as much as the batch says.
"""

from __future__ import annotations

import re
from typing import Final
from zlib import crc32

from reader.patterns import pattern

_NAME_BYTES: Final = 7  # of a file name: year and month where names begin with the date
_MONTH: Final = pattern(r"/(?:19|20)\d\d/\d\d?/", re.ASCII)
_SIGN: Final = 1 << 31  # turned over and taken away it makes a number that SQLite keeps in four bytes


def path_hash(path: bytes) -> int:
    """Of a path as `os.fsencode` gives it."""
    return _hash(path, path[: path.rfind(b"/") + 1 + _NAME_BYTES])


def stem_hash(stem: str) -> int:
    """Of what stays of an id when its file moves to another folder."""
    data = _bytes(stem)
    return _hash(data, data[:_NAME_BYTES])


def url_hash(url_key: str) -> int:
    """Of what `links.url_key` gives; many addresses hold the month."""
    month = _MONTH.search(url_key)
    return _hash(_bytes(url_key), _bytes(month[0]) if month else b"")


def text_hash(text: str) -> int:
    """32 bits that tell whether a text changed."""
    return (crc32(text.encode("utf-8", "surrogatepass")) ^ _SIGN) - _SIGN


def row_crc(
    title: str,
    excerpt: str,
    published_us: int | None,
    url: str,
    quality: int | None,
    flags: int,
    related: int,
    shared: str,
) -> int:
    """32 bits that tell whether what is shown of a story is what was written.

    Args:
        title: As ``story`` has it; so the next ones.
        excerpt: So.
        published_us: So.
        url: So.
        quality: So.
        flags: So.
        related: So.
        shared: Name and domain of the provider, type and topics, `joined`.
    """
    return text_hash(f"{title}\0{excerpt}\0{published_us}\0{url}\0{quality}\0{flags}\0{related}\0{shared}")


def joined(*texts: str) -> str:
    """Texts in one."""
    return "\0".join(texts)


def _hash(data: bytes, near: bytes) -> int:
    """32 bits; 0 for what is empty and for nothing else. Some texts share theirs: compare them too."""
    number = (crc32(near) & 0xFFF) << 20 | crc32(data) & 0xFFFFF
    return (number ^ _SIGN) - _SIGN or 1 if data else 0


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
