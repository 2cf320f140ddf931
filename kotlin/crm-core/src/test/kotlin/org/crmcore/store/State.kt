package org.crmcore.store

import java.time.Instant
import java.util.UUID
import org.crmcore.Fact
import org.crmcore.FactStream
import org.crmcore.Key
import org.crmcore.Receipt
import org.crmcore.Record
import org.crmcore.RecordKind
import org.crmcore.Registry
import org.crmcore.Touched

/** All that is kept. */
internal class State {
    var registry: Registry = emptyList()
    val records = HashMap<RecordKind, HashMap<UUID, Record>>()
    val holders = HashMap<Held, UUID>()
    val streams = HashMap<FactStream, Rows>()
    val erased = HashSet<UUID>()
    val receipts = HashMap<String?, Receipt>()
    val log = ArrayList<Entry>()

    /** Puts a record where another one may be, or removes that one, and gives it. */
    fun replace(kind: RecordKind, id: UUID, record: Record?): Record? {
        val kept = records.getOrPut(kind, ::HashMap)
        val before = kept.remove(id)
        before?.unique()?.forEach { holders.remove(it) }
        if (record != null) kept[id] = record
        record?.unique()?.forEach { holders[it] = id }
        return before
    }

    private fun Record.unique() = keys.filter { it.unique }.map { Held(kind, it) }
}

/** A key that at most one record of its kind may have. */
internal data class Held(val kind: RecordKind, val name: String, val value: String) {
    constructor(kind: RecordKind, key: Key) : this(kind, key.name, key.value)
}

/** The facts of one stream, in the order of their commits. An erased one leaves a gap. */
internal class Rows {
    val all = ArrayList<Row?>()
    val byId = HashMap<UUID, Int>()
}

/** A fact, its commit, and its place in every order. */
internal data class Row(val fact: Fact, val place: Place, val commit: ULong)

/** One commit in the feed. */
internal class Entry(val at: Instant, val touched: MutableList<Touch>)

/** What a commit touched, and whose erasure removes it from the feed. */
internal class Touch(val what: Touched, private val about: List<UUID?> = emptyList()) {
    fun isGone(subject: UUID, removed: Set<Pair<RecordKind, UUID>>): Boolean =
        subject in about || when (what) {
            is Touched.Put -> what.kind to what.id in removed
            is Touched.Deleted -> what.kind to what.id in removed
            else -> false
        }
}
