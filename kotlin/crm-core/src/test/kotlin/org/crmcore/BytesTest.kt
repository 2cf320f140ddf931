package org.crmcore

import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Test

class BytesTest {
    @Test
    fun `a hundred thousand customers go in and out as bytes`() = runBlocking {
        val lines = (1..MANY).joinToString("\n") { """{"name":"Customer $it","identifiers":[{"namespace":"shop","value":"$it"}]}""" }
        Crm.inMemory(seed = 1).use { crm ->
            val ids = crm.customers.createLines(lines.encodeToByteArray())
            assertEquals(MANY, ids.toSet().size)
            val page = crm.customers.listLines(MANY)
            assertEquals(MANY.toULong() to null, page.count to page.next)
            assertEquals(MANY, page.lines.count { it == '\n'.code.toByte() })
            val first = page.lines.decodeToString(0, page.lines.indexOf('\n'.code.toByte()))
            assertEquals(crm.customers.get(customerFromJson(first).id), customerFromJson(first))
        }
    }

    @Test
    fun `a line that is wrong is named by its number`() = runBlocking {
        Crm.inMemory().use { crm ->
            val lines = "{\"name\":\"Anna\"}\n\n{\"name\":\"Secret\n"
            val error = assertFailsWith<CrmException.Import> { crm.customers.createLines(lines.encodeToByteArray()) }
            assertEquals(3uL, error.row)
            assertTrue("Secret" !in error.toString())
            assertEquals(emptyList(), crm.customers.list().items)
        }
    }

    private companion object {
        const val MANY = 100_000
    }
}
