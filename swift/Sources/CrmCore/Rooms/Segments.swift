/// Who belongs.
public struct Segments: Sendable {
    let room: BlockingSegments
    let worker: Worker

    /// The id of the segment of a name.
    public static func idOf(_ name: Name) throws(CrmError) -> SegmentId {
        try direct { try segmentIdOf(name: name) }
    }

    /// Everything that a segment can speak of.
    public func catalogue() async throws(CrmError) -> Catalogue {
        try await worker.run { try room.catalogue() }
    }

    /// What is wrong with a definition, and what may be: errors and warnings, each with its place.
    public func check(_ text: String) async throws(CrmError) -> [Diagnostic] {
        try await worker.run { try room.check(text: text) }
    }

    /// Defines a segment, or gives it another definition. One that has not changed is left as it is.
    ///
    /// Throws `Segment` with the first thing that is wrong with the definition.
    @discardableResult
    public func define(_ name: Name, text: String) async throws(CrmError) -> Segment {
        try await worker.run { try room.define(name: name, text: text) }
    }

    /// All segments, by name.
    public func list() async throws(CrmError) -> [Segment] {
        try await worker.run { try room.list() }
    }

    /// The members of a segment, in the order of their ids. Customers who are put away belong to none.
    public func members(_ name: Name, view: SegmentView) async throws(CrmError) -> [CustomerId] {
        try await worker.run { try room.members(name: name, view: view) }
    }

    /// The customers for whom an expression is true.
    public func matching(_ text: String, view: SegmentView) async throws(CrmError) -> [CustomerId] {
        try await worker.run { try room.matching(text: text, view: view) }
    }

    /// The members of many segments, in one pass over the customers.
    public func evaluate(_ segments: [Segment], view: SegmentView) async throws(CrmError) -> [Membership] {
        try await worker.run { try room.evaluate(segments: segments, view: view) }
    }

    /// Why a customer is in a segment, or not.
    public func explain(
        _ name: Name, customer: CustomerId, view: SegmentView
    ) async throws(CrmError) -> Explanation {
        try await worker.run { try room.explain(name: name, customer: customer, view: view) }
    }

    /// Why a customer is in each of many segments, or not.
    public func explainAll(
        _ segments: [Segment], customer: CustomerId, view: SegmentView
    ) async throws(CrmError) -> [Explanation] {
        try await worker.run { try room.explainAll(segments: segments, customer: customer, view: view) }
    }
}
