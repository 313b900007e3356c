from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.model import Archive, Order, Show, View
from reader.tui.session import ARCHIVES_LIMIT, Choice, Session, SessionFile


def archive(name: str = "gazette") -> Archive:
    return Archive(name, Path("/news") / name)


def left(path: Path, name: str = "gazette") -> Session:
    """A session that was left there."""
    session = Session()
    session.theme, session.config_theme, session.shares = "nord", "gruvbox", (30, 500, 0)
    session.entry = ("AI", "all", "", "")
    session.story_id = "gazette/a\udcff.md"
    session.view = View("", Show.UNREAD, Order.QUALITY, True, "clear*", 60)
    session.density = "one-line"
    session.folded = ("ai",)
    session.searches = {"Work": 3, "Bad": None}
    session.choices[session.entry] = Choice(Order.QUALITY, True, Show.UNREAD, 72)
    SessionFile([archive(name)], path).save(session)
    return session


def values(session: Session) -> dict[str, object]:
    return {key: value for key, value in vars(session).items() if key != "is_first"}


def test_what_was_left_comes_back(tmp_path: Path) -> None:
    session = left(tmp_path / "state" / "session.json")
    found = SessionFile([archive()], tmp_path / "state" / "session.json").load()
    assert values(found) == values(session)
    assert not found.is_first


def test_the_file_is_private(tmp_path: Path) -> None:
    left(tmp_path / "state" / "session.json")
    assert stat.S_IMODE((tmp_path / "state" / "session.json").stat().st_mode) == 0o600
    assert [entry.name for entry in (tmp_path / "state").iterdir()] == ["session.json"]


def test_without_a_file_it_is_a_first_start(tmp_path: Path) -> None:
    found = SessionFile([archive()], tmp_path / "session.json").load()
    assert found.is_first
    assert values(found) == values(Session())


def test_other_archives_have_sessions_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    left(path)
    other = SessionFile([archive("herald")], path)
    found = other.load()
    assert (found.theme, found.entry, found.is_first) == ("nord", ("", "all", "", ""), False)
    other.save(found)
    assert SessionFile([archive()], path).load().story_id == "gazette/a\udcff.md"


def test_only_so_many_archives_are_remembered(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    for number in range(ARCHIVES_LIMIT + 3):
        left(path, f"a{number}")
    assert len(json.loads(path.read_text())["archives"]) == ARCHIVES_LIMIT
    assert SessionFile([archive(f"a{ARCHIVES_LIMIT + 2}")], path).load().story_id


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"archives": 3}', "[" * 100_000, "\x00"])
def test_a_broken_file_is_ignored_and_written_anew(tmp_path: Path, text: str) -> None:
    path = tmp_path / "session.json"
    path.write_text(text)
    file = SessionFile([archive()], path)
    assert values(file.load()) == values(Session())
    left(path)
    assert file.load().story_id


def test_where_it_cannot_be_written_nothing_happens(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    left(tmp_path / "file" / "session.json")


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(st.data())
def test_whatever_stands_in_the_file_the_session_is_sound(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("session") / "session.json"
    left(path)
    whole = json.loads(path.read_text())
    (inner,) = whole["archives"].values()
    for part in (whole, inner):
        for key in list(part):
            if data.draw(st.booleans()):
                part[key] = data.draw(_json)
    path.write_text(json.dumps(whole))
    found = SessionFile([archive()], path).load()
    assert isinstance(found.theme, str)
    assert all(isinstance(share, int) for share in found.shares)
    assert Show(found.entry[1])
    assert all(isinstance(choice, Choice) for choice in found.choices.values())
    SessionFile([archive()], path).save(found)
