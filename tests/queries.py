"""Random stories and queries for the tests of the search: few words, so that queries find something."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from tests.factories import write_story

NOW = datetime(2021, 6, 15, 12, tzinfo=UTC)
TOPICS = ("AI", "Computer Vision", "Privacy", "プライバシー", "C++")

_WORDS = (
    *("Clearview", "facial", "recognition", "face", "the", "of", "a", "x", "AI", "3D", "2021", "NOT", "OR"),
    *("Café", "cafe\u0301", "Łódź", "straße", "ﬁne", "ﬁ", "İstanbul", "ISTANBUL", "Ελλάδα", "ελλαδα"),
    *("don’t", "co-op", "e.g.", "“quoted”", "🔥", "👩🏽\u200d💻"),
    *("人工智能", "人工", "顔認識", "が", "か", "얼굴", "हिन्दी", "ไทย"),
)
_PROVIDERS = (
    ("Threat Post", "threatpost.com"),
    ("The Wall Street Journal", "blogs.wsj.com"),
    ("WIRED", "wired.com"),
    ("", "wsj.com"),
    ("Télérama", ""),
)
_LEAVES = (
    *("topic:ai", 'topic:"computer vision"', "topic:c++", "topic:プライバシー"),
    *("archive:g", "-archive:G", "archive:h"),
    *("provider:wall", "provider:t", "provider:telerama", "domain:wsj.com", "domain:WIRED.com", "domain:com"),
    *("type:video", "type:Article", "quality>=50", "quality<3", "quality=7", "quality:20..60"),
    *("since:2021-03", "before:2021-05-07", "since:30d", "before:2m"),
    *("is:unread", "is:read", "is:starred", "is:published", "is:unpublished", "is:damaged"),
    *("has:related", "has:link", "has:date", "has:quality", "has:excerpt", "has:note"),
    *("note:facial", "note:fac*", 'note:"the face"', "note:x", "note:ﬁ", "note:cafe", "note:人工"),
)


def write_random_archive(folder: Path, count: int, random: Random) -> Path:
    """An archive of `count` stories of few words, many of them without this or that."""
    for number in range(count):
        write_random_story(folder, f"2021/story-{number}.md", random)
    return folder


def write_random_story(folder: Path, name: str, random: Random) -> Path:
    provider, domain = random.choice(_PROVIDERS)
    published_at = NOW - timedelta(hours=random.randrange(4_000))
    return write_story(
        folder,
        name,
        title=_text(random, 5) or None,
        excerpt=_text(random, 8),
        publishedDateTime=random.choice([f"{published_at:%Y-%m-%dT%H:%M:%SZ}", None]),
        webUrl=random.choice([f"https://news.example.com/{name}", None]),
        type=random.choice(["article", "Video", "video", None]),
        quality=random.choice([random.randrange(100), 7, None]),
        published=random.choice([True, False, None, "perhaps"]),
        provider={"name": provider, "domain": domain},
        topics=random.sample(TOPICS, random.randrange(3)),
        related=[
            {"title": _text(random, 4), "excerpt": _text(random, 4), "provider": {"name": provider}}
            for _ in range(random.choice([0, 0, 1, 3]))
        ],
    )


def random_note(random: Random) -> str:
    """A note as a person may write it; mostly none."""
    return _text(random, 5) if random.random() < 0.4 else ""


def random_query(random: Random, depth: int = 3) -> str:
    """A query as a person may type it; never a wrong one."""
    kind = random.randrange(9 if depth else 5)
    if kind < 3:
        return _words(random)
    if kind < 5:
        return random.choice(_LEAVES)
    parts = [random_query(random, depth - 1) for _ in range(random.randint(1, 3))]
    if kind == 5:
        return f"-({' '.join(parts)})"
    if kind == 6:
        return f"({' OR '.join(parts)})"
    return random.choice([" ", " AND ", " OR "]).join(parts)


def _words(random: Random) -> str:
    word = random.choice(_WORDS)
    cut = word[: random.randint(1, len(word))]
    phrase = " ".join(random.choices(_WORDS, k=random.randint(1, 2)))
    quoted = [f'"{word}"', f'"{phrase}"', f'"{phrase}"*', f'title:"{word}"']
    return random.choice([word.lower(), f"{cut}*", f"title:{cut.lower()}*", f"-{word}", *quoted])


def _text(random: Random, most: int) -> str:
    return " ".join(random.choices(_WORDS, k=random.randrange(most)))
