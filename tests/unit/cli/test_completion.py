from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from reader.cli import COMMANDS, SHELLS
from reader.cli.completion import script
from reader.model import Order
from tests.unit.cli.running import Run

BASH = shutil.which("bash")
needs_bash = pytest.mark.skipif(BASH is None, reason="there is no bash here")

ORDERS = sorted(Order)


def offered(folder: Path, *words: str) -> list[str]:
    """What bash offers where the last word ends."""
    (folder / "script").write_text(script("bash"))
    line = " ".join(f"'{word}'" for word in ("newsreader", *words))
    asking = (
        f"source ./script; COMP_WORDS=({line}); COMP_CWORD={len(words)}; _newsreader;"
        ' for word in "${COMPREPLY[@]}"; do printf "%s\\n" "$word"; done'
    )
    done = subprocess.run(
        [str(BASH), "--norc", "-c", asking],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert done.stderr == ""
    return sorted(set(done.stdout.splitlines()) - {"script"})


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_is_printed(run: Run, shell: str) -> None:
    result = run("--print-completion", shell)
    assert (result.code, result.err) == (0, "")
    assert result.out == script(shell)
    assert result.lines[-1]


def test_there_is_no_script_for_other_shells(run: Run) -> None:
    assert run("--print-completion", "tcsh").code == 2


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_is_in_each_script(shell: str) -> None:
    text = script(shell)
    assert all(name in text for name in COMMANDS)
    assert "starred" in text


@needs_bash
def test_bash_completes_commands_and_archives(tmp_path: Path) -> None:
    (tmp_path / "stories here").mkdir()
    assert offered(tmp_path, "sto") == ["stories here"]
    assert offered(tmp_path, "sta") == ["star", "state", "stats"]
    assert offered(tmp_path, "") == sorted([*COMMANDS, "stories here"])
    assert offered(tmp_path, "list", "st") == ["stories here"]
    assert offered(tmp_path, "stories here", "li") == []


@needs_bash
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("list", "--so"), ["--sort"]),
        (("list", "--sort", ""), ORDERS),
        (("list", "--sort", "q"), ["quality"]),
        (("list", "--sort", "="), ORDERS),
        (("list", "--sort", "=", "d"), ["date"]),
        (("export", "--format", "r"), ["rss"]),
        (("config", ""), ["check", "init"]),
        (("--th",), ["--theme"]),
        (("--print-completion", "z"), ["zsh"]),
        (("search", ""), []),
        (("list", "--topic", ""), []),
        (("keys", "--"), ["--check", "--help", "--json"]),
    ],
)
def test_bash_completes_options_and_their_values(
    tmp_path: Path, words: tuple[str, ...], expected: list[str]
) -> None:
    assert offered(tmp_path, *words) == expected


@needs_bash
def test_bash_completes_files_where_files_are_meant(tmp_path: Path) -> None:
    (tmp_path / "out.md").touch()
    for words in (("export", "--output", "ou"), ("show", "ou"), ("list", "--archive", "ou")):
        assert offered(tmp_path, *words) == ["out.md"]


@pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh here")
def test_zsh_takes_its_script(tmp_path: Path) -> None:
    (tmp_path / "script").write_text(script("zsh"))
    subprocess.run(["zsh", "-f", "-n", tmp_path / "script"], check=True, timeout=30)


@pytest.mark.skipif(not shutil.which("fish"), reason="there is no fish here")
def test_fish_completes_values(tmp_path: Path) -> None:
    (tmp_path / "script").write_text(script("fish"))
    asking = f"source {tmp_path / 'script'}; complete -C 'newsreader list --sort '"
    done = subprocess.run(
        ["fish", "-N", "-c", asking], capture_output=True, text=True, check=True, timeout=30
    )
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ORDERS
