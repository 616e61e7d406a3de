import Accounts
import Cryptography
import Foundation
import PagoPA
import Postgres

/// A webhook secret in its stored form.
package struct StoredSecret: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case encrypted([UInt8])
        /// Only rows that were written before encryption existed, until `quietanza migrate` encrypts them.
        case plain([UInt8])
    }

    package let id: WebhookSecretID
    package let psp: PSPID
    package let content: Content
    package let lastUsedAt: Instant?
}

/// Queries for the secrets of PSPs. They return no rows in the tenancy of a front end, a creditor or a citizen.
package enum Secrets {
    /// The secrets that are valid now, newest first.
    package static func valid(of psp: PSPID) -> Query<[StoredSecret]> {
        Query(
            """
            SELECT id, psp_id, sealed, secret, last_used_at FROM webhook_secrets
            WHERE psp_id = \(psp.value) AND revoked_at IS NULL ORDER BY created_at DESC, id DESC
            """, rows: { try $0.storedSecret() })
    }

    /// The latest secrets of a PSP with their content, the valid ones first.
    /// - Parameter count: the maximum number of secrets.
    package static func latest(of psp: PSPID, count: Int) -> Query<[(entry: WebhookSecretEntry, stored: StoredSecret)]>
    {
        Query(
            """
            SELECT id, psp_id, sealed, secret, last_used_at, created_at, revoked_at FROM webhook_secrets
            WHERE psp_id = \(psp.value) ORDER BY revoked_at IS NULL DESC, created_at DESC, id DESC LIMIT \(count)
            """,
            rows: { row in
                let stored = try row.storedSecret()
                let entry = WebhookSecretEntry(
                    id: stored.id, psp: stored.psp, createdAt: try row.instant(), revokedAt: try row.optionalInstant(),
                    lastUsedAt: stored.lastUsedAt)
                return (entry, stored)
            })
    }

    /// The known text, encrypted with a key of `SECRETS_KEY`; nil before the first `quietanza migrate`.
    package static var keyCheck: Query<[UInt8]?> {
        Query("SELECT sealed FROM secrets_key_check", row: { try $0.next([UInt8].self) })
    }

    /// The ids of the keys that are needed to decrypt the stored secrets.
    package static var keyIDs: Query<[[UInt8]]> {
        Query(
            """
            SELECT substring(sealed FROM 2 FOR \(SecretBox.keyIDBytes)::integer) FROM webhook_secrets
            WHERE sealed IS NOT NULL
            UNION SELECT substring(sealed FROM 2 FOR \(SecretBox.keyIDBytes)::integer) FROM webhook_subscription_secrets
            UNION SELECT substring(s.sealed FROM 2 FOR \(SecretBox.keyIDBytes)::integer)
                FROM debt_types d CROSS JOIN LATERAL (VALUES (d.amount_secret), (d.former_amount_secret)) AS s(sealed)
                WHERE s.sealed IS NOT NULL
            """, rows: { try $0.next([UInt8].self) })
    }
}

extension Store {
    /// Validates the constraint by which PostgreSQL rejects secrets in plain text. It runs as the owner of the table, because the
    /// service's own role cannot alter tables.
    package func validateEncryptedSecrets() async throws {
        do {
            let isValid = try await ownersQuery(
                """
                SELECT 1 FROM pg_constraint WHERE conname = 'webhook_secrets_encrypted_check' AND convalidated
                    AND conrelid = 'webhook_secrets'::regclass
                """)
            guard isValid.isEmpty else { return }
            _ = try await ownersQuery("ALTER TABLE webhook_secrets VALIDATE CONSTRAINT webhook_secrets_encrypted_check")
        } catch let error as PostgresError {
            throw StorageError.translated(error)
        }
    }
}

extension Row {
    mutating func storedSecret() throws -> StoredSecret {
        let id: WebhookSecretID = try identifier()
        let psp = try value { try PSPID($0) }
        let sealed = try nextOptional([UInt8].self)
        let plain = try nextOptional([UInt8].self)
        // A constraint of the table guarantees that exactly one of the two is set.
        return StoredSecret(
            id: id, psp: psp, content: sealed.map { .encrypted($0) } ?? .plain(plain ?? []),
            lastUsedAt: try optionalInstant())
    }
}
