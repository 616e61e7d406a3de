import Accounts
import Cryptography
import PagoPA
import Requests
import Storage

/// A new webhook secret. The service shows it only in this response.
package struct MadeWebhookSecret: Sendable {
    package let id: WebhookSecretID
    package let secret: WebhookSecret
    package let createdAt: Instant
}

extension SecretOperations {
    /// The valid secrets of a PSP, newest first, for verifying its signatures and for signing requests to it; empty for an unknown PSP.
    /// They are read in a transaction of the PSP's own tenancy, because transactions of front ends, creditors and citizens cannot read
    /// secrets. Call this before such a transaction begins, never inside it.
    package func valid(of psp: PSPID) async throws -> [WebhookSecret] { try await validEntries(of: psp).map(\.secret) }

    /// The secrets of `valid(of:)` with their ids.
    package func validEntries(of psp: PSPID) async throws -> [PSPSecret] {
        let stored = try await store.read(within: .psp(psp), Secrets.valid(of: psp))
        return try stored.map { PSPSecret(id: $0.id, secret: try opened($0), lastUsedAt: $0.lastUsedAt) }
    }

    /// - Parameter secret: the secret to store, or `nil` to generate one.
    package func make(
        of psp: PSPID, keeping secret: WebhookSecret? = nil, by caller: Caller?,
        repeating: Repeating<MadeWebhookSecret>? = nil
    ) async throws -> Once<MadeWebhookSecret> {
        return try await once(repeating, within: caller?.tenancy ?? .everyCreditor) { tx, now in
            let made = MadeWebhookSecret(id: newID(), secret: try secret ?? WebhookSecret.make(), createdAt: now)
            let sealed = try secretBox.seal(made.secret.bytes, for: Self.context(psp, made.id))
            tx.insertWebhookSecret(made.id, sealed: sealed, of: psp, at: now)
            tx.journal(
                JournalEntry(.secretMade, by: caller?.actor ?? .commandLine, note: "\(psp) \(made.id)"),
                at: now)
            return made
        }
    }

    package func list(of psp: PSPID, for caller: Caller?) async throws -> [WebhookSecretEntry] {
        return try await store.transaction(within: caller?.tenancy ?? .everyCreditor) { tx in
            try await tx.webhookSecretEntries(of: psp)
        }
    }

    /// Revokes a secret immediately. Repeating the request is a no-op.
    package func revoke(_ id: WebhookSecretID, of psp: PSPID, by caller: Caller?) async throws {
        let now = clock()
        try await store.transaction(within: caller?.tenancy ?? .everyCreditor) { tx in
            guard try await tx.revoke(id, of: psp, at: now) else { throw Refusal.notFound }
            tx.journal(
                JournalEntry(.secretRevoked, by: caller?.actor ?? .commandLine, note: "\(psp) \(id)"),
                at: now)
        }
    }
}
