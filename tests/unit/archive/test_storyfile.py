from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader import resources
from reader.archive import files
from reader.archive.storyfile import FILE_LIMIT, parse_story, read_story
from reader.errors import StoryFileError
from reader.model import Archive, Image, ProblemKind, Provider, Story
from tests.factories import make_story_text, write_story


def _story(body: str = "", path: str = "a.md", **fields: object) -> Story:
    story = parse_story(path, make_story_text(body, **fields).encode())
    assert story is not None
    return story


def _plain(text: str, path: str = "a.md") -> Story:
    story = parse_story(path, text.encode())
    assert story is not None
    return story


def _reasons(story: Story) -> list[str]:
    return [problem.reason for problem in story.problems]


def test_a_usual_story_is_read_whole() -> None:
    story = _story(
        "The body.\n",
        title="A &amp; B",
        originalUrl="https://example.org/1",
        ampWebUrl="https://example.org/amp",
        cdnAmpWebUrl="https://cdn.example.org/amp",
        images=[{"url": "https://example.com/a.png", "width": 800, "height": "600", "title": "A"}],
        related=[{"title": "R", "webUrl": "https://www.example.net/r", "quality": 7, "topics": ["X"]}],
    )
    assert story.title == "A & B"
    assert story.excerpt == "An excerpt."
    assert story.published_at == datetime(2021, 2, 4, 12, 52, tzinfo=UTC)
    assert story.url == story.web_url == "https://news.example.com/2021/a-title/"
    assert (story.original_url, story.amp_url) == ("https://example.org/1", "https://example.org/amp")
    assert story.cdn_amp_url == "https://cdn.example.org/amp"
    assert (story.kind, story.category, story.quality, story.heat) == ("article", "news", 24, -1)
    assert story.is_published is False
    assert story.provider == Provider("Example News", "example.com")
    assert story.topics == ("Computer Vision", "AI")
    assert story.images == (Image("https://example.com/a.png", 800, 600, "A"),)
    assert story.body == "The body."
    (related,) = story.related
    assert (related.title, related.quality, related.topics) == ("R", 7, ("X",))
    assert related.provider == Provider("", "example.net")
    assert story.problems == ()


def test_the_seeds_are_sound_and_their_sealed_content_is_not_kept() -> None:
    paths = sorted(resources.seeds_dir().glob("*.md"))
    stories = [read_story(Archive("seeds", path.parent), path.name) for path in paths]
    first, second = stories
    assert first is not None
    assert second is not None
    assert first.title == "Clearview Facial-Recognition Technology Ruled Illegal in Canada"
    assert first.provider == Provider("Threat Post", "threatpost.com")
    assert (first.quality, first.is_published, first.topics) == (24, False, ("Computer Vision", "AI"))
    assert [related.provider.name for related in first.related] == ["The Next Web", "Wall Street Journal"]
    assert second.title.startswith("Clearview’s facial recognition technology")
    for path, story in zip(paths, (first, second), strict=True):
        blob = path.read_text(encoding="utf-8").partition('secured: "')[2].partition('"')[0]
        assert story.problems == ()
        assert story.sealed_bytes == len(blob)
        assert blob[:40] not in repr(story)
        assert f"secured: sealed content, {len(blob)} bytes" in story.raw_front_matter


@pytest.mark.parametrize(
    ("written", "number", "reason"),
    [
        ("24", 24, ""), ("24.0", 24, ""), ('"24"', 24, ""), ("+5", 5, ""), ("-1", -1, ""), ("1e2", 100, ""),
        ("0777", 777, ""), ("1_000", 1000, ""), (" 3 ", 3, ""), ("", None, ""), ("~", None, ""),
        ("null", None, ""),
        ("high", None, "quality is not a number"), (".nan", None, "quality is not a number"),
        (".inf", None, "quality is not a number"), ("0x1f", None, "quality is not a number"),
        ("12:30", None, "quality is not a number"), ("9" * 4_301, None, "quality is not a number"),
        ("[1]", None, "quality is not a number"), ("{a: 1}", None, "quality is not a number"),
        ("²", None, "quality is not a number"), ("1e999", 10**9, "quality is out of range"),
        ("-99999999999", -(10**9), "quality is out of range"),
    ],
)  # fmt: skip
def test_numbers(written: str, number: int | None, reason: str) -> None:
    story = _plain(f"---\ntitle: T\nquality: {written}\n---\n")
    assert story.quality == number
    assert _reasons(story) == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("written", "flag"),
    [("true", True), ("Yes", True), ("on", True), ("1", True), ('"TRUE"', True), ("false", False),
     ("no", False), ("OFF", False), ("0", False), ("~", None), ("", None)],
)  # fmt: skip
def test_published_is_true_or_false(written: str, flag: bool | None) -> None:
    assert _plain(f"---\ntitle: T\npublished: {written}\n---\n").is_published is flag


def test_what_is_neither_true_nor_false_is_told() -> None:
    assert _reasons(_story(published="maybe")) == ["published is neither true nor false"]
    assert _reasons(_story(published=["a"])) == ["published is neither true nor false"]


def test_a_draft_is_not_published() -> None:
    assert _story(published=None, draft=True).is_published is False
    assert _story(published=None, draft=False).is_published is True
    assert _story(published=None).is_published is None


def test_a_date_under_published_is_understood() -> None:
    story = _story(publishedDateTime=None, published="2021-02-04")
    assert story.published_at == datetime(2021, 2, 4, tzinfo=UTC)
    assert story.is_published is None


@pytest.mark.parametrize(
    "written",
    [
        "2021-02-04T12:52:00Z", "2021-02-04T12:52:00.000Z", "2021-02-04T12:52Z", "2021-02-04 12:52:00",
        "2021-02-04T14:52:00+02:00", "2021-02-04 14:52:00 +0200", "2021-02-04 07:52:00 -05:00",
        "2021-02-04 12:52:00 UTC", "2021-2-4 12:52", "2021/02/04 12:52", "20210204T125200Z", "1612443120",
        "1612443120000", "Thu, 04 Feb 2021 12:52:00 GMT", "4 Feb 2021 14:52:00 +0200", "2021-02-04t12:52:00z",
    ],
)  # fmt: skip
def test_dates_are_understood_in_the_usual_forms(written: str) -> None:
    assert _story(publishedDateTime=written).published_at == datetime(2021, 2, 4, 12, 52, tzinfo=UTC)


def test_a_date_alone_is_its_midnight_and_fractions_are_kept() -> None:
    assert _story(publishedDateTime="2021-02-04").published_at == datetime(2021, 2, 4, tzinfo=UTC)
    exact = _story(publishedDateTime="2021-2-4 12:52:00.25 Z").published_at
    assert exact == datetime(2021, 2, 4, 12, 52, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["2021-13-45", "2021-02-30", "0000-01-01", "2021-02-04T12:52:60Z", "2021-02-04T00:00:00+99:99", "soon",
     "1", "2021-2-4 1:00 +99:99", "99999999999999999999", "Thu, 99 Feb 2021 12:52:00 GMT", "²021",
     "x" * 10_000],
)  # fmt: skip
def test_what_is_no_date_is_told(written: str) -> None:
    story = _story(publishedDateTime=written)
    assert story.published_at is None
    assert _reasons(story) == ["publishedDateTime is not a date"]


@pytest.mark.parametrize(
    ("written", "year"), [("9999-12-31T23:59:59-12:00", 9999), ("0001-01-01T00:00:00+12:00", 1)]
)
def test_dates_out_of_range_are_clamped(written: str, year: int) -> None:
    story = _story(publishedDateTime=written)
    assert story.published_at is not None
    assert story.published_at.year == year
    assert _reasons(story) == ["publishedDateTime is out of range"]


def test_the_date_of_the_file_name_stands_in_for_a_missing_one_only() -> None:
    assert _story(path="x/2021-02-04-a.md", publishedDateTime=None).published_at == datetime(
        2021, 2, 4, tzinfo=UTC
    )
    assert _story(path="2021-02-04-a.md", publishedDateTime="never").published_at is None
    assert _story(path="2021-13-04-a.md", publishedDateTime=None).published_at is None


@pytest.mark.parametrize(
    "name", ["date", "published_at", "publishedAt", "pubDate", "PUBLISHEDDATETIME", "Published Date"]
)
def test_dates_go_by_many_names(name: str) -> None:
    story = _plain(f"---\ntitle: T\n{name}: 2021-02-04\n---\n")
    assert story.published_at == datetime(2021, 2, 4, tzinfo=UTC)


def test_other_fields_go_by_many_names_too() -> None:
    story = _plain(
        "---\nHeadline: T\nsubtitle: E\nPermalink: https://example.org/x\nTags: [a, A, b]\nauthor: Jane\n"
        "categories: c, d\ncover: x\nimage: https://example.org/i.png\n---\n"
    )
    assert (story.title, story.excerpt, story.web_url) == ("T", "E", "https://example.org/x")
    assert story.topics == ("a", "b", "c", "d")
    assert story.provider == Provider("Jane", "example.org")
    assert story.images == (Image("https://example.org/i.png"),)


@pytest.mark.parametrize(
    ("fields", "provider"),
    [
        ({"provider": "N"}, Provider("N", "news.example.com")),
        ({"provider": {"name": "N"}}, Provider("N", "news.example.com")),
        ({"provider": {"title": "N", "url": "https://www.n.org/x"}}, Provider("N", "www.n.org")),
        ({"provider": None}, Provider("", "news.example.com")),
        ({"provider": None, "webUrl": "https://www.a.org/"}, Provider("", "a.org")),
        ({"provider": None, "webUrl": None}, Provider()),
        ({"provider": None, "source": "https://n.org/feed"}, Provider("", "n.org")),
        ({"provider": None, "author": ["A", "B"]}, Provider("A, B", "news.example.com")),
        ({"provider": None, "author": [{"name": "A"}]}, Provider("A", "news.example.com")),
        ({"provider": {"name": "N", "domain": "javascript:x//"}}, Provider("N", "news.example.com")),
    ],
)
def test_providers(fields: dict[str, object], provider: Provider) -> None:
    assert _plain(make_story_text("", **fields)).provider == provider


def test_topics_are_a_list_or_a_line_without_repeats() -> None:
    assert _story(topics="AI, Robots ,ai,,").topics == ("AI", "Robots")
    assert _story(topics=["AI", {"name": "Robots"}, {"x": "y"}, "~", ["z"], "", "a, b"]).topics == (
        "AI",
        "Robots",
        "z",
        "a, b",
    )
    assert _story(topics=[]).topics == ()


def test_too_many_topics_images_and_related_stories_are_cut_off_and_told() -> None:
    story = _story(
        topics=[f"t{n}" for n in range(70)],
        images=[f"https://example.com/{n}.png" for n in range(101)],
        related=[f"https://example.com/{n}" for n in range(501)],
    )
    assert (len(story.topics), len(story.images), len(story.related)) == (64, 100, 500)
    assert sorted(_reasons(story)) == [
        "images has more than 100 images: the rest was left out",
        "related has more than 500 related stories: the rest was left out",
        "topics has more than 64 topics: the rest was left out",
    ]


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://example.com/a?b=1&amp;copy=2", "https://example.com/a?b=1&copy=2"),
        (" https://example.com ", "https://example.com"),
        ("https://EXAMPLE.com/ä", "https://example.com/%C3%A4"),
        ("http://xn--bcher-kva.example:8080/", "http://xn--bcher-kva.example:8080/"),
        ("/2021/a.html", ""),
        ("~", ""),
    ],
)
def test_addresses_are_kept_in_their_safe_form(written: str, url: str) -> None:
    story = _story(webUrl=written)
    assert story.web_url == url
    assert story.problems == ()


@pytest.mark.parametrize(
    "written",
    ["javascript:alert(1)", "file:///etc/passwd", "ftp://example.com", "//example.com/x", "example.com/x",
     "https://", "https://u@example.com/", "https://example.com/a b", "https://example.com/\x1b[0m",
     "x" * 3_000, ["a"], {"a": "b"}],
)  # fmt: skip
def test_other_addresses_are_dropped_and_told(written: object) -> None:
    story = _story(webUrl=written)
    assert story.url == ""
    assert _reasons(story) in (["webUrl is not an http or https address"], ["webUrl is not an address"])


def test_images_are_mappings_or_addresses() -> None:
    story = _story(
        images=[
            "https://example.com/a.png",
            {"src": "https://example.com/b.png", "width": "x", "height": -4},
            "img/c.png",
            {},
            "~",
        ]
    )
    assert story.images == (Image("https://example.com/a.png"), Image("https://example.com/b.png"))
    assert story.problems == ()
    assert _reasons(_story(images="data:image/png;base64,xx")) == ["images is not an http or https address"]


def test_related_stories_are_mappings_addresses_or_titles() -> None:
    story = _story(
        related=[
            "https://example.com/1",
            "A title",
            {"url": "https://example.com/2"},
            {},
            "~",
            {"title": ""},
            ["x"],
        ]
    )
    assert [(related.title, related.url) for related in story.related] == [
        ("", "https://example.com/1"), ("A title", ""), ("", "https://example.com/2"),
    ]  # fmt: skip
    assert _story(related={"title": "One"}).related[0].title == "One"


def test_what_is_wrong_with_a_related_story_names_it() -> None:
    story = _story(related=[{"title": "A"}, {"title": "B", "quality": "x"}])
    assert _reasons(story) == ["related 2: quality is not a number"]


@pytest.mark.parametrize(
    ("content", "url"),
    [
        ('<iframe width="1" src="https://www.youtube.com/embed/x?a=1&amp;b=2" allowfullscreen></iframe>', "https://www.youtube.com/embed/x?a=1&b=2"),
        ("<embed src='//example.com/v'>", "https://example.com/v"),
        ("<p>x</p><IFRAME SRC=https://example.com/v></IFRAME>", "https://example.com/v"),
        ("https://example.com/v", "https://example.com/v"),
        ({"src": "https://example.com/v"}, "https://example.com/v"),
        ("<p>nothing</p>", ""),
        ("<iframe src=''>", ""),
        (["x"], ""),
    ],
)  # fmt: skip
def test_of_featured_content_only_the_address_is_kept(content: object, url: str) -> None:
    story = _story(featuredContent=content)
    assert story.featured_url == url
    assert story.problems == ()


def test_featured_content_with_another_scheme_is_dropped_and_told() -> None:
    story = _story(featuredContent='<iframe src="javascript:alert(1)">')
    assert story.featured_url == ""
    assert _reasons(story) == ["featuredContent is not an http or https address"]


@pytest.mark.parametrize(
    ("body", "path", "title"),
    [
        ("text\n\n## The *heading* &amp; more ##\n", "a.md", "The *heading* & more"),
        ("Setext\n===\ntext", "a.md", "Setext"),
        ("text\n", "x/2021-02-04-what-happened_then.md", "what happened then"),
        ("# \u200b\n", "2021-02-04.md", "2021-02-04"),
        ("", "2021/some-event/index.md", "some event"),
        ("", "index.md", "index"),
        ("", "-.md", "-"),
        ("", "b\udcffd.md", r"b\xffd"),
        ("", "x/\u200b.md", "(no title)"),
    ],
)
def test_a_story_without_a_title_takes_its_heading_or_its_file_name(body: str, path: str, title: str) -> None:
    assert _story(body, path, title=None).title == title
    assert _story(body, path, title="\u200b").title == title


def test_texts_are_cleaned() -> None:
    story = _story(
        "a\tb\x1b[31m\r\n&amp;\x07\n\n",
        title="T\x1b]0;x\x07 \n &lt;b&gt; &amp;amp; \u202e",
        excerpt="x" * 30_000,
        topics=["\x9b1mA"],
        type="t\x00",
    )
    assert story.title == "T <b> &amp;"
    assert story.body == "a    b\n&amp;\ufffd"
    assert len(story.excerpt) == 20_000
    assert story.topics == ("A",)
    assert story.kind == "t\ufffd"


def test_a_title_of_another_type_is_made_the_best_of() -> None:
    assert _story(title=["a", ["x"], "b"]).title == "a, b"
    story = _story(title={"a": "b"})
    assert story.title == "a"
    assert _reasons(story) == ["title is not a text"]


def test_an_indented_first_line_stays_code_and_a_long_body_is_cut() -> None:
    assert _story("\n \n    code\n\n").body == "    code"
    story = _story("x" * 1_100_000)
    assert 524_000 < len(story.body) <= 524_288
    assert _reasons(story) == ["body longer than 524,288 characters: the rest was left out"]


def test_problems_name_the_line_and_do_not_repeat() -> None:
    story = _plain("\n---\ntitle: T\n\nquality: x\nheat: [\n---\n")
    assert [(problem.line, problem.path) for problem in story.problems] == [
        (7, "a.md"),
        (5, "a.md"),
        (6, "a.md"),
    ]
    story = _plain("---\ntitle: T\nimages: ['ftp://a', 'ftp://b']\n---\n")
    assert [problem.line for problem in story.problems] == [3]


def test_many_problems_are_summed_up() -> None:
    story = _story(related=[{"title": "A", "quality": f"x{n}"} for n in range(60)])
    assert len(story.problems) == 51
    assert _reasons(story)[-1] == "and more that is not listed here"


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\0\0\0"])
def test_an_empty_file_is_listed_as_unreadable(data: bytes) -> None:
    story = parse_story("2021-02-04-an-event.md", data)
    assert story is not None
    assert story.title == "an event"
    assert [problem.kind for problem in story.problems] == [ProblemKind.UNREADABLE]


@pytest.mark.parametrize(
    "path",
    ["notes.txt", "x/README.md", "readme.zh-CN.md", "LICENSE.md", "Licence.markdown", "CHANGELOG.md",
     "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "code-of-conduct.md", "SECURITY.md"],
)  # fmt: skip
def test_what_is_no_story_is_left_out_unless_it_has_front_matter(path: str) -> None:
    assert parse_story(path, b"# Some heading\n\nText.\n") is None
    assert parse_story(path, b"---\ntitle: T\n---\n") is not None


@pytest.mark.parametrize("path", ["security-flaw-found.md", "my-readme.md", "a.md", "a.markdown"])
def test_plain_markdown_is_a_story(path: str) -> None:
    story = _plain("# Some heading\n\nText.\n", path)
    assert (story.title, story.body, story.problems) == ("Some heading", "# Some heading\n\nText.", ())


def test_a_file_is_read_from_its_archive(tmp_path: Path) -> None:
    write_story(tmp_path, "x/a.md", title="T")
    story = read_story(Archive("n", tmp_path), "x/a.md")
    assert story is not None
    assert (story.path, story.title) == ("x/a.md", "T")
    (tmp_path / "README.md").write_text("x")
    assert read_story(Archive("n", tmp_path), "README.md") is None


def test_only_the_first_8_mib_of_a_file_are_read(tmp_path: Path) -> None:
    with open(tmp_path / "big.md", "w") as file:
        file.write(make_story_text(title="Big"))
        file.truncate(FILE_LIMIT + 1)
    story = read_story(Archive("n", tmp_path), "big.md")
    assert story is not None
    assert story.title == "Big"
    assert _reasons(story)[0] == "longer than 2 MiB: the rest was not read"


def test_short_reads_are_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_story(tmp_path, "a.md", "the end")
    whole = (tmp_path / "a.md").read_bytes()
    read = os.read
    monkeypatch.setattr(os, "read", lambda fd, size: read(fd, min(size, 7)))
    assert files.read_regular(tmp_path, "a.md", 10_000) == (whole, False)
    assert files.read_regular(tmp_path, "a.md", 10) == (whole[:10], True)
    assert files.read_regular(tmp_path, "a.md", len(whole)) == (whole, False)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("gone.md", "gone.md is not there any more"),
        ("folder.md", "folder.md is not a regular file"),
        ("pipe.md", "pipe.md is not a regular file"),
        ("socket.md", "socket.md cannot be read: no such device or address"),
        ("link.md", "link.md cannot be read: too many levels of symbolic links"),
        ("loop.md", "loop.md cannot be read: too many levels of symbolic links"),
        ("zero.md", "zero.md cannot be read: too many levels of symbolic links"),
        ("a\0.md", "a\ufffd.md cannot be read: its name is malformed"),
        ("../out.md", "../out.md lies outside its archive"),
        ("/etc/passwd", "/etc/passwd lies outside its archive"),
        ("x" * 300, "x" * 300 + " cannot be read: file name too long"),
        ("a\x1b[31m.md", "a.md is not there any more"),
    ],
)
def test_what_is_no_readable_file_is_named(tmp_path: Path, path: str, reason: str) -> None:
    (tmp_path / "folder.md").mkdir()
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "link.md").symlink_to(write_story(tmp_path, "a.md"))
    (tmp_path / "loop.md").symlink_to("loop.md")
    (tmp_path / "zero.md").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket.md"))
        with pytest.raises(StoryFileError) as caught:
            read_story(Archive("n", tmp_path), path)
    assert str(caught.value) == reason
