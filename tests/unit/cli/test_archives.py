from __future__ import annotations

import os
from pathlib import Path

import pytest

from reader import resources
from reader.archive.scan import holds_stories, open_archive
from reader.cli.archives import Choice, choose
from reader.cli.output import ProgressLine
from reader.config import Config, ConfiguredArchive
from reader.errors import ArchiveError, IndexFileError, UsageError
from reader.model import Archive
from tests.factories import write_story
from tests.unit.cli.running import Run


def opened(*paths: object, config: Config | None = None) -> Choice:
    return choose([str(path) for path in paths], config or Config())


def test_without_paths_and_config_the_seeds_open() -> None:
    assert opened().archives == (Archive("seeds", resources.seeds_dir()),)


def test_without_paths_the_archives_of_the_config_open(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    config = Config(
        archives=(ConfiguredArchive("pa", archive), ConfiguredArchive("", tmp_path / "x" / ".." / "empty"))
    )
    (tmp_path / "x").mkdir()
    choice = opened(config=config)
    assert choice.archives == (Archive("pa", archive), Archive("empty", tmp_path / "empty"))
    assert choice.typed == (str(archive), str(tmp_path / "empty"))
    assert choice.warnings == ()


def test_an_archive_of_the_config_that_is_gone_keeps_no_other_away(archive: Path) -> None:
    config = Config(archives=(ConfiguredArchive("", Path("/nowhere")), ConfiguredArchive("", archive)))
    choice = opened(config=config)
    assert [each.root for each in choice.archives] == [archive]
    assert choice.warnings == ("config.yaml: /nowhere: no such file or directory",)


def test_the_config_says_what_a_path_is_called(archive: Path) -> None:
    config = Config(archives=(ConfiguredArchive("pa", archive),))
    assert opened(archive / "2021", config=config).archives[0].name == "pa/2021"


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="nowhere: no such file"):
        opened(tmp_path / "nowhere")


def test_an_empty_path_is_an_error() -> None:
    with pytest.raises(UsageError, match="a path is empty"):
        opened("")


def test_a_folder_under_ones_feet_that_is_gone_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").mkdir()
    monkeypatch.chdir(tmp_path / "x")
    (tmp_path / "x").rmdir()
    try:
        with pytest.raises(ArchiveError, match="the folder you are in is not there any more"):
            opened("news")
    finally:
        os.chdir(tmp_path)


def test_files_of_one_folder_make_one_archive(archive: Path) -> None:
    folder = archive / "2021"
    choice = opened(folder / "robots.md", folder / "clouds.md", folder / "robots.md")
    assert choice.archives == (Archive("2021", folder, ("robots.md", "clouds.md")),)


def test_files_of_two_folders_make_two_archives(archive: Path) -> None:
    write_story(archive, "top.md")
    choice = opened(archive / "top.md", archive / "2021" / "robots.md")
    assert [each.only for each in choice.archives] == [("top.md",), ("robots.md",)]


def test_a_folder_given_twice_is_opened_once(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(archive)
    choice = opened(archive, f"{archive}/", tmp_path / "link")
    assert choice.archives == (Archive("powerapps", archive),)


def test_a_folder_and_a_file_of_it_are_the_folder(archive: Path) -> None:
    assert opened(archive / "2021" / "robots.md", archive).archives == (Archive("powerapps", archive),)
    assert opened(archive / "2021" / "robots.md", archive / "2021").archives == (
        Archive("2021", archive / "2021"),
    )


def test_an_archive_inside_another_one_is_opened_with_it(archive: Path) -> None:
    assert opened(archive / "2021", archive, archive / "2020").archives == (Archive("powerapps", archive),)


@pytest.mark.parametrize("folder", [".drafts", "_data", "2021/.drafts/a"])
def test_an_archive_that_no_scan_of_the_outer_one_enters_stays(archive: Path, folder: str) -> None:
    write_story(archive / folder, "x.md")
    assert len(opened(archive, archive / folder).archives) == 2


def test_a_file_that_no_scan_of_its_folder_finds_stays(archive: Path) -> None:
    write_story(archive / "2021", "x.html")
    write_story(archive / "2021", ".hidden.md")
    for name in ("x.html", ".hidden.md"):
        assert len(opened(archive, archive / "2021" / name).archives) == 2


def test_places_of_archives_with_one_name(run: Run, tmp_path: Path) -> None:
    for parent in ("one", "two"):
        write_story(tmp_path / parent / "pa", f"{parent}.md", title=parent)
    files = [cells[5] for cells in run("list", tmp_path / "one" / "pa", tmp_path / "two" / "pa").cells]
    assert sorted(files) == [f"{tmp_path}/one/pa/one.md", f"{tmp_path}/two/pa/two.md"]


def test_a_story_that_vanished_meanwhile_has_no_place(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reader.library import Library

    for parent in ("one", "two"):
        write_story(tmp_path / parent / "pa", f"{parent}.md", title=parent)
    monkeypatch.setattr(Library, "file_of", lambda library, row: None)
    assert [cells[5] for cells in run("list", tmp_path / "one/pa", tmp_path / "two/pa").cells] == ["", ""]


def test_config_warnings_and_trouble_with_the_index_are_told(
    run: Run, archive: Path, config_home: Path, tmp_path: Path
) -> None:
    config_home.mkdir(parents=True)
    (config_home / "config.yaml").write_text(f"thme: nord\narchives: [/nowhere, {archive}]\n")
    cache = tmp_path / "cache"
    cache.write_text("in the way of the folder")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        result = run("list")
    assert result.code == 0
    assert len(result.lines) == 3
    lines = result.err.splitlines()
    assert lines[0] == 'newsreader: config.yaml:1: unknown key "thme"; did you mean "theme"?'
    assert lines[1] == "newsreader: config.yaml: /nowhere: no such file or directory"
    assert "this session works without it" in lines[2]


def test_the_progress_of_a_long_sync_is_told(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(ProgressLine, "show", lambda line, words: told.append(words))
    run("list", archive)
    assert (told[0], told[-1]) == ("Looking for changes", "Indexing 3 of 3")


def test_an_index_that_cannot_be_written_is_a_sentence(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reader.library import Library

    def sync(library: Library, on_progress: object) -> None:
        raise IndexFileError("the index cannot be used")

    monkeypatch.setattr(Library, "sync", sync)
    assert run("list", archive).err == "newsreader: the index cannot be used\n"


# What holds a story at all.


def is_archive(folder: Path) -> bool:
    return holds_stories(open_archive(folder))


def test_a_folder_holds_stories_however_deep(archive: Path) -> None:
    assert is_archive(archive)


def test_a_folder_without_stories_is_wrong_use(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "README.md").write_text("# Notes\n")
    (folder / "a" / "plain.txt").write_text("No front matter\n")
    (folder / "a" / "picture.png").write_bytes(b"\x89PNG")
    write_story(folder, ".hidden/x.md")
    write_story(folder, "_data/x.md")
    assert run("list", folder).err == (
        f"newsreader: {folder} holds no story; newsreader reads *.md, *.markdown, and *.txt"
        " that begin with front matter\n"
    )
    (folder / "a" / "b" / "link.md").symlink_to(write_story(tmp_path, "x.md"))
    assert not is_archive(folder)
    assert run("list", folder / "a" / "plain.txt").code == 2


@pytest.mark.parametrize("text", ["---\ntitle: x\n---\n", '{"title": "x"}\n', '+++\ntitle = "x"\n+++\n'])
def test_text_with_front_matter_is_a_story(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.txt").write_text(text)
    assert is_archive(tmp_path)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"Just text"])
def test_markdown_is_a_story_whatever_it_holds(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.MD").write_bytes(data)
    assert is_archive(tmp_path)


@pytest.mark.parametrize("locked", ["", "a/"])
def test_a_folder_that_may_not_be_entered_is_told_where_it_is_the_archive(
    archive: Path, monkeypatch: pytest.MonkeyPatch, locked: str
) -> None:
    write_story(archive, "a/x.md")
    enter = os.scandir

    def scandir(path: str) -> object:
        if path == f"{archive}/{locked}":
            raise PermissionError(13, "Permission denied")
        return enter(path)

    monkeypatch.setattr(os, "scandir", scandir)
    if locked:
        assert is_archive(archive)
        return
    with pytest.raises(ArchiveError, match="powerapps: permission denied"):
        is_archive(archive)


def test_a_file_that_cannot_be_read_counts_because_it_has_to_be_told(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    os.mkfifo(folder / "pipe.md")
    result = run("check", folder)
    assert (result.code, result.err) == (1, "1 problem in 0 stories\n")
