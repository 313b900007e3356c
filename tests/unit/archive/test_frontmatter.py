from __future__ import annotations

import subprocess
import sys

import pytest
import yaml

from reader.archive import guarded
from reader.archive.frontmatter import Document, read


def _read(text: str, encoding: str = "utf-8") -> Document:
    return read(text.encode(encoding))


def test_fields_are_texts_as_they_are_written() -> None:
    document = _read("---\nn: 0777\nt: 12:30\nb: no\nd: 2021-02-04\ni: .inf\ntag: !!int abc\n---\nbody\n")
    assert document.fields == {
        "n": "0777", "t": "12:30", "b": "no", "d": "2021-02-04", "i": ".inf", "tag": "abc",
    }  # fmt: skip
    assert document.body == "body\n"
    assert document.raw.startswith("n: 0777\n")
    assert document.has_front_matter
    assert document.problems == ()


@pytest.mark.parametrize(
    "key", ["content", "handler", "self", "text", "metadata", "1", "true", "2021-01-01", "<<"]
)
def test_any_word_may_be_a_key(key: str) -> None:
    assert _read(f"---\n{key}: value\n---\n").fields == {key: "value"}


def test_the_last_of_two_keys_counts() -> None:
    assert _read("---\na: 1\na: 2\n---\n").fields == {"a": "2"}


@pytest.mark.parametrize(
    "text",
    [
        "---\na: é\n---\nbody",
        "\ufeff---\na: é\n---\nbody",
        "---\r\na: é\r\n---\r\nbody",
        "---\ra: é\r---\rbody",
        "\n \n\n---\na: é\n---\nbody",
        "---  \na: é\n---\t\nbody",
        "---\na: é\n...\nbody",
    ],
)
def test_the_fences_are_found(text: str) -> None:
    document = _read(text)
    assert document.fields == {"a": "é"}
    assert document.body == "body"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_the_encoding_is_guessed(encoding: str) -> None:
    document = _read(
        "---\na: “déjà vu” — ça\n---\n".replace("—", "-").replace("“", "«").replace("”", "»"), encoding
    )
    assert document.fields == {"a": "«déjà vu» - ça"}
    assert document.problems == ()


def test_a_byte_order_mark_of_the_other_end_is_understood() -> None:
    assert read(b"\xfe\xff" + "---\na: é\n---\n".encode("utf-16-be")).fields == {"a": "é"}


def test_one_bad_byte_does_not_spoil_the_good_letters() -> None:
    document = read("---\na: déjà vu, ça va\n---\n".encode() + b"\xff")
    assert document.fields == {"a": "déjà vu, ça va"}
    assert document.problems == ((0, "some of it is not UTF-8"),)


def test_bytes_of_no_encoding_are_told() -> None:
    assert _read("x").problems == ()
    assert read(b"\x81 \xff").problems == ((0, "some of it is neither UTF-8 nor Windows-1252"),)
    assert read(b"\xff\xfea").problems == ((0, "some of it is not UTF-16"),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Just text.\n",
        "----------\nA heading\n---\n",
        "---x\na: 1\n---\n",
        "----\na: 1\n----\n",
        "    ---\n    a: 1\n    ---\n",
        "---",
        "--- ",
        "---\nA rule, and prose that goes on\n",
        "+++\na = 1\n",
        ";;;\nno end\n",
        "{% include x %}\ntext",
        "{}\ntext",
        "{not json",
        '{"a": ' + "[" * 5_000,
        '{"a": ' + "[" * 900,
    ],
)
def test_a_file_without_front_matter_is_all_body(text: str) -> None:
    document = _read(text)
    assert not document.has_front_matter
    assert document.fields == {}
    assert document.body == text


def test_text_between_two_rules_is_not_lost() -> None:
    document = _read("---\n- a\n- list\n---\nmore\n")
    assert document.body == "- a\n- list\nmore\n"
    assert document.problems == ((0, "there are no 'name: value' lines"),)


def test_empty_front_matter_is_no_problem() -> None:
    assert _read("---\n---\nbody") == Document(body="\nbody", first_line=2, has_front_matter=True)


def test_a_missing_closing_line_is_told_and_the_text_kept() -> None:
    document = _read("\n---\ntitle: x\n# comment\n- item\n  more: 1\n\nNo field here.\nkey: of the body\n")
    assert document.fields == {"title": "x"}
    assert document.body == "No field here.\nkey: of the body\n"
    assert document.problems[0] == (2, "no closing --- line")


def test_front_matter_ends_at_the_first_closing_line() -> None:
    document = _read("---\na: |\n  x\n---\n  y\n---\n")
    assert document.fields == {"a": "x"}
    assert document.body == "  y\n---\n"


def test_toml_is_read() -> None:
    document = _read(
        '+++\nt = "x"\nn = 1.50\nb = true\nd = 2021-02-04\nl = ["a", 1]\n[p]\nname = "N"\n+++\nbody'
    )
    assert document.fields == {
        "t": "x", "n": "1.50", "b": "true", "d": "2021-02-04", "l": ["a", "1"], "p": {"name": "N"},
    }  # fmt: skip
    assert document.body == "body"


@pytest.mark.parametrize(
    "text", [';;;\n{"t": "x", "n": 1.50, "b": null}\n;;;\nbody', '{"t": "x", "n": 1.50, "b": null}body']
)
def test_json_is_read(text: str) -> None:
    document = _read(text)
    assert document.fields == {"t": "x", "n": "1.50", "b": ""}
    assert document.body == "body"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("+++\na = \nt = 'x'\n+++\n", "not valid TOML: Invalid value"),
        ("+++\nt = 'x'\na = " + "[" * 5_000 + "\n+++\n", "not valid TOML: nested too deep"),
        ("+++\nt = 'x'\na = " + "[" * 70 + "]" * 70 + "\n+++\n", "not valid TOML: nested too deep"),
        ("+++\nt = 'x'\na = '" + "x" * 40_000 + "'\n+++\n", "not valid TOML: longer than 32 KiB"),
        ("+++\nt = 'x'\n" + "a." * 8_000 + "a = 1\n+++\n", "not valid TOML: a line with too many dots"),
        (';;;\n{"a": 1,}\n;;;\n', "not valid JSON: "),
        (";;;\n[1]\n;;;\n", "not valid JSON: there are no fields"),
        (';;;\n{"a": [' + "1," * 60_000 + "1]}\n;;;\n", "not valid JSON: too many values"),
    ],
)
def test_damaged_toml_and_json_are_told(text: str, reason: str) -> None:
    document = _read(text)
    assert document.problems[0][1].startswith(reason)
    if "t = 'x'" in text:
        assert document.fields["t"] == "x"


def test_damaged_yaml_keeps_the_fields_that_are_sound() -> None:
    document = _read(
        "---\n'quoted key': 1\ntitle: a: b\ntopics:\n  - x\n  - y\nprovider:\n  name: N\n"
        'bad: "open\nlast: `tick\n---\nbody'
    )
    assert document.fields == {
        "quoted key": "1", "title": "a: b", "topics": ["x", "y"], "provider": {"name": "N"},
        "bad": "open", "last": "`tick",
    }  # fmt: skip
    assert document.body == "body"
    assert document.problems == ((3, "not valid YAML: mapping values are not allowed in this context"),)


@pytest.mark.parametrize(
    "text", ["@x", "%x", "[Breaking] x", "*Bold* x", "`x` y", "\tx: y: z", "? x: [", "'x' y"]
)
def test_a_title_that_yaml_refuses_is_kept_as_it_is_written(text: str) -> None:
    document = _read(f"---\ntitle: {text}\nquality: 3\n---\n")
    assert document.fields["quality"] == "3"
    title = document.fields["title"]
    assert isinstance(title, str)
    assert title.replace("'", "") == text.strip().replace("'", "")
    assert document.problems


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("[" * 100 + "]" * 100, "nested deeper than 64 levels"),
        ("&a [*a]", "a value holds itself"),
        ("[" + "*b," * 20 + "]", "more than 16 aliases"),
        ("\n- " + "- " * 70 + "x", "nested deeper than 64 levels"),
        ("".join(f"\n{' ' * n}- " for n in range(1, 80)) + "x", "nested deeper than 64 levels"),
        ("[" + "x," * 60_000 + "]", "more than 10,000 values"),
        ("{? [a] : b}", "not valid YAML: a name that is no text"),
        ("\n- &b [" + "x," * 10_000 + "]\n- *b\n- *b\n- *b\n- *b\n- *b", "more than 10,000 values"),
    ],
)
def test_bombs_are_refused(value: str, reason: str) -> None:
    document = _read(f"---\nb: &b x\ntitle: T\nbomb: {value}\n---\n")
    assert document.fields["title"] == "T"
    assert document.problems[-1] == (0, reason)


def test_aliases_in_reason_are_followed() -> None:
    assert _read("---\na: &x [1, 2]\nb: *x\n---\n").fields == {"a": ["1", "2"], "b": ["1", "2"]}


def test_control_characters_do_not_damage_the_front_matter() -> None:
    document = _read("---\na: x\x00y\x1b[31mred\x9b1m\nb: p\u2028q\x85r\nc: \ud7ff\ufeff\ufffe\n---\n")
    assert document.fields == {"a": "x\ufffdyred", "b": "p q r", "c": "\ud7ff\ufffd"}
    assert document.problems == ()


def test_of_too_many_values_the_fields_beside_them_are_kept() -> None:
    lines = "".join(f"k{n}: [{'x,' * 600}]\n" for n in range(40))
    document = _read(f'---\ntitle: "T\\t"\ntopics:\n  - a\n{lines}excerpt: "E"\n---\nbody')
    assert document.problems == ((0, "more than 10,000 values"),)
    assert {name: document.fields[name] for name in ("title", "topics", "excerpt")} == {
        "title": "T\t", "topics": ["a"], "excerpt": "E",
    }  # fmt: skip
    assert document.fields["k0"] == ["x"] * 600
    assert str(document.fields["k39"]).startswith("[x,x,")
    assert document.body == "body"


def test_of_utf_16_that_is_none_the_beginning_is_kept() -> None:
    document = read("\ufeff---\na: é\n---\nbody".encode("utf-16-le") + b"\x00\xd8" * 1_000_000)
    assert document.fields == {"a": "é"}
    assert document.body.startswith("body\ufffd")
    assert len(document.body) < 100_000
    assert document.problems == ((0, "some of it is not UTF-16"),)


@pytest.mark.parametrize("space", ["\v", "\f", "\x1c", "\xa0", "\u3000"])
def test_front_matter_comes_after_blank_lines_only(space: str) -> None:
    assert not _read(f"\n{space}\n---\na: 1\n---\n").has_front_matter


def test_only_the_first_256_kib_of_front_matter_are_read() -> None:
    document = _read("---\ntitle: T\nlist:\n" + "  - x\n" * 60_000 + "last: 1\n---\nbody")
    assert document.fields["title"] == "T"
    assert "last" not in document.fields
    assert document.body == "body"
    assert document.problems[0] == (2, "front matter longer than 256 KiB: the rest was not read")
    assert len(document.raw) <= 262_144
    assert len(_read("---\na: " + "x" * 300_000 + "\n---\n").raw) == 262_144


@pytest.mark.parametrize(
    "sealed",
    [
        'secured: "SEALEDSEALEDSEALED=="',
        "secured: 'SEALEDSEALEDSEALED=='",
        "secured: SEALEDSEALEDSEALED==",
        "Secured: SEALEDSEALEDSEALED==",
        "SECURED: SEALEDSEALEDSEALED==",
        '"secured": "SEALEDSEALEDSEALED=="',
        '"secur\\u0065d": "SEALEDSEALEDSEALED=="',
        "? secured\n: SEALEDSEALEDSEALED==",
        "secured: |-\n  SEALEDSEALEDSEALED==",
        'secured: "SEALEDSEALED\n  SEALED=="',
        "secured: SEALEDSEALED\n\n  SEALED==",
        "secured: &s SEALEDSEALEDSEALED==\nother: *s",
        "secured:\n  - SEALEDSEALEDSEALED==\n  - x: SEALEDSEALEDSEALED==",
        "other:\n  - {secured: SEALEDSEALEDSEALED==, x: 1}\n  - secured: SEALEDSEALEDSEALED==",
        'secured: "SEALED"\nsecured: "SEALEDSEALEDSEALED"',
        'secured: "SEALEDSEALEDSEALED==',
        "damaged: a: b\nsecured: SEALEDSEALEDSEALED==",
        "damaged: a: b\nsecured: |\n  SEALEDSEALEDSEALED==\n  SEALED",
    ],
)
@pytest.mark.parametrize("end", ["---\nbody", "open, and no field\nsecured: SEALED"])
def test_sealed_content_is_kept_nowhere(sealed: str, end: str) -> None:
    document = _read(f"---\ntitle: T\n{sealed}\nquality: 3\n{end}")
    assert "SEALED" not in repr(document)
    assert document.fields["title"] == "T"
    assert "sealed content, " in document.raw + document.body
    assert document.sealed_bytes >= 18 or "?" in document.body


def test_sealed_content_leaves_line_numbers_alone_and_tells_its_size() -> None:
    document = _read('---\nsecured: "QUJD"\nbad: a: b\n---\n')
    assert document.sealed_bytes == 4
    assert document.raw == "secured: sealed content, 4 bytes\nbad: a: b"
    assert document.problems[0][0] == 3


@pytest.mark.parametrize(
    "text", ['+++\nt = "x"\nsecured = "SEALED=="\n+++\n', '{"t": "x", "secured": "SEALED=="}']
)
def test_sealed_content_of_toml_and_json_is_cut_too(text: str) -> None:
    document = _read(text)
    assert "SEALED" not in repr(document)
    assert document.fields == {"t": "x"}
    assert document.sealed_bytes == 8


def test_a_story_about_something_secured_is_left_alone() -> None:
    document = _read('---\ntitle: "Unsecured: a loan, secured by nothing"\nsecured: "QUJD"\n---\n')
    assert document.fields["title"] == "Unsecured: a loan, secured by nothing"
    assert document.sealed_bytes == 4
    assert _read("---\ntitle: Secured loans\n---\n").raw == "title: Secured loans"


def test_it_works_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "_Loader", yaml.BaseLoader)
    assert _read("---\na: 0777\nb: [1, {c: x}]\n---\n").fields == {"a": "0777", "b": ["1", {"c": "x"}]}
    assert _read("---\nt: x\nb: " + "[" * 50_000 + "\n---\n").fields["t"] == "x"
    assert guarded.load_fields("a: \x00").reason == "not valid YAML"


def test_looking_for_files_does_not_load_yaml() -> None:
    code = "import sys, reader.archive.scan; print([m for m in ('yaml', 'frontmatter') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
