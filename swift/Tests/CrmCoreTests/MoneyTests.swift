import CrmCore
import Testing

@Suite("Money") struct MoneyTests {
    let net = Money(minor: 1_000, currency: "EUR")
    let tax = Money(minor: 190, currency: "EUR")
    let dollars = Money(minor: 1, currency: "USD")

    @Test("is added, subtracted, multiplied and compared")
    func operators() throws {
        #expect(try net + tax == Money(minor: 1_190, currency: "EUR"))
        #expect(try net - tax == Money(minor: 810, currency: "EUR"))
        #expect(try net * 3 == 3 * net)
        #expect(try -net == Money(minor: -1_000, currency: "EUR"))
        #expect(try tax < net)
        #expect(try net >= tax)
        #expect(try net <= net)
        #expect(try !(net > net))
        var total = net
        try total += tax
        try total -= net
        #expect(total == tax)
        #expect(try [net, tax].sum("EUR") == net + tax)
        #expect(try [Money]().sum("EUR") == .zero("EUR"))
    }

    @Test("of two currencies is an error, never a conversion")
    func currencies() async {
        let error = await failure { try net + dollars }
        #expect(error?.code == "invalid")
        #expect(throws: CrmError.self) { try net - dollars }
        #expect(throws: CrmError.self) { try net < dollars }
        #expect(throws: CrmError.self) { try [net, dollars].sum("EUR") }
        #expect(net != Money(minor: 1_000, currency: "USD"))
    }

    @Test("that does not fit into 64 bits is an error, never a crash")
    func extremes() async throws {
        let most = Money(minor: .max, currency: "JPY"), least = Money(minor: .min, currency: "JPY")
        let one = Money(minor: 1, currency: "JPY")
        for wrong in [{ try most + one }, { try least - one }, { try -least }, { try least * -1 }, { try most * 2 }] {
            let error = await failure { try wrong() }
            #expect(error == .OutOfRange(what: "money"))
        }
        #expect(try most + least == Money(minor: -1, currency: "JPY"))
        #expect(try (most - one) + one == most)
        #expect(try least < most)
    }
}
