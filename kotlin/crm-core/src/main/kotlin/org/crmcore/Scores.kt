package org.crmcore

/** How customers behave. */
public class Scores internal constructor(crm: Crm) : Room<BlockingScores>(crm, BlockingCrm::scores) {
    /** Everybody's purchases in one currency, by the civil days of a zone. */
    public suspend fun purchases(currency: Currency, zone: Zone, asOf: AsOf): PurchaseColumns =
        stoppable { it.purchases(currency, zone, asOf) }

    /** A summary of everybody's purchases up to and including a civil day, from what is known now. */
    public suspend fun summaries(options: SummaryOptions): Summaries = stoppable { it.summaries(options) }

    /** Recency, frequency and monetary scores of everybody. */
    public suspend fun rfm(summaries: Summaries, options: RfmOptions): RfmTable =
        stoppable { it.rfm(summaries, options) }

    /**
     * Assesses everybody who ever bought: summary, scores, models, forecasts and values.
     *
     * A model that lacks data is no error: it says what it lacks, and what would follow from it is missing.
     */
    public suspend fun assess(options: AssessOptions): Assessment = stoppable { it.assess(options) }
}
