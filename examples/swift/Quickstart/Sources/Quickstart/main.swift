// Thirty seconds with crm-core. Run by `scripts/swift.sh`.
import CrmCore
import Foundation

let crm = try await Crm.inMemory()  // or Crm.open("shop.db")
let anna = try await crm.customers.create(
    .person(
        "Anna Example", identifiers: [Identifier(namespace: "shop", value: "1001")],
        contactPoints: [.email("anna@example.org")]))
let order = NewInteraction.order(
    anna.id, at: try Date("2026-03-01T09:00:00Z", strategy: .iso8601), amount: Money(minor: 4_990, currency: "EUR"),
    channel: .web, source: SourceRef(source: "shop", id: "A-17"))
_ = try await crm.interactions.record(order)

// As of 20 March, by what is known today.
let asOf = AsOf(valid: try Date("2026-03-20T00:00:00Z", strategy: .iso8601), known: try crm.now)
try await crm.segments.define("active", text: "exists(order in last 30 days)")
let members = try await crm.segments.members("active", view: .at(asOf))
guard members == [anna.id] else { fatalError("Anna bought this month") }
print(try await crm.segments.explainInWords("active", customer: anna.id, view: .at(asOf)))
