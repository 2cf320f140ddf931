package org.crmcore.store

import java.util.UUID
import java.util.concurrent.locks.ReentrantReadWriteLock
import kotlin.concurrent.read
import kotlin.concurrent.write
import org.crmcore.ChangeSet
import org.crmcore.Committed
import org.crmcore.CrmException
import org.crmcore.FactPage
import org.crmcore.FactQuery
import org.crmcore.HostStore
import org.crmcore.Key
import org.crmcore.Lifecycle
import org.crmcore.Receipt
import org.crmcore.Record
import org.crmcore.RecordKind
import org.crmcore.RecordPage
import org.crmcore.Scan
import org.crmcore.StoreInfo
import org.crmcore.Verify
import org.crmcore.VerifyReport
import org.crmcore.checkChanges

/**
 * A store written in Kotlin: collections behind a lock. It keeps the contract of every store (see `Store` in crm-core),
 * forgets everything at the end, and is written to be read rather than to be fast.
 */
class MemoryStore : HostStore {
    private enum class Life { OPEN, SUSPENDED, CLOSED }

    private val lock = ReentrantReadWriteLock()
    private val state = State()
    private var life = Life.OPEN

    override fun info(): StoreInfo = read {
        StoreInfo(NAME, 1u, registry, log.size.toULong(), durable = false, filters = false, snapshots = false)
    }

    override fun load(kind: RecordKind, ids: List<UUID>): List<Record?> = read { ids.map { records[kind]?.get(it) } }

    override fun find(kind: RecordKind, keys: List<Key>): List<UUID?> = read { keys.map { holders[Held(kind, it)] } }

    override fun scan(query: Scan): RecordPage = read { page(query) }

    override fun facts(query: FactQuery): FactPage = read { page(query) }

    override fun commit(changes: ChangeSet): Receipt = lock.write {
        expectOpen()
        state.receipts[changes.key]?.let { return it.copy(replayed = true) }
        Commit(state, changes, checkChanges(changes, state.registry)).run()
    }

    override fun changes(after: ULong, limit: Int): List<Committed> = read {
        val most = pageLimit(limit)
        val first = minOf(after, log.size.toULong()).toInt()
        log.subList(first, log.size).take(most).mapIndexed { at, entry ->
            Committed((first + at + 1).toULong(), entry.at, entry.touched.map(Touch::what))
        }
    }

    override fun verify(scope: Verify): VerifyReport = read {
        if (scope is Verify.Residue) throw CrmException.Unsupported(NAME, "residue")
        val kept = records.values.sumOf { it.size } + streams.values.sumOf { it.byId.size }
        VerifyReport(kept.toULong())
    }

    override fun lifecycle(step: Lifecycle): Unit = lock.write {
        if (step != Lifecycle.Close && life == Life.CLOSED) throw CrmException.Closed()
        when (step) {
            Lifecycle.Close -> life = Life.CLOSED
            Lifecycle.Suspend -> life = Life.SUSPENDED
            Lifecycle.Resume -> life = Life.OPEN
            Lifecycle.Scrub -> expectOpen()
            is Lifecycle.SnapshotTo -> {
                expectOpen()
                throw CrmException.Unsupported(NAME, "snapshot")
            }
        }
    }

    private fun expectOpen() {
        if (life != Life.OPEN) throw CrmException.Closed()
    }

    private fun <T> read(work: State.() -> T): T = lock.read {
        expectOpen()
        state.work()
    }

    private companion object {
        const val NAME = "kotlin"
    }
}
