"""Tables of every library in, and out again."""

from __future__ import annotations

import datetime as dt
import decimal
import pickle
from typing import Any

import crm_core
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from crm_core import BgNbd, GammaGamma, MbgNbd, ParetoNbd, Span, TimeUnit, ValueTerms, lifetime_value, segment

AS_OF = dt.date(2026, 6, 29)
START = dt.date(2026, 1, 5)


def purchases() -> dict[str, list[Any]]:
    rows = [
        (f"c{c:02}", START + dt.timedelta(days=c % 30 + n * (5 + c % 11)), 15.0 + 0.1 * c + n)
        for c in range(40)
        for n in range(c % 7 + 1)
    ]
    return {"who": [row[0] for row in rows], "day": [row[1] for row in rows], "paid": [row[2] for row in rows]}


LOG = pa.table(purchases())


def summary(table: Any = LOG, **more: Any) -> crm_core.Summaries:
    given: dict[str, Any] = {"customer": "who", "time": "day", "amount": "paid", "as_of": AS_OF, **more}
    return crm_core.summarize(table, **given)


KINDS = {
    "pyarrow table": lambda: LOG,
    "pyarrow batch": lambda: LOG.combine_chunks().to_batches()[0],
    "pyarrow reader": LOG.to_reader,
    "polars": lambda: pl.DataFrame(LOG),
    "pandas": LOG.to_pandas,
    "duckdb": lambda: duckdb.sql("select * from LOG"),
    "ours": lambda: segment("paid > 0").apply(LOG),
    "dictionary": lambda: LOG.set_column(0, "who", LOG["who"].dictionary_encode()),
    "many chunks": lambda: pa.concat_tables([LOG.slice(at, 7) for at in range(0, len(LOG), 7)]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_table_gives_the_same(kind: str) -> None:
    assert summary(KINDS[kind]()).to_arrow().equals(summary().to_arrow())


def test_amounts_in_every_form_are_the_same() -> None:
    cents = [round(paid * 100) for paid in purchases()["paid"]]
    exact = [decimal.Decimal(cent) / 100 for cent in cents]
    for column, form in {
        "amount": pa.array(exact, pa.decimal128(12, 2)),
        "text": pa.array([str(one) for one in exact]),
    }.items():
        table = LOG.append_column(column, form)
        assert summary(table, amount=column).to_arrow().equals(summary().to_arrow())
    table = LOG.append_column("minor", pa.array(cents, pa.int32()))
    assert summary(table, amount=None, minor="minor").to_arrow().equals(summary().to_arrow())


def test_times_are_days_of_the_zone() -> None:
    late = dt.datetime(2026, 1, 1, 23, 30, tzinfo=dt.UTC)
    table = pa.table({"who": [1, 1], "day": pa.array([late, late + dt.timedelta(days=3)]), "paid": [1, 2]})
    first = {zone: summary(table, zone=zone).to_arrow()["first"][0].as_py() for zone in ("UTC", "Europe/Berlin")}
    assert first == {"UTC": dt.date(2026, 1, 1), "Europe/Berlin": dt.date(2026, 1, 2)}
    naive = table.set_column(1, "day", table["day"].cast(pa.timestamp("ms")))
    assert summary(naive, zone="Europe/Berlin").to_arrow()["first"][0].as_py() == dt.date(2026, 1, 1)


def test_out_without_a_copy() -> None:
    ours = summary()
    once, again = pa.table(ours), pa.table(ours)
    assert once["total_minor"].chunk(0).buffers()[1].address == again["total_minor"].chunk(0).buffers()[1].address
    del ours
    assert once["total_minor"].to_pylist()[0] == 1_500
    everywhere = {
        "polars": summary().to_polars().height,
        "pandas": len(summary().to_pandas()),
        "arrow": summary().to_arrow().num_rows,
        "len": len(summary()),
    }
    assert set(everywhere.values()) == {40}
    ours = summary()  # noqa: F841 (DuckDB finds it by its name)
    assert duckdb.sql("select count(*) from ours").fetchall() == [(40,)]


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match=r"no column 'whoo'; did you mean who\? The table has: who, day, paid") as caught:
        summary(customer="whoo")
    assert isinstance(caught.value, crm_core.NoColumn)
    assert (caught.value.columns, caught.value.nearest) == (["who", "day", "paid"], "who")


def test_what_is_no_table_is_told_so() -> None:
    with pytest.raises(TypeError, match=r"call \.collect\(\) first"):
        summary(pl.DataFrame(LOG).lazy())
    with pytest.raises(TypeError, match="a dict is no table: give one of pyarrow, polars"):
        summary({"who": [1]})


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("who", pa.array(["a", None]), "who: row 1 has no value"),
        ("paid", pa.array([1.0, float("nan")]), "paid: row 1 is out of range"),
        ("paid", pa.array([decimal.Decimal("1.005"), decimal.Decimal("1.000")]), "paid: row 0: no whole number"),
        ("day", pa.array(["2026-01-01", "first of May"]), "day: row 1: neither yyyy-mm-dd"),
        ("day", pa.array([True, False]), "day: holds Boolean; dates or times are needed"),
    ],
)
def test_a_wrong_row_is_named_without_its_value(column: str, values: pa.Array, message: str) -> None:
    good = {"who": ["a", "b"], "day": ["2026-01-01", "2026-01-02"], "paid": [1.0, 2.0]}
    with pytest.raises(crm_core.Invalid, match=message) as caught:
        summary(pa.table({**good, column: values}))
    assert "May" not in str(caught.value)


def test_models() -> None:
    ours = summary()
    fit = BgNbd().fit(ours)
    assert fit.model.unit is TimeUnit.WEEKS
    scored = fit.score(ours, horizon="13w").to_polars()
    assert scored.columns == ["customer", "p_alive", "purchases"]
    assert scored["p_alive"].is_between(0, 1).all()
    # The same from a table of histories, in weeks.
    table = fit.score(ours.to_polars(), horizon=dt.timedelta(weeks=13)).to_polars()
    assert table["purchases"].to_list() == scored["purchases"].to_list()
    for other in (MbgNbd(), ParetoNbd()):
        assert other.fit(ours).score(ours, horizon="13w").to_polars()["p_alive"].is_between(0, 1).all()
    spend = GammaGamma().fit(ours)
    values = lifetime_value(ours, fit, spend, ValueTerms(margin=0.3))
    flows = values.flows(3)
    assert flows is not None
    assert len(flows) == 13
    assert values.total() == pytest.approx(values.to_polars()["value"].sum())


def test_the_published_example() -> None:
    # P. Fader, B. Hardie, K. L. Lee, "Counting Your Customers the Easy Way", 2005: 1.226 purchases in 39 weeks.
    model = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    history = pa.table({"frequency": [2], "recency": [30.43], "T": [38.86], "id": ["x"]})
    answer = model.score(history, horizon="39w", repeats="frequency", age="T", customer="id").to_arrow().to_pylist()
    assert answer == [
        {"id": "x", "p_alive": pytest.approx(0.7266, abs=1e-4), "purchases": pytest.approx(1.226, abs=1e-3)}
    ]


def test_units_are_never_mixed() -> None:
    with pytest.raises(crm_core.Invalid, match="counted in days, but weeks are expected"):
        BgNbd(r=0.2, alpha=4, a=0.7, b=2.4).score(summary(), horizon=Span(length=90, unit=TimeUnit.DAYS))
    with pytest.raises(crm_core.Invalid, match="a parameter is positive and finite"):
        BgNbd().score(summary(), horizon="1w")


def test_too_little_data() -> None:
    with pytest.raises(crm_core.InsufficientData) as caught:
        BgNbd().fit(summary(LOG.slice(0, 1)))
    assert isinstance(caught.value, ValueError)


def test_rfm() -> None:
    rfm = summary().rfm()
    frame = rfm.to_polars()
    assert frame.columns == ["customer", "recency_days", "frequency", "monetary_minor", "r", "f", "m", "segment"]
    assert sum(rfm.sizes().values()) == 40
    assert rfm.segments[0].name == "champions"


def test_segments_on_tables() -> None:
    table = pa.table({
        "who": ["a", "b", "c"],
        "total": [120, None, 20],
        "tags": [["vip"], ["vip"], []],
        "joined": [dt.date(2026, 1, 1), dt.date(2025, 1, 1), None],
    })  # fmt: skip
    rich = segment("total >= 100")
    assert rich.apply(table).to_arrow()["who"].to_pylist() == ["a"]
    assert rich.mask(table).to_arrow()["member"].to_pylist() == [True, False, False]
    assert segment("not (total >= 100)").mask(table).to_arrow()["member"].to_pylist() == [False, False, True]
    assert segment("joined >= 2025-06-01").apply(table).to_arrow()["who"].to_pylist() == ["a"]
    with pytest.raises(crm_core.SegmentError, match="the table has: who, total"):
        segment("totl >= 100").apply(table)
    with pytest.raises(ValueError, match="byte"):
        segment("total >=")


def test_pickles() -> None:
    fit = BgNbd().fit(summary())
    for one in (fit, fit.model, segment("paid > 1"), crm_core.Money("1.20 EUR"), Span.parse("4w")):
        assert pickle.loads(pickle.dumps(one)) == one


def test_html() -> None:
    ours = summary()
    fit = BgNbd().fit(ours)
    for one in (ours, ours.rfm(), fit, fit.score(ours, horizon="4w")):
        assert one._repr_html_().startswith("<table>")
    assert "40 customers" in repr(ours)
    script = segment("paid > 0").apply(LOG.rename_columns(["<b>", "day", "paid"]))
    assert "&lt;b&gt;" in script._repr_html_()


def test_pandas_frames_keep_their_types() -> None:
    frame = summary().to_pandas()
    assert isinstance(frame, pd.DataFrame)
    assert frame["total_minor"].dtype == "int64"
