import Foundation

/// JSON as it is written: numbers keep their digits, so that `3.0` stays `3.0` and 64-bit numbers stay exact.
enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    struct Malformed: Error, CustomStringConvertible {
        let offset: Int
        var description: String { "malformed JSON at byte \(offset)" }
    }

    init(parsing text: String) throws {
        var parser = Parser(bytes: Array(text.utf8))
        self = try parser.document()
    }

    subscript(key: String) -> JSON {
        guard case .object(let members) = self else { return .null }
        return members[key] ?? .null
    }

    var string: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The names that mark a value's type (`{"$money": "12.50 EUR"}`).
    private static let marks: Set = ["$date", "$time", "$money", "$id"]

    /// The same with every text changed, and every name of a member but the marks.
    func mapTexts(_ change: (String) throws -> JSON) throws -> JSON {
        switch self {
        case .text(let text): return try change(text)
        case .list(let items): return .list(try items.map { try $0.mapTexts(change) })
        case .object(let members):
            var changed: [String: JSON] = [:]
            for (name, value) in members {
                guard case .text(let new) = JSON.marks.contains(name) ? .text(name) : try change(name) else { throw Malformed(offset: 0) }
                changed[new] = try value.mapTexts(change)
            }
            return .object(changed)
        default: return self
        }
    }

    var written: String {
        switch self {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let digits): digits
        case .text(let text): JSON.quoted(text)
        case .list(let items): "[" + items.map(\.written).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.sorted { $0.key < $1.key }.map { JSON.quoted($0.key) + ":" + $0.value.written }
                .joined(separator: ",") + "}"
        }
    }

    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case _ where scalar.value < 0x20: out += "\\u" + String(scalar.value + 0x10000, radix: 16).dropFirst()
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}

private struct Parser {
    let bytes: [UInt8]
    var at = 0

    mutating func document() throws -> JSON {
        let value = try self.value()
        skipSpace()
        guard at == bytes.count else { throw JSON.Malformed(offset: at) }
        return value
    }

    private mutating func value() throws -> JSON {
        skipSpace()
        guard let byte = peek else { throw JSON.Malformed(offset: at) }
        switch byte {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try list()
        case UInt8(ascii: "\""): return .text(try text())
        default: return try word()
        }
    }

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipSpace() {
        while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { at += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        guard take(character) else { throw JSON.Malformed(offset: at) }
    }

    private mutating func object() throws -> JSON {
        try expect("{")
        var members: [String: JSON] = [:]
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            let key = try text()
            try expect(":")
            members[key] = try value()
        } while take(",")
        try expect("}")
        return .object(members)
    }

    private mutating func list() throws -> JSON {
        try expect("[")
        var items: [JSON] = []
        if take("]") { return .list(items) }
        repeat { items.append(try value()) } while take(",")
        try expect("]")
        return .list(items)
    }

    /// Hands the quoted text to Foundation, which knows every escape.
    private mutating func text() throws -> String {
        let start = at
        try expect("\"")
        while let byte = peek, byte != UInt8(ascii: "\"") { at += byte == UInt8(ascii: "\\") ? 2 : 1 }
        try expect("\"")
        let quoted = Data(bytes[start..<at])
        guard let text = try? JSONDecoder().decode(String.self, from: quoted) else { throw JSON.Malformed(offset: start) }
        return text
    }

    private mutating func word() throws -> JSON {
        let start = at
        while let byte = peek, !Array(" \t\r\n,]}".utf8).contains(byte) { at += 1 }
        let word = String(decoding: bytes[start..<at], as: UTF8.self)
        switch word {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default:
            guard Double(word) != nil else { throw JSON.Malformed(offset: start) }
            return .number(word)
        }
    }
}
