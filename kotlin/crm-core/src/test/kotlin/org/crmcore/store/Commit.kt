package org.crmcore.store

import java.util.UUID
import org.crmcore.Change
import org.crmcore.ChangeSet
import org.crmcore.Clash
import org.crmcore.CrmException
import org.crmcore.Fact
import org.crmcore.Precondition
import org.crmcore.Receipt
import org.crmcore.Record
import org.crmcore.RecordKind
import org.crmcore.Registry
import org.crmcore.Touched
import org.crmcore.factToJson

/** A change set being written: all of it or nothing. [grown] is the registry as it is afterwards. */
internal class Commit(private val state: State, private val changes: ChangeSet, private val grown: Registry) {
    private val seq = state.log.size.toULong() + 1uL
    private val undo = ArrayDeque<() -> Unit>()
    private val records = LinkedHashMap<Pair<RecordKind, UUID>, Touch>()
    private val facts = ArrayList<Touch>()
    private val erased = LinkedHashSet<UUID>()
    private val removed = HashSet<Pair<RecordKind, UUID>>()
    private val duplicates = ArrayList<UUID>()
    private var written = 0uL
    private var appended = 0uL

    fun run(): Receipt {
        changes.require.forEach(::hold)
        try {
            changes.changes.forEach(::apply)
        } catch (error: CrmException) {
            while (undo.isNotEmpty()) undo.removeLast()()
            throw error
        }
        return finish()
    }

    private fun hold(condition: Precondition) = when (condition) {
        is Precondition.Version -> expectVersion(condition.kind, condition.id, condition.version)
        is Precondition.Absent -> expectFree(Held(condition.kind, condition.key), except = null)
        is Precondition.Unchanged -> {
            val (stream, subject, since) = condition
            val rows = state.streams[stream]?.all.orEmpty()
            val changed = rows.any { it != null && it.fact.subject == subject && it.commit > since }
            expect(!changed) { Clash.Changed(stream, subject, since) }
        }
    }

    private inline fun expect(holds: Boolean, clash: () -> Clash) {
        if (!holds) throw CrmException.Conflict(clash())
    }

    private fun expectVersion(kind: RecordKind, id: UUID, version: ULong) {
        val found = state.records[kind]?.get(id)?.version ?: 0uL
        expect(found == version) { Clash.Version(kind, id, version, found) }
    }

    private fun expectFree(key: Held, except: UUID?) {
        val holder = state.holders[key] ?: return
        expect(holder == except) { Clash.KeyTaken(key.kind, key.name, holder) }
    }

    private fun expectNotErased(subject: UUID) = expect(subject !in state.erased) { Clash.Erased(subject) }

    private fun apply(change: Change) = when (change) {
        is Change.Declare -> Unit
        is Change.Put -> put(change.v1)
        is Change.Delete -> delete(change.kind, change.id, change.version)
        is Change.Append -> append(change.v1)
        is Change.Erase -> erase(change.subject)
    }

    private fun put(record: Record) {
        val (kind, id) = record
        listOfNotNull(id, record.subject).forEach(::expectNotErased)
        expectVersion(kind, id, record.version - 1uL)
        record.keys.filter { it.unique }.forEach { expectFree(Held(kind, it), except = id) }
        replace(kind, id, record)
        records[kind to id] = Touch(Touched.Put(kind, id), listOf(id, record.subject))
        written++
    }

    private fun delete(kind: RecordKind, id: UUID, version: ULong) {
        expectNotErased(id)
        expectVersion(kind, id, version)
        val subject = replace(kind, id, null)?.subject
        records[kind to id] = Touch(Touched.Deleted(kind, id), listOf(id, subject))
    }

    private fun replace(kind: RecordKind, id: UUID, record: Record?): Record? {
        val before = state.replace(kind, id, record)
        undo += { state.replace(kind, id, before) }
        return before
    }

    private fun append(fact: Fact) {
        expectNotErased(fact.subject)
        val rows = state.streams.getOrPut(fact.stream, ::Rows)
        val known = rows.byId[fact.id]?.let { rows.all[it] }?.fact
        if (known != null) {
            // It may be told again later: when it was first learned of is kept.
            val same = factToJson(fact.copy(recorded = known.recorded)) == factToJson(known)
            expect(same) { Clash.FactDiffers(fact.stream, fact.id) }
            duplicates += fact.id
            return
        }
        val row = rows.all.size
        rows.all += Row(fact, Place(fact.subject, fact.at, row), seq)
        rows.byId[fact.id] = row
        undo += {
            rows.all.removeAt(row)
            rows.byId.remove(fact.id)
        }
        facts += Touch(Touched.Appended(fact.stream, fact.id), listOf(fact.subject))
        appended++
    }

    private fun erase(subject: UUID) {
        if (state.erased.add(subject)) undo += { state.erased.remove(subject) }
        erased += subject
        for (record in state.records.values.flatMap { it.values }) {
            if (record.id != subject && record.subject != subject) continue
            replace(record.kind, record.id, null)
            removed += record.kind to record.id
        }
        for (rows in state.streams.values) {
            for ((at, row) in rows.all.withIndex()) {
                if (row?.fact?.subject != subject) continue
                rows.all[at] = null
                rows.byId.remove(row.fact.id)
                undo += {
                    rows.all[at] = row
                    rows.byId[row.fact.id] = at
                }
            }
        }
        records.values.removeIf { it.isGone(subject, removed) }
        facts.removeIf { it.isGone(subject, removed) }
    }

    /** Nothing can fail any more. */
    private fun finish(): Receipt {
        for (entry in state.log) entry.touched.removeIf { touch -> erased.any { touch.isGone(it, removed) } }
        val before = state.registry.associateBy({ it.target }, { it.fields.size })
        val declared = grown.filter { it.fields.size > (before[it.target] ?: -1) }.map { Touched.Declared(it.target) }
        val touched = declared.map { Touch(it) } + records.values + facts + erased.map { Touch(Touched.Erased(it)) }
        state.registry = grown
        state.log += Entry(changes.at, touched.toMutableList())
        val receipt = Receipt(seq, replayed = false, appended, written, duplicates)
        changes.key?.let { state.receipts[it] = receipt.copy(duplicates = emptyList()) }
        return receipt
    }
}
