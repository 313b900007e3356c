"""Stories in the form that machines write: what a large archive consists of."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

_TEXT = """the to and of company privacy law cloud data models security Canada service research technology
access regulators report update devices systems people photos ban new again says after against citizens’ AI"""
_TOPICS = ("AI", "Computer Vision", "Robotics", "Privacy", "Cloud")
_START = datetime(2019, 1, 1, tzinfo=UTC)


def machine_story(number: int) -> str:
    """The text of story `number`: always the same; of a real story's length, with none to three related."""
    random = Random(number)
    lines = ["---", "category: news", *_report(random, number, ""), f"heat: {random.randrange(-1, 90)}"]
    lines += [f"published: {random.choice(('true', 'false'))}", "", *_provider(number, ""), "", "topics:"]
    lines += [f"  - {topic}" for topic in random.sample(_TOPICS, random.randrange(1, 4))]
    lines += ["", *_images(random, ""), ""]
    count = random.choice((0, 0, 1, 1, 2, 3))
    if count:
        lines += ["related:"]
    for related in range(count):
        told = _report(random, number * 10 + related, "    ")
        lines += [f"  - {told[0].strip()}", *told[1:-1], *_provider(related, "    "), told[-1]]
        lines += _images(random, "    ")
    blob = "".join(random.choices("ABCDEFGHabcdefgh0123456789+/=", k=900))
    return "\n".join([*lines, "", f'secured: "{blob}"', "---", "", ""])


def write_machine_archive(folder: Path, count: int) -> Path:
    """An archive of `count` such stories, four an hour."""
    for number in range(count):
        path = folder / f"{_moment(number):%Y/%m/%Y-%m-%d}-machine-story-{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(machine_story(number), encoding="utf-8")
    return folder


def _moment(number: int) -> datetime:
    return _START + timedelta(minutes=15 * (number % 200_000))


def _sentence(random: Random, count: int) -> str:
    return json.dumps(" ".join(random.choices(_TEXT.split(), k=count)).capitalize(), ensure_ascii=False)


def _report(random: Random, number: int, pad: str) -> list[str]:
    url = f"https://www.outlet{number % 200}.example.com/{_moment(number):%Y/%m}/what-was-told-{number}"
    lines = [
        f"title: {_sentence(random, 9)}",
        f"excerpt: {_sentence(random, 30)}",
        f"publishedDateTime: {_moment(number):%Y-%m-%dT%H:%M:%SZ}",
        f'webUrl: "{url}/"',
        f'ampWebUrl: "{url}/amp/"',
        "type: article",
        f"quality: {random.randrange(100)}",
    ]
    return [pad + line for line in lines]


def _provider(number: int, pad: str) -> list[str]:
    name = f"Outlet {number % 200}"
    return [f"{pad}provider:", f"{pad}  name: {name}", f"{pad}  domain: outlet{number % 200}.example.com"]


def _images(random: Random, pad: str) -> list[str]:
    url = f"https://images.example.com/{random.randrange(10**6)}.jpg"
    lines = ["images:", f'  - url: "{url}"', "    width: 796", "    height: 417", "    isCached: true"]
    return [pad + line for line in lines]
