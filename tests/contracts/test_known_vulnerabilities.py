"""The versions in use are past the vulnerabilities we know of: a list that needs no network.

It is short and kept by hand; ``make audit`` asks for all of them where there is a network.
"""

from __future__ import annotations

from importlib.metadata import version

import pytest

MENDED_IN = {
    "PyYAML": (5, 4),  # CVE-2020-14343, objects out of full_load; not used here
    "markdown-it-py": (2, 2, 0),  # CVE-2023-26302 and 26303, a crash on odd input
    "Pygments": (2, 15, 1),  # CVE-2022-40896, a lexer that never ends
}


@pytest.mark.parametrize("name", MENDED_IN)
def test_a_library_is_past_what_is_known_of_it(name: str) -> None:
    installed = tuple(int(part) for part in version(name).split(".") if part.isdecimal())
    assert installed >= MENDED_IN[name]
