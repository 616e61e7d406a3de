import Accounts
import PagoPA
import Postgres
import Testing

@testable import Storage

/// Each constraint that an operation handles is violated by a statement, and reaches the operation by its name.
@Suite(.serialized) struct HandledConstraintTests {
    private static func violation(of constraint: Constraint) -> SQL {
        switch constraint {
        case .attemptItemsInstallment: "UPDATE attempt_items SET installment_id = gen_random_uuid()"
        case .attemptItemsOneOpenAttempt:
            "UPDATE attempt_items SET installment_id = (SELECT id FROM installments ORDER BY id LIMIT 1)"
        case .citizensEmail:
            """
            UPDATE citizens SET email = CASE tax_code WHEN \(TestData.mario.value) THEN 'A@example.org'
                ELSE 'a@example.org' END
            """
        case .citizensTaxCode: "UPDATE citizens SET tax_code = \(TestData.mario.value)"
        case .installmentsIUV: "UPDATE installments SET iuv = '1'"
        case .installmentsNoticeNumber: "UPDATE installments SET notice_number = '300000000000000104'"
        case .positionsExternalID: "UPDATE positions SET external_id = 'x'"
        case .receiptsCopyOf:
            """
            UPDATE receipts SET copy_of_installment_id = gen_random_uuid(), position_id = NULL, installment_id = NULL
            """
        case .receiptsInstallment: "UPDATE receipts SET installment_id = gen_random_uuid()"
        case .receiptsKey: "UPDATE receipts SET iuv = '1', receipt_id = 'R', psp_id = 'ABCDITMM'"
        case .rtsFingerprint:
            """
            INSERT INTO rts (id, receipt_id, is_first, psp_id, message_id, content_type, body, sha256, fingerprint, answer,
                received_at)
            SELECT gen_random_uuid(), receipt_id, false, psp_id, message_id, content_type, body, sha256, fingerprint,
                answer, received_at FROM rts
            """
        case .unreadableRTsBody:
            """
            INSERT INTO unreadable_rts (anomaly_id, psp_id, message_id, content_type, body, sha256, violations, received_at)
            SELECT (SELECT id FROM anomalies WHERE kind = 'already_paid' LIMIT 1), psp_id, message_id, content_type, body,
                sha256, violations, received_at FROM unreadable_rts LIMIT 1
            """
        case .usedIUVs: "INSERT INTO used_iuvs SELECT creditor_tax_code, iuv FROM used_iuvs"
        }
    }

    @Test func `every handled constraint rejects a write and is reported as itself`() async throws {
        try await TestData.with { ledger in
            for constraint in Constraint.allCases {
                do {
                    try await ledger.pool.execute(Self.violation(of: constraint))
                    Issue.record("\(constraint): nothing was rejected")
                } catch let error as PostgresError {
                    #expect(
                        StorageError.translated(error) as? StorageError == .constraint(constraint),
                        "\(constraint): \(error)")
                }
            }
        }
    }

    @Test func `a violation in a transaction of the service rolls it back and names its constraint`() async throws {
        try await TestData.with { ledger in
            await #expect(throws: StorageError.constraint(.positionsExternalID)) {
                try await ledger.store.transaction(within: .only([TestData.alfa])) { tx in
                    try await tx.execute("UPDATE positions SET description = 'changed'")
                    try await tx.execute("UPDATE positions SET external_id = 'x'")
                }
            }
            let changed = try await ledger.pool.query("SELECT id FROM positions WHERE description = 'changed'")
            #expect(changed.isEmpty)
        }
    }
}

/// Every retention rule at the instant at which its rows expire.
@Suite(.serialized) struct RetentionBoundaryTests {
    /// Later than the arrival of every row of the ledger, because the arrival of an unreadable body cannot be changed.
    private static let end = try! Instant(rfc3339: "2126-05-01T10:00:00Z")  // a valid literal

    /// The table of the rule, the column that decides, and what its rows need besides.
    private static func rows(of rule: RetentionRule) -> (table: String, column: String, preparation: [SQL]) {
        switch rule {
        case .idempotencyKeys:
            (
                "idempotency_keys", "created_at",
                [
                    """
                    INSERT INTO idempotency_keys (caller, key, fingerprint, created_at)
                    SELECT 'c', n::text, sha256('f'), now() FROM generate_series(1, 6) AS n
                    """
                ]
            )
        case .mailCodes: ("mail_tokens", "expires_at", [])
        case .smartCardTickets: ("smart_card_tickets", "expires_at", [])
        case .usedIDTokens: ("used_id_tokens", "expires_at", [])
        case .registrations:
            (
                "citizens", "created_at",
                [
                    "DELETE FROM citizen_sessions", "DELETE FROM mail_tokens",
                    "UPDATE smart_card_tickets SET citizen_id = NULL, code_digest = NULL, code_expires_at = NULL",
                    "UPDATE citizens SET status = 'pending', verified_at = NULL",
                ]
            )
        case .sessions: ("citizen_sessions", "refresh_expires_at", [])
        case .throttles: ("throttles", "last_at", ["UPDATE throttles SET succeeded_at = NULL"])
        case .knownAddresses: ("throttles", "succeeded_at", [])
        case .mailAddresses:
            (
                "notifications", "created_at",
                ["UPDATE notifications SET state = 'sent', sent_at = now(), next_attempt_at = NULL"]
            )
        case .payerAddresses:
            (
                "payment_attempts", "finished_at",
                [
                    "UPDATE attempt_items SET is_holding = false",
                    "UPDATE payment_attempts SET status = 'succeeded', finished_at = now(), email = 'a@example.org'",
                ]
            )
        case .quarantineAddresses:
            (
                "receipts", "received_at",
                [
                    "UPDATE refunds SET status = 'failed'",
                    """
                    UPDATE receipts SET status = 'quarantined', position_id = NULL, installment_id = NULL,
                        attempt_id = NULL, payer_email = 'a@example.org'
                    """,
                ]
            )
        case .debtorAddresses:
            (
                "positions", "updated_at",
                ["UPDATE positions SET state = 'cancelled', cancelled_at = now(), debtor_email = 'a@example.org'"]
            )
        case .unreadableRTs:
            (
                "anomalies", "resolved_at",
                [
                    """
                    UPDATE anomalies SET is_open = false, resolution = 'reject', reason = 'x', resolved_at = now()
                    WHERE is_open
                    """, "DELETE FROM anomalies WHERE kind <> 'unreadable_rt'",
                ]
            )
        case .webhookDeliveries: ("webhook_deliveries", "at", [])
        case .noticeBatches:
            ("notice_batches", "finished_at", ["UPDATE notice_batches SET status = 'done', finished_at = now()"])
        case .importRows:
            ("position_imports", "finished_at", ["UPDATE position_imports SET status = 'done', finished_at = now()"])
        case .imports:
            (
                "position_imports", "finished_at",
                [
                    "DELETE FROM position_import_rows",
                    "UPDATE position_imports SET status = 'done', finished_at = now()",
                ]
            )
        }
    }

    @Test(arguments: RetentionRule.allCases)
    func `a row expires after the end of its life and not at it, and is handled once`(rule: RetentionRule) async throws
    {
        try await TestData.with(crowd: 4) { ledger in
            let (table, column, preparation) = Self.rows(of: rule)
            for statement in preparation { _ = try await ledger.pool.query(statement) }
            // A third of the rows is a microsecond older than the end, a third has its instant, a third is younger.
            let name = SQL.identifier(table)
            let instants = [-1, 0, 1].map { Microseconds(Self.end.microseconds + $0) }
            let moved = try await ledger.pool.query(
                """
                UPDATE \(name) AS t SET \(SQL.identifier(column)) = (\(instants)::timestamptz[])[s.n % 3 + 1]
                FROM (SELECT ctid, row_number() OVER (ORDER BY ctid) AS n FROM \(name)) AS s WHERE s.ctid = t.ctid
                RETURNING s.n % 3 = 0
                """)
            let expired = try moved.count { row in
                var row = row
                return try row.bool()
            }
            #expect(expired > 0 && expired < moved.count, "\(rule)")
            func count(_ end: Instant) async throws -> Int {
                try await ledger.store.transaction(within: .everyCreditor) { tx in
                    try await tx.countExpired(rule, before: end)
                }
            }
            func delete(_ end: Instant, limit: Int) async throws -> Int {
                try await ledger.store.transaction(within: .everyCreditor) { tx in
                    try await tx.deleteExpired(rule, before: end, limit: limit, at: end)
                }
            }
            #expect(try await count(Self.end) == expired)
            #expect(try await delete(Instant(microseconds: Self.end.microseconds - 1), limit: 100) == 0)
            #expect(try await delete(Self.end, limit: 1) == 1)
            #expect(try await delete(Self.end, limit: 100) == expired - 1)
            #expect(try await delete(Self.end, limit: 100) == 0)
            #expect(try await count(Self.end.adding(seconds: 1)) == moved.count - expired)
        }
    }
}
