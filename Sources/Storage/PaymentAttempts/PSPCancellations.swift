import Foundation
import PagoPA
import Postgres
import Requests

/// A call to a PSP that this process has claimed.
package struct ClaimedCancellation: Sendable, Equatable {
    package let attempt: Identifier<PaymentAttempt>
    package let psp: PSPID
    package let cancelURL: String
    /// The number of attempts, this one included.
    package let tries: Int
    /// The id of the trace of the request that ended the attempt.
    package let trace: UUID?
}

extension Transaction {
    /// Queues the call that informs the PSP that the payment of the attempt has ended. Nothing is queued when the PSP has no address
    /// for it, or when the call is already queued.
    /// - Parameter cancelURL: nil uses the address that is stored with the attempt.
    package func queueCancellation(
        of attempt: Identifier<PaymentAttempt>, at cancelURL: String? = nil, createdAt now: Instant
    ) {
        send(
            """
            INSERT INTO psp_cancellations (attempt_id, psp_id, cancel_url, next_try_at, created_at, trace_id)
            SELECT id, psp_id, COALESCE(\(cancelURL), cancel_url), now(), \(now.sql), \(TraceContext.current?.id)::uuid FROM payment_attempts
            WHERE id = \(attempt.uuid) AND COALESCE(\(cancelURL), cancel_url) IS NOT NULL
            ON CONFLICT DO NOTHING
            """)
    }

    /// Claims the call that has been due longest. It is due again when the lease expires, unless its result is stored earlier.
    package func claimCancellation(leaseSeconds: Int) async throws -> ClaimedCancellation? {
        try await ask(
            Query(
                """
                UPDATE psp_cancellations SET tries = tries + 1, next_try_at = now() + make_interval(secs => \(leaseSeconds)::integer)
                WHERE attempt_id = (
                    SELECT attempt_id FROM psp_cancellations WHERE next_try_at <= now() ORDER BY next_try_at LIMIT 1
                    FOR UPDATE SKIP LOCKED)
                RETURNING attempt_id, psp_id, cancel_url, tries, trace_id
                """,
                row: { row in
                    ClaimedCancellation(
                        attempt: try row.identifier(), psp: try row.value { try PSPID($0) }, cancelURL: try row.text(),
                        tries: try row.int(), trace: try row.optionalUUID())
                }))
    }

    /// Queues that the PSP has accepted the call.
    package func markDelivered(_ call: ClaimedCancellation, at now: Instant) {
        send(
            """
            UPDATE psp_cancellations SET delivered_at = \(now.sql), next_try_at = NULL, last_error = NULL
            WHERE attempt_id = \(call.attempt.uuid) AND delivered_at IS NULL
            """)
    }

    /// - Parameter waitSeconds: nil when no further call is made.
    package func markFailed(_ call: ClaimedCancellation, error: String, waitSeconds: Int?) {
        // Only the latest claim may store its result.
        send(
            """
            UPDATE psp_cancellations SET last_error = \(error), next_try_at = now() + make_interval(secs => \(waitSeconds)::integer)
            WHERE attempt_id = \(call.attempt.uuid) AND tries = \(call.tries) AND delivered_at IS NULL
            """)
    }
}
