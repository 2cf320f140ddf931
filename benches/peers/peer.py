"""A peer's side of a bar: loads its data once, then runs once for each line it is sent and prints the seconds.

    python peer.py summary FOLDER      polars: transactions to (x, t_x, T, spend)
    python peer.py bgnbd FOLDER        lifetimes: BG/NBD from summary to parameters

The data are raw little-endian columns in FOLDER, written by the program that measures.
"""

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np


def summary(folder: Path) -> Callable[[], str]:
    import polars as pl

    frame = pl.DataFrame(
        {
            "customer": np.fromfile(folder / "customer.u32", dtype="<u4"),
            "day": np.fromfile(folder / "day.i32", dtype="<i4"),
            "minor": np.fromfile(folder / "minor.i64", dtype="<i8"),
        }
    )
    as_of = int(frame["day"].max())

    def run() -> str:
        days = frame.lazy().group_by("customer", "day").agg(pl.col("minor").sum())
        table = (
            days.group_by("customer")
            .agg(
                (pl.len() - 1).alias("x"),
                pl.col("day").min().alias("first"),
                pl.col("day").max().alias("last"),
                pl.col("minor").sum().alias("total"),
                pl.col("minor").get(pl.col("day").arg_min()).alias("first_spend"),
            )
            .with_columns(
                ((pl.col("last") - pl.col("first")) / 7.0).alias("t_x"),
                ((as_of - pl.col("first")) / 7.0).alias("T"),
                (pl.col("total") - pl.col("first_spend")).alias("repeat_spend"),
            )
            .select("customer", "x", "t_x", "T", "total", "repeat_spend")
            .collect()
        )
        return f"{table.height} {table['x'].sum()} {table['total'].sum()} {table['repeat_spend'].sum()}"

    return run


def bgnbd(folder: Path) -> Callable[[], str]:
    from lifetimes import BetaGeoFitter

    columns = [np.fromfile(folder / f"{name}.f64", dtype="<f8") for name in ("x", "t_x", "T")]

    def run() -> str:
        fitted = BetaGeoFitter().fit(*columns)
        return " ".join(f"{fitted.params_[name]:.6f}" for name in ("r", "alpha", "a", "b"))

    return run


def main() -> None:
    warnings.simplefilter("ignore")
    make = {"summary": summary, "bgnbd": bgnbd}[sys.argv[1]]
    run = make(Path(sys.argv[2]))
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        answer = run()
        print(time.perf_counter() - start, answer, flush=True)


if __name__ == "__main__":
    main()
