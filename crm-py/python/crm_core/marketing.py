"""Campaigns and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ._core import Money
from ._model import Word, model
from .base import AsOf, CampaignId, Channel, ContactPointId, CustomerId, Id, SegmentId, Window
from .store import SourceRef


@model
class AudienceSummary:
    """An audience in numbers: `candidates = contacts + handed_out + held_out + the sum of excluded`.

    Attributes
    ----------
    candidates : int
        How many there were to choose from, repetitions included.
    contacts : int
        How many are still to be contacted.
    handed_out : int
        How many were handed out by `next_batch`.
    held_out : int
        How many are left out on purpose.
    excluded : Mapping[str, int]
        How many are not contacted, by reason.
    """

    candidates: int
    contacts: int
    handed_out: int
    held_out: int
    excluded: Mapping[str, int]


@model
class Campaign:
    """A campaign, as a host has defined it.

    Attributes
    ----------
    name : str
        The name by which it is known. It never changes.
    purpose : str
        The purpose for which people are contacted. It decides who may be.
    channel : Channel
        The channel on which they are contacted.
    segment : SegmentId
        The segment of those whom it is meant for.
    window : Window
        When messages may be sent.
    holdout : int
        The share of people who are left out on purpose, in basis points (1 % = 100), so that those who were
        contacted can be compared with them.
    salt : str
        What the drawing of the holdout depends on beside the customer. Campaigns with the same salt leave out the
        same people.
    """

    name: str
    purpose: str
    channel: Channel
    segment: SegmentId
    window: Window
    holdout: int
    salt: str


class CampaignStep(Word):
    """One step of a campaign with one customer."""

    PLANNED = "planned"
    """The customer is to be contacted."""
    HELD_OUT = "held_out"
    """The customer is left out on purpose, to be compared with."""
    SENT = "sent"
    """A message was handed over for sending. It happens once for each campaign and customer."""
    DELIVERED = "delivered"
    """The message arrived."""
    BOUNCED = "bounced"
    """The address does not exist."""
    COMPLAINED = "complained"
    """The customer reported the message as unwanted."""
    OPENED = "opened"
    """The message was opened, by a person or a machine."""
    CLICKED = "clicked"
    """The customer followed a link."""
    RESPONDED = "responded"
    """The customer did what the campaign was made for; the amount is what it was worth."""
    UNSUBSCRIBED = "unsubscribed"
    """The customer wants no more messages of this purpose on this channel."""


@model
class MessageOutcome:
    """What became of a message.

    Attributes
    ----------
    customer : CustomerId
        With whom.
    step : CampaignStep
        What.
    at : datetime
        When.
    contact_point : ContactPointId | None
        Where the message went.
    address : Id | None
        The address under its pseudonym, to be barred when the message bounced or was complained about.
    amount : Money | None
        What a response was worth.
    source : SourceRef | None
        What another system calls the event. A second delivery under the same reference writes nothing.
    """

    customer: CustomerId
    step: CampaignStep
    at: datetime
    contact_point: ContactPointId | None = None
    address: Id | None = None
    amount: Money | None = None
    source: SourceRef | None = None


@model
class ResponseTally:
    """The counts of one campaign's response, to be added up over customers in any order and in parts.

    A customer responds when they do so within a time of the step that is measured from: the delivery, or, where
    those who were planned are compared with those who were held out, the plan. Each customer counts once.

    Attributes
    ----------
    campaign : CampaignId
        The campaign.
    within_micros : int
        How long after a step a response counts, in microseconds; exclusive.
    as_of : AsOf
        The point of view.
    delivered : int
        Who got the message.
    responders : int
        Who of them responded.
    planned : int
        Who was to be contacted.
    planned_responders : int
        Who of them responded, contacted or not.
    held_out : int
        Who was left out on purpose.
    held_out_responders : int
        Who of them responded all the same.
    """

    campaign: CampaignId
    within_micros: int
    as_of: AsOf
    delivered: int
    responders: int
    planned: int
    planned_responders: int
    held_out: int
    held_out_responders: int
