"""What the types of this package are made of: frozen dataclasses and enumerations of words."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Annotated, Any, TypeVar, dataclass_transform, get_args, get_origin, get_type_hints

T = TypeVar("T")


class PersonalMark:
    """Marks data about a person: it can be used, and is not printed by accident."""


Personal = Annotated[T, PersonalMark()]
"""Data about a person. It is there, and `repr` does not show it."""


class Word(StrEnum):
    """An enumeration whose members are words of the stored vocabulary, the same in every language."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def model(cls: type[T]) -> type[T]:
    """Make a frozen, slotted dataclass with keyword-only fields, whose `repr` hides what is personal.

    Copies with other values are made by `dataclasses.replace`.
    """
    if cls.__repr__ is object.__repr__:
        cls.__repr__ = _repr  # type: ignore[method-assign]
    made: Any = dataclass(frozen=True, slots=True, kw_only=True, repr=False)(cls)
    # The names of the fields in Rust, and here: a word that Python keeps for itself has an underscore behind it.
    made._keys = tuple((one.name.rstrip("_"), one.name) for one in fields(made))
    return made  # type: ignore[no-any-return]


_HIDDEN: dict[type, frozenset[str]] = {}


def hidden(cls: type) -> frozenset[str]:
    """Name the fields of a class that `repr` does not show."""
    known = _HIDDEN.get(cls)
    if known is None:
        hints = get_type_hints(cls, include_extras=True)
        known = frozenset(name for name, hint in hints.items() if _is_personal(hint))
        _HIDDEN[cls] = known
    return known


def _is_personal(hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        return any(isinstance(one, PersonalMark) for one in hint.__metadata__) or _is_personal(get_args(hint)[0])
    return any(_is_personal(part) for part in get_args(hint))


def _repr(self: Any) -> str:
    secret = hidden(type(self))

    def show(name: str) -> str:
        value = getattr(self, name)
        return f"{name}={'•••' if name in secret and value else repr(value)}"

    # What is missing or empty says nothing.
    shown = [show(one.name) for one in fields(self) if getattr(self, one.name) not in (None, (), [], {})]
    return f"{type(self).__name__}({', '.join(shown)})"
