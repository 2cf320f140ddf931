import Foundation

/// Files in.
public struct Intake: Sendable {
    let room: BlockingIntake
    let worker: Worker

    /// Imports a log of purchases, all or nothing. A customer that is not known under its number in the mapping's source is
    /// entered with that number and nothing else.
    ///
    /// Throws `Import` with the first row that is wrong, in strict mode; nothing is imported then. In lenient mode wrong
    /// rows are left out and listed.
    public func purchases(
        _ file: Data, mapping: PurchaseMapping, mode: Mode = .strict
    ) async throws(CrmError) -> Imported {
        try fits(file)
        return try await worker.run { try room.purchases(file: file, mapping: mapping, mode: mode) }
    }

    /// Imports purchases that were put together before, like ``purchases(_:mapping:mode:)``. All rows come from the source
    /// that the first one names.
    public func purchaseRows(_ rows: [PurchaseRow], mode: Mode = .strict) async throws(CrmError) -> Imported {
        try await worker.run { try room.purchaseRows(rows: rows, mode: mode) }
    }

    /// Imports a list of contacts, all or nothing. Who is known under the same number learns what the list says: it goes
    /// over what was known, and what it does not say stays. What a person has said is recorded once, however often the list
    /// comes.
    ///
    /// Throws `Import` with the first row that is wrong, in strict mode, and `NotFound` for an agreement to a purpose that
    /// is not defined. Nothing is imported then.
    public func contacts(
        _ file: Data, mapping: ContactMapping, mode: Mode = .strict
    ) async throws(CrmError) -> Imported {
        try fits(file)
        return try await worker.run { try room.contacts(file: file, mapping: mapping, mode: mode) }
    }
}

/// Bytes cross without a copy, 2 GiB of them at most.
func fits(_ file: Data) throws(CrmError) {
    if file.count > Int32.max { throw .OutOfRange(what: "file") }
}
