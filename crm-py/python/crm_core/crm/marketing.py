"""Whom to contact, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from .. import _core
from ..audience import Audience, ContactPermit
from ..base import AsOf, CustomerId
from ..marketing import Campaign, MessageOutcome, ResponseTally
from ._handle import Handle, Reads, reads

_CAMPAIGN: Reads[Campaign] = reads(Campaign)
_RESPONSETALLY: Reads[ResponseTally] = reads(ResponseTally)


class Marketing(Handle):
    """Whom to contact, and what came of it."""

    __slots__ = ()

    def define(self, campaign: Campaign) -> None:
        """Defines a campaign, or changes one that has not begun."""
        self._do("marketing.define", campaign=campaign)

    def get(self, name: str) -> Campaign:
        """A campaign.

        Raises
        ------
        CrmError
            `NotFound`.
        """
        return self._ask("marketing.get", _CAMPAIGN, name=name)

    def record_outcomes(self, campaign: Campaign, outcomes: Sequence[MessageOutcome]) -> None:
        """Writes down what came of messages: deliveries, bounces, complaints, responses."""
        self._do("marketing.record_outcomes", campaign=campaign, outcomes=outcomes)

    def response(self, campaign: Campaign, within_micros: int, as_of: AsOf | None = None) -> ResponseTally:
        """Counts who responded within a time of the delivery, and how many of those held out did so unasked."""
        return self._ask(
            "marketing.response",
            _RESPONSETALLY,
            campaign=campaign,
            within_micros=within_micros,
            as_of=self._as_of(as_of),
        )

    def plan(self, campaign: Campaign, members: Sequence[CustomerId], as_of: AsOf | None = None) -> Audience:
        """Plans whom to contact: the members of the campaign's segment, less everybody who may not be.

        Nothing is written before the plan is adopted.
        """
        point = self._as_of(as_of)
        return Audience(_core.plan(self._crm.engine, {"campaign": campaign, "members": members, "as_of": point}))

    def adopt(self, audience: Audience) -> None:
        """Writes down who was planned and who was held out, so that the response can be measured."""
        _core.adopt(self._crm.engine, audience._inner)

    def next_batch(self, audience: Audience, n: int) -> list[ContactPermit]:
        """The permits of the next people to be contacted, at most `n`. Everyone is asked about once more, as of now."""
        return [ContactPermit(one) for one in _core.next_batch(self._crm.engine, audience._inner, n)]

    def sent(self, campaign: Campaign, permits: Sequence[ContactPermit]) -> None:
        """Writes down who was contacted, by the permits that were used."""
        _core.sent(self._crm.engine, campaign, [one._inner for one in permits])
