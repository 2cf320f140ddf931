"""How long contracts last, where giving up is seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, Self, TypeVar

from . import _core
from ._convert import decode
from ._model import model
from ._rows import analyse, columns_of
from .models import _Fit
from .score import FitOptions

if TYPE_CHECKING:
    from ._sources import ArrowStream


@model
class ContractOutlook:
    """What a model says about a contract that was renewed so often.

    Attributes
    ----------
    survival : Sequence[float]
        The probabilities that it is renewed at least 1, 2, ... times more.
    retention : float
        The share of contracts like it that are renewed next time.
    renewals : float
        The expected renewals among the next periods.
    discounted_renewals : float | None
        The expected renewals to come, each discounted (discounted expected residual lifetime); none without a rate.
    """

    survival: Sequence[float]
    retention: float
    renewals: float
    discounted_renewals: float | None = None


class ContractModel:
    """What all models of contracts can do: `ShiftedBetaGeometric` and `BetaDiscreteWeibull`."""

    __slots__ = ()

    _kind: ClassVar[str]

    def fit(
        self,
        table: ArrowStream | None = None,
        *,
        survivors: Sequence[float] | None = None,
        periods: str = "periods",
        ended: str = "ended",
        weight: str | None = None,
        options: FitOptions | None = None,
    ) -> ContractFit[Self]:
        """Find the parameters that make it most likely what became of the contracts.

        Parameters
        ----------
        table
            One row for each contract.
        survivors
            Instead of a table: how many contracts of one cohort there were at first, after one period, after two, ...
        periods
            The column that says how many periods each contract was seen.
        ended
            The column that says whether it was given up at the end of them.
        weight
            A column that says for how many contracts a row stands.
        options
            Parameters that are held or pulled, threads.

        Raises
        ------
        InsufficientData
            When nothing was given up or nothing renewed, or there are not more different fates than parameters.
        """
        asked = FitOptions() if options is None else options
        kind = type(self)
        if survivors is not None:
            found = _core.analyse("fit_survivors", {"kind": kind._kind, "survivors": list(survivors), "options": asked})
        elif table is not None:
            columns = columns_of(table)
            weights = [1.0] * columns.rows() if weight is None else columns.numbers(weight, False)
            given = {"periods": columns.wholes(periods), "ended": columns.truths(ended), "weight": weights}
            found = _core.analyse("fit_contracts", {"kind": kind._kind, **given, "options": asked})
        else:
            raise TypeError("fit() needs either a table or survivors=")
        found["model"] = found["model"][kind._kind]
        fitted: ContractFit[Self] = decode(ContractFit[kind], found)  # type: ignore[valid-type]
        return fitted

    def outlook(self, renewals: int = 0, *, periods: int = 12, rate: float | None = None) -> ContractOutlook:
        """Say what becomes of a contract that was renewed so often.

        Parameters
        ----------
        renewals
            How often it was renewed.
        periods
            How many periods to look ahead.
        rate
            The interest for one period, for what is discounted.
        """
        asked = {type(self)._kind: self}
        answer: ContractOutlook = analyse(
            ContractOutlook, "contract_outlook", model=asked, renewals=renewals, periods=periods, rate=rate
        )
        return answer


@model
class ShiftedBetaGeometric(ContractModel):
    """The shifted beta-geometric model: customers renew or give up a contract at the end of each period.

    A customer gives up at the end of every period with its own constant probability; these probabilities follow a
    beta distribution (`alpha`, `beta`). The retention rate of a cohort rises with time although nobody's changes:
    those likely to leave go first. Source: P. Fader, B. Hardie, "How to Project Customer Retention", Journal of
    Interactive Marketing 21(1), 2007.

    What it answers stands at `ContractModel`.

    Attributes
    ----------
    alpha : float
        The first parameter of the distribution of probabilities to give up.
    beta : float
        The second; `alpha / (alpha + beta)` is the mean probability, the churn of the first period.

    Examples
    --------
    >>> from crm_core import ShiftedBetaGeometric
    >>> high_end = [1000, 869, 743, 653, 593, 551, 517, 491]
    >>> model = ShiftedBetaGeometric().fit(survivors=high_end).model
    >>> round(model.alpha, 3), round(model.beta, 3)
    (0.668, 3.806)
    >>> [round(share, 3) for share in model.outlook(periods=12).survival[7:]]
    [0.46, 0.436, 0.414, 0.395, 0.378]
    """

    _kind: ClassVar[str] = "shifted_beta_geometric"
    alpha: float = math.nan
    beta: float = math.nan


@model
class BetaDiscreteWeibull(ContractModel):
    """The beta-discrete-Weibull model: `ShiftedBetaGeometric` for customers who tire, or get used to it.

    The probability to survive `t` periods is `(1 - p)^(t^c)` with a beta-distributed `p`: with `c` above 1 every
    customer tires of the contract, with `c` below 1 it gets used to it, and `c = 1` is the shifted beta-geometric
    model. Source: P. Fader, B. Hardie, Y. Liu, J. Davin, T. Steenburgh, "'How to Project Customer Retention'
    Revisited: The Role of Duration Dependence", Journal of Interactive Marketing 43, 2018.

    Attributes
    ----------
    alpha : float
        The first parameter of the distribution of `p`.
    beta : float
        The second.
    c : float
        How a customer's own probability to leave changes with time.
    """

    _kind: ClassVar[str] = "beta_discrete_weibull"
    alpha: float = math.nan
    beta: float = math.nan
    c: float = math.nan


M = TypeVar("M", bound=ContractModel)


@model
class ContractFit(_Fit, Generic[M]):
    """A fitted model of contracts and how well its parameters are known.

    Attributes
    ----------
    model : ContractModel
        The model at the maximum of the likelihood.
    log_likelihood : float
        The log-likelihood there.
    customers : float
        The number of contracts, or the sum of their weights.
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
