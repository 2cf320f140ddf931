import CrmCore
import Foundation

/// A commit under way: what it has touched so far, and what it will answer.
private struct Work {
    let seq: UInt64
    var receipt: Receipt
    var records: [RecordKey: Touch] = [:]
    var facts: [Touch] = []
    var erased: Set<Id> = []
}

extension StoreState {
    /// Writes a change set. What it throws in the middle, its caller throws away with this copy.
    mutating func commit(_ changes: ChangeSet) throws -> Receipt {
        if let key = changes.key, let first = receipts[Exact(key)] {
            return Receipt(
                seq: first.seq, replayed: true, appended: first.appended, written: first.written, duplicates: [])
        }
        let grown = try checkChanges(changes: changes, registry: registry)
        try changes.require.forEach(hold)
        let seq = UInt64(log.count) + 1
        let receipt = Receipt(seq: seq, replayed: false, appended: 0, written: 0, duplicates: [])
        var work = Work(seq: seq, receipt: receipt)
        for change in changes.changes { try apply(change, &work) }
        finish(changes, grown, work)
        return work.receipt
    }

    private func hold(_ condition: Precondition) throws {
        switch condition {
        case .version(let kind, let id, let version):
            try expect(kind, id, version: version)
        case .absent(let kind, let key):
            if let holder = holders[UniqueKey(kind, key)] {
                throw CrmError.Conflict(clash: .keyTaken(kind: kind, key: key.name, holder: holder))
            }
        case .unchanged(let stream, let subject, let since):
            let facts = streams[Exact(stream)]?.rows.lazy.compactMap { $0 } .filter { $0.fact.subject == subject }
            if let last = facts?.map(\.commit).max(), last > since {
                throw CrmError.Conflict(clash: .changed(stream: stream, subject: subject, since: since))
            }
        }
    }

    private func expect(_ kind: RecordKind, _ id: Id, version expected: UInt64) throws {
        let found = records[Exact(kind)]?[id]?.version ?? 0
        if found != expected {
            throw CrmError.Conflict(clash: .version(kind: kind, id: id, expected: expected, found: found))
        }
    }

    private func expectNotErased(_ subject: Id) throws {
        if erased.contains(subject) { throw CrmError.Conflict(clash: .erased(subject: subject)) }
    }

    private mutating func apply(_ change: Change, _ work: inout Work) throws {
        switch change {
        case .declare: break
        case .put(let record): try put(record, &work)
        case .delete(let kind, let id, let version):
            try expectNotErased(id)
            try expect(kind, id, version: version)
            let subject = replace(kind, id, nil)?.subject
            work.records[RecordKey(kind, id)] = .record(kind: kind, id: id, subject: subject, deleted: true)
        case .append(let fact): try append(fact, &work)
        case .erase(let subject): erase(subject, &work)
        }
    }

    private mutating func put(_ record: Record, _ work: inout Work) throws {
        let (kind, id) = (record.kind, record.id)
        try expectNotErased(id)
        if let subject = record.subject { try expectNotErased(subject) }
        try expect(kind, id, version: record.version - 1)
        for key in record.keys where key.unique {
            if let holder = holders[UniqueKey(kind, key)], holder != id {
                throw CrmError.Conflict(clash: .keyTaken(kind: kind, key: key.name, holder: holder))
            }
        }
        replace(kind, id, record)
        work.records[RecordKey(kind, id)] = .record(kind: kind, id: id, subject: record.subject, deleted: false)
        work.receipt.written += 1
    }

    @discardableResult
    private mutating func replace(_ kind: RecordKind, _ id: Id, _ record: Record?) -> Record? {
        let before = records[Exact(kind), default: [:]].removeValue(forKey: id)
        for key in before?.keys ?? [] where key.unique { holders[UniqueKey(kind, key)] = nil }
        for key in record?.keys ?? [] where key.unique { holders[UniqueKey(kind, key)] = id }
        records[Exact(kind), default: [:]][id] = record
        return before
    }

    private mutating func append(_ fact: Fact, _ work: inout Work) throws {
        try expectNotErased(fact.subject)
        let stream = Exact(fact.stream)
        let row = streams[stream]?.rows.count ?? 0
        if let at = streams[stream]?.byId[fact.id], let known = streams[stream]?.rows[at] {
            var again = fact
            again.recorded = known.fact.recorded
            if try Exact(factToJson(value: again)) != Exact(factToJson(value: known.fact)) {
                throw CrmError.Conflict(clash: .factDiffers(stream: fact.stream, id: fact.id))
            }
            work.receipt.duplicates.append(fact.id)
            return
        }
        let place = FactPlace(subject: fact.subject.uuidString, at: fact.at, row: row)
        streams[stream, default: FactRows()].rows.append(FactRow(fact: fact, commit: work.seq, place: place))
        streams[stream]?.byId[fact.id] = row
        work.facts.append(.fact(stream: fact.stream, id: fact.id, subject: fact.subject))
        work.receipt.appended += 1
    }

    private mutating func erase(_ subject: Id, _ work: inout Work) {
        erased.insert(subject)
        work.erased.insert(subject)
        var removed: Set<RecordKey> = []
        for record in records.values.flatMap(\.values) where record.id == subject || record.subject == subject {
            replace(record.kind, record.id, nil)
            removed.insert(RecordKey(record.kind, record.id))
        }
        for stream in streams.keys {
            for (at, row) in streams[stream]!.rows.enumerated() where row?.fact.subject == subject {
                streams[stream]!.rows[at] = nil
                streams[stream]!.byId[row!.fact.id] = nil
            }
        }
        work.records = work.records.filter { !$0.value.isGone(subject, removed) }
        work.facts.removeAll { $0.isGone(subject, removed) }
        for at in log.indices { log[at].touched.removeAll { $0.isGone(subject, removed) } }
    }

    private mutating func finish(_ changes: ChangeSet, _ grown: Registry, _ work: Work) {
        var touched: [Touch] = grown.filter { after in
            let before = registry.first { $0.target == after.target }
            return before == nil || before!.fields.count < after.fields.count
        }.map { .declared($0.target) }
        registry = grown
        touched += work.records.values
        touched += work.facts
        touched += work.erased.map { .erased($0) }
        log.append(LogEntry(seq: work.seq, at: changes.at, touched: touched))
        if let key = changes.key {
            var kept = work.receipt
            kept.duplicates = []
            receipts[Exact(key)] = kept
        }
    }
}
