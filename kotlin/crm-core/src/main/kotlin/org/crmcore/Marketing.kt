package org.crmcore

/** Whom to contact, and what came of it. */
public class Marketing internal constructor(crm: Crm) : Room<BlockingMarketing>(crm, BlockingCrm::marketing) {
    /** Defines a campaign, or changes one that has not begun. */
    public suspend fun define(campaign: Campaign): Unit = call { it.define(campaign) }

    /** A campaign. */
    public suspend fun get(name: Name): Campaign = call { it.get(name) }

    /**
     * Plans whom to contact: the members of the campaign's segment, less everybody who may not be, with a count for each
     * reason. Nothing is written before the plan is adopted.
     */
    public suspend fun plan(campaign: Campaign, members: List<CustomerId>, asOf: AsOf): Audience =
        stoppable { it.plan(campaign, members, asOf) }

    /** Writes down who was planned and who was held out, so that the response can be measured. */
    public suspend fun adopt(audience: Audience): Unit = stoppable { it.adopt(audience) }

    /** The permits of the next people to be contacted, at most `n`. Everyone is asked about once more, as of now. */
    public suspend fun nextBatch(audience: Audience, n: Int): ContactPermits = call { it.nextBatch(audience, n) }

    /** Writes down who was contacted, by the permits that were used. */
    public suspend fun sent(campaign: Campaign, permits: ContactPermits): Unit = call { it.sent(campaign, permits) }

    /** Writes down what came of messages: deliveries, bounces, complaints, responses. */
    public suspend fun recordOutcomes(campaign: Campaign, outcomes: List<MessageOutcome>): Unit =
        call { it.recordOutcomes(campaign, outcomes) }

    /** Counts who responded within a time of the delivery, and how many of those held out did so unasked. */
    public suspend fun response(campaign: Campaign, withinMicros: Long, asOf: AsOf): ResponseTally =
        call { it.response(campaign, withinMicros, asOf) }
}
