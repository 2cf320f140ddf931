package org.crmcore.examples

import java.time.Instant
import org.crmcore.Crm
import org.crmcore.Mode
import org.crmcore.SegmentView
import org.crmcore.assessOptions
import org.crmcore.at
import org.crmcore.purchaseMapping

private const val LOG = """customer,date,amount
anna,2025-01-05,49.90
anna,2025-02-11,25.00
anna,2025-04-02,31.50
ben,2025-01-20,12.00
clara,2025-03-30,99.00
"""

/** A purchase log in, segments and scores out. */
suspend fun shop(path: String): List<String> = Crm.open(path).use { crm ->
    val mapping = purchaseMapping("customer=customer,date=date,amount=amount,currency=EUR,source=shop")
    val imported = crm.intake.purchases(LOG.encodeToByteArray(), mapping, Mode.STRICT)

    val may = Instant.parse("2025-05-01T00:00:00Z")
    val view = SegmentView.at(may, known = crm.now(), zone = "Europe/Berlin", currency = "EUR")
    crm.segments.define("regulars", "purchases.count >= 2")
    val regulars = crm.segments.members("regulars", view)

    val everybody = crm.scores.assess(assessOptions(java.time.LocalDate.parse("2025-05-01"), "Europe/Berlin", "EUR"))
    val best = everybody.rows().maxBy { it.summary.totalMinor }

    listOf(
        "imported ${imported.facts} purchases of ${imported.customersCreated} customers",
        "regulars: ${regulars.size}",
        "the best customer spent ${best.summary.totalMinor} cents",
    )
}
