/// Amounts of one currency are added, subtracted and compared. Two currencies are an error, never a conversion, and so is a
/// result that does not fit into 64 bits: hence the operators throw, and there is no `Comparable`.
///
/// ```swift
/// let total = try net + tax
/// if try total > limit { ... }
/// ```
extension Money {
    /// Nothing, in a currency.
    public static func zero(_ currency: Currency) -> Money {
        Money(minor: 0, currency: currency)
    }

    /// The sum.
    public static func + (left: Money, right: Money) throws(CrmError) -> Money {
        try left.with(right, Int64.addingReportingOverflow)
    }

    /// The difference.
    public static func - (left: Money, right: Money) throws(CrmError) -> Money {
        try left.with(right, Int64.subtractingReportingOverflow)
    }

    /// The amount with the other sign.
    public static prefix func - (amount: Money) throws(CrmError) -> Money {
        try zero(amount.currency) - amount
    }

    /// So many times the amount.
    public static func * (amount: Money, times: Int64) throws(CrmError) -> Money {
        try amount.checked(amount.minor.multipliedReportingOverflow(by: times))
    }

    /// So many times the amount.
    public static func * (times: Int64, amount: Money) throws(CrmError) -> Money {
        try amount * times
    }

    /// Adds to the amount.
    public static func += (left: inout Money, right: Money) throws(CrmError) {
        left = try left + right
    }

    /// Takes from the amount.
    public static func -= (left: inout Money, right: Money) throws(CrmError) {
        left = try left - right
    }

    /// Whether the amount is smaller.
    public static func < (left: Money, right: Money) throws(CrmError) -> Bool {
        try left.same(right)
        return left.minor < right.minor
    }

    /// Whether the amount is larger.
    public static func > (left: Money, right: Money) throws(CrmError) -> Bool {
        try right < left
    }

    /// Whether the amount is not larger.
    public static func <= (left: Money, right: Money) throws(CrmError) -> Bool {
        try !(right < left)
    }

    /// Whether the amount is not smaller.
    public static func >= (left: Money, right: Money) throws(CrmError) -> Bool {
        try !(left < right)
    }

    private func with(
        _ other: Money, _ calculate: (Int64) -> (Int64) -> (partialValue: Int64, overflow: Bool)
    ) throws(CrmError) -> Money {
        try same(other)
        return try checked(calculate(minor)(other.minor))
    }

    private func checked(_ result: (partialValue: Int64, overflow: Bool)) throws(CrmError) -> Money {
        if result.overflow { throw .OutOfRange(what: "money") }
        return Money(minor: result.partialValue, currency: currency)
    }

    private func same(_ other: Money) throws(CrmError) {
        if currency != other.currency { throw .Invalid(field: "currency", reason: "amounts of two currencies are neither added nor compared") }
    }
}

extension Sequence<Money> {
    /// The sum of amounts of one currency; `zero` of the currency when there are none.
    public func sum(_ currency: Currency) throws(CrmError) -> Money {
        var total = Money.zero(currency)
        for amount in self { try total += amount }
        return total
    }
}
