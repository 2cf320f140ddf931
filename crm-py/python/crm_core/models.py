"""Models of purchases and spend: fitted to a summary, asked about customers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeAlias, TypeVar, cast

from . import _core
from ._convert import decode
from ._model import model
from ._rows import analyse
from .errors import Invalid
from .response import Interval
from .score import Convergence, FitOptions, Rate, Span, TimeUnit, ValueTerms
from .table import Table, as_html

if TYPE_CHECKING:
    from ._sources import ArrowStream
    from .summaries import Summaries, ValueTable

_Row3 = tuple[float, float, float]


def horizon_in(horizon: Span | str | timedelta, unit: TimeUnit) -> Span:
    """Read a horizon. A text and a `timedelta` name their own unit and are converted; a `Span` is taken as it is."""
    if isinstance(horizon, str):
        return Span.parse(horizon).to(unit)
    if isinstance(horizon, timedelta):
        return Span(length=horizon / timedelta(days=1), unit=TimeUnit.DAYS).to(unit)
    return horizon


@model
class History:
    """One customer as the purchase models see it.

    Attributes
    ----------
    repeats : int
        Days with a purchase after the first one (`x`).
    recency : float
        From the first purchase to the last (`t_x`); 0 without a repeat.
    age : float
        From the first purchase to the day of the summary (`T`).
    unit : TimeUnit
        The unit of both times.
    """

    repeats: int
    recency: float
    age: float
    unit: TimeUnit


@model
class PurchaseOutlook:
    """What a purchase model says about one customer and a horizon.

    Attributes
    ----------
    p_alive : float
        The probability that the customer is alive now.
    p_alive_after : float
        The probability that it is still alive at the horizon.
    purchases : float
        The expected purchases until the horizon.
    p_purchase : float
        The probability of a purchase until the horizon; what is short of 1 is the risk of churn.
    discounted_purchases : float | None
        The expected purchases until the horizon, each discounted from when it happens; none without a rate.
    residual_purchases : float | None
        The same without a horizon (discounted expected residual transactions); none without a rate above zero.
    """

    p_alive: float
    p_alive_after: float
    purchases: float
    p_purchase: float
    discounted_purchases: float | None = None
    residual_purchases: float | None = None


@model
class NewcomerOutlook:
    """What a purchase model says about a customer on the day of its first purchase.

    Attributes
    ----------
    purchases : float
        The expected repeat purchases until the horizon.
    probabilities : Sequence[float]
        The probabilities of 0, 1, 2, ... repeat purchases until the horizon.
    discounted_purchases : float | None
        The expected repeat purchases until the horizon, each discounted; none without a rate.
    """

    purchases: float
    probabilities: Sequence[float]
    discounted_purchases: float | None = None


@model
class PurchaseIntervals:
    """How well is known what a fitted model says about one customer.

    Attributes
    ----------
    p_alive : Interval
        The probability that the customer is alive now.
    purchases : Interval
        The expected purchases until the horizon.
    p_purchase : Interval
        The probability of a purchase until the horizon.
    """

    p_alive: Interval
    purchases: Interval
    p_purchase: Interval


class PurchaseModel:
    """What all purchase models can do: `BgNbd`, `MbgNbd`, `ParetoNbd` and `MbgCnbdK`."""

    __slots__ = ()

    _kind: ClassVar[str]
    unit: TimeUnit

    def _which(self) -> object:
        return self._kind

    def fit(
        self,
        summary: Summaries | ArrowStream,
        *,
        repeats: str | None = None,
        recency: str = "recency",
        age: str | None = None,
        weight: str | None = None,
        threads: int = 1,
        options: FitOptions | None = None,
    ) -> PurchaseFit[Self]:
        """Find the parameters that make the histories of a summary most likely.

        The result is the same bit for bit for any order of the customers and any number of threads. A fit that did not
        find a clear maximum says so in `convergence`; it is no error.

        Parameters
        ----------
        summary
            A summary, whose unit the model will have; or any table of histories as for `score`, in the unit of the model.
        repeats, recency, age
            The names of the columns, for a table that is no summary; as for `score`.
        weight
            A column of such a table that says for how many customers a row stands.
        threads
            How many threads to use.
        options
            Instead of `threads`: parameters that are held or pulled, too.

        Raises
        ------
        InsufficientData
            When no customer bought again, or there are not more distinct histories than parameters.
        """
        asked = FitOptions(threads=threads) if options is None else options
        from .summaries import Summaries

        if isinstance(summary, Summaries):
            found = summary._inner.fit_purchases(self._which(), asked)
        else:
            columns = _core.Columns(summary)
            found = _core.fit_histories(
                self._which(),
                columns,
                asked,
                repeats=_known_as(columns, repeats, "repeats", "frequency"),
                recency=recency,
                age=_known_as(columns, age, "age", "T"),
                weight=weight,
                unit=self.unit,
            )
        return self._fitted(found)

    @classmethod
    def _fitted(cls, found: dict[str, Any]) -> PurchaseFit[Self]:
        found["model"] = found["model"][cls._kind]
        fitted: PurchaseFit[Self] = decode(PurchaseFit[cls], found)  # type: ignore[valid-type]
        return fitted

    def score(
        self,
        table: Summaries | ArrowStream,
        *,
        horizon: Span | str | timedelta,
        repeats: str | None = None,
        recency: str = "recency",
        age: str | None = None,
        customer: str | None = None,
        threads: int = 1,
    ) -> Table:
        """Say how likely each customer is still alive, and how many purchases to expect.

        Parameters
        ----------
        table
            A summary; or any table with a column of repeat purchases, one of the time from the first to the last
            purchase, and one of the time from the first purchase to now, both in the unit of the model.
        horizon
            How far to look: `"90d"`, `"52w"`, a `timedelta`, or a `Span` in the unit of the model.
        repeats, recency, age
            The names of the columns, for a table that is no summary: `repeats` or `frequency`, `recency`, `age` or `T`
            by default, so that tables of the package lifetimes are understood.
        customer
            A column of such a table that is to be passed on.
        threads
            How many threads to use.

        Returns
        -------
        Table
            The columns `customer`, `p_alive` and `purchases`, one row for each row of the table.
        """
        from .summaries import Summaries

        span = horizon_in(horizon, self.unit)
        if isinstance(table, Summaries):
            return Table(table._inner.forecast(self, span, threads))
        columns = _core.Columns(table)
        scored = _core.score_table(
            self,
            columns,
            span,
            repeats=_known_as(columns, repeats, "repeats", "frequency"),
            recency=recency,
            age=_known_as(columns, age, "age", "T"),
            customer=customer,
            threads=threads,
        )
        return Table(scored)

    def outlook(
        self, history: History, *, horizon: Span | str | timedelta, rate: Rate | None = None
    ) -> PurchaseOutlook:
        """Say everything about one customer and a horizon.

        Parameters
        ----------
        history
            What the customer did so far, in the unit of the model.
        horizon
            How far to look, as for `score`.
        rate
            The interest, for what is discounted.

        Examples
        --------
        >>> from crm_core import BgNbd, History, TimeUnit
        >>> known = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> customer = History(repeats=2, recency=30.43, age=38.86, unit=TimeUnit.WEEKS)
        >>> round(known.outlook(customer, horizon="39w").p_purchase, 3)
        0.555
        """
        span = horizon_in(horizon, self.unit)
        answer: PurchaseOutlook = analyse(
            PurchaseOutlook, "outlook", model={self._kind: self}, history=history, horizon=span, rate=rate
        )
        return answer

    def newcomer(self, *, horizon: Span | str | timedelta, most: int = 10, rate: Rate | None = None) -> NewcomerOutlook:
        """Say what to expect of a customer on the day of its first purchase.

        Parameters
        ----------
        horizon
            How far to look, as for `score`.
        most
            Up to how many repeat purchases to give probabilities.
        rate
            The interest, for what is discounted.
        """
        span = horizon_in(horizon, self.unit)
        answer: NewcomerOutlook = analyse(
            NewcomerOutlook, "newcomer", model={self._kind: self}, horizon=span, most=most, rate=rate
        )
        return answer

    def __repr__(self) -> str:
        return _model_repr(self)


@model
class BgNbd(PurchaseModel):
    """BG/NBD: how often customers without a contract buy, and when they silently leave.

    While alive, a customer buys at random times at its own constant rate; the rates of all customers follow a gamma
    distribution (shape `r`, rate `alpha`). After each purchase it leaves with its own constant probability; these
    probabilities follow a beta distribution (`a`, `b`). Source: P. Fader, B. Hardie, K. L. Lee, "Counting Your
    Customers the Easy Way: An Alternative to the Pareto/NBD Model", Marketing Science 24(2), 2005.

    Do not use it for contracts (there leaving is seen), for one-time goods, or where purchases come at regular
    intervals. A customer who never bought again counts as alive: the model only lets customers leave after a repeat
    purchase.

    Attributes
    ----------
    r : float
        The shape of the distribution of purchase rates: the smaller, the more customers differ.
    alpha : float
        The rate of the distribution of purchase rates, in units of time; `r / alpha` is the mean purchase rate.
    a : float
        The first parameter of the distribution of drop-out probabilities.
    b : float
        The second parameter of the distribution of drop-out probabilities; `a / (a + b)` is the mean probability.
    unit : TimeUnit
        The unit of time of `alpha`.

    Examples
    --------
    A model without parameters is there to be fitted; one with known parameters can be asked at once.

    >>> from crm_core import BgNbd
    >>> import pyarrow
    >>> known = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> table = pyarrow.table({"repeats": [2], "recency": [30.43], "age": [38.86]})
    >>> answer = known.score(table, horizon="39w").to_arrow()
    >>> round(answer["p_alive"][0].as_py(), 3), round(answer["purchases"][0].as_py(), 3)
    (0.727, 1.226)
    """

    _kind: ClassVar[str] = "bg_nbd"
    r: float = math.nan
    alpha: float = math.nan
    a: float = math.nan
    b: float = math.nan
    unit: TimeUnit = TimeUnit.WEEKS


@model
class MbgNbd(PurchaseModel):
    """MBG/NBD: as BG/NBD, but a customer may leave at once after the first purchase, too.

    So a customer who never came back need not count as alive. Source: E. Batislam, M. Denizel, A. Filiztekin, "Empirical
    validation and comparison of models for customer base analysis", International Journal of Research in Marketing 24(3),
    2007.

    Attributes
    ----------
    r : float
        The shape of the distribution of purchase rates: the smaller, the more customers differ.
    alpha : float
        The rate of the distribution of purchase rates, in units of time; `r / alpha` is the mean purchase rate.
    a : float
        The first parameter of the distribution of drop-out probabilities.
    b : float
        The second parameter of the distribution of drop-out probabilities; `a / (a + b)` is the mean probability.
    unit : TimeUnit
        The unit of time of `alpha`.
    """

    _kind: ClassVar[str] = "mbg_nbd"
    r: float = math.nan
    alpha: float = math.nan
    a: float = math.nan
    b: float = math.nan
    unit: TimeUnit = TimeUnit.WEEKS


@model
class ParetoNbd(PurchaseModel):
    """Pareto/NBD: a customer may leave at any time, not only after a purchase.

    Attributes
    ----------
    r : float
        The shape of the distribution of purchase rates: the smaller, the more customers differ.
    alpha : float
        The rate of the distribution of purchase rates, in units of time; `r / alpha` is the mean purchase rate.
    s : float
        The shape of the distribution of drop-out rates.
    beta : float
        The rate of the distribution of drop-out rates, in units of time; `s / beta` is the mean drop-out rate.
    unit : TimeUnit
        The unit of time of `alpha` and `beta`.
    """

    _kind: ClassVar[str] = "pareto_nbd"
    r: float = math.nan
    alpha: float = math.nan
    s: float = math.nan
    beta: float = math.nan
    unit: TimeUnit = TimeUnit.WEEKS


@model
class MbgCnbdK(PurchaseModel):
    """MBG/CNBD-k: as `MbgNbd`, for customers who buy at more regular times.

    The time between two purchases is the sum of `k` exponential waits (an Erlang distribution) instead of one: the
    greater `k`, the more regular the purchases. The rates of the waits follow a gamma distribution (shape `r`, rate
    `alpha`); after each purchase, the first one included, the customer leaves with a beta-distributed probability
    (`a`, `b`). With `k = 1` it is `MbgNbd`. Sources: M. Platzer, T. Reutterer, "Ticking Away the Moments: Timing
    Regularity Helps to Better Predict Customer Activity", Marketing Science 35(5), 2016; T. Reutterer, M. Platzer, N.
    Schröder, "Leveraging purchase regularity for predicting customer behavior the easy way", International Journal of
    Research in Marketing 38(1), 2021.

    The papers approximate the expected purchases; here they are exact: the waits since the last purchase that may
    already be over are a hidden phase, whose probabilities follow from the history. Its
    log-likelihood leaves out what only matters when two `k` are compared; `fit_regularity` takes it into account.

    Attributes
    ----------
    k : int
        How regularly customers buy; 1 for purchases at random times.
    r : float
        The shape of the distribution of the waits' rates.
    alpha : float
        The rate of the distribution of the waits' rates, in units of time; `r / (k alpha)` is the mean purchase rate.
    a : float
        The first parameter of the distribution of drop-out probabilities.
    b : float
        The second parameter of the distribution of drop-out probabilities.
    unit : TimeUnit
        The unit of time of `alpha`.
    """

    _kind: ClassVar[str] = "mbg_cnbd_k"
    k: int = 1
    r: float = math.nan
    alpha: float = math.nan
    a: float = math.nan
    b: float = math.nan
    unit: TimeUnit = TimeUnit.WEEKS

    def _which(self) -> object:
        return {self._kind: self.k}

    @classmethod
    def fit_regularity(cls, summary: Summaries, *, threads: int = 1) -> RegularityFit:
        """Find the regularity `k`, too: it rises from 1 until the likelihood has fallen twice, to 12 at most.

        Raises
        ------
        InsufficientData
            When no customer bought again, or there are not more distinct histories than parameters.
        """
        found = summary._inner.fit_regularity(FitOptions(threads=threads))
        answer: RegularityFit = decode(RegularityFit, found)
        return answer


M = TypeVar("M", bound=PurchaseModel)


@model
class _Fit:
    log_likelihood: float
    customers: float
    standard_errors: Sequence[float] | None = None
    covariance: Sequence[Sequence[float]] | None = None
    free: int
    convergence: Convergence

    def aic(self) -> float:
        """Akaike's information criterion: the smaller, the better the model predicts."""
        return 2.0 * self.free - 2.0 * self.log_likelihood

    def bic(self) -> float:
        """Schwarz's information criterion."""
        return self.free * math.log(self.customers) - 2.0 * self.log_likelihood


@model
class PurchaseFit(_Fit, Generic[M]):
    """A fitted purchase model and how well its parameters are known.

    Attributes
    ----------
    model : PurchaseModel
        The model at the maximum of the likelihood, or of the likelihood less the penalties.
    log_likelihood : float
        The log-likelihood there, without penalties.
    customers : float
        The number of customers, or the sum of their weights.
    standard_errors : Sequence[float] | None
        The standard errors of the parameters, in order; none when the likelihood is not curved enough to tell.
    covariance : Sequence[Sequence[float]] | None
        The covariances of the parameters, in the same order.
    free : int
        How many parameters were sought.
    convergence : Convergence
        How the fit ended.
    """

    model: M

    def score(self, table: Summaries | ArrowStream, *, horizon: Span | str | timedelta, threads: int = 1) -> Table:
        """Say how likely each customer is still alive, and how many purchases to expect, like the model's `score`."""
        return self.model.score(table, horizon=horizon, threads=threads)

    def intervals(self, history: History, *, horizon: Span | str | timedelta, level: float = 0.95) -> PurchaseIntervals:
        """Say how well it is known what the model says about a customer (delta method).

        Raises
        ------
        InsufficientData
            When the likelihood is too flat to tell how well the parameters are known.
        """
        span = horizon_in(horizon, self.model.unit)
        answer: PurchaseIntervals = analyse(
            PurchaseIntervals, "intervals", fit=self._data(), history=history, horizon=span, level=level
        )
        return answer

    def parameter_intervals(self, *, level: float = 0.95) -> Sequence[Interval]:
        """Say how well each parameter is known; in their order."""
        answer: Sequence[Interval] = analyse(Sequence[Interval], "parameter_intervals", fit=self._data(), level=level)
        return answer

    def _data(self) -> dict[str, Any]:
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        return {**given, "model": {self.model._kind: self.model}}

    def __repr__(self) -> str:
        return _fit_repr(self, self.model)

    def _repr_html_(self) -> str:
        """Show the parameters in a notebook."""
        return _fit_html(self, self.model)


BgNbdFit: TypeAlias = PurchaseFit[BgNbd]
"""A fitted BG/NBD model."""
MbgNbdFit: TypeAlias = PurchaseFit[MbgNbd]
"""A fitted MBG/NBD model."""
ParetoNbdFit: TypeAlias = PurchaseFit[ParetoNbd]
"""A fitted Pareto/NBD model."""
MbgCnbdKFit: TypeAlias = PurchaseFit[MbgCnbdK]
"""A fitted MBG/CNBD-k model."""


@model
class RegularityFit:
    """The fit with the regularity that suits the customers best.

    Attributes
    ----------
    fit : MbgCnbdKFit
        The fit.
    log_likelihoods : Sequence[float]
        The log-likelihood for `k` = 1, 2, ..., with the gaps between purchases taken into account.
    """

    fit: MbgCnbdKFit
    log_likelihoods: Sequence[float]


@model
class GammaGamma:
    """Gamma-Gamma: what a purchase of each customer is worth on average.

    Spends of a customer vary around a mean of its own; the means of all customers follow a gamma distribution. The model
    takes how much somebody spends to be independent of how often they buy; `GammaGammaFit.correlation` says how far that
    holds. Source: P. Fader, B. Hardie, "The Gamma-Gamma Model of Monetary Value", 2013.

    Attributes
    ----------
    p : float
        The shape of the spends of one customer.
    q : float
        The shape of the distribution of the customers' rates.
    gamma : float
        The rate of the distribution of the customers' rates, in major units.
    currency : str
        The currency.
    """

    p: float = math.nan
    q: float = math.nan
    gamma: float = math.nan
    currency: str = "EUR"

    def fit(
        self,
        summary: Summaries | ArrowStream,
        *,
        repeats: str | None = None,
        mean: str | None = None,
        weight: str | None = None,
        threads: int = 1,
        options: FitOptions | None = None,
    ) -> GammaGammaFit:
        """Find the parameters that make the spends of repeat buyers most likely.

        Parameters
        ----------
        summary
            A summary, whose currency the model will have; or any table, in the currency of this one.
        repeats, mean
            The columns of such a table: repeat purchases, and their mean spend in major units; `repeats` or `frequency`,
            `mean` or `monetary_value` by default, so that tables of the package lifetimes are understood.
        weight
            A column of such a table that says for how many customers a row stands.
        threads
            How many threads to use.
        options
            Instead of `threads`: parameters that are held or pulled, too.

        Raises
        ------
        InsufficientData
            When there are not more distinct spends of repeat buyers than parameters.
        """
        from .summaries import Summaries

        asked = FitOptions(threads=threads) if options is None else options
        if isinstance(summary, Summaries):
            found = summary._inner.fit_gammagamma(asked)
        else:
            columns = _core.Columns(summary)
            given = {
                "repeats": columns.wholes(_known_as(columns, repeats, "repeats", "frequency")),
                "mean": columns.numbers(_known_as(columns, mean, "mean", "monetary_value"), False),
                "weight": [1.0] * columns.rows() if weight is None else columns.numbers(weight, False),
            }
            found = _core.analyse("fit_spend", {"currency": self.currency, **given, "options": asked})
        fitted: GammaGammaFit = decode(GammaGammaFit, found)
        return fitted

    def expected_spend(self, repeats: int, mean: float, *, currency: str | None = None) -> float | None:
        """Say what a customer will spend on a purchase, on average, in major units.

        Parameters
        ----------
        repeats
            How many repeat purchases were seen.
        mean
            Their mean spend, in major units.
        currency
            The currency of the spend; that of the model by default.

        Returns
        -------
        float | None
            An average of the customer's own mean and that of all; nothing where that has no mean.

        Examples
        --------
        >>> from crm_core import GammaGamma
        >>> round(GammaGamma(p=6.25, q=3.74, gamma=15.44, currency="USD").expected_spend(2, 22.35), 2)
        24.66
        """
        spend = {"repeats": repeats, "mean": mean, "currency": self.currency if currency is None else currency}
        answer: float | None = _core.analyse("expected_spend", {"model": self, "spend": spend})
        return answer

    def __repr__(self) -> str:
        return _model_repr(self)


@model
class GammaGammaFit:
    """A fitted model and how well its parameters are known.

    Attributes
    ----------
    model : GammaGamma
        The model at the maximum of the likelihood.
    log_likelihood : float
        The log-likelihood there.
    customers : float
        The number of repeat buyers with a spend, or the sum of their weights.
    without_spend : float
        The number of repeat buyers that spent nothing, and are left out.
    correlation : float | None
        The correlation of the number of repeat purchases with the mean spend, which the model takes for 0.
    standard_errors : tuple[float, float, float] | None
        The standard errors of `p`, `q`, `gamma`; none when the likelihood is not curved enough to tell.
    covariance : tuple[tuple[float, float, float], ...] | None
        The covariances of the parameters, in the same order.
    convergence : Convergence
        How the fit ended.
    """

    model: GammaGamma
    log_likelihood: float
    customers: float
    without_spend: float
    correlation: float | None = None
    standard_errors: _Row3 | None = None
    covariance: tuple[_Row3, _Row3, _Row3] | None = None
    convergence: Convergence

    def __repr__(self) -> str:
        return _fit_repr(self, self.model)

    def _repr_html_(self) -> str:
        """Show the parameters in a notebook."""
        return _fit_html(self, self.model)


def lifetime_value(
    summary: Summaries,
    purchases: PurchaseModel | PurchaseFit[Any],
    spend: GammaGamma | GammaGammaFit,
    terms: ValueTerms | None = None,
    *,
    threads: int = 1,
) -> ValueTable:
    """Reckon the lifetime value of every customer of a summary.

    The horizon is cut into periods. The cash flow of a period is margin x expected spend per purchase x expected purchases
    in the period; it falls due at the end of the period and is discounted from there (Fader, Hardie & Lee, "RFM and CLV:
    Using Iso-Value Curves for Customer Base Analysis", Journal of Marketing Research 42, 2005).

    Parameters
    ----------
    summary
        The customers.
    purchases, spend
        The models, or their fits.
    terms
        Periods, interest and margin. By default a year in 13 periods of four weeks, 15 % interest a year, revenue; in
        the unit of the purchase model.

    Raises
    ------
    Invalid
        When a unit or a currency differs from the rest, or a term is out of its range.
    """
    from .summaries import ValueTable

    buying = purchases.model if isinstance(purchases, PurchaseFit) else purchases
    spending = spend.model if isinstance(spend, GammaGammaFit) else spend
    if terms is None:
        terms = ValueTerms(period=Span(length=4.0, unit=TimeUnit.WEEKS).to(buying.unit))
    return ValueTable(summary._inner.lifetime_value(buying, spending, terms, threads))


def _known_as(columns: _core.Columns, name: str | None, ours: str, theirs: str) -> str:
    """Name the column: as it was asked for, as it is called here, or as the package lifetimes calls it."""
    if name is not None:
        return name
    known = columns.names()
    return theirs if theirs in known and ours not in known else ours


def _parameters(of: PurchaseModel | GammaGamma) -> list[str]:
    return [one.name for one in fields(cast("Any", of)) if isinstance(getattr(of, one.name), float)]


def _fit_repr(fit: PurchaseFit[Any] | GammaGammaFit, of: PurchaseModel | GammaGamma) -> str:
    status = fit.convergence.status
    return f"<{of!r}, {fit.customers:,.0f} customers, log-likelihood {fit.log_likelihood:.2f}, {status}>"


def _fit_html(fit: PurchaseFit[Any] | GammaGammaFit, of: PurchaseModel | GammaGamma) -> str:
    names = _parameters(of)
    values: list[str | None] = [f"{getattr(of, name):.6g}" for name in names]
    errors: list[str | None] = [f"{error:.3g}" for error in fit.standard_errors or ()] or [None] * len(names)
    labels: list[str | None] = list(names)
    return as_html(
        _fit_repr(fit, of).strip("<>"), ["parameter", "value", "standard error"], [labels, values, errors], len(names)
    )


def check_unit(unit: TimeUnit | str) -> TimeUnit:
    """Read a unit of time."""
    try:
        return TimeUnit(unit)
    except ValueError:
        known = ", ".join(TimeUnit)
        raise Invalid(f"unit: expected one of: {known}", fields={"field": "unit"}) from None


def _model_repr(of: PurchaseModel | GammaGamma) -> str:
    names = _parameters(of)
    if any(math.isnan(getattr(of, name)) for name in names):
        return f"{type(of).__name__}(not fitted)"
    values = ", ".join(f"{name}={getattr(of, name):.6g}" for name in names)
    unit = of.currency if isinstance(of, GammaGamma) else of.unit
    return f"{type(of).__name__}({values}, {unit})"
