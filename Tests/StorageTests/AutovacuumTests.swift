import Postgres
import Testing

@testable import Storage

/// The tables whose rows change soon after they were written are vacuumed early (ADR 0064).
@Suite(.serialized) struct AutovacuumTests {
    private static let early: Set = [
        "notifications", "psp_cancellations", "payment_attempts", "attempt_items", "idempotency_keys", "throttles",
        "citizen_sessions", "spent_refresh_tokens", "mail_tokens", "smart_card_tickets",
        "used_id_tokens", "position_imports", "position_import_rows", "position_import_chunks",
        "webhook_subscriptions", "webhook_deliveries",
    ]

    @Test
    func `tables of queues, keys, sessions, imports and webhooks are vacuumed early, and no other table`()
        async throws
    {
        try await TestData.with { data in
            var options: [String: [String]] = [:]
            let rows = try await data.pool.query(
                """
                SELECT relname::text, array_to_string(reloptions, ' ') FROM pg_class
                WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND reloptions IS NOT NULL
                """)
            for var row in rows { options[try row.text()] = try row.text().split(separator: " ").map(String.init) }
            #expect(Set(options.keys) == Self.early)
            for (table, found) in options {
                #expect(
                    Set(found) == ["autovacuum_vacuum_scale_factor=0.01", "autovacuum_vacuum_threshold=1000"],
                    "\(table)")
            }
        }
    }
}
