package org.crmcore

import java.util.UUID
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Test

/** A store that keeps nothing, and fails as it is told to. */
private open class Broken(private val failure: () -> Throwable) : HostStore {
    override fun info(): StoreInfo = StoreInfo("broken", 1u, emptyList(), 0uL, durable = false, filters = false, snapshots = false)

    override fun load(kind: RecordKind, ids: List<UUID>): List<Record?> = throw failure()

    override fun find(kind: RecordKind, keys: List<Key>): List<UUID?> = throw failure()

    override fun scan(query: Scan): RecordPage = throw failure()

    override fun facts(query: FactQuery): FactPage = throw failure()

    override fun commit(changes: ChangeSet): Receipt = Receipt(1uL, false, 0uL, 0uL, emptyList())

    override fun changes(after: ULong, limit: Int): List<Committed> = emptyList()

    override fun verify(scope: Verify): VerifyReport = VerifyReport(0uL, emptyList())

    override fun lifecycle(step: Lifecycle) = Unit
}

class HostStoreTest {
    private fun failsWith(failure: () -> Throwable): CrmException = runBlocking {
        Crm.over(Broken(failure)).use { crm -> assertFailsWith<CrmException> { crm.customers.get(UUID(0, 1)) } }
    }

    @Test
    fun `an error that a store throws comes back as it was thrown`() {
        val error = failsWith { CrmException.Unavailable(retryable = true, reason = "asleep") } as CrmException.Unavailable
        assertEquals(true to "asleep", error.retryable to error.reason)
        assertEquals("store-unavailable", error.code)
    }

    @Test
    fun `anything else that a store throws becomes one line without a stack`() {
        val error = failsWith { IllegalStateException("the disk is gone") } as CrmException.Backend
        assertEquals("the host's code failed with java.lang.IllegalStateException", error.reason)
    }

    @Test
    fun `the suite finds what a store does not keep`() {
        val factory = object : StoreFactory {
            override fun store(place: ULong): HostStore = Broken { CrmException.Closed() }
        }
        val checks = certify(factory, only = "records.", cases = 1u)
        assertTrue(checks.isNotEmpty() && checks.any { !it.passed && !it.skipped })
    }
}
