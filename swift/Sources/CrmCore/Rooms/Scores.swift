/// How customers behave.
public struct Scores: Sendable {
    let room: BlockingScores
    let worker: Worker

    /// Everybody's purchases in one currency, by the civil days of a zone.
    public func purchases(
        _ currency: Currency, zone: Zone = "UTC", asOf: AsOf
    ) async throws(CrmError) -> PurchaseColumns {
        try await worker.run { try room.purchases(currency: currency, zone: zone, asOf: asOf) }
    }

    /// A summary of everybody's purchases up to and including a civil day, from what is known now.
    ///
    /// Throws `Invalid` for an unknown zone or a holdout before the day.
    public func summaries(_ options: SummaryOptions) async throws(CrmError) -> Summaries {
        try await worker.run { try room.summaries(options: options) }
    }

    /// Recency, frequency and monetary scores of everybody.
    public func rfm(_ summaries: Summaries, options: RfmOptions) async throws(CrmError) -> RfmTable {
        try await worker.run { try room.rfm(summaries: summaries, options: options) }
    }

    /// Assesses everybody who ever bought: summary, scores, models, forecasts and values.
    ///
    /// A model that lacks data is no error: it says what it lacks, and what would follow from it is missing.
    public func assess(_ options: AssessOptions) async throws(CrmError) -> Assessment {
        try await worker.run { try room.assess(options: options) }
    }
}
