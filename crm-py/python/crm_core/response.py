"""Did it work: rates with intervals, arms compared, lift over a holdout."""

from __future__ import annotations

from collections.abc import Sequence

from ._model import model
from ._rows import analyse


@model
class Interval:
    """An estimate and how far off it may be.

    Attributes
    ----------
    estimate : float
        The estimate.
    standard_error : float
        Its standard error.
    low : float
        The lower end.
    high : float
        The upper end.
    level : float
        How often such intervals hold the truth, 0.95 for 95 %.
    """

    estimate: float
    standard_error: float
    low: float
    high: float
    level: float


@model
class Arm:
    """One arm of a test: those who got the same treatment.

    Attributes
    ----------
    name : str
        Its name.
    people : int
        How many people were in it.
    responses : int
        How many of them did what was hoped for.
    """

    name: str
    people: int
    responses: int


@model
class ArmComparison:
    """How two arms compare.

    Attributes
    ----------
    treated : Interval
        The share of the treated arm.
    control : Interval
        The share of the control arm.
    difference : Interval
        The treated share less the control share, with the square-and-add interval of two Wilson intervals (R.
        Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17,
        1998, method 10).
    relative : Interval | None
        The treated share over the control share less 1, with the log interval (D. Katz et al., "Obtaining confidence
        intervals for the risk ratio in cohort studies", Biometrics 34, 1978); none when an arm had no response.
    z : float
        The difference in standard errors, if the shares were equal (the two-proportion test with a pooled share).
    p_value : float
        How likely a difference as great or greater is when the shares are equal.
    """

    treated: Interval
    control: Interval
    difference: Interval
    relative: Interval | None = None
    z: float
    p_value: float


@model
class ArmPair:
    """How two of many arms compare.

    Attributes
    ----------
    first : int
        The place of the first arm.
    second : int
        The place of the second arm.
    difference : float
        The first share less the second.
    p_value : float
        The p-value of the pair alone.
    adjusted : float
        The p-value with regard to all pairs (S. Holm, "A simple sequentially rejective multiple test procedure",
        Scandinavian Journal of Statistics 6, 1979).
    """

    first: int
    second: int
    difference: float
    p_value: float
    adjusted: float


@model
class ManyArms:
    """How many arms compare.

    Attributes
    ----------
    shares : Sequence[Interval]
        The shares, in the order of the arms.
    chi_square : float
        Pearson's statistic of homogeneity.
    degrees : int
        Its degrees of freedom.
    p_value : float
        How likely such a statistic or a greater one is when all shares are equal.
    pairs : Sequence[ArmPair]
        Every two arms, in order.
    """

    shares: Sequence[Interval]
    chi_square: float
    degrees: int
    p_value: float
    pairs: Sequence[ArmPair]


@model
class HoldoutLift:
    """What a campaign brought that would not have come anyway.

    Attributes
    ----------
    comparison : ArmComparison
        The treated compared with those who were held out.
    extra_responses : Interval
        The responses that the campaign caused: the difference of the shares times the treated.
    caused_share : float | None
        What part of the treated's responses the campaign caused; none when none of them responded.
    """

    comparison: ArmComparison
    extra_responses: Interval
    caused_share: float | None = None


@model
class Moments:
    """How many values there were, their mean and how far they scatter.

    Moments of parts can be merged; the result is that of all values up to rounding.

    Attributes
    ----------
    count : int
        How many values.
    mean : float
        Their mean.
    squares : float
        The sum of the squares of their distances from the mean.
    """

    count: int
    mean: float
    squares: float


@model
class SampleRatio:
    """Whether the arms of a test have the sizes that they should have.

    Attributes
    ----------
    expected : Sequence[float]
        How many people each arm should have.
    chi_square : float
        Pearson's statistic.
    p_value : float
        How likely such a division or a worse one is by chance.
    mismatch : bool
        Whether the p-value lies below 0.0005: then look for the fault before you read any result of the test.
    """

    expected: Sequence[float]
    chi_square: float
    p_value: float
    mismatch: bool


def wilson(responses: int, people: int, *, level: float = 0.95) -> Interval:
    """Give a rate of response with Wilson's interval, which is right for small numbers and rates near 0 and 1, too.

    Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the American
    Statistical Association 22, 1927.

    Parameters
    ----------
    responses, people
        How many responded, of how many.
    level
        How sure the interval is.

    Raises
    ------
    Invalid
        When more responded than there are.
    InsufficientData
        Without people.

    Examples
    --------
    >>> from crm_core import wilson
    >>> rate = wilson(8, 20)
    >>> round(rate.low, 3), rate.estimate, round(rate.high, 3)
    (0.219, 0.4, 0.613)
    """
    answer: Interval = analyse(Interval, "wilson", responses=responses, people=people, level=level)
    return answer


def compare_arms(treated: Arm, control: Arm, *, level: float = 0.95) -> ArmComparison:
    """Compare the rates of response of two arms: their difference with Newcombe's interval, the lift, a z test.

    Raises
    ------
    Invalid
        When an arm has more responses than people.
    InsufficientData
        When an arm has nobody.

    Examples
    --------
    >>> from crm_core import Arm, compare_arms
    >>> result = compare_arms(Arm(name="mail", people=80, responses=56), Arm(name="none", people=80, responses=48))
    >>> round(result.difference.estimate, 2), round(result.p_value, 3)
    (0.1, 0.185)
    """
    answer: ArmComparison = analyse(ArmComparison, "compare_arms", treated=treated, control=control, level=level)
    return answer


def compare_many(arms: Sequence[Arm], *, level: float = 0.95) -> ManyArms:
    """Compare the rates of response of many arms: all at once, and every pair corrected for how many there are (Holm).

    Raises
    ------
    InsufficientData
        With fewer than two arms, or when one has nobody.
    """
    answer: ManyArms = analyse(ManyArms, "compare_many", arms=arms, level=level)
    return answer


def sample_ratio(people: Sequence[int], shares: Sequence[float]) -> SampleRatio:
    """Check whether people were divided among arms as planned. If not, do not look at the result: the test is broken.

    Parameters
    ----------
    people
        How many people each arm has.
    shares
        How they were to be divided; any numbers in the right proportion.

    Examples
    --------
    >>> from crm_core import sample_ratio
    >>> sample_ratio([5_000, 4_600], [1, 1]).mismatch
    True
    """
    answer: SampleRatio = analyse(SampleRatio, "sample_ratio", people=people, shares=shares)
    return answer


def holdout_lift(treated: Arm, held_out: Arm, *, level: float = 0.95) -> HoldoutLift:
    """Say what a campaign brought, against the people who were held out.

    Raises
    ------
    InsufficientData
        When an arm has nobody.
    """
    answer: HoldoutLift = analyse(HoldoutLift, "holdout_lift", treated=treated, held_out=held_out, level=level)
    return answer


def mean_difference(treated: Sequence[float], control: Sequence[float], *, level: float = 0.95) -> Interval:
    """Compare the means of two groups, such as revenue per customer, without supposing equal variances (Welch).

    Raises
    ------
    InsufficientData
        With fewer than two values in a group.
    """
    one, other = (analyse(Moments, "moments", values=list(values)) for values in (treated, control))
    answer: Interval = analyse(Interval, "mean_difference", treated=one, control=other, level=level)
    return answer
