"""Files that other processes read are read as here, whatever becomes of those."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reader.archive.scan import open_archive
from reader.errors import IndexFileError
from reader.index import apart, child, readers, wire
from reader.index import sync as sync_module
from reader.index.apart import Helper, LostError
from reader.index.stories import StoryIndex
from reader.index.sync import Progress, sync
from reader.state import identity
from tests.factories import make_story_text, write_story
from tests.machine_form import machine_story, write_machine_archive
from tests.unit.index.shelf import index_file, opened, synced

DEADLINE_S = 30.0
STORIES = 240


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stories as machines write them, and between them whatever else lies in archives."""
    folder = write_machine_archive(tmp_path_factory.mktemp("made") / "gazette", STORIES)
    odd = {
        "README.md": b"# About\n",
        "empty.md": b"",
        "unclosed.md": b"---\ntitle: Still readable\nexcerpt: [unclosed\n---\n",
        "many-wrongs.md": b'---\ntitle: "T"\nquality: high\npublishedDateTime: never\nwebUrl: "ftp://x"\n---\n',
        "undated.md": b"---\ntitle: Without a date\n---\nA body.\n",
        "eight-bits.md": b"---\ntitle: Caf\xe9\n---\n",
        "sixteen-bits.md": "---\ntitle: Wide\n---\n".encode("utf-16"),
        "controls.md": b'---\ntitle: "A\\e[31mred\\0 one"\nexcerpt: "\x01\x02"\n---\n',
        "letters.md": '---\ntitle: "人工智能 — ‘Ünïcödé’ 🙂"\ntopics: ["\u2028", "Zo\u0301"]\n---\n'.encode(),
        "toml.md": b'+++\ntitle = "In TOML"\n+++\n',
        "json.md": b'{"title": "In JSON", "topics": ["AI"]}\n',
        "long.md": make_story_text(title="Long " * 300, excerpt="word " * 9_000).encode(),
    }
    for number, (name, data) in enumerate(odd.items()):
        place = folder / f"2019/01/{number + 1:02}"
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
        (place / f"z-{name}").write_bytes(data)
    (folder / os.fsdecode(b"caf\xe9.md")).write_text(machine_story(1))
    (folder / "linked.md").symlink_to(folder / "README.md")
    (folder / "story.md").mkdir()
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Helper]:
    """Lets processes help from the first batch on; who answered each time."""
    monkeypatch.setattr(sync_module, "FIRST_STORIES", 2)
    monkeypatch.setattr(sync_module, "MANY_READ", 0)
    monkeypatch.setattr(sync_module, "MUCH_LEFT", 1)
    monkeypatch.setattr(sync_module, "BATCH_S", DEADLINE_S)  # folders are numbered batch by batch
    monkeypatch.setattr(apart, "processors", lambda: 2)
    monkeypatch.setattr(readers, "_FILES", 5)
    start, answer = apart.started, Helper.answer
    answered: list[Helper] = []

    def started(*arguments: object) -> list[Helper]:
        helpers = start(*arguments)  # type: ignore[arg-type]
        for helper in helpers:
            with contextlib.suppress(LostError):
                wait_until_ready(helper)
        return helpers

    def counted(self: Helper, *arguments: object) -> object:
        answered.append(self)
        return answer(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(apart, "started", started)
    monkeypatch.setattr(Helper, "answer", counted)
    return answered


def wait_until_ready(helper: Helper) -> None:
    end = time.monotonic() + DEADLINE_S
    while not helper.is_ready():
        assert time.monotonic() < end
        time.sleep(0.01)


def tables(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that an index holds, but for what differs between any two."""
    with closing(sqlite3.connect(index_file(folder))) as sqlite:
        found: dict[str, list[tuple[object, ...]]] = {}
        for table in ("story", "folder", "topicset", "outlet", "kind", "topic_file", "other_file", "problem"):
            found[table] = sqlite.execute(f"SELECT * FROM {table}").fetchall()
            found[table].sort(key=repr)
        for table in ("story_words", "story_starts"):
            sqlite.execute(f"CREATE VIRTUAL TABLE temp.{table}_v USING fts5vocab(main, {table}, instance)")
            found[table] = sqlite.execute(f"SELECT * FROM {table}_v").fetchall()
            found[table].sort(key=repr)
    return found


def test_the_index_is_the_same_whoever_reads(
    archive: Path, tmp_path: Path, answers: list[Helper], monkeypatch: pytest.MonkeyPatch
) -> None:
    synced(archive, tmp_path / "apart")
    assert len(set(answers)) == 2
    assert len(answers) > 20
    with monkeypatch.context() as patched:
        patched.setattr(apart, "started", lambda *_: [])
        synced(archive, tmp_path / "here")
    here = tables(tmp_path / "here")
    assert tables(tmp_path / "apart") == here
    assert len(here["story"]) > STORIES
    assert len(here["problem"]) > 5
    assert here["other_file"]


@pytest.mark.parametrize("after", [0, 3, 30])
def test_what_a_process_that_is_killed_leaves_is_read_here(
    after: int, archive: Path, tmp_path: Path, answers: list[Helper], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Helper.answer

    def killed(self: Helper, *arguments: object) -> object:
        if len(answers) == after:
            os.kill(self.pid, signal.SIGKILL)
        return answer(self, *arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Helper, "answer", killed)
        synced(archive, tmp_path / "apart")
    assert len(answers) > after
    monkeypatch.setattr(apart, "started", lambda *_: [])
    synced(archive, tmp_path / "here")
    assert tables(tmp_path / "apart") == tables(tmp_path / "here")


READY = (
    "import os, struct, sys, time; told = sys.stdout.buffer; "
    "tell = lambda data: (told.write(data), told.flush()); "
)
SAYS = READY + "tell(struct.pack('<I', 5) + b'ready'); sys.stdin.buffer.read(20); "
STRANGE = {
    "cannot begin": "raise SystemExit(3)",
    "says another word": READY + "tell(struct.pack('<I', 5) + b'hello')",
    "speaks of much": READY + "tell(b'\\xff' * 9); time.sleep(60)",
    "stops listening": READY + "tell(struct.pack('<I', 5) + b'ready'); os.close(0); time.sleep(60)",
    "stops speaking": SAYS + "os.close(1); time.sleep(60)",
    "says nothing": SAYS + "time.sleep(60)",
    "says half of it": SAYS + "tell(struct.pack('<I', 9_000) + b'x'); time.sleep(60)",
    "says an empty word": SAYS + "[tell(struct.pack('<I', 0)) for _ in range(99)]; time.sleep(60)",
    "says nothing of the files": SAYS
    + "[tell(struct.pack('<III', 8, 0, 0)) for _ in range(99)]; time.sleep(60)",
    "says what is no text": SAYS + "tell(struct.pack('<III', 9, 0, 1) + b'\\xff'); time.sleep(60)",
    "says it in other shapes": SAYS
    + "tell(struct.pack('<III', 20, 0, 0) + b'[[1, [[1,2,3]]]]'[:12]); time.sleep(60)",
    "says chance": SAYS
    + "[tell(struct.pack('<I', 500) + os.urandom(500)) for _ in range(99)]; time.sleep(60)",
}


@pytest.mark.parametrize("how", STRANGE)
def test_a_process_that_makes_no_sense_is_done_without(
    how: str, archive: Path, tmp_path: Path, answers: list[Helper], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(apart, "_PROGRAM", STRANGE[how])
        patched.setattr(apart, "_PATIENCE_S", 0.2)
        synced(archive, tmp_path / "apart")
    monkeypatch.setattr(apart, "started", lambda *_: [])
    synced(archive, tmp_path / "here")
    assert tables(tmp_path / "apart") == tables(tmp_path / "here")


def test_without_a_program_to_start_everything_is_read_here(
    archive: Path, folder: Path, answers: list[Helper], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(folder / "none"))
    assert synced(archive, folder).read > STORIES
    assert answers == []


def test_on_one_processor_and_for_few_files_none_is_started(
    archive: Path, folder: Path, tmp_path: Path, answers: list[Helper], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "processors", lambda: 1)
    synced(archive, folder)
    monkeypatch.setattr(apart, "processors", lambda: 2)
    monkeypatch.setattr(sync_module, "MUCH_LEFT", 10_000)
    synced(archive, tmp_path / "other")
    assert answers == []


def test_one_processor_is_left_to_the_thread_that_waits_for_keys(
    archive: Path, folder: Path, answers: list[Helper]
) -> None:
    thread = threading.Thread(target=synced, args=(archive, folder))
    thread.start()
    thread.join()
    assert len(set(answers)) == 1


def test_processors_are_counted() -> None:
    assert apart.processors() >= 1


def test_where_the_system_does_not_tell_whose_processors_they_are_all_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert apart.processors() == os.cpu_count()


def is_there(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody asked for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until_gone(pid: int) -> None:
    end = time.monotonic() + DEADLINE_S
    while is_there(pid):
        assert time.monotonic() < end, "it is still there"
        time.sleep(0.01)


def test_cancelled_in_the_middle_it_leaves_no_process_and_goes_on_the_next_time(
    archive: Path, tmp_path: Path, folder: Path, answers: list[Helper], monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(archive, folder) as index:
        report = sync(index, is_cancelled=lambda: len(answers) > 10)
    assert report.was_cancelled
    assert 0 < report.read < STORIES
    assert not any(is_there(helper.pid) for helper in answers)
    rest = synced(archive, folder)
    assert not rest.was_cancelled
    monkeypatch.setattr(apart, "started", lambda *_: [])
    assert report.read + rest.read == synced(archive, tmp_path / "here").read
    assert len(tables(folder)["story"]) == len(tables(tmp_path / "here")["story"])


def test_cancelled_while_a_process_is_silent_it_ends_at_once(
    archive: Path, folder: Path, answers: list[Helper], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "_PROGRAM", STRANGE["says nothing"])
    with opened(archive, folder) as index:
        report = sync(index, is_cancelled=lambda: bool(answers))
    assert report.was_cancelled
    assert not any(is_there(helper.pid) for helper in answers)


def test_where_writing_fails_no_process_is_left(
    archive: Path, folder: Path, answers: list[Helper], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        if answers:
            raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("reader.index.words.write", fail)
    with opened(archive, folder) as index, pytest.raises(IndexFileError):
        sync(index)
    assert answers
    assert not any(is_there(helper.pid) for helper in answers)


def test_files_that_change_meanwhile_are_as_they_are_in_the_end(
    tmp_path: Path, folder: Path, answers: list[Helper], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = write_machine_archive(tmp_path / "herald", STORIES)
    monkeypatch.setattr(sync_module, "BATCH_STORIES", 20)
    paths = sorted(archive.rglob("*.md"))

    def on_progress(progress: Progress) -> None:
        for path in paths[progress.done % 7 :: 11]:
            path.unlink(missing_ok=True)
        for path in paths[progress.done % 5 :: 13]:
            path.write_text(machine_story(progress.done))
        write_story(archive, f"new-{progress.done}.md")

    with opened(archive, folder) as index:
        sync(index, on_progress)
        assert answers
        sync(index)
    monkeypatch.setattr(apart, "started", lambda *_: [])
    synced(archive, tmp_path / "here")

    def told(folder: Path) -> set[tuple[object, ...]]:
        with closing(sqlite3.connect(index_file(folder))) as sqlite:
            return set(sqlite.execute("SELECT path, mtime_ns, title, excerpt, url, row_crc FROM story"))

    assert told(folder) == told(tmp_path / "here")


STARTED = """
import sys, time
from pathlib import Path
from reader.archive.scan import open_archive
from reader.index import apart
from reader.state import identity
apart.processors = lambda: 2
helpers = apart.started(open_archive(Path(sys.argv[1])), identity.stem)
print(*[helper.pid for helper in helpers], flush=True)
time.sleep(60)
"""


def test_no_process_outlives_the_program(archive: Path) -> None:
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", STARTED, str(archive)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        pids = [int(pid) for pid in program.stdout.readline().split()]
        program.kill()
    assert len(pids) == 2
    for pid in pids:
        wait_until_gone(pid)


WATCHED = """
import os, sys
def watch(event, arguments):
    is_write = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    is_process = event.startswith(("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system"))
    if is_write or is_process or event.startswith("socket."):
        os._exit(9)
sys.dont_write_bytecode = True
sys.addaudithook(watch)
"""


def test_it_opens_files_to_read_and_nothing_else(
    archive: Path, folder: Path, answers: list[Helper], monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[Helper] = []

    def lose(self: readers.Readers, helper: Helper) -> None:
        lost.append(helper)

    monkeypatch.setattr(readers.Readers, "_lose", lose)
    monkeypatch.setattr(apart, "_PROGRAM", WATCHED + apart._PROGRAM)
    synced(archive, folder)
    assert len(set(answers)) == 2
    assert lost == []


@contextlib.contextmanager
def helping(archive: Path) -> Iterator[Helper]:
    helper = Helper(open_archive(archive), identity.stem)
    try:
        wait_until_ready(helper)
        yield helper
    finally:
        helper.close()


def test_what_a_terminal_sends_to_the_program_is_not_for_it(archive: Path) -> None:
    with helping(archive) as helper:
        assert os.getpgid(helper.pid) != os.getpgid(0)
        assert os.getpriority(os.PRIO_PROCESS, helper.pid) > os.getpriority(os.PRIO_PROCESS, 0)


def test_through_narrow_pipes_neither_waits_for_the_other(
    archive: Path, folder: Path, answers: list[Helper], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "_widened", lambda *pipes: apart._ROOM_BYTES[0])
    monkeypatch.setattr(readers, "_FILES", 500)
    assert synced(archive, folder).read > STORIES
    assert answers


def test_pipes_that_cannot_be_widened_are_taken_as_they_are(tmp_path: Path) -> None:
    with (tmp_path / "no pipe").open("wb") as file:
        assert apart._widened(file.fileno()) == apart._ROOM_BYTES[0]


def asked(*paths: str) -> io.BytesIO:
    message = wire.pack_paths(paths)
    return io.BytesIO(wire.SIZE.pack(len(message)) + message)


def test_a_process_answers_until_nobody_asks(archive: Path) -> None:
    told = io.BytesIO()
    here = open_archive(archive)
    child.serve(asked("2019/01/01/README.md", "2019/01/03/unclosed.md", "none.md"), told, here, identity.stem)
    messages = []
    told.seek(0)
    while size := told.read(4):
        messages.append(told.read(*wire.SIZE.unpack(size)))
    assert messages[0] == child.READY
    (about, unclosed, none) = wire.unpack(messages[1], ["a", "b", "c"])
    assert about == (None, ())
    assert unclosed[0] is not None
    assert unclosed[0].title == "Still readable"
    assert [problem.path for problem in unclosed[1]] == ["b"]
    assert none[0] is None
    assert "is not there any more" in none[1][0].reason


def test_a_process_is_told_whom_it_works_for(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = io.BytesIO()
    monkeypatch.setattr(os, "nice", lambda niceness: 0)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(gc, "set_threshold", lambda count: None)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(asked("README.md")))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(told))
    child.main(["gazette", str(archive / "2019/01/01"), "reader.state.identity", "stem"])
    assert told.closed


def test_an_index_knows_what_a_process_needs_to_know(archive: Path, folder: Path) -> None:
    index = StoryIndex(open_archive(archive), folder, identity.stem)
    try:
        assert (index.stem.__module__, index.stem.__qualname__) == ("reader.state.identity", "stem")
    finally:
        index.close()
