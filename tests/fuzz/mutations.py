"""Mutated bytes without a fuzzer: it cannot see which ways the code takes, but it is always there."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

_LIMIT: Final = 8_192
_BITS: Final = (
    *(bytes([byte]) for byte in b"\0\x07\n\r\x1b \"'#%&*-:;<>?@[\\]{}|!,.~=\x7f"),
    *(b"\x9b", b"\xc2\x9b", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xff\xfe"),
    *(b"---\n", b"\n---\n", b"...\n", b"+++\n", b";;;\n", b"  - ", b": ", b"&a ", b"*a", b"<<: ", b"!!int "),
    *(
        b"\xcc\x81" * 6,
        b"9" * 400,
        b"[" * 80,
        b"{" * 80,
        b"- " * 80,
        b"&#27;",
        b"\\x1b",
        b"\x1b]52;c;eA==\x07",
    ),
    *(b"http://", b"https://", b"xn--", b"%00", b"@", b"topic:", b"quality>=", b" OR ", b"since:", b'"t":"'),
)


def mutated(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Some bytes of `data` flipped, cut out, doubled, or replaced by what means something somewhere."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(found))
        end = min(len(found), at + int(chance.expovariate(0.1)))
        match chance.randrange(7):
            case 0 if found:
                found[at % len(found)] ^= 1 << chance.randrange(8)
            case 1:
                del found[at:end]
            case 2:
                found[at:at] = found[at:end] * chance.randint(1, 20)
            case 3:
                found[at:end] = chance.randbytes(chance.randint(1, 8))
            case 4:
                other = chance.choice(others)
                found[at:end] = other[chance.randint(0, len(other)) :][:200]
            case _:
                found[at:end] = chance.choice(_BITS)
    return bytes(found[:_LIMIT])
