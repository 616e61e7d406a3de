import Accounts
import Foundation
import JSON
import PagoPA
import Postgres
import Requests

package enum EarlierUse: Sendable, Equatable {
    case none
    /// The first request has begun and may still be running. The values are the attempt it created, if any, and its age by the
    /// database's clock.
    case running(attempt: Identifier<PaymentAttempt>?, ageSeconds: Int)
    case answered(StoredAnswer)
}

/// Queries for Idempotency-Keys.
package enum IdempotencyKeys {
    /// Locks the key until the end of this transaction and looks up its earlier use. Send it before any other statement.
    /// It throws `Refusal.idempotencyKeyInUse` while another transaction has the lock, and `.idempotencyKeyReused` for other content.
    /// - Parameter waiting: waits for another transaction, at most for the lock timeout.
    package static func claim(_ key: IdempotencyKey, waiting: Bool = false) -> Query<EarlierUse> {
        let name = key.caller + "\n" + key.key
        let statements: [SQL] = [
            waiting
                ? "SELECT pg_advisory_xact_lock(hashtextextended(\(name), 7)) IS NOT NULL"
                : "SELECT pg_try_advisory_xact_lock(hashtextextended(\(name), 7))",
            """
            SELECT fingerprint, status, headers::text, body, attempt_id,
                floor(extract(epoch FROM now() - created_at))::bigint FROM idempotency_keys
            WHERE caller = \(key.caller) AND key = \(key.key)
            """,
        ]
        return Query(statements) { answers in
            guard var lock = answers[0].first, try lock.bool() else { throw Refusal.idempotencyKeyInUse }
            guard var row = answers[1].first else { return .none }
            guard try row.next([UInt8].self) == key.fingerprint else { throw Refusal.idempotencyKeyReused }
            let status = try row.optionalInt()
            let headers = try row.optionalText()
            let body = try row.nextOptional([UInt8].self)
            let attempt = try row.optionalIdentifier(PaymentAttempt.self)
            let age = try row.bigInteger()
            guard let status, let headers, let body else { return .running(attempt: attempt, ageSeconds: Int(age)) }
            return .answered(StoredAnswer(status: status, headers: try textMap(headers), body: body))
        }
    }
}
