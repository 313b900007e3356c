from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from reader import locations, searches
from reader.errors import ConfigError
from reader.model import Order, Show
from reader.searches import SavedSearch, Searches, added, alone, moved, removed

AI = SavedSearch("AI", "topic:AI is:unread")
ROBOTS = SavedSearch("Robots", "robot*", "Robotics", Show.UNREAD, Order.QUALITY, True)
CLOUD = SavedSearch("Cloud", "cloud")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "searches.yaml"


def load(file: Path, text: str | bytes) -> Searches:
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return searches.load(file)


def only_problem(loaded: Searches) -> str:
    [problem] = loaded.problems
    return problem


def test_the_file_lies_beside_the_config() -> None:
    assert locations.searches_file() == locations.config_file().with_name("searches.yaml")


def test_without_a_file_there_are_none(file: Path) -> None:
    assert searches.load(file) == Searches()


def test_without_a_file_yaml_is_not_loaded() -> None:
    code = (
        "import sys; from pathlib import Path; from reader import searches\n"
        "searches.load(Path('/nowhere/searches.yaml')); raise SystemExit('yaml' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_is_saved_is_read_again(file: Path) -> None:
    searches.save(file, [AI, ROBOTS])
    assert searches.load(file) == Searches((AI, ROBOTS))
    searches.save(file, [])
    assert searches.load(file) == Searches()


def test_the_file_reads_as_a_person_would_write_it(file: Path) -> None:
    searches.save(file, [AI, ROBOTS])
    lines = file.read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        '- name: "AI"',
        '  query: "topic:AI is:unread"',
        '- name: "Robots"',
        '  query: "robot*"',
        '  topic: "Robotics"',
        "  show: unread",
        "  order: quality",
        "  reversed: true",
    ]


def test_a_list_written_by_hand_is_read(file: Path) -> None:
    loaded = load(
        file,
        "- {name: AI, query: 'topic:AI is:unread', show: ~}\n"
        "- name: Robots\n  query: >\n    robot*\n  topic: Robotics\n  show: unread\n"
        "  order: quality\n  reversed: Yes\n"
        "- name: 2021\n",
    )
    assert loaded.problems == ()
    assert loaded.entries == (AI, ROBOTS, SavedSearch("2021", ""))


@pytest.mark.parametrize("text", ["", "# none\n", "---\n", "~\n", "[]\n", b"\xef\xbb\xbf[]\n"])
def test_a_file_without_searches_is_fine(file: Path, text: str | bytes) -> None:
    assert load(file, text) == Searches()


def test_texts_are_cleaned_as_they_come_in() -> None:
    search = SavedSearch(" a\x1b[2J\nb ", "x\ty\x00  ", "t\u202e")
    assert (search.name, search.query, search.topic) == ("a b", "x y\N{REPLACEMENT CHARACTER} ", "t")
    assert SavedSearch("a", " \n ").query == ""


def test_a_file_is_its_owners_only_and_so_is_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "new" / "searches.yaml"
    searches.save(file, [AI])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert os.listdir(file.parent) == ["searches.yaml"]


def test_the_file_before_is_kept_beside_it(file: Path) -> None:
    by_hand = "# mine\n- {name: AI, query: x}\n"
    load(file, by_hand)
    searches.save(file, [CLOUD])
    searches.save(file, [CLOUD])
    assert file.with_name("searches.yaml.bak").read_text() == by_hand
    assert sorted(os.listdir(file.parent)) == ["searches.yaml", "searches.yaml.bak"]


def test_behind_a_link_the_file_itself_changes(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "searches.yaml"
    real.parent.mkdir()
    file.symlink_to(real)
    searches.save(file, [AI])
    assert file.is_symlink()
    assert searches.load(real).entries == (AI,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: x", 'searches.yaml:1: holds no list of searches, each with "name" and "query"'),
        ("words", 'searches.yaml:1: holds no list of searches, each with "name" and "query"'),
        ("- x", 'searches.yaml:1: a search has a "name" and a "query"'),
        ("- query: x", "searches.yaml:1: a search without a name"),
        ("- name: ''", "searches.yaml:1: a search without a name"),
        ("- name: a\n- name: A\n", 'searches.yaml:2: two searches have the name "A"'),
        ("- name: a\n  name: b\n", 'searches.yaml:2: "name" is set twice'),
        ("- name: a\n  x: b\n  x: c\n", 'searches.yaml:2: unknown key "x"'),
        ("- name: a\n  [b]: c\n", "searches.yaml:2: a key is one line of text"),
        ("- name: a\n  query: [x]\n", "searches.yaml:2: query is not one line of text"),
        ('- name: a\n  query: "\\e[2J"\n', "searches.yaml:2: query is too long or holds control characters"),
        ("- name: " + "a" * 101, "searches.yaml:1: name is too long or holds control characters"),
        ("- name: a\n  show: read\n", "searches.yaml:2: show is none of all, unread, starred"),
        ("- name: a\n  order: []\n", "searches.yaml:2: order is none of date, quality"),
        ("- name: a\n  reversed: maybe\n", "searches.yaml:2: reversed is neither true nor false"),
        ("- name: a\n  reversed: [true]\n", "searches.yaml:2: reversed is neither true nor false"),
        ("- &a {name: a}\n- *a\n", "searches.yaml:2: searches cannot refer to one another"),
        ("[" * 50, "searches.yaml:1: nested too deeply, or no list of searches"),
        ("- a\n" * 60_000, "searches.yaml:49999: nested too deeply, or no list of searches"),
        ("- 'open\n", "searches.yaml:2: not YAML: found unexpected end of stream"),
        ("a: \x1b[2J", "searches.yaml: not YAML: it holds characters YAML does not allow"),
        (b"# ok\n- caf\xe9\n", "searches.yaml:2: not UTF-8 text"),
        ("#" * 300_000, "searches.yaml: larger than 256 KiB"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_never_written_over(
    file: Path, text: str | bytes, expected: str
) -> None:
    loaded = load(file, text)
    assert loaded.problems[0].startswith(expected)
    assert not loaded.is_whole
    before = file.read_bytes()
    with pytest.raises(ConfigError, match="nothing is saved until this is put right"):
        searches.save(file, [CLOUD])
    assert file.read_bytes() == before


def test_the_rest_of_a_file_with_mistakes_counts(file: Path) -> None:
    loaded = load(file, "- 1\n- {name: Cloud, query: cloud, show: never}\n")
    assert loaded.entries == (CLOUD,)
    assert len(loaded.problems) == 2


@pytest.mark.parametrize(
    "text", ["- name: a\n  query: [x\n", "name: a\nquery: x\n", "- &a {name: a}\n- *a\n"]
)
def test_a_file_of_which_nothing_is_understood_is_known_as_such(file: Path, text: str) -> None:
    assert not load(file, text).is_readable
    assert load(file, "- 1\n- {name: Cloud}\n").is_readable


def test_problems_come_in_the_order_of_the_file_and_only_so_many(file: Path) -> None:
    loaded = load(file, "- x\n" * 500)
    assert len(loaded.problems) == searches.PROBLEM_LIMIT + 1
    assert loaded.problems[-1] == "searches.yaml: 480 more"


def test_a_folder_or_a_pipe_in_its_place_is_told(file: Path, tmp_path: Path) -> None:
    assert only_problem(searches.load(tmp_path)).endswith("cannot be read: Is a directory")
    os.mkfifo(file)
    assert only_problem(searches.load(file)) == "searches.yaml: not a regular file"


def test_one_process_after_the_other_changes_the_searches(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import sys; from pathlib import Path; from reader import searches; path = Path(sys.argv[1])\n"
        "with searches.alone(path):\n"
        "    print('held', flush=True); known = searches.load(path).entries; sys.stdin.read()\n"
        "    searches.save(path, searches.added(known, searches.SavedSearch('Theirs', 'x')))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with monkeypatch.context() as patch:
            patch.setattr(searches, "PATIENCE_S", 0)
            with pytest.raises(ConfigError, match="is being changed by another newsreader"), alone(file):
                pass
        other.stdin.close()
        with alone(file):
            searches.save(file, added(searches.load(file).entries, AI))
    assert [entry.name for entry in searches.load(file).entries] == ["Theirs", "AI"]
    assert stat.S_IMODE(file.with_name("searches.lock").stat().st_mode) == 0o600


def test_where_there_can_be_no_lock_it_goes_without(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", refused)
    with alone(file):
        searches.save(file, [AI])
    file.with_name("searches.lock").unlink()
    file.with_name("searches.lock").mkdir()
    with alone(file):
        searches.save(file, [AI, CLOUD])
    assert searches.load(file).entries == (AI, CLOUD)


def test_unknown_keys_are_told_and_kept(file: Path) -> None:
    loaded = load(
        file,
        "- name: Cloud\n  query: cloud\n  qery: ''\n  rank: 3\n  note:\n  when: 2021-02-04\n"
        "  'odd: key': [a, {b: 'true'}, \"x\\ty\", -]\n",
    )
    assert loaded.is_whole
    assert loaded.problems[0] == 'searches.yaml:3: unknown key "qery"; did you mean "query"?'
    assert loaded.problems[1].endswith(
        'unknown key "rank"; there are name, query, topic, show, order, reversed'
    )
    searches.save(file, moved((*loaded.entries, AI), "Cloud", 1))
    assert file.read_text().endswith(
        '- name: "Cloud"\n  query: "cloud"\n  qery: ""\n  rank: 3\n  note: null\n  when: 2021-02-04\n'
        '  "odd: key": [a, {b: "true"}, "x    y", "-"]\n'
    )
    assert searches.load(file).entries == (AI, *loaded.entries)


def test_a_search_that_is_saved_again_keeps_its_place_and_its_unknown_keys() -> None:
    mine = SavedSearch("Cloud", "cloud", others=(("rank", "3"),))
    again = added([AI, mine, ROBOTS], SavedSearch("CLOUD", "clouds", others=(("x", "1"),)))
    assert again == (AI, SavedSearch("CLOUD", "clouds", others=(("rank", "3"), ("x", "1"))), ROBOTS)


def test_a_new_search_comes_last() -> None:
    assert added((), AI) == (AI,)
    assert added([AI], CLOUD) == (AI, CLOUD)


def test_a_search_is_removed_by_name() -> None:
    assert removed([AI, CLOUD], " ai") == (CLOUD,)
    assert removed([AI], "none") == (AI,)


@pytest.mark.parametrize(
    ("name", "steps", "expected"),
    [
        ("AI", 1, (ROBOTS, AI, CLOUD)),
        ("AI", 9, (ROBOTS, CLOUD, AI)),
        ("AI", -1, (AI, ROBOTS, CLOUD)),
        ("Cloud", -1, (AI, CLOUD, ROBOTS)),
        ("Cloud", -9, (CLOUD, AI, ROBOTS)),
        ("none", 1, (AI, ROBOTS, CLOUD)),
    ],
)
def test_a_search_is_moved_within_the_list(name: str, steps: int, expected: tuple[SavedSearch, ...]) -> None:
    assert moved([AI, ROBOTS, CLOUD], name, steps) == expected


@pytest.mark.parametrize("entries", [[SavedSearch(" ", "x")], [AI, SavedSearch("ai", "x")]])
def test_every_search_needs_a_name_of_its_own(file: Path, entries: list[SavedSearch]) -> None:
    with pytest.raises(ConfigError, match="needs a name of its own"):
        searches.save(file, entries)
    assert not file.exists()


def test_a_disk_that_refuses_leaves_the_file_as_it_was(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    searches.save(file, [AI])
    before = file.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match=r"searches\.yaml cannot be saved: no space left on device"):
        searches.save(file, [CLOUD])
    assert file.read_bytes() == before
    assert os.listdir(file.parent) == ["searches.yaml"]


def test_a_folder_that_cannot_be_synced_is_no_reason_to_fail(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def picky(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(22, "Invalid argument")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", picky)
    searches.save(file, [AI])
    assert searches.load(file).entries == (AI,)


def test_a_half_written_file_of_a_killed_process_is_in_no_ones_way(file: Path) -> None:
    file.with_name(f".searches.yaml.{os.getpid()}.new").write_text("half")
    searches.save(file, [AI])
    assert os.listdir(file.parent) == ["searches.yaml"]
