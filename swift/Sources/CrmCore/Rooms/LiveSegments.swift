import Foundation

/// Live segments, reasons, and columns.
extension Segments {
    /// Makes names of interactions known to the language, so that segments can count them. A name that is known already is left
    /// as it is.
    public func declareEvents(_ names: [Name]) async throws(CrmError) {
        try await worker.run { try room.declareEvents(names: names) }
    }

    /// Puts customers on a static list. Whether somebody is on it is asked by `list("name")` in the segment language.
    public func addToList(_ list: Name, customers: [CustomerId]) async throws(CrmError) {
        try await worker.run { try room.addToList(list: list, customers: customers) }
    }

    /// Takes customers off a static list.
    public func removeFromList(_ list: Name, customers: [CustomerId]) async throws(CrmError) {
        try await worker.run { try room.removeFromList(list: list, customers: customers) }
    }

    /// A segment.
    public func get(_ name: Name) async throws(CrmError) -> Segment {
        try await worker.run { try room.get(name: name) }
    }

    /// Every definition that a segment has had, the oldest first.
    public func versions(_ name: Name) async throws(CrmError) -> [SegmentVersion] {
        try await worker.run { try room.versions(name: name) }
    }

    /// Why a customer is in a segment, or not, in words: one condition per line, with the values it rests on.
    public func explainInWords(_ name: Name, customer: CustomerId, view: SegmentView) async throws(CrmError) -> String {
        try await worker.run { try room.explainInWords(name: name, customer: customer, view: view) }
    }

    /// The smallest change that would make a customer join a segment, or leave it.
    public func whyNot(_ name: Name, customer: CustomerId, view: SegmentView) async throws(CrmError) -> WhyNot {
        try await worker.run { try room.whyNot(name: name, customer: customer, view: view) }
    }

    /// When a customer joins or leaves a segment by the mere passing of time, if nothing is learned until then.
    public func nextChange(_ name: Name, customer: CustomerId, view: SegmentView) async throws(CrmError) -> NextChange {
        try await worker.run { try room.nextChange(name: name, customer: customer, view: view) }
    }

    /// Who would join and who would leave if a definition were replaced by another one.
    public func diff(oldText: String, newText: String, view: SegmentView) async throws(CrmError) -> SegmentDiff {
        try await worker.run { try room.diff(oldText: oldText, newText: newText, view: view) }
    }

    /// Evaluates an expression for a customer who is made up, with the catalogue and the segments of this engine.
    public func tryOut(_ trial: Trial) async throws(CrmError) -> TrialAnswer {
        try await worker.run { try room.tryOut(trial: trial) }
    }

    /// How the members of two expressions go together, whoever the customers are. Unknown where it cannot be told.
    public func relation(oneText: String, otherText: String) async throws(CrmError) -> Relation {
        try await worker.run { try room.relation(oneText: oneText, otherText: otherText) }
    }

    /// An expression as SQL: a query for the ids of its members at the instant of the view, or what cannot be said.
    public func toSql(_ text: String, view: SegmentView, dialect: SqlDialect) async throws(CrmError) -> SqlText {
        try await worker.run { try room.toSql(text: text, view: view, dialect: dialect) }
    }

    /// Says which segments are live: their members are kept, and each entry and exit is written down with its cause. What time
    /// alone changes is noticed by `tick`.
    public func setLive(_ live: LiveSegments) async throws(CrmError) {
        try await worker.run { try room.setLive(live: live) }
    }

    /// The live segments.
    public func live() async throws(CrmError) -> LiveSegments {
        try await worker.run { try room.live() }
    }

    /// Looks again at the members of live segments whose answers time may have changed up to an instant.
    @discardableResult
    public func tick(_ now: Date) async throws(CrmError) -> Ticked {
        try await worker.run { try room.tick(now: now) }
    }

    /// The live segments that a customer is in, by name.
    public func memberships(_ customer: CustomerId) async throws(CrmError) -> [Name] {
        try await worker.run { try room.memberships(customer: customer) }
    }

    /// The members of a live segment, in the order of their ids, as they are kept: nothing is evaluated.
    public func liveMembers(_ name: Name) async throws(CrmError) -> [CustomerId] {
        try await worker.run { try room.liveMembers(name: name) }
    }

    /// Every live segment that a customer has entered or left, the earliest first, with the cause.
    public func membershipHistory(_ customer: CustomerId) async throws(CrmError) -> [MembershipChange] {
        try await worker.run { try room.membershipHistory(customer: customer) }
    }

    /// The live segments that a customer was in at an instant.
    public func membershipsAt(_ customer: CustomerId, at: Date) async throws(CrmError) -> [Name] {
        try await worker.run { try room.membershipsAt(customer: customer, at: at) }
    }

    /// Reads all customers and interactions into columns that stay in the process until they are dropped. From then on
    /// `members`, `matching`, `evaluate` and `diff` take from them what they can. The answers are the same.
    @discardableResult
    public func loadColumns(threads: UInt32 = 1) async throws(CrmError) -> ColumnsInfo {
        try await worker.run { try room.loadColumns(threads: threads) }
    }

    /// Drops the columns.
    public func dropColumns() async throws(CrmError) {
        try await worker.run { try room.dropColumns() }
    }

    /// What the columns hold, after they have taken in what was written; nothing when there are none.
    public func columnsInfo() async throws(CrmError) -> ColumnsInfo? {
        try await worker.run { try room.columnsInfo() }
    }
}
