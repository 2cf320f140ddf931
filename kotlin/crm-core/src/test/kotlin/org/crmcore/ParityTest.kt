package org.crmcore

import kotlin.test.assertEquals
import org.crmcore.scenarios.folder
import org.junit.jupiter.api.Test

/** Everything that can be done in Rust can be done in Kotlin, with and without suspension. */
class ParityTest {
    private val listed = folder.resolve("operations.txt").readLines().filter { it.isNotBlank() && !it.startsWith("#") }

    /** What is no method of a handle here, and why. */
    private val exceptions = mapOf(
        "loyalty.id_of" to "asks no engine: the function programmeIdOf",
        "segments.id_of" to "asks no engine: the function segmentIdOf",
    )

    private val rooms = mapOf(
        "customers" to (Customers::class to BlockingCustomers::class),
        "interactions" to (Interactions::class to BlockingInteractions::class),
        "intake" to (Intake::class to BlockingIntake::class),
        "privacy" to (Privacy::class to BlockingPrivacy::class),
        "marketing" to (Marketing::class to BlockingMarketing::class),
        "loyalty" to (Loyalty::class to BlockingLoyalty::class),
        "segments" to (Segments::class to BlockingSegments::class),
        "scores" to (Scores::class to BlockingScores::class),
    )

    @Test
    fun `every operation of the facade is here under its name`() {
        val missing = listed.filter { it !in exceptions }.filterNot { operation ->
            val (room, method) = operation.split('.')
            val name = method.split('_').reduce { words, word -> words + word.replaceFirstChar(Char::uppercase) }
            val (suspending, blocking) = rooms.getValue(room)
            // The names of methods that take unsigned numbers go on behind a hyphen.
            listOf(suspending, blocking).all { kind -> kind.java.methods.any { it.name.substringBefore('-') == name } }
        }
        assertEquals(emptyList(), missing)
    }

    @Test
    fun `what is excepted is an operation`() {
        assertEquals(emptySet(), exceptions.keys - listed.toSet())
    }
}
