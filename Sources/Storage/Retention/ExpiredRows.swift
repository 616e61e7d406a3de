import Accounts
import PagoPA
import Postgres

/// The rows that a retention rule selects, and the action on them.
private struct ExpiredRows {
    /// `FROM … WHERE …`
    let rows: SQL
    let key: SQL
    let order: SQL
    /// The part of the statement before its WHERE.
    let action: SQL
}

extension RetentionRule {
    /// Every condition matches an index.
    fileprivate func expired(before end: Instant, at now: Instant) -> ExpiredRows {
        switch self {
        case .idempotencyKeys:
            ExpiredRows(
                rows: "FROM idempotency_keys WHERE created_at < \(end.sql)", key: "caller, key", order: "created_at",
                action: "DELETE FROM idempotency_keys")
        case .mailCodes:
            ExpiredRows(
                rows: "FROM mail_tokens WHERE expires_at < \(end.sql)", key: "digest", order: "expires_at",
                action: "DELETE FROM mail_tokens")
        case .smartCardTickets:
            ExpiredRows(
                rows: "FROM smart_card_tickets WHERE expires_at < \(end.sql)", key: "digest", order: "expires_at",
                action: "DELETE FROM smart_card_tickets")
        case .usedIDTokens:
            ExpiredRows(
                rows: "FROM used_id_tokens WHERE expires_at < \(end.sql)", key: "digest", order: "expires_at",
                action: "DELETE FROM used_id_tokens")
        case .registrations:
            ExpiredRows(
                rows: "FROM citizens WHERE status = 'pending' AND created_at < \(end.sql)", key: "id",
                order: "created_at", action: "DELETE FROM citizens")
        case .sessions:
            ExpiredRows(
                rows: "FROM citizen_sessions WHERE refresh_expires_at < \(end.sql)", key: "id",
                order: "refresh_expires_at", action: "DELETE FROM citizen_sessions")
        case .throttles:
            ExpiredRows(
                rows: "FROM throttles WHERE last_at < \(end.sql) AND succeeded_at IS NULL", key: "subject",
                order: "last_at", action: "DELETE FROM throttles")
        case .knownAddresses:
            ExpiredRows(
                rows: "FROM throttles WHERE succeeded_at < \(end.sql)", key: "subject", order: "succeeded_at",
                action: "DELETE FROM throttles")
        case .mailAddresses:
            ExpiredRows(
                rows: """
                    FROM notifications WHERE state IN ('sent', 'dead') AND recipient IS NOT NULL AND created_at < \(end.sql)
                    """, key: "id", order: "created_at",
                action: "UPDATE notifications SET recipient = NULL, link = NULL, forgotten_at = \(now.sql)")
        case .payerAddresses:
            ExpiredRows(
                rows: """
                    FROM payment_attempts WHERE finished_at < \(end.sql) AND (email IS NOT NULL OR payer_email IS NOT NULL)
                    """, key: "id", order: "finished_at",
                action: "UPDATE payment_attempts SET email = NULL, payer_email = NULL, notifies_failure = false")
        case .quarantineAddresses:
            ExpiredRows(
                rows: "FROM receipts WHERE received_at < \(end.sql) AND payer_email IS NOT NULL", key: "id",
                order: "received_at", action: "UPDATE receipts SET payer_email = NULL")
        case .debtorAddresses:
            ExpiredRows(
                rows: """
                    FROM positions WHERE state IN ('paid', 'cancelled') AND updated_at < \(end.sql)
                        AND debtor_email IS NOT NULL
                    """, key: "id", order: "updated_at", action: "UPDATE positions SET debtor_email = NULL")
        case .unreadableRTs:
            // An anomaly is resolved after it arrives, so the index on the arrival limits the rows to read.
            ExpiredRows(
                rows: """
                    FROM unreadable_rts u WHERE u.received_at < \(end.sql)
                        AND EXISTS (SELECT FROM anomalies a WHERE a.id = u.anomaly_id AND a.resolved_at < \(end.sql))
                    """, key: "anomaly_id", order: "received_at", action: "DELETE FROM unreadable_rts")
        case .importRows:
            ExpiredRows(
                rows: """
                    FROM position_import_rows
                    WHERE import_id IN (SELECT id FROM position_imports WHERE finished_at < \(end.sql))
                    """, key: "import_id, line", order: "import_id, line", action: "DELETE FROM position_import_rows")
        case .noticeBatches:
            ExpiredRows(
                rows: "FROM notice_batches WHERE finished_at < \(end.sql)", key: "id", order: "finished_at",
                action: "DELETE FROM notice_batches")
        case .webhookDeliveries:
            ExpiredRows(
                rows: "FROM webhook_deliveries WHERE at < \(end.sql)", key: "id", order: "at",
                action: "DELETE FROM webhook_deliveries")
        case .imports:
            // Their rows were deleted before, in batches.
            ExpiredRows(
                rows: """
                    FROM position_imports i WHERE i.finished_at < \(end.sql)
                        AND NOT EXISTS (SELECT FROM position_import_rows r WHERE r.import_id = i.id)
                    """, key: "id", order: "finished_at", action: "DELETE FROM position_imports")
        }
    }
}

extension Transaction {
    /// The number of expired rows.
    package func countExpired(_ rule: RetentionRule, before end: Instant) async throws -> Int {
        send(.planForValues)
        var row = try await query("SELECT count(*) \(rule.expired(before: end, at: end).rows)").only
        return try row.int()
    }

    /// Deletes or empties the oldest expired rows, at most `limit`, so that each run is short.
    /// - Returns: the number of rows.
    package func deleteExpired(_ rule: RetentionRule, before end: Instant, limit: Int, at now: Instant) async throws
        -> Int
    {
        let expired = rule.expired(before: end, at: now)
        send(.planForValues)
        return try await execute(
            """
            \(expired.action) WHERE (\(expired.key)) IN (SELECT \(expired.key) \(expired.rows) ORDER BY \(expired.order) LIMIT \(limit))
            """)
    }
}
