"""Who is alike: k-means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from . import _core
from ._convert import decode, encode
from ._model import Word, model
from ._rows import Rows, columns_of
from .table import Table

if TYPE_CHECKING:
    from ._sources import ArrowStream


class Scaling(Word):
    """How columns are made comparable."""

    NONE = "none"
    """Not at all: the column with the greatest numbers decides."""
    STANDARD = "standard"
    """Each column less its mean, over its standard deviation."""
    ROBUST = "robust"
    """Each column less its median, over its interquartile range: a few great spenders do not squeeze the rest together."""


@model
class ColumnScale:
    """How one column was scaled: `(value - centre) / spread`.

    Attributes
    ----------
    centre : float
        What is taken from each value.
    spread : float
        What the rest is divided by; 1 for a column of equal values.
    """

    centre: float
    spread: float


@model
class ClusterOptions:
    """How clusters are sought.

    Attributes
    ----------
    clusters : int
        How many clusters.
    scaling : Scaling
        How columns are made comparable.
    restarts : int
        How often the search begins anew; the best result counts.
    iterations : int
        The most iterations of one search.
    seed : int
        What the beginnings depend on: the same seed gives the same result.
    threads : int
        How many threads to use; 0 and 1 stay on the calling thread. The result is the same for every number.
    """

    clusters: int = 5
    scaling: Scaling = Scaling.STANDARD
    restarts: int = 10
    iterations: int = 300
    seed: int = 0
    threads: int = 1


@model
class Clusters:
    """Groups of rows that are near each other.

    Attributes
    ----------
    centres : Sequence[Sequence[float]]
        The centres in the units of the columns, by rising first column (then second, and so on): numbers are stable
        from run to run.
    sizes : Sequence[int]
        How many rows each cluster has.
    of_row : Sequence[int]
        The cluster of each row.
    inertia : float
        The sum of the squared distances of rows from their centres, in scaled columns.
    iterations : int
        The iterations of the best search.
    settled : bool
        Whether it ended because no row changed its cluster any more.
    scales : Sequence[ColumnScale]
        How the columns were scaled.
    """

    centres: Sequence[Sequence[float]]
    sizes: Sequence[int]
    of_row: Sequence[int]
    inertia: float
    iterations: int
    settled: bool
    scales: Sequence[ColumnScale]


class Clustering(Rows):
    """The rows of a table in clusters. It is a table, too: one row for each row, with its `cluster`.

    Clusters are numbered by their first coordinate, so that numbers mean the same from one run to the next.
    """

    __slots__ = ("_of_row", "clusters", "columns")

    clusters: Clusters
    """What was found; `of_row` is left empty here."""
    columns: tuple[str, ...]
    """The columns that were looked at."""

    def __init__(self, clusters: Clusters, columns: Sequence[str], of_row: _core.Column) -> None:
        self.clusters = clusters
        self.columns = tuple(columns)
        self._of_row = of_row

    def _columns(self) -> list[tuple[str, Any]]:
        return [("cluster", self._of_row)]

    def _title(self) -> str:
        return f"{len(self):,} rows in {len(self.clusters.sizes)} clusters, inertia {self.clusters.inertia:.6g}"

    @property
    def inertia(self) -> float:
        """The sum of the squared distances to the centres, in the scaled space."""
        return self.clusters.inertia

    @property
    def sizes(self) -> Sequence[int]:
        """How many rows each cluster has."""
        return self.clusters.sizes

    @property
    def centres(self) -> Table:
        """The centres in the units of the columns, one row each."""
        columns = zip(*self.clusters.centres, strict=True)
        made = [(name, list(values)) for name, values in zip(self.columns, columns, strict=True)]
        return Table(_core.table_of(made))

    def assign(self, table: ArrowStream) -> Table:
        """Find the nearest cluster of each row of another table with the same columns."""
        found = _core.nearest_centres(columns_of(table), list(self.columns), self.clusters)
        return Table(_core.table_of([("cluster", found)]))

    def to_data(self) -> Any:
        """Give everything as plain data."""
        return {**encode(self.clusters), "of_row": self._of_row.list()}


def clusters(
    table: ArrowStream,
    k: int = 5,
    *,
    columns: Sequence[str] | None = None,
    scaling: Scaling | str = Scaling.STANDARD,
    restarts: int = 10,
    iterations: int = 300,
    seed: int = 0,
    threads: int = 1,
) -> Clustering:
    """Group the rows of a table by k-means. The same seed gives the same clusters with any number of threads.

    Parameters
    ----------
    table
        The rows.
    k
        How many clusters.
    columns
        The columns of numbers that count; all by default.
    scaling
        `"standard"` (mean and standard deviation), `"robust"` (median and quartiles) or `"none"`.
    restarts
        How often it begins anew; the best is kept.
    iterations
        How many steps each takes at most.
    seed
        The seed of the beginnings (k-means++).
    threads
        How many threads to use.

    Raises
    ------
    InsufficientData
        With fewer rows than clusters.

    Examples
    --------
    >>> import pyarrow
    >>> from crm_core import clusters
    >>> table = pyarrow.table({"spend": [1.0, 2.0, 90.0, 91.0], "visits": [1, 1, 8, 9]})
    >>> clusters(table, 2).to_arrow()["cluster"].to_pylist()
    [0, 0, 1, 1]
    """
    taken = columns_of(table)
    names = list(taken.names() if columns is None else columns)
    options = ClusterOptions(
        clusters=k, scaling=Scaling(scaling), restarts=restarts, iterations=iterations, seed=seed, threads=threads
    )
    found, of_row = _core.cluster_rows(taken, names, options)
    return Clustering(decode(Clusters, found), names, of_row)
