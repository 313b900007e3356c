"""Stories as values for JSON. The keys are a promise to scripts: they are added to, never renamed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from reader.model import Image, Problem, Report, Story, StoryRow

Values: TypeAlias = Mapping[str, object]


def row_values(row: StoryRow, file: str, *, is_read: bool, is_starred: bool, note: str = "") -> Values:
    """A story as the listing has it.

    Args:
        row: The story.
        file: Where its file lies, or empty.
        is_read: Its mark.
        is_starred: Its mark.
        note: What the user wrote about it, or empty.
    """
    return {
        "id": row.story_id,
        "title": row.title,
        "excerpt": row.excerpt,
        "published_at": time_text(row.published_at),
        "url": row.url,
        "provider": {"name": row.provider.name, "domain": row.provider.domain},
        "quality": row.quality,
        "topics": list(row.topics),
        "kind": row.kind,
        "is_published": row.is_published,
        "related_count": row.related_count,
        "is_read": is_read,
        "is_starred": is_starred,
        "note": note,
        "file": path_text(file),
    }


def report_values(report: Report) -> Values:
    """What a story and an item of related coverage share."""
    return {
        "title": report.title,
        "excerpt": report.excerpt,
        "published_at": time_text(report.published_at),
        "url": report.url,
        "original_url": report.original_url,
        "web_url": report.web_url,
        "amp_url": report.amp_url,
        "cdn_amp_url": report.cdn_amp_url,
        "kind": report.kind,
        "quality": report.quality,
        "heat": report.heat,
        "is_published": report.is_published,
        "provider": {"name": report.provider.name, "domain": report.provider.domain},
        "topics": list(report.topics),
        "images": [_image_values(image) for image in report.images],
    }


def story_values(story: Story) -> Values:
    """All that only a story has, but for its related coverage."""
    return {
        "category": story.category,
        "featured_url": story.featured_url,
        "sealed_bytes": story.sealed_bytes,
        "body": story.body,
        "raw_front_matter": story.raw_front_matter,
        "problems": [problem_values(problem) for problem in story.problems],
    }


def problem_values(problem: Problem) -> Values:
    """What is wrong; the line is null where none is to blame."""
    return {"line": problem.line or None, "reason": problem.reason, "kind": problem.kind.value}


def time_text(moment: datetime | None) -> str | None:
    """``2021-02-04T12:52:00Z``, or None."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def path_text(path: str) -> str:
    r"""A path that JSON can hold: bytes that are no UTF-8 are written ``\xNN``, all else stays as it is."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _image_values(image: Image) -> Values:
    return {"url": image.url, "width": image.width, "height": image.height, "title": image.title}
