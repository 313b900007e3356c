"""What a process does that reads files for another: it answers until nobody asks any more.

It opens story files, with every guard there is for them, and nothing else.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Final

from reader.index.reading import Stem, read_files
from reader.index.wire import SIZE, pack, unpack_paths
from reader.model import Archive

READY: Final = b"ready"
"""The first message."""

_NICENESS: Final = 10  # whoever presses a key goes first
_RARELY: Final = 50_000  # objects made between two looks for garbage: reading leaves next to none


def main(arguments: Sequence[str]) -> None:
    """Answer on standard output what is asked on standard input.

    Args:
        arguments: The archive's name and root, and where the function is found that gives the stem of an id.
    """
    name, root, module, function = arguments
    os.nice(_NICENESS)
    gc.set_threshold(_RARELY)
    gc.freeze()
    stem = getattr(import_module(module), function)
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        serve(sys.stdin.buffer, sys.stdout.buffer, Archive(name, Path(root)), stem)
    with contextlib.suppress(OSError):
        sys.stdout.close()


def serve(asked: BinaryIO, told: BinaryIO, archive: Archive, stem: Stem) -> None:
    """Answer one message after the other until they end.

    Args:
        asked: Where messages of `pack_paths` come from, each after its size.
        told: Where to write the answers, `pack` made them, in the same form.
        archive: Where the paths lead.
        stem: What `StoryIndex` was given.
    """
    _tell(told, READY)
    while len(size := asked.read(SIZE.size)) == SIZE.size:
        paths = unpack_paths(asked.read(*SIZE.unpack(size)))
        _tell(told, pack(read_files(archive, stem, paths)))


def _tell(told: BinaryIO, message: bytes) -> None:
    told.write(SIZE.pack(len(message)))
    told.write(message)
    told.flush()
