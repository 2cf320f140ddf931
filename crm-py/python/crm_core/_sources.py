"""Where rows come from: paths, bytes, tables."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Protocol


class ArrowStream(Protocol):
    """A table: pyarrow, polars, pandas from 2.2 on, DuckDB, PySpark and others."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Hand the rows over."""
        ...


def source_of(file: bytes | str | PathLike[str] | ArrowStream) -> bytes | ArrowStream:
    """Read a path; give everything else as it is."""
    if isinstance(file, str | PathLike):
        return Path(file).read_bytes()
    return file
