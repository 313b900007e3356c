from __future__ import annotations

import os
from pathlib import Path

import pytest

from reader.archive.scan import Folder, count_files, open_archive, walk
from reader.errors import ArchiveError
from reader.model import Archive, Problem, ProblemKind, Stamp
from tests.factories import write_archive, write_story


def _touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def _walked(root: Path) -> list[Folder]:
    return list(walk(Archive("n", root)))


def _stamps(folders: list[Folder]) -> dict[str, Stamp]:
    return {path: stamp for folder in folders for path, stamp in folder.stamps().items()}


def _problems(folders: list[Folder]) -> list[Problem]:
    found = [problem for folder in folders for problem in folder.problems]
    return sorted(found, key=lambda problem: problem.path)


def _scanned(root: Path) -> list[str]:
    return sorted(_stamps(_walked(root)))


def test_every_story_file_is_found_with_its_stamp(tmp_path: Path) -> None:
    path = write_story(tmp_path, "x/y/a.md")
    found = _walked(tmp_path)
    status = path.stat()
    assert _stamps(found) == {"x/y/a.md": Stamp(status.st_mtime_ns, status.st_size)}
    assert _problems(found) == []
    assert all(folder.is_complete for folder in found)


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
    found = _walked(tmp_path)
    assert sorted(_stamps(found)) == ["_news/f.md", "folder.md/e.md"]
    assert _problems(found) == []


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
    found = _walked(tmp_path)
    assert sorted(_stamps(found)) == ["a.md", "other/b.md"]
    assert [(problem.path, problem.reason) for problem in _problems(found)] == [
        ("dangling.md", "a link, not followed"),
        ("link.md", "a link, not followed"),
        ("pipe.md", "not a regular file"),
        ("root", "a link to a folder, not followed"),
        ("up", "a link to a folder, not followed"),
    ]
    assert {problem.kind for problem in _problems(found)} == {ProblemKind.SKIPPED}


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
    found = _walked(tmp_path)
    assert list(_stamps(found)) == ["d/" * 600 + "a.md"]
    (problem,) = _problems(found)
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
    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", lambda _: entries)
        found = _walked(tmp_path)
    assert _problems(found) == [Problem("b.md", 0, "input/output error", ProblemKind.SKIPPED)]


def test_a_folder_that_cannot_be_entered_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _touch(tmp_path, "a.md", "locked/b.md")
    enter = os.open

    def refuse(path: str, flags: int) -> int:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return enter(path, flags)

    monkeypatch.setattr(os, "open", refuse)
    found = _walked(tmp_path)
    assert list(_stamps(found)) == ["a.md"]
    assert _problems(found) == [Problem("locked", 0, "permission denied", ProblemKind.SKIPPED)]


def test_an_archive_that_is_gone_is_an_error_and_not_empty(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="gone: no such file or directory"):
        _walked(tmp_path / "gone")


def test_a_folder_that_cannot_be_entered_changes_once_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _touch(tmp_path, "locked/b.md")
    changed_ns = (tmp_path / "locked").stat().st_ctime_ns
    assert [folder.changed_ns for folder in _walked(tmp_path)][1:] == [changed_ns]
    enter = os.open

    def refuse(path: str, flags: int) -> int:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return enter(path, flags)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        assert [folder.changed_ns for folder in _walked(tmp_path)][1:] == [changed_ns]
        patched.setattr(os, "lstat", lambda path: refuse("locked", 0))
        assert [folder.changed_ns for folder in _walked(tmp_path)][1:] == [0]


def test_a_folder_that_becomes_a_link_meanwhile_is_not_followed(tmp_path: Path) -> None:
    _touch(tmp_path, "archive/a.md", "archive/x/b.md", "elsewhere/c.md")
    folders = walk(Archive("n", tmp_path / "archive"))
    assert next(folders).path == ""
    (tmp_path / "archive/x").rename(tmp_path / "y")
    (tmp_path / "archive/x").symlink_to(tmp_path / "elsewhere")
    (found,) = folders
    assert (found.path, found.names) == ("x/", [])
    assert [problem.path for problem in found.problems] == ["x"]


def test_folders_come_newest_first(tmp_path: Path) -> None:
    _touch(tmp_path, "a.md", "2020/12/b.md", "2021/01/c.md", "2021/02/d.md", "2021/e.md")
    paths = [folder.path for folder in _walked(tmp_path)]
    assert paths == ["", "2021/", "2021/02/", "2021/01/", "2020/", "2020/12/"]


def test_a_cancelled_walk_says_so(tmp_path: Path) -> None:
    _touch(tmp_path, "a.md", "x/b.md", "y/c.md")
    answers = iter([False, True])
    found = list(walk(Archive("n", tmp_path), lambda: next(answers)))
    assert [(folder.path, folder.is_complete) for folder in found] == [("", True), ("y/", False)]


def test_a_digest_tells_of_any_change_in_a_folder(tmp_path: Path) -> None:
    _touch(tmp_path, "a.md", "b.md", "c.txt")

    def digest() -> int:
        return _walked(tmp_path)[0].digest()

    seen = [digest()]
    assert digest() == seen[0]
    os.utime(tmp_path / "a.md", ns=(1, 1))
    seen.append(digest())
    (tmp_path / "b.md").write_text("more")
    seen.append(digest())
    (tmp_path / "b.md").rename(tmp_path / "d.md")
    seen.append(digest())
    (tmp_path / "d.md").unlink()
    seen.append(digest())
    assert len(set(seen)) == 5
    (tmp_path / "inner").mkdir()
    (tmp_path / "picture.jpg").write_text("")
    assert digest() == seen[-1]


def test_a_digest_counts_every_name_of_a_large_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.archive.scan._CHUNK_NAMES", 2)
    digests = {Folder("", names=list(names)).digest() for names in ("abc", "acb", "abd", "abcd", "ab")}
    assert len(digests) == 5


@pytest.mark.parametrize("year_ns", [1 << 63, -(1 << 63) - 1, 1 << 70])
def test_a_time_beyond_all_bounds_is_a_time(tmp_path: Path, year_ns: int) -> None:
    _touch(tmp_path, "a.md")
    folder = Folder("")
    status = os.stat(tmp_path / "a.md")

    class Status:
        st_mtime_ns = year_ns
        st_size = status.st_size

    folder.add("a.md", Status())  # type: ignore[arg-type]
    assert -(1 << 63) <= folder.stamps()["a.md"].mtime_ns < 1 << 63


def test_files_are_counted_without_a_look_at_them(tmp_path: Path) -> None:
    _touch(tmp_path, "a.md", "B.TXT", "x/b.md", "x/y/c.md", "x/d.jpg", ".hidden/e.md", "_data/f.md")
    assert count_files(Archive("n", tmp_path)) == 4
    assert count_files(Archive("n", tmp_path, ("a.md", "x/b.md"))) == 2
    assert count_files(Archive("n", tmp_path / "x" / "y")) == 1


def test_a_count_can_be_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.archive.scan._CHECK_EVERY", 2)
    _touch(tmp_path, "a.md", "b.md", "c.md")
    assert count_files(Archive("n", tmp_path), lambda: True) == 2


def test_of_single_files_only_these_are_looked_at(tmp_path: Path) -> None:
    _touch(tmp_path, "a.md", "b.md", "c.rst")
    (tmp_path / "link.md").symlink_to("a.md")
    found = list(walk(Archive("n", tmp_path, ("c.rst", "a.md", "gone.md", "link.md", "nul\0.md"))))
    assert sorted(_stamps(found)) == ["a.md", "c.rst"]
    assert [(problem.path, problem.reason) for problem in _problems(found)] == [
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
    assert list(_stamps(list(walk(archive)))) == ["a.md"]


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
