"""Models of purchases and spend: fitted to a summary, asked about customers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, Self, TypeAlias, TypeVar, cast

from . import _core
from ._convert import decode
from ._model import model
from .errors import Invalid
from .score import Convergence, FitOptions, Span, TimeUnit, ValueTerms
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


class PurchaseModel:
    """What all purchase models can do: `BgNbd`, `MbgNbd` and `ParetoNbd`."""

    __slots__ = ()

    unit: TimeUnit

    def fit(self, summary: Summaries, *, threads: int = 1, options: FitOptions | None = None) -> PurchaseFit[Self]:
        """Find the parameters that make the histories of a summary most likely.

        The result is the same bit for bit for any order of the customers and any number of threads. A fit that did not
        find a clear maximum says so in `convergence`; it is no error.

        Parameters
        ----------
        summary
            The histories. The model counts time in the unit of the summary.
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
        kind = type(self)
        fitted: PurchaseFit[Self] = decode(PurchaseFit[kind], summary._inner.fit_purchases(kind.__name__, asked))  # type: ignore[valid-type]
        return fitted

    def score(
        self,
        table: Summaries | ArrowStream,
        *,
        horizon: Span | str | timedelta,
        repeats: str = "repeats",
        recency: str = "recency",
        age: str = "age",
        customer: str | None = None,
        threads: int = 1,
    ) -> Table:
        """Say how likely each customer is still alive, and how many purchases to expect.

        Parameters
        ----------
        table
            A summary; or any table with a column of repeat purchases, one of the time from the first to the last
            purchase, and one of the time from the first purchase to now, both in the unit of the model (`frequency`,
            `recency` and `T` of the package lifetimes).
        horizon
            How far to look: `"90d"`, `"52w"`, a `timedelta`, or a `Span` in the unit of the model.
        repeats, recency, age
            The names of the columns, for a table that is no summary.
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
        scored = _core.score_table(
            self, table, span, repeats=repeats, recency=recency, age=age, customer=customer, threads=threads
        )
        return Table(scored)

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

    r: float = math.nan
    alpha: float = math.nan
    s: float = math.nan
    beta: float = math.nan
    unit: TimeUnit = TimeUnit.WEEKS


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

    def fit(self, summary: Summaries, *, threads: int = 1) -> GammaGammaFit:
        """Find the parameters that make the spends of repeat buyers most likely.

        The model is in the currency of the summary.

        Raises
        ------
        InsufficientData
            When there are not more distinct spends of repeat buyers than parameters.
        """
        fitted: GammaGammaFit = decode(GammaGammaFit, summary._inner.fit_gammagamma(FitOptions(threads=threads)))
        return fitted

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
