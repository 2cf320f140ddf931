package org.crmcore

import java.nio.file.Files
import kotlin.test.assertEquals
import kotlinx.coroutines.runBlocking
import org.crmcore.examples.shop
import org.junit.jupiter.api.Test

class ExampleTest {
    @Test
    fun `the example runs`() = runBlocking {
        val lines = shop(Files.createTempDirectory("crm").resolve("shop.db").toString())
        assertEquals("imported 5 purchases of 3 customers", lines[0])
        assertEquals("regulars: 1", lines[1])
        assertEquals("the best customer spent 10640 cents", lines[2])
    }
}
