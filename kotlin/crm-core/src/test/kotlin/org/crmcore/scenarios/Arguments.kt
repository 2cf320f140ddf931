package org.crmcore.scenarios

import java.time.Instant
import java.util.Base64
import java.util.UUID
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonPrimitive
import org.crmcore.CrmException

/** The arguments of a call, by their names in Rust. */
class Arguments(private val with: JsonObject, private val kept: Map<String, Answer>) {
    private val taken = mutableSetOf<String>()

    /** An argument of data, out of JSON. One that is left out is null. */
    fun <T> take(name: String, read: (String) -> T): T = read(name, raw(name), read)

    fun <T> list(name: String, read: (String) -> T): List<T> {
        val items = raw(name) as? JsonArray ?: throw CrmException.Invalid(name, "a list is needed")
        return items.map { read(name, it, read) }
    }

    fun text(name: String): String {
        val value = raw(name)
        if (value !is JsonPrimitive || !value.isString) throw CrmException.Invalid(name, "a text is needed")
        return value.content
    }

    fun texts(name: String): List<String> = list(name) { it }.map { it.removeSurrounding("\"") }

    fun textOrNull(name: String): String? = if (raw(name) is JsonNull) null else text(name)

    fun id(name: String): UUID = parsed(name) { UUID.fromString(text(name)) }

    fun ids(name: String): List<UUID> = parsed(name) { texts(name).map(UUID::fromString) }

    fun instant(name: String): Instant = parsed(name) { Instant.parse(text(name)) }

    fun long(name: String): Long = parsed(name) { raw(name).jsonPrimitive.content.toLong() }

    fun int(name: String): Int = parsed(name) { raw(name).jsonPrimitive.content.toInt() }

    fun double(name: String): Double = parsed(name) { raw(name).jsonPrimitive.content.toDouble() }

    fun doubleOrNull(name: String): Double? = if (raw(name) is JsonNull) null else double(name)

    fun doubles(name: String): List<Double> = parsed(name) { list(name) { it }.map(String::toDouble) }

    fun gappy(name: String): List<Double?> = parsed(name) { list(name) { it }.map { if (it == "null") null else it.toDouble() } }

    fun longs(name: String): List<Long> = parsed(name) { list(name) { it }.map(String::toLong) }

    fun numbers(name: String): List<UInt> = parsed(name) { list(name) { it }.map(String::toUInt) }

    fun truths(name: String): List<Boolean> = parsed(name) { list(name) { it }.map(String::toBooleanStrict) }

    fun bytes(name: String): ByteArray = parsed(name) { longs(name).map { it.toByte() }.toByteArray() }

    fun textsOrNull(name: String): List<String?> =
        list(name) { it }.map { if (it == "null") null else it.removeSurrounding("\"") }

    /** An argument that may be missing. */
    fun <T> option(name: String, read: (String) -> T): T? = if (raw(name) is JsonNull) null else take(name, read)

    /** The bytes of a file: text, or `{"base64": ".."}`. */
    fun file(name: String): ByteArray = when (val value = raw(name)) {
        is JsonObject -> Base64.getDecoder().decode(value.getValue("base64").jsonPrimitive.content)
        else -> value.jsonPrimitive.content.encodeToByteArray()
    }

    /** An answer that was kept, when it is more than data. */
    fun thing(name: String): Any =
        kept[raw(name).jsonPrimitive.content]?.thing ?: throw AssertionError("$name: no such thing was kept")

    /** An argument that nobody takes is an error, like one that is missing. */
    fun checkAllTaken() {
        val left = with.keys - taken
        if (left.isNotEmpty()) throw AssertionError("arguments that the operation does not take: $left")
    }

    private fun raw(name: String): JsonElement {
        taken += name
        return with[name] ?: JsonNull
    }

    private fun <T> read(name: String, value: JsonElement, read: (String) -> T): T =
        try {
            read(value.toString())
        } catch (error: CrmException.Invalid) {
            throw if (error.field == "json") CrmException.Invalid(name, error.reason) else error
        }

    private fun <T> parsed(name: String, read: () -> T): T =
        try {
            read()
        } catch (_: IllegalArgumentException) {
            throw CrmException.Invalid(name, "not what is needed")
        } catch (_: java.time.format.DateTimeParseException) {
            throw CrmException.Invalid(name, "no instant")
        }
}
