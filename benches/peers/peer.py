"""A peer's side of a bar: loads its data once, then runs once for each line it is sent and prints the seconds.

    python peer.py summary FOLDER      polars: transactions to (x, t_x, T, spend)
    python peer.py bgnbd FOLDER        lifetimes: BG/NBD from summary to parameters
    python peer.py filter-polars FOLDER, filter-duckdb      five questions about each customer, on one core
    python peer.py window-polars FOLDER, window-duckdb      count and sum of events in windows, on all cores

The data are raw little-endian columns in FOLDER, written by the program that measures.
"""

import os
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


COUNTRIES = ["DE", "AT", "CH", "FR", "IT", "ES", "PL", "NL", "BE", "DK", "SE", "NO"]
TIERS = ["gold", "silver", "bronze", "none"]
NOW = 1_774_958_400_000_000
DAY = 86_400_000_000


def customers(folder: Path):  # noqa: ANN201
    import polars as pl

    def words(name: str, known: list[str]) -> pl.Series:
        codes = np.fromfile(folder / f"{name}.u8", dtype="u1")
        return pl.Series(name, [known[code] if code < len(known) else None for code in codes], dtype=pl.Enum(known))

    def numbers(name: str, kind: str, missing: int) -> pl.Series:
        column = pl.Series(name, np.fromfile(folder / f"{name}.{kind}", dtype=np.dtype(f"<{kind[0]}{int(kind[1:]) // 8}")))
        return pl.select(pl.when(column != missing).then(column).alias(name)).to_series()

    return pl.DataFrame(
        [
            words("country", COUNTRIES),
            words("tier", TIERS),
            pl.select(pl.when(numbers("vip", "u8", -1) < 2).then(numbers("vip", "u8", -1) == 1).alias("vip")).to_series(),
            numbers("score", "i64", -(2**63)),
            numbers("born", "i32", -(2**31)).cast(pl.Date),
        ]
    )


def events(folder: Path):  # noqa: ANN201
    import polars as pl

    at = np.fromfile(folder / "at.i64", dtype="<i8")
    return pl.DataFrame(
        {
            "customer": (np.arange(len(at)) // 10).astype("u4"),
            "at": at,
            "name": pl.Series(np.fromfile(folder / "is_order.u8", dtype="u1")).replace_strict(
                {0: "visit", 1: "order"}, return_dtype=pl.Enum(["visit", "order"])
            ),
            "minor": np.fromfile(folder / "minor.i64", dtype="<i8"),
        }
    )


def filter_polars(folder: Path) -> Callable[[], str]:
    import datetime

    import polars as pl

    frame = customers(folder)

    def run() -> str:
        members = frame.lazy().filter(
            pl.col("country").is_in(["DE", "AT", "CH"])
            & (pl.col("score") >= 40)
            & (pl.col("born") < datetime.date(1990, 1, 1))
            & ((pl.col("tier") == "gold") | pl.col("vip"))
        )
        return f"{members.select(pl.len()).collect().item()} {frame.estimated_size()}"

    return run


def window_polars(folder: Path) -> Callable[[], str]:
    import polars as pl

    frame, people = events(folder), customers(folder)

    def run() -> str:
        order = (pl.col("name") == "order") & (pl.col("at") <= NOW)
        found = (
            frame.lazy()
            .filter(order & (pl.col("at") > NOW - 365 * DAY))
            .group_by("customer")
            .agg((pl.col("at") > NOW - 90 * DAY).sum().alias("count"), pl.col("minor").sum().alias("sum"))
            .filter((pl.col("count") >= 2) & (pl.col("sum") >= 25_000))
        )
        size = frame.estimated_size() + people.estimated_size() + 16 * people.height
        return f"{found.select(pl.len()).collect().item()} {size}"

    return run


def duckdb_over(folder: Path, frame, threads: int | None, sql: str) -> Callable[[], str]:  # noqa: ANN001
    import duckdb

    path = folder / "peer.parquet"
    frame.write_parquet(path)
    connection = duckdb.connect()
    if threads:
        connection.execute(f"SET threads = {threads}")
    connection.execute(f"CREATE TABLE t AS FROM '{path}'")
    return lambda: f"{connection.execute(sql).fetchone()[0]} 0"


def filter_duckdb(folder: Path) -> Callable[[], str]:
    sql = """SELECT count(*) FROM t WHERE country IN ('DE', 'AT', 'CH') AND score >= 40
        AND born < DATE '1990-01-01' AND (tier = 'gold' OR vip)"""
    return duckdb_over(folder, customers(folder), 1, sql)


def window_duckdb(folder: Path) -> Callable[[], str]:
    sql = f"""SELECT count(*) FROM (SELECT customer FROM t
        WHERE name = 'order' AND at <= {NOW} AND at > {NOW - 365 * DAY} GROUP BY customer
        HAVING count(*) FILTER (WHERE at > {NOW - 90 * DAY}) >= 2 AND sum(minor) >= 25000)"""
    return duckdb_over(folder, events(folder), None, sql)


JOBS = {
    "summary": summary,
    "bgnbd": bgnbd,
    "filter-polars": filter_polars,
    "filter-duckdb": filter_duckdb,
    "window-polars": window_polars,
    "window-duckdb": window_duckdb,
}


def main() -> None:
    warnings.simplefilter("ignore")
    if sys.argv[1] == "filter-polars":
        os.environ["POLARS_MAX_THREADS"] = "1"
    run = JOBS[sys.argv[1]](Path(sys.argv[2]))
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        answer = run()
        print(time.perf_counter() - start, answer, flush=True)


if __name__ == "__main__":
    main()
