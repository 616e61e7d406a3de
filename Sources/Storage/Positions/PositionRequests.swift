import Accounts
import PagoPA
import Postgres

extension Positions {
    /// Counts a request of this key for a position of the creditor, and locks the count until the end of the transaction.
    /// - Returns: the requests since the beginning of the period, with this one; and that beginning.
    package static func countRequest(
        of key: APIKeyID, to creditor: OrganizationTaxCode, periodSeconds: Int, at now: Instant
    ) -> Query<(requests: Int, countedFrom: Instant)?> {
        let start = now.adding(seconds: -periodSeconds)
        return Query(
            """
            INSERT INTO position_requests AS r (api_key_id, creditor_tax_code, counted_from, requests)
            VALUES (\(key.uuid), \(creditor.value), \(now.sql), 1)
            ON CONFLICT ON CONSTRAINT position_requests_pkey DO UPDATE SET
                counted_from = CASE WHEN r.counted_from <= \(start.sql) THEN EXCLUDED.counted_from ELSE r.counted_from END,
                requests = CASE WHEN r.counted_from <= \(start.sql) THEN 1 ELSE r.requests + 1 END
            RETURNING requests, counted_from
            """, row: { (requests: try $0.int(), countedFrom: try $0.instant()) })
    }
}
