"""How customers behave: summaries, recency, frequency and spend, purchase and spend models, lifetime value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import date
from typing import ClassVar, Literal, TypeAlias

from ._model import Word, model
from .errors import Invalid


class TimeUnit(Word):
    """The unit in which a summary, a model and a horizon count time.

    Every unit is a fixed number of days. Months and years are the means of the Gregorian calendar (400 years are
    146,097 days), not civil months.
    """

    DAYS = "days"
    """Days."""
    WEEKS = "weeks"
    """Seven days."""
    MONTHS = "months"
    """30.436875 days."""
    YEARS = "years"
    """365.2425 days."""

    @property
    def in_days(self) -> float:
        """How many days one unit has."""
        return _IN_DAYS[self.value]


_IN_DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.436875, "years": 365.2425}
_LETTERS = {"d": "days", "w": "weeks", "m": "months", "y": "years"}


@model
class Span:
    """A length of time and its unit: the horizon of a forecast, the age of a customer.

    Attributes
    ----------
    length : float
        How many units.
    unit : TimeUnit
        The unit.

    Examples
    --------
    >>> from crm_core import Span, TimeUnit
    >>> Span.parse("52w").to(TimeUnit.DAYS)
    Span(length=364.0, unit=<TimeUnit.DAYS: 'days'>)
    """

    length: float
    unit: TimeUnit

    @classmethod
    def parse(cls, text: str) -> Span:
        """Read `90d`, `52w`, `6m` or `1y`."""
        number, letter = text[:-1].strip(), text[-1:]
        if letter not in _LETTERS:
            raise Invalid("span: expected a number and one of d, w, m, y", fields={"field": "span"})
        try:
            length = float(number)
        except ValueError:
            raise Invalid("span: expected a number and one of d, w, m, y", fields={"field": "span"}) from None
        return cls(length=length, unit=TimeUnit(_LETTERS[letter]))

    def to(self, unit: TimeUnit) -> Span:
        """Give the same length in another unit."""
        if unit == self.unit:
            return self
        return Span(length=self.length * self.unit.in_days / unit.in_days, unit=unit)


class Frequency(Word):
    """What counts as frequency."""

    DAYS = "days"
    """Days with a purchase."""
    ORDERS = "orders"
    """Purchases, those of one day counted one by one."""


class Monetary(Word):
    """What counts as monetary value."""

    TOTAL = "total"
    """What was spent in all."""
    MEAN = "mean"
    """What was spent on a day with a purchase, on average."""


@model
class CutPoints:
    """The four values that part the five scores of each measure.

    Attributes
    ----------
    recency_days : tuple[float, float, float, float]
        Days since the last purchase.
    frequency : tuple[float, float, float, float]
        Purchases.
    monetary_minor : tuple[float, float, float, float]
        Minor units.
    upper : bool
        Whether a value that equals a cut point lies above it; by default it lies below.
    """

    recency_days: tuple[float, float, float, float]
    frequency: tuple[float, float, float, float]
    monetary_minor: tuple[float, float, float, float]
    upper: bool = False


@model
class RfmRuleGiven:
    """At cut points of the caller's own, or those of an earlier table.

    Attributes
    ----------
    value : CutPoints
        What the variant holds.
    """

    _tag: ClassVar[str] = "given"
    _bare: ClassVar[bool] = True
    value: CutPoints


RfmRule: TypeAlias = Literal["quintiles", "r_package", "pymc_marketing"] | RfmRuleGiven
"""Where the scores part."""


@model
class RfmSegment:
    """A named box of scores. Bounds are inclusive.

    Attributes
    ----------
    name : str
        The name.
    r : tuple[int, int]
        The lowest and highest score for recency.
    f : tuple[int, int]
        The lowest and highest score for frequency.
    m : tuple[int, int]
        The lowest and highest score for monetary value.
    """

    name: str
    r: tuple[int, int]
    f: tuple[int, int]
    m: tuple[int, int]


@model
class RfmOptions:
    """How customers are scored and named.

    Attributes
    ----------
    frequency : Frequency
        What counts as frequency.
    monetary : Monetary
        What counts as monetary value.
    rule : RfmRule
        Where the scores part.
    segments : Sequence[RfmSegment] | None
        The segments, first match first; those of the core by default.
    """

    frequency: Frequency = Frequency.DAYS
    monetary: Monetary = Monetary.TOTAL
    rule: RfmRule = "quintiles"
    segments: Sequence[RfmSegment] | None = None


class Refunds(Word):
    """What becomes of amounts below zero."""

    NET = "net"
    """A refund gives back the customer's newest purchases first, down to nothing. A day of purchases that was given back in full is no purchase; what is left of a refund when no purchase is left is dropped and counted."""
    DROP = "drop"
    """Refunds are left out and counted."""
    ERROR = "error"
    """A refund is an error."""


@model
class SummaryOptions:
    """How purchases become a summary.

    Attributes
    ----------
    as_of : date
        The last day that counts; ages are measured up to it.
    holdout_until : date | None
        The last day of the holdout, which begins on the day after `as_of`; none without a holdout.
    unit : TimeUnit
        The unit in which models will count time.
    zone : str
        The zone whose civil days the day numbers are.
    currency : str
        The currency of the amounts.
    refunds : Refunds
        What becomes of amounts below zero.
    threads : int
        How many threads to use; 0 and 1 stay on the calling thread. The result is the same for every number.
    """

    as_of: date
    holdout_until: date | None = None
    unit: TimeUnit
    zone: str = "UTC"
    currency: str
    refunds: Refunds = Refunds.NET
    threads: int = 1


@model
class Rate:
    """A rate of interest for one unit of time: 0.15 per year.

    Attributes
    ----------
    rate : float
        The rate, 0.15 for 15 %.
    per : TimeUnit
        What it is for.
    """

    rate: float
    per: TimeUnit


@model
class ValueTerms:
    """Over which periods and on what terms value is reckoned.

    Attributes
    ----------
    period : Span
        The length of a period, in the unit of the purchase model.
    periods : int
        How many periods.
    discount : Rate
        The rate at which later money is worth less.
    margin : float
        The share of the spend that is earned, 0 to 1; 1 for revenue.
    """

    period: Span = field(default_factory=lambda: Span(length=4.0, unit=TimeUnit.WEEKS))
    periods: int = 13
    discount: Rate = field(default_factory=lambda: Rate(rate=0.15, per=TimeUnit.YEARS))
    margin: float = 1.0


@model
class AssessOptions:
    """As of when, in which unit, and on what terms customers are assessed.

    Attributes
    ----------
    summary : SummaryOptions
        How purchases become a summary; its unit is that of the models.
    rfm : RfmOptions
        How customers are ranked.
    horizon : Span
        The horizon of the expected purchases.
    terms : ValueTerms
        The terms of the lifetime value.
    """

    summary: SummaryOptions
    rfm: RfmOptions = field(default_factory=RfmOptions)
    horizon: Span = field(default_factory=lambda: Span(length=52.0, unit=TimeUnit.WEEKS))
    terms: ValueTerms = field(default_factory=ValueTerms)


class FitStatus(Word):
    """The verdict on a fit."""

    CONVERGED = "converged"
    """A maximum was found."""
    RIDGE = "ridge"
    """The likelihood hardly changes along some direction: the data do not say where on it the parameters lie."""
    STALLED = "stalled"
    """No maximum was found."""


@model
class FitWarningEdge:
    """The parameter ran off towards zero or infinity: its part of the model is not needed or not identified.

    Attributes
    ----------
    value : str
        What the variant holds.
    """

    _tag: ClassVar[str] = "edge"
    _bare: ClassVar[bool] = True
    value: str


FitWarning: TypeAlias = Literal["ill_conditioned", "few_customers"] | FitWarningEdge
"""Something to look at before the parameters of a fit are used."""


@model
class FixedParameter:
    """A parameter that is held at a value.

    Attributes
    ----------
    parameter : str
        The parameter's name.
    value : float
        Its value.
    """

    parameter: str
    value: float


@model
class Penalty:
    """A pull of a parameter towards a value.

    `((ln parameter - ln centre) / spread)^2 / 2` is taken from the log-likelihood.

    Attributes
    ----------
    parameter : str
        The parameter's name.
    centre : float
        The value towards which it is drawn.
    spread : float
        The standard deviation of the logarithm of the parameter, had there been no data.
    """

    parameter: str
    centre: float
    spread: float


@model
class FitOptions:
    """How models are fitted.

    Attributes
    ----------
    threads : int
        How many threads to use; 0 and 1 stay on the calling thread. The result is the same for every number.
    fixed : Sequence[FixedParameter]
        Parameters that are not sought but given.
    penalties : Sequence[Penalty]
        What draws parameters towards values that are known from elsewhere.
    """

    threads: int = 1
    fixed: Sequence[FixedParameter] = ()
    penalties: Sequence[Penalty] = ()


@model
class Convergence:
    """How a fit ended.

    A fit that did not converge is not an error: its numbers are there to look at, and this says what to think of
    them.

    Attributes
    ----------
    status : FitStatus
        The verdict.
    iterations : int
        Steps that were taken from the best starting point.
    evaluations : int
        Evaluations of the likelihood from all starting points.
    starts : int
        Starting points that were tried.
    gradient : float
        The largest slope of the log-likelihood per customer along the logarithm of a parameter.
    remaining : float
        How much log-likelihood another step would gain, by the quadratic model at the end.
    condition : float
        The greatest eigenvalue of the negative Hessian (on the logarithmic scale) over the least; infinite when the
        least is not positive. Its square root is the ratio of the best known direction's precision to the worst's.
    warnings : Sequence[FitWarning]
        What to look at before the numbers are used.
    """

    status: FitStatus
    iterations: int
    evaluations: int
    starts: int
    gradient: float
    remaining: float
    condition: float
    warnings: Sequence[FitWarning]


@model
class Dropped:
    """What a summary leaves out, and why.

    Attributes
    ----------
    later_rows : int
        Rows after the last day.
    refund_rows : int
        Refunds left out by `Drop`.
    returned_days : int
        Days whose purchases were given back in full.
    unmatched_minor : int
        Refunded minor units for which there was no purchase to give back.
    later_customers : int
        Customers whose rows all lie after `as_of`.
    empty_customers : int
        Customers without a purchase that was not given back.
    """

    later_rows: int
    refund_rows: int
    returned_days: int
    unmatched_minor: int
    later_customers: int
    empty_customers: int
