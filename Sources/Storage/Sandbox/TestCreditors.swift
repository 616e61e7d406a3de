import PagoPA
import Postgres
import Requests

/// Changes of the data of test creditors that no other creditor allows.
package enum TestCreditors {
    /// - Returns: `nil` if the creditor is not a test creditor of the tenancy.
    package static func reset(_ creditor: OrganizationTaxCode) -> Query<TestReset?> {
        Query<[TestReset]>(
            "SELECT positions, attempts, receipts FROM reset_test_creditor(\(creditor.value))",
            rows: { TestReset(positions: try $0.int(), attempts: try $0.int(), receipts: try $0.int()) }
        ).map(\.first)
    }

    /// - Returns: how many positions changed.
    package static func passDays(_ days: Int, of creditor: OrganizationTaxCode, at now: Instant) -> Query<Int> {
        let own: SQL = "= (SELECT c.tax_code FROM creditors c WHERE c.tax_code = \(creditor.value) AND c.is_test)"
        return Query([
            "UPDATE installments SET due_date = due_date - \(days)::integer, valid_until = valid_until - \(days)::integer WHERE creditor_tax_code \(own)",
            """
            UPDATE attempt_items m SET held_until = m.held_until - make_interval(days => \(days)::integer) FROM payment_attempts a
            WHERE a.id = m.attempt_id AND m.is_holding AND a.creditor_tax_code \(own)
            """,
            """
            UPDATE payment_attempts SET expires_at = expires_at - make_interval(days => \(days)::integer)
            WHERE status IN ('created', 'redirected', 'in_progress') AND creditor_tax_code \(own)
            """,
            """
            WITH changed AS (
                UPDATE positions SET due_date = due_date - \(days)::integer, payable_until = payable_until - \(days)::integer,
                    version = version + 1, updated_at = \(now.sql)
                WHERE creditor_tax_code \(own) RETURNING 1)
            SELECT count(*) FROM changed
            """,
        ]) { answers in
            guard var row = answers.last?.first else { return 0 }
            return try row.int()
        }
    }
}

extension PaymentAttempts {
    /// Attempts of the last days at a PSP of trials that have expired without a receipt.
    package static func expiredWithoutReceipt(of psp: TrialPSP, limit: Int) -> Query<[PaymentAttempt]> {
        several(
            where: """
                a.id = ANY(ARRAY(SELECT e.id FROM payment_attempts e
                    WHERE e.psp_id = \(psp.rawValue) AND e.status = 'expired' AND e.created_at > now() - interval '3 days'
                        AND NOT EXISTS (SELECT FROM receipts r WHERE r.attempt_id = e.id)
                    ORDER BY e.created_at DESC, e.id DESC LIMIT \(limit)))
                """)
    }
}
