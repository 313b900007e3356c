"""What `reader.values` makes is held against what `dataclasses` makes of the same lines."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from reader import values

if TYPE_CHECKING:
    from types import SimpleNamespace


def classes(maker: Any) -> SimpleNamespace:
    from types import SimpleNamespace

    @maker.dataclass(frozen=True, slots=True)
    class Point:
        x: int
        y: int = 2
        names: list[str] = maker.field(default_factory=list)
        place: str = maker.field(default_factory=str, compare=False)

        @property
        def sum(self) -> int:
            return self.x + self.y

    @maker.dataclass(frozen=True, slots=True, kw_only=True)
    class Base:
        one: int = 1
        two: str = ""

    @maker.dataclass(frozen=True, slots=True, kw_only=True)
    class Below(Base):
        three: int
        two: str = "deux"

    @maker.dataclass(frozen=True, slots=True)
    class Nothing:
        pass

    @maker.dataclass(slots=True)
    class Counted:
        """Changes."""

        text: str
        length: int = maker.field(init=False)

        def __post_init__(self) -> None:
            self.length = len(self.text)

    return SimpleNamespace(**{one.__name__: one for one in (Point, Base, Below, Nothing, Counted)})


OURS, THEIRS = classes(values), classes(dataclasses)
EACH = pytest.mark.parametrize(
    "make",
    [
        lambda c: c.Point(1),
        lambda c: c.Point(1, 3),
        lambda c: c.Point(y=1, x=3),
        lambda c: c.Point(1, names=["a"], place="here"),
        lambda c: c.Base(),
        lambda c: c.Base(two="zwei"),
        lambda c: c.Below(three=3),
        lambda c: c.Below(three=3, one=0, two=""),
        lambda c: c.Nothing(),
        lambda c: c.Counted("abc"),
    ],
)
Make = Callable[[Any], Any]


@EACH
def test_a_value_has_what_it_was_given_and_the_defaults(make: Make) -> None:
    ours, theirs = make(OURS), make(THEIRS)
    names = [field.name for field in dataclasses.fields(theirs)]
    assert [getattr(ours, name) for name in names] == [getattr(theirs, name) for name in names]
    assert ours.__match_args__ == theirs.__match_args__
    assert not hasattr(ours, "__dict__")


@EACH
def test_it_is_shown_alike(make: Make) -> None:
    assert repr(make(OURS)) == repr(make(THEIRS))


@EACH
def test_the_functions_of_dataclasses_take_it(make: Make) -> None:
    ours, theirs = make(OURS), make(THEIRS)
    assert dataclasses.is_dataclass(type(ours))
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)

    def told(value: Any) -> list[tuple[object, ...]]:
        return [
            (each.name, each.init, each.compare, each.init and each.kw_only)
            for each in dataclasses.fields(value)
        ]

    assert told(ours) == told(theirs)
    assert dataclasses.replace(ours) == ours


@pytest.mark.parametrize(
    "make",
    [
        lambda c: c.Point(),
        lambda c: c.Point(1, 2, [], "", 5),
        lambda c: c.Point(1, x=2),
        lambda c: c.Point(1, z=2),
        lambda c: c.Point(y=1),
        lambda c: c.Base(1),
        lambda c: c.Below(),
        lambda c: c.Nothing(1),
        lambda c: c.Counted("", length=3),
    ],
)
def test_wrong_values_are_a_type_error(make: Make) -> None:
    for those in (OURS, THEIRS):
        with pytest.raises(TypeError):
            make(those)


@pytest.mark.parametrize("those", [OURS, THEIRS], ids=["ours", "theirs"])
class TestBoth:
    def test_equal_values_are_equal_and_nothing_else_is(self, those: Any) -> None:
        assert those.Point(1) == those.Point(1, 2, [])
        assert those.Point(1) != those.Point(2)
        assert those.Point(1) == those.Point(1, place="elsewhere")
        assert those.Base() != those.Below(three=3, two="")
        assert those.Base() != (1, "")
        assert those.Nothing() == those.Nothing()

    def test_only_frozen_values_have_a_hash(self, those: Any) -> None:
        assert len({those.Base(), those.Base(one=1), those.Base(one=2)}) == 2
        with pytest.raises(TypeError):
            hash(those.Counted(""))
        with pytest.raises(TypeError):
            hash(those.Point(1))  # holds a list

    def test_frozen_values_do_not_change(self, those: Any) -> None:
        point = those.Point(1)
        with pytest.raises(dataclasses.FrozenInstanceError):
            point.x = 2
        with pytest.raises(dataclasses.FrozenInstanceError):
            del point.x
        assert point.x == 1

    def test_others_do(self, those: Any) -> None:
        counted = those.Counted("abc")
        counted.text = ""
        assert (counted.text, counted.length) == ("", 3)

    def test_each_has_a_list_of_its_own(self, those: Any) -> None:
        one, other = those.Point(1), those.Point(1)
        one.names.append("a")
        assert other.names == []

    def test_a_property_stays_one(self, those: Any) -> None:
        assert those.Point(1).sum == 3

    def test_a_class_keeps_its_names(self, those: Any) -> None:
        assert those.Counted.__doc__ == "Changes."
        assert those.Counted.__qualname__ == "classes.<locals>.Counted"
        assert those.Counted.__module__ == __name__


def test_a_changed_copy_leaves_the_first_one_as_it_is() -> None:
    point = OURS.Point(1, names=["a"], place="here")
    moved = values.replace(point, y=5)
    assert (moved.x, moved.y, moved.names, moved.place) == (1, 5, ["a"], "here")
    assert point.y == 2
    assert values.replace(OURS.Counted("abc"), text="a").length == 1
    with pytest.raises(TypeError):
        values.replace(point, z=1)
