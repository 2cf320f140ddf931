import Foundation

/// What members earned.
public struct Loyalty: Sendable {
    let room: BlockingLoyalty
    let worker: Worker

    /// The id of the programme that a host calls by a key of its own.
    public static func idOf(_ key: Name) throws(CrmError) -> ProgrammeId {
        try direct { try programmeIdOf(key: key) }
    }

    /// Publishes a definition as the first or the next version of a programme, from an instant on. Publishing what is
    /// published already changes nothing.
    @discardableResult
    public func publish(
        _ id: ProgrammeId, definition: Definition, from: Date
    ) async throws(CrmError) -> Programme {
        try await worker.run { try room.publish(id: id, definition: definition, from: from) }
    }

    /// A programme with all its versions. Throws `NotFound`.
    public func programme(_ id: ProgrammeId) async throws(CrmError) -> Programme {
        try await worker.run { try room.programme(id: id) }
    }

    /// Every movement of a member, in all programmes.
    public func ledger(_ member: CustomerId) async throws(CrmError) -> Ledger {
        try await worker.run { try room.ledger(member: member) }
    }

    /// Awards the points for joining. A member joins once.
    @discardableResult
    public func join(_ id: ProgrammeId, member: CustomerId, at: Date) async throws(CrmError) -> PointsDecision {
        try await worker.run { try room.join(id: id, member: member, at: at) }
    }

    /// Awards what an activity other than a purchase earns. An activity earns once.
    @discardableResult
    public func credit(_ id: ProgrammeId, activity: Activity) async throws(CrmError) -> PointsDecision {
        try await worker.run { try room.credit(id: id, activity: activity) }
    }

    /// What a basket would earn at its instant, past or future, and what each rule says to it. Nothing is written.
    public func simulate(_ id: ProgrammeId, basket: Purchase) async throws(CrmError) -> Simulation {
        try await worker.run { try room.simulate(id: id, basket: basket) }
    }

    /// What would be different at an instant in points, tiers and liability if a definition had applied from an instant on:
    /// everybody's orders, refunds and points are replayed under both. Nothing is written.
    public func whatIf(
        _ id: ProgrammeId, definition: Definition, from: Date, at: Date
    ) async throws(CrmError) -> WhatIf {
        try await worker.run { try room.whatIf(id: id, definition: definition, from: from, at: at) }
    }

    /// Every change of a member's tier up to an instant.
    public func tierHistory(
        _ id: ProgrammeId, member: CustomerId, until: Date
    ) async throws(CrmError) -> [TierChange] {
        try await worker.run { try room.tierHistory(id: id, member: member, until: until) }
    }

    /// Awards what a purchase earns. A purchase earns once.
    @discardableResult
    public func earn(_ id: ProgrammeId, purchase: Purchase) async throws(CrmError) -> PointsDecision {
        try await worker.run { try room.earn(id: id, purchase: purchase) }
    }

    /// Takes back what the refunded part of a purchase earned. `refunds` are all refunds of the purchase so far.
    @discardableResult
    public func refund(
        _ id: ProgrammeId, purchase: Purchase, refunds: [Refund]
    ) async throws(CrmError) -> PointsDecision {
        try await worker.run { try room.refund(id: id, purchase: purchase, refunds: refunds) }
    }

    /// Spends points. Throws `Denied` when the member has too few.
    @discardableResult
    public func redeem(_ id: ProgrammeId, redemption: Redemption) async throws(CrmError) -> PointsDecision {
        try await worker.run { try room.redeem(id: id, redemption: redemption) }
    }

    /// Sets points aside, so that nothing else spends them, until they are captured or released, or the time is over. Throws
    /// `Denied` when the member has too few.
    @discardableResult
    public func reserve(_ id: ProgrammeId, reservation: Reservation) async throws(CrmError) -> PointsDecision {
        try await worker.run { try room.reserve(id: id, reservation: reservation) }
    }

    /// Spends points that were set aside; those that are left over are given back. Throws `Denied` when the reservation is
    /// over.
    @discardableResult
    public func capture(
        _ id: ProgrammeId, member: CustomerId, capture: Capture
    ) async throws(CrmError) -> PointsDecision {
        try await worker.run { try room.capture(id: id, member: member, capture: capture) }
    }

    /// Ends a reservation before its time.
    @discardableResult
    public func release(
        _ id: ProgrammeId, member: CustomerId, reservation: Id, at: Date
    ) async throws(CrmError) -> PointsDecision {
        try await worker.run { try room.release(id: id, member: member, reservation: reservation, at: at) }
    }

    /// Says that the points of a purchase or activity may be spent that wait for somebody's word.
    @discardableResult
    public func confirm(
        _ id: ProgrammeId, member: CustomerId, cause: Id, at: Date
    ) async throws(CrmError) -> PointsDecision {
        try await worker.run { try room.confirm(id: id, member: member, cause: cause, at: at) }
    }

    /// Gives points to another member. Those who give and those who receive are written together or not at all. The
    /// decision is about the one who gives. Throws `Denied` when that member has too few, or when points of the unit cannot
    /// be transferred.
    @discardableResult
    public func transfer(_ id: ProgrammeId, transfer: Transfer) async throws(CrmError) -> PointsDecision {
        try await worker.run { try room.transfer(id: id, transfer: transfer) }
    }

    /// Gives points of a redemption back to the lots they came from.
    @discardableResult
    public func cancel(
        _ id: ProgrammeId, member: CustomerId, cancellation: Cancellation
    ) async throws(CrmError) -> PointsDecision {
        try await worker.run { try room.cancel(id: id, member: member, cancellation: cancellation) }
    }

    /// Gives or takes points by hand.
    @discardableResult
    public func adjust(_ id: ProgrammeId, adjustment: Adjustment) async throws(CrmError) -> PointsDecision {
        try await worker.run { try room.adjust(id: id, adjustment: adjustment) }
    }

    /// Writes what the clock has done to a member's points. Balances do not depend on it.
    @discardableResult
    public func settle(_ id: ProgrammeId, member: CustomerId) async throws(CrmError) -> PointsDecision {
        try await worker.run { try room.settle(id: id, member: member) }
    }

    /// What a member has, and where the member stands, at an instant.
    public func standing(_ id: ProgrammeId, member: CustomerId, at: Date) async throws(CrmError) -> Standing {
        try await worker.run { try room.standing(id: id, member: member, at: at) }
    }

    /// Where every member stands at an instant.
    public func standings(_ id: ProgrammeId, at: Date) async throws(CrmError) -> [CustomerId: Standing] {
        try await worker.run { try room.standings(id: id, at: at) }
    }

    /// The programme's rewards, and whether a member, who belongs to some segments, can claim each at an instant.
    public func rewards(
        _ id: ProgrammeId, member: CustomerId, at: Date, segments: [Name] = []
    ) async throws(CrmError) -> [RewardOffer] {
        try await worker.run { try room.rewards(id: id, member: member, at: at, segments: segments) }
    }

    /// Claims a reward: the points are spent and a voucher is issued, both or neither. Throws `Denied` with the reason when
    /// the member cannot have it.
    public func claim(_ id: ProgrammeId, claim: Claim) async throws(CrmError) -> Voucher {
        try await worker.run { try room.claim(id: id, claim: claim) }
    }

    /// A member's vouchers, the latest claim first.
    public func vouchers(_ id: ProgrammeId, member: CustomerId) async throws(CrmError) -> [Voucher] {
        try await worker.run { try room.vouchers(id: id, member: member) }
    }

    /// The voucher with a code, however it was typed. Throws `NotFound`.
    public func voucher(_ code: String) async throws(CrmError) -> Voucher {
        try await worker.run { try room.voucher(code: code) }
    }

    /// Uses a voucher. It can be used once; the same use that is delivered again is the same use.
    @discardableResult
    public func useVoucher(_ by: VoucherUse) async throws(CrmError) -> Voucher {
        try await worker.run { try room.useVoucher(by: by) }
    }

    /// Cancels a voucher that was not used: its points go back to the lots that they came from.
    @discardableResult
    public func cancelVoucher(_ code: String, at: Date) async throws(CrmError) -> Voucher {
        try await worker.run { try room.cancelVoucher(code: code, at: at) }
    }

    /// What moved a member's points in a window, each with its cause.
    public func statement(
        _ id: ProgrammeId, member: CustomerId, window: Window
    ) async throws(CrmError) -> Statement {
        try await worker.run { try room.statement(id: id, member: member, window: window) }
    }

    /// What the points that members hold at an instant are expected to cost, by month of expiry.
    public func liability(_ id: ProgrammeId, at: Date) async throws(CrmError) -> Liability {
        try await worker.run { try room.liability(id: id, at: at) }
    }

    /// How a programme did in a window, in a unit or the first one: points issued, spent and expired, active members, the
    /// flow between tiers, and the share of points that are never spent.
    public func report(
        _ id: ProgrammeId, window: Window, unit: Name? = nil
    ) async throws(CrmError) -> ProgrammeReport {
        try await worker.run { try room.report(id: id, window: window, unit: unit) }
    }

    /// Derives everything anew from the facts and names every promise that does not hold.
    public func audit(_ id: ProgrammeId) async throws(CrmError) -> [Violation] {
        try await worker.run { try room.audit(id: id) }
    }

    /// Awards what everybody's orders and refunds up to an instant have earned and nobody has awarded yet. All is written in
    /// one commit.
    public func catchUp(_ id: ProgrammeId, until: Date) async throws(CrmError) -> CaughtUp {
        try await worker.run { try room.catchUp(id: id, until: until) }
    }
}
