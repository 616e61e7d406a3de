import Accounts
import Cryptography
import Foundation
import PagoPA
import Postgres

extension Transaction {
    /// All secrets of a PSP, revoked ones included, newest first; at most a hundred.
    package func webhookSecretEntries(of psp: PSPID) async throws -> [WebhookSecretEntry] {
        try await ask(
            Query(
                """
                SELECT id, psp_id, created_at, revoked_at, last_used_at FROM webhook_secrets WHERE psp_id = \(psp.value)
                ORDER BY created_at DESC, id DESC LIMIT 100
                """,
                rows: { row in
                    WebhookSecretEntry(
                        id: try row.identifier(), psp: try row.value { try PSPID($0) }, createdAt: try row.instant(),
                        revokedAt: try row.optionalInstant(), lastUsedAt: try row.optionalInstant())
                }))
    }

    /// - Parameter sealed: the encrypted secret.
    package func insertWebhookSecret(_ id: WebhookSecretID, sealed: [UInt8], of psp: PSPID, at now: Instant) {
        send(
            """
            INSERT INTO webhook_secrets (id, psp_id, sealed, created_at)
            VALUES (\(id.uuid), \(psp.value), \(sealed), \(now.sql))
            """)
    }

    /// - Returns: whether the secret exists, even when it was revoked before.
    package func revoke(_ secret: WebhookSecretID, of psp: PSPID, at now: Instant) async throws -> Bool {
        try await execute(
            "UPDATE webhook_secrets SET revoked_at = COALESCE(revoked_at, \(now.sql)) WHERE id = \(secret.uuid) AND psp_id = \(psp.value)"
        ) == 1
    }

    /// Records the use of a secret. It never waits: another transaction that holds the row records or changes it.
    package func touch(_ secret: WebhookSecretID, at now: Instant) {
        send(
            """
            UPDATE webhook_secrets SET last_used_at = \(now.sql)
            WHERE id IN (SELECT id FROM webhook_secrets WHERE id = \(secret.uuid) FOR UPDATE SKIP LOCKED)
            """)
    }

    // MARK: Encryption of secrets

    /// All secrets, revoked ones included, locked until the transaction ends.
    package func lockStoredSecrets() async throws -> [StoredSecret] {
        try await ask(
            Query(
                "SELECT id, psp_id, sealed, secret, last_used_at FROM webhook_secrets ORDER BY id FOR UPDATE",
                rows: { try $0.storedSecret() }))
    }

    /// Replaces a secret that is stored as plain text or encrypted with another key.
    package func reseal(_ id: WebhookSecretID, sealed: [UInt8]) {
        send("UPDATE webhook_secrets SET sealed = \(sealed), secret = NULL WHERE id = \(id.uuid)")
    }

    /// - Parameter isNew: does not replace an existing check.
    package func storeKeyCheck(sealed: [UInt8], isNew: Bool, at now: Instant) {
        let conflict: SQL =
            isNew ? "DO NOTHING" : "(single) DO UPDATE SET sealed = EXCLUDED.sealed, updated_at = EXCLUDED.updated_at"
        send(
            """
            INSERT INTO secrets_key_check (sealed, updated_at) VALUES (\(sealed), \(now.sql)) ON CONFLICT \(conflict)
            """)
    }
}
