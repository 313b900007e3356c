"""What happens to an archive while it is read: files come, change, vanish; folders are renamed."""

from __future__ import annotations

import os
import random
import shutil
import socket
import unicodedata
from pathlib import Path

from tests.factories import make_story_text


class Churn:
    """Changes an archive at random, and remembers what every file of it should hold.

    Args:
        root: The archive; what lies in it already stays.
        chance: What happens.
    """

    def __init__(self, root: Path, chance: random.Random) -> None:
        self._root = root
        self._chance = chance
        self._folders = [root]
        self._files: list[Path] = []
        self._count = 0
        self.steps = 0

    def step(self) -> None:
        """Do one thing to the archive."""
        self.steps += 1
        change = self._chance.choice(
            [self._write] * 4
            + [self._rewrite, self._half_write, self._vanish, self._rename, self._swap] * 2
            + [self._make_folder, self._rename_folder, self._make_no_file, self._odd_name, self._close_folder]
        )
        try:
            change()
        except FileNotFoundError:  # its folder was renamed
            self._files = [path for path in self._files if path.exists()]

    def _text(self) -> str:
        number = self._count = self._count + 1
        return make_story_text(
            "Body. " * self._chance.randint(0, 200),
            title=f"Churned {number}",
            publishedDateTime=f"20{self._chance.randint(10, 30)}-01-01T00:00:00Z",
            webUrl=f"https://churn.example/{self._chance.randint(0, 50)}/",
            topics=[self._chance.choice(["AI", "Cloud", "New one", "Odd"])],
        )

    def _folder(self) -> Path:
        self._folders = [folder for folder in self._folders if folder.is_dir()] or [self._root]
        return self._chance.choice(self._folders)

    def _file(self) -> Path:
        return self._chance.choice(self._files) if self._files else self._root / "missing.md"

    def _write(self) -> None:
        path = self._folder() / f"churned-{self._count}.md"
        path.write_text(self._text())
        self._files.append(path)

    def _rewrite(self) -> None:
        if (path := self._file()).exists():
            path.write_text(self._text())

    def _half_write(self) -> None:
        text = self._text()
        path = self._folder() / f"half-{self._count}.md"
        path.write_text(text[: self._chance.randint(0, len(text))])
        self._files.append(path)

    def _vanish(self) -> None:
        path = self._file()
        path.unlink()
        self._files.remove(path)

    def _rename(self) -> None:
        path = self._file()
        path = path.rename(path.with_name(f"renamed-{self._count}-{self._chance.randint(0, 99)}.md"))
        self._files.append(path)

    def _swap(self) -> None:
        """As editors save: a new file in place of the old one."""
        path = self._file()
        if path.exists():
            fresh = path.with_suffix(".tmp")
            fresh.write_text(self._text())
            fresh.rename(path)

    def _make_folder(self) -> None:
        folder = self._folder() / f"folder-{self.steps}"
        folder.mkdir()
        self._folders.append(folder)

    def _rename_folder(self) -> None:
        folder = self._folder()
        if folder != self._root:
            self._folders.append(folder.rename(folder.with_name(f"moved-{self.steps}")))
            self._files = [path for path in self._files if path.exists()]

    def _close_folder(self) -> None:
        folder = self._folder()
        if folder != self._root:
            folder.chmod(self._chance.choice((0o000, 0o700)))

    def _make_no_file(self) -> None:
        path = self._folder() / f"odd-{self.steps}.md"
        match self._chance.randrange(5):
            case 0:
                os.mkfifo(path)
            case 1:
                path.symlink_to(path.name)
            case 2:
                path.symlink_to("/dev/zero")
            case 3:
                path.with_suffix("").symlink_to("..")
            case _ if len(os.fspath(path)) < 100:
                with socket.socket(socket.AF_UNIX) as listener:
                    listener.bind(os.fspath(path))

    def _odd_name(self) -> None:
        names = [
            b"\xff\xfe.md",
            unicodedata.normalize("NFC", "Café.md").encode(),
            unicodedata.normalize("NFD", "Café.md").encode(),
            b"Case.md",
            b"case.md",
            b"a\nb\x1b[6n.md",
        ]
        with open(os.path.join(os.fsencode(self._folder()), self._chance.choice(names)), "w") as file:
            file.write(self._text())

    def tidy(self) -> None:
        """Open what was closed, so that it can be compared and removed."""
        for folder in self._folders:
            if folder.is_dir():
                folder.chmod(0o700)


def make_deep(root: Path, levels: int) -> None:
    """Folders in folders, with a story in the last that can be named."""
    here = os.open(root, os.O_RDONLY)
    for level in range(levels):
        os.mkdir("d" * 10, dir_fd=here)
        there = os.open("d" * 10, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = there
        if level == 200:
            file = os.open("deep.md", os.O_WRONLY | os.O_CREAT, 0o600, dir_fd=here)
            os.write(file, make_story_text(title="Deep down").encode())
            os.close(file)
    os.close(here)


def remove_deep(root: Path) -> None:
    """Too deep for `shutil.rmtree` on some systems: level by level."""
    while (inner := root / ("d" * 10)).is_dir():
        spare = root.with_name("spare")
        next_level = inner / ("d" * 10)
        if next_level.is_dir():
            next_level.rename(spare)
        shutil.rmtree(inner)
        if spare.is_dir():
            spare.rename(inner)
