import CrmCore
import Foundation
import Testing

@Suite("Errors") struct ErrorTests {
    @Test("are typed, and carry their fields")
    func typed() async throws {
        let crm = try await Crm.inMemory()
        let nobody = UUID()
        do {
            _ = try await crm.customers.get(nobody)
            Issue.record("a customer that nobody created was found")
        } catch {
            // The compiler knows the type: no cast, and the switch over it is complete.
            let known: CrmError = error
            #expect(known == .NotFound(kind: "customer", id: nobody))
        }
    }

    @Test("have a stable code and a message of ids, never of values")
    func messages() async throws {
        let crm = try await Crm.inMemory()
        let nobody = UUID()
        let error = await failure { try await crm.customers.get(nobody) }
        #expect(error?.code == "not-found")
        #expect(error?.description == "customer \(nobody.uuidString.lowercased()) does not exist")
        #expect(error?.localizedDescription == error?.description)
        #expect(error?.isRetryable == false)
        #expect(CrmError.Unavailable(retryable: true, reason: "busy").isRetryable)
    }

    @Test("come from arguments that the engine cannot read, too")
    func arguments() async throws {
        let crm = try await Crm.inMemory()
        for (wrong, field) in [
            (NewCustomer(customerType: .person, country: "Atlantis"), "country"),
            (NewCustomer(customerType: .person, zone: "Moon/Tranquillity"), "zone"),
            (NewCustomer(customerType: .person, identifiers: [Identifier(namespace: "", value: "1")]), "name"),
        ] {
            let error = await failure { try await crm.customers.create(wrong) }
            guard case .Invalid(let found, _) = error else {
                Issue.record("\(field): \(String(describing: error))")
                continue
            }
            #expect(found == field)
        }
    }

    @Test("say which instants there are, and never crash over one that is none")
    func instants() async throws {
        let crm = try await Crm.inMemory()
        let anna = try await crm.customers.create(NewCustomer(customerType: .person))
        for seconds in [Double.infinity, -.infinity, .nan, 1e300, -1e300, 1e12, 9.3e12, -9.3e12] {
            let valid = Date(timeIntervalSinceReferenceDate: seconds)
            await #expect(throws: CrmError.self, "\(seconds)") {
                try await crm.customers.attributeAsOf(anna.id, name: "size", asOf: AsOf(valid: valid, known: valid))
            }
        }
    }

    @Test("of two writers tell what was expected and found")
    func conflict() async throws {
        let crm = try await Crm.inMemory()
        let shop = Identifier(namespace: "shop", value: "7")
        let anna = try await crm.customers.create(NewCustomer(customerType: .person, identifiers: [shop]))
        let error = await failure {
            try await crm.customers.create(NewCustomer(customerType: .person, identifiers: [shop]))
        }
        guard case .Conflict(.keyTaken(let kind, _, let holder)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(kind == "customer")
        #expect(holder == anna.id)
        #expect(error?.description.contains("7") == false || error?.description.contains(anna.id.uuidString.lowercased()) == true)
    }
}
