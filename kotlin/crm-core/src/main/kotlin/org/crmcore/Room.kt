package org.crmcore

import java.nio.ByteBuffer
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext

/** What the rooms of an engine have in common. */
public abstract class Room<B : AutoCloseable> internal constructor(
    private val crm: Crm,
    private val room: (BlockingCrm) -> B,
) {
    /** The same operations without suspension, for Java, scripts and threads of one's own. */
    public val blocking: B by lazy { room(crm.opened()) }

    /** Does something short. It runs to its end, even when the coroutine is cancelled meanwhile. */
    internal suspend fun <T> call(work: (B) -> T): T = withContext(crm.dispatcher) {
        crm.opened()
        work(blocking)
    }

    /** Does something that may take long. A cancelled coroutine returns at once, and the work ends soon after. */
    internal suspend fun <T> stoppable(work: (B) -> T): T = suspendCancellableCoroutine { continuation ->
        val token = CancelToken()
        continuation.invokeOnCancellation { token.cancel() }
        val task = Runnable {
            val outcome = runCatching { crm.opened().cancelledBy(token).use { engine -> room(engine).use(work) } }
            continuation.resumeWith(outcome)
        }
        if (crm.dispatcher.isDispatchNeeded(continuation.context)) {
            crm.dispatcher.dispatch(continuation.context, task)
        } else {
            task.run()
        }
    }
}

/** The bytes where the library can read them without a copy of its own. */
internal fun direct(bytes: ByteArray): ByteBuffer = ByteBuffer.allocateDirect(bytes.size).put(bytes).flip()
