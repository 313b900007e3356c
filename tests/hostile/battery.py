"""Files made to crash, hang or fool a reader: what is in them, and what must come of it."""

from __future__ import annotations

import base64
import json
from typing import Final

from tests.factories import make_story_text


class Case:
    """One hostile file and what must come of it."""

    def __init__(
        self,
        name: str,
        data: bytes | str,
        *,
        times: int = 1,
        tail: str = "",
        reason: str | None = None,
        title: str | None = "T",
        **expected: object,
    ) -> None:
        self.name, self.times, self.tail = name, times, tail.encode()
        self.data = data.encode() if isinstance(data, str) else data
        self.reason, self.expected = reason, expected if title is None else {"title": title, **expected}

    def content(self) -> bytes:
        """The whole file."""
        return self.data * self.times + self.tail

    def line(self) -> str:
        data, tail = (base64.b64encode(part).decode() for part in (self.data, self.tail))
        return json.dumps({"name": self.name, "data": data, "tail": tail, "times": self.times})


def _yaml(name: str, text: str, **expected: object) -> Case:
    return Case(name, f"---\ntitle: T\n{text}\n---\nbody\n", **expected)  # type: ignore[arg-type]


_DEEP = "nested deeper than 64 levels"
_DEEP_TOML = "nested too deep"
_INVALID = "not valid YAML"
_LAUGHS = "\n".join(
    ["a0: &a0 [x,x,x,x,x,x,x,x,x]"] + [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
)
_MERGES = "\n".join(["m0: &m0 {a: 1}"] + [f"m{n}: &m{n}\n  <<: [*m{n - 1}, *m{n - 1}]" for n in range(1, 26)])
_TWO_A_LEVEL = "\n".join(["a0: &a0 [x,x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 9)])

BOMBS = [
    _yaml("alias bomb", _LAUGHS, reason="more than 16 aliases"),
    _yaml("merge key bomb", _MERGES, reason="more than 16 aliases"),
    _yaml("small alias tree", _TWO_A_LEVEL, problems=[]),
    _yaml(
        "alias of a large list",
        "a: &a [" + "x," * 9_000 + "]\nb: [" + "*a," * 16 + "]",
        reason="more than 10,000",
    ),
    _yaml(
        "deep by aliases",
        "\n".join(
            ["a0: &a0 " + "[" * 60 + "x" + "]" * 60]
            + [f"a{n}: &a{n} {'[' * 60}*a{n - 1}{']' * 60}" for n in range(1, 16)]
        ),
        reason=_DEEP,
    ),
    _yaml("alias of nothing", "a: *b", reason="found undefined alias"),
    _yaml("self alias", "a: &a [*a]", reason="a value holds itself"),
    _yaml("self alias in a mapping", "a: &a {b: *a}", reason="a value holds itself"),
    *(
        _yaml(f"{count} {opener!r}", f"x: {opener * count}", reason=_DEEP)
        for opener in ("[", "{", "[{a: ", "{a: [")
        for count in (500, 5_000, 20_000, 50_000)
    ),
    *(
        _yaml(f"{count} {opener!r} on a line", f"x:\n  {opener * count}y", reason=_DEEP)
        for opener in ("- ", "? ", "- ? ", "-  ", "-   ")
        for count in (500, 5_000, 50_000)
    ),
    *(
        _yaml(f"50,000 {opener!r}", opener * 50_000, reason="")
        for opener in (
            ": ",
            "-\t",
            "?\t",
            "a: ",
            "!!map ",
            "&a ",
            "!a\n- ",
            ":\n",
            "- :",
            "x",
            "-",
            "?",
            "'",
            '"',
            "|",
            ">",
            "%",
        )
    ),
    _yaml("deep by indent", "\n".join(f"{' ' * n}a{n}:" for n in range(700)), reason=_DEEP),
    _yaml("deep dashes by indent", "x:\n" + "\n".join(f"{' ' * n}-" for n in range(700)), reason=_DEEP),
    Case("array of 100,000 arrays", "---\n" + "[" * 100_000 + "\n---\n", title="a", reason=_DEEP),
    Case("open arrays and objects", "---\nx: " + '[{"":' * 50_000 + "\n---\n", title="a", reason=_DEEP),
    Case("JSON arrays", '{"title": "T", "x": ' + "[" * 100_000, title="a", problems=[]),
    Case("JSON fences", ';;;\n{"x": ' + '[{"":' * 50_000 + "\n;;;\n", title="a", reason="not valid JSON"),
    Case("TOML arrays", "+++\ntitle = 'T'\nx = " + "[" * 30_000 + "\n+++\n", reason="not valid TOML"),
    Case("TOML tables", "+++\ntitle = 'T'\nx = " + "{a=" * 10_000 + "\n+++\n", reason="not valid TOML"),
    Case("TOML dots", "+++\ntitle = 'T'\n" + "a." * 15_000 + "a = 1\n+++\n", reason="not valid TOML"),
    Case("TOML header dots", "+++\ntitle = 'T'\n[" + "a." * 15_000 + "a]\n+++\n", reason="not valid TOML"),
    Case(
        "TOML dots on many lines",
        "+++\n" + "".join(f"{'a.' * 99}k{n} = 1\n" for n in range(150)) + "+++\n",
        title=None,
        reason=_DEEP_TOML,
    ),
    Case("TOML long int", "+++\ntitle = 'T'\nx = " + "9" * 5_000 + "\n+++\n", reason="not valid TOML"),
    Case("TOML long hex", "+++\ntitle = 'T'\nx = 0x" + "f" * 20_000 + "\n+++\n", reason="not valid TOML"),
]

ODD_VALUES = [
    _yaml(
        "python tags",
        "a: !!python/object/apply:os.system [x]\nb: !!python/name:os.system\nc: !foo bar",
        problems=[],
    ),
    _yaml(
        "int of 4,301 digits", "quality: " + "9" * 4_301, quality=None, problems=["quality is not a number"]
    ),
    _yaml("hex of 100 KB", "quality: 0x" + "f" * 100_000, quality=None, problems=["quality is not a number"]),
    _yaml("base 60 float", "quality: 190:20:30.15", quality=None, problems=["quality is not a number"]),
    _yaml("inf", "quality: .inf\nheat: .nan", problems=["quality is not a number", "heat is not a number"]),
    _yaml("octal", "quality: 0777", quality=777, problems=[]),
    _yaml("exponent", "quality: 1e5", quality=100_000, problems=[]),
    _yaml(
        "wrong tags", 'a: !!int "abc"\nb: !!bool x\nc: !!timestamp y\nd: !!int ""\ne: !!float ~', problems=[]
    ),
    *(
        _yaml(f"date {text}", f"date: {text}", date="None", problems=["date is not a date"])
        for text in (
            "2021-13-45",
            "2021-02-30",
            "0000-01-01",
            "2021-01-01T00:00:60Z",
            "2021-01-01T00:00:00+99:99",
            "no",
        )
    ),
    _yaml("date only", "date: 2021-02-04", date="2021-02-04 00:00:00+00:00", problems=[]),
    _yaml("naive date", "date: 2021-02-04 12:52:00", date="2021-02-04 12:52:00+00:00", problems=[]),
    _yaml("late date", "date: 9999-12-31T23:00:00-12:00", reason="date is out of range"),
    Case("duplicate keys", "---\ntitle: S\ntitle: T\n---\n", problems=[]),
    _yaml("tab indent", "provider:\n\tname: x", reason=_INVALID),
    *(
        Case(
            f"title {title}",
            f"---\ntitle: {title}\nquality: 1\n---\n",
            title=title,
            quality=1,
            reason=_INVALID,
        )
        for title in ("a: b", "@x y", "%x y", "[x] y", "*x* y", "`x` y", "a: b: [c", "{x} y", "&x: y: z")
    ),
    _yaml(
        "keys",
        "content: 1\nhandler: 2\nself: 3\n1: 4\ntrue: 5\n2021-02-04: 6\ntext: 7\n~: 8\n'': 9",
        problems=[],
    ),
    _yaml("complex keys", "? [a, b]\n: c\n? {d: e}\n: f", reason=_INVALID),
    _yaml("sets and pairs", "a: !!set {x, y}\nb: !!omap [x: 1]\nc: !!binary ////", problems=[]),
]

ENCODINGS = [
    Case("UTF-8 BOM", b"\xef\xbb\xbf---\ntitle: T\n---\n", problems=[]),
    Case("CRLF", "---\r\ntitle: T\r\n---\r\nbody\r\n", problems=[], body="body"),
    Case("CR only", "---\rtitle: T\r---\rbody\r", problems=[], body="body"),
    Case("leading blank lines", "\n \n\n---\ntitle: T\n---\nbody", problems=[], body="body"),
    Case("cp1252", "---\ntitle: “Café”\n---\n".encode("cp1252"), title="“Café”", problems=[]),
    Case("UTF-16", "---\ntitle: Café\n---\n".encode("utf-16"), title="Café", problems=[]),
    Case("odd UTF-16", "---\ntitle: T\n---\n".encode("utf-16") + b"x", reason="some of it is not UTF-16"),
    Case("surrogate bytes", b"---\ntitle: T\nexcerpt: \xed\xa0\x80\n---\n", problems=[]),
    Case(
        "NUL, ESC, DEL, C1, U+FFFE",
        b"---\ntitle: T\x1b[31m\nexcerpt: \x00\x7f\xc2\x9b\xef\xbf\xbe\n---\n",
        problems=[],
    ),
    Case("NUL everywhere", b"\0" * 100_000, title="a", reason="the file is empty"),
    Case("random bytes", bytes(range(256)) * 1_000, title="a", reason="some of it is neither"),
    # The codec asks, for each of these, what to do with it.
    Case("bytes that mean nothing", b"\x81", times=4_000_000, title="a", reason="some of it is neither"),
    Case("letters between them", b"\x81a", times=2_000_000, title="a", reason="some of it is neither"),
    Case("UTF-16 of lone halves", b"\xff\xfe" + b"\x00\xd8" * 2_000_000, title="a", reason="not UTF-16"),
    Case("Latin letters", b"\xe9a", times=2_000_000, title=None, reason="longer"),
    Case("combining marks", "---\ntitle: T\nexcerpt: e" + "\u0301" * 50_000 + "\n---\n", problems=[]),
]

FENCES = [
    Case(
        "no closing line", "---\ntitle: T\nnever closed\n", reason="no closing --- line", body="never closed"
    ),
    Case("closing dots", "---\ntitle: T\n...\nbody", problems=[], body="body"),
    Case(
        "fence in a block scalar",
        "---\ntitle: T\nexcerpt: |\n  x\n---\n  y\n---\n",
        problems=[],
        body="  y\n---",
    ),
    Case(
        "ten dashes",
        "----------\nHeading\n----------\n",
        title="Heading",
        problems=[],
        body="----------\nHeading\n----------",
    ),
    Case("TOML", "+++\ntitle = 'T'\n+++\nbody", problems=[], body="body"),
    Case("JSON fences", ';;;\n{"title": "T"}\n;;;\nbody', problems=[], body="body"),
    Case("one-line JSON", '{"title": "T"}\nbody', problems=[], body="body"),
    Case("brace that is no JSON", "{: .class}\n# T\n", problems=[]),
    Case("a list", "---\n- a\n- b\n---\n", title="a", reason="there are no"),
    Case("colons", "---\n: : :\n\t- x\n---\n", title="a", reason=_INVALID),
    Case("two documents", "---\ntitle: T\n--- x\na: b\n---\n", reason=_INVALID),
    Case("directive", "---\n%YAML 9.9\ntitle: T\n---\n", reason=_INVALID),
]

LARGE = [
    Case(
        "100,000 keys",
        "---\ntitle: T\n" + "".join(f"k{n}: 1\n" for n in range(100_000)) + "---\n",
        reason="front matter longer",
    ),
    Case(
        "30,000 keys",
        "---\ntitle: T\n" + "".join(f"k{n}: 1\n" for n in range(30_000)) + "---\n",
        reason="more than 10,000",
    ),
    Case("16,000 keys", "---\ntitle: T\n" + "k:\n" * 16_000 + "---\n", reason="more than 10,000"),
    Case("4,900 keys", "---\ntitle: T\n" + "k:\n" * 4_900 + "---\n", problems=[]),
    Case(
        "200 lists beside a damaged one",
        "---\ntitle: T\nbad: [\n" + "".join(f"k{n}: [{'x,' * 600}]\n" for n in range(200)) + "---\n",
        reason=_INVALID,
    ),
    _yaml("topics named twice", "topics: " + "a," * 120_000, reason="topics has more than 64 topics"),
    _yaml("5 MB excerpt", "excerpt: " + "x" * 5_000_000, reason="front matter longer"),
    Case(
        "5 MB title",
        "---\ntitle: " + "x" * 5_000_000 + "\n---\n",
        title="x" * 1_000,
        reason="front matter longer",
    ),
    Case("8 MB body", make_story_text("x" * 8_000_000, title="T"), reason="body longer"),
    Case("8 MB of blank lines", b"\n", times=8_000_000, tail="---\ntitle: T\n---\n", problems=[]),
    Case("8 MB of spaces", b" ", times=8_000_000, title="a", reason="the file is empty"),
    Case("8 MB of dashes", b"-", times=8_000_000, title="a", reason="body longer"),
    Case("8 MB of white space", b" \n\t", times=2_700_000, title="a", reason="the file is empty"),
    Case("8 MB of NUL", b"# T\n" + b"\0" * 8_000_000, title=None, reason="body longer"),
    Case("8 MB of C1", b"# T\n" + b"\xc2\x9b" * 4_000_000, reason="body longer"),
    Case("8 MB of ESC", b"# T\n" + b"x\x1b" * 4_000_000, reason="body longer"),
    Case("8 MB of line separators", b"# T\n" + b"\xe2\x80\xa8" * 2_700_000, title=None, reason="body longer"),
    Case("8 MB of piled marks", b"e" + b"\xcc\x81" * 6, times=600_000, title="a", reason="body longer"),
    Case("8 MB of sealed lines", "---\ntitle: T\n" + "secured: x\n" * 720_000, reason="no closing"),
    Case("blank lines after sealed content", "---\ntitle: T\nsecured: x" + "\n" * 250_000 + "  y\n---\n"),
    Case("8 MB of fences that are none", "---\n" + "--- x\n" * 300_000, title=None, reason="body longer"),
    Case("8 MB of open fields", "---\ntitle: T\n" + "a: b\n" * 1_600_000, reason="no closing"),
    Case("8 MB list", "---\ntitle: T\nl:\n" + "  - x\n" * 1_300_000 + "---\n", reason="front matter longer"),
    Case("8 MB of hashes", b"# ", times=4_000_000, title=None, reason="body longer"),
    Case("256 KB of escapes", "---\ntitle: T\nexcerpt: " + "\x1b[31m" * 40_000 + "\n---\n", problems=[]),
    Case("open escapes", "---\ntitle: T\nexcerpt: " + "\x1b]" * 100_000 + "\n---\n", problems=[]),
    Case("250,000 lines with an escape", "---\ntitle: T\n" + "\x1b\n" * 120_000 + "---\n"),
    Case("open frames", make_story_text(title="T", featuredContent="<iframe " * 20_000), problems=[]),
    Case("sealed lines", "---\ntitle: T\n" + "secured: x\n" * 20_000 + "---\n"),
    Case(
        "sealed list",
        "---\ntitle: T\nsecured:\n" + "".join(f"  - {'s' * 20}{n}\n" for n in range(9_000)) + "---\n",
    ),
    Case(
        "500 bad related stories",
        make_story_text(title="T", related=[{"quality": f"x{n}", "title": "A"} for n in range(600)]),
        reason="related has",
    ),
]


CASES: Final = {
    "bombs": BOMBS,
    "values": ODD_VALUES,
    "encodings": ENCODINGS,
    "fences": FENCES,
    "large": LARGE,
}
