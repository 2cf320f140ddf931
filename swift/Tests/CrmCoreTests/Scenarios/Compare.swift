/// Compares an answer with what a scenario expects of it, and says where they differ.
///
/// Of an object the fields that are named must be equal, and `null` also means absent. Lists are equally long. Whole numbers
/// are equal, other numbers within 1e-9 of each other, relative. Texts are compared character by character as they are
/// encoded: Swift's own comparison would take a composed letter and a decomposed one for the same.
func difference(_ expected: JSON, _ found: JSON, at place: String = "answer") -> String? {
    switch (expected, found) {
    case (.object(let wanted), .object(let members)):
        for (key, value) in wanted.sorted(by: { $0.key < $1.key }) {
            if let differs = difference(value, members[key] ?? .null, at: "\(place).\(key)") { return differs }
        }
        return nil
    case (.list(let wanted), .list(let items)):
        guard wanted.count == items.count else { return "\(place): \(items.count) elements, not \(wanted.count)" }
        for (index, pair) in zip(wanted, items).enumerated() {
            if let differs = difference(pair.0, pair.1, at: "\(place).\(index)") { return differs }
        }
        return nil
    case (.number(let wanted), .number(let digits)):
        if wanted == digits { return nil }
        if Int64(wanted) == nil || Int64(digits) == nil, let a = Double(wanted), let b = Double(digits),
            abs(a - b) <= 1e-9 * max(abs(a), abs(b))
        {
            return nil
        }
    case (.text(let wanted), .text(let text)):
        if wanted.utf8.elementsEqual(text.utf8) { return nil }
    default:
        if expected == found { return nil }
    }
    return "\(place): \(found.written), not \(expected.written)"
}
