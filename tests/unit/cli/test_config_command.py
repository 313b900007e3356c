from __future__ import annotations

import re
import stat
from dataclasses import fields
from pathlib import Path

import pytest

from reader import config
from reader.cli.settings import SETTINGS, overview, sample
from reader.config import Config
from reader.tui.keymap import keymap
from tests.unit.cli.running import Run

OF_NO_SETTING = {"problems", "key_places", "theme_place", "is_readable"}


def written(folder: Path, text: str) -> Config:
    file = folder / "config.yaml"
    file.write_text(text)
    return config.load(file)


def test_every_setting_is_explained() -> None:
    assert {setting.key for setting in SETTINGS} == {field.name for field in fields(Config)} - OF_NO_SETTING


def test_the_sample_sets_nothing(tmp_path: Path) -> None:
    assert written(tmp_path, sample()) == Config()


def test_each_line_of_the_sample_is_right_without_its_sign(tmp_path: Path) -> None:
    text = re.sub(r"(?m)^# (?=(\w+:|  )( |\w|-|$))", "", sample())
    loaded = written(tmp_path, text)
    assert loaded.problems == ()
    assert loaded == written(tmp_path, overview())
    assert loaded.theme == "nord"
    assert loaded.archives[0].name == "gazette"


def test_a_setting_with_a_default_shows_that(tmp_path: Path) -> None:
    loaded, usual = written(tmp_path, overview()), Config()
    examples = {"archives", "theme", "browser", "style", "keys"}
    for setting in SETTINGS:
        is_usual = getattr(loaded, setting.key) == getattr(usual, setting.key)
        assert is_usual == (setting.key not in examples)


def test_the_keys_of_the_sample_can_be_had(tmp_path: Path) -> None:
    keys, problems = keymap(written(tmp_path, overview()).keys)
    assert problems == []
    assert keys["toggle-star"] == ("s", "f9")


def test_init_writes_the_sample_for_its_owner_alone(run: Run, config_home: Path) -> None:
    file = config_home / "config.yaml"
    result = run("config", "init")
    assert (result.code, result.out, result.err) == (0, f"{file}\n", "")
    assert file.read_text() == sample()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(config_home.stat().st_mode) == 0o700


def test_init_leaves_a_config_alone(run: Run, config_home: Path) -> None:
    config_home.mkdir(parents=True)
    file = config_home / "config.yaml"
    file.write_text("theme: nord\n")
    result = run("config", "init")
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith("is there already, and stays as it is\n")
    assert file.read_text() == "theme: nord\n"
    file.unlink()
    file.symlink_to("nowhere")
    assert run("config", "init").code == 2


def test_a_folder_that_cannot_be_made_is_a_sentence(run: Run, config_home: Path) -> None:
    config_home.parent.parent.mkdir(parents=True, exist_ok=True)
    config_home.parent.write_text("in the way")
    result = run("config", "init")
    assert result.code == 2
    assert "cannot be made" in result.err


def test_check_tells_everything_that_is_wrong_once(run: Run, config_home: Path) -> None:
    config_home.mkdir(parents=True)
    (config_home / "config.yaml").write_text(
        "thme: nord\nkeys: {togle-star: f}\ndwell_s: fast\nstyle: gone.tcss\narchives: [/nowhere]\n"
    )
    result = run("config", "check")
    assert (result.code, result.err) == (1, "")
    assert [line.partition(";")[0] for line in result.lines] == [
        'config.yaml:1: unknown key "thme"',
        'config.yaml:2: keys: there is no command "togle-star"',
        "config.yaml:3: dwell_s is not a number of seconds from 0.1 to 60",
        f"config.yaml: style: there is no file {config_home / 'gone.tcss'}",
        "no archive of the config can be opened",
    ]
    assert run("config", "check", "--json").json == result.lines


def test_check_tells_a_theme_that_there_is_not_with_the_nearest(run: Run, config_home: Path) -> None:
    config_home.mkdir(parents=True)
    file = config_home / "config.yaml"
    file.write_text("ascii: true\ntheme: norrd\n")
    result = run("config", "check")
    assert (result.code, result.err) == (1, "")
    assert result.lines == ['config.yaml:2: there is no theme "norrd"; did you mean "nord"?']
    file.write_text("theme: zzz\n")
    assert "there are " in run("config", "check").out
    for name in ("nord", "late-edition"):
        file.write_text(f"theme: {name}\n")
        assert run("config", "check").code == 0


def test_check_names_archives_that_cannot_be_opened(run: Run, config_home: Path, archive: Path) -> None:
    config_home.mkdir(parents=True)
    (config_home / "config.yaml").write_text(f"archives: [/nowhere, {archive}]\n")
    result = run("config", "check")
    assert (result.code, result.lines) == (1, ["config.yaml: /nowhere: no such file or directory"])


def test_check_tells_what_is_wrong_with_the_saved_searches(run: Run, config_home: Path) -> None:
    config_home.mkdir(parents=True)
    file = config_home / "searches.yaml"
    file.write_text("- name: Good\n  query: (a OR b)\n")
    assert run("config", "check").code == 0
    file.write_text("- name: Open\n  query: (a OR b\n  rank: 3\n- nonsense\n")
    result = run("config", "check")
    assert (result.code, result.err) == (1, "")
    assert [line.partition(";")[0] for line in result.lines] == [
        'searches.yaml:3: unknown key "rank"',
        'searches.yaml:4: a search has a "name" and a "query"',
        "searches.yaml: “Open”: this parenthesis is not closed (at 1)",
    ]
    assert run("config", "check", "--json").json == result.lines


def test_a_config_without_problems_is_a_word(run: Run, config_home: Path) -> None:
    file = config_home / "config.yaml"
    result = run("config", "check")
    assert (result.code, result.out) == (0, "")
    assert result.err == f"{file} is not there; newsreader config init writes it\n"
    run("config", "init")
    assert run("config", "check").err == f"{file}: no problem\n"
    assert run("config", "check", "--json").out == "[]\n"


@pytest.mark.parametrize("arguments", [(), ("edit",)])
def test_there_are_two_things_to_do(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("config", *arguments).code == 2
