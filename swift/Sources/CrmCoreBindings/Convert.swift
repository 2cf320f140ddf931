import Foundation

// What the generated code calls to change words of the engine into Swift's own (see crm-uniffi/uniffi.toml). Nothing here
// traps: what the engine cannot hold arrives there as the nearest number, and the engine says no.

/// 2001-01-01T00:00:00Z in microseconds since 1970.
private let reference: Int64 = 978_307_200_000_000

/// An instant from its microseconds since 1970.
func date(microseconds: Int64) -> Date {
    Date(timeIntervalSinceReferenceDate: Double(microseconds - reference) / 1_000_000)
}

/// The microseconds since 1970 of an instant. `Date` counts seconds from 2001 in floating point, which keeps every
/// microsecond from the year 1729 to the year 2273.
func microseconds(of date: Date) -> Int64 {
    let since = (date.timeIntervalSinceReferenceDate * 1_000_000).rounded()
    guard let whole = Int64(exactly: since) else { return since > 0 ? .max : .min }
    return whole.addingReportingOverflow(reference).overflow ? .max : whole + reference
}
