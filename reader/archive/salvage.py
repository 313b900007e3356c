"""What can still be read of damaged YAML: its top-level fields, each on its own."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any, Final

from reader.archive.fences import VALUES_LIMIT
from reader.archive.guarded import load_fields
from reader.patterns import pattern

_FIELD: Final = pattern(
    r"""^(?:"([^"\n]{1,80})"|'([^'\n]{1,80})'|([^\s#:"'\[\]{}-][^:=\n]{0,80}?))[ \t]*[:=](?=[ \t\n]|\Z)""",
    re.MULTILINE,
)
_FIELDS_LIMIT: Final = 200


def salvage(text: str) -> dict[str, Any]:
    """The fields that are sound by themselves as YAML; of the others, the first line as it is written."""
    found_fields = list(islice(_FIELD.finditer(text), _FIELDS_LIMIT))
    ends = [*(found.start() for found in found_fields[1:]), len(text)]
    fields: dict[str, Any] = {}
    values_left = VALUES_LIMIT // 2  # of all blocks together: the whole has been tried already
    for found, end in zip(found_fields[: _FIELDS_LIMIT - 1], ends, strict=False):
        loaded = None
        if found[0].endswith(":") and values_left > 0:
            loaded = load_fields(text[found.start() : end], values_left)
            values_left -= loaded.values
        fields |= (loaded and loaded.fields) or {
            found[1] or found[2] or found[3]: _written(text, found.end())
        }
    return fields


def _written(text: str, start: int) -> str:
    """The rest of a line, out of its quotes."""
    end = text.find("\n", start)
    value = text[start : end if end >= 0 else len(text)].strip()
    if value[:1] in ("'", '"'):
        value = value[1:].removesuffix(value[0])
    return value.strip()
