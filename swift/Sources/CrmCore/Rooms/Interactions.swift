import Foundation

/// What happened.
public struct Interactions: Sendable {
    let room: BlockingInteractions
    let worker: Worker

    /// Records an interaction.
    ///
    /// Throws `Conflict` when it has been recorded before with another content.
    public func record(_ new: NewInteraction) async throws(CrmError) -> InteractionId {
        try await worker.run { try room.record(new: new) }
    }

    /// Records many interactions, all or none, in one commit.
    public func recordAll(_ batch: [NewInteraction]) async throws(CrmError) -> Recorded {
        try await worker.run { try room.recordAll(batch: batch) }
    }

    /// Records many interactions, all or none, from JSON lines.
    ///
    /// Throws `Import` with the number of the line that cannot be read.
    public func recordLines(_ lines: Data) async throws(CrmError) -> Recorded {
        try fits(lines)
        return try await worker.run { try room.recordLines(lines: lines) }
    }

    /// An interaction. Throws `NotFound`.
    public func get(_ id: InteractionId) async throws(CrmError) -> Interaction {
        try await worker.run { try room.get(id: id) }
    }

    /// The lines of an order or refund, by number.
    public func lines(_ id: InteractionId) async throws(CrmError) -> [OrderLine] {
        try await worker.run { try room.lines(id: id) }
    }

    /// A page of a customer's history.
    public func timeline(
        _ customer: CustomerId, timeline: Timeline = .newest()
    ) async throws(CrmError) -> InteractionPage {
        try await worker.run { try room.timeline(customer: customer, timeline: timeline) }
    }

    /// A customer's whole history, read page by page.
    public func history(_ customer: CustomerId, timeline: Timeline = .newest()) -> Pages<Interaction> {
        Pages { cursor throws(CrmError) in
            var question = timeline
            question.cursor = cursor ?? timeline.cursor
            let page = try await self.timeline(customer, timeline: question)
            return (page.items, page.next)
        }
    }

    /// Declares properties of the host's own.
    public func declareProperties(_ properties: [FieldDecl]) async throws(CrmError) {
        try await worker.run { try room.declareProperties(properties: properties) }
    }
}
