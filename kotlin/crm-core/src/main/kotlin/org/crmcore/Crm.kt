package org.crmcore

import java.time.Instant
import java.util.concurrent.atomic.AtomicBoolean
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/**
 * A customer-relationship-management engine over one store.
 *
 * ```
 * Crm.open("shop.db").use { crm ->
 *     val anna = crm.customers.create(NewCustomer.person("Anna Example"))
 *     check(crm.customers.get(anna.id) == anna)
 * }
 * ```
 *
 * Operations suspend; their work is done on [dispatcher]. Those that may take long stop when the coroutine is cancelled: at
 * their next question to the store, and never in the middle of a commit.
 *
 * Every operation throws a [CrmException], and nothing else, when it cannot be done.
 */
public class Crm internal constructor(
    /** The same engine without suspension, for Java, scripts and threads of one's own. */
    public val blocking: BlockingCrm,
    /** Where the work is done. */
    public val dispatcher: CoroutineDispatcher,
) : AutoCloseable {
    private val closed = AtomicBoolean(false)

    /** Customers, their addresses, attributes and relationships. */
    public val customers: Customers = Customers(this)

    /** What happened. */
    public val interactions: Interactions = Interactions(this)

    /** Files in. */
    public val intake: Intake = Intake(this)

    /** What is allowed. */
    public val privacy: Privacy = Privacy(this)

    /** Whom to contact, and what came of it. */
    public val marketing: Marketing = Marketing(this)

    /** What members earned. */
    public val loyalty: Loyalty = Loyalty(this)

    /** Who belongs. */
    public val segments: Segments = Segments(this)

    /** How customers behave. */
    public val scores: Scores = Scores(this)

    /** The present instant, by this engine's clock. */
    public fun now(): Instant = opened().now()

    /** The same engine, whose calls end with [CrmException.Cancelled] once the token is cancelled, from any thread. */
    public fun cancelledBy(token: CancelToken): Crm = Crm(opened().cancelledBy(token), dispatcher)

    /** Every declared field. */
    public suspend fun registry(): Registry = withContext(dispatcher) { opened().registry() }

    /** What the store is and can do. */
    public suspend fun info(): StoreInfo = withContext(dispatcher) { opened().info() }

    /** The commits after a number, oldest first and without a gap: what has changed since somebody looked. */
    public suspend fun changes(after: ULong, limit: Int = PAGE): List<Committed> =
        withContext(dispatcher) { opened().changes(after, limit) }

    /** Looks for damage in the store. */
    public suspend fun verify(scope: Verify = Verify.Quick): VerifyReport =
        withContext(dispatcher) { opened().verify(scope) }

    /** Suspends, resumes, snapshots or closes the store. */
    public suspend fun lifecycle(step: Lifecycle): Unit = withContext(dispatcher) { opened().lifecycle(step) }

    /** Closes the store for good. Every call afterwards throws [CrmException.Closed]. */
    override fun close() {
        if (closed.compareAndSet(false, true)) {
            blocking.use { it.lifecycle(Lifecycle.Close) }
        }
    }

    internal fun opened(): BlockingCrm {
        if (closed.get()) throw CrmException.Closed()
        return blocking
    }

    public companion object {
        /**
         * Opens a file, or makes it.
         *
         * @param clock replaces the machine's.
         * @param seed replaces random ids with ids counted up from it, so that a test gives the same ids every time.
         * @param addressKey 32 secret bytes, without which no address can be barred.
         */
        public suspend fun open(
            path: String,
            clock: FixedClock? = null,
            seed: Long? = null,
            addressKey: ByteArray? = null,
            dispatcher: CoroutineDispatcher = Dispatchers.IO,
        ): Crm = withContext(dispatcher) { Crm(BlockingCrm.open(path, clock, seed, addressKey), dispatcher) }

        /** An engine that keeps everything in the process and forgets it at the end. */
        public suspend fun inMemory(
            clock: FixedClock? = null,
            seed: Long? = null,
            addressKey: ByteArray? = null,
            dispatcher: CoroutineDispatcher = Dispatchers.IO,
        ): Crm = withContext(dispatcher) { Crm(BlockingCrm.inMemory(clock, seed, addressKey), dispatcher) }

        /** An engine over a store of the host's own. See [certify] for how to check one. */
        public suspend fun over(
            store: HostStore,
            clock: FixedClock? = null,
            seed: Long? = null,
            addressKey: ByteArray? = null,
            dispatcher: CoroutineDispatcher = Dispatchers.IO,
        ): Crm = withContext(dispatcher) { Crm(BlockingCrm.withStore(store, clock, seed, addressKey), dispatcher) }
    }
}
