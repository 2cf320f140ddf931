"""From a log of purchases to lifetime values, without a store: the CDNOW log in polars."""

from pathlib import Path

import crm_core
import polars as pl
from crm_core import BgNbd, GammaGamma, Money, lifetime_value

LOG = Path(__file__).parents[1] / "data" / "CDNOW_master.txt"


def main() -> None:
    """Fit the first 39 weeks, and look a year ahead."""
    log = (
        pl.read_csv(LOG, new_columns=["line"])
        .select(pl.col("line").str.extract_all(r"\S+").list.to_struct(fields=["customer", "day", "cds", "paid"]))
        .unnest("line")
        .with_columns(pl.col("day").str.to_date("%Y%m%d"), pl.col("paid").cast(pl.Float64))
    )

    summary = crm_core.summarize(
        log, customer="customer", time="day", amount="paid", currency="USD", as_of="1997-09-30"
    )
    print(summary)
    print(summary.rfm().sizes())

    purchases = BgNbd().fit(summary)
    spend = GammaGamma().fit(summary)
    print(purchases)
    print(spend)

    values = lifetime_value(summary, purchases, spend)
    print(values.to_polars().sort("value", descending=True).head(3))
    print("in all about", Money.from_minor(round(values.total()) * 100, "USD"))


if __name__ == "__main__":
    main()
