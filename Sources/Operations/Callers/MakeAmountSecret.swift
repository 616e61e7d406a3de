import Accounts
import Cryptography
import PagoPA
import Requests
import Storage

extension SecretOperations {
    /// Creates the secret that signs the calls to the `amount_url` of a debt type. The service shows it only in this response. The present one
    /// signs calls for one more day.
    /// - Throws: `Refusal.notFound`.
    package func makeAmountSecret(
        of debtType: String, _ creditor: OrganizationTaxCode, by caller: Caller,
        repeating: Repeating<WebhookSecret>? = nil
    ) async throws -> Once<WebhookSecret> {
        try await once(repeating, within: caller.tenancy) { tx, now in
            let (known, found) = try await tx.ask(
                Creditors.show(creditor, within: caller.tenancy, locking: true),
                Creditors.debtType(debtType, of: creditor, within: caller.tenancy))
            guard known != nil, found != nil else { throw Refusal.notFound }
            let secret = try WebhookSecret.make()
            tx.setAmountSecret(
                sealed: try secretBox.seal(secret.bytes, for: Self.amountContext(debtType, creditor)), of: debtType,
                creditor, overlapSeconds: AmountSource.secretOverlapSeconds, at: now)
            tx.journal(
                JournalEntry(.secretMade, by: caller.actor, creditor: creditor, note: "amounts of \(debtType)"), at: now
            )
            return secret
        }
    }

    /// The secrets that sign a call now.
    /// - Throws: `SecretBox.Failure`.
    func opened(_ stored: StoredAmountSource) throws -> [WebhookSecret] {
        try stored.secrets.map {
            try WebhookSecret(bytes: secretBox.open($0, for: Self.amountContext(stored.debtTypeKey, stored.creditor)))
        }
    }

    /// Encrypts the secrets with the first key of `SECRETS_KEY`.
    /// - Returns: the number of debt types whose secrets were encrypted with another key.
    func rotateAmountSecrets(in tx: Transaction) async throws -> Int {
        var count = 0
        for stored in try await tx.lockAmountSecrets() {
            let sealed = [stored.current] + [stored.former].compactMap(\.self)
            guard sealed.contains(where: { SecretBox.keyID(of: $0) != secretBox.currentKeyID }) else { continue }
            let context = Self.amountContext(stored.debtTypeKey, stored.creditor)
            let renewed = try sealed.map { try secretBox.seal(secretBox.open($0, for: context), for: context) }
            guard let current = renewed.first else { continue }
            tx.reseal(stored, current: current, former: renewed.dropFirst().first)
            count += 1
        }
        return count
    }

    /// The associated data of a ciphertext: it binds the ciphertext to its row.
    private static func amountContext(_ debtType: String, _ creditor: OrganizationTaxCode) -> String {
        "debt_types \(creditor) \(debtType)"
    }
}
