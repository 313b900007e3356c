"""What may be wrong with a query that is none to tell as a mistake, where it finds nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from reader.query.fields import NAMES
from reader.query.parse import tokens

_SIGNS: Final = ":<>="


def hint(text: str) -> str:
    """How a field is written whose sign stands apart from it, as in ``quality > 60``; else empty.

    It is no mistake: all of it are words that a story may hold.
    """
    found = tokens(text)
    for place, (name, sign) in enumerate(pairwise(found)):
        if name.text.lower() in NAMES and sign.kind == "word" and sign.text[0] in _SIGNS:
            value = found[place + 2 : place + 3] if not sign.text.strip(_SIGNS) else []
            return f"write {name.text}{sign.text}{''.join(one.text for one in value)} without blanks"
    return ""
