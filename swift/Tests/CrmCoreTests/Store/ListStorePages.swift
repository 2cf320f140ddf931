import CrmCore
import Foundation

/// The place of a fact in its stream.
struct FactPlace {
    let subject: String
    let at: Date
    let row: Int

    /// Whether this place comes before another one.
    func precedes(_ other: FactPlace, in order: Order) -> Bool {
        switch order {
        case .oldest: (subject, at, row) < (other.subject, other.at, other.row)
        case .newest: (subject, at, row) > (other.subject, other.at, other.row)
        case .recorded: row < other.row
        }
    }

    func cursor(in order: Order) -> Cursor {
        "\(order).\(subject).\(at.timeIntervalSinceReferenceDate.bitPattern).\(row)"
    }

    /// Reads a cursor that a page in the same order has given.
    init(cursor: Cursor, in order: Order) throws {
        let parts = cursor.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "\(order)", let subject = UUID(uuidString: String(parts[1])),
            let bits = UInt64(parts[2]), let row = Int(parts[3]), row >= 0
        else { throw CrmError.Malformed(reason: "not a cursor of this listing of facts") }
        self.init(
            subject: subject.uuidString, at: Date(timeIntervalSinceReferenceDate: Double(bitPattern: bits)), row: row)
    }

    init(subject: String, at: Date, row: Int) {
        (self.subject, self.at, self.row) = (subject, at, row)
    }
}

extension StoreState {
    /// A page of facts.
    func facts(_ query: FactQuery) throws -> FactPage {
        let limit = try pageLimit(query.limit)
        let after = try query.cursor.map { try FactPlace(cursor: $0, in: query.order) }
        let names = Set(query.names.map(Exact.init)), subjects = query.subjects.map(Set.init)
        let ids = query.ids.map(Set.init)
        let rows = (streams[Exact(query.stream)]?.rows ?? []).compactMap { $0 }.filter { row in
            let fact = row.fact
            return (subjects?.contains(fact.subject) ?? true) && (ids?.contains(fact.id) ?? true)
                && (names.isEmpty || names.contains(Exact(fact.name)))
                && fact.at >= query.window.start && fact.at < query.window.end
                && fact.recorded <= query.known ?? fact.recorded
                && after?.precedes(row.place, in: query.order) ?? true
        }.sorted { $0.place.precedes($1.place, in: query.order) }
        let page = rows.prefix(limit)
        return FactPage(
            items: page.map { query.fields == .all ? $0.fact : $0.fact.measures },
            next: rows.count > limit ? page.last?.place.cursor(in: query.order) : nil)
    }

    /// A page of records, in the order of their ids.
    func scan(_ query: Scan) throws -> RecordPage {
        let limit = try pageLimit(query.limit)
        let after = try query.cursor.map { cursor in
            guard let id = UUID(uuidString: cursor) else {
                throw CrmError.Malformed(reason: "not a cursor of this listing of records")
            }
            return id.uuidString
        }
        let subjects = query.subjects.map(Set.init)
        let found = (records[Exact(query.kind)] ?? [:]).values.filter { record in
            (subjects == nil || record.subject.map { subjects!.contains($0) } ?? false)
                && (query.key.map { record.has($0) } ?? true) && (after.map { record.id.uuidString > $0 } ?? true)
        }.sorted { $0.id.uuidString < $1.id.uuidString }
        let page = found.prefix(limit)
        return RecordPage(items: Array(page), next: found.count > limit ? page.last?.id.uuidString : nil)
    }
}

extension Record {
    fileprivate func has(_ key: Key) -> Bool {
        keys.contains { Exact($0.name) == Exact(key.name) && Exact($0.value) == Exact(key.value) }
    }
}

extension Fact {
    /// What is left when only the measures are asked for.
    fileprivate var measures: Fact {
        Fact(
            stream: stream, id: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)), subject: subject, at: at,
            recorded: at, name: name, amount: amount, points: points, fields: [:])
    }
}
