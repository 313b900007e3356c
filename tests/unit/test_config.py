from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader import config
from reader.config import Config, ConfiguredArchive
from tests.properties.test_clean import is_safe


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a config file; `load` writes one there."""
    return tmp_path


def load(folder: Path, text: str | bytes) -> Config:
    file = folder / "config.yaml"
    file.write_bytes(text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text)
    return config.load(file)


def only_problem(loaded: Config) -> str:
    [problem] = loaded.problems
    return problem


FULL = """\
archives: [~/news]
theme: nord
mark_read: manual
dwell_s: 0.5
browser: firefox --new-tab %s
ascii: yes
mouse: false
animations: On
date_format: date
density: one-line
watch: off
style: own.tcss
kitty_keys: false
keys:
  toggle-star: s
  open: [o, v]
  quit:
"""


def test_without_a_file_there_are_the_defaults(tmp_path: Path) -> None:
    assert config.load(tmp_path / "no" / "config.yaml") == Config()


def test_every_setting_can_be_set(folder: Path) -> None:
    assert load(folder, FULL) == Config(
        archives=(ConfiguredArchive("", Path.home() / "news"),),
        theme="nord",
        mark_read="manual",
        dwell_s=0.5,
        browser="firefox --new-tab %s",
        ascii=True,
        mouse=False,
        animations=True,
        date_format="date",
        density="one-line",
        watch=False,
        style=folder / "own.tcss",
        kitty_keys=False,
        keys={"toggle-star": "s", "open": "o,v", "quit": ""},
    )


@pytest.mark.parametrize(
    "text", ["", "\n", "# nothing set\n", "---\n", "~", "theme:\nkeys: ~\narchives: null\n"]
)
def test_a_file_that_sets_nothing_is_fine(text: str, folder: Path) -> None:
    assert load(folder, text) == Config()


def test_a_byte_order_mark_is_no_part_of_the_first_key(folder: Path) -> None:
    assert load(folder, b"\xef\xbb\xbftheme: nord\n").theme == "nord"


def test_a_quoted_null_is_a_text(folder: Path) -> None:
    assert load(folder, "theme: 'null'\n").theme == "null"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("archives: /a", [("", "/a")]),
        ("archives: [/a, b/c]", [("", "/a"), ("", "b/c")]),
        ("archives:\n  news: /a\n  old: ../b\n", [("news", "/a"), ("old", "../b")]),
        ("archives:\n  name: news\n  path: /a\n", [("news", "/a")]),
        (
            "archives:\n  - {name: news, path: /a}\n  - path: /b\n  - old: /c\n  - /d\n",
            [("news", "/a"), ("", "/b"), ("old", "/c"), ("", "/d")],
        ),
        ("archives: [{name: ~, path: /a}]", [("", "/a")]),
        ("archives: [~/x]", [("", "~/x")]),
        ("archives: []", []),
        ("archives: ['/a  b/é']", [("", "/a  b/é")]),
    ],
)
def test_archives_can_be_written_in_many_ways(
    text: str, expected: list[tuple[str, str]], folder: Path
) -> None:
    loaded = load(folder, text)
    assert not loaded.problems
    assert loaded.archives == tuple(
        ConfiguredArchive(name, folder / Path(path).expanduser()) for name, path in expected
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("archives: [{name: a/b, path: /a}]", 'without "/"'),
        ("archives: [{name: 'url:x', path: /a}]", "url:"),
        ("archives: [{name: '', path: /a}]", "a name of an archive is text"),
        ("archives: [{name: [x], path: /a}]", "a name of an archive is text"),
        ("archives: [{name: a}]", 'has a "path"'),
        ("archives: [{name: a, path: /a, rank: 3}]", 'has a "path"'),
        ("archives: [[/a]]", "a path, or a name and a path"),
        ("archives: ['']", "is empty"),
        ("archives: [news: [/a]]", "is empty"),
        ('archives: ["/a\\0b"]', "control characters"),
        ('archives: ["/a\\nb"]', "control characters"),
        ('archives: ["/a\\e[2Jb"]', "control characters"),
        ("archives: [/" + "a" * 5000 + "]", "too long"),
    ],
)
def test_an_archive_that_is_wrong_is_told_and_the_others_open(text: str, reason: str, folder: Path) -> None:
    loaded = load(folder, f"{text[:-1]}, /good]\n")
    assert loaded.archives == (ConfiguredArchive("", Path("/good")),)
    assert reason in only_problem(loaded)


def test_a_style_is_a_path_as_it_is_written(folder: Path) -> None:
    assert load(folder, "style: ~/a b.tcss").style == Path.home() / "a b.tcss"
    assert load(folder, "style: /x.tcss").style == Path("/x.tcss")
    wrong = load(folder, 'style: "\\e[2J"')
    assert wrong.style is None
    assert only_problem(wrong) == "config.yaml:1: style is empty, too long or holds control characters"


def test_keys_know_their_lines(folder: Path) -> None:
    assert load(folder, FULL).key_places["open"] == f"config.yaml:{FULL.count(chr(10)) - 1}"


def test_a_command_that_is_set_twice_is_told(folder: Path) -> None:
    loaded = load(folder, "keys:\n  open: a\n  open: b\n")
    assert (loaded.keys["open"], loaded.key_places["open"]) == ("b", "config.yaml:3")
    assert only_problem(loaded) == 'config.yaml:3: keys: "open" is set twice, the last one counts'


def test_a_watched_config_is_read_again_when_it_changes_and_only_then(folder: Path) -> None:
    file = folder / "config.yaml"
    watched = config.WatchedConfig(file)
    assert watched.read() == Config()
    assert watched.changed() is None
    file.write_text("theme: nord\n")
    assert watched.changed() == Config(theme="nord")
    assert watched.changed() is None
    fresh = folder / "fresh.yaml"
    fresh.write_text("theme: bold\n")
    fresh.replace(file)
    assert watched.changed() == Config(theme="bold")
    file.unlink()
    assert watched.changed() == Config()
    assert watched.changed() is None


def test_a_watched_config_that_cannot_be_looked_at_is_as_good_as_none(folder: Path) -> None:
    assert config.WatchedConfig(folder / "a\0b").changed() is None


def test_two_archives_cannot_have_one_name(folder: Path) -> None:
    loaded = load(folder, "archives:\n  - news: /a\n  - news: /b\n")
    assert loaded.archives == (ConfiguredArchive("news", Path("/a")),)
    assert only_problem(loaded) == 'config.yaml:3: two archives have the name "news"'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("theme: nord\narchivs: x\n", 'config.yaml:2: unknown key "archivs"; did you mean "archives"?'),
        ("mark-read: open", 'config.yaml:1: unknown key "mark-read"; did you mean "mark_read"?'),
        ("mark_read: opne", 'config.yaml:1: unknown value of mark_read "opne"; did you mean "open"?'),
        ("density: one_line", 'config.yaml:1: unknown value of density "one_line"; did you mean "one-line"?'),
        ("date_format: [x]", 'config.yaml:1: unknown value of date_format ""; there are age, date'),
        ("ascii: maybe", "config.yaml:1: ascii is neither true nor false"),
        ("mouse: []", "config.yaml:1: mouse is neither true nor false"),
        ("dwell_s: fast", "config.yaml:1: dwell_s is not a number of seconds from 0.1 to 60"),
        ("dwell_s: 0", "config.yaml:1: dwell_s is not a number of seconds from 0.1 to 60"),
        ("dwell_s: .nan", "config.yaml:1: dwell_s is not a number of seconds from 0.1 to 60"),
        ("dwell_s: nan", "config.yaml:1: dwell_s is not a number of seconds from 0.1 to 60"),
        ("dwell_s: {}", "config.yaml:1: dwell_s is not a number of seconds from 0.1 to 60"),
        ("theme: [nord]", "config.yaml:1: theme is not one line of text"),
        ("keys: s", 'config.yaml:1: keys holds no "command: keys" lines'),
        ("keys:\n  a: {b: c}", "config.yaml:2: keys: a command and its keys are one line of text each"),
        ("keys:\n  a: [[b]]", "config.yaml:2: keys: a command and its keys are one line of text each"),
        ("keys:\n  [a]: b", "config.yaml:2: keys: a command and its keys are one line of text each"),
        ("[a]: b", 'config.yaml:1: unknown key ""; there are archives, theme, '),
        ("- a", 'config.yaml:1: holds no "key: value" lines'),
        ("just words", 'config.yaml:1: holds no "key: value" lines'),
        ("theme: a\ntheme: b: c\n", "config.yaml:2: not YAML: mapping values are not allowed"),
        ("theme: 'open\n", "config.yaml:2: not YAML: found unexpected end of stream"),
        ("a: 1\n---\nb: 2\n", "config.yaml:2: not YAML: but found another document"),
        ("theme: \x1b[2J", "config.yaml: not YAML: it holds characters YAML does not allow"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, expected: str, folder: Path) -> None:
    loaded = load(folder, text)
    assert only_problem(loaded).startswith(expected)


def test_the_rest_of_the_file_counts(folder: Path) -> None:
    loaded = load(folder, FULL.replace("theme:", "thema:").replace("0.5", "never"))
    assert (loaded.theme, loaded.dwell_s, loaded.density) == ("", 1.5, "one-line")
    assert [problem.split(":")[1] for problem in loaded.problems] == ["2", "4"]


def test_the_last_of_two_equal_keys_counts_and_is_told(folder: Path) -> None:
    loaded = load(folder, "theme: a\ntheme: b\n")
    assert loaded.theme == "b"
    assert only_problem(loaded) == 'config.yaml:2: "theme" is set twice, the last one counts'


def test_problems_come_in_the_order_of_the_file_and_only_so_many(folder: Path) -> None:
    loaded = load(folder, "zzz: 1\n" * 500)
    assert len(loaded.problems) == config.PROBLEM_LIMIT + 1
    assert loaded.problems[0].startswith("config.yaml:1: ")
    assert loaded.problems[-1] == "config.yaml: 480 more"


def test_problems_that_are_not_about_words_are_counted_too(folder: Path) -> None:
    assert load(folder, "ascii: 3\n" * 30).problems[-1].endswith(" more")


def test_nothing_of_the_file_reaches_the_terminal_as_a_command(folder: Path) -> None:
    loaded = load(folder, 'theme: "\\e[2Jnord"\n"\\e]0;x\\a": 1\nkeys: {"\\x9b2J": q}\n')
    assert loaded.theme == "nord"
    assert all(problem.isprintable() for problem in loaded.problems)
    assert loaded.keys == {}


def test_a_file_that_is_not_utf_8_is_told(folder: Path) -> None:
    assert only_problem(load(folder, b"# ok\ntheme: caf\xe9\n")) == "config.yaml:2: not UTF-8 text"


def test_a_file_that_is_too_large_is_told(folder: Path) -> None:
    assert only_problem(load(folder, "# " + "x" * 300_000)) == "config.yaml: larger than 256 KiB"


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    assert only_problem(config.load(tmp_path)).endswith("cannot be read: Is a directory")


def test_a_pipe_in_its_place_is_told_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.yaml")
    assert only_problem(config.load(tmp_path / "config.yaml")) == "config.yaml: not a regular file"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "- " * 50_000,
        "{a: " * 50_000,
        "a: [" + "*b, " * 5_000,
        "a: &a [x]\nb: [" + "*a, " * 20 + "]",
        "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)).replace("*a0", "x"),
        "x: y\n" * 30_000,
    ],
)
def test_a_bomb_is_told_and_harms_nothing(text: str, folder: Path) -> None:
    # libyaml from 0.2.6 on says so itself, before the first event.
    words = ("nested too deeply, or no config at all", "exceeded maximum nesting depth")
    assert only_problem(load(folder, text)).endswith(words)


def test_a_list_that_holds_itself_is_harmless(folder: Path) -> None:
    assert len(load(folder, "archives: &a [*a]\nkeys: &b {*b : *b}\n").problems) == 2


def test_tags_run_nothing(folder: Path) -> None:
    loaded = load(folder, "theme: !!python/object/apply:os.getcwd []\nmouse: !!bool no\n")
    assert loaded.theme == ""
    assert not loaded.mouse


def test_without_a_file_yaml_is_not_loaded() -> None:
    code = (
        "import sys; from pathlib import Path; from reader import config\n"
        "config.load(Path('/nowhere/config.yaml')); raise SystemExit('yaml' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


YAML_LIKE = st.lists(
    st.sampled_from(
        [
            *FULL.splitlines(keepends=True),
            "keys",
            ": ",
            "- ",
            "\n",
            "  ",
            "[",
            "]",
            "{",
            "}",
            "&a ",
            "*a",
            "'",
            '"',
            "!!x ",
            "? ",
            "| ",
            "# ",
            "\t",
            "\x00",
            "é",
            "\u2028",
            "%",
            "---\n",
            "<<: ",
        ]
    )
    | st.text(max_size=5)
).map("".join)


@given(text=YAML_LIKE)
def test_any_text_gives_a_config(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp()
    loaded = load(folder, text.encode("utf-8", "replace"))
    assert 0.1 <= loaded.dwell_s <= 60
    assert all(is_safe(problem) for problem in loaded.problems)


def test_settings_stay_while_the_file_cannot_be_understood(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("keys: {toggle-star: b}\ndwell_s: 3\n")
    watched = config.WatchedConfig(path)
    first = watched.read()
    path.write_text("keys: {toggle-star: [\n")
    second = watched.changed()
    assert second is not None
    assert (second.keys, second.dwell_s) == (first.keys, first.dwell_s)
    assert second.problems
    path.write_text("dwell_s: 4\n")
    third = watched.changed()
    assert third is not None
    assert (third.keys, third.dwell_s, third.problems) == ({}, 4, ())
