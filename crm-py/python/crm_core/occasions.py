"""Customers who can buy once at each of some occasions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ._model import model
from ._rows import analyse, columns_of
from .models import _Fit
from .score import FitOptions

if TYPE_CHECKING:
    from ._sources import ArrowStream


@model
class OccasionOutlook:
    """What the model says about one customer and the occasions to come.

    Attributes
    ----------
    p_alive : float
        The probability that the customer is alive at the next occasion.
    p_alive_after : float
        The probability that it is alive at the occasion after all of them.
    purchases : float
        The expected purchases at these occasions.
    p_purchase : float
        The probability of a purchase at any of them; what is short of 1 is the risk of churn.
    discounted_purchases : float | None
        The expected purchases at these occasions, each discounted; none without a rate.
    residual_purchases : float | None
        The same for ever (discounted expected residual transactions); none without a rate above zero.
    """

    p_alive: float
    p_alive_after: float
    purchases: float
    p_purchase: float
    discounted_purchases: float | None = None
    residual_purchases: float | None = None


@model
class OccasionHistory:
    """A customer who could buy once at each of some occasions: a yearly appeal, a monthly box, a cruise season.

    Attributes
    ----------
    repeats : int
        At how many occasions after the first purchase it bought (`x`).
    last : int
        The number of the occasion at which it bought last (`t_x`), counted from 1; 0 without a repeat.
    occasions : int
        How many occasions there were after the first purchase (`n`).
    """

    repeats: int
    last: int
    occasions: int


@model
class BgBb:
    """BG/BB: customers who can buy once at each of some occasions, and silently leave.

    While alive, a customer buys at each occasion with its own constant probability (beta-distributed: `alpha`,
    `beta`). Before each occasion it leaves with its own constant probability (beta-distributed: `gamma`, `delta`).
    Source: P. Fader, B. Hardie, J. Shang, "Customer-Base Analysis in a Discrete-Time Noncontractual Setting",
    Marketing Science 29(6), 2010.

    It answers what `PurchaseModel` does, with occasions in place of time. *Alive* always means: at the next occasion,
    as in the paper.

    Attributes
    ----------
    alpha : float
        The first parameter of the distribution of purchase probabilities.
    beta : float
        The second; `alpha / (alpha + beta)` is the mean probability of a purchase.
    gamma : float
        The first parameter of the distribution of drop-out probabilities.
    delta : float
        The second; `gamma / (gamma + delta)` is the mean probability to leave.

    Examples
    --------
    >>> from crm_core import BgBb, OccasionHistory
    >>> model = BgBb(alpha=1.203522, beta=0.749716, gamma=0.656718, delta=2.783442)
    >>> lapsed = OccasionHistory(repeats=2, last=4, occasions=6)
    >>> round(model.outlook(lapsed, occasions=5).p_alive, 4)
    0.5897
    """

    alpha: float = math.nan
    beta: float = math.nan
    gamma: float = math.nan
    delta: float = math.nan

    def fit(
        self,
        table: ArrowStream,
        *,
        repeats: str = "repeats",
        last: str = "last",
        occasions: str = "occasions",
        weight: str | None = None,
        options: FitOptions | None = None,
    ) -> BgBbFit:
        """Find the parameters that make the histories most likely.

        Parameters
        ----------
        table
            One row for each customer, or for each different history.
        repeats, last, occasions
            The columns of `OccasionHistory` (`frequency`, `recency` and `n_periods` of the package lifetimes).
        weight
            A column that says for how many customers a row stands.
        options
            Parameters that are held or pulled, threads.

        Raises
        ------
        InsufficientData
            When nobody bought again, or there are not more different histories than parameters.
        """
        columns = columns_of(table)
        given = {
            "repeats": columns.wholes(repeats),
            "last": columns.wholes(last),
            "occasions": columns.wholes(occasions),
            "weight": [1.0] * columns.rows() if weight is None else columns.numbers(weight, False),
        }
        asked = FitOptions() if options is None else options
        fitted: BgBbFit = analyse(BgBbFit, "fit_occasions", **given, options=asked)
        return fitted

    def outlook(self, history: OccasionHistory, *, occasions: int, rate: float | None = None) -> OccasionOutlook:
        """Say what to expect of a customer at the next occasions.

        Parameters
        ----------
        history
            What it did so far.
        occasions
            How many occasions to look ahead.
        rate
            The interest from one occasion to the next, for what is discounted.
        """
        answer: OccasionOutlook = analyse(
            OccasionOutlook, "occasion_outlook", model=self, history=history, occasions=occasions, rate=rate
        )
        return answer


@model
class BgBbFit(_Fit):
    """A fitted BG/BB model and how well its parameters are known.

    Attributes
    ----------
    model : BgBb
        The model at the maximum of the likelihood.
    log_likelihood : float
        The log-likelihood there.
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

    model: BgBb
