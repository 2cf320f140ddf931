package org.crmcore

import java.time.Instant

private const val MICROS: Long = 1_000_000

/** The instant so many microseconds after 1970. */
internal fun instantOfMicros(micros: Long): Instant =
    Instant.ofEpochSecond(Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1_000)

/** Microseconds from 1970 to an instant; what is finer is cut, towards the past. */
internal fun microsOf(instant: Instant): Long =
    Math.addExact(Math.multiplyExact(instant.epochSecond, MICROS), instant.nano / 1_000L)
