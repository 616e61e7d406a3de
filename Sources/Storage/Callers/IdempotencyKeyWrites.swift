import Accounts
import Foundation
import JSON
import PagoPA
import Postgres
import Requests

extension Transaction {
    /// Stores the first response, or, when `answer` is nil, that the request has begun. A stored response is never replaced.
    package func save(
        _ answer: StoredAnswer?, for key: IdempotencyKey, attempt: Identifier<PaymentAttempt>? = nil
    ) {
        send(
            """
            INSERT INTO idempotency_keys (caller, key, fingerprint, status, headers, body, attempt_id, created_at)
            VALUES (\(key.caller), \(key.key), \(key.fingerprint), \(answer?.status),
                \(answer.map { jsonText($0.headers) })::jsonb, \(answer?.body), \(attempt?.uuid), now())
            ON CONFLICT ON CONSTRAINT idempotency_keys_pkey
            DO UPDATE SET status = EXCLUDED.status, headers = EXCLUDED.headers, body = EXCLUDED.body
            WHERE idempotency_keys.status IS NULL
            """)
    }
}
