"""Who stays: cohorts, survival curves, tests between groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ._convert import encode
from ._model import model
from ._rows import Rows, analyse, columns_of, flat
from .base import CalendarUnit
from .models import check_unit, horizon_in
from .response import Interval
from .score import Span, TimeUnit

if TYPE_CHECKING:
    from ._sources import ArrowStream


@model
class CohortOptions:
    """How cohorts are made.

    Attributes
    ----------
    period : CalendarUnit
        The period by which customers are grouped and time is counted: civil weeks, months, quarters or years.
    as_of : date
        The last day that counts. A period that ends later is marked as incomplete.
    currency : str
        The currency of the amounts.
    """

    period: CalendarUnit
    as_of: date
    currency: str


@model
class CohortCell:
    """What a cohort did in one period.

    Attributes
    ----------
    customers : int
        How many of its customers bought.
    orders : int
        How many purchases they made.
    minor : int
        What they spent less what they gave back, in minor units.
    complete : bool
        Whether the period was over on the last day; otherwise more may come (it is censored).
    """

    customers: int
    orders: int
    minor: int
    complete: bool


@model
class Cohort:
    """The customers who first bought in one period.

    Attributes
    ----------
    start : date
        The first day of the period.
    customers : int
        How many customers there are.
    cells : Sequence[CohortCell]
        What they did in that period and in each that followed.
    """

    start: date
    customers: int
    cells: Sequence[CohortCell]


@model
class CohortTable(Rows):
    """Cohorts and what they did.

    Attributes
    ----------
    period : CalendarUnit
        The period.
    as_of : date
        The last day that counted.
    currency : str
        The currency of the amounts.
    cohorts : Sequence[Cohort]
        The cohorts, by rising period; periods without a new customer are left out.
    later_rows : int
        Rows after the last day.
    unmatched_refunds : int
        Refunds to customers who had not bought before.
    """

    period: CalendarUnit
    as_of: date
    currency: str
    cohorts: Sequence[Cohort]
    later_rows: int
    unmatched_refunds: int

    def _columns(self) -> list[tuple[str, Any]]:
        cells = [(one, at, cell) for one in self.cohorts for at, cell in enumerate(one.cells)]
        return [
            ("cohort", [one.start.isoformat() for one, _, _ in cells]),
            ("size", [one.customers for one, _, _ in cells]),
            ("period", [at for _, at, _ in cells]),
            ("customers", [cell.customers for _, _, cell in cells]),
            ("orders", [cell.orders for _, _, cell in cells]),
            ("minor", [cell.minor for _, _, cell in cells]),
            ("complete", [cell.complete for _, _, cell in cells]),
            ("retention", [cell.customers / one.customers for one, _, cell in cells]),
        ]

    def _title(self) -> str:
        return f"{len(self.cohorts)} cohorts, as of {self.as_of}"


@model
class SurvivalStep:
    """What is known at one time at which somebody's stay ended.

    Attributes
    ----------
    time : float
        The time.
    at_risk : float
        How many customers were still seen just before.
    ended : float
        How many of them ended.
    survival : Interval
        The share that stays longer (Kaplan & Meier), with Greenwood's standard error and the log-log interval.
    hazard : Interval
        The cumulated hazard (Nelson & Aalen), with Aalen's standard error and the log interval.
    """

    time: float
    at_risk: float
    ended: float
    survival: Interval
    hazard: Interval


@model
class SurvivalCurve(Rows):
    """How many stay how long.

    Attributes
    ----------
    unit : TimeUnit
        The unit of the times.
    customers : float
        How many customers were looked at.
    censored : float
        How many of them were still there when they were last seen.
    seen_until : float
        Up to which time anybody was seen.
    steps : Sequence[SurvivalStep]
        The times at which somebody's stay ended, rising.
    """

    unit: TimeUnit
    customers: float
    censored: float
    seen_until: float
    steps: Sequence[SurvivalStep]

    def _columns(self) -> list[tuple[str, Any]]:
        rows = [flat(encode(one)) for one in self.steps]
        names = list(rows[0]) if rows else []
        return [(name, [row[name] for row in rows]) for name in names]

    def survival_at(self, span: Span | str) -> float | None:
        """Give the share that survives a length of time; nothing beyond the longest time that was seen."""
        time = horizon_in(span, self.unit).length
        survival = 1.0
        for step in self.steps:
            if step.time > time:
                break
            survival = step.survival.estimate
        return survival if time <= self.seen_until or survival == 0.0 else None

    def median(self) -> Span | None:
        """Give the time at which at least half have ended; nothing when fewer did."""
        for step in self.steps:
            if step.survival.estimate <= 0.5:
                return Span(length=step.time, unit=self.unit)
        return None


@model
class LogRankGroup:
    """One group of the test.

    Attributes
    ----------
    customers : float
        How many customers it has.
    observed : float
        How many of them ended.
    expected : float
        How many would have ended if all groups stayed equally long.
    """

    customers: float
    observed: float
    expected: float


@model
class LogRank:
    """Whether groups stay equally long.

    Attributes
    ----------
    groups : Sequence[LogRankGroup]
        The groups, in their order.
    chi_square : float
        The statistic.
    degrees : int
        Its degrees of freedom.
    p_value : float
        How likely such a statistic or a greater one is when all groups stay equally long.
    """

    groups: Sequence[LogRankGroup]
    chi_square: float
    degrees: int
    p_value: float


def cohorts(
    table: ArrowStream,
    *,
    customer: str,
    time: str,
    amount: str | None = None,
    minor: str | None = None,
    as_of: date | str,
    period: CalendarUnit | str = CalendarUnit.MONTH,
    currency: str = "EUR",
    zone: str = "UTC",
) -> CohortTable:
    """Group customers by the calendar period of their first purchase, and see who of them came back in each later one.

    Parameters
    ----------
    table
        One row for each purchase and refund.
    customer, time
        The columns that say who and when.
    amount
        The column of amounts in major units; a refund is below zero.
    minor
        Instead of `amount`: in minor units.
    as_of
        The last day that counts. A period that it cuts is marked as not complete.
    period
        `"day"`, `"week"`, `"month"`, `"quarter"` or `"year"`.
    currency
        The currency of the amounts.
    zone
        The zone whose civil days are meant.

    Returns
    -------
    CohortTable
        The cohorts. It is a table, too: one row for each cohort and period, with `retention`.

    Examples
    --------
    >>> import pyarrow
    >>> from crm_core import cohorts
    >>> log = pyarrow.table({
    ...     "who": ["ann", "ann", "bo"], "day": ["2026-01-03", "2026-02-07", "2026-01-20"], "paid": [5, 7, 6],
    ... })
    >>> january = cohorts(log, customer="who", time="day", amount="paid", as_of="2026-02-28").cohorts[0]
    >>> january.customers, [cell.customers for cell in january.cells]
    (2, [2, 1])
    """
    column = minor if amount is None else amount
    if column is None or (amount is not None and minor is not None):
        raise TypeError("cohorts() needs either amount= or minor=")
    columns = columns_of(table)
    last = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    customers, _ = columns.numbered(customer)
    answer: CohortTable = analyse(
        CohortTable,
        "cohorts",
        customer=customers,
        day=columns.days(time, zone),
        minor=columns.amounts(column, amount is None, currency),
        options=CohortOptions(period=CalendarUnit(period), as_of=last, currency=currency),
    )
    return answer


def survival_curve(
    table: ArrowStream,
    *,
    duration: str,
    ended: str,
    unit: TimeUnit | str = TimeUnit.DAYS,
    level: float = 0.95,
) -> SurvivalCurve:
    """Say what share is still there after each time (Kaplan-Meier), and the risk up to it (Nelson-Aalen).

    Parameters
    ----------
    table
        One row for each customer or contract.
    duration
        The column that says how long each was seen.
    ended
        The column that says whether it then ended (true) or was only seen no longer (false).
    unit
        The unit of the durations.
    level
        How sure the intervals are.

    Examples
    --------
    >>> import pyarrow
    >>> from crm_core import survival_curve
    >>> seen = pyarrow.table({"months": [1, 2, 2, 3], "left": [True, True, False, False]})
    >>> curve = survival_curve(seen, duration="months", ended="left", unit="months")
    >>> [round(step.survival.estimate, 2) for step in curve.steps]
    [0.75, 0.5]
    """
    columns = columns_of(table)
    answer: SurvivalCurve = analyse(
        SurvivalCurve,
        "survival_curve",
        unit=check_unit(unit),
        durations=columns.numbers(duration, False),
        ended=columns.truths(ended),
        level=level,
    )
    return answer


def log_rank(
    table: ArrowStream, *, duration: str, ended: str, group: str, unit: TimeUnit | str = TimeUnit.DAYS
) -> LogRank:
    """Test whether groups survive alike (Mantel 1966). The groups are in the order in which they first appear.

    Parameters
    ----------
    table
        One row for each customer or contract.
    duration, ended
        As for `survival_curve`.
    group
        The column that says to which group each belongs.
    unit
        The unit of the durations.

    Raises
    ------
    InsufficientData
        With fewer than two groups, or when nothing ended.
    """
    columns = columns_of(table)
    groups, _ = columns.numbered(group)
    answer: LogRank = analyse(
        LogRank,
        "log_rank",
        unit=check_unit(unit),
        durations=columns.numbers(duration, False),
        ended=columns.truths(ended),
        group=groups,
    )
    return answer
