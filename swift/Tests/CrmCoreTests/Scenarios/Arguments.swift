import CrmCore
import Foundation

/// The arguments of a call, by their names in Rust. Those that are taken are gone: what is left at the end is one too many.
final class Arguments {
    private(set) var with: [String: JSON]
    private let kept: [String: Answer]

    init(with: [String: JSON], kept: [String: Answer]) {
        self.with = with
        self.kept = kept
    }

    /// An argument, read by the engine. What it cannot read is an invalid argument.
    func take<Value>(_ name: String, _ read: (String) throws -> Value) throws -> Value {
        try take(name, of: with.removeValue(forKey: name) ?? .null, read)
    }

    /// A list, read element by element.
    func list<Value>(_ name: String, _ read: (String) throws -> Value) throws -> [Value] {
        guard case .list(let items)? = with.removeValue(forKey: name) else { throw invalid(name, "a list is needed") }
        return try items.map { try take(name, of: $0, read) }
    }

    /// An argument that may be missing.
    func option<Value>(_ name: String, _ read: (String) throws -> Value) throws -> Value? {
        let value = with.removeValue(forKey: name) ?? .null
        return value == .null ? nil : try take(name, of: value, read)
    }

    /// A text.
    func text(_ name: String) throws -> String {
        guard let text = with.removeValue(forKey: name)?.string else { throw invalid(name, "a text is needed") }
        return text
    }

    /// A text that may be missing.
    func textOrNil(_ name: String) throws -> String? {
        let value = with.removeValue(forKey: name) ?? .null
        guard value == .null || value.string != nil else { throw invalid(name, "a text is needed") }
        return value.string
    }

    /// Texts.
    func texts(_ name: String) throws -> [String] {
        guard case .list(let items)? = with.removeValue(forKey: name) else { throw invalid(name, "a list is needed") }
        return try items.map { item in
            guard let text = item.string else { throw invalid(name, "a text is needed") }
            return text
        }
    }

    /// A whole number.
    func number<Number: FixedWidthInteger>(_ name: String) throws -> Number {
        guard case .number(let digits)? = with.removeValue(forKey: name), let number = Number(digits) else {
            throw invalid(name, "a whole number is needed")
        }
        return number
    }

    /// Whole numbers.
    func numbers<Number: FixedWidthInteger>(_ name: String) throws -> [Number] {
        try items(name) { if case .number(let digits) = $0 { Number(digits) } else { nil } }
    }

    /// A number.
    func double(_ name: String) throws -> Double {
        guard let number = try doubleOrNil(name) else { throw invalid(name, "a number is needed") }
        return number
    }

    /// A number that may be missing.
    func doubleOrNil(_ name: String) throws -> Double? {
        switch with.removeValue(forKey: name) ?? .null {
        case .null: return nil
        case .number(let digits): return Double(digits)
        default: throw invalid(name, "a number is needed")
        }
    }

    /// Numbers.
    func doubles(_ name: String) throws -> [Double] {
        try items(name) { if case .number(let digits) = $0 { Double(digits) } else { nil } }
    }

    /// Numbers that may be missing.
    func gappy(_ name: String) throws -> [Double?] {
        try items(name) { item -> Double?? in
            if case .number(let digits) = item { .some(Double(digits)) } else { .some(nil) }
        }
    }

    /// Texts that may be missing.
    func textsOrNil(_ name: String) throws -> [String?] {
        try items(name) { .some($0.string) }
    }

    /// Truths.
    func truths(_ name: String) throws -> [Bool] {
        try items(name) { $0.written == "true" ? true : $0.written == "false" ? false : nil }
    }

    /// Small numbers, as bytes.
    func bytes(_ name: String) throws -> Data {
        let bytes: [UInt8] = try numbers(name)
        return Data(bytes)
    }

    private func items<Item>(_ name: String, _ read: (JSON) -> Item?) throws -> [Item] {
        guard case .list(let items)? = with.removeValue(forKey: name) else { throw invalid(name, "a list is needed") }
        return try items.map { item in
            guard let one = read(item) else { throw invalid(name, "not what is needed") }
            return one
        }
    }

    /// The bytes of a file: text, or `{"base64": ".."}`.
    func file(_ name: String) throws -> Data {
        let value = with.removeValue(forKey: name) ?? .null
        if let text = value.string { return Data(text.utf8) }
        guard let text = value["base64"].string, let bytes = Data(base64Encoded: text) else {
            throw invalid(name, "text or base64 is needed")
        }
        return bytes
    }

    /// The very thing that an earlier call gave.
    func thing<Thing>(_ name: String, _: Thing.Type) throws -> Thing {
        guard let thing = kept[try text(name)]?.thing as? Thing else { throw invalid(name, "no such answer was kept") }
        return thing
    }

    private func take<Value>(_ name: String, of value: JSON, _ read: (String) throws -> Value) throws -> Value {
        do { return try read(value.written) } catch { throw invalid(name, "\(error)") }
    }

    private func invalid(_ name: String, _ reason: String) -> CrmError {
        .Invalid(field: name, reason: reason)
    }
}
