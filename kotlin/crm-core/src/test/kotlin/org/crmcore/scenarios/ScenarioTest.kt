package org.crmcore.scenarios

import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory

/** The golden scenarios, which every language replays. */
class ScenarioTest {
    @TestFactory
    fun `every scenario gives its answers`(): List<DynamicTest> {
        val files = folder.listFiles { file -> file.extension == "json" }.orEmpty().sorted()
        assertTrue(files.isNotEmpty(), "no scenarios in $folder")
        return files.map { file -> dynamicTest(file.nameWithoutExtension) { runBlocking { Story(file).replay() } } }
    }

    @Test
    fun `the replayer knows the operations and the analyses, no more and no less`() {
        fun listed(file: String) = folder.resolve(file).readLines().filter { it.isNotBlank() && !it.startsWith("#") }
        assertEquals(listed("operations.txt").toSet(), operations.keys)
        assertEquals(listed("analyses.txt").toSet(), analyses.keys)
    }

    @Test
    fun `a difference is found, and named`() {
        fun compared(expected: String, answer: String) =
            difference(Json.parseToJsonElement(expected), Json.parseToJsonElement(answer))
        assertNull(compared("""{"a":1,"gone":null}""", """{"a":1,"b":[2]}"""))
        assertNull(compared("[2.5]", "[2.500000000001]"))
        assertEquals("answer.a[0]: expected 1, found 2", compared("""{"a":[1]}""", """{"a":[2]}"""))
        assertTrue(compared("9007199254740993", "9007199254740992") != null)
        assertTrue(compared("[1]", "[1,2]") != null)
        assertTrue(compared("\"1\"", "1") != null)
    }
}
