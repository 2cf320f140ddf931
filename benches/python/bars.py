"""The bars of the Python side: ratios against something else, measured in one run.

`ROWS=100000 python bars.py` runs a smaller round. A bar that is short ends the run with 1.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from uuid import uuid4

import crm_core
import numpy as np
import polars as pl
from crm_core import BgNbd, NewCustomer, ParetoNbd, Span, TimeUnit

ROWS = int(os.environ.get("ROWS", "1000000"))
RNG = np.random.default_rng(7)


def seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """The median time of some rounds, after one that is not counted."""
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return median(times[1:])


def bar(name: str, ours: float, theirs: float, must: float, *, at_most: bool) -> bool:
    """Print a bar: `ours` over `theirs`, and what it must be."""
    ratio = ours / theirs
    good = ratio <= must if at_most else ratio >= must
    sign = "<=" if at_most else ">="
    verdict = "ok" if good else "short"
    print(f"bar {name} ours={ours:.4g} theirs={theirs:.4g} ratio={ratio:.3f} must={sign}{must} {verdict}", flush=True)
    return good


def log(rows: int) -> pl.DataFrame:
    """A log of purchases with about ten rows for each customer."""
    start = np.datetime64("2024-01-01")
    return pl.DataFrame({
        "customer": pl.Series(RNG.integers(0, max(rows // 10, 1), rows)).cast(pl.String),
        "date": start + RNG.integers(0, 700, rows).astype("timedelta64[D]"),
        "amount": RNG.integers(100, 20_000, rows) / 100,
    })  # fmt: skip


def scoring() -> bool:
    """A frame of histories in, through a model, and out to polars, against the model alone."""
    summary = crm_core.summarize(
        log(ROWS * 10), customer="customer", time="date", amount="amount", as_of="2026-01-01", unit="days"
    )
    frame = summary.to_polars()
    model = BgNbd(r=0.243, alpha=30.9, a=0.793, b=2.426, unit=TimeUnit.DAYS)
    horizon = Span(length=90.0, unit=TimeUnit.DAYS)
    kernel = seconds(lambda: summary._inner.forecast(model, horizon, 1))
    whole = seconds(lambda: model.score(frame, horizon=horizon).to_polars())
    return bar(f"frame-through-scoring-{len(frame)}", whole, kernel, 1.10, at_most=True)


def reading(folder: Path) -> bool:
    """Customers x 20 columns from the store into polars, against polars' own reader of databases."""
    path = folder / "customers.db"
    names = pl.Series([f"Customer {n}" for n in range(ROWS)])
    table = pl.DataFrame({
        "customer_id": pl.Series(range(ROWS)).cast(pl.String),
        "name": names,
        "given_name": names,
        "family_name": names,
        "country": ["DE"] * ROWS,
    })  # fmt: skip
    columns = ["id", "name", "given_name", "family_name", "country", "type", "created_at"]
    sql = "SELECT " + ", ".join(f"{one} AS c{at}" for at, one in enumerate((columns * 3)[:20])) + " FROM customer"  # noqa: S608
    with crm_core.open(path) as crm:
        crm.intake.contacts(table, "source=shop")
        ours = seconds(lambda: crm.query(sql).to_polars(), 3)
    with sqlite3.connect(path) as connection:
        theirs = seconds(lambda: pl.read_database(sql, connection, infer_schema_length=None), 3)
    return bar(f"customers-to-polars-{ROWS}x20", ours, theirs, 1.0, at_most=True)


def importing(folder: Path) -> bool:
    """Transactions imported from a frame, against the same as a file, which Rust reads: rows per second."""
    frame = log(ROWS)
    file = frame.write_csv().encode()

    def into(what: object) -> float:
        times = []
        for _ in range(3):
            with crm_core.open(folder / f"{uuid4()}.db") as crm:
                start = time.perf_counter()
                crm.intake.purchases(what, "currency=EUR")  # type: ignore[arg-type]
                times.append(time.perf_counter() - start)
        return ROWS / median(times)

    return bar(f"import-of-a-frame-{ROWS}", into(frame), into(file), 0.8, at_most=False)


def waited(work: Callable[[], object], after: float) -> float:
    """How long it took to end work with Ctrl-C, pressed when it has run for a while."""
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.perf_counter())
        signal.raise_signal(signal.SIGINT)

    timer = threading.Timer(after, press)
    timer.start()
    try:
        work()
    except KeyboardInterrupt:
        return time.perf_counter() - pressed[0]
    finally:
        timer.join()
    message = "the work ended before it was interrupted"
    raise RuntimeError(message)


def interrupted(folder: Path) -> bool:
    """Ctrl-C at several moments of long work: the longest wait, in seconds."""
    frame, many = log(ROWS), log(ROWS * 5)
    moments = [0.05, 0.2, 0.5, 0.9]

    def into_a_file() -> None:
        with crm_core.open(folder / f"{uuid4()}.db") as crm:
            crm.intake.purchases(frame, "currency=EUR")

    def into_memory() -> None:
        with crm_core.in_memory() as crm:
            crm.intake.purchases(frame, "currency=EUR")

    def tables() -> None:
        while True:
            crm_core.summarize(many, customer="customer", time="date", amount="amount", as_of="2026-01-01", unit="days")

    summary = crm_core.summarize(
        many, customer="customer", time="date", amount="amount", as_of="2026-01-01", unit="days"
    )

    def fits() -> None:
        while True:
            ParetoNbd().fit(summary)

    good = []
    for name, work in {"import": into_a_file, "import-in-memory": into_memory, "summary": tables, "fit": fits}.items():
        longest = max(waited(work, after) for after in moments)
        good.append(bar(f"ctrl-c-{name}", longest, 1.0, 0.1, at_most=True))
    return all(good)


def calls() -> None:
    """What a call and a record cost; for the table in the documentation."""
    with crm_core.in_memory() as crm:
        id = crm.customers.create(NewCustomer.person("Anna Example")).id  # noqa: A001
        engine = crm._shared.engine
        rounds = 20_000
        for name, work in {
            "an operation that does nothing": lambda: engine.call("segments.id_of", {"name": "vip"}),
            "the clock": crm.now,
            "a customer read": lambda: crm.customers.get(id),
        }.items():
            start = time.perf_counter()
            for _ in range(rounds):
                work()
            print(f"call python {name}: {(time.perf_counter() - start) / rounds * 1e6:.2f} us")


def main() -> None:
    """Run all bars."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        good = [scoring(), importing(folder), reading(folder), interrupted(folder)]
    calls()
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
