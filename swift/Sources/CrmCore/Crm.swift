@_exported import CrmCoreBindings
import Dispatch
import Foundation

/// A customer-relationship-management engine over one store.
///
/// ```swift
/// let crm = try await Crm.open("shop.db")
/// let anna = try await crm.customers.create(NewCustomer(customerType: .person, name: "Anna Example"))
/// ```
///
/// An engine and its rooms are cheap to copy and may be used from any task. Every call runs on a queue of its own, so that
/// none of Swift's threads waits for a disk. What goes wrong is a ``CrmError``.
public struct Crm: Sendable {
    /// The same engine with calls that block their thread: for command-line tools, and for code that has threads already.
    public let blocking: BlockingCrm
    /// Customers, their addresses, attributes and relationships.
    public let customers: Customers
    /// What happened.
    public let interactions: Interactions
    /// Files in.
    public let intake: Intake
    /// What is allowed.
    public let privacy: Privacy
    /// Whom to contact, and what came of it.
    public let marketing: Marketing
    /// What members earned.
    public let loyalty: Loyalty
    /// Who belongs.
    public let segments: Segments
    /// How customers behave.
    public let scores: Scores

    let worker: Worker

    /// The queue on which engines work unless they are given another.
    public static let queue = DispatchQueue(label: "crm-core", qos: .userInitiated, attributes: .concurrent)

    init(_ blocking: BlockingCrm, on queue: DispatchQueue) throws(CrmError) {
        let worker = Worker(queue: queue)
        self.blocking = blocking
        self.worker = worker
        customers = Customers(room: try direct { try blocking.customers() }, worker: worker)
        interactions = Interactions(room: try direct { try blocking.interactions() }, worker: worker)
        intake = Intake(room: try direct { try blocking.intake() }, worker: worker)
        privacy = Privacy(room: try direct { try blocking.privacy() }, worker: worker)
        marketing = Marketing(room: try direct { try blocking.marketing() }, worker: worker)
        loyalty = Loyalty(room: try direct { try blocking.loyalty() }, worker: worker)
        segments = Segments(room: try direct { try blocking.segments() }, worker: worker)
        scores = Scores(room: try direct { try blocking.scores() }, worker: worker)
    }

    /// Opens a file, or makes it.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - clock: Replaces the machine's clock.
    ///   - seed: Replaces random ids with ids counted up from it: the same ids every time, for tests and simulations.
    ///   - addressKey: 32 secret bytes, needed to bar addresses.
    ///   - queue: Where the engine works.
    public static func open(
        _ path: String, clock: FixedClock? = nil, seed: Int64? = nil, addressKey: Data? = nil,
        queue: DispatchQueue = queue
    ) async throws(CrmError) -> Crm {
        try await Worker(queue: queue).run {
            try Crm(.open(path: path, clock: clock, seed: seed, addressKey: addressKey), on: queue)
        }
    }

    /// An engine that keeps everything in the process and forgets it at the end. The options are those of ``open``.
    public static func inMemory(
        clock: FixedClock? = nil, seed: Int64? = nil, addressKey: Data? = nil, queue: DispatchQueue = queue
    ) async throws(CrmError) -> Crm {
        try await Worker(queue: queue).run {
            try Crm(.inMemory(clock: clock, seed: seed, addressKey: addressKey), on: queue)
        }
    }

    /// An engine over a store of your own. The options are those of ``open``.
    ///
    /// The engine holds no lock while it calls the store, and calls it from its queue. A store must not hold on to the engine
    /// that uses it: neither would ever be freed.
    public static func over(
        _ store: any HostStore, clock: FixedClock? = nil, seed: Int64? = nil, addressKey: Data? = nil,
        queue: DispatchQueue = queue
    ) async throws(CrmError) -> Crm {
        try await Worker(queue: queue).run {
            try Crm(.withStore(store: store, clock: clock, seed: seed, addressKey: addressKey), on: queue)
        }
    }

    /// Does something with an engine that can be stopped: by the token, from anywhere, or by cancelling the task. The calls
    /// under way then throw ``CrmError/Cancelled`` at their next step; what they had not written is not written.
    ///
    /// ```swift
    /// let members = try await crm.cancellable { try await $0.segments.members("active", view: view) }
    /// ```
    public func cancellable<Answer: Sendable>(
        by token: CancelToken = CancelToken(), _ work: @Sendable (Crm) async throws(CrmError) -> Answer
    ) async throws(CrmError) -> Answer {
        let stoppable = try Crm(direct { try blocking.cancelledBy(token: token) }, on: worker.queue)
        let answer: Result<Answer, CrmError> = await withTaskCancellationHandler {
            do throws(CrmError) { return .success(try await work(stoppable)) } catch { return .failure(error) }
        } onCancel: {
            token.cancel()
        }
        return try answer.get()
    }

    /// The present instant, by this engine's clock.
    public var now: Date {
        get throws(CrmError) { try direct { try blocking.now() } }
    }
}
