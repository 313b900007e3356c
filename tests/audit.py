"""``python -m tests.audit``: ask the registry for known vulnerabilities of every library newsreader runs on.

What pip-audit asks, of the libraries that are installed with newsreader, tools of development left out. A
registry that has no answer for a version is asked for the newest one, which is most often the same. Ends
with 0 where nothing is known of any, 1 where something is, and 2 where of some nobody says anything.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

_PROGRAM: Final = "newsreader-tui"
_ANSWER_S: Final = 10.0
_ALL_S: Final = 60.0


def main(arguments: list[str] | None = None) -> int:
    """Print a line for each library; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.audit", description=__doc__.partition("\n")[0])
    parser.add_argument("--registry", default="https://pypi.org", help="(default %(default)s)")
    registry = parser.parse_args(arguments).registry
    end = time.monotonic() + _ALL_S
    code = 0
    for name, version in sorted(installed(_PROGRAM).items()):
        try:
            known = vulnerabilities(registry, name, version, end)
        except LookupError as error:
            print(f"{name} {version}: no answer ({error})")
            code = code or 2
        else:
            print(f"{name} {version}: {', '.join(known) or 'nothing known'}")
            code = 1 if known else code
    return code


_NEED: Final = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[(?P<extras>[^\]]*)\])?")
_EXTRA: Final = re.compile(r"extra == ['\"]([^'\"]+)")


def installed(program: str) -> dict[str, str]:
    """The versions of all that a program needs here, itself left out."""
    found: dict[str, str] = {}
    left = [(program, "")]
    seen = set(left)
    while left:
        needing, extras = left.pop()
        for line in distribution(needing).requires or ():
            need, wanted_for = _NEED.match(line), _EXTRA.search(line)
            if need is None or (wanted_for and wanted_for[1] not in extras.split(",")):
                continue
            try:
                found[need["name"].lower()] = distribution(need["name"]).version
            except PackageNotFoundError:  # for another system
                continue
            further = need["name"].lower(), (need["extras"] or "").replace(" ", "")
            if further not in seen:
                seen.add(further)
                left.append(further)
    return found


def vulnerabilities(registry: str, name: str, version: str, end: float) -> list[str]:
    """What is known of one version.

    Raises:
        LookupError: If the registry does not say.
    """
    reasons: list[str] = []
    for answer in answers(registry, name, version, end, reasons):
        if answer.get("info", {}).get("version") == version and "vulnerabilities" in answer:
            return [each["id"] for each in answer["vulnerabilities"] if not each.get("withdrawn")]
        reasons.append(f"the newest is {answer.get('info', {}).get('version')}")
    raise LookupError("; ".join(reasons))


def answers(
    registry: str, name: str, version: str, end: float, reasons: list[str]
) -> Iterator[dict[str, Any]]:
    """What the registry says of the version, then of the newest one; why it does not goes into `reasons`."""
    for place in (f"{name}/{version}", name):
        left_s = min(_ANSWER_S, end - time.monotonic())
        if left_s <= 0:
            reasons.append("out of time")
            return
        try:
            with urlopen(f"{registry}/pypi/{place}/json", timeout=left_s) as response:
                yield json.load(response)
        except HTTPError as error:
            reasons.append(f"{error.code} for {place}")
        except (URLError, OSError, ValueError) as error:
            reasons.append(str(error))


if __name__ == "__main__":
    sys.exit(main())
