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

    /** Gives points of a redemption back to the lots they came from. */
    public suspend fun cancel(id: ProgrammeId, member: CustomerId, cancellation: Cancellation): PointsDecision =
        call { it.cancel(id, member, cancellation) }

    /** Gives or takes points by hand. */
    public suspend fun adjust(id: ProgrammeId, adjustment: Adjustment): PointsDecision =
        call { it.adjust(id, adjustment) }

    /** Awards the points for joining. A member joins once. */
    public suspend fun join(id: ProgrammeId, member: CustomerId, at: Instant): PointsDecision =
        call { it.join(id, member, at) }

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

    /** What moved a member's points in a window, each with its cause. */
    public suspend fun statement(id: ProgrammeId, member: CustomerId, window: Window): Statement =
        call { it.statement(id, member, window) }

    /** What the points that members hold at an instant are expected to cost, by month of expiry. */
    public suspend fun liability(id: ProgrammeId, at: Instant): Liability = stoppable { it.liability(id, at) }

    /** Derives everything anew from the facts and names every promise that does not hold. */
    public suspend fun audit(id: ProgrammeId): List<Violation> = stoppable { it.audit(id) }

    /** Awards what everybody's orders and refunds up to an instant have earned and nobody has awarded yet, in one commit. */
    public suspend fun catchUp(id: ProgrammeId, until: Instant): CaughtUp = stoppable { it.catchUp(id, until) }
}
