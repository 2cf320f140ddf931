"""Which channels the conversions are owed to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, cast

from . import _core
from ._convert import decode, encode
from ._model import model
from ._rows import Rows, analyse, columns_of

if TYPE_CHECKING:
    from ._sources import ArrowStream


@model
class Touch:
    """One contact on the way to a conversion.

    Attributes
    ----------
    channel : str
        The channel or the campaign.
    at : datetime
        When.
    """

    channel: str
    at: datetime


@model
class Journey:
    """What happened to one customer, from the first touch on.

    Attributes
    ----------
    touches : Sequence[Touch]
        The touches, in the order in which they happened.
    converted : datetime | None
        When the customer converted; none when it did not.
    worth : float
        What the conversion counts: 1, or its value in a unit of the caller's.
    """

    touches: Sequence[Touch]
    converted: datetime | None = None
    worth: float = 1.0


@model
class AttributionRuleTimeDecay:
    """The less, the longer before the conversion: half for each half-life.

    Attributes
    ----------
    half_life_days : float
        The half-life in days.
    """

    _tag: ClassVar[str] = "time_decay"
    half_life_days: float


@model
class AttributionRulePosition:
    """Shares for the first and the last touch; the rest is divided evenly among those between.

    Attributes
    ----------
    first : float
        The share of the first touch.
    last : float
        The share of the last touch.
    """

    _tag: ClassVar[str] = "position"
    first: float
    last: float


AttributionRule: TypeAlias = (
    Literal["first", "last", "linear", "markov", "shapley"] | AttributionRuleTimeDecay | AttributionRulePosition
)
"""How credit is given."""


@model
class ChannelCredit:
    """What one channel is credited with.

    Attributes
    ----------
    channel : str
        The channel.
    credit : float
        What it is credited with, in the unit of `Journey.worth`.
    share : float
        Its share of all credit; the shares add up to 1.
    journeys : int
        In how many journeys it occurs.
    """

    channel: str
    credit: float
    share: float
    journeys: int


@model
class Attribution(Rows):
    """Who gets the credit.

    Attributes
    ----------
    channels : Sequence[ChannelCredit]
        The channels, by name.
    worth : float
        The worth of all conversions with a touch before them: the sum of the credits.
    untouched : float
        The worth of conversions without a touch, for which nobody gets credit.
    """

    channels: Sequence[ChannelCredit]
    worth: float
    untouched: float

    def _columns(self) -> list[tuple[str, Any]]:
        rows = [encode(one) for one in self.channels]
        return [(name, [row[name] for row in rows]) for name in ("channel", "credit", "share", "journeys")]


def attribute(
    journeys: Sequence[Journey] | ArrowStream,
    rule: AttributionRule,
    *,
    journey: str = "journey",
    channel: str = "channel",
    time: str = "time",
    converted: str = "converted",
    worth: str | None = None,
) -> Attribution:
    """Give the channels credit for the conversions to which they led. The shares add up to 1.

    Parameters
    ----------
    journeys
        Journeys; or a table with one row for each touch.
    rule
        `"first"`, `"last"`, `"linear"`, `AttributionRuleTimeDecay`, `AttributionRulePosition`, `"markov"` (removal effect in
        a Markov chain of the first order) or `"shapley"`.
    journey, channel, time
        Columns of a table: which journey a touch belongs to, its channel, and when it was.
    converted
        A column of a table: when the journey converted; missing when it did not.
    worth
        A column of a table: what the conversion counts; 1 without it.

    Returns
    -------
    Attribution
        The channels by name. It is a table, too.

    Raises
    ------
    InsufficientData
        When no journey converted.

    Examples
    --------
    >>> from datetime import date
    >>> import pyarrow
    >>> from crm_core import attribute
    >>> touches = pyarrow.table({
    ...     "journey": [1, 1, 2], "channel": ["search", "mail", "mail"],
    ...     "time": [date(2026, 1, 1), date(2026, 1, 3), date(2026, 1, 2)],
    ...     "converted": [date(2026, 1, 4), date(2026, 1, 4), date(2026, 1, 2)],
    ... })
    >>> [(one.channel, one.share) for one in attribute(touches, "linear").channels]
    [('mail', 0.75), ('search', 0.25)]
    """
    if hasattr(journeys, "__arrow_c_stream__"):
        data = _core.attribute_table(
            columns_of(cast("ArrowStream", journeys)),
            rule,
            journey=journey,
            channel=channel,
            time=time,
            converted=converted,
            worth=worth,
        )
        answer: Attribution = decode(Attribution, data)
        return answer
    given: Attribution = analyse(Attribution, "attribute", journeys=journeys, rule=rule)
    return given
