package org.crmcore

/** Files in. */
public class Intake internal constructor(crm: Crm) : Room<BlockingIntake>(crm, BlockingCrm::intake) {
    /**
     * Imports a log of purchases, all or nothing. A customer that is not known under its number in the mapping's source
     * is entered with that number and nothing else.
     */
    public suspend fun purchases(file: ByteArray, mapping: PurchaseMapping, mode: Mode = Mode.STRICT): Imported =
        stoppable { it.purchases(direct(file), mapping, mode) }

    /**
     * Imports purchases that were put together before, like `purchases`. All rows come from the source that the first
     * one names.
     */
    public suspend fun purchaseRows(rows: List<PurchaseRow>, mode: Mode = Mode.STRICT): Imported =
        stoppable { it.purchaseRows(rows, mode) }

    /**
     * Imports a list of contacts, all or nothing. Who is known under the same number learns what the list says: it goes
     * over what was known, and what it does not say stays. What a person has said is recorded once, however often the
     * list comes.
     */
    public suspend fun contacts(file: ByteArray, mapping: ContactMapping, mode: Mode = Mode.STRICT): Imported =
        stoppable { it.contacts(direct(file), mapping, mode) }
}
