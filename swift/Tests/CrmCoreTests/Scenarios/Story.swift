import CrmCore
import Foundation
import Testing

/// One golden scenario: commands in, answers out. The form is described in `crm-core/tests/scenarios/README.md`.
struct Story: Sendable, CustomTestStringConvertible {
    let file: String
    let content: JSON

    var testDescription: String { file }

    /// The folder of the scenarios, beside the core that answers them.
    static let folder = URL(fileURLWithPath: #filePath).appendingPathComponent(
        "../../../../../crm-core/tests/scenarios"
    ).standardizedFileURL

    /// Every scenario there is.
    static let all: [Story] = {
        let files = try! FileManager.default.contentsOfDirectory(atPath: folder.path)
        return files.filter { $0.hasSuffix(".json") }.sorted().map { file in
            let text = try! String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            return Story(file: file, content: try! JSON(parsing: text))
        }
    }()

    /// What went wrong, at which step.
    struct Complaint: Error, CustomStringConvertible {
        let description: String
    }

    /// Plays it on an empty store.
    func replay() async throws {
        let clock = FixedClock(now: try instant(content["now"]))
        let key = content["address_key"].string.flatMap { Data(base64Encoded: $0) }
        let stage = Stage(crm: try await Crm.inMemory(clock: clock, seed: 1, addressKey: key))
        guard case .list(let steps) = content["steps"] else { throw Complaint(description: "no steps") }
        for (number, step) in zip(1..., steps) {
            if step["call"] == .null {
                clock.set(now: try instant(step["now"]))
                continue
            }
            if let why = try await stage.play(step) {
                throw Complaint(description: "step \(number), \(step["call"].written): \(why)")
            }
        }
    }

    private func instant(_ json: JSON) throws -> Date {
        try timestampFromJson(json.written)
    }
}

/// An answer: as data, and, where data is not all of it, the very thing.
struct Answer {
    let json: JSON
    var thing: Any?
}

/// The engine of a story, and what it has answered so far.
final class Stage {
    let crm: Crm
    private var kept: [String: Answer] = [:]

    init(crm: Crm) {
        self.crm = crm
    }

    /// Plays one call, and says what is wrong with its outcome.
    func play(_ step: JSON) async throws -> String? {
        let name = step["call"].string ?? ""
        let analysis = analyses[name]
        guard let operation = operations[name] ?? analysis.map({ ask in { _, with in try ask(with) } }) else {
            return "not an operation that Swift knows"
        }
        guard case .object(let with) = try filled(step.member("with") ?? .object([:])) else { return "no arguments" }
        let arguments = Arguments(with: with, kept: kept)
        do {
            let answer = try await operation(crm, arguments)
            if !arguments.with.isEmpty { return "does not take \(arguments.with.keys.sorted())" }
            if let fails = step.member("fails") { return "should fail with \(fails.written)" }
            if let name = step["as"].string { kept[name] = answer }
            guard let gives = step.member("gives") else { return nil }
            return difference(try filled(gives), answer.json)
        } catch let error as CrmError {
            guard let fails = step.member("fails") else { return "fails: \(error)" }
            return difference(try filled(fails), try JSON(parsing: errorToJson(error: error)))
        }
    }

    /// A value whose references are replaced by what they stand for.
    private func filled(_ value: JSON) throws -> JSON {
        try value.mapTexts { text in
            guard text.hasPrefix("$") else { return .text(text) }
            let path = text.dropFirst().split(separator: ".")
            guard let start = path.first, let answer = kept[String(start)],
                let found = path.dropFirst().reduce(.some(answer.json), { $0?.at($1) })
            else { throw Story.Complaint(description: "\(text) was not kept") }
            return found
        }
    }
}

extension JSON {
    /// A member that is there, be it null.
    func member(_ name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// A member or an element.
    func at(_ step: Substring) -> JSON? {
        switch self {
        case .object(let members): members[String(step)]
        case .list(let items): Int(step).flatMap { items.indices.contains($0) ? items[$0] : nil }
        default: nil
        }
    }
}
