"""What members earned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ..base import CustomerId, Id, ProgrammeId, Window
from ..loyalty import (
    Activity,
    Adjustment,
    Cancellation,
    Capture,
    CaughtUp,
    Claim,
    Definition,
    Ledger,
    Liability,
    PointsDecision,
    Programme,
    ProgrammeReport,
    Purchase,
    Redemption,
    Refund,
    Reservation,
    RewardOffer,
    Simulation,
    Standing,
    Statement,
    TierChange,
    Transfer,
    Violation,
    Voucher,
    VoucherUse,
    WhatIf,
)
from ._handle import Handle, Reads, reads

_PROGRAMMEID: Reads[ProgrammeId] = reads(ProgrammeId)
_PROGRAMME: Reads[Programme] = reads(Programme)
_LEDGER: Reads[Ledger] = reads(Ledger)
_POINTSDECISION: Reads[PointsDecision] = reads(PointsDecision)
_SIMULATION: Reads[Simulation] = reads(Simulation)
_WHATIF: Reads[WhatIf] = reads(WhatIf)
_STANDING: Reads[Standing] = reads(Standing)
_DICT_CUSTOMERID_STANDING: Reads[dict[CustomerId, Standing]] = reads(dict[CustomerId, Standing])
_LIST_TIERCHANGE: Reads[list[TierChange]] = reads(list[TierChange])
_STATEMENT: Reads[Statement] = reads(Statement)
_LIABILITY: Reads[Liability] = reads(Liability)
_LIST_VIOLATION: Reads[list[Violation]] = reads(list[Violation])
_CAUGHTUP: Reads[CaughtUp] = reads(CaughtUp)
_LIST_REWARDOFFER: Reads[list[RewardOffer]] = reads(list[RewardOffer])
_VOUCHER: Reads[Voucher] = reads(Voucher)
_LIST_VOUCHER: Reads[list[Voucher]] = reads(list[Voucher])
_PROGRAMMEREPORT: Reads[ProgrammeReport] = reads(ProgrammeReport)


class Loyalty(Handle):
    """What members earned."""

    __slots__ = ()

    def id_of(self, key: str) -> ProgrammeId:
        """The id of the programme that a host calls by a key of its own."""
        return self._ask("loyalty.id_of", _PROGRAMMEID, key=key)

    def publish(self, id: ProgrammeId, definition: Definition, from_: datetime) -> Programme:
        """Publishes a definition as the first or the next version of a programme, from an instant on.

        Publishing what is published already changes nothing.
        """
        return self._ask("loyalty.publish", _PROGRAMME, id=id, definition=definition, **{"from": from_})

    def programme(self, id: ProgrammeId) -> Programme:
        """A programme with all its versions.

        Raises
        ------
        CrmError
            `NotFound`.
        """
        return self._ask("loyalty.programme", _PROGRAMME, id=id)

    def ledger(self, member: CustomerId) -> Ledger:
        """Every movement of a member, in all programmes."""
        return self._ask("loyalty.ledger", _LEDGER, member=member)

    def join(self, id: ProgrammeId, member: CustomerId, at: datetime) -> PointsDecision:
        """Awards the points for joining. A member joins once."""
        return self._ask("loyalty.join", _POINTSDECISION, id=id, member=member, at=at)

    def credit(self, id: ProgrammeId, activity: Activity) -> PointsDecision:
        """Awards what an activity other than a purchase earns. An activity earns once.

        Raises
        ------
        CrmError
            `Denied` when the other customer in it is the member.
        """
        return self._ask("loyalty.credit", _POINTSDECISION, id=id, activity=activity)

    def simulate(self, id: ProgrammeId, basket: Purchase) -> Simulation:
        """What a basket would earn at its instant, past or future, and what each rule says to it.

        Nothing is written.
        """
        return self._ask("loyalty.simulate", _SIMULATION, id=id, basket=basket)

    def what_if(self, id: ProgrammeId, definition: Definition, from_: datetime, at: datetime) -> WhatIf:
        """What would be different at an instant in points, tiers and liability if a definition had applied from an instant on: everybody's orders, refunds and points are replayed under both.

        Nothing is written.
        """
        return self._ask("loyalty.what_if", _WHATIF, id=id, definition=definition, **{"from": from_}, at=at)

    def earn(self, id: ProgrammeId, purchase: Purchase) -> PointsDecision:
        """Awards what a purchase earns. A purchase earns once."""
        return self._ask("loyalty.earn", _POINTSDECISION, id=id, purchase=purchase)

    def refund(self, id: ProgrammeId, purchase: Purchase, refunds: Sequence[Refund]) -> PointsDecision:
        """Takes back what the refunded part of a purchase earned.

        `refunds` are all refunds of the purchase so far.
        """
        return self._ask("loyalty.refund", _POINTSDECISION, id=id, purchase=purchase, refunds=refunds)

    def redeem(self, id: ProgrammeId, redemption: Redemption) -> PointsDecision:
        """Spends points.

        Raises
        ------
        CrmError
            `Denied` when the member has too few.
        """
        return self._ask("loyalty.redeem", _POINTSDECISION, id=id, redemption=redemption)

    def reserve(self, id: ProgrammeId, reservation: Reservation) -> PointsDecision:
        """Sets points aside, so that nothing else spends them, until they are captured or released, or time is over.

        Raises
        ------
        CrmError
            `Denied` when the member has too few.
        """
        return self._ask("loyalty.reserve", _POINTSDECISION, id=id, reservation=reservation)

    def capture(self, id: ProgrammeId, member: CustomerId, capture: Capture) -> PointsDecision:
        """Spends points that were set aside; those that are left over are given back.

        Raises
        ------
        CrmError
            `Denied` when the reservation is over.
        """
        return self._ask("loyalty.capture", _POINTSDECISION, id=id, member=member, capture=capture)

    def release(self, id: ProgrammeId, member: CustomerId, reservation: Id, at: datetime) -> PointsDecision:
        """Ends a reservation before its time."""
        return self._ask("loyalty.release", _POINTSDECISION, id=id, member=member, reservation=reservation, at=at)

    def confirm(self, id: ProgrammeId, member: CustomerId, cause: Id, at: datetime) -> PointsDecision:
        """Says that the points of a purchase or activity may be spent that wait for somebody's word."""
        return self._ask("loyalty.confirm", _POINTSDECISION, id=id, member=member, cause=cause, at=at)

    def transfer(self, id: ProgrammeId, transfer: Transfer) -> PointsDecision:
        """Gives points to another member.

        Those who give and those who receive are written together or not at all. The decision is about the one who
        gives.

        Raises
        ------
        CrmError
            `Denied` when the member has too few, or when points of the unit cannot be transferred.
        """
        return self._ask("loyalty.transfer", _POINTSDECISION, id=id, transfer=transfer)

    def cancel(self, id: ProgrammeId, member: CustomerId, cancellation: Cancellation) -> PointsDecision:
        """Gives points of a redemption back to the lots they came from."""
        return self._ask("loyalty.cancel", _POINTSDECISION, id=id, member=member, cancellation=cancellation)

    def adjust(self, id: ProgrammeId, adjustment: Adjustment) -> PointsDecision:
        """Gives or takes points by hand."""
        return self._ask("loyalty.adjust", _POINTSDECISION, id=id, adjustment=adjustment)

    def settle(self, id: ProgrammeId, member: CustomerId) -> PointsDecision:
        """Writes what the clock has done to a member's points. Balances do not depend on it."""
        return self._ask("loyalty.settle", _POINTSDECISION, id=id, member=member)

    def standing(self, id: ProgrammeId, member: CustomerId, at: datetime) -> Standing:
        """What a member has, and where the member stands, at an instant."""
        return self._ask("loyalty.standing", _STANDING, id=id, member=member, at=at)

    def standings(self, id: ProgrammeId, at: datetime) -> dict[CustomerId, Standing]:
        """Where every member stands at an instant."""
        return self._ask("loyalty.standings", _DICT_CUSTOMERID_STANDING, id=id, at=at)

    def tier_history(self, id: ProgrammeId, member: CustomerId, until: datetime) -> list[TierChange]:
        """Every change of a member's tier up to an instant."""
        return self._ask("loyalty.tier_history", _LIST_TIERCHANGE, id=id, member=member, until=until)

    def rewards(
        self, id: ProgrammeId, member: CustomerId, at: datetime, segments: Sequence[str] = ()
    ) -> list[RewardOffer]:
        """The programme's rewards, and whether a member, who belongs to some segments, can claim each at an instant."""
        return self._ask("loyalty.rewards", _LIST_REWARDOFFER, id=id, member=member, segments=segments, at=at)

    def claim(self, id: ProgrammeId, claim: Claim) -> Voucher:
        """Claims a reward: the points are spent and a voucher is issued, both or neither.

        Raises
        ------
        CrmError
            `Denied` with the reason when the member cannot have it; `NotFound` when there is none such.
        """
        return self._ask("loyalty.claim", _VOUCHER, id=id, claim=claim)

    def vouchers(self, id: ProgrammeId, member: CustomerId) -> list[Voucher]:
        """A member's vouchers, the latest claim first."""
        return self._ask("loyalty.vouchers", _LIST_VOUCHER, id=id, member=member)

    def voucher(self, code: str) -> Voucher:
        """The voucher with a code, however it was typed.

        Raises
        ------
        CrmError
            `Invalid` when the code is mistyped; `NotFound` when no voucher has it.
        """
        return self._ask("loyalty.voucher", _VOUCHER, code=code)

    def use_voucher(self, by: VoucherUse) -> Voucher:
        """Uses a voucher. It can be used once; the same use that is delivered again is the same use.

        Raises
        ------
        CrmError
            `Denied` when it was used, cancelled or is over.
        """
        return self._ask("loyalty.use_voucher", _VOUCHER, by=by)

    def cancel_voucher(self, code: str, at: datetime) -> Voucher:
        """Cancels a voucher that was not used: its points go back to the lots that they came from.

        Raises
        ------
        CrmError
            `Denied` when it was used or cancelled.
        """
        return self._ask("loyalty.cancel_voucher", _VOUCHER, code=code, at=at)

    def statement(self, id: ProgrammeId, member: CustomerId, window: Window) -> Statement:
        """What moved a member's points in a window, each with its cause."""
        return self._ask("loyalty.statement", _STATEMENT, id=id, member=member, window=window)

    def liability(self, id: ProgrammeId, at: datetime) -> Liability:
        """What the points that members hold at an instant are expected to cost, by month of expiry."""
        return self._ask("loyalty.liability", _LIABILITY, id=id, at=at)

    def report(self, id: ProgrammeId, window: Window, unit: str | None = None) -> ProgrammeReport:
        """How a programme did in a window, in a unit or the first one.

        Points issued, spent and expired, active members, the flow between tiers, and the share of points that are
        never spent.
        """
        return self._ask("loyalty.report", _PROGRAMMEREPORT, id=id, unit=unit, window=window)

    def audit(self, id: ProgrammeId) -> list[Violation]:
        """Derives everything anew from the facts and names every promise that does not hold."""
        return self._ask("loyalty.audit", _LIST_VIOLATION, id=id)

    def catch_up(self, id: ProgrammeId, until: datetime) -> CaughtUp:
        """Awards what everybody's orders and refunds up to an instant have earned and nobody has awarded yet.

        Members of whom no movement is written are replayed at once; the others are taken purchase by purchase, so
        that what was decided before stays. All is written in one commit.
        """
        return self._ask("loyalty.catch_up", _CAUGHTUP, id=id, until=until)
