import CrmCore
import Dispatch
import Foundation
import Testing

@Suite("Concurrency") struct ConcurrencyTests {
    @Test("many tasks write at once, and nothing is lost")
    func manyWriters() async throws {
        let crm = try await Crm.inMemory()
        let ids = try await withThrowingTaskGroup(of: CustomerId.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let new = NewCustomer(customerType: .person, name: "Customer \(number)")
                    return try await crm.customers.create(new).id
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(ids.count == 200)
        #expect(try await crm.customers.all().collect().count == 200)
    }

    @Test("of writers of one version exactly one wins")
    func race() async throws {
        let crm = try await Crm.inMemory()
        let anna = try await crm.customers.create(NewCustomer(customerType: .person))
        let winners = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<50 {
                group.addTask {
                    var edited = anna
                    edited.tags = ["writer-\(number)"]
                    do throws(CrmError) {
                        _ = try await crm.customers.save(edited)
                        return true
                    } catch {
                        #expect(error.code == "conflict")
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(winners == 1)
        #expect(try await crm.customers.get(anna.id).version == 2)
    }

    @Test("waiting for the engine holds no thread of Swift's")
    func cooperativePool() async throws {
        let queue = DispatchQueue(label: "test", attributes: .concurrent)
        let crm = try await Crm.inMemory(queue: queue)
        queue.suspend()
        let calls = (0..<100).map { _ in Task { try await crm.customers.list(limit: 1) } }
        // Were a thread of the pool held by each call, this would not be reached.
        for _ in 0..<1_000 { await Task.yield() }
        try await Task.sleep(nanoseconds: 10_000_000)
        queue.resume()
        for call in calls { #expect(try await call.value.items.isEmpty) }
    }

    @Test("a task that is cancelled writes nothing")
    func cancelled() async throws {
        let crm = try await Crm.inMemory()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await crm.customers.create(NewCustomer(customerType: .person))
        }
        task.cancel()
        let error = await failure { try await task.value }
        #expect(error == .Cancelled)
        #expect(try await crm.customers.list().items.isEmpty)
    }

    @Test("cancelling a task stops what the engine has begun, and the engine goes on")
    func stopped() async throws {
        let store = WaitingStore()
        let crm = try await Crm.over(store)
        _ = try await crm.customers.createAll((0..<100).map { .person("\($0)") })
        let task = Task {
            // Page after page, until somebody stops it.
            try await crm.cancellable { crm throws(CrmError) in
                while true { _ = try await crm.customers.all(pageSize: 10).collect() }
            }
        }
        await store.waitForScans(25)
        task.cancel()
        let error = await failure { try await task.value }
        #expect(error == .Cancelled)
        #expect(try await crm.customers.all().collect().count == 100)
    }

    @Test("a token stops calls from anywhere, for good")
    func token() async throws {
        let crm = try await Crm.inMemory()
        let token = CancelToken()
        _ = try await crm.cancellable(by: token) { crm throws(CrmError) in try await crm.customers.list() }
        token.cancel()
        #expect(token.isCancelled())
        let error = await failure {
            try await crm.cancellable(by: token) { crm throws(CrmError) in
                try await crm.customers.create(.person("Anna"))
            }
        }
        #expect(error == .Cancelled)
        #expect(try await crm.customers.list().items.isEmpty)
    }

    @Test("an engine on a file is read by many tasks while another writes")
    func file() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("shop.db").path
        do {
            let crm = try await Crm.open(path)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for number in 0..<20 {
                        _ = try await crm.customers.create(NewCustomer(customerType: .person, name: "\(number)"))
                    }
                }
                for _ in 0..<4 {
                    group.addTask {
                        var seen = 0
                        while seen < 20 {
                            let now = try await crm.customers.list().items.count
                            #expect(now >= seen)
                            seen = now
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(try await Crm.open(path).customers.all().collect().count == 20)
    }
}

/// A store that counts how often it is scanned.
private final class WaitingStore: HostStore, @unchecked Sendable {
    private let inner = ListStore()
    private let lock = NSLock()
    private var scans = 0

    func waitForScans(_ count: Int) async {
        while lock.withLock({ scans }) < count { await Task.yield() }
    }

    func scan(query: Scan) throws -> RecordPage {
        lock.withLock { scans += 1 }
        return try inner.scan(query: query)
    }

    func info() throws -> StoreInfo { try inner.info() }
    func load(kind: RecordKind, ids: [Id]) throws -> [Record?] { try inner.load(kind: kind, ids: ids) }
    func find(kind: RecordKind, keys: [Key]) throws -> [Id?] { try inner.find(kind: kind, keys: keys) }
    func facts(query: FactQuery) throws -> FactPage { try inner.facts(query: query) }
    func commit(changes: ChangeSet) throws -> Receipt { try inner.commit(changes: changes) }
    func changes(after: UInt64, limit: Int32) throws -> [Committed] { try inner.changes(after: after, limit: limit) }
    func verify(scope: Verify) throws -> VerifyReport { try inner.verify(scope: scope) }
    func lifecycle(step: Lifecycle) throws { try inner.lifecycle(step: step) }
}
