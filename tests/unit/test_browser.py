from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from reader import browser
from reader.browser import BrowserCommand
from reader.errors import LinkError

URL = "https://example.com/a?b=1&c=$(x)"


def install(folder: Path, *names: str) -> dict[str, str]:
    """An environment whose only programs are `names`, which do nothing."""
    for name in names:
        program = folder / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    return {"PATH": str(folder)}


def chosen(environ: dict[str, str], configured: str = "", platform: str = "linux") -> list[str]:
    """The command for `URL`, its program without the folder."""
    program, *arguments = browser.command_for(URL, configured, environ, platform).argv
    assert os.path.isabs(program)
    return [os.path.basename(program), *arguments]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("fake", ["fake", URL]),
        ("fake --new-tab", ["fake", "--new-tab", URL]),
        ("fake %s --new-tab", ["fake", URL, "--new-tab"]),
        ("fake --url=%s", ["fake", f"--url={URL}"]),
        ("fake 'two words' %s", ["fake", "two words", URL]),
        ("fake %action", ["fake", "%action", URL]),
        ("fake &", ["fake", URL]),
        ("fake %s &", ["fake", URL]),
        ("missing:fake", ["fake", URL]),
        (":  :fake", ["fake", URL]),
        ("'':fake", ["fake", URL]),
        ("'open quote:fake", ["fake", URL]),
        ("sh -c 'fake %s':fake", ["fake", URL]),
        ("sh fake", ["sh", "fake", URL]),
        ("env A=b fake", ["env", "A=b", "fake", URL]),
    ],
)
def test_an_entry_becomes_words(entry: str, words: list[str], tmp_path: Path) -> None:
    environ = install(tmp_path, "fake", "sh", "env")
    assert chosen(environ | {"BROWSER": entry}) == words
    assert chosen(environ, configured=entry) == words


@pytest.mark.parametrize(
    "entry",
    [
        "sh -c 'fake %s'",
        "sh -c fake",
        "bash -lc 'fake \"$1\"' bash %s",
        "zsh --command fake",
        "env sh -c fake",
        "env A=b bash -ec fake",
        "busybox sh -c fake",
        "xterm -e sh -c fake",
        "xterm -e %s",
        "xterm -e",
        "python -c %s",
        "python -c%s",
        "fake --exec=%s",
        "ssh elsewhere fake",
        "su -c fake",
        "fake 'openURL(%s)'",
        "fake 'go to %s'",
        "fake %s%s",
        "fake `%s",
        "fake 'unclosed",
    ],
)
def test_an_entry_that_would_run_the_link_is_refused(entry: str, tmp_path: Path) -> None:
    names = ["fake", "sh", "bash", "zsh", "env", "busybox", "xterm", "python", "ssh", "su"]
    environ = install(tmp_path, *names) | {"BROWSER": entry}
    with pytest.raises(LinkError, match=r"no other browser was found; set browser in the config"):
        browser.command_for(URL, "", environ, "linux")


def test_a_program_whose_own_path_holds_the_placeholder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "%s"
    folder.mkdir()
    with pytest.raises(LinkError, match="inside of another word"):
        browser.command_for(URL, "fake", install(folder, "fake"), "linux")


def test_the_config_wins_over_the_environment(tmp_path: Path) -> None:
    environ = install(tmp_path, "mine", "theirs") | {"BROWSER": "theirs"}
    assert chosen(environ, configured="mine") == ["mine", URL]


def test_a_program_of_the_home_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    install(tmp_path, "mine")
    assert chosen({"PATH": "/nowhere"}, configured="~/mine") == ["mine", URL]


@pytest.mark.parametrize("display", [{"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "wayland-0"}])
def test_with_a_screen_the_desktop_opens_it(display: dict[str, str], tmp_path: Path) -> None:
    environ = install(tmp_path, "xdg-open", "firefox", "w3m") | display
    assert chosen(environ) == ["xdg-open", URL]


def test_without_an_opener_a_known_browser_does(tmp_path: Path) -> None:
    assert chosen(install(tmp_path, "chromium") | {"DISPLAY": ":0"}) == ["chromium", URL]
    assert chosen(install(tmp_path, "gio") | {"DISPLAY": ":0"}) == ["gio", "open", URL]


def test_without_a_screen_a_text_browser_does(tmp_path: Path) -> None:
    assert chosen(install(tmp_path, "xdg-open", "firefox", "lynx")) == ["lynx", URL]


def test_under_windows_the_windows_browser_does(tmp_path: Path) -> None:
    environ = install(tmp_path, "wslview", "xdg-open") | {"WSL_DISTRO_NAME": "Debian"}
    assert chosen(environ) == ["wslview", URL]


def test_on_a_mac_open_does(tmp_path: Path) -> None:
    environ = install(tmp_path, "open", "xdg-open", "w3m") | {"DISPLAY": ":0"}
    assert chosen(environ, platform="darwin") == ["open", URL]


def test_where_there_is_no_browser_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match=r"^no browser was found; set browser in the config"):
        browser.command_for(URL, "missing", install(tmp_path) | {"DISPLAY": ":0"}, "linux")


def test_an_unsafe_link_is_refused_before_anything_else(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="only http and https"):
        browser.command_for("file:///etc/passwd", "fake", install(tmp_path, "fake"), "linux")


@pytest.mark.parametrize(
    ("entry", "environ", "expected"),
    [
        ("w3m", {}, True),
        ("lynx -nocolor %s", {"DISPLAY": ":0"}, True),
        ("env -i A=b elinks", {}, True),
        ("env", {}, False),
        ("firefox", {}, False),
        ("xterm -e w3m %s", {"DISPLAY": ":0"}, False),
        ("sensible-browser", {}, True),
        ("sensible-browser", {"DISPLAY": ":0"}, False),
    ],
)
def test_only_a_text_browser_needs_the_terminal(
    entry: str, environ: dict[str, str], expected: bool, tmp_path: Path
) -> None:
    programs = install(tmp_path, "w3m", "lynx", "elinks", "env", "firefox", "xterm", "sensible-browser")
    assert browser.command_for(URL, entry, programs | environ, "linux").needs_terminal is expected


def test_a_text_browser_under_another_name_needs_the_terminal(tmp_path: Path) -> None:
    environ = install(tmp_path, "w3m")
    (tmp_path / "default-browser").symlink_to("w3m")
    assert browser.command_for(URL, "default-browser", environ, "linux").needs_terminal


RECORDER = """
import json, os, sys
report = {
    "arguments": sys.argv[2:],
    "leads": os.getsid(0) == os.getpid(),
    "silent": all(os.path.samestat(os.fstat(number), os.stat(os.devnull)) for number in range(3)),
    "browser": os.environ.get("BROWSER"),
}
print("the browser talks", flush=True)
with open(sys.argv[1] + ".part", "w") as file:
    json.dump(report, file)
os.replace(sys.argv[1] + ".part", sys.argv[1])
"""


def recorder(folder: Path) -> tuple[Path, tuple[str, ...]]:
    """A browser that writes down how it was started: the file, and its command for `URL`."""
    report = folder / "report.json"
    return report, (sys.executable, "-c", RECORDER, str(report), URL)


def wait_for_browsers() -> None:
    for thread in threading.enumerate():
        if thread.name == "browser-reaper":
            thread.join(60)
            assert not thread.is_alive()


def test_a_browser_runs_apart_and_leaves_no_zombie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BROWSER", "sh -c 'evil %s'")
    report, argv = recorder(tmp_path)
    browser.start(BrowserCommand(argv))
    wait_for_browsers()
    seen = json.loads(report.read_text())
    assert seen["arguments"] == [URL]
    assert seen["leads"]
    assert seen["silent"]
    assert seen["browser"] is None
    assert capfd.readouterr() == ("", "")


def test_a_text_browser_has_the_terminal_and_tells_how_it_ended(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    report, argv = recorder(tmp_path)
    assert browser.run_in_terminal(BrowserCommand(argv, needs_terminal=True)) == 0
    assert not json.loads(report.read_text())["leads"]
    assert capfd.readouterr().out == "the browser talks\n"
    assert browser.run_in_terminal(BrowserCommand((sys.executable, "-c", "raise SystemExit(3)"))) == 3


def test_ctrl_c_in_a_text_browser_is_for_the_browser_alone() -> None:
    code = "import os, signal; os.kill(os.getppid(), signal.SIGINT); os.kill(os.getpid(), signal.SIGINT)"
    before = signal.getsignal(signal.SIGINT)
    ended = browser.run_in_terminal(BrowserCommand((sys.executable, "-c", f"{code}\nraise SystemExit(9)")))
    assert ended != 9
    assert signal.getsignal(signal.SIGINT) is before


def test_a_text_browser_runs_from_another_thread_too() -> None:
    codes: list[int] = []
    command = BrowserCommand((sys.executable, "-c", "raise SystemExit(4)"))
    thread = threading.Thread(target=lambda: codes.append(browser.run_in_terminal(command)))
    thread.start()
    thread.join()
    assert codes == [4]


@pytest.mark.parametrize("run", [browser.start, browser.run_in_terminal])
def test_a_browser_that_cannot_start_is_told(run: Callable[[BrowserCommand], object], tmp_path: Path) -> None:
    missing = BrowserCommand((str(tmp_path / "gone"), URL))
    with pytest.raises(LinkError, match=r"gone cannot be started: No such file or directory$"):
        run(missing)


def test_no_module_of_the_standard_library_opens_the_link() -> None:
    code = "import sys, reader.browser; raise SystemExit('webbrowser' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
