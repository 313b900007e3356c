from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.binding import BindingsMap

from reader.tui.commands import ANYWHERE, COMMANDS, MAIN, PANES, Command, are_heard_together
from reader.tui.keymap import KEYS_LIMIT, UNBOUND, WAY_OUT, Keymap, has_key, keymap

USUAL = {command.id: tuple(command.keys.split(",")) for command in COMMANDS}
SCOPES = {command.id: command.scope for command in COMMANDS}


def clashes(keys: Keymap) -> list[tuple[str, str]]:
    """Commands that one press could mean, two by two."""
    return [
        (one, other)
        for one in keys
        for other in keys
        if one < other
        and are_heard_together(SCOPES[one], SCOPES[other])
        and set(keys[one]) & set(keys[other]) - {*UNBOUND}
    ]


def test_no_two_commands_have_one_key() -> None:
    assert clashes(USUAL) == []


def test_without_wishes_each_command_has_its_usual_keys() -> None:
    assert keymap({}) == (USUAL, [])


def test_a_command_gets_the_keys_of_the_config_in_place_of_its_own() -> None:
    keys, problems = keymap({"toggle-star": "b", "open": "Enter, ctrl+o", "go-in": "F5"})
    assert problems == []
    assert keys == {**USUAL, "toggle-star": ("b",), "open": ("enter", "ctrl+o"), "go-in": ("f5",)}


@pytest.mark.parametrize("text", ["", " ", "none", "None", "NONE"])
def test_a_command_can_be_without_any_key(text: str) -> None:
    keys, problems = keymap({"rescan": text})
    assert (keys["rescan"], problems) == (UNBOUND, [])
    assert not has_key(keys["rescan"])
    # Textual leaves a binding alone that is given no key at all.
    assert ",".join(keys["rescan"])


def test_two_commands_can_change_places() -> None:
    keys, problems = keymap({"toggle-star": "m", "toggle-read": "s"})
    assert problems == []
    assert (keys["toggle-star"], keys["toggle-read"]) == (("m",), ("s",))


def test_a_key_that_was_set_free_can_be_taken() -> None:
    keys, problems = keymap({"toggle-star": "r", "rescan": "none"})
    assert (problems, keys["toggle-star"]) == ([], ("r",))


def test_a_wrong_command_is_told_with_the_nearest_right_one_and_its_line() -> None:
    keys, problems = keymap({"togle-star": "f"}, {"togle-star": "config.yaml:7"})
    assert keys == USUAL
    assert problems == ['config.yaml:7: keys: there is no command "togle-star"; did you mean "toggle-star"?']


def test_a_command_like_none_of_ours_is_told_where_they_stand() -> None:
    _, problems = keymap({"\x1b[2Jqqqq": "f"})
    assert problems == ['keys: there is no command "qqqq"; newsreader keys names them all']


def test_a_wrong_key_leaves_the_command_its_own() -> None:
    keys, problems = keymap({"toggle-star": "f, ctrl+i"})
    assert keys == USUAL
    assert problems == ['keys: toggle-star: "ctrl+i" is Tab to most terminals']


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({"toggle-star": "m"}, "toggle-star: m is a key of toggle-read; give that another one, or none"),
        ({"toggle-star": "j"}, "toggle-star: j is a key of down; give that another one, or none"),
        ({"down": "?"}, "down: ? is a key of keys; give that another one, or none"),
        ({"toggle-star": "b", "rescan": "b"}, "rescan: b is a key of toggle-star; give that another one,"),
        ({"toggle-star": "ctrl+q"}, "toggle-star: Ctrl+Q is the way out of everything"),
        ({"quit": "none"}, "quit: Ctrl+Q stays, the way out of everything"),
        ({"quit": "s"}, "quit: s is a key of toggle-star"),
    ],
)
def test_one_key_never_means_two_things(wanted: dict[str, str], problem: str) -> None:
    keys, problems = keymap(wanted)
    assert clashes(keys) == []
    assert len(problems) == 1
    assert problems[0].startswith(f"keys: {problem}")


def test_a_wish_falls_with_the_one_that_made_room_for_it() -> None:
    keys, problems = keymap({"toggle-star": "m", "toggle-read": "ctrl+c"})
    assert keys == USUAL
    assert len(problems) == 2


def test_quitting_has_its_own_key_whatever_the_config_says() -> None:
    assert keymap({"quit": "Q"})[0]["quit"] == ("Q", WAY_OUT)
    assert keymap({"quit": "ctrl+q"})[0]["quit"] == (WAY_OUT,)


def test_keys_of_one_command_are_few() -> None:
    _, problems = keymap({"toggle-star": "1234567890,"[:10] + ",".join("abcdefghij")})
    assert problems
    _, problems = keymap({"toggle-star": ",".join("!@$%^&*()")})
    assert problems == [f"keys: toggle-star: a command has {KEYS_LIMIT} keys at most"]


def test_panes_on_different_pages_can_share_a_key() -> None:
    table = [
        Command("here", "here", "a", "Here", "Here.", "a page"),
        Command("there", "there", "b", "There", "There.", "another page"),
        Command("quit", "quit", "ctrl+q", "Quit", "Quit.", ANYWHERE),
    ]
    assert keymap({"here": "b"}, commands=table)[1] == []
    assert are_heard_together(MAIN, PANES)


@given(
    st.dictionaries(
        st.sampled_from([*USUAL, "no-such"]),
        st.lists(st.sampled_from(["s", "m", "j", "x", "f9", "none", "ctrl+q", "ctrl+i", "?", ","])).map(
            ",".join
        ),
        max_size=6,
    )
)
def test_whatever_is_wished_no_key_means_two_things_and_one_can_quit(wanted: dict[str, str]) -> None:
    keys, problems = keymap(wanted)
    assert clashes(keys) == []
    assert keys.keys() == USUAL.keys()
    assert WAY_OUT in keys["quit"]
    assert len(problems) <= len(wanted)
    changed = {command_id for command_id in USUAL if keys[command_id] != USUAL[command_id]}
    assert changed <= wanted.keys()


@given(
    st.dictionaries(
        st.sampled_from(list(USUAL)),
        st.lists(st.sampled_from([*sum(USUAL.values(), ()), "f5", "Q", "none"]), max_size=2).map(",".join),
        max_size=5,
    )
)
def test_textual_has_each_key_where_the_keymap_has_it(wanted: dict[str, str]) -> None:
    keys, _ = keymap(wanted)
    for scope in set(SCOPES.values()):
        commands = [command for command in COMMANDS if command.scope == scope]
        bindings = BindingsMap(command.binding() for command in commands)
        bindings.apply_keymap({command_id: ",".join(names) for command_id, names in keys.items()})
        heard = {
            (key, binding.id)
            for key, held in bindings.key_to_bindings.items()
            for binding in held
            if key != "none"
        }
        assert heard == {(key, one.id) for one in commands for key in keys[one.id] if has_key(keys[one.id])}


def test_textual_takes_the_keymap_as_it_is() -> None:
    keys, _ = keymap({"toggle-star": "?, F9", "keys": "f1", "rescan": "none"})
    bindings = BindingsMap(command.binding() for command in COMMANDS)
    bindings.apply_keymap({command_id: ",".join(names) for command_id, names in keys.items()})
    found = {key: {binding.id for binding in held} for key, held in bindings.key_to_bindings.items()}
    assert found["question_mark"] == found["f9"] == {"toggle-star"}
    assert found["none"] == {"rescan"}
    assert "s" not in found
