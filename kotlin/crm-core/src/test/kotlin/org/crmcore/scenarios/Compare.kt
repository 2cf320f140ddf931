package org.crmcore.scenarios

import kotlin.math.abs
import kotlin.math.max
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.doubleOrNull
import kotlinx.serialization.json.longOrNull

/** How far two numbers that are not whole may be apart, relative to the larger one. */
private const val TOLERANCE = 1e-9

/** What differs, with the path to it; nothing when the answer is as expected. Only what is named is compared. */
fun difference(expected: JsonElement, answer: JsonElement, path: String = "answer"): String? = when {
    expected is JsonObject && answer is JsonObject ->
        expected.entries.firstNotNullOfOrNull { (name, value) ->
            difference(value, answer[name] ?: JsonNull, "$path.$name")
        }
    expected is JsonArray && answer is JsonArray && expected.size == answer.size ->
        expected.indices.firstNotNullOfOrNull { at -> difference(expected[at], answer[at], "$path[$at]") }
    expected is JsonPrimitive && answer is JsonPrimitive && same(expected, answer) -> null
    else -> "$path: expected $expected, found $answer"
}

private fun same(expected: JsonPrimitive, answer: JsonPrimitive): Boolean {
    if (expected == answer) return true
    if (expected.isString || answer.isString) return false
    val (a, b) = (expected.longOrNull ?: return close(expected, answer)) to (answer.longOrNull ?: return close(expected, answer))
    return a == b
}

private fun close(expected: JsonPrimitive, answer: JsonPrimitive): Boolean {
    val a = expected.doubleOrNull ?: return false
    val b = answer.doubleOrNull ?: return false
    return a == b || abs(a - b) <= TOLERANCE * max(abs(a), abs(b))
}
