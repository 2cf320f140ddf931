"""What happened."""

from __future__ import annotations

from collections.abc import Sequence

from ..base import CustomerId, FieldDecl, InteractionId, Page
from ..interaction import Interaction, NewInteraction, OrderLine, Recorded, Timeline
from ._handle import Handle, Reads, reads

_INTERACTIONID: Reads[InteractionId] = reads(InteractionId)
_RECORDED: Reads[Recorded] = reads(Recorded)
_INTERACTION: Reads[Interaction] = reads(Interaction)
_LIST_ORDERLINE: Reads[list[OrderLine]] = reads(list[OrderLine])
_PAGE_INTERACTION: Reads[Page[Interaction]] = reads(Page[Interaction])


class Interactions(Handle):
    """What happened."""

    __slots__ = ()

    def record(self, new: NewInteraction) -> InteractionId:
        """Records an interaction.

        Raises
        ------
        CrmError
            See `record`. `Conflict` when it has been recorded before with another content.
        """
        return self._ask("interactions.record", _INTERACTIONID, new=new)

    def record_all(self, batch: Sequence[NewInteraction]) -> Recorded:
        """Records many interactions, all or none, in one commit."""
        return self._ask("interactions.record_all", _RECORDED, batch=batch)

    def get(self, id: InteractionId) -> Interaction:
        """An interaction.

        Raises
        ------
        CrmError
            `NotFound`.
        """
        return self._ask("interactions.get", _INTERACTION, id=id)

    def lines(self, id: InteractionId) -> list[OrderLine]:
        """The lines of an order or refund, by number."""
        return self._ask("interactions.lines", _LIST_ORDERLINE, id=id)

    def timeline(self, customer: CustomerId, timeline: Timeline | None = None) -> Page[Interaction]:
        """A page of a customer's history."""
        timeline = Timeline() if timeline is None else timeline
        return self._ask("interactions.timeline", _PAGE_INTERACTION, customer=customer, timeline=timeline)

    def declare_properties(self, properties: Sequence[FieldDecl]) -> None:
        """Declares properties of the host's own."""
        self._do("interactions.declare_properties", properties=properties)
