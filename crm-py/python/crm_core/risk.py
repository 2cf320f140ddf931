"""What the risk is: bins, scorecards, how well they tell and whether they still hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from . import _core
from ._convert import decode
from ._model import Word, model
from ._rows import Rows, analyse, columns_of
from .errors import Invalid
from .table import Table

if TYPE_CHECKING:
    from ._sources import ArrowStream


@model
class BinOfRange:
    """Numbers above one bound and up to another; without a bound on the outer sides.

    Attributes
    ----------
    above : float | None
        The bound that is not included.
    up_to : float | None
        The bound that is included.
    """

    _tag: ClassVar[str] = "range"
    above: float | None = None
    up_to: float | None = None


@model
class BinOfCategory:
    """One category.

    Attributes
    ----------
    value : str
        What the variant holds.
    """

    _tag: ClassVar[str] = "category"
    _bare: ClassVar[bool] = True
    value: str


BinOf: TypeAlias = Literal["missing"] | BinOfRange | BinOfCategory
"""What a bin holds."""


@model
class Bin:
    """One bin.

    Attributes
    ----------
    of : BinOf
        What it holds.
    good : float
        How many in it were good.
    bad : float
        How many were bad.
    woe : float
        The weight of evidence: the logarithm of its share of all good over its share of all bad. Above 0 it speaks
        for good.
    information : float
        Its part of the information value.
    """

    of: BinOf
    good: float
    bad: float
    woe: float
    information: float


@model
class Binning(Rows):
    """A characteristic in bins.

    Attributes
    ----------
    name : str
        The characteristic's name.
    bins : Sequence[Bin]
        The bins: ranges by rising bounds or categories by name, and last the missing values, if there were any.
    information_value : float
        How much the characteristic tells: the sum of `(share of good - share of bad) woe` over the bins (N. Siddiqi,
        "Intelligent Credit Scoring", 2017, chapter 10). Below 0.02 it is useless, above 0.3 strong, above 0.5
        suspicious.
    """

    name: str
    bins: Sequence[Bin]
    information_value: float

    def _columns(self) -> list[tuple[str, Any]]:
        return [
            ("bin", [_bin_text(one.of) for one in self.bins]),
            ("good", [one.good for one in self.bins]),
            ("bad", [one.bad for one in self.bins]),
            ("woe", [one.woe for one in self.bins]),
            ("information", [one.information for one in self.bins]),
        ]

    def _title(self) -> str:
        return f"{self.name}, {len(self.bins)} bins, information value {self.information_value:.4f}"


@model
class BinOptions:
    """How numbers are put into bins.

    Attributes
    ----------
    fine : int
        Into how many bins of equal size numbers are put first.
    most : int
        How many bins are left at most, missing values aside.
    share : float
        The least share of all cases that a bin holds.
    """

    fine: int = 20
    most: int = 8
    share: float = 0.05


@model
class ScorecardOptions:
    """How a scorecard is made.

    Attributes
    ----------
    bins : BinOptions
        How numbers are put into bins.
    base_points : float
        The points at the base odds.
    base_odds : float
        The base odds of good to bad.
    double_odds : float
        The points that double the odds.
    ridge : float
        What the squares of the coefficients cost (half of it each): 0 for the plain likelihood.
    """

    bins: BinOptions = field(default_factory=BinOptions)
    base_points: float = 600.0
    base_odds: float = 50.0
    double_odds: float = 20.0
    ridge: float = 0.0


@model
class PointsPart:
    """What one characteristic brings a case.

    Attributes
    ----------
    name : str
        The characteristic.
    bin : int | None
        The place of the bin; none for a category that was never seen, or a missing value where none was missing: it
        brings what a characteristic without evidence would.
    points : float
        The points.
    short_of : float
        How many more the best bin would have brought.
    """

    name: str
    bin: int | None = None
    points: float
    short_of: float


@model
class Scored:
    """The score of a case and where it comes from.

    Attributes
    ----------
    points : float
        The points: the sum of the parts.
    p_bad : float
        The probability of bad.
    parts : Sequence[PointsPart]
        The parts, in the order of the characteristics.
    reasons : Sequence[str]
        The characteristics that cost points, the most first: the reasons for an adverse decision.
    """

    points: float
    p_bad: float
    parts: Sequence[PointsPart]
    reasons: Sequence[str]


@model
class Cutoffs:
    """Where points part decisions.

    Attributes
    ----------
    decline_below : float
        Below these points a case is turned down.
    accept_from : float
        From these points on it is accepted. Between the two a person decides.
    """

    decline_below: float
    accept_from: float

    def decide(self, scored: Scored) -> Decision:
        """Say what follows from a score. What is no number has to be decided by a person."""
        answer: Decision = analyse(Decision, "decide", cutoffs=self, scored=scored)
        return answer


class Decision(Word):
    """What follows from a score."""

    ACCEPT = "accept"
    """Accepted."""
    NEEDS_REVIEW = "needs_review"
    """A person has to decide."""
    DECLINE = "decline"
    """Turned down."""


@model
class Scorecard:
    """A logistic regression on weights of evidence, written as points.

    Each bin of each characteristic has its points, and the points of a case add up to its score: `score = offset +
    factor ln(odds)` with `factor = double_odds / ln 2` and `offset = base_points - factor ln(base_odds)` (N. Siddiqi,
    "Intelligent Credit Scoring", 2017, chapter 11). The constant is spread evenly over the characteristics. The same
    values give the same points bit for bit, so a decision can be replayed from the card and the values that were kept
    with it.

    Cases whose outcome is unknown because they were turned away are not among those it was made from; whether and how
    to infer them is the caller's choice, made before.

    Attributes
    ----------
    options : ScorecardOptions
        The options it was made with.
    characteristics : Sequence[Binning]
        The characteristics in bins.
    coefficients : Sequence[float]
        The coefficient of each characteristic's weight of evidence. A negative one contradicts the characteristic
        alone: look for another one that says the same.
    constant : float
        The constant of the logarithm of the odds of good.
    standard_errors : Sequence[float]
        The standard errors of the coefficients, and last of the constant.
    log_likelihood : float
        The log-likelihood.
    points : Sequence[Sequence[float]]
        The points of each bin of each characteristic.
    """

    options: ScorecardOptions
    characteristics: Sequence[Binning]
    coefficients: Sequence[float]
    constant: float
    standard_errors: Sequence[float]
    log_likelihood: float
    points: Sequence[Sequence[float]]

    @classmethod
    def fit(
        cls,
        table: ArrowStream,
        *,
        bad: str,
        columns: Sequence[str] | None = None,
        options: ScorecardOptions | None = None,
    ) -> Scorecard:
        """Bin the columns of a table and fit a card on them.

        Parameters
        ----------
        table
            One row for each case whose outcome is known.
        bad
            The column that says whether it was bad.
        columns
            The characteristics: numbers, or texts for categories; all other columns by default.
        options
            Bins and points.

        Raises
        ------
        InsufficientData
            Unless there are good and bad cases, or when the characteristics tell them apart without exception or repeat
            each other.
        """
        taken = columns_of(table)
        names = [one for one in taken.names() if one != bad] if columns is None else list(columns)
        asked = ScorecardOptions() if options is None else options
        card: Scorecard = decode(cls, _core.fit_scorecard(taken, names, taken.truths(bad), asked))
        return card

    def score(self, table: ArrowStream) -> Table:
        """Give `points`, `p_bad` and the `first_reason` of each row of a table with the columns of the card."""
        return Table(_core.score_cards(columns_of(table), self))

    def explain(self, **values: float | str | None) -> Scored:
        """Score one case, given by the names of the characteristics: its points, where they come from, the reasons.

        Raises
        ------
        Invalid
            When a value is missing or of the wrong sort. `None` stands for a value that is not known.
        """
        asked = [_value(values.pop(one.name, None)) for one in self.characteristics]
        if values:
            raise Invalid("values: no such characteristic", fields={"field": "values"})
        scored: Scored = analyse(Scored, "score_card", card=self, values=asked)
        return scored


@model
class ScoreValueNumber:
    """A number.

    Attributes
    ----------
    value : float
        What the variant holds.
    """

    _tag: ClassVar[str] = "number"
    _bare: ClassVar[bool] = True
    value: float


@model
class ScoreValueCategory:
    """A category.

    Attributes
    ----------
    value : str
        What the variant holds.
    """

    _tag: ClassVar[str] = "category"
    _bare: ClassVar[bool] = True
    value: str


ScoreValue: TypeAlias = Literal["missing"] | ScoreValueNumber | ScoreValueCategory
"""One value of a characteristic."""


@model
class Discrimination:
    """How well a score tells good from bad.

    Attributes
    ----------
    auc : float
        The probability that a good case scores above a bad one, ties counting half (the area below the receiver
        operating characteristic).
    gini : float
        `2 auc - 1`: 0 for a score that tells nothing, 1 for one that never errs.
    ks : float
        The greatest difference between the shares of bad and of good up to a score (Kolmogorov & Smirnov).
    ks_at : float
        The score up to which that difference is found.
    """

    auc: float
    gini: float
    ks: float
    ks_at: float


class Shift(Word):
    """What a stability index says, by the usual rule of thumb."""

    NONE = "none"
    """Below 0.1: no change to speak of."""
    SOME = "some"
    """From 0.1 to 0.25: look into it."""
    GREAT = "great"
    """Above: the score was made for others."""


@model
class Stability:
    """Whether those a score is used on are distributed as those it was made from.

    Attributes
    ----------
    psi : float
        The population stability index: the sum of `(actual - expected) ln(actual / expected)` over the bins' shares.
    parts : Sequence[float]
        The part of each bin.
    shift : Shift
        What it says.
    """

    psi: float
    parts: Sequence[float]
    shift: Shift


def bin_column(table: ArrowStream, *, column: str, bad: str, options: BinOptions | None = None) -> Binning:
    """Put a column into bins: numbers so that the share of bad only rises or only falls, texts as they are.

    Parameters
    ----------
    table
        One row for each case.
    column
        The characteristic; missing values get a bin of their own.
    bad
        The column that says whether a case was bad.
    options
        How numbers are put into bins.

    Returns
    -------
    Binning
        The bins with their weights of evidence, and the information value. It is a table, too.

    Examples
    --------
    >>> import pyarrow
    >>> from crm_core import bin_column
    >>> table = pyarrow.table({"status": ["a", "a", "b", "b"] * 5, "bad": [True, False, False, False] * 5})
    >>> [round(one.woe, 3) for one in bin_column(table, column="status", bad="bad").bins]
    [-1.099, 1.946]
    """
    taken = columns_of(table)
    asked = BinOptions() if options is None else options
    binning: Binning = decode(Binning, _core.bin_column(taken, column, taken.truths(bad), asked))
    return binning


def discrimination(table: ArrowStream, *, score: str, bad: str) -> Discrimination:
    """Say how well a score tells good from bad: area under the curve, Gini, Kolmogorov-Smirnov.

    Parameters
    ----------
    table
        One row for each case.
    score
        The column of scores; the better, the higher.
    bad
        The column that says whether a case was bad.
    """
    taken = columns_of(table)
    answer: Discrimination = analyse(
        Discrimination, "discrimination", scores=taken.numbers(score, False), bad=taken.truths(bad)
    )
    return answer


def population_stability(expected: Sequence[float], actual: Sequence[float]) -> Stability:
    """Compare how cases lie in bins with how they lay when a score was made (population stability index).

    Parameters
    ----------
    expected, actual
        How many cases each bin had then and has now; any numbers in the right proportion.

    Examples
    --------
    >>> from crm_core import population_stability
    >>> round(population_stability([25, 25, 25, 25], [10, 20, 30, 40]).psi, 4)
    0.2282
    """
    answer: Stability = analyse(Stability, "population_stability", expected=expected, actual=actual)
    return answer


def _value(value: float | str | None) -> ScoreValue:
    if value is None:
        return "missing"
    return ScoreValueCategory(value=value) if isinstance(value, str) else ScoreValueNumber(value=value)


def _bin_text(of: BinOf) -> str:
    if isinstance(of, BinOfRange):
        low = "" if of.above is None else f"> {of.above:g}"
        high = "" if of.up_to is None else f"<= {of.up_to:g}"
        return ", ".join(one for one in (low, high) if one) or "all"
    return of.value if isinstance(of, BinOfCategory) else of
