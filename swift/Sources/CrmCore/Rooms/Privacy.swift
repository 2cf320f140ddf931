import Foundation

/// What is allowed.
public struct Privacy: Sendable {
    let room: BlockingPrivacy
    let worker: Worker

    /// Defines a purpose, or a new version of one. One that has not changed is left as it is.
    public func define(_ purpose: Purpose) async throws(CrmError) {
        try await worker.run { try room.define(purpose: purpose) }
    }

    /// The defined purposes.
    public func policy() async throws(CrmError) -> Policy {
        try await worker.run { try room.policy() }
    }

    /// Records what people have said, all or nothing, and gives the ids of the facts.
    public func record(_ events: [ConsentEvent]) async throws(CrmError) -> [Id] {
        try await worker.run { try room.record(events: events) }
    }

    /// Takes back every permission of a customer, from now on.
    @discardableResult
    public func withdraw(_ customer: CustomerId) async throws(CrmError) -> Id {
        try await worker.run { try room.withdraw(customer: customer) }
    }

    /// Whether a contact is allowed, why, and which fact decides.
    public func evaluate(_ question: ContactQuestion, asOf: AsOf) async throws(CrmError) -> ContactDecision {
        try await worker.run { try room.evaluate(question: question, asOf: asOf) }
    }

    /// The answer to every question that can be asked about a customer.
    public func explain(_ customer: CustomerId, asOf: AsOf) async throws(CrmError) -> [ContactAnswer] {
        try await worker.run { try room.explain(customer: customer, asOf: asOf) }
    }

    /// Bars the address of a contact point, whoever it belongs to.
    ///
    /// Throws `Denied` when the engine was opened without an address key.
    public func suppress(
        _ point: ContactPointId, reason: SuppressionReason, at: Date
    ) async throws(CrmError) {
        try await worker.run { try room.suppress(point: point, reason: reason, at: at) }
    }

    /// Everything that is stored about a customer, each field with its class, origin and purposes.
    public func export(_ customer: CustomerId) async throws(CrmError) -> AccessPackage {
        try await worker.run { try room.export(customer: customer) }
    }

    /// Erases a customer: everything about the person goes, and nothing about them is ever written again. The addresses are
    /// barred, if the engine has an address key, so that the next import of the same list contacts nobody.
    public func erase(_ customer: CustomerId) async throws(CrmError) {
        try await worker.run { try room.erase(customer: customer) }
    }
}
