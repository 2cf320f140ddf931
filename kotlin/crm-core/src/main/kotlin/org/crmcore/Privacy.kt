package org.crmcore

import java.time.Instant
import java.util.UUID

/** What is allowed. */
public class Privacy internal constructor(crm: Crm) : Room<BlockingPrivacy>(crm, BlockingCrm::privacy) {
    /** Defines a purpose, or a new version of one. One that has not changed is left as it is. */
    public suspend fun define(purpose: Purpose): Unit = call { it.define(purpose) }

    /** The defined purposes. */
    public suspend fun policy(): Policy = call { it.policy() }

    /** Records what people have said, all or nothing, and gives the ids of the facts. */
    public suspend fun record(events: List<ConsentEvent>): List<UUID> = call { it.record(events) }

    /** Takes back every permission of a customer, from now on. */
    public suspend fun withdraw(customer: CustomerId): UUID = call { it.withdraw(customer) }

    /** Whether a contact is allowed, why, and which fact decides. */
    public suspend fun evaluate(question: ContactQuestion, asOf: AsOf): ContactDecision =
        stoppable { it.evaluate(question, asOf) }

    /** The answer to every question that can be asked about a customer. */
    public suspend fun explain(customer: CustomerId, asOf: AsOf): List<ContactAnswer> =
        call { it.explain(customer, asOf) }

    /** Bars the address of a contact point, whoever it belongs to. The engine needs an address key for it. */
    public suspend fun suppress(point: ContactPointId, reason: SuppressionReason, at: Instant): Unit =
        call { it.suppress(point, reason, at) }

    /** Everything that is stored about a customer, each field with its class, origin and purposes. */
    public suspend fun export(customer: CustomerId): AccessPackage = stoppable { it.export(customer) }

    /**
     * Erases a customer: everything about the person goes, and nothing about them is ever written again. The addresses
     * are barred, if the engine has an address key, so that the next import of the same list contacts nobody.
     */
    public suspend fun erase(customer: CustomerId): Unit = call { it.erase(customer) }
}
