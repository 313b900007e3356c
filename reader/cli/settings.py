"""Every setting of the config as a person meets it: in the sample file, the README and the man page."""

from __future__ import annotations

from typing import Final

from reader.values import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of ``config.yaml``.

    Attributes:
        yaml: How it is written: its default where it has one, else an example.
        help: What it does, one sentence or two.
    """

    yaml: str
    help: str

    @property
    def key(self) -> str:
        """Its name."""
        return self.yaml.partition(":")[0]


SETTINGS: Final = (
    Setting(
        "archives:\n  - name: gazette\n    path: ~/news/gazette",
        "What opens without a path: as many folders as you like, each with a name.",
    ),
    Setting("theme: nord", "Any of Textual's themes; ansi-dark and ansi-light follow your terminal."),
    Setting("mark_read: dwell", "A story becomes read after a rest on it; or: open, manual."),
    Setting("dwell_s: 1.5", "How long that rest is, in seconds: from 0.1 to 60."),
    Setting("browser: firefox", "What opens links; else $BROWSER, else what the system has."),
    Setting("date_format: age", "Recent dates as an age; or: date."),
    Setting("density: two-line", "Lines of a story in the list; or: one-line."),
    Setting("ascii: false", "Draw with ASCII only."),
    Setting("mouse: true", "Listen to the mouse; false leaves it to the terminal."),
    Setting("animations: false", "Let things glide into place."),
    Setting("watch: true", "Look for changes of the archives while the app is open."),
    Setting("style: own.tcss", "Your own TCSS, beside this file or anywhere."),
    Setting("kitty_keys: true", "False where an input method swallows keys."),
    Setting(
        "keys:\n  toggle-star: [s, F9]\n  rescan: none",
        "Other keys for a command, or none; newsreader keys names the commands.",
    ),
)

_HEAD: Final = """\
# The config of newsreader. Every line is optional, and what stands behind a # does not count: take the sign
# away from what you want to set. newsreader config check tells what is wrong, newsreader where the places.
"""
_COMMENT_COLUMN: Final = 24


def sample() -> str:
    """A config that sets nothing, and says what could be set."""
    parts = (f"# {setting.help}\n{_commented(setting.yaml)}\n" for setting in SETTINGS)
    return "\n".join([_HEAD, *parts])


def overview() -> str:
    """Every setting with its meaning beside it: a config as well."""
    return "\n".join(map(_explained, SETTINGS))


def _commented(text: str) -> str:
    return "\n".join(f"# {line}" for line in text.split("\n"))


def _explained(setting: Setting) -> str:
    first, *rest = setting.yaml.split("\n")
    return "\n".join([f"{first.ljust(_COMMENT_COLUMN)}# {setting.help}", *rest])
