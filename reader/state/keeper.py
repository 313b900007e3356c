"""The marks of the reader, in memory and on the disk: what the library asks and tells."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zlib import crc32

from reader import clean
from reader.model import Mark, StoryId
from reader.state import log, register
from reader.state.disk import Disk
from reader.state.kept import Builder, Kept, KeptLines, hash_of, located, read_kept, write_kept
from reader.state.log import MarkLog
from reader.state.reading import Place
from reader.state.register import Line, Register
from reader.values import dataclass

KEEP_LINES: Final = 1_000
"""So many lines are read in 3 ms."""

EXCERPT_LIMIT: Final = 600
"""Characters of an excerpt that are kept with a star; the longest real ones have 340."""

RETRY_S: Final = 5.0
"""Between two tries to save what could not be saved."""

SYNC_S: Final = 1.0
"""What a power cut may take at most: the age of lines that are not on the medium yet."""

PRESS_PATIENCE_S: Final = 0.003
"""How long a press waits for another writer before it leaves the saving to the background."""

CLOSE_PATIENCE_S: Final = 2.0
"""How long quitting waits for another writer, and for a background thread stuck on a dead drive."""

_BUSY: Final = "marks are not saved: another newsreader holds their file; trying again"
_BUSY_PAUSE_S: Final = 0.02
_CLOSE_ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One press on one story.

    Attributes:
        story_id: The story, or ``url:…`` for a related item without a file.
        is_read: What it is now; None leaves it as it is.
        is_starred: The same of its star.
        url: Its address; may be empty.
        title: Written with a star or a note only, as are those that follow: these outlive the file.
        provider: Name or domain; may be empty.
        published_at: Aware, or None.
        excerpt: Written as far as `EXCERPT_LIMIT`; may be empty.
        quality: None where it is not known.
        note: What the user wrote about it; empty takes a note away, None leaves it as it is.
    """

    story_id: StoryId
    is_read: bool | None = None
    is_starred: bool | None = None
    url: str = ""
    title: str = ""
    provider: str = ""
    published_at: datetime | None = None
    excerpt: str = ""
    quality: int | None = None
    note: str | None = None


def _now() -> datetime:
    return datetime.now(UTC)


class MarkKeeper:
    """Keeps marks: in memory at once, on the disk in the same breath or as soon as the disk allows.

    May be used from any thread. Nothing here raises for what is wrong with the disk: that stands in
    `trouble` until it is over, and what is not on the disk is tried again every `RETRY_S` seconds and on
    `close`. A mark is acknowledged once `record` returned and `unsaved` is 0: from then on the end of this
    process cannot take it, and a power cut only for `SYNC_S` seconds more.

    Args:
        folder: The config folder; it is made when the first mark is saved.
        clock: Gives the time, aware.
        on_trouble: Called with each new value of `trouble`, from whichever thread noticed it.
        disk: What the calls to the system go through.
        cache: A folder for what makes the next start quicker; none by default.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], datetime] = _now,
        on_trouble: Callable[[str], None] | None = None,
        disk: Disk | None = None,
        cache: Path | None = None,
    ) -> None:
        self._clock = clock
        self._on_trouble = on_trouble
        self._folder = folder
        self._disk = disk or Disk()
        self._cache = str(cache / f"{crc32(os.fsencode(folder)):08x}.lines") if cache else ""
        self._kept: KeptLines | None = None
        self._log = MarkLog(folder, self._disk)
        self._register = Register()
        self._pending: list[bytes] = []
        # Never wait for _io while holding _memory: a press and a look must not wait for the disk.
        self._memory = threading.Lock()
        self._io = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_closed = False
        self._save_at: float | None = None
        self._sync_at: float | None = None
        self._busy_since: float | None = None
        self._save_trouble = ""
        self._read_trouble = ""
        self._told = ""

    @property
    def trouble(self) -> str:
        """One sentence without a full stop on what keeps marks from being saved or read, or empty."""
        return self._save_trouble or self._read_trouble

    @property
    def path(self) -> Path:
        """The file of the marks, which need not exist."""
        return self._log.path

    @property
    def unsaved(self) -> int:
        """Marks that are in memory only."""
        return len(self._pending)

    @property
    def bad_lines(self) -> int:
        """Damaged lines in the files; they are kept there, and mean nothing."""
        return self._log.bad_lines

    def load(self) -> None:
        """Read everything there is, and compact it where that is due."""
        with self._io, _without_collector():
            self._kept = self._open_kept()
            if self._kept:
                self._register = Register(self._kept, self._kept.kept.noted)
            for lines in self._log.read_new():
                with self._memory:
                    self._register.add(lines)
            self._read_trouble = _reading(self._log.read_error)
            self._compact()
        self._tell()

    def get(self, story_id: StoryId) -> Mark | None:
        """What is known of one story, or None."""
        with self._memory:
            return self._register.mark(story_id)

    def marks(self) -> list[Mark]:
        """All that is known, in no order; among them stories that are in no open archive."""
        self._load_all()
        with self._memory:
            return self._register.marks()

    def notes(self) -> dict[StoryId, str]:
        """The notes there are, by story; among them stories that are in no open archive."""
        with self._memory:
            return self._register.notes()

    def position(self) -> dict[str, Place] | None:
        """Up to where the files hold what is known here, for `changed_since`; None where they do not."""
        with self._io:
            if self._pending or self._log.read_error is not None:
                return None
            try:
                return self._log.position()
            except OSError:
                return None

    def changed_since(self, position: Mapping[str, Sequence[int]]) -> frozenset[StoryId] | None:
        """The stories whose marks may be others than at `position`; None where that is not known."""
        with self._io:
            try:
                changed = self._log.changed_since({name: Place(*each) for name, each in position.items()})
            except (OSError, ValueError, TypeError, AttributeError):  # the position comes out of a file
                return None
        return None if changed is None else frozenset(map(StoryId, changed))

    def keep(self) -> None:
        """Keep in the cache where the lines stand that count, if it is worth it; takes its time."""
        position = self.position() if self.is_behind() else None
        if position is None:
            return
        try:
            kept = self._gathered(position)
        except (OSError, OverflowError):
            return
        write_kept(self._cache, kept)

    def is_behind(self) -> bool:
        """Whether so many lines are not kept yet that a start takes notice of them."""
        if not self._cache or (position := self.position()) is None:
            return False
        known = self._kept.kept.places if self._kept else {}
        if not known.keys() <= position.keys():
            return True
        news = (place.lines - (known[name].lines if name in known else 0) for name, place in position.items())
        return sum(news) > KEEP_LINES

    def _gathered(self, position: dict[str, Place]) -> Kept:
        """Where the lines that count stand, up to a position."""
        builder = Builder()
        with self._memory:
            noted, older = self._register.noted, self._kept
        if older is not None and [*older.kept.places] != [*position][: len(older.kept.places)]:
            self._load_all()
            older = None
        changed: set[int] = set()
        for number, (name, place) in enumerate(position.items()):
            begin = older.kept.places[name].offset if older and name in older.kept.places else 0
            for start, block in self._log.lines_up_to(name, begin, place.offset):
                for offset, line in located(block, start):
                    changed.add(hash_of(line["id"]))
                    with self._memory:
                        counts = self._register.holds(line)
                    if counts:
                        builder.add(line["id"], number, offset)
        if older is not None:
            builder.add_kept(older.kept, changed)
            for file, offset in (where for hashed in changed for where in older.kept.of(hashed)):
                with self._memory:
                    old = older.line(file, offset)
                    if old is not None and self._register.holds(old):
                        builder.add(old["id"], file, offset)
        return builder.kept(position, noted)

    def _load_all(self) -> None:
        """Have every line in memory, not only those that came since some were kept."""
        with self._io, _without_collector():
            if (kept := self._kept) is None:
                return
            whole = Register()
            try:
                for lines in kept.every():
                    whole.add(lines)
            except OSError as error:
                self._read_trouble = _reading(error)
                return
            with self._memory:
                whole.add(self._register.lines())
                self._register, self._kept = whole, None

    def _open_kept(self) -> KeptLines | None:
        """What is kept, where it fits the files: the log then begins behind it."""
        kept = read_kept(self._cache) if self._cache else None
        if kept is None:
            return None
        lines = KeptLines(kept, self._disk)
        try:
            lines.open(self._folder)
        except OSError:
            return None
        return lines if self._log.resume(kept.places) else None

    def record(self, changes: Sequence[Change]) -> None:
        """Take presses in, as one write. Changes that change nothing by themselves leave no line."""
        now = register.whole_ms(self._clock())
        with self._memory:
            lines = [self._take(change, now) for change in changes if _says_something(change)]
        encoded = [register.encode(line | {"t": register.time_text(line["t"])}) for line in lines]
        if not encoded:
            return
        with self._memory:
            self._pending += encoded
        self._save(PRESS_PATIENCE_S)
        if self._is_closed:
            self._sync()
        else:
            self._start()
        self._tell()

    def poll(self) -> frozenset[StoryId]:
        """The stories whose mark other instances or sync tools changed since the last look.

        Costs a look at the folder where nothing changed; else it takes its time, so not for the UI thread.
        """
        changed: set[StoryId] = set()
        with self._io:
            for lines in self._log.read_new():
                with self._memory:
                    changed |= self._register.merge(lines)
            self._read_trouble = _reading(self._log.read_error)
        self._tell()
        return frozenset(changed)

    def close(self) -> None:
        """Save and sync what is left, and compact where that is due. May be called again.

        Where it could not be saved `trouble` and `unsaved` still say so.
        """
        self._is_closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(CLOSE_PATIENCE_S)
        for _ in range(_CLOSE_ROUNDS):
            is_saved = self._save(CLOSE_PATIENCE_S)
            self._sync()
            if not is_saved or not self._pending:
                break
        if self._pending and not self._save_trouble:
            self._save_trouble = _BUSY
        if self._io.acquire(timeout=CLOSE_PATIENCE_S):
            try:
                self._compact()
            finally:
                self._io.release()
        self._tell()

    def _take(self, change: Change, now: datetime) -> Line:
        """Put a change into memory; gives the line that says it."""
        line: Line = {"t": self._register.time_for(change.story_id, now), **_fields(change)}
        self._register.add([line])
        return line

    def _save(self, patience_s: float) -> bool:
        """Append what is pending; whether nothing is left of what was there when it began."""
        if not self._io.acquire(timeout=patience_s):
            self._save_at = time.monotonic()
            return False
        try:
            with self._memory:
                batch = tuple(self._pending)
            return not batch or self._append(batch, patience_s)
        finally:
            self._io.release()

    def _append(self, batch: tuple[bytes, ...], patience_s: float) -> bool:
        try:
            is_saved = self._log.append(batch, patience_s)
        except OSError as error:
            self._failed(error)
            return False
        now = time.monotonic()
        if not is_saved:
            self._wait_for_writer(now)
            return False
        with self._memory:
            del self._pending[: len(batch)]
            self._save_at = now if self._pending else None
        self._save_trouble = ""
        self._busy_since = None
        self._sync_at = self._sync_at or now + SYNC_S
        return True

    def _wait_for_writer(self, now: float) -> None:
        self._busy_since = self._busy_since or now
        self._save_at = now + _BUSY_PAUSE_S
        if now - self._busy_since >= RETRY_S:
            self._save_trouble = _BUSY

    def _failed(self, error: OSError) -> None:
        self._save_at = time.monotonic() + RETRY_S
        self._save_trouble = f"marks are not saved: {_reason(error)}; trying again"

    def _sync(self) -> None:
        """Bring what was appended onto the medium, without keeping anyone from appending more."""
        if not self._io.acquire(timeout=CLOSE_PATIENCE_S):
            return
        try:
            unsynced = self._log.take_unsynced()
            self._sync_at = None
        finally:
            self._io.release()
        if unsynced is None:
            return
        try:
            is_kept = self._log.sync(unsynced)
        except OSError as error:
            # After a failed sync the system takes the pages for clean: only writing them again helps.
            self._put_back(unsynced.lines)
            self._failed(error)
        else:
            if not is_kept:
                self._put_back(unsynced.lines)

    def _put_back(self, lines: list[bytes]) -> None:
        with self._memory:
            # At the end: another thread may be about to take what it saved from the front.
            self._pending += lines
            self._save_at = time.monotonic()

    def _compact(self) -> None:
        lines = self._log.line_count
        counting = self._register.count_lines() + (len(self._kept.kept.entries) if self._kept else 0)
        if lines <= log.COMPACT_LINES or lines <= 2 * (counting + self.bad_lines):
            return
        try:
            self._log.compact()
        except OSError:
            # A long log is as good as a short one, only slower to load.
            return

    def _start(self) -> None:
        """See to it that the background thread knows when it is wanted next."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="marks", daemon=True)
            self._thread.start()
        self._wake.set()

    def _run(self) -> None:
        while not self._is_closed:
            due = [moment for moment in (self._save_at, self._sync_at) if moment is not None]
            self._wake.wait(max(0.0, min(due) - time.monotonic()) if due else None)
            self._wake.clear()
            self._work()
            self._tell()

    def _work(self) -> None:
        now = time.monotonic()
        if self._save_at is not None and now >= self._save_at:
            self._save_at = None
            self._save(_BUSY_PAUSE_S)
        if self._sync_at is not None and now >= self._sync_at:
            self._sync()

    def _tell(self) -> None:
        trouble = self.trouble
        if trouble != self._told:
            self._told = trouble
            if self._on_trouble is not None:
                self._on_trouble(trouble)


def _says_something(change: Change) -> bool:
    said = (change.is_read, change.is_starred, change.note)
    return bool(change.story_id) and any(part is not None for part in said)


def _fields(change: Change) -> dict[str, object]:
    """A line but for its time."""
    fields: dict[str, object] = {"id": str(change.story_id)}
    if change.is_read is not None:
        fields["read"] = change.is_read
    if change.is_starred is not None:
        fields["star"] = change.is_starred
    if change.note is not None:
        fields["note"] = change.note
    texts = {"url": change.url}
    if change.is_starred or change.note:
        published = change.published_at
        texts |= {"title": change.title, "provider": change.provider}
        texts["published"] = register.time_text(published) if published else ""
        texts["excerpt"] = clean.line(change.excerpt, EXCERPT_LIMIT)
        if change.quality is not None:
            fields["quality"] = change.quality
    return fields | {name: text for name, text in texts.items() if text}


@contextmanager
def _without_collector() -> Iterator[None]:
    """Loading makes hundreds of thousands of objects and no garbage: collecting takes half of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _reason(error: OSError) -> str:
    text = clean.line(error.strerror or str(error))
    return text[:1].lower() + text[1:]


def _reading(error: OSError | None) -> str:
    return f"some marks cannot be read: {_reason(error)}; trying again" if error else ""
