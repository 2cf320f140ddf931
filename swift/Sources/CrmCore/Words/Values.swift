import Foundation

extension NewCustomer {
    /// A human being, with a name.
    public static func person(
        _ name: String, identifiers: [Identifier] = [], contactPoints: [NewContactPoint] = [], tags: [String] = []
    ) -> NewCustomer {
        NewCustomer(
            customerType: .person, name: name, tags: tags, identifiers: identifiers, contactPoints: contactPoints)
    }

    /// A company, an authority, a club, with a name.
    public static func organisation(
        _ name: String, identifiers: [Identifier] = [], contactPoints: [NewContactPoint] = [], tags: [String] = []
    ) -> NewCustomer {
        var new = person(name, identifiers: identifiers, contactPoints: contactPoints, tags: tags)
        new.customerType = .organisation
        return new
    }
}

extension NewContactPoint {
    /// An e-mail address. It is checked and normalised when it is entered.
    public static func email(_ address: String) -> NewContactPoint {
        NewContactPoint(kind: .email, value: address)
    }

    /// A telephone number with its country code. It is checked and normalised when it is entered.
    public static func phone(_ number: String) -> NewContactPoint {
        NewContactPoint(kind: .phone, value: number)
    }
}

extension NewInteraction {
    /// An order over an amount.
    public static func order(
        _ customer: CustomerId, at: Date, amount: Money, channel: Channel? = nil, source: SourceRef? = nil,
        lines: [Line] = []
    ) -> NewInteraction {
        NewInteraction(
            customer: customer, name: "order", at: at, channel: channel, amount: amount, source: source, lines: lines)
    }

    /// A refund of a positive amount of an order.
    public static func refund(
        of order: InteractionId, _ customer: CustomerId, at: Date, amount: Money, source: SourceRef? = nil
    ) -> NewInteraction {
        NewInteraction(customer: customer, name: "refund", at: at, amount: amount, source: source, refersTo: order)
    }

    /// A visit on a channel.
    public static func visit(_ customer: CustomerId, at: Date, channel: Channel) -> NewInteraction {
        NewInteraction(customer: customer, name: "visit", at: at, channel: channel)
    }

    /// Something that somebody wrote down.
    public static func note(_ customer: CustomerId, at: Date, text: String) -> NewInteraction {
        NewInteraction(customer: customer, name: "note", at: at, text: text)
    }
}

extension Window {
    /// Since ever and for ever: from the year 1 to the year 9999.
    public static let always = Window(
        start: Date(timeIntervalSince1970: -62_135_596_800), end: Date(timeIntervalSince1970: 253_402_207_200))

    /// Whether an instant lies inside: the start does, the end does not.
    public func contains(_ at: Date) -> Bool {
        start <= at && at < end
    }
}

extension Timeline {
    /// The newest first.
    public static func newest(limit: Int32 = 50) -> Timeline {
        Timeline(order: .newest, names: [], window: .always, limit: limit)
    }

    /// The oldest first.
    public static func oldest(limit: Int32 = 50) -> Timeline {
        Timeline(order: .oldest, names: [], window: .always, limit: limit)
    }
}

extension AsOf {
    /// What had happened by an instant, as far as it was known then.
    public static func at(_ instant: Date) -> AsOf {
        AsOf(valid: instant, known: instant)
    }
}

extension SegmentView {
    /// At an instant, in UTC, without a currency or a programme.
    public static func at(_ asOf: AsOf) -> SegmentView {
        SegmentView(asOf: asOf, zone: "UTC")
    }
}

extension PurchaseMapping {
    /// The columns are found by their names and contents; amounts are in `currency` where no column says otherwise.
    public static func guessing(currency: Currency? = nil) throws(CrmError) -> PurchaseMapping {
        var mapping = try direct { try purchaseMappingFromJson(json: "{}") }
        mapping.currency = currency
        return mapping
    }
}

extension ContactMapping {
    /// The columns are found by their names and contents.
    public static func guessing() throws(CrmError) -> ContactMapping {
        try direct { try contactMappingFromJson(json: "{}") }
    }
}

extension RfmOptions {
    /// Days with a purchase, total spend, quintiles, and the usual segments.
    public static func usual() throws(CrmError) -> RfmOptions {
        try direct { try rfmOptionsFromJson(json: "{}") }
    }
}

extension AssessOptions {
    /// As of a civil day (`2026-03-20`): weeks, a horizon of a year in 13 periods of four weeks, 15 % interest a year, revenue.
    public static func asOf(
        _ day: CivilDate, zone: Zone = "UTC", currency: Currency
    ) throws(CrmError) -> AssessOptions {
        try direct {
            let summary = ["as_of": day, "zone": zone, "currency": currency, "unit": "weeks"]
            let json = String(decoding: try JSONEncoder().encode(["summary": summary]), as: UTF8.self)
            return try assessOptionsFromJson(json: json)
        }
    }
}
