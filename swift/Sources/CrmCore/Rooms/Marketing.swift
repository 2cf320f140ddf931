/// Whom to contact, and what came of it.
public struct Marketing: Sendable {
    let room: BlockingMarketing
    let worker: Worker

    /// Defines a campaign, or changes one that has not begun.
    public func define(_ campaign: Campaign) async throws(CrmError) {
        try await worker.run { try room.define(campaign: campaign) }
    }

    /// A campaign. Throws `NotFound`.
    public func get(_ name: Name) async throws(CrmError) -> Campaign {
        try await worker.run { try room.get(name: name) }
    }

    /// Plans whom to contact: the members of the campaign's segment, less everybody who may not be, with a count for each
    /// reason. Nothing is written before the plan is adopted.
    public func plan(_ campaign: Campaign, members: [CustomerId], asOf: AsOf) async throws(CrmError) -> Audience {
        try await worker.run { try room.plan(campaign: campaign, members: members, asOf: asOf) }
    }

    /// Writes down who was planned and who was held out, so that the response can be measured.
    public func adopt(_ audience: Audience) async throws(CrmError) {
        try await worker.run { try room.adopt(audience: audience) }
    }

    /// The permits of the next people to be contacted, at most `n`. Everyone is asked about once more, as of now.
    public func nextBatch(_ audience: Audience, n: Int32) async throws(CrmError) -> ContactPermits {
        try await worker.run { try room.nextBatch(audience: audience, n: n) }
    }

    /// Writes down who was contacted, by the permits that were used.
    public func sent(_ campaign: Campaign, permits: ContactPermits) async throws(CrmError) {
        try await worker.run { try room.sent(campaign: campaign, permits: permits) }
    }

    /// Writes down what came of messages: deliveries, bounces, complaints, responses.
    public func recordOutcomes(_ campaign: Campaign, outcomes: [MessageOutcome]) async throws(CrmError) {
        try await worker.run { try room.recordOutcomes(campaign: campaign, outcomes: outcomes) }
    }

    /// Counts who responded within a time of the delivery, and how many of those held out did so unasked.
    public func response(
        _ campaign: Campaign, withinMicros: Int64, asOf: AsOf
    ) async throws(CrmError) -> ResponseTally {
        try await worker.run { try room.response(campaign: campaign, withinMicros: withinMicros, asOf: asOf) }
    }
}
