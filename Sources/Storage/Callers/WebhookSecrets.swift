import Accounts
import Cryptography
import Foundation
import PagoPA
import Postgres

/// A webhook secret as it is stored.
package struct StoredSecret: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case encrypted([UInt8])
        /// Only in rows from before encryption, until `quietanza migrate` has encrypted them.
        case plain([UInt8])
    }

    package let id: WebhookSecretID
    package let psp: PSPID
    package let content: Content
}

/// Queries about the secrets of PSPs. Empty for the tenancy of a front end, a creditor or a citizen.
package enum Secrets {
    /// The secrets that are valid now, newest first.
    package static func valid(of psp: PSPID) -> Query<[StoredSecret]> {
        Query(
            """
            SELECT id, psp_id, sealed, secret FROM webhook_secrets WHERE psp_id = \(psp.value) AND revoked_at IS NULL
            ORDER BY created_at DESC, id DESC
            """, rows: { try $0.storedSecret() })
    }

    /// The known text under a key of `SECRETS_KEY`; nil before the first `quietanza migrate`.
    package static var keyCheck: Query<[UInt8]?> {
        Query("SELECT sealed FROM secrets_key_check", row: { try $0.next([UInt8].self) })
    }

    /// The ids of the keys that stored secrets need.
    package static var keyIDs: Query<[[UInt8]]> {
        Query(
            """
            SELECT DISTINCT substring(sealed FROM 2 FOR \(SecretBox.keyIDBytes)::integer) FROM webhook_secrets
            WHERE sealed IS NOT NULL
            """, rows: { try $0.next([UInt8].self) })
    }
}

extension Transaction {
    /// Every secret a PSP ever had, newest first; at most a hundred.
    package func webhookSecretEntries(of psp: PSPID) async throws -> [WebhookSecretEntry] {
        try await query(
            """
            SELECT id, psp_id, created_at, revoked_at FROM webhook_secrets WHERE psp_id = \(psp.value)
            ORDER BY created_at DESC, id DESC LIMIT 100
            """
        ).map { row in
            var row = row
            return WebhookSecretEntry(
                id: try row.identifier(), psp: try row.value { try PSPID($0) }, createdAt: try row.instant(),
                revokedAt: try row.optionalInstant())
        }
    }

    /// - Parameter sealed: the encrypted secret.
    package func insertWebhookSecret(_ id: WebhookSecretID, sealed: [UInt8], of psp: PSPID, at now: Instant) {
        send(
            """
            INSERT INTO webhook_secrets (id, psp_id, sealed, created_at)
            VALUES (\(id.uuid), \(psp.value), \(sealed), \(now.sql))
            """)
    }

    /// - Returns: whether there was one to revoke; a revoked one counts.
    package func revoke(_ secret: WebhookSecretID, of psp: PSPID, at now: Instant) async throws -> Bool {
        try await execute(
            "UPDATE webhook_secrets SET revoked_at = COALESCE(revoked_at, \(now.sql)) WHERE id = \(secret.uuid) AND psp_id = \(psp.value)"
        ) == 1
    }

    // MARK: Their encryption

    /// Every secret, revoked ones too, locked until the transaction ends.
    package func lockStoredSecrets() async throws -> [StoredSecret] {
        try await query("SELECT id, psp_id, sealed, secret FROM webhook_secrets ORDER BY id FOR UPDATE").map { row in
            var row = row
            return try row.storedSecret()
        }
    }

    /// Replaces what is stored of a secret, in plain or under another key.
    package func reseal(_ id: WebhookSecretID, sealed: [UInt8]) {
        send("UPDATE webhook_secrets SET sealed = \(sealed), secret = NULL WHERE id = \(id.uuid)")
    }

    /// - Parameter isNew: an existing check stays as it is.
    package func storeKeyCheck(sealed: [UInt8], isNew: Bool, at now: Instant) {
        let conflict: SQL =
            isNew ? "DO NOTHING" : "(single) DO UPDATE SET sealed = EXCLUDED.sealed, updated_at = EXCLUDED.updated_at"
        send(
            """
            INSERT INTO secrets_key_check (sealed, updated_at) VALUES (\(sealed), \(now.sql)) ON CONFLICT \(conflict)
            """)
    }
}

extension Store {
    /// From now on PostgreSQL vouches that no secret is stored in plain. As the table's owner, which the service's own role is not.
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
    fileprivate mutating func storedSecret() throws -> StoredSecret {
        let id: WebhookSecretID = try identifier()
        let psp = try value { try PSPID($0) }
        let sealed = try nextOptional([UInt8].self)
        let plain = try nextOptional([UInt8].self)
        // A constraint has exactly one of the two.
        return StoredSecret(
            id: id, psp: psp, content: sealed.map { .encrypted($0) } ?? .plain(plain ?? []))
    }
}
