"""Plain objects to dataclasses, led by annotations, and back.

`_core` gives dictionaries, lists, numbers, texts and ids. A decoder for a type is built once, from its annotations, and
then only does what has to be done. A key that a type does not have, and one that it needs and does not get, are errors:
the two halves of the package have drifted apart then.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import (
    Annotated,
    Any,
    Literal,
    NewType,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID

from ._core import Money

Decode = Callable[[Any], Any]


def decode(hint: object, data: object) -> Any:
    """Build what an annotation promises from plain objects."""
    step = decoder(hint)
    return data if step is None else step(data)


@cache
def decoder(hint: Any) -> Decode | None:
    """The decoder of an annotation; `None` where an object stays as it is."""
    if isinstance(hint, NewType):
        return decoder(hint.__supertype__)
    own = getattr(hint, "_decode", None) if isinstance(hint, type) else None
    if own is not None:
        return cast("Decode", own)
    if dataclasses.is_dataclass(hint):
        return _dataclass(cast("type[Any]", hint))
    origin = get_origin(hint)
    if origin is not None:
        return _generic(hint, origin, get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return _PLAIN.get(hint)


def _id(data: object) -> UUID:
    return data if isinstance(data, UUID) else UUID(cast("str", data))


def _money(data: Any) -> Money:
    return data if isinstance(data, Money) else Money(data)


def _datetime(data: Any) -> datetime:
    return data if isinstance(data, datetime) else datetime.fromisoformat(data)


def _date(data: Any) -> date:
    return data if isinstance(data, date) else date.fromisoformat(data)


_PLAIN: dict[object, Decode] = {
    UUID: _id,
    datetime: _datetime,
    date: _date,
    float: float,
    Money: _money,
}


def _generic(hint: Any, origin: Any, args: tuple[Any, ...]) -> Decode | None:
    if origin is Annotated:
        own = next((one.decode for one in hint.__metadata__ if hasattr(one, "decode")), None)
        return own or decoder(args[0])
    if origin is Literal:
        return None
    if origin in (Union, types.UnionType):
        return _union(args)
    if origin is tuple and not (len(args) == 2 and args[1] is Ellipsis):
        return _tuple([decoder(arg) for arg in args])
    if origin is list:
        return _list(decoder(args[0]))
    if origin in (tuple, Sequence):
        return _sequence(decoder(args[0]))
    if origin in (dict, Mapping):
        return _mapping(decoder(args[0]), decoder(args[1]))
    if dataclasses.is_dataclass(origin):
        return _dataclass(origin, args)
    raise TypeError(f"no decoder for {hint}")


def _list(item: Decode | None) -> Decode:
    if item is None:
        return list
    return lambda data: [item(one) for one in data]


def _sequence(item: Decode | None) -> Decode:
    if item is None:
        return tuple
    return lambda data: tuple([item(one) for one in data])


def _tuple(items: list[Decode | None]) -> Decode:
    return lambda data: tuple(one if item is None else item(one) for item, one in zip(items, data, strict=True))


def _mapping(key: Decode | None, value: Decode | None) -> Decode:
    def build(data: Any) -> dict[Any, Any]:
        return {(key(k) if key else k): (value(v) if value else v) for k, v in data.items()}

    return build


def _union(args: tuple[Any, ...]) -> Decode:
    """A value that may be missing, or one of several tagged dataclasses and words."""
    rest = [arg for arg in args if arg is not types.NoneType]
    tagged = {arg._tag: decoder(arg) for arg in rest if hasattr(arg, "_tag")}
    if not tagged:
        inner = decoder(rest[0]) if len(rest) == 1 else None
        return lambda data: data if data is None or inner is None else inner(data)

    def build(data: Any) -> Any:
        if isinstance(data, dict):
            ((tag, content),) = data.items()
            step = tagged[tag]
            return step(content) if step else content
        return data

    return build


def _dataclass(cls: Any, args: tuple[Any, ...] = ()) -> Decode:
    hints = get_type_hints(cls, include_extras=True)
    parameters = dict(zip(getattr(cls, "__parameters__", ()), args, strict=True)) if args else {}
    names = {one.name.rstrip("_"): one.name for one in dataclasses.fields(cls)}
    needed = {one.name.rstrip("_") for one in dataclasses.fields(cls) if _is_needed(one)}
    steps: dict[str, Decode] = {}
    # A dataclass may speak of itself: its decoder is known before those of its fields.
    ready = False

    def prepare() -> None:
        nonlocal ready
        for key, name in names.items():
            step = decoder(_filled(hints[name], parameters))
            if step is not None:
                steps[key] = step
        ready = True

    def build(data: Any) -> Any:
        if not ready:
            prepare()
        if isinstance(data, cls):
            return data
        if bare:
            data = {"value": data}
        given = {}
        for key, value in data.items():
            name = names.get(key)
            if name is None:
                raise TypeError(f"{cls.__name__} has no {key}")
            step = steps.get(key)
            given[name] = value if step is None or value is None else step(value)
        if not needed <= data.keys():
            raise TypeError(f"{cls.__name__} lacks {', '.join(sorted(needed - data.keys()))}")
        return cls(**given)

    bare = getattr(cls, "_bare", False)
    return build


def _is_needed(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _filled(hint: Any, parameters: dict[Any, Any]) -> Any:
    """An annotation with its type parameters filled in."""
    if hint in parameters:
        return parameters[hint]
    inner = getattr(hint, "__parameters__", ())
    return hint[tuple(parameters.get(one, one) for one in inner)] if inner and parameters else hint


def encode(value: Any, marked: bool = False) -> Any:
    """Give a value of this package as what JSON knows, in the form that the core gives it.

    Where any value of a field can stand, `marked` tells a date from a text that looks like one.
    """
    if hasattr(value, "to_data"):
        return encode(value.to_data())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _encode_dataclass(value)
    if isinstance(value, Mapping):
        return {str(encode(key)): encode(one, marked) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [encode(one, marked) for one in value]
    if isinstance(value, Enum):
        return value.value
    for cls, mark, text in _TEXTS:
        if isinstance(value, cls):
            return {mark: text(value)} if marked else text(value)
    return value


def _instant(at: datetime) -> str:
    text = at.isoformat().replace("+00:00", "")
    return (text.rstrip("0") if "." in text else text) + "Z"


_TEXTS: list[tuple[type, str, Callable[[Any], str]]] = [
    (datetime, "$time", _instant),
    (date, "$date", date.isoformat),
    (UUID, "$id", str),
    (Money, "$money", str),
]


def _encode_dataclass(value: Any) -> Any:
    cls: Any = type(value)
    marked = _with_values(cls)
    data = {key: encode(getattr(value, name), name in marked) for key, name in value._keys}
    tag = getattr(value, "_tag", None)
    if tag is None:
        return data
    return {tag: data["value"] if getattr(value, "_bare", False) else data}


@cache
def _with_values(cls: Any) -> frozenset[str]:
    """Name the fields of a class that hold any value."""
    hints = get_type_hints(cls, include_extras=True)
    return frozenset(name for name, hint in hints.items() if _holds_values(hint))


def _holds_values(hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        return any(hasattr(one, "decode") for one in hint.__metadata__) or _holds_values(get_args(hint)[0])
    return any(_holds_values(part) for part in get_args(hint))
