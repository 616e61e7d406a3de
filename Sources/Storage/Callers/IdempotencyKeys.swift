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
            let age = try row.next(Int64.self)
            guard let status, let headers, let body else { return .running(attempt: attempt, ageSeconds: Int(age)) }
            return .answered(StoredAnswer(status: status, headers: try textMap(headers), body: body))
        }
    }
}

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

/// Decodes a jsonb object whose values are strings.
func jsonText(_ map: [String: String]) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    for (key, value) in map.sorted(by: { $0.key < $1.key }) {
        writer.key(key)
        writer.value(value)
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
}

func textMap(_ json: String) throws -> [String: String] {
    guard case .object(let members) = try JSONValue.parse(Array(json.utf8)) else {
        throw StorageError.fault("a jsonb column does not hold an object")
    }
    var map: [String: String] = [:]
    for member in members {
        guard case .string(let text) = member.value else {
            throw StorageError.fault("a jsonb object holds more than texts")
        }
        map[member.key] = text
    }
    return map
}
