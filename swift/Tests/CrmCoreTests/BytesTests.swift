import CrmCore
import Foundation
import Testing

@Suite("Bytes") struct BytesTests {
    @Test("100,000 customers come in and go out as JSON lines")
    func many() async throws {
        let crm = try await Crm.inMemory(seed: 1)
        let count = 100_000
        let line = { (number: Int) in #"{"customer_type":"person","name":"Zoë \#(number)","tags":["vip"]}"# + "\n" }
        let file = Data((0..<count).map(line).joined().utf8)
        let ids = try await crm.customers.createLines(file)
        #expect(Set(ids).count == count)

        let page = try await crm.customers.listLines()
        #expect(page.count == UInt64(count))
        #expect(page.next == nil)
        let lines = page.lines.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == count)

        // A line is the record, in the form that the engine gives it everywhere.
        let last = try customerFromJson(json: String(decoding: lines[count - 1], as: UTF8.self))
        #expect(try await crm.customers.get(last.id) == last)
        #expect(last.name?.hasPrefix("Zoë ") == true)
    }

    @Test("come page by page")
    func pages() async throws {
        let crm = try await Crm.inMemory()
        _ = try await crm.customers.createAll((0..<5).map { .person("\($0)") })
        let first = try await crm.customers.listLines(limit: 3)
        let second = try await crm.customers.listLines(limit: 3, cursor: first.next)
        #expect([first.count, second.count] == [3, 2])
        #expect(second.next == nil)
    }

    @Test("that cannot be read are refused with the line, and nothing is written")
    func refused() async throws {
        let crm = try await Crm.inMemory()
        for (lines, row) in [("{\"customer_type\":\"person\"}\nanna@example.org\n", 2), ("7", 1), ("\n\n{\"nam", 3)] {
            let error = await failure { try await crm.customers.createLines(Data(lines.utf8)) }
            guard case .Import(let found, _, let reason) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(found == UInt64(row))
            #expect(!reason.contains("anna"))
        }
        #expect(try await crm.customers.createLines(Data()).isEmpty)
        #expect(try await crm.customers.list().items.isEmpty)
    }

    @Test("of a file of purchases are imported, wrong rows named")
    func files() async throws {
        let crm = try await Crm.inMemory(clock: FixedClock(now: Date(timeIntervalSince1970: 1_767_225_600)))
        let mapping = try PurchaseMapping.guessing(currency: "EUR")
        let good = Data("customer,date,amount,order\n1,2025-06-01,12.50,A\n2,2025-06-02,3.00,B\n".utf8)
        let imported = try await crm.intake.purchases(good, mapping: mapping)
        #expect(imported.customersCreated == 2)
        #expect(imported.facts == 2)
        #expect(try await crm.intake.purchases(good, mapping: mapping).duplicates == 2)

        let wrong = Data("customer,date,amount,order\n1,2025-06-01,12.50,C\n2,yesterday,3.00,D\n".utf8)
        let error = await failure { try await crm.intake.purchases(wrong, mapping: mapping) }
        guard case .Import(let row, let column, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(row == 3)
        #expect(column == "date")
        #expect(try await crm.intake.purchases(wrong, mapping: mapping, mode: .lenient).rejected.map(\.row) == [3])
    }
}
