import CrmCore
import Foundation

/// A store written in Swift: lists behind a lock. It keeps the contract of every store (see `Store` in crm-core), forgets
/// everything at the end, and is written to be read rather than to be fast.
final class ListStore: HostStore, @unchecked Sendable {
    private let lock = NSLock()
    private var state = StoreState()

    func info() throws -> StoreInfo {
        try read { state in
            StoreInfo(
                name: "swift", schema: 1, registry: state.registry, seq: UInt64(state.log.count), durable: false,
                filters: false, snapshots: false)
        }
    }

    func load(kind: RecordKind, ids: [Id]) throws -> [Record?] {
        try read { state in ids.map { state.records[Exact(kind)]?[$0] } }
    }

    func find(kind: RecordKind, keys: [Key]) throws -> [Id?] {
        try read { state in keys.map { state.holders[UniqueKey(kind, $0)] } }
    }

    func scan(query: Scan) throws -> RecordPage {
        try read { try $0.scan(query) }
    }

    func facts(query: FactQuery) throws -> FactPage {
        try read { try $0.facts(query) }
    }

    func commit(changes: ChangeSet) throws -> Receipt {
        try lock.withLock {
            try state.expectOpen()
            // Everything happens to a copy: what fails leaves nothing behind.
            var next = state
            let receipt = try next.commit(changes)
            state = next
            return receipt
        }
    }

    func changes(after: UInt64, limit: Int32) throws -> [Committed] {
        try read { state in
            let limit = try pageLimit(limit)
            return state.log.dropFirst(Int(clamping: after)).prefix(limit).map(\.committed)
        }
    }

    func verify(scope: Verify) throws -> VerifyReport {
        try read { state in
            if case .residue = scope { throw CrmError.Unsupported(store: "swift", operation: "residue") }
            let facts = state.streams.values.map(\.byId.count).reduce(0, +)
            return VerifyReport(checked: UInt64(state.records.values.map(\.count).reduce(facts, +)))
        }
    }

    func lifecycle(step: Lifecycle) throws {
        try lock.withLock {
            switch (step, state.life) {
            case (.close, _): state = StoreState(life: .closed)
            case (_, .closed): throw CrmError.Closed
            case (.suspend, _): state.life = .suspended
            case (.resume, _): state.life = .open
            case (_, .suspended): throw CrmError.Closed
            case (.snapshotTo, _): throw CrmError.Unsupported(store: "swift", operation: "snapshot")
            case (.scrub, _): break
            }
        }
    }

    private func read<Answer>(_ work: (StoreState) throws -> Answer) throws -> Answer {
        let state = lock.withLock { self.state }
        try state.expectOpen()
        return try work(state)
    }
}

/// How many items a page may hold.
func pageLimit(_ limit: Int32) throws -> Int {
    if limit <= 0 { throw CrmError.Malformed(reason: "a page of no items") }
    return min(Int(limit), 100_000)
}

/// A text compared byte by byte, as every store does. Swift's own comparison takes a composed letter and a decomposed one for
/// the same.
struct Exact: Hashable {
    let bytes: [UInt8]

    init(_ text: String) {
        bytes = Array(text.utf8)
    }
}

/// A key that at most one record of its kind may have.
struct UniqueKey: Hashable {
    let kind: Exact, name: Exact, value: Exact

    init(_ kind: RecordKind, _ key: Key) {
        (self.kind, name, value) = (Exact(kind), Exact(key.name), Exact(key.value))
    }
}

/// One record of one kind.
struct RecordKey: Hashable {
    let kind: Exact
    let id: Id

    init(_ kind: RecordKind, _ id: Id) {
        (self.kind, self.id) = (Exact(kind), id)
    }
}

/// A fact and its place in the order of commits.
struct FactRow {
    let fact: Fact
    let commit: UInt64
    let place: FactPlace
}

/// The facts of one stream. An erased one leaves a gap.
struct FactRows {
    var rows: [FactRow?] = []
    var byId: [Id: Int] = [:]
}

/// What a commit touched, with what an erasure has to know.
enum Touch {
    case declared(Target)
    case record(kind: RecordKind, id: Id, subject: Id?, deleted: Bool)
    case fact(stream: FactStream, id: Id, subject: Id)
    case erased(Id)

    var touched: Touched {
        switch self {
        case .declared(let target): .declared(target)
        case .record(let kind, let id, _, false): .put(kind: kind, id: id)
        case .record(let kind, let id, _, true): .deleted(kind: kind, id: id)
        case .fact(let stream, let id, _): .appended(stream: stream, id: id)
        case .erased(let subject): .erased(subject: subject)
        }
    }

    /// Whether nobody may be told of it any more.
    func isGone(_ subject: Id, _ removed: Set<RecordKey>) -> Bool {
        switch self {
        case .record(let kind, let id, let about, _):
            id == subject || about == subject || removed.contains(RecordKey(kind, id))
        case .fact(_, _, let about): about == subject
        case .declared, .erased: false
        }
    }
}

/// One commit in the feed.
struct LogEntry {
    let seq: UInt64
    let at: Date
    var touched: [Touch]

    var committed: Committed { Committed(seq: seq, at: at, touched: touched.map(\.touched)) }
}

/// All that is kept. A value: a copy is a snapshot.
struct StoreState {
    enum Life { case open, suspended, closed }

    var life = Life.open
    var registry: Registry = []
    var records: [Exact: [Id: Record]] = [:]
    var holders: [UniqueKey: Id] = [:]
    var streams: [Exact: FactRows] = [:]
    var erased: Set<Id> = []
    var receipts: [Exact: Receipt] = [:]
    var log: [LogEntry] = []

    func expectOpen() throws {
        if life != .open { throw CrmError.Closed }
    }
}
