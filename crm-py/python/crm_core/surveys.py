"""How satisfied they are: net promoter score, customer satisfaction, customer effort."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ._model import model
from ._rows import analyse
from .response import Interval


@model
class NetPromoter:
    """The net promoter score of some answers.

    Attributes
    ----------
    promoters : int
        Answers of 9 and 10.
    passives : int
        Answers of 7 and 8.
    detractors : int
        Answers of 0 to 6.
    score : Interval
        The percentage of promoters less the percentage of detractors, -100 to 100, with its interval.
    """

    promoters: int
    passives: int
    detractors: int
    score: Interval


@model
class ScaleScore:
    """Answers on a scale, and what they come to.

    Attributes
    ----------
    answers : int
        How many answered.
    best : int
        How many of them chose one of the best answers.
    share : Interval
        The share of those, with Wilson's interval.
    mean : Interval | None
        The mean answer with Student's interval; none for a single answer.
    """

    answers: int
    best: int
    share: Interval
    mean: Interval | None = None


def net_promoter(answers: Sequence[int], *, level: float = 0.95) -> NetPromoter:
    """Give the net promoter score of answers from 0 to 10: promoters (9, 10) less detractors (0 to 6), times 100.

    Parameters
    ----------
    answers
        The answers: a list, or a column of any library.
    level
        How sure the interval is.

    Raises
    ------
    Invalid
        For an answer off the scale; it names the row.
    InsufficientData
        Without answers.

    Examples
    --------
    >>> from crm_core import net_promoter
    >>> net_promoter([10, 9, 8, 3]).score.estimate
    25.0
    """
    answer: NetPromoter = analyse(NetPromoter, "net_promoter", answers=_whole(answers), level=level)
    return answer


def satisfaction(
    answers: Sequence[int], *, low: int = 1, high: int = 5, best_from: int = 4, level: float = 0.95
) -> ScaleScore:
    """Give the share of satisfied answers (CSAT) and their mean.

    Parameters
    ----------
    answers
        The answers.
    low, high
        The ends of the scale.
    best_from
        From which answer on somebody is satisfied.
    level
        How sure the intervals are.

    Examples
    --------
    >>> from crm_core import satisfaction
    >>> satisfaction([5, 4, 3, 5, 1, 4]).best
    4
    """
    answer: ScaleScore = analyse(
        ScaleScore, "satisfaction", answers=_whole(answers), low=low, high=high, best=best_from, level=level
    )
    return answer


def effort(answers: Sequence[int], *, level: float = 0.95) -> ScaleScore:
    """Give the share of answers from 1 to 7 that it was easy (5 and above; CES), and their mean."""
    answer: ScaleScore = analyse(ScaleScore, "effort", answers=_whole(answers), level=level)
    return answer


def _whole(answers: Sequence[int]) -> list[int]:
    listed: Any = answers
    for name in ("to_pylist", "tolist", "to_list"):
        if hasattr(listed, name):
            listed = getattr(listed, name)()
            break
    return list(listed)
