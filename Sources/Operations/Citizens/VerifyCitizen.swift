import Accounts
import Cryptography
import PagoPA
import Requests
import Storage

extension CitizenOperations {
    /// Turns a registration into an account. The token or the code from the mail proves access to the mailbox.
    /// - Parameter mailbox: needed for a code.
    /// - Throws: `Refusal.invalid` for a code that is unknown, used or expired, or when another account has taken the tax code or the
    ///   mailbox since.
    package func verify(
        token text: String, mailbox: EmailAddress? = nil, by caller: Caller, repeating: Repeating<Registered>? = nil
    ) async throws -> Once<Registered> {
        let digest = try await tokenDigest(of: text, .verifyEmail, owner: mailbox.map(MailCodeOwner.mailbox))
        guard let digest else { throw Self.codeRefused }
        do {
            return try await once(repeating, within: .everyCreditor) { tx, now in
                guard let id = try await tx.spend(mailToken: digest, of: .verifyEmail, at: now),
                    try await tx.activate(id, at: now), let citizen = try await tx.ask(Citizens.show(id))
                else { throw Self.codeRefused }
                tx.journal(
                    JournalEntry(
                        .citizenVerified, by: .citizen(id, through: caller.key.id),
                        from: CitizenStatus.pending.rawValue,
                        to: CitizenStatus.active.rawValue), at: now)
                return Registered(
                    id: id, kind: citizen.kind, status: citizen.status, createdAt: citizen.createdAt)
            }
        } catch StorageError.constraint(.citizensTaxCode), StorageError.constraint(.citizensEmail) {
            throw Self.codeRefused
        }
    }

    static var codeFaults: [Fault] { [Fault("/token", .unknownReference, "is unknown, used or expired")] }
    static var codeRefused: Refusal { .invalid(codeFaults) }
}
