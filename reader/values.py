"""Classes of plain values, as `dataclasses` makes them, without writing and compiling code for each one.

That takes a millisecond for some classes, and there are many before the first line is on the screen; loading
`dataclasses` loads `inspect` besides. A type checker sees those of `dataclasses`, and its functions
(`dataclasses.fields`, `dataclasses.asdict`, …) take these classes too. Only what is needed here is there:
every class has slots, and an only base of the same kind at most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast


class _Field:
    """What `field` says of an attribute."""

    __slots__ = ("default_factory", "is_compared", "is_given")

    def __init__(self, default_factory: Callable[[], object] | None, compare: bool, init: bool) -> None:
        self.default_factory, self.is_compared, self.is_given = default_factory, compare, init


def _field(
    *, default_factory: Callable[[], object] | None = None, compare: bool = True, init: bool = True
) -> Any:
    return _Field(default_factory, compare, init)


_PLAIN = _Field(None, compare=True, init=True)


class _Shape:
    """The attributes of a class, in order; each in `given`, unless `__post_init__` sets it."""

    __slots__ = ("compared", "defaults", "factories", "given", "names", "places")

    def __init__(self, base: _Shape | None) -> None:
        self.names: list[str] = list(base.names) if base else []
        self.given: list[str] = list(base.given) if base else []
        self.places: list[str] = list(base.places) if base else []
        self.compared: list[str] = list(base.compared) if base else []
        self.defaults: dict[str, object] = dict(base.defaults) if base else {}
        self.factories: dict[str, Callable[[], object]] = dict(base.factories) if base else {}

    def add(self, name: str, body: Mapping[str, Any], *, kw_only: bool) -> None:
        """Add what a class body says of one attribute."""
        default = body.get(name)
        said = default if isinstance(default, _Field) else _PLAIN
        if name in self.names:  # another default for what a base has
            self.defaults[name] = default
            return
        self.names.append(name)
        if said.is_compared:
            self.compared.append(name)
        if not said.is_given:
            return
        self.given.append(name)
        if not kw_only:
            self.places.append(name)
        if said.default_factory:
            self.factories[name] = said.default_factory
        elif name in body and said is _PLAIN:
            self.defaults[name] = default


def _dataclass(
    *, slots: bool, frozen: bool = False, kw_only: bool = False
) -> Callable[[type[Any]], type[Any]]:
    def made(cls: type[Any]) -> type[Any]:
        shape = _Shape(getattr(cls, "_shape", None))
        body = dict(vars(cls))
        named = tuple(body.get("__annotations__", ()))
        own = tuple(name for name in named if name not in shape.names)
        for name in named:
            shape.add(name, body, kw_only=kw_only)
        for name in (*named, "__dict__", "__weakref__"):
            body.pop(name, None)
        body |= {"__slots__": own, "__match_args__": tuple(shape.places), "__qualname__": cls.__qualname__}
        body |= {"_shape": shape, "__dataclass_fields__": _Fields()}
        for name, method in _methods(shape, frozen).items():
            body.setdefault(name, method)
        done: Any = type(cls.__name__, cls.__bases__, body)
        done.__init__ = _initialiser(done, shape)
        return cast(type[Any], done)

    return made


class _Fields:
    """What makes the functions of `dataclasses` take a class for one of theirs; found out when asked for."""

    def __get__(self, instance: object, owner: type[Any]) -> Any:
        import dataclasses

        shape: _Shape = owner._shape
        fields: list[tuple[str, Any, Any]] = []
        for name in shape.names:
            given: dict[str, Any] = {"init": name in shape.given, "compare": name in shape.compared}
            if name in shape.defaults:
                given["default"] = shape.defaults[name]
            if name in shape.factories:
                given["default_factory"] = shape.factories[name]
            fields.append((name, Any, dataclasses.field(kw_only=name not in shape.places, **given)))
        made: Any = dataclasses.make_dataclass(owner.__name__, fields)
        return made.__dataclass_fields__


def _methods(shape: _Shape, is_frozen: bool) -> dict[str, Any]:
    values: Callable[[object], Any] = attrgetter(*shape.compared) if shape.compared else lambda _: ()
    names = shape.names

    def __eq__(self: object, other: object) -> bool:  # noqa: N807
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: object) -> int:  # noqa: N807
        return hash(values(self))

    def __repr__(self: object) -> str:  # noqa: N807
        told = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({told})"

    methods: dict[str, Any] = {"__eq__": __eq__, "__repr__": __repr__, "__hash__": None}
    if is_frozen:
        methods |= {"__hash__": __hash__, "__setattr__": _turn_down, "__delattr__": _turn_down}
    return methods


def _turn_down(self: object, name: str, value: object = None) -> None:
    """Refuse to change a frozen value.

    Raises:
        FrozenInstanceError: Always.
    """
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot change {name} of a {self.__class__.__qualname__}")


def _initialiser(cls: type[Any], shape: _Shape) -> Callable[..., None]:
    setters = {name: getattr(cls, name).__set__ for name in shape.given}
    places, defaults, factories = shape.places, shape.defaults, shape.factories
    count, has_more = len(setters), hasattr(cls, "__post_init__")
    in_order = tuple(setters[name] for name in places) if len(places) == count and not has_more else None

    def __init__(self: Any, /, *placed: object, **named: object) -> None:  # noqa: N807
        if placed:
            if in_order and len(placed) == count and not named:  # the fast way
                for setter, value in zip(in_order, placed, strict=True):
                    setter(self, value)
                return
            if len(placed) > len(places) or not named.keys().isdisjoint(places[: len(placed)]):
                raise TypeError(f"{cls.__qualname__} has too many values")
            named.update(zip(places, placed, strict=False))
        values = defaults | named
        for name, make in factories.items():
            if name not in named:
                values[name] = make()
        try:
            for name, value in values.items():
                setters[name](self, value)
        except KeyError:
            raise TypeError(f"{cls.__qualname__} has no {name}") from None
        if len(values) < count:
            missing = ", ".join(name for name in setters if name not in values)
            raise TypeError(f"{cls.__qualname__} needs {missing}")
        if has_more:
            self.__post_init__()

    return __init__


def _replace(value: Any, /, **changes: object) -> Any:
    kept = {name: getattr(value, name) for name in value._shape.given}
    return value.__class__(**(kept | changes))


if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:
    dataclass, field, replace = _dataclass, _field, _replace

__all__ = ["dataclass", "field", "replace"]
