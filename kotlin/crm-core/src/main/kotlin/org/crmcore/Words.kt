package org.crmcore

import java.time.Instant

/** The stable code of this error, to be matched on by programs and looked up in the list of errors. */
public val CrmException.code: String
    get() = errorCode(this)

/** The sum of two amounts of one currency. */
public operator fun Money.plus(other: Money): Money = combine(other, Math::addExact)

/** The difference of two amounts of one currency. */
public operator fun Money.minus(other: Money): Money = combine(other, Math::subtractExact)

/** So many times an amount. */
public operator fun Money.times(factor: Long): Money = exactly { copy(minor = Math.multiplyExact(minor, factor)) }

/** The same amount with the other sign. */
public operator fun Money.unaryMinus(): Money = exactly { copy(minor = Math.negateExact(minor)) }

/** Which of two amounts of one currency is larger. */
public operator fun Money.compareTo(other: Money): Int {
    sameCurrency(other)
    return minor.compareTo(other.minor)
}

/** The sum of amounts of one currency; that of none is nothing. */
public fun Iterable<Money>.sum(currency: Currency): Money = fold(Money(0, currency), Money::plus)

private fun Money.combine(other: Money, operation: (Long, Long) -> Long): Money {
    sameCurrency(other)
    return exactly { copy(minor = operation(minor, other.minor)) }
}

private fun Money.sameCurrency(other: Money) {
    if (currency != other.currency) {
        throw CrmException.Invalid("currency", "amounts of two currencies are neither added nor compared")
    }
}

private inline fun exactly(work: () -> Money): Money =
    try {
        work()
    } catch (_: ArithmeticException) {
        throw CrmException.OutOfRange("money")
    }

/** A person with a name. */
public fun NewCustomer.Companion.person(name: String): NewCustomer =
    NewCustomer(customerType = CustomerType.PERSON, name = name)

/** An organisation with a name. */
public fun NewCustomer.Companion.organisation(name: String): NewCustomer =
    NewCustomer(customerType = CustomerType.ORGANISATION, name = name)

/** A household with a name. */
public fun NewCustomer.Companion.household(name: String): NewCustomer =
    NewCustomer(customerType = CustomerType.HOUSEHOLD, name = name)

/** The same customer with what another system calls them. */
public fun NewCustomer.identifier(namespace: Name, value: String): NewCustomer =
    copy(identifiers = identifiers + Identifier(namespace, value))

/** The same customer with another address. */
public fun NewCustomer.contact(contactPoint: NewContactPoint): NewCustomer =
    copy(contactPoints = contactPoints + contactPoint)

/** What had happened by an instant, as far as it was known then. */
public fun AsOf.Companion.at(instant: Instant): AsOf = AsOf(valid = instant, known = instant)

/** Segments as of an instant, with the days of a zone; by what was known at the same instant, or at another one. */
public fun SegmentView.Companion.at(
    instant: Instant,
    known: Instant = instant,
    zone: Zone = "UTC",
    currency: Currency? = null,
    programme: ProgrammeId? = null,
): SegmentView = SegmentView(AsOf(instant, known), zone, currency, programme)
