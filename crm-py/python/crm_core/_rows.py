"""Answers that are tables, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from . import _core
from ._convert import decode, encode
from .table import Table

if TYPE_CHECKING:
    from ._sources import ArrowStream

T = TypeVar("T")

Key = int | str
"""What a table calls a customer, an item or a group: a whole number or a text."""


class Rows(Table):
    """An answer whose rows any library of tables can take. They are made when somebody asks for them."""

    __slots__ = ()

    def __init__(self) -> None:
        raise TypeError(f"{type(self).__name__} is an answer, and not made by hand")

    def _columns(self) -> list[tuple[str, Any]]:
        raise NotImplementedError

    def _rows(self) -> _core.Table:
        return _core.table_of(self._columns())


class Listing(Rows, Generic[T]):
    """A list of answers of one kind, which is a table, too."""

    __slots__ = ("_items",)

    def __init__(self, items: Sequence[T]) -> None:
        self._items = tuple(items)

    def _columns(self) -> list[tuple[str, Any]]:
        data = [flat(encode(one)) for one in self._items]
        names = list(data[0]) if data else []
        return [(name, [one[name] for one in data]) for name in names]

    def to_data(self) -> Any:
        """Give everything as plain data: dictionaries, lists, numbers and texts."""
        return encode(self._items)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[T, ...]: ...
    def __getitem__(self, at: int | slice) -> T | tuple[T, ...]:
        return self._items[at]

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


def flat(data: dict[str, Any]) -> dict[str, Any]:
    """Write what is known of an interval beside its estimate, and lists as texts."""
    row: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, dict) and "estimate" in value:
            row[name] = value["estimate"]
            row |= {f"{name}_{end}": value[end] for end in ("low", "high")}
        elif isinstance(value, list):
            row[name] = ", ".join(str(one) for one in value)
        else:
            row[name] = value
    return row


def analyse(hint: Any, name: str, /, **arguments: Any) -> Any:
    """Ask the core, and build what an annotation promises."""
    return decode(hint, _core.analyse(name, arguments))


def columns_of(table: ArrowStream) -> _core.Columns:
    """Take the columns of a table, once."""
    return _core.Columns(table)
