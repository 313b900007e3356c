"""A file written whole or not at all, and never over another one unless that is asked for."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from reader import clean
from reader.errors import NewsreaderError, UsageError

_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


def save(path: Path, pieces: Iterable[str], *, replaces: bool = False, mode: int = 0o666) -> None:
    """Write text as UTF-8; whatever happens, `path` is as it was or complete.

    Args:
        path: The file. A link stays one: the file it leads to is written.
        pieces: The text.
        replaces: Whether a file that is there is replaced; it keeps its permissions.
        mode: The permissions of a new file, less the umask.

    Raises:
        UsageError: If there is a file already, or `path` is no regular file.
        NewsreaderError: If it cannot be written.
    """
    check_free(path, replaces=replaces)
    with _explaining(path):
        target = Path(os.path.realpath(path))
        fresh = target.parent / f".newsreader-{secrets.token_hex(6)}.tmp"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        try:
            with open(descriptor, "w", encoding="utf-8", errors="replace", newline="") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            _put(fresh, target, replaces=replaces)
        finally:
            with contextlib.suppress(OSError):
                os.unlink(fresh)


def check_free(path: Path, *, replaces: bool = False) -> None:
    """See whether `save` may write there, before the work begins.

    Raises:
        UsageError: If there is a file already, or `path` is no regular file.
        NewsreaderError: If that cannot be seen.
    """
    with _explaining(path):
        try:
            info = os.stat(path)
        except FileNotFoundError:
            return
    if not stat.S_ISREG(info.st_mode):
        raise UsageError(f"{clean.path(str(path))} is no regular file")
    if not replaces:
        raise _taken(path)


def _put(fresh: Path, target: Path, *, replaces: bool) -> None:
    """Give the written file its name."""
    if replaces:
        with contextlib.suppress(FileNotFoundError):
            os.chmod(fresh, stat.S_IMODE(os.stat(target).st_mode))
        os.replace(fresh, target)
        return
    try:
        # Unlike a rename it fails where another program was quicker.
        os.link(fresh, target)
    except FileExistsError:
        raise _taken(target) from None
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        check_free(target)
        os.replace(fresh, target)


def _taken(path: Path) -> UsageError:
    return UsageError(f"{clean.path(str(path))} is there already; --force replaces it")


@contextlib.contextmanager
def _explaining(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "failed").lower()
        raise NewsreaderError(f"{clean.path(str(path))}: cannot be written: {reason}") from error
    except ValueError as error:
        raise UsageError("a path holds no NUL") from error
