"""What all handles have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from .._convert import decode
from ..base import AsOf
from ..segment import SegmentView

if TYPE_CHECKING:
    from ._engine import Shared

T = TypeVar("T")
Reads: TypeAlias = Callable[[Any], T]


def reads(hint: Any) -> Callable[[Any], Any]:
    """Give the reader of answers that an annotation describes."""
    return lambda data: decode(hint, data)


class Handle:
    """A handle on one room of an engine. It is cheap, and may be shared by threads."""

    __slots__ = ("_crm",)

    def __init__(self, crm: Shared) -> None:
        self._crm = crm

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._crm}>"

    def _ask(self, operation: str, read: Reads[T], /, **given: Any) -> T:
        return read(self._crm.engine.call(operation, given))

    def _do(self, operation: str, /, **given: Any) -> None:
        self._crm.engine.call(operation, given)

    def _now(self) -> datetime:
        return datetime.fromisoformat(self._crm.engine.now())

    def _as_of(self, as_of: AsOf | None) -> AsOf:
        if as_of is not None:
            return as_of
        now = self._now()
        return AsOf(valid=now, known=now)

    def _view(self, view: SegmentView | None) -> SegmentView:
        return SegmentView(as_of=self._as_of(None)) if view is None else view
