import CrmCore
import Foundation
import Testing

@Suite("Customers") struct CustomerTests {
    @Test("are created, edited, saved and put away")
    func life() async throws {
        let clock = FixedClock(now: Date(timeIntervalSince1970: 1_767_225_600.123456))
        let crm = try await Crm.inMemory(clock: clock, seed: 1)
        var anna = try await crm.customers.create(
            NewCustomer(customerType: .person, name: "Anna Example", country: "DE", tags: ["vip"]))
        #expect(anna.createdAt == clock.now())
        #expect(anna.version == 1)

        anna.givenName = "Anna"
        anna.tags.append("new")
        let saved = try await crm.customers.save(anna)
        #expect(saved.version == 2)
        #expect(saved.tags == ["new", "vip"])
        #expect(try await crm.customers.get(anna.id) == saved)

        // The copy that was read before is out of date.
        await #expect(throws: CrmError.self) { try await crm.customers.save(anna) }

        clock.set(now: clock.now().addingTimeInterval(86_400))
        try await crm.customers.archive(anna.id)
        #expect(try await crm.customers.get(anna.id).archivedAt == clock.now())
        try await crm.customers.restore(anna.id)
        #expect(try await crm.customers.get(anna.id).archivedAt == nil)
    }

    @Test("keep every text as it was written")
    func unicode() async throws {
        let crm = try await Crm.inMemory()
        let names = [
            "Zoë", "Zoe\u{308}", "王小明", "محمد", "👩‍👩‍👧‍👦 Family", "İstanbul ıI", "a\u{0}b", "\u{FEFF}BOM", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
            String(repeating: "ß", count: 100_000), "line\nbreak\ttab", "\u{202E}right to left",
        ]
        for name in names {
            let new = NewCustomer(customerType: .organisation, name: name)
            guard !name.utf8.contains(0) else {
                // No store keeps U+0000; that is an error, not a shorter text.
                await #expect(throws: CrmError.self) { try await crm.customers.create(new) }
                continue
            }
            let id = try await crm.customers.create(new).id
            let kept = try #require(try await crm.customers.get(id).name)
            #expect(Array(kept.utf8) == Array(name.utf8))
        }
    }

    @Test("that look the same and are written differently are two")
    func composed() async throws {
        let crm = try await Crm.inMemory()
        let first = try await crm.customers.create(
            NewCustomer(customerType: .person, identifiers: [Identifier(namespace: "shop", value: "Zo\u{EB}")]))
        let found = try await crm.customers.findAll(namespace: "shop", values: ["Zo\u{EB}", "Zoe\u{308}"])
        #expect(found == [first.id, nil])
    }

    @Test("are walked through page by page, each once, in order")
    func pages() async throws {
        let crm = try await Crm.inMemory()
        let new = (0..<257).map { NewCustomer(customerType: .person, name: "Customer \($0)") }
        let created = try await crm.customers.createAll(new)

        var walked: [CustomerId] = []
        for try await customer in crm.customers.all(pageSize: 50) { walked.append(customer.id) }
        #expect(walked == created.map(\.id).sorted { $0.uuidString < $1.uuidString })

        var sizes: [Int] = []
        for try await batch in crm.customers.all(pageSize: 100).batches { sizes.append(batch.count) }
        #expect(sizes == [100, 100, 57])
        #expect(try await crm.customers.all(pageSize: 1).prefix(3).reduce(0) { count, _ in count + 1 } == 3)
        #expect(try await crm.customers.all().collect().count == 257)

        await #expect(throws: CrmError.self) { try await crm.customers.all(pageSize: 0).collect() }
        #expect(try await Crm.inMemory().customers.all().collect().isEmpty)
    }

    @Test("have attributes of the host's own, with their history")
    func attributes() async throws {
        let clock = FixedClock(now: Date(timeIntervalSince1970: 1_767_225_600))
        let crm = try await Crm.inMemory(clock: clock)
        let anna = try await crm.customers.create(NewCustomer(customerType: .person))
        let purposes = ["analytics"]
        try await crm.customers.declareAttributes([
            FieldDecl(
                name: "shoe_size", valueType: .float, class: .behaviour, origin: .provided, purposes: purposes,
                missing: .unknown, doc: "Size of the shoes."),
            FieldDecl(
                name: "budget", valueType: .money, class: .financial, origin: .provided, purposes: purposes,
                missing: .unknown, doc: "What may be spent."),
        ])
        let budget = Value.money(Money(minor: .max, currency: "EUR"))
        try await crm.customers.setAttributes(
            anna.id,
            values: [
                AttributeValue(name: "shoe_size", value: .float(38.5)), AttributeValue(name: "budget", value: budget),
            ])
        clock.set(now: clock.now().addingTimeInterval(60))
        try await crm.customers.setAttributes(anna.id, values: [AttributeValue(name: "shoe_size", value: nil)])

        #expect(try await crm.customers.get(anna.id).attributes == ["budget": budget])
        let history = try await crm.customers.attributeHistory(anna.id, name: "shoe_size")
        #expect(history.map(\.value) == [.float(38.5), nil])
        let before = clock.now().addingTimeInterval(-1)
        let asOf = AsOf(valid: before, known: clock.now())
        #expect(try await crm.customers.attributeAsOf(anna.id, name: "shoe_size", asOf: asOf)?.value == .float(38.5))
        await #expect(throws: CrmError.self) {
            try await crm.customers.setAttributes(anna.id, values: [AttributeValue(name: "shoe_size", value: .text("38"))])
        }
    }

    @Test("are plain values: they compare, and go through Codable unchanged")
    func values() async throws {
        let crm = try await Crm.inMemory()
        let anna = try await crm.customers.create(
            NewCustomer(
                customerType: .person, name: "Anna", birthDate: "1990-02-28", tags: ["a", "b"],
                identifiers: [Identifier(namespace: "shop", value: "7")]))
        let data = try JSONEncoder().encode(anna)
        #expect(try JSONDecoder().decode(Customer.self, from: data) == anna)
        #expect(Set([anna, anna]).count == 1)
        let elsewhere = await Task.detached { anna.id }.value
        #expect(elsewhere == anna.id)
    }
}
