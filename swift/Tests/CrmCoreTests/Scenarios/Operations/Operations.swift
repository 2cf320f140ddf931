import CrmCore
import Foundation

/// Calls one operation of the public API.
typealias Operation = (Crm, Arguments) async throws -> Answer

/// The operations, by their names in Rust.
nonisolated(unsafe) let operations: [String: Operation] = [
    customerOperations, interactionOperations, privacyOperations, marketingOperations, loyaltyOperations,
    segmentOperations, liveSegmentOperations, scoreOperations,
].reduce(into: [:]) { all, room in all.merge(room) { _, _ in preconditionFailure("an operation is listed twice") } }

/// An answer of plain data, written by the engine.
func data<Value>(_ value: Value, _ write: (Value) throws -> String) throws -> Answer {
    Answer(json: try JSON(parsing: write(value)))
}

/// A list of plain data.
func list<Value>(_ values: [Value], _ write: (Value) throws -> String) throws -> Answer {
    Answer(json: .list(try values.map { try JSON(parsing: write($0)) }))
}

/// Plain data, if there is any.
func option<Value>(_ value: Value?, _ write: (Value) throws -> String) throws -> Answer {
    Answer(json: try value.map { try JSON(parsing: write($0)) } ?? .null)
}

/// Nothing.
var done: Answer { Answer(json: .null) }

/// An id as JSON.
func idToJson(_ id: UUID) -> String {
    JSON.quoted(id.uuidString.lowercased())
}

/// An id out of JSON.
func idFromJson(_ json: String) throws -> UUID {
    guard let text = try JSON(parsing: json).string, let id = UUID(uuidString: text) else {
        throw CrmError.Invalid(field: "id", reason: "is no id")
    }
    return id
}

/// An instant out of JSON.
func timestampFromJson(_ json: String) throws -> Date {
    try asOfFromJson(json: #"{"valid":\#(json),"known":\#(json)}"#).valid
}
