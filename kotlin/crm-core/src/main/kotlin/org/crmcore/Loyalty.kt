package org.crmcore

import java.time.Instant

/** What members earned. */
public class Loyalty internal constructor(crm: Crm) : Room<BlockingLoyalty>(crm, BlockingCrm::loyalty) {
    /**
     * Publishes a definition as the first or the next version of a programme, from an instant on. Publishing what is
     * published already changes nothing.
     */
    public suspend fun publish(id: ProgrammeId, definition: Definition, from: Instant): Programme =
        call { it.publish(id, definition, from) }

    /** A programme with all its versions. */
    public suspend fun programme(id: ProgrammeId): Programme = call { it.programme(id) }

    /** Every movement of a member, in all programmes. */
    public suspend fun ledger(member: CustomerId): Ledger = call { it.ledger(member) }

    /** Awards what a purchase earns. A purchase earns once. */
    public suspend fun earn(id: ProgrammeId, purchase: Purchase): PointsDecision = call { it.earn(id, purchase) }

    /** Takes back what the refunded part of a purchase earned. `refunds` are all refunds of the purchase so far. */
    public suspend fun refund(id: ProgrammeId, purchase: Purchase, refunds: List<Refund>): PointsDecision =
        call { it.refund(id, purchase, refunds) }

    /** Spends points; denied when the member has too few. */
    public suspend fun redeem(id: ProgrammeId, redemption: Redemption): PointsDecision =
        call { it.redeem(id, redemption) }

    /**
     * Sets points aside, so that nothing else spends them, until they are captured or released, or the time is over;
     * denied when the member has too few.
     */
    public suspend fun reserve(id: ProgrammeId, reservation: Reservation): PointsDecision =
        call { it.reserve(id, reservation) }

    /** Spends points that were set aside; those left over are given back. Denied when the reservation is over. */
    public suspend fun capture(id: ProgrammeId, member: CustomerId, capture: Capture): PointsDecision =
        call { it.capture(id, member, capture) }

    /** Ends a reservation before its time. */
    public suspend fun release(id: ProgrammeId, member: CustomerId, reservation: Id, at: Instant): PointsDecision =
        call { it.release(id, member, reservation, at) }

    /** Says that the points of a purchase or activity may be spent that wait for somebody's word. */
    public suspend fun confirm(id: ProgrammeId, member: CustomerId, cause: Id, at: Instant): PointsDecision =
        call { it.confirm(id, member, cause, at) }

    /**
     * Gives points to another member. Those who give and those who receive are written together or not at all. The
     * decision is about the one who gives; denied when that member has too few, or when points of the unit cannot be
     * transferred.
     */
    public suspend fun transfer(id: ProgrammeId, transfer: Transfer): PointsDecision = call { it.transfer(id, transfer) }

    /** Gives points of a redemption back to the lots they came from. */
    public suspend fun cancel(id: ProgrammeId, member: CustomerId, cancellation: Cancellation): PointsDecision =
        call { it.cancel(id, member, cancellation) }

    /** Gives or takes points by hand. */
    public suspend fun adjust(id: ProgrammeId, adjustment: Adjustment): PointsDecision =
        call { it.adjust(id, adjustment) }

    /** Awards the points for joining. A member joins once. */
    public suspend fun join(id: ProgrammeId, member: CustomerId, at: Instant): PointsDecision =
        call { it.join(id, member, at) }

    /** Awards what an activity other than a purchase earns. An activity earns once. */
    public suspend fun credit(id: ProgrammeId, activity: Activity): PointsDecision = call { it.credit(id, activity) }

    /** What a basket would earn at its instant, past or future, and what each rule says to it. Nothing is written. */
    public suspend fun simulate(id: ProgrammeId, basket: Purchase): Simulation = call { it.simulate(id, basket) }

    /**
     * What would be different at an instant in points, tiers and liability if a definition had applied from an instant
     * on: everybody's orders, refunds and points are replayed under both. Nothing is written.
     */
    public suspend fun whatIf(id: ProgrammeId, definition: Definition, from: Instant, at: Instant): WhatIf =
        stoppable { it.whatIf(id, definition, from, at) }

    /** Every change of a member's tier up to an instant. */
    public suspend fun tierHistory(id: ProgrammeId, member: CustomerId, until: Instant): List<TierChange> =
        call { it.tierHistory(id, member, until) }

    /** Writes what the clock has done to a member's points. Balances do not depend on it. */
    public suspend fun settle(id: ProgrammeId, member: CustomerId): PointsDecision = call { it.settle(id, member) }

    /** What a member has, and where the member stands, at an instant. */
    public suspend fun standing(id: ProgrammeId, member: CustomerId, at: Instant): Standing =
        call { it.standing(id, member, at) }

    /** Where every member stands at an instant. */
    public suspend fun standings(id: ProgrammeId, at: Instant): Map<CustomerId, Standing> =
        stoppable { it.standings(id, at) }

    /** The programme's rewards, and whether a member, who belongs to some segments, can claim each at an instant. */
    public suspend fun rewards(
        id: ProgrammeId,
        member: CustomerId,
        at: Instant,
        segments: List<Name> = emptyList(),
    ): List<RewardOffer> = call { it.rewards(id, member, at, segments) }

    /**
     * Claims a reward: the points are spent and a voucher is issued, both or neither. Denied with the reason when the
     * member cannot have it.
     */
    public suspend fun claim(id: ProgrammeId, claim: Claim): Voucher = call { it.claim(id, claim) }

    /** A member's vouchers, the latest claim first. */
    public suspend fun vouchers(id: ProgrammeId, member: CustomerId): List<Voucher> = call { it.vouchers(id, member) }

    /** The voucher with a code, however it was typed. */
    public suspend fun voucher(code: String): Voucher = call { it.voucher(code) }

    /** Uses a voucher. It can be used once; the same use that is delivered again is the same use. */
    public suspend fun useVoucher(by: VoucherUse): Voucher = call { it.useVoucher(by) }

    /** Cancels a voucher that was not used: its points go back to the lots that they came from. */
    public suspend fun cancelVoucher(code: String, at: Instant): Voucher = call { it.cancelVoucher(code, at) }

    /** What moved a member's points in a window, each with its cause. */
    public suspend fun statement(id: ProgrammeId, member: CustomerId, window: Window): Statement =
        call { it.statement(id, member, window) }

    /** What the points that members hold at an instant are expected to cost, by month of expiry. */
    public suspend fun liability(id: ProgrammeId, at: Instant): Liability = stoppable { it.liability(id, at) }

    /**
     * How a programme did in a window, in a unit or the first one: points issued, spent and expired, active members, the
     * flow between tiers, and the share of points that are never spent.
     */
    public suspend fun report(id: ProgrammeId, window: Window, unit: Name? = null): ProgrammeReport =
        stoppable { it.report(id, window, unit) }

    /** Derives everything anew from the facts and names every promise that does not hold. */
    public suspend fun audit(id: ProgrammeId): List<Violation> = stoppable { it.audit(id) }

    /** Awards what everybody's orders and refunds up to an instant have earned and nobody has awarded yet, in one commit. */
    public suspend fun catchUp(id: ProgrammeId, until: Instant): CaughtUp = stoppable { it.catchUp(id, until) }
}
