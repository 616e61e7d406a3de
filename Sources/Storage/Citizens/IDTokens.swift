import PagoPA
import Postgres

extension Transaction {
    /// Records the nonce of an accepted ID token as used. A concurrent request with the same nonce waits for the end of this transaction.
    /// - Returns: false if it was used before.
    package func spend(nonce digest: [UInt8], until end: Instant) async throws -> Bool {
        let rows = try await query(
            """
            INSERT INTO used_id_tokens (digest, expires_at) VALUES (\(digest), \(end.sql))
            ON CONFLICT ON CONSTRAINT used_id_tokens_pkey DO NOTHING RETURNING 1
            """)
        return !rows.isEmpty
    }
}
