"""Tables of what customers did: summaries of purchases, scores, lifetime values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from . import _core
from ._convert import decode
from ._model import model
from ._rows import Rows
from .errors import CrmError, _from_core
from .models import BgNbd, GammaGammaFit, PurchaseFit, check_unit
from .score import CutPoints, Dropped, Refunds, RfmOptions, RfmSegment, SummaryOptions, TimeUnit, ValueTerms
from .table import Table

if TYPE_CHECKING:
    from uuid import UUID

    from ._sources import ArrowStream


class _Lazy(Table):
    """A table whose columns are made when somebody asks for them, and kept."""

    __slots__ = ("_inner",)

    _inner: Any

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def _rows(self) -> _core.Table:
        try:
            return self._table
        except AttributeError:
            self._table = self._inner.rows()
            return self._table

    def __len__(self) -> int:
        return len(self._inner)

    def to_data(self) -> Any:
        """Give everything as plain data: dictionaries, lists, numbers and texts."""
        return self._inner.data()


class Summaries(_Lazy):
    """What each customer bought, one row each: the sufficient statistic of the purchase models.

    Columns: `customer`; `repeats`, the days with a purchase after the first one (x); `orders`, the purchases one by one;
    `first` and `last`, the days of the first and the last purchase; `recency` (t_x) and `age` (T), counted from the first
    purchase in the unit of the summary; `repeat_minor` and `total_minor`, what was spent after the first day and in all.
    All purchases of one day are one purchase, and the first day is no repeat.
    """

    __slots__ = ("_about",)

    _inner: _core.Summaries
    _about: dict[str, Any]

    def _known(self, name: str) -> Any:
        try:
            about = self._about
        except AttributeError:
            about = self._about = self._inner.about()
        return about[name]

    @property
    def unit(self) -> TimeUnit:
        """The unit in which models count time."""
        return TimeUnit(self._known("unit"))

    @property
    def as_of(self) -> date:
        """The last day that counted."""
        return date.fromisoformat(self._known("as_of"))

    @property
    def holdout_until(self) -> date | None:
        """The last day of the holdout, if there is one."""
        until = self._known("holdout_until")
        return None if until is None else date.fromisoformat(until)

    @property
    def zone(self) -> str:
        """The zone whose civil days were used."""
        return str(self._known("zone"))

    @property
    def currency(self) -> str:
        """The currency of the amounts."""
        return str(self._known("currency"))

    @property
    def dropped(self) -> Dropped:
        """What was left out, and why."""
        answer: Dropped = decode(Dropped, self._known("dropped"))
        return answer

    @property
    def left_out(self) -> int:
        """Orders and refunds of a store in another currency or without an amount, which are not in the table."""
        return int(self._known("left_out"))

    def rfm(self, options: RfmOptions | None = None) -> RfmTable:
        """Score the customers by recency, frequency and spend, 1 to 5 each, and name groups.

        Equal values always get equal scores, whatever the order of the customers.

        Raises
        ------
        InsufficientData
            Without customers.
        """
        return RfmTable(self._inner.rfm(RfmOptions() if options is None else options))

    def _title(self) -> str:
        repeats = self._inner.repeats(1)
        once = f"{repeats[0] / len(self):.0%} bought on one day only" if len(self) else "nobody"
        return f"{len(self):,} customers, {once}, as of {self.as_of}, in {self.unit}, {self.currency}"


class RfmTable(_Lazy):
    """Recency, frequency and monetary scores, one row for each row of a summary.

    Columns: `customer`, `recency_days`, `frequency`, `monetary_minor`, the scores `r`, `f` and `m`, and `segment`.
    """

    __slots__ = ()

    _inner: _core.RfmTable

    @property
    def as_of(self) -> date:
        """The day up to which recency was counted."""
        return date.fromisoformat(self._inner.about()["as_of"])

    @property
    def cuts(self) -> CutPoints:
        """Where the scores part; give them to `RfmRuleGiven` to score other customers alike."""
        answer: CutPoints = decode(CutPoints, self._inner.about()["cuts"])
        return answer

    @property
    def segments(self) -> Sequence[RfmSegment]:
        """The segments that were tried, in order."""
        answer: Sequence[RfmSegment] = decode(Sequence[RfmSegment], self._inner.about()["segments"])
        return answer

    @classmethod
    def from_data(cls, data: Any) -> RfmTable:
        """Read what `to_data` gave; customers are known by number."""
        return cls(_core.RfmTable.of(data))

    def sizes(self) -> dict[str | None, int]:
        """How many customers each segment has; `None` stands for those that no segment takes."""
        return dict(self._inner.sizes())

    def _title(self) -> str:
        return f"{len(self):,} customers, as of {self.as_of}"


@model
class RfmFlow:
    """Customers who went from one segment to another, or stayed.

    Attributes
    ----------
    from_ : str | None
        The segment on the earlier day; none for customers who had not bought yet, or were in no segment.
    to : str | None
        The segment on the later day; none for customers whose purchases were all given back, or who are in no
        segment.
    customers : int
        How many customers.
    new : int
        How many of them had not bought yet on the earlier day.
    """

    from_: str | None = None
    to: str | None = None
    customers: int
    new: int


@model
class RfmMigration(Rows):
    """How customers moved between segments.

    Attributes
    ----------
    from_ : date
        The earlier day.
    to : date
        The later day.
    flows : Sequence[RfmFlow]
        The flows, in the order of their names; every customer of either day is in one of them.
    """

    from_: date
    to: date
    flows: Sequence[RfmFlow]

    def _columns(self) -> list[tuple[str, Any]]:
        return [
            ("from", [one.from_ for one in self.flows]),
            ("to", [one.to for one in self.flows]),
            ("customers", [one.customers for one in self.flows]),
            ("new", [one.new for one in self.flows]),
        ]

    def _title(self) -> str:
        return f"from {self.from_} to {self.to}"


def rfm_migration(earlier: RfmTable, later: RfmTable) -> RfmMigration:
    """Say who moved between segments from one table of scores to a later one, and who is new.

    Parameters
    ----------
    earlier, later
        The tables. Customers are the same when they have the same name.
    """
    answer: RfmMigration = decode(RfmMigration, _core.rfm_migration(earlier._inner, later._inner))
    return answer


class ValueTable(_Lazy):
    """Lifetime values, one row for each row of a summary.

    Columns: `customer`, `purchases`, `discounted_purchases`, `spend` and `value`, the last two in major units and missing
    where the spend model has no mean.
    """

    __slots__ = ()

    _inner: _core.Values

    @property
    def terms(self) -> ValueTerms:
        """Over which periods and on what terms value was reckoned."""
        answer: ValueTerms = decode(ValueTerms, self._inner.about()["terms"])
        return answer

    @property
    def currency(self) -> str:
        """The currency of spend and value."""
        return str(self._inner.about()["currency"])

    def total(self) -> float:
        """The value of all customers whose value is known, in major units."""
        return self._inner.total()

    def flows(self, row: int) -> list[float] | None:
        """The cash flow of each period of the customer in a row, not discounted, in major units."""
        return self._inner.flows(row)

    def _title(self) -> str:
        return f"{len(self):,} customers, {self.total():,.2f} {self.currency} in all"


class PurchaseColumns(_Lazy):
    """Purchases, one row for each order and refund: `customer`, `day` and `minor`, which is negative for a refund."""

    __slots__ = ()

    _inner: _core.Purchased

    @property
    def other_currency(self) -> int:
        """Orders and refunds in another currency, which are not in the table."""
        return self._inner.left_out()[0]

    @property
    def without_amount(self) -> int:
        """Orders and refunds without an amount, which are not in the table."""
        return self._inner.left_out()[1]


class Assessment(_Lazy):
    """Everybody who ever bought, one row each: summary, scores, forecast and value.

    The columns are those of `Summaries`, then `r`, `f`, `m` and `segment`, then `p_alive` and `purchases` where there is a
    purchase model, then `spend` and `value` where there are both models.
    """

    __slots__ = ("purchases", "spend")

    _inner: _core.Assessed

    purchases: PurchaseFit[BgNbd] | CrmError
    """The purchase model, or what it lacks."""
    spend: GammaGammaFit | CrmError
    """The spend model, or what it lacks."""

    def __init__(self, inner: _core.Assessed) -> None:
        super().__init__(inner)
        purchases, spend = inner.models()
        self.purchases = _fit_or_error(PurchaseFit[BgNbd], purchases)
        self.spend = _fit_or_error(GammaGammaFit, spend)

    @property
    def summaries(self) -> Summaries:
        """The summary of the purchases."""
        return Summaries(self._inner.summaries())

    @property
    def rfm(self) -> RfmTable:
        """The scores."""
        return RfmTable(self._inner.rfm())

    @property
    def values(self) -> ValueTable | None:
        """The lifetime values, with both models."""
        values = self._inner.values()
        return None if values is None else ValueTable(values)

    def of(self, customer: UUID) -> dict[str, Any] | None:
        """What is known of a customer, as plain data; nothing of one who never bought."""
        known: dict[str, Any] | None = self._inner.of(customer)
        return known

    def _title(self) -> str:
        return f"{len(self):,} customers, as of {self.summaries.as_of}"


def _fit_or_error(cls: Any, data: dict[str, Any]) -> Any:
    if "Err" in data:
        return _from_core(data["Err"])
    return decode(cls, data["Ok"])


def summarize(
    table: ArrowStream,
    *,
    customer: str,
    time: str,
    amount: str | None = None,
    minor: str | None = None,
    as_of: date | str,
    currency: str = "EUR",
    unit: TimeUnit | str = TimeUnit.WEEKS,
    zone: str = "UTC",
    holdout_until: date | str | None = None,
    refunds: Refunds = Refunds.NET,
    threads: int = 1,
) -> Summaries:
    """Summarise a table of purchases: one row for each customer.

    Parameters
    ----------
    table
        Any object with `__arrow_c_stream__`: pyarrow, polars, pandas from 2.2 on, DuckDB, PySpark. It is not copied.
    customer
        The column that says who bought: texts or whole numbers.
    time
        The column that says when: dates; instants, which are moved into `zone`; times without a zone, which are taken
        for times of `zone`; or texts in ISO form.
    amount
        The column of amounts in major units: decimals, floats, whole numbers or texts.
    minor
        Instead of `amount`: the column of amounts in minor units, as whole numbers.
    as_of
        The last day that counts; ages are measured up to it. What lies after it is left out and counted in `dropped`.
    currency
        The currency of the amounts, by its ISO 4217 code; it says how many minor units a major one has.
    unit
        The unit in which models will count time.
    zone
        The zone whose civil days are meant.
    holdout_until
        The last day of a holdout, which begins on the day after `as_of`.
    refunds
        What becomes of amounts below zero.
    threads
        How many threads to use. The result is the same for every number.

    Raises
    ------
    KeyError
        When the table has no such column; the message names those it has.
    Invalid
        When a row has no value, or one that is no date or amount.

    Examples
    --------
    >>> import crm_core, pyarrow
    >>> log = pyarrow.table({
    ...     "who": ["ann", "bob", "ann"],
    ...     "day": ["2026-01-04", "2026-02-01", "2026-03-15"],
    ...     "paid": [99.0, 20.0, 15.0],
    ... })
    >>> summary = crm_core.summarize(log, customer="who", time="day", amount="paid", as_of="2026-03-29")
    >>> summary.to_arrow().select(["customer", "repeats", "recency", "age"]).to_pylist()[0]
    {'customer': 'ann', 'repeats': 1, 'recency': 10.0, 'age': 12.0}
    """
    column = minor if amount is None else amount
    if column is None or (amount is not None and minor is not None):
        raise TypeError("summarize() needs either amount= or minor=")
    options = SummaryOptions(
        as_of=_day(as_of),
        holdout_until=None if holdout_until is None else _day(holdout_until),
        unit=check_unit(unit),
        zone=zone,
        currency=currency,
        refunds=refunds,
        threads=threads,
    )
    inner = _core.summarize(
        table,
        options,
        customer=customer,
        time=time,
        amount=column,
        is_minor=amount is None,
    )
    return Summaries(inner)


def _day(day: date | str) -> date:
    if isinstance(day, str):
        return date.fromisoformat(day)
    return day.date() if isinstance(day, datetime) else day


__all__ = [
    "Assessment",
    "PurchaseColumns",
    "RfmFlow",
    "RfmMigration",
    "RfmTable",
    "Summaries",
    "ValueTable",
    "rfm_migration",
    "summarize",
]
