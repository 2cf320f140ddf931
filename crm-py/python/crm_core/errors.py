"""What goes wrong.

Every error is a `CrmError` and, where Python has a word for it, also one of its own: a `NotFound` is a `LookupError`, an
`Invalid` is a `ValueError`. `code` is stable and meant for programs, `fields` holds what the error is about. Messages
and fields name ids, fields and rows, never a value of a customer.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any


class CrmError(Exception):
    """Anything that this package has to say no to.

    Attributes
    ----------
    code : str
        The stable code of the error (`not-found`).
    fields : Mapping[str, Any]
        What the error is about: ids, names of fields, rows, reasons.
    """

    code: str = "error"

    def __init__(self, message: str = "", *, code: str | None = None, fields: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.fields = dict(fields or {})

    def __str__(self) -> str:
        return self.message

    def __getattr__(self, name: str) -> Any:
        """Give a field of the error."""
        fields = self.__dict__.get("fields", {})
        if name in fields:
            return fields[name]
        raise AttributeError(f"{type(self).__name__} has no {name}", name=name, obj=self)

    @staticmethod
    def _decode(data: Any) -> CrmError:
        return data if isinstance(data, CrmError) else _from_core(data)

    def to_data(self) -> dict[str, Any]:
        """Give the error as plain data."""
        return {"code": self.code, "message": self.message, **self.fields}

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.message, self.code, self.fields)


class Invalid(CrmError, ValueError):
    """An argument or a field breaks a rule. Fields: `field`, `reason`."""

    code = "invalid"


class Misfit(Invalid, TypeError):
    """An argument does not have the shape that is needed. Fields: `field`, the argument; `reason`."""


class NotFound(CrmError, LookupError):
    """There is no such thing. Fields: `kind`, `id`."""

    code = "not-found"


class NoColumn(CrmError, KeyError):
    """A table does not have a column. Fields: `column`, `columns`, `nearest`."""

    code = "no-column"


class NoTable(CrmError, TypeError):
    """Something is no table, or a column holds something else than is needed."""

    code = "no-table"


class Conflict(CrmError):
    """Another writer was faster, or a name is taken. Field: `clash`, and what it is about."""

    code = "conflict"


class Denied(CrmError, PermissionError):
    """The person, the law or a rule of the host says no. Field: `reason`."""

    code = "denied"


class SegmentError(CrmError, ValueError):
    """A text in the segment language is wrong. Fields: `diagnostic`, `start`, `end` (in bytes), `reason`."""

    code = "segment"


class IntakeError(CrmError, ValueError):
    """An imported file is wrong. Fields: `row`, `column`, `reason`."""

    code = "import"


class InsufficientData(CrmError, ValueError):
    """There is too little data for an answer. Fields: `what`, `reason`."""

    code = "insufficient-data"


class OutOfRange(CrmError, OverflowError):
    """A calculation left the range of its type. Field: `what`."""

    code = "out-of-range"


class Cancelled(CrmError):
    """The host called it off."""

    code = "cancelled"


class StoreError(CrmError, OSError):
    """The store failed. `code` begins with `store-`."""

    code = "store"


class Internal(CrmError, RuntimeError):
    """A fault in this package."""

    code = "internal"


_BY_CODE: dict[str, type[CrmError]] = {
    one.code: one
    for one in (
        Invalid, NotFound, NoColumn, NoTable, Conflict, Denied, SegmentError, IntakeError, InsufficientData,
        OutOfRange, Cancelled, Internal,
    )
}  # fmt: skip


def _misfit(path: str, reason: str) -> Misfit:
    """Say where a value does not fit, and what is needed."""
    field = path.split(".")[0].split("[")[0]
    message = f"{path}: {reason}" if path else reason
    return Misfit(message, fields={"field": field, "reason": message.removeprefix(f"{field}: ")})


def _from_core(data: dict[str, Any]) -> CrmError:
    """Make the exception for an error of the core."""
    fields = dict(data)
    code, message = fields.pop("code"), fields.pop("message")
    cls = _BY_CODE.get(code, StoreError if code.startswith("store-") else CrmError)
    return _again(cls, message, code, fields)


def _again(cls: type[CrmError], message: str, code: str, fields: dict[str, Any]) -> CrmError:
    return cls(message, code=code, fields=fields)


def _no_column(column: str, columns: list[str]) -> NoColumn:
    """Say which columns a table has, to somebody who asked for another."""
    nearest = difflib.get_close_matches(column, columns, n=1, cutoff=0.5)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    message = f"no column {column!r}{hint} The table has: {', '.join(columns)}"
    if not nearest:
        message = f"no column {column!r}; the table has: {', '.join(columns)}"
    fields = {"column": column, "columns": columns, "nearest": nearest[0] if nearest else None}
    return NoColumn(message, fields=fields)


_KINDS = "pyarrow, polars, pandas >= 2.2, DuckDB, PySpark or anything else with __arrow_c_stream__"


def _no_table(given: type) -> NoTable:
    """Say what a table is, to somebody who gave something else."""
    name = f"{given.__module__}.{given.__qualname__}".removeprefix("builtins.")
    if given.__name__ == "LazyFrame":
        return NoTable(f"a {name} has no rows yet: call .collect() first")
    return NoTable(f"a {name} is no table: give one of {_KINDS}")
