"""What happened, on which channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from typing import Any

from ._core import Money
from ._model import Personal, model
from .base import Channel, CustomerId, Fields, InteractionId, Order, Window
from .store import SourceRef


@model
class Interaction:
    """An interaction, as it is read.

    Attributes
    ----------
    id : InteractionId
        The id.
    customer : CustomerId
        With whom.
    name : str
        What happened.
    at : datetime
        When it happened.
    recorded : datetime
        When we learned of it.
    channel : Channel | None
        On which channel.
    amount : Money | None
        The money it is about, signed from the seller's side: negative for a refund.
    quantity : int | None
        How many items it is about.
    text : Personal[str] | None
        What was written or said.
    source : SourceRef | None
        What another system calls it.
    refers_to : InteractionId | None
        The interaction that it answers or takes back.
    properties : Fields
        Properties of the host's own.
    """

    id: InteractionId
    customer: CustomerId
    name: str
    at: datetime
    recorded: datetime
    channel: Channel | None = None
    amount: Money | None = None
    quantity: int | None = None
    text: Personal[str] | None = None
    source: SourceRef | None = None
    refers_to: InteractionId | None = None
    properties: Fields


@model
class Line:
    """One line of an order.

    Attributes
    ----------
    product : str
        The product's code.
    category : str | None
        The product's category.
    quantity : int
        How many items; at least one.
    amount : Money
        What was charged for all of them.
    list_amount : Money | None
        What they would have cost without discounts.
    """

    product: str
    category: str | None = None
    quantity: int
    amount: Money
    list_amount: Money | None = None


@model
class RefundedLine:
    """What a refund takes back of one line of its order.

    Attributes
    ----------
    line : int
        The number of the line in the order, from 1.
    quantity : int
        How many items are taken back; 0 when only the price is reduced.
    amount : Money
        The positive amount that is paid back for them.
    """

    line: int
    quantity: int
    amount: Money


@model
class NewInteraction:
    """An interaction to be recorded.

    Attributes
    ----------
    customer : CustomerId
        With whom.
    name : str
        What happened: one of the names of this room, or one of the host's own.
    at : datetime
        When it happened. It may lie in the past, not in the future.
    channel : Channel | None
        On which channel.
    amount : Money | None
        The money it is about; positive, also for a refund.
    quantity : int | None
        How many items it is about.
    text : Personal[str] | None
        What was written or said.
    source : SourceRef | None
        What another system calls it. A second delivery under the same reference writes nothing.
    refers_to : InteractionId | None
        The interaction that it answers or takes back.
    lines : Sequence[Line]
        The lines of an order. Their amounts add up to the order's.
    refunded : Sequence[RefundedLine]
        The lines that a refund takes back; empty for a refund of the order as a whole.
    properties : Fields
        Properties of the host's own, each declared before.
    """

    customer: CustomerId
    name: str
    at: datetime
    channel: Channel | None = None
    amount: Money | None = None
    quantity: int | None = None
    text: Personal[str] | None = None
    source: SourceRef | None = None
    refers_to: InteractionId | None = None
    lines: Sequence[Line] = ()
    refunded: Sequence[RefundedLine] = ()
    properties: Fields = field(default_factory=dict)

    @classmethod
    def order(cls, customer: CustomerId, at: datetime, amount: Money, **more: Any) -> NewInteraction:
        """An order; `more` are other fields."""
        return cls(customer=customer, name="order", at=at, amount=amount, **more)

    @classmethod
    def refund(
        cls, customer: CustomerId, at: datetime, amount: Money, of: InteractionId | None = None, **more: Any
    ) -> NewInteraction:
        """Money given back, for an order if one is named; `more` are other fields."""
        return cls(customer=customer, name="refund", at=at, amount=amount, refers_to=of, **more)


@model
class OrderLine:
    """A line of an order or refund, as it is read.

    Attributes
    ----------
    interaction : InteractionId
        The order or refund that it belongs to.
    line : int
        The number of the line in the order, from 1.
    product : str | None
        The product's code; in a refund, missing.
    category : str | None
        The product's category.
    quantity : int
        How many items; negative in a refund.
    amount : Money
        The amount; negative in a refund.
    """

    interaction: InteractionId
    line: int
    product: str | None = None
    category: str | None = None
    quantity: int
    amount: Money


@model
class Recorded:
    """What became of a batch of interactions.

    Attributes
    ----------
    ids : Sequence[InteractionId]
        The id of each interaction, in the order of the batch.
    duplicates : int
        How many had been recorded before, and were not written again.
    """

    ids: Sequence[InteractionId]
    duplicates: int


@model
class Timeline:
    """Which part of a customer's history to show, and in which order.

    Attributes
    ----------
    order : Order
        Newest or oldest first.
    names : Sequence[str]
        Only interactions with these names; empty for all.
    window : Window
        Only interactions in this window.
    known : datetime | None
        Only what was known at this instant.
    limit : int
        How many at most.
    cursor : str | None
        Where to go on.
    """

    order: Order = Order.NEWEST
    names: Sequence[str] = ()
    window: Window = Window.ALWAYS
    known: datetime | None = None
    limit: int = 50
    cursor: str | None = None
