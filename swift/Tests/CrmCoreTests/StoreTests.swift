import CrmCore
import Foundation
import Testing

/// Opens a new store at every place.
final class ListStores: StoreFactory {
    func store(place: UInt64) throws -> any HostStore { ListStore() }
}

/// A store that throws whatever it is told to.
final class FailingStore: HostStore, @unchecked Sendable {
    let inner = ListStore()
    private let lock = NSLock()
    private var thrown: (any Error)?

    func fail(with error: (any Error)?) { lock.withLock { thrown = error } }

    private func check() throws {
        if let error = lock.withLock({ thrown }) { throw error }
    }

    func info() throws -> StoreInfo { try inner.info() }
    func load(kind: RecordKind, ids: [Id]) throws -> [Record?] { try check(); return try inner.load(kind: kind, ids: ids) }
    func find(kind: RecordKind, keys: [Key]) throws -> [Id?] { try check(); return try inner.find(kind: kind, keys: keys) }
    func scan(query: Scan) throws -> RecordPage { try check(); return try inner.scan(query: query) }
    func facts(query: FactQuery) throws -> FactPage { try check(); return try inner.facts(query: query) }
    func commit(changes: ChangeSet) throws -> Receipt { try check(); return try inner.commit(changes: changes) }
    func changes(after: UInt64, limit: Int32) throws -> [Committed] { try inner.changes(after: after, limit: limit) }
    func verify(scope: Verify) throws -> VerifyReport { try inner.verify(scope: scope) }
    func lifecycle(step: Lifecycle) throws { try inner.lifecycle(step: step) }
}

struct DiskOnFire: Error { let path = "/secret" }

@Suite("A store written in Swift") struct StoreTests {
    /// What no store written in Swift can keep: `Date` is too coarse for the last microseconds before the year 10000, and a
    /// dictionary takes two names for one when they differ in their Unicode normalisation only.
    static let beyondSwift: Set = ["ordering.the-whole-range-of-instants-is-in-order", "declarations.take-any-valid-name"]

    @Test("passes the suite that every store passes")
    func certified() throws {
        let checks = try certify(factory: ListStores(), cases: 5)
        #expect(checks.count > 300)
        for check in checks where !check.passed && !check.skipped {
            #expect(StoreTests.beyondSwift.contains(check.name), "\(check.name): \(check.reason)")
        }
        // What a store cannot do that keeps nothing and does not look at its own bytes, and nothing else.
        let parts: Set<Substring> = ["reopen", "lifecycle", "erasure", "verify", "manners"]
        for check in checks where check.skipped {
            #expect(parts.contains(check.name.prefix { $0 != "." }), "\(check.name): \(check.reason)")
        }
        #expect(checks.count(where: \.passed) > 290)
    }

    @Test("carries an engine")
    func engine() async throws {
        let crm = try await Crm.over(ListStore(), seed: 1)
        let anna = try await crm.customers.create(.person("Zoë Müller", tags: ["vip"]))
        #expect(try await crm.customers.get(anna.id) == anna)
        let order = NewInteraction.order(anna.id, at: try crm.now, amount: Money(minor: 990, currency: "EUR"))
        _ = try await crm.interactions.record(order)
        #expect(try await crm.interactions.history(anna.id).collect().map(\.amount) == [order.amount])
        try await crm.privacy.erase(anna.id)
        let error = await failure { try await crm.customers.get(anna.id) }
        #expect(error?.code == "not-found")
    }

    @Test("throws errors that come back as they were thrown")
    func declaredErrors() async throws {
        let store = FailingStore()
        let crm = try await Crm.over(store)
        for error: CrmError in [
            .Unavailable(retryable: true, reason: "locked"), .Full(reason: "disk"), .Corrupt(reason: "page 7"), .Closed,
            .Backend(store: "keychain", reason: "-25300"), .Conflict(clash: .erased(subject: UUID())),
        ] {
            store.fail(with: error)
            #expect(await failure { try await crm.customers.create(.person("Anna")) } == error)
        }
        store.fail(with: nil)
        _ = try await crm.customers.create(.person("Anna"))
    }

    @Test("throws anything else, and the programme goes on")
    func otherErrors() async throws {
        let store = FailingStore()
        let crm = try await Crm.over(store)
        for error: any Error in [
            DiskOnFire(), CocoaError(.fileNoSuchFile), CancellationError(),
            // Not an error that the engine could read: a name may not be empty.
            CrmError.Backend(store: "", reason: "nameless"),
        ] {
            store.fail(with: error)
            let found = await failure { try await crm.customers.create(.person("Anna")) }
            #expect(found?.code == "store-backend" || found?.code == "internal", "\(error): \(String(describing: found))")
        }
        store.fail(with: nil)
        #expect(try await crm.customers.list().items.isEmpty)
    }
}
