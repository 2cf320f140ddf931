package org.crmcore.scenarios

import java.io.File
import java.time.Instant
import java.util.Base64
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.crmcore.Crm
import org.crmcore.CrmException
import org.crmcore.FixedClock
import org.crmcore.errorToJson

/** An answer that was kept: as data, and, where data is not all of it, the very thing. */
class Answer(val json: JsonElement, val thing: Any? = null)

/** The scenarios of the core, and the list of operations. */
val folder: File = File(System.getProperty("crm.root"), "crm-core/tests/scenarios")

/** A story: commands in, answers out. */
class Story(file: File) {
    private val json = Json.parseToJsonElement(file.readText()).jsonObject
    val name: String = file.nameWithoutExtension

    /** Plays it on an empty store; complains about the first step that goes otherwise. */
    suspend fun replay() {
        val clock = FixedClock(Instant.parse(json.getValue("now").jsonPrimitive.content))
        val key = json["address_key"]?.let { Base64.getDecoder().decode(it.jsonPrimitive.content) }
        Crm.inMemory(clock = clock, seed = 1, addressKey = key).use { crm ->
            val kept = mutableMapOf<String, Answer>()
            json.getValue("steps").jsonArray.forEachIndexed { at, step ->
                val problem = play(crm, clock, step.jsonObject, kept)
                if (problem != null) throw AssertionError("$name, step ${at + 1}, ${step.jsonObject["call"]}: $problem")
            }
        }
    }

    private suspend fun play(
        crm: Crm,
        clock: FixedClock,
        step: JsonObject,
        kept: MutableMap<String, Answer>,
    ): String? {
        step["now"]?.let {
            clock.set(Instant.parse(it.jsonPrimitive.content))
            return null
        }
        val arguments = Arguments(filled(step["with"] ?: JsonObject(emptyMap()), kept).jsonObject, kept)
        val answer = try {
            operation(step.getValue("call").jsonPrimitive.content)(crm, arguments)
        } catch (error: CrmException) {
            val expected = step["fails"] ?: return "fails: $error"
            return difference(filled(expected, kept), Json.parseToJsonElement(errorToJson(error)))
        }
        step["fails"]?.let { return "should fail with $it" }
        step["as"]?.let { kept[it.jsonPrimitive.content] = answer }
        return step["gives"]?.let { difference(filled(it, kept), answer.json) }
    }
}

/** A value whose references are replaced by what they stand for. */
private fun filled(value: JsonElement, kept: Map<String, Answer>): JsonElement = when (value) {
    is JsonPrimitive -> if (value.isString && value.content.startsWith("$")) referred(value.content, kept) else value
    is JsonArray -> JsonArray(value.map { filled(it, kept) })
    is JsonObject -> JsonObject(value.entries.associate { (name, field) -> filledName(name, kept) to filled(field, kept) })
}

/** Fields that mark the type of a value, and refer to nothing. */
private val marks = setOf("\$date", "\$time", "\$money", "\$id")

private fun filledName(name: String, kept: Map<String, Answer>): String =
    if (name.startsWith("$") && name !in marks) referred(name, kept).jsonPrimitive.content else name

private fun referred(reference: String, kept: Map<String, Answer>): JsonElement {
    val path = reference.drop(1).split('.')
    val start = kept[path.first()] ?: throw AssertionError("$reference was not kept")
    return path.drop(1).fold(start.json) { value, step ->
        if (value is JsonArray) value[step.toInt()] else value.jsonObject[step] ?: JsonNull
    }
}
