from __future__ import annotations

import os
from pathlib import Path

import pytest

from reader.archive.scan import open_archive, scan
from reader.errors import ArchiveError
from reader.model import Archive, Problem, ProblemKind, Stamp
from tests.factories import write_archive, write_story


def _touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def _scanned(root: Path) -> list[str]:
    return sorted(scan(Archive("n", root)).stamps)


def test_every_story_file_is_found_with_its_stamp(tmp_path: Path) -> None:
    path = write_story(tmp_path, "x/y/a.md")
    found = scan(Archive("n", tmp_path))
    status = path.stat()
    assert found.stamps == {"x/y/a.md": Stamp(status.st_mtime_ns, status.st_size)}
    assert found.problems == []
    assert found.is_complete


def test_a_sample_archive_is_found_whole(tmp_path: Path) -> None:
    assert len(_scanned(write_archive(tmp_path, 30))) == 30


def test_only_files_with_a_story_suffix_count(tmp_path: Path) -> None:
    _touch(
        tmp_path,
        "a.md",
        "B.MD",
        "c.Markdown",
        "d.txt",
        "e.html",
        "f",
        "g.md~",
        "#h.md#",
        ".i.md",
        ".#j.md",
        "k.md.bak",
    )
    assert _scanned(tmp_path) == ["B.MD", "a.md", "c.Markdown", "d.txt"]


def test_hidden_folders_and_topic_data_are_left_out_without_a_word(tmp_path: Path) -> None:
    _touch(
        tmp_path, ".git/a.md", "_data/b.md", "x/_data/c.md", "x/.hidden/d.md", "folder.md/e.md", "_news/f.md"
    )
    found = scan(Archive("n", tmp_path))
    assert sorted(found.stamps) == ["_news/f.md", "folder.md/e.md"]
    assert found.problems == []


def test_links_and_what_is_no_file_are_told_and_not_followed(tmp_path: Path) -> None:
    _touch(tmp_path, "a.md", "other/b.md")
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "root").symlink_to("/")
    (tmp_path / "link.md").symlink_to("a.md")
    (tmp_path / "dangling.md").symlink_to("nowhere")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "picture").symlink_to("a.md")
    (tmp_path / "_data").symlink_to("other")
    os.mkfifo(tmp_path / "pipe.md")
    os.mkfifo(tmp_path / "pipe")
    found = scan(Archive("n", tmp_path))
    assert sorted(found.stamps) == ["a.md", "other/b.md"]
    assert [(problem.path, problem.reason) for problem in found.problems] == [
        ("dangling.md", "a link, not followed"),
        ("link.md", "a link, not followed"),
        ("pipe.md", "not a regular file"),
        ("root", "a link to a folder, not followed"),
        ("up", "a link to a folder, not followed"),
    ]
    assert {problem.kind for problem in found.problems} == {ProblemKind.SKIPPED}


@pytest.mark.parametrize(
    "name",
    [
        b"\xff\xfe.md",
        b"new\nline.md",
        b"\x1b[31m.md",
        b"-rf.md",
        b"[x].md",
        "é.md".encode(),
        "e\u0301.md".encode(),
        b"*.md",
    ],
)
def test_any_file_name_is_found(tmp_path: Path, name: bytes) -> None:
    with open(os.path.join(os.fsencode(tmp_path), name), "wb"):
        pass
    assert _scanned(tmp_path) == [os.fsdecode(name)]


def test_folders_too_deep_for_the_system_are_told(tmp_path: Path) -> None:
    def make_deep(name: str, count: int) -> None:
        folder = os.open(tmp_path, os.O_RDONLY)
        for _ in range(count):
            os.mkdir(name, dir_fd=folder)
            inner = os.open(name, os.O_RDONLY, dir_fd=folder)
            os.close(folder)
            folder = inner
        os.close(os.open("a.md", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
        os.close(folder)

    make_deep("d", 600)
    make_deep("x" * 200, 30)
    found = scan(Archive("n", tmp_path))
    assert list(found.stamps) == ["d/" * 600 + "a.md"]
    (problem,) = found.problems
    assert problem.reason == "nested too deep: its path is longer than the system allows"


def test_files_that_vanish_or_fail_under_the_scan_do_not_stop_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Entry:
        def __init__(self, name: str, error: OSError) -> None:
            self.name = name
            self.error = error

        def is_dir(self, *, follow_symlinks: bool = True) -> bool:
            if follow_symlinks:
                raise self.error
            return False

        def is_symlink(self) -> bool:
            return True

        def stat(self, *, follow_symlinks: bool) -> os.stat_result:
            raise self.error

    class Entries(list[Entry]):
        def __enter__(self) -> Entries:
            return self

        def __exit__(self, *_: object) -> None: ...

    entries = Entries(
        [
            Entry("a.md", FileNotFoundError(2, "x")),
            Entry("b.md", OSError(5, "x")),
            Entry("c", OSError(5, "x")),
        ]
    )
    monkeypatch.setattr(os, "scandir", lambda _: entries)
    found = scan(Archive("n", tmp_path))
    assert found.problems == [Problem("b.md", 0, "input/output error", ProblemKind.SKIPPED)]


def test_a_folder_that_cannot_be_entered_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _touch(tmp_path, "a.md", "locked/b.md")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("locked/"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = scan(Archive("n", tmp_path))
    assert list(found.stamps) == ["a.md"]
    assert found.problems == [Problem("locked", 0, "permission denied", ProblemKind.SKIPPED)]


def test_an_archive_that_is_gone_is_an_error_and_not_empty(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="gone: no such file or directory"):
        scan(Archive("n", tmp_path / "gone"))


def test_a_cancelled_scan_says_that_it_is_not_complete(tmp_path: Path) -> None:
    _touch(tmp_path, "a.md", "x/b.md")
    answers = iter([False, True])
    found = scan(Archive("n", tmp_path), lambda: next(answers))
    assert not found.is_complete
    assert list(found.stamps) in (["a.md"], [])


def test_of_single_files_only_these_are_looked_at(tmp_path: Path) -> None:
    _touch(tmp_path, "a.md", "b.md", "c.rst")
    (tmp_path / "link.md").symlink_to("a.md")
    found = scan(Archive("n", tmp_path, ("c.rst", "a.md", "gone.md", "link.md", "nul\0.md")))
    assert sorted(found.stamps) == ["a.md", "c.rst"]
    assert [(problem.path, problem.reason) for problem in found.problems] == [
        ("gone.md", "no such file or directory"),
        ("link.md", "not a regular file"),
        ("nul\0.md", "its name is malformed"),
    ]


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("powerapps", "powerapps"),
        ("powerapps/_news", "powerapps/_news"),
        ("blog/content", "blog/content"),
        ("powerapps/_news/2021", "2021"),
        ("a..b", "a.b"),
        ("...", "root"),
        ("\u200b", "root"),
        ("url:x", "url_x"),
        (" x\x1b[31m ", "x"),
        ("\udcff", r"\xff"),
    ],
)
def test_an_archive_is_named_after_its_folder(tmp_path: Path, folder: str, name: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    assert open_archive(tmp_path / folder) == Archive(name, tmp_path / folder)


def test_the_root_of_the_disk_and_relative_paths_have_names_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert open_archive(Path("/")).name == "root"
    (tmp_path / "x").mkdir()
    monkeypatch.chdir(tmp_path / "x")
    assert open_archive(Path(".")) == Archive("x", tmp_path / "x")
    assert open_archive(Path("../x/../x")) == Archive("x", tmp_path / "x")


def test_a_single_file_opens_its_folder_for_itself(tmp_path: Path) -> None:
    path = write_story(tmp_path / "x", "a.md")
    assert open_archive(path) == Archive("x", tmp_path / "x", ("a.md",))


def test_a_link_to_a_folder_goes_by_the_name_one_typed(tmp_path: Path) -> None:
    write_story(tmp_path / "real", "a.md")
    (tmp_path / "alias").symlink_to("real")
    archive = open_archive(tmp_path / "alias")
    assert archive == Archive("alias", tmp_path / "alias")
    assert list(scan(archive).stamps) == ["a.md"]


def test_what_lies_in_a_configured_archive_goes_by_its_name(tmp_path: Path) -> None:
    path = write_story(tmp_path / "big" / "_news" / "2021", "a.md")
    (tmp_path / "alias").symlink_to("big")
    configured = [
        Archive("inner", tmp_path / "big/_news"),
        Archive("mine", tmp_path / "big"),
        Archive("no", tmp_path / "bi"),
    ]
    assert open_archive(tmp_path / "big", configured).name == "mine"
    assert open_archive(tmp_path / "big/_news", configured).name == "inner"
    assert open_archive(path, configured) == Archive("inner/2021", path.parent, ("a.md",))
    assert open_archive(tmp_path / "alias/_news", configured[1:]).name == "mine/_news"
    assert open_archive(tmp_path, configured).name == tmp_path.name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("gone", "no such file or directory"),
        ("dangling.md", "no such file or directory"),
        ("pipe.md", "neither a folder nor a regular file"),
        ("nul\0", "its name is malformed"),
        ("link.md", "a link; name the file it leads to, .*a.md"),
    ],
)
def test_what_cannot_be_opened_is_named(tmp_path: Path, name: str, reason: str) -> None:
    _touch(tmp_path, "a.md")
    (tmp_path / "dangling.md").symlink_to("nowhere")
    (tmp_path / "link.md").symlink_to("a.md")
    os.mkfifo(tmp_path / "pipe.md")
    with pytest.raises(ArchiveError, match=f".*{name[:3]}.*: {reason}"):
        open_archive(tmp_path / name)
