package org.crmcore

/** What happened. */
public class Interactions internal constructor(crm: Crm) : Room<BlockingInteractions>(crm, BlockingCrm::interactions) {
    /** Records an interaction. */
    public suspend fun record(new: NewInteraction): InteractionId = call { it.record(new) }

    /** Records many interactions, all or none, in one commit. */
    public suspend fun recordAll(batch: List<NewInteraction>): Recorded = stoppable { it.recordAll(batch) }

    /** An interaction. */
    public suspend fun get(id: InteractionId): Interaction = call { it.get(id) }

    /** The lines of an order or refund, by number. */
    public suspend fun lines(id: InteractionId): List<OrderLine> = call { it.lines(id) }

    /** A page of a customer's history. */
    public suspend fun timeline(customer: CustomerId, timeline: Timeline): InteractionPage =
        call { it.timeline(customer, timeline) }

    /** Declares properties of the host's own. */
    public suspend fun declareProperties(properties: List<FieldDecl>): Unit = call { it.declareProperties(properties) }

    /** Records many interactions, all or none, from JSON lines. */
    public suspend fun recordLines(lines: ByteArray): Recorded = stoppable { it.recordLines(direct(lines)) }
}
