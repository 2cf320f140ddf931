package org.crmcore

import java.nio.file.Files
import java.time.Instant
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.flow.count
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Test

class CrmTest {
    private fun test(body: suspend (Crm) -> Unit): Unit = runBlocking {
        Crm.inMemory(clock = FixedClock(NOW), seed = 1).use { body(it) }
    }

    @Test
    fun `a customer comes back as it was given`() = test { crm ->
        val new = NewCustomer.person("Zoë 🦊 \u05D0\u05D1").identifier("shop", "7").copy(
            birthDate = java.time.LocalDate.parse("1990-02-28"), country = "DE", tags = listOf("vip"), zone = "Europe/Berlin",
        )
        val created = crm.customers.create(new)
        assertEquals(new.name, created.name)
        assertEquals(NOW, created.createdAt)
        assertEquals(created, crm.customers.get(created.id))
        assertEquals(created.id, crm.customers.find("shop", "7"))
        assertNull(crm.customers.find("shop", "8"))
        assertEquals(created, customerFromJson(customerToJson(created)))
        assertEquals("Zoe", crm.customers.save(created.copy(name = "Zoe")).name)
    }

    @Test
    fun `an error has a code, fields and words, and no value`() = test { crm ->
        val id = java.util.UUID(0, 7)
        val missing = assertFailsWith<CrmException.NotFound> { crm.customers.get(id) }
        assertEquals(id, missing.id)
        assertEquals("not-found", missing.code)
        assertEquals("customer $id does not exist", missing.toString())
        val invalid = assertFailsWith<CrmException.Invalid> { crm.customers.create(NewCustomer.person("A").copy(zone = "Mars/Secret")) }
        assertEquals("zone", invalid.field)
        val unreadable = assertFailsWith<CrmException.Invalid> { newCustomerFromJson("""{"name": 4930123}""") }
        listOf(invalid.toString(), unreadable.toString()).forEach {
            assertTrue("Secret" !in it && "4930123" !in it, it)
        }
    }

    @Test
    fun `a conflict says which version there is`() = test { crm ->
        val first = crm.customers.create(NewCustomer.person("Anna"))
        crm.customers.save(first.copy(name = "Anna A."))
        val conflict = assertFailsWith<CrmException.Conflict> { crm.customers.save(first.copy(name = "Anna B.")) }
        val clash = conflict.clash as Clash.Version
        assertEquals(1uL to 2uL, clash.expected to clash.found)
    }

    @Test
    fun `what is closed says so`() {
        val crm = runBlocking { Crm.inMemory() }
        crm.close()
        crm.close()
        runBlocking {
            assertFailsWith<CrmException.Closed> { crm.customers.list() }
            assertFailsWith<CrmException.Closed> { crm.segments.members("x", SegmentView.at(NOW)) }
        }
        assertFailsWith<CrmException.Closed> { crm.now() }
    }

    @Test
    fun `a file keeps what was written`() = runBlocking {
        val path = Files.createTempDirectory("crm").resolve("shop.db").toString()
        val id = Crm.open(path).use { it.customers.create(NewCustomer.person("Anna")).id }
        Crm.open(path).use { crm ->
            assertEquals("Anna", crm.customers.get(id).name)
            assertTrue(crm.info().durable)
            assertEquals(emptyList(), crm.verify(Verify.Full).problems)
        }
    }

    @Test
    fun `pages are a flow and a sequence`() = test { crm ->
        crm.customers.createAll(List(250) { NewCustomer.person("Customer $it") })
        assertEquals(250, crm.customers.all(page = 100).count())
        assertEquals(3, crm.customers.all(page = 2).take(3).toList().size)
        assertEquals(250, crm.customers.blocking.all(page = 100).count())
    }

    @Test
    fun `many coroutines write at once`() = test { crm ->
        val ids = runBlocking(Dispatchers.Default) {
            List(100) { at -> async { crm.customers.create(NewCustomer.person("Customer $at")).id } }.awaitAll()
        }
        assertEquals(100, ids.toSet().size)
        assertEquals(100, crm.customers.getAll(ids).count { it != null })
    }

    @Test
    fun `a cancelled coroutine stops the work behind it`() = test { crm ->
        val many = List(50_000) { NewCustomer.person("Customer $it") }
        assertFailsWith<CancellationException> { withTimeout(1.milliseconds) { crm.customers.createAll(many) } }
        val token = CancelToken()
        val stoppable = crm.cancelledBy(token)
        assertEquals(emptyList(), stoppable.customers.list(10).items)
        token.cancel()
        assertTrue(token.isCancelled())
        assertFailsWith<CrmException.Cancelled> { stoppable.customers.createAll(listOf(NewCustomer.person("Late"))) }
        assertEquals(emptyList(), crm.customers.list(10).items.filter { it.name == "Late" })
    }

    @Test
    fun `the clock is the host's`() = runBlocking {
        val clock = FixedClock(NOW)
        Crm.inMemory(clock = clock).use { crm ->
            clock.set(NOW.plusNanos(1_500))
            assertEquals(NOW.plusNanos(1_000), crm.now())
            for (far in listOf("0001-01-01T00:00:00Z", "9999-12-30T22:00:00Z", "1969-12-31T23:59:59.999999Z")) {
                clock.set(Instant.parse(far))
                assertEquals(Instant.parse(far), crm.now())
            }
        }
    }

    private companion object {
        val NOW: Instant = Instant.parse("2026-01-15T09:00:00.123456Z")
    }
}
