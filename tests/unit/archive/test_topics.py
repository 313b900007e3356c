from __future__ import annotations

import os
from pathlib import Path

import pytest

from reader.archive.topics import read_topic_files, topic_tree
from reader.model import Archive, Problem, ProblemKind, Topic, TopicFile


def _write(root: Path, name: str, text: str) -> None:
    folder = root / "_data" / "topics"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def _outline(topics: tuple[Topic, ...]) -> dict[str, object]:
    return {topic.name: _outline(topic.children) for topic in topics}


def test_topic_files_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    _write(
        tmp_path,
        "01-canvas.yaml",
        "name: Canvas &amp; apps\nparent: Power Apps\nshortname: Canvas\nkeywords: [a]\n",
    )
    _write(tmp_path, "00-power.YML", "---\nname: Power Apps\nparent: ~\n")
    _write(tmp_path, "notes.txt", "name: No\n")
    _write(tmp_path, ".hidden.yaml", "name: No\n")
    assert read_topic_files(Archive("n", tmp_path)) == (
        (TopicFile("Power Apps"), TopicFile("Canvas & apps", "Power Apps", "Canvas")),
        (),
    )


def test_topics_beside_a_content_folder_count(tmp_path: Path) -> None:
    _write(tmp_path, "a.yaml", "name: A\n")
    _write(tmp_path, "b.yaml", "x: y\n")
    for name in ("_news", "other"):
        (tmp_path / name).mkdir()
    topics, problems = read_topic_files(Archive("n", tmp_path / "_news"))
    assert topics == (TopicFile("A"),)
    assert problems == (Problem("../_data/topics/b.yaml", 0, "no name"),)
    assert read_topic_files(Archive("n", tmp_path / "other")) == ((), ())


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("name: [x\n", 2, "not valid YAML: did not find expected ',' or ']'"),
        ("- a\n", 0, "there are no 'name: value' lines"),
        ("name:\n", 0, "no name"),
        ("name: [a]\n", 0, "no name"),
        ("x: " + "[" * 50_000, 0, "nested deeper than 64 levels"),
    ],
)
def test_damaged_topic_files_are_told(tmp_path: Path, text: str, line: int, reason: str) -> None:
    _write(tmp_path, "a.yaml", text)
    topics, (problem,) = read_topic_files(Archive("n", tmp_path))
    assert topics == ()
    assert problem == Problem("_data/topics/a.yaml", line, reason)


def test_pipes_links_and_large_files_are_skipped(tmp_path: Path) -> None:
    _write(tmp_path, "large.yaml", "name: " + "x" * 300_000)
    os.mkfifo(tmp_path / "_data/topics/pipe.yaml")
    topics, problems = read_topic_files(Archive("n", tmp_path))
    assert topics == ()
    assert problems == (
        Problem("_data/topics/large.yaml", 0, "longer than 256 KiB", ProblemKind.SKIPPED),
        Problem(
            "_data/topics/pipe.yaml", 0, "_data/topics/pipe.yaml is not a regular file", ProblemKind.SKIPPED
        ),
    )


def test_topics_stand_below_their_parents_sorted_by_name() -> None:
    tree = topic_tree(
        [TopicFile("b", "Top"), TopicFile("Top", "", "T"), TopicFile("A", "top"), TopicFile("deep", "A")],
        ["Zebra", "aardvark"],
    )
    assert _outline(tree) == {"aardvark": {}, "Top": {"A": {"deep": {}}, "b": {}}, "Zebra": {}}
    assert [topic.label for topic in tree] == ["aardvark", "T", "Zebra"]


def test_the_spelling_of_the_topic_file_or_the_first_counts() -> None:
    tree = topic_tree(
        [TopicFile("Power Apps"), TopicFile("POWER apps", "x")], ["power apps", "New", "new", ""]
    )
    assert [topic.name for topic in tree] == ["New", "Power Apps"]


def test_a_missing_parent_makes_a_topic_of_the_top_level() -> None:
    assert _outline(topic_tree([TopicFile("a", "gone")], [])) == {"a": {}}


def test_a_parent_that_only_stories_name_is_a_parent_too() -> None:
    assert _outline(topic_tree([TopicFile("a", "Story Topic")], ["story topic"])) == {
        "story topic": {"a": {}}
    }


def test_circles_are_cut() -> None:
    assert _outline(topic_tree([TopicFile("a", "a")], [])) == {"a": {}}
    assert _outline(topic_tree([TopicFile("a", "b"), TopicFile("b", "c"), TopicFile("c", "A")], [])) == {
        "a": {"c": {"b": {}}}
    }


def test_no_topic_is_lost_in_a_chain_of_thousands() -> None:
    files = [TopicFile(f"t{n}", f"t{n + 1}") for n in range(3_000)]
    waiting, names = list(topic_tree(files, [])), []
    while waiting:
        topic = waiting.pop()
        names.append(topic.name)
        waiting += topic.children
    assert sorted(names) == sorted(file.name for file in files)


def test_no_topics_make_no_tree() -> None:
    assert topic_tree([], []) == ()
