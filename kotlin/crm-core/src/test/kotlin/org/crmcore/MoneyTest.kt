package org.crmcore

import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import org.junit.jupiter.api.Test

class MoneyTest {
    private fun euro(minor: Long) = Money(minor, "EUR")

    @Test
    fun `amounts of one currency are added, subtracted and compared`() {
        assertEquals(euro(150), euro(100) + euro(50))
        assertEquals(euro(-50), euro(50) - euro(100))
        assertEquals(euro(-7), -euro(7))
        assertEquals(euro(300), euro(100) * 3)
        assertTrue(euro(1) < euro(2))
        assertEquals(euro(6), listOf(euro(1), euro(2), euro(3)).sum("EUR"))
    }

    @Test
    fun `two currencies never meet`() {
        val dollar = Money(1, "USD")
        assertEquals("currency", assertFailsWith<CrmException.Invalid> { euro(1) + dollar }.field)
        assertFailsWith<CrmException.Invalid> { euro(1) < dollar }
        assertFailsWith<CrmException.Invalid> { listOf(euro(1), dollar).sum("EUR") }
    }

    @Test
    fun `the ends of the range are exact`() {
        assertFailsWith<CrmException.OutOfRange> { euro(Long.MAX_VALUE) + euro(1) }
        assertFailsWith<CrmException.OutOfRange> { -euro(Long.MIN_VALUE) }
        assertFailsWith<CrmException.OutOfRange> { euro(Long.MAX_VALUE) * 2 }
        for (minor in listOf(Long.MIN_VALUE, Long.MAX_VALUE, 0, -1)) {
            assertEquals(euro(minor), moneyFromJson(moneyToJson(euro(minor))))
        }
    }

    @Test
    fun `a currency that nobody knows is refused`() {
        assertFailsWith<CrmException.Invalid> { moneyToJson(Money(1, "XX")) }
    }
}
