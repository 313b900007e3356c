from __future__ import annotations

import time

import pytest

from reader.model import Mark, StoryId
from reader.state.identity import Candidate, adopt, is_related, related_id, relative_path, stem


def orphan(story: str, url: str = "") -> Mark:
    return Mark(StoryId(story), is_read=True, url=url)


def story(name: str, url_key: str = "") -> Candidate:
    return Candidate(StoryId(name), url_key)


@pytest.mark.parametrize(
    ("story_id", "path", "name"),
    [
        ("powerapps/_news/2021-a.md", "_news/2021-a.md", "2021-a"),
        ("powerapps/a.b.markdown", "a.b.markdown", "a.b"),
        ("blog/en/post/index.md", "en/post/index.md", "post"),
        ("blog/en/_index.md", "en/_index.md", "en"),
        ("blog/en/README.md", "en/README.md", "en"),
        ("blog/index.md", "index.md", "blog"),
        ("blog/.md", ".md", ".md"),
        ("alone", "", "alone"),
        ("url:a.example/x", "", ""),
    ],
)
def test_keys_of_an_id(story_id: str, path: str, name: str) -> None:
    assert relative_path(StoryId(story_id)) == path
    assert stem(StoryId(story_id)) == name


def test_a_related_item_is_known_by_its_address() -> None:
    assert related_id("https://www.a.example/x/?utm_source=y#z") == "url:a.example/x"
    assert is_related(related_id("https://a.example/"))
    assert related_id("javascript:x") == ""


def test_an_archive_that_was_renamed_keeps_its_marks_by_path() -> None:
    moved = adopt(
        [orphan("old/2021/a.md", "https://x.example/1"), orphan("old/2021/b.md")],
        [story("new/2021/a.md", "x.example/2"), story("new/2021/b.md", "x.example/1")],
    )
    assert moved == {"new/2021/a.md": "old/2021/a.md", "new/2021/b.md": "old/2021/b.md"}


def test_a_renamed_file_keeps_its_mark_by_address_and_a_moved_one_by_its_name() -> None:
    moved = adopt(
        [orphan("n/a.md", "https://www.x.example/1/?utm_source=z"), orphan("n/b.md", "https://x.example/9")],
        [story("n/renamed.md", "x.example/1"), story("n/2021/b.md", "x.example/2")],
    )
    assert moved == {"n/renamed.md": "n/a.md", "n/2021/b.md": "n/b.md"}


@pytest.mark.parametrize(
    ("orphans", "stories"),
    [
        ([orphan("a/x.md"), orphan("b/x.md")], [story("c/x.md")]),
        ([orphan("a/x.md")], [story("c/x.md"), story("d/x.md")]),
        (
            [orphan("a/1.md", "https://x.example/")],
            [story("a/2.md", "x.example"), story("a/3.md", "x.example")],
        ),
        (
            [orphan("a/1.md", "https://x.example/"), orphan("a/2.md", "https://x.example/")],
            [story("a/3.md", "x.example")],
        ),
        ([orphan("a/1/x.md"), orphan("a/2/x.md")], [story("a/3/x.md")]),
        ([orphan("a/1.md")], [story("a/2.md")]),
        ([], [story("a/2.md")]),
        ([orphan("a/1.md")], []),
    ],
)
def test_where_there_is_no_single_answer_nothing_is_adopted(
    orphans: list[Mark], stories: list[Candidate]
) -> None:
    assert adopt(orphans, stories) == {}


def test_a_record_is_adopted_once_and_leaves_the_next_key_to_the_others() -> None:
    moved = adopt(
        [orphan("o/a.md", "https://x.example/1"), orphan("o/b.md", "https://x.example/1")],
        [story("n/a.md", "x.example/1"), story("n/c.md", "x.example/1")],
    )
    assert moved == {"n/a.md": "o/a.md", "n/c.md": "o/b.md"}


@pytest.mark.parametrize("key", ["url:x.example/1", "url:https://www.x.example/1/"])
def test_a_related_item_becomes_the_story_that_has_its_address_and_matches_by_nothing_else(key: str) -> None:
    assert adopt([orphan(key)], [story("n/a.md", "x.example/1")]) == {"n/a.md": key}
    assert adopt([orphan(key)], [story("n/1.md", "")]) == {}


def test_the_record_of_a_file_comes_before_that_of_a_related_item() -> None:
    records = [orphan("url:x.example/1"), orphan("n/old.md", "https://x.example/1")]
    assert adopt(records, [story("n/new.md", "x.example/1")]) == {"n/new.md": "n/old.md"}


def test_a_related_item_adopts_nothing() -> None:
    assert adopt([orphan("n/a.md", "https://x.example/1")], [story("url:x.example/1", "x.example/1")]) == {}


def test_a_record_left_behind_by_a_story_with_marks_of_its_own_is_not_free_for_another() -> None:
    records = [orphan("n/old.md", "https://x.example/1")]
    twin, moved = story("n/twin.md", "x.example/1"), story("n/2021/old.md", "x.example/1")
    assert adopt(records, [twin]) == {"n/twin.md": "n/old.md"}
    assert adopt(records, [twin], settled=[moved]) == {}


def test_adopting_takes_time_in_line_with_the_archive() -> None:
    records = [orphan(f"o/{n}/{n}.md", f"https://x.example/{n}") for n in range(20_000)]
    stories = [story(f"n/{n}.md", f"x.example/{n}") for n in range(20_000)]
    started = time.perf_counter()
    assert len(adopt(records, stories)) == 20_000
    assert time.perf_counter() - started < 5
