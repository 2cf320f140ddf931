package org.crmcore

import java.time.Instant
import java.time.LocalDate
import java.util.Locale
import kotlin.test.assertEquals
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Test

/** What crossing into the library costs. Not part of the tests: `scripts/kotlin.sh bench` runs it. */
class CallCosts {
    @Test
    fun `bars of the calls`() = runBlocking {
        Crm.inMemory(clock = FixedClock(Instant.EPOCH), seed = 1).use { crm ->
            val customers = crm.customers.blocking
            budget("kotlin-no-op-call", 20.0) { crm.blocking.now() }
            val known = customers.create(customer)
            budget("kotlin-record-20-values", 60.0) { customers.get(known.id) }

            val line = newCustomerToJson(customer.copy(identifiers = emptyList()))
            val lines = generateSequence { line }.take(MANY - 1).joinToString("\n")
            crm.customers.createLines(lines.encodeToByteArray())
            val (ours, theirs) = inTurn(
                { perSecond { assertEquals(MANY.toULong(), customers.listLines(MANY, null).count) } },
                { perSecond { assertEquals(MANY, customers.list(MANY, null).items.size) } },
            )
            bar("kotlin-bytes-door", "records/s", ours, theirs, ">=5", ours / theirs >= 5)
        }
    }

    /** Fifteen fields, with the tags and identifiers twenty values. */
    private val customer = NewCustomer(
        customerType = CustomerType.PERSON,
        name = "Anna Example",
        givenName = "Anna",
        familyName = "Example",
        birthDate = LocalDate.of(1990, 5, 17),
        country = "DE",
        locale = "de-DE",
        zone = "Europe/Berlin",
        tags = listOf("vip", "newsletter", "store"),
        identifiers = listOf(Identifier("shop", "4711"), Identifier("till", "4712")),
    )

    /** The time of one call, in microseconds. */
    private fun budget(name: String, micros: Double, call: () -> Any) {
        val work = { repeat(CALLS) { call() } }
        work()
        val median = median(List(TURNS) { 1e6 / (CALLS * perSecond(1, work)) })
        bar(name, "us", median, micros, "<=1", median <= micros)
    }

    private fun perSecond(items: Int = MANY, work: () -> Unit): Double {
        val start = System.nanoTime()
        work()
        return items * 1e9 / (System.nanoTime() - start)
    }

    private fun inTurn(ours: () -> Double, theirs: () -> Double): Pair<Double, Double> {
        // The first turn warms both up.
        val turns = List(TURNS + 1) { turn ->
            if (turn % 2 == 0) ours() to theirs() else theirs().let { other -> ours() to other }
        }
        return median(turns.drop(1).map { it.first }) to median(turns.drop(1).map { it.second })
    }

    private fun median(figures: List<Double>): Double = figures.sorted()[figures.size / 2]

    private fun bar(name: String, unit: String, ours: Double, theirs: Double, must: String, holds: Boolean) {
        val verdict = if (holds) "ok" else "short"
        val form = "bar %s ours=%.1f%s theirs=%.1f%s ratio=%.3f must=%s %s"
        println(form.format(Locale.ROOT, name, ours, unit, theirs, unit, ours / theirs, must, verdict))
    }

    private companion object {
        const val CALLS = 20_000
        const val MANY = 100_000
        const val TURNS = 5
    }
}
