import Accounts
import Cryptography
import PagoPA
import Requests
import Storage

/// The response to a registration: the same for a new and for an existing account.
package struct Registered: Sendable {
    package let id: CitizenID
    package let kind: CitizenKind
    package let status: CitizenStatus
    package let createdAt: Instant
}

extension CitizenOperations {
    /// Stores a registration and mails a code to its mailbox. If an account with the tax code or the mailbox exists, nothing is stored and
    /// its owner gets a mail. Response and response time are the same in both cases.
    /// - Throws: `Refusal.forbidden`, `.invalid`, `.busy`.
    package func register(
        _ registration: Registration, by caller: Caller, repeating: Repeating<Registered>? = nil
    ) async throws -> Once<Registered> {
        let passwordHash = try await hash(of: registration.password, for: caller)
        return try await once(repeating, within: .everyCreditor) { tx, now in
            try await demandAllowed(registration.verificationURL, at: "/verification_url", for: caller, in: tx)
            let registered = Registered(id: newID(), kind: registration.kind, status: .pending, createdAt: now)
            let clashing = try await tx.ask(
                Citizens.clashing(taxCode: registration.taxCode, email: registration.email))
            if clashing.isEmpty {
                try await save(registration, as: registered, passwordHash: passwordHash, by: caller, in: tx, at: now)
            } else {
                for citizen in clashing {
                    try await mail(.registrationAttempt, to: citizen, link: nil, in: tx, at: now)
                    tx.journal(
                        JournalEntry(.registrationAttempt, by: caller.actor, note: "citizen \(citizen.id)"), at: now)
                }
            }
            return registered
        }
    }

    private func save(
        _ registration: Registration, as registered: Registered, passwordHash: String, by caller: Caller,
        in tx: Transaction, at now: Instant
    ) async throws {
        let citizen = Citizen(
            id: registered.id, kind: registration.kind, status: .pending, taxCode: registration.taxCode,
            givenName: registration.givenName, familyName: registration.familyName, birth: registration.birth,
            address: registration.address, email: registration.email, language: registration.language,
            consents: [
                Consent(document: .privacy, version: privacyVersion, givenAt: now),
                Consent(document: .terms, version: termsVersion, givenAt: now),
            ], provedBy: .mailbox, hasPassword: true, createdAt: now, updatedAt: now)
        tx.insert(citizen, passwordHash: passwordHash)
        tx.journal(
            JournalEntry(
                .citizenRegistered, by: caller.actor, to: CitizenStatus.pending.rawValue, note: "citizen \(citizen.id)"),
            at: now)
        try await mail(.verifyEmail, to: citizen, link: registration.verificationURL, in: tx, at: now)
    }

    /// A link in a mail must be on an origin of a creditor that the front end serves.
    func demandAllowed(_ link: ReturnURL?, at pointer: String, for caller: Caller, in tx: Transaction) async throws {
        guard let link else { return }
        guard try await tx.ask(Creditors.isAllowed(link.origin, within: caller.key.tenancy)) else {
            throw Refusal.invalid([
                Fault(pointer, .notAllowed, "is not on an origin that a creditor of this key allows")
            ])
        }
    }

    /// - Throws: `Refusal.busy` when no hashing permit is free.
    func hash(of password: Password, for caller: Caller) async throws -> String {
        do { return try await passwords.hash(password.bytes, for: caller.key.id.description) } catch is PasswordHashing
            .Busy
        {
            throw Refusal.busy(retryAfterSeconds: Self.passwordRetryAfterSeconds)
        }
    }

    static var passwordRetryAfterSeconds: Int { 2 }
}
