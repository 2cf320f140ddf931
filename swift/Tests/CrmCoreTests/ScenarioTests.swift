import Foundation
import Testing

@Suite("Golden scenarios") struct ScenarioTests {
    @Test("give the same answers as in Rust", arguments: Story.all)
    func replay(_ story: Story) async throws {
        do {
            try await story.replay()
        } catch let error {
            Issue.record("\(story.file): \(error)")
        }
    }

    @Test("are there")
    func count() {
        #expect(!Story.all.isEmpty)
    }

    @Test("can call every operation of the facade: Swift has all of them")
    func parity() throws {
        let list = try String(contentsOf: Story.folder.appendingPathComponent("operations.txt"), encoding: .utf8)
        let listed = Set(list.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init))
        let known = Set(operations.keys)
        #expect(listed.subtracting(known) == [], "Swift lacks operations of the facade")
        #expect(known.subtracting(listed) == [], "Swift has operations that the facade has not")
    }

    @Test("can ask for every analysis: Swift has all of them")
    func analysesAreAllThere() throws {
        let list = try String(contentsOf: Story.folder.appendingPathComponent("analyses.txt"), encoding: .utf8)
        #expect(Set(list.split(separator: "\n").map(String.init)) == Set(analyses.keys))
    }

    @Test("are compared closely")
    func comparison() throws {
        for (expected, found, equal) in [
            (#"{"a":1}"#, #"{"a":1,"b":2}"#, true), (#"{"a":null}"#, "{}", true), (#"{"a":1}"#, "{}", false),
            ("[1,2]", "[1]", false), ("[1,{}]", #"[1,{"b":2}]"#, true), ("1", "1.0", true), ("1", "2", false),
            ("9007199254740993", "9007199254740992", false), ("0.1", "0.10000000001", true), ("0.1", "0.1001", false),
            (#""Zoë""#, #""Zoe\u0308""#, false), (#""\u00eb""#, #""ë""#, true), ("true", "1", false), ("null", "0", false),
        ] {
            let differs = difference(try JSON(parsing: expected), try JSON(parsing: found))
            #expect((differs == nil) == equal, "\(expected) and \(found)")
        }
        #expect(throws: JSON.Malformed.self) { try JSON(parsing: "[1,]") }
        #expect(throws: JSON.Malformed.self) { try JSON(parsing: "{} {}") }
    }
}
