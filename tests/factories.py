"""Story files for tests: one call, and only what matters to the test said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

_SAMPLE: dict[str, object] = {
    "category": "news",
    "title": "A title",
    "excerpt": "An excerpt.",
    "publishedDateTime": "2021-02-04T12:52:00Z",
    "webUrl": "https://news.example.com/2021/a-title/",
    "type": "article",
    "quality": 24,
    "heat": -1,
    "published": False,
    "provider": {"name": "Example News", "domain": "example.com"},
    "topics": ["Computer Vision", "AI"],
}
_TOPICS = ("AI", "Robotics", "Privacy", "Cloud")


def make_story_text(body: str = "", **fields: object) -> str:
    """A story file's text: a usual story with `fields` in place of its own; None leaves a field out."""
    values = {name: value for name, value in {**_SAMPLE, **fields}.items() if value is not None}
    # JSON is YAML: any text comes out as it went in.
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    return "\n".join(["---", *lines, "---", "", body])


def write_story(folder: Path, name: str, body: str = "", **fields: object) -> Path:
    """A story file `name` in `folder`, which is made if need be."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(make_story_text(body, **fields), encoding="utf-8")
    return path


def write_archive(folder: Path, count: int) -> Path:
    """An archive of `count` stories, one an hour, told apart by title, date, address, topic and quality."""
    start = datetime(2021, 1, 1, tzinfo=UTC)
    for number in range(count):
        published_at = start + timedelta(hours=number)
        write_story(
            folder,
            f"{published_at:%Y}/{published_at:%Y-%m-%d}-story-{number}.md",
            title=f"Story {number}",
            excerpt=f"What happened in hour {number}.",
            publishedDateTime=f"{published_at:%Y-%m-%dT%H:%M:%SZ}",
            webUrl=f"https://news.example.com/{number}/",
            quality=number % 100,
            topics=[_TOPICS[number % len(_TOPICS)]],
        )
    return folder
