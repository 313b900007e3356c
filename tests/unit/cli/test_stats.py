from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.factories import write_story
from tests.unit.cli.marking import mark
from tests.unit.cli.running import Run


@pytest.fixture
def marked(archive: Path) -> Path:
    """Below Robotics lies Cloud; Ants is read, Clouds starred, and one story has neither date nor quality."""
    topics = archive / "_data" / "topics"
    topics.mkdir(parents=True)
    (topics / "cloud.yaml").write_text("name: Cloud\nparent: Robotics\n")
    write_story(
        archive, "bare.md", title="Bare", publishedDateTime=None, quality=None, provider=None, webUrl=None
    )
    mark(archive, "2020/ants.md", is_read=True)
    mark(archive, "2021/clouds.md", is_starred=True)
    return archive


def test_in_a_pipe_each_figure_is_a_line_of_fields(run: Run, marked: Path) -> None:
    assert run("stats", marked).cells == [
        ["stories", "", "4", "3"],
        ["starred", "", "1"],
        ["quality", "median", "20"],
        ["topic", "AI", "2", "1"],
        ["topic", "Computer Vision", "1", "1"],
        ["topic", "Robotics", "2", "2"],
        ["topic", "Cloud", "1", "1"],
        ["provider", "Example News", "3"],
        ["provider", "no provider", "1"],
        ["month", "2020-02", "1"],
        ["month", "2021-02", "1"],
        ["month", "2021-03", "1"],
        ["undated", "", "1"],
    ]


def test_as_json(run: Run, marked: Path) -> None:
    found = run("stats", marked, "--json").json
    assert found["topics"][2] == {
        "name": "Robotics",
        "stories": 2,
        "unread": 2,
        "children": [{"name": "Cloud", "stories": 1, "unread": 1, "children": []}],
    }
    assert found["quality"] == {"stories": 3, "lowest": 10, "median": 20.0, "highest": 30}
    assert found["providers"][0] == {"name": "Example News", "domain": "example.com", "stories": 3}
    assert found["other_providers"] == {"providers": 0, "stories": 0}
    assert found["months"][0] == {"month": "2020-02", "stories": 1}
    assert (found["stories"], found["unread"], found["starred"], found["undated"]) == (4, 3, 1, 1)


def test_on_a_terminal_months_are_bars(run: Run, marked: Path, terminal: None) -> None:
    for day in range(1, 4):
        write_story(marked, f"{day}.md", publishedDateTime=f"2021-12-0{day}T00:00:00Z", topics=None)
    lines = run("stats", marked).lines
    assert lines[0] == "7 stories · 6 unread · 1 starred · median quality 24"
    assert lines[2].split() == ["Topics", "stories", "unread"]
    (cloud,) = (line for line in lines if "Cloud" in line)
    assert cloud.startswith("    Cloud  ")
    assert cloud.split() == ["Cloud", "1", "1"]
    assert [line.split("  ")[2] for line in lines[-3:-1]] == [" ▃", " ▃▃"]
    assert lines[-2].startswith("  2021   ▃▃        █  ")
    assert lines[-1].split() == ["no", "date", "1"]


def test_providers_beyond_the_first_are_summed_up(run: Run, tmp_path: Path, terminal: None) -> None:
    for number in range(23):
        write_story(tmp_path / "a", f"{number}.md", provider={"name": f"P{number}"}, topics=None)
    write_story(tmp_path / "a", "x.md", provider={"domain": "p9.example"}, topics=None)
    lines = run("stats", tmp_path / "a").lines
    assert lines[2].split() == ["Providers", "stories"]
    assert lines[23].split() == ["4", "others", "4"]


def test_in_a_pipe_the_other_providers_are_a_line_too(run: Run, tmp_path: Path) -> None:
    for number in range(23):
        write_story(tmp_path / "a", f"{number}.md", provider={"name": f"P{number}"})
    assert ["providers", "3 others", "3"] in run("stats", tmp_path / "a").cells


def test_an_archive_with_nothing_to_count_has_no_tables(
    run: Run, tmp_path: Path, config_home: Path, terminal: None
) -> None:
    (tmp_path / "a").mkdir()
    config_home.mkdir(parents=True)
    (config_home / "config.yaml").write_text(f"archives: {tmp_path / 'a'}\n")
    assert run("stats").lines == ["0 stories · 0 unread · 0 starred"]
    assert run("stats", "--json").json["quality"]["median"] is None


def test_days_before_1970_and_the_first_years_count(run: Run, tmp_path: Path) -> None:
    write_story(tmp_path / "a", "x.md", publishedDateTime="1969-12-31T23:59:59Z")
    write_story(tmp_path / "a", "y.md", publishedDateTime="0900-01-01T00:00:00Z")
    months = [cells[1] for cells in run("stats", tmp_path / "a").cells if cells[0] == "month"]
    assert months == ["0900-01", "1969-12"]


def test_without_any_date_there_is_no_table_of_months(run: Run, tmp_path: Path, terminal: None) -> None:
    write_story(tmp_path / "a", "x.md", publishedDateTime=None)
    assert run("stats", tmp_path / "a").lines[-1].split() == ["no", "date", "1"]


def test_without_utf8_bars_are_ascii(run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Terminal(raw, encoding="ascii"))
    assert run("stats", archive).code == 0
    assert b"  2021   @@ " in raw.getvalue()
