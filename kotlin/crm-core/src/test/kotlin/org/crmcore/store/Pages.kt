package org.crmcore.store

import java.time.Instant
import java.util.UUID
import org.crmcore.CrmException
import org.crmcore.Fact
import org.crmcore.FactPage
import org.crmcore.FactQuery
import org.crmcore.Order
import org.crmcore.RecordPage
import org.crmcore.Scan
import org.crmcore.WithFields

/** How many items a page may hold. */
internal fun pageLimit(limit: Int): Int {
    if (limit <= 0) throw CrmException.Malformed("a page of no items")
    return minOf(limit, 100_000)
}

/** The place of a fact in its stream. */
internal class Place(private val subject: UUID, private val at: Instant, private val row: Int) {
    /** Where a page ended that goes on after this place. */
    fun cursor(order: Order): String = "$order $subject $at $row"

    companion object {
        /** Which of two places comes first. */
        fun comparator(order: Order): Comparator<Place> {
            val oldest = compareBy<Place>({ it.subject }, { it.at }, { it.row })
            return when (order) {
                Order.OLDEST -> oldest
                Order.NEWEST -> oldest.reversed()
                Order.RECORDED -> compareBy { it.row }
            }
        }

        /** Reads a cursor that a page in the same order has given. */
        fun read(cursor: String, order: Order): Place = reading("facts") {
            val (name, subject, at, row) = cursor.split(' ')
            require(name == order.name)
            Place(UUID.fromString(subject), Instant.parse(at), row.toInt())
        }
    }
}

/** A page of facts. */
internal fun State.page(query: FactQuery): FactPage {
    val limit = pageLimit(query.limit)
    val after = query.cursor?.let { Place.read(it, query.order) }
    val order = Place.comparator(query.order)
    val (names, subjects, ids) = Triple(query.names.toSet(), query.subjects?.toSet(), query.ids?.toSet())
    val found = streams[query.stream]?.all.orEmpty().filterNotNull().filter { (fact, place) ->
        (subjects == null || fact.subject in subjects) &&
            (ids == null || fact.id in ids) &&
            (names.isEmpty() || fact.name in names) &&
            fact.at >= query.window.start && fact.at < query.window.end &&
            fact.recorded <= (query.known ?: fact.recorded) &&
            (after == null || order.compare(after, place) < 0)
    }.sortedWith(compareBy(order) { it.place })
    val page = found.take(limit)
    val items = page.map { if (query.fields == WithFields.ALL) it.fact else it.fact.measures() }
    return FactPage(items, if (found.size > limit) page.last().place.cursor(query.order) else null)
}

/** What is left when only the measures are asked for. */
private fun Fact.measures() = copy(id = UUID(0, 0), recorded = at, source = null, fields = emptyMap())

/** The order of ids that every store keeps. Java's own takes their first bit for a sign. */
private val byBytes = compareBy<UUID>({ it.mostSignificantBits.toULong() }, { it.leastSignificantBits.toULong() })

/** A page of records, in the order of their ids. */
internal fun State.page(query: Scan): RecordPage {
    val limit = pageLimit(query.limit)
    val after = query.cursor?.let { cursor -> reading("records") { UUID.fromString(cursor) } }
    val (subjects, key) = query.subjects?.toSet() to query.key
    val found = records[query.kind].orEmpty().values.filter { record ->
        (subjects == null || record.subject in subjects) &&
            (key == null || record.keys.any { it.name == key.name && it.value == key.value }) &&
            (after == null || byBytes.compare(record.id, after) > 0)
    }.sortedWith(compareBy(byBytes) { it.id })
    val page = found.take(limit)
    return RecordPage(page, if (found.size > limit) page.last().id.toString() else null)
}

private inline fun <T> reading(what: String, work: () -> T): T =
    try {
        work()
    } catch (_: RuntimeException) {
        throw CrmException.Malformed("not a cursor of this listing of $what")
    }
