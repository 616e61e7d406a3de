import Accounts
import Cryptography
import PagoPA
import Storage
import Synchronization

/// A valid secret of a PSP.
package struct PSPSecret: Sendable, Equatable {
    package let id: WebhookSecretID
    package let secret: WebhookSecret
    package let lastUsedAt: Instant?

    package init(id: WebhookSecretID, secret: WebhookSecret, lastUsedAt: Instant?) {
        self.id = id
        self.secret = secret
        self.lastUsedAt = lastUsedAt
    }
}

extension SecretOperations {
    /// Records that a PSP signed with this secret, at most once an hour for each secret and instance. That one call has a transaction more.
    package func recordUse(of secret: PSPSecret) async throws {
        let now = clock()
        guard (secret.lastUsedAt?.seconds(until: now) ?? .max) >= SecretUses.intervalSeconds,
            uses.claim(secret.id, at: now)
        else { return }
        try await store.transaction(within: .everyCreditor) { tx in tx.touch(secret.id, at: now) }
    }
}

/// The uses that this process has recorded within the last hour, so that calls that arrive together record one.
final class SecretUses: Sendable {
    /// The shortest interval between two updates of a secret's `last_used_at`.
    static let intervalSeconds = 3_600
    /// When there are so many entries they are removed; each secret is then recorded once more.
    private static let maximum = 10_000

    private let recorded = Mutex<[WebhookSecretID: Instant]>([:])

    /// - Returns: whether the caller is to record the use.
    func claim(_ secret: WebhookSecretID, at now: Instant) -> Bool {
        recorded.withLock { recorded in
            if let last = recorded[secret], (0..<Self.intervalSeconds).contains(last.seconds(until: now)) {
                return false
            }
            if recorded.count >= Self.maximum { recorded = [:] }
            recorded[secret] = now
            return true
        }
    }
}
