"""Tables that any library can take without a copy."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from . import _core

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


class Table:
    """Columns of equal length, handed over by the Arrow C stream interface.

    `polars.DataFrame(table)`, `pyarrow.table(table)`, `pandas.DataFrame.from_arrow(table)` and a DuckDB query over its
    name all take it as it is. The methods below do the same.
    """

    __slots__ = ("_table",)

    def __init__(self, table: _core.Table) -> None:
        self._table = table

    def _rows(self) -> _core.Table:
        return self._table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._rows().__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._rows().__arrow_c_schema__()

    def __len__(self) -> int:
        return len(self._rows())

    @property
    def column_names(self) -> list[str]:
        """The names of the columns."""
        return self._rows().column_names

    def to_polars(self) -> polars.DataFrame:
        """The table as a `polars.DataFrame`, without a copy. Needs polars."""
        import polars

        return polars.DataFrame(self)

    def to_arrow(self) -> pyarrow.Table:
        """The table as a `pyarrow.Table`, without a copy. Needs pyarrow."""
        import pyarrow

        return pyarrow.table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """The table as a `pandas.DataFrame`. Needs pandas 3, or pandas 2.2 and pyarrow."""
        import pandas

        from_arrow: Any = getattr(pandas.DataFrame, "from_arrow", None)
        frame: pandas.DataFrame = self.to_arrow().to_pandas() if from_arrow is None else from_arrow(self)
        return frame

    def _title(self) -> str:
        return f"{len(self):,} rows"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._title()}; {', '.join(self.column_names)}>"

    def _repr_html_(self) -> str:
        """Show the first rows in a notebook."""
        table = self._rows()
        return as_html(f"{type(self).__name__}: {self._title()}", table.column_names, table.head(10), len(table))


def as_html(title: str, names: list[str], columns: list[list[str | None]], rows: int) -> str:
    """Write the first rows of a table as HTML."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{'' if cell is None else html.escape(cell)}</td>" for cell in row) + "</tr>"
        for row in zip(*columns, strict=True)
    )
    shown = len(columns[0]) if columns else 0
    more = f"<p>… {rows - shown:,} more</p>" if rows > shown else ""
    caption = f"<caption style='text-align:left'>{html.escape(title)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
