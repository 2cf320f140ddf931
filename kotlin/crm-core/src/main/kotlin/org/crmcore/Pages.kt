package org.crmcore

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/** How many items a page has, where nothing else is asked for. */
public const val PAGE: Int = 1_000

/** Every customer, in the order of their ids, read page by page as it is wanted. */
public fun Customers.all(page: Int = PAGE): Flow<Customer> = flow {
    var cursor: Cursor? = null
    do {
        val part = list(page, cursor)
        part.items.forEach { emit(it) }
        cursor = part.next
    } while (cursor != null)
}

/** Every customer, in the order of their ids, read page by page as it is wanted. */
public fun BlockingCustomers.all(page: Int = PAGE): Sequence<Customer> = sequence {
    var cursor: Cursor? = null
    do {
        val part = list(page, cursor)
        yieldAll(part.items)
        cursor = part.next
    } while (cursor != null)
}

/** A customer's whole history, read page by page as it is wanted. */
public fun Interactions.history(customer: CustomerId, timeline: Timeline): Flow<Interaction> = flow {
    var next: Timeline? = timeline
    while (next != null) {
        val part = timeline(customer, next)
        part.items.forEach { emit(it) }
        next = part.next?.let { timeline.copy(cursor = it) }
    }
}

/** A customer's whole history, read page by page as it is wanted. */
public fun BlockingInteractions.history(customer: CustomerId, timeline: Timeline): Sequence<Interaction> = sequence {
    var next: Timeline? = timeline
    while (next != null) {
        val part = timeline(customer, next)
        yieldAll(part.items)
        next = part.next?.let { timeline.copy(cursor = it) }
    }
}
