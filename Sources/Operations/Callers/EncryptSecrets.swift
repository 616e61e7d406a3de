import Accounts
import Cryptography
import PagoPA
import Storage

/// `SECRETS_KEY` does not match the encrypted secrets in this database.
package enum SecretsKeyFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The secrets in the database were encrypted with another key.
    case wrongKey
    /// Some secrets are encrypted with a key that was removed from `SECRETS_KEY` too early.
    case keyMissing
    /// `quietanza migrate` has not yet run with a key.
    case notPrepared

    package var description: String {
        switch self {
        case .wrongKey:
            "SECRETS_KEY is not the key of this database: its secrets were encrypted with another key. See docs/secrets.md."
        case .keyMissing:
            "SECRETS_KEY lacks a key with which secrets of this database are encrypted. Add it at the end and run "
                + "'quietanza rotate-secrets-key'. See docs/secrets.md."
        case .notPrepared: "The database has no key check yet: run 'quietanza migrate' with SECRETS_KEY set."
        }
    }
}

extension SecretOperations {
    private static let keyCheckContext = "secrets_key_check"
    private static let keyCheckText = Array("quietanza".utf8)

    /// Checks at startup that `SECRETS_KEY` can decrypt the secrets in this database, before any secret is needed.
    /// - Throws: `SecretsKeyFailure`, `StorageError`.
    package func verifyKey() async throws {
        let (check, needed) = try await store.read(within: .everyCreditor, Secrets.keyCheck, Secrets.keyIDs)
        try demandKey(check, needed)
    }

    private func demandKey(in tx: Transaction) async throws {
        let (check, needed) = try await tx.ask(Secrets.keyCheck, Secrets.keyIDs)
        try demandKey(check, needed)
    }

    private func demandKey(_ check: [UInt8]?, _ needed: [[UInt8]]) throws {
        guard let check else { throw SecretsKeyFailure.notPrepared }
        guard (try? secretBox.open(check, for: Self.keyCheckContext)) == Self.keyCheckText else {
            throw SecretsKeyFailure.wrongKey
        }
        guard needed.allSatisfy(secretBox.knows) else { throw SecretsKeyFailure.keyMissing }
    }

    /// Stores the key check and encrypts the secrets that are still in plain text. It runs after the migrations and can be repeated.
    /// - Returns: how many secrets it encrypted.
    /// - Throws: `SecretsKeyFailure`, `StorageError`.
    package func encryptStored() async throws -> Int {
        let now = clock()
        let count = try await store.transaction(within: .everyCreditor) { tx in
            let check = try secretBox.seal(Self.keyCheckText, for: Self.keyCheckContext)
            tx.storeKeyCheck(sealed: check, isNew: true, at: now)
            try await demandKey(in: tx)
            var count = 0
            for stored in try await tx.lockStoredSecrets() {
                guard case .plain(let bytes) = stored.content else { continue }
                tx.reseal(stored.id, sealed: try secretBox.seal(bytes, for: Self.context(stored.psp, stored.id)))
                count += 1
            }
            if count > 0 { tx.journal(JournalEntry(.secretsEncrypted, by: .commandLine, note: "\(count)"), at: now) }
            return count
        }
        try await store.validateEncryptedSecrets()
        return count
    }

    /// Encrypts every secret and the key check with the first key of `SECRETS_KEY`, so that the operator can remove the other keys.
    /// - Returns: how many secrets were encrypted with another key.
    /// - Throws: `SecretsKeyFailure`, `SecretBox.Failure` for a ciphertext that was modified, `StorageError`.
    package func rotateKey() async throws -> Int {
        let now = clock()
        return try await store.transaction(within: .everyCreditor) { tx in
            try await demandKey(in: tx)
            var count = 0
            for stored in try await tx.lockStoredSecrets() {
                if case .encrypted(let sealed) = stored.content, SecretBox.keyID(of: sealed) == secretBox.currentKeyID {
                    continue
                }
                let secret = try opened(stored)
                tx.reseal(stored.id, sealed: try secretBox.seal(secret.bytes, for: Self.context(stored.psp, stored.id)))
                count += 1
            }
            for stored in try await tx.lockSubscriptionSecrets()
            where SecretBox.keyID(of: stored.sealed) != secretBox.currentKeyID {
                let context = SubscriptionSecret.context(stored.id, of: stored.subscription)
                let secret = try stored.opened(with: secretBox)
                tx.reseal(subscriptionSecret: stored.id, sealed: try secretBox.seal(secret.bytes, for: context))
                count += 1
            }
            count += try await rotateAmountSecrets(in: tx)
            let check = try secretBox.seal(Self.keyCheckText, for: Self.keyCheckContext)
            tx.storeKeyCheck(sealed: check, isNew: false, at: now)
            tx.journal(JournalEntry(.secretsEncrypted, by: .commandLine, note: "\(count)"), at: now)
            return count
        }
    }

    /// - Throws: `SecretBox.Failure`.
    func opened(_ stored: StoredSecret) throws -> WebhookSecret {
        switch stored.content {
        case .encrypted(let sealed):
            try WebhookSecret(bytes: secretBox.open(sealed, for: Self.context(stored.psp, stored.id)))
        case .plain(let bytes): try WebhookSecret(bytes: bytes)
        }
    }

    /// The associated data of a ciphertext: it binds the ciphertext to its row.
    static func context(_ psp: PSPID, _ id: WebhookSecretID) -> String { "webhook_secrets \(psp) \(id)" }
}
