package org.crmcore.store

import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.crmcore.Crm
import org.crmcore.CrmException
import org.crmcore.HostStore
import org.crmcore.NewCustomer
import org.crmcore.StoreFactory
import org.crmcore.all
import org.crmcore.certify
import org.crmcore.code
import org.crmcore.person
import org.junit.jupiter.api.Test

class MemoryStoreTest {
    @Test
    fun `it passes the suite that every store passes`() {
        val factory = object : StoreFactory {
            override fun store(place: ULong): HostStore = MemoryStore()
        }
        val checks = certify(factory, cases = 5u)
        val (passed, rest) = checks.partition { it.passed }
        val (skipped, failed) = rest.partition { it.skipped }
        assertEquals(emptyList(), failed.map { "${it.name}: ${it.reason}" })
        // What a store cannot do that keeps nothing and does not look at its own bytes, and nothing else.
        val parts = setOf("reopen", "lifecycle", "erasure", "verify", "manners")
        assertEquals(emptyList(), skipped.filter { it.name.substringBefore('.') !in parts })
        assertTrue(passed.size > 290, "${passed.size} passed")
    }

    @Test
    fun `it carries an engine`() = runBlocking {
        Crm.over(MemoryStore(), seed = 1).use { crm ->
            val anna = crm.customers.create(NewCustomer.person("Zoë Müller"))
            assertEquals(anna, crm.customers.get(anna.id))
            assertEquals(listOf(anna), crm.customers.all().toList())
            crm.privacy.erase(anna.id)
            assertEquals("not-found", assertFailsWith<CrmException> { crm.customers.get(anna.id) }.code)
        }
    }
}
