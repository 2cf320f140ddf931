"""Segments on tables: the columns are the fields."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from . import _core
from ._convert import decode
from .segment import Diagnostic
from .table import Table

if TYPE_CHECKING:
    from ._sources import ArrowStream


class Expression:
    """An expression of the segment language, to be applied to tables.

    Its fields are the columns of the table. What is missing is unknown, and only what is true belongs. It can be
    pickled, and two expressions that read the same are equal.
    """

    __slots__ = ("_inner",)

    def __init__(self, text: str) -> None:
        self._inner = _core.Expression(text)

    @property
    def text(self) -> str:
        """The expression as it was written."""
        return self._inner.text

    @property
    def version(self) -> str:
        """A fingerprint of what the expression means: it changes when the meaning may have."""
        return self._inner.version()

    def check(self, table: ArrowStream) -> list[Diagnostic]:
        """Find what is wrong with the expression for a table, and what may be: errors and warnings, with their places."""
        answer: list[Diagnostic] = decode(list[Diagnostic], self._inner.check(table))
        return answer

    def apply(self, table: ArrowStream, *, now: datetime | None = None, zone: str = "UTC") -> Table:
        """Keep the rows that belong.

        Parameters
        ----------
        table
            Any object with `__arrow_c_stream__`.
        now
            The instant for expressions that speak of days, months or ages. It has no influence on the others.
        zone
            The zone whose calendar is meant where the expression names none.

        Raises
        ------
        SegmentError
            For a field that is no column, and for a comparison of unlike types.
        """
        return Table(self._inner.apply(table, _instant(now), zone))

    def mask(self, table: ArrowStream, *, now: datetime | None = None, zone: str = "UTC") -> Table:
        """Say of each row whether it belongs: a table with one column, `member`."""
        return Table(self._inner.mask(table, _instant(now), zone))

    def __repr__(self) -> str:
        return f"segment({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return self.text == other.text if isinstance(other, Expression) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.text)

    def __reduce__(self) -> tuple[type[Expression], tuple[str]]:
        return Expression, (self.text,)


def _instant(now: datetime | None) -> datetime:
    return datetime.now(UTC) if now is None else now


def segment(text: str) -> Expression:
    """Read an expression of the segment language, to be applied to tables.

    Raises
    ------
    SegmentError
        When the text is wrong; the error says where, what was expected, and what may have been meant.

    Examples
    --------
    >>> import crm_core, pyarrow
    >>> table = pyarrow.table({"who": ["ann", "bob"], "total": [120.0, 20.0], "country": ["DE", None]})
    >>> crm_core.segment('total >= 50 and country in {"DE", "AT"}').apply(table).to_arrow()["who"].to_pylist()
    ['ann']
    """
    return Expression(text)
