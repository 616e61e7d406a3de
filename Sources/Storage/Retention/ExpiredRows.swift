import Accounts
import PagoPA
import Postgres

/// Which rows a rule means, and what becomes of them.
private struct Doomed {
    /// `FROM … WHERE …`
    let rows: SQL
    let key: SQL
    let order: SQL
    /// Everything before its WHERE.
    let act: SQL
}

extension RetentionRule {
    /// Every condition is that of an index.
    fileprivate func doomed(before end: Instant, at now: Instant) -> Doomed {
        switch self {
        case .idempotencyKeys:
            Doomed(
                rows: "FROM idempotency_keys WHERE created_at < \(end.sql)", key: "caller, key", order: "created_at",
                act: "DELETE FROM idempotency_keys")
        case .mailCodes:
            Doomed(
                rows: "FROM mail_tokens WHERE expires_at < \(end.sql)", key: "digest", order: "expires_at",
                act: "DELETE FROM mail_tokens")
        case .smartCardTickets:
            Doomed(
                rows: "FROM smart_card_tickets WHERE expires_at < \(end.sql)", key: "digest", order: "expires_at",
                act: "DELETE FROM smart_card_tickets")
        case .registrations:
            Doomed(
                rows: "FROM citizens WHERE status = 'pending' AND created_at < \(end.sql)", key: "id",
                order: "created_at", act: "DELETE FROM citizens")
        case .sessions:
            Doomed(
                rows: "FROM citizen_sessions WHERE refresh_expires_at < \(end.sql)", key: "id",
                order: "refresh_expires_at", act: "DELETE FROM citizen_sessions")
        case .throttles:
            Doomed(
                rows: "FROM throttles WHERE last_at < \(end.sql) AND succeeded_at IS NULL", key: "subject",
                order: "last_at", act: "DELETE FROM throttles")
        case .knownAddresses:
            Doomed(
                rows: "FROM throttles WHERE succeeded_at < \(end.sql)", key: "subject", order: "succeeded_at",
                act: "DELETE FROM throttles")
        case .mailAddresses:
            Doomed(
                rows: """
                    FROM notifications WHERE state IN ('sent', 'dead') AND recipient IS NOT NULL AND created_at < \(end.sql)
                    """, key: "id", order: "created_at",
                act: "UPDATE notifications SET recipient = NULL, link = NULL, forgotten_at = \(now.sql)")
        case .payerAddresses:
            Doomed(
                rows: """
                    FROM payment_attempts WHERE finished_at < \(end.sql) AND (email IS NOT NULL OR payer_email IS NOT NULL)
                    """, key: "id", order: "finished_at",
                act: "UPDATE payment_attempts SET email = NULL, payer_email = NULL, notifies_failure = false")
        case .quarantineAddresses:
            Doomed(
                rows: "FROM receipts WHERE received_at < \(end.sql) AND payer_email IS NOT NULL", key: "id",
                order: "received_at", act: "UPDATE receipts SET payer_email = NULL")
        case .debtorAddresses:
            Doomed(
                rows: """
                    FROM positions WHERE state IN ('paid', 'cancelled') AND updated_at < \(end.sql)
                        AND debtor_email IS NOT NULL
                    """, key: "id", order: "updated_at", act: "UPDATE positions SET debtor_email = NULL")
        case .unreadableRTs:
            // None is resolved before it arrives, so that the index on the arrival bounds what is looked at.
            Doomed(
                rows: """
                    FROM unreadable_rts u WHERE u.received_at < \(end.sql)
                        AND EXISTS (SELECT FROM anomalies a WHERE a.id = u.anomaly_id AND a.resolved_at < \(end.sql))
                    """, key: "anomaly_id", order: "received_at", act: "DELETE FROM unreadable_rts")
        }
    }
}

extension Transaction {
    /// How many rows are past their time.
    package func due(_ rule: RetentionRule, before end: Instant) async throws -> Int {
        var row = try await query("SELECT count(*) \(rule.doomed(before: end, at: end).rows)")[0]
        return try row.int()
    }

    /// Forgets the oldest of them, at most `limit`, so that no sweep is long.
    /// - Returns: how many.
    package func forget(_ rule: RetentionRule, before end: Instant, limit: Int, at now: Instant) async throws -> Int {
        let doomed = rule.doomed(before: end, at: now)
        return try await execute(
            """
            \(doomed.act) WHERE (\(doomed.key)) IN (SELECT \(doomed.key) \(doomed.rows) ORDER BY \(doomed.order) LIMIT \(limit))
            """)
    }
}
