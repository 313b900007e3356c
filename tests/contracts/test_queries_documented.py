"""The README's table of fields is that of the parser, and its examples can be meant."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from reader.query.fields import NAMES
from reader.query.parse import parse, tokens

README = Path(__file__).resolve().parents[2] / "README.md"
_ROW = re.compile(r"\| (\w+) \| (.*) \| `(.*)` \|")


def test_the_readme_shows_every_field_with_an_example_that_parses() -> None:
    _, _, rest = README.read_text(encoding="utf-8").partition("<!-- query -->\n")
    shown, end, _ = rest.partition("<!-- /query -->")
    assert end, "the table lies between the lines <!-- query --> and <!-- /query -->"
    rows = [row.groups() for row in map(_ROW.fullmatch, shown.splitlines()) if row]
    assert {name: meaning for name, meaning, _ in rows} == NAMES
    for name, _, example in rows:
        assert [token.name for token in tokens(example)] == [name]
        parse(example, datetime.now(UTC))
