import Accounts
import Cryptography
import PagoPA
import Requests
import Storage

/// A change of credentials whose password has been checked and hashed.
package struct PreparedCredentials: Sendable {
    let change: CredentialChange
    let password: PasswordChange?
}

/// A password that was hashed before the transaction, with the stored hash that the current password matched.
struct PasswordChange: Sendable {
    let password: Password
    let hash: String
    let replacing: String?
}

extension CitizenOperations {
    /// Hashes the new password. If the account has a password, the current one must match first. Each call counts as one attempt at that
    /// password, so a request calls this once, also when `changeMe` must be repeated on a newer snapshot.
    /// - Throws: `Refusal.invalid`, `.signInThrottled` after too many attempts, `.busy`.
    package func prepare(_ change: CredentialChange, of citizen: SignedInCitizen, by caller: Caller) async throws
        -> PreparedCredentials
    {
        PreparedCredentials(change: change, password: try await passwordChange(change, of: citizen, by: caller))
    }

    private func passwordChange(_ credentials: CredentialChange, of citizen: SignedInCitizen, by caller: Caller)
        async throws -> PasswordChange?
    {
        guard let password = credentials.password else { return nil }
        let now = clock()
        let subject = throttleSubject("password-change", "\(citizen.citizen)")
        let present = try await store.transaction(within: .everyCreditor) { tx -> String? in
            guard let present = try await tx.ask(Citizens.passwordHash(of: citizen.citizen)) else { return nil }
            guard credentials.currentPassword != nil else {
                throw Refusal.invalid([Fault("/current_password", .required, "is required to change a password")])
            }
            guard let (throttle, _) = try await tx.throttles([subject], at: now).first else { return present }
            let wait = throttle.waitSeconds(at: now, .signInFromAddress)
            guard wait == 0 else { throw Refusal.signInThrottled(retryAfterSeconds: wait) }
            tx.save(throttle.counting(at: now, .signInFromAddress), for: subject)
            return present
        }
        if let present, let current = credentials.currentPassword {
            let bytes = (try? Password(current))?.bytes ?? Array(current.utf8.prefix(Password.lengths.upperBound))
            guard try await isRight(bytes, against: present, for: caller) else {
                throw Refusal.invalid([Fault("/current_password", .mismatch, "is not the account's password")])
            }
        }
        return PasswordChange(password: password, hash: try await hash(of: password, for: caller), replacing: present)
    }

    private func isRight(_ password: [UInt8], against hash: String, for caller: Caller) async throws -> Bool {
        do {
            return try await passwords.verify(password, against: hash, for: caller.key.id.description).matches
        } catch is PasswordHashing.Busy {
            throw Refusal.busy(retryAfterSeconds: Self.passwordRetryAfterSeconds)
        }
    }

    /// Sets the password and ends all other sessions.
    func set(
        _ change: PasswordChange, of owner: Citizen, _ citizen: SignedInCitizen, by caller: Caller, in tx: Transaction,
        at now: Instant
    ) async throws {
        let faults = change.password.faults(for: owner.owner).map { Fault("/password", .tooWeak, $0) }
        guard faults.isEmpty else { throw Refusal.invalid(faults) }
        // The password was reset by e-mail, or removed by a smart card sign-in, while the new one was being hashed.
        guard try await tx.ask(Citizens.passwordHash(of: owner.id)) == change.replacing else {
            throw Refusal.citizenTokenInvalid
        }
        tx.save(passwordHash: change.hash, of: owner.id)
        tx.endSessions(of: owner.id, except: citizen.session, by: .passwordChanged, at: now)
        tx.journal(JournalEntry(.passwordChanged, by: .citizen(owner.id, through: caller.key.id)), at: now)
    }

    /// Mails a code to the account's new mailbox. If another account uses that mailbox, its owner gets a notice instead. The response is
    /// the same in both cases, and when the mailbox has received too many e-mails, so that the caller cannot probe for accounts.
    func offer(
        _ credentials: CredentialChange, to owner: Citizen, by caller: Caller, in tx: Transaction, at now: Instant
    ) async throws {
        guard let email = credentials.email, email != owner.email else { return }
        try await demandAllowed(credentials.verificationURL, at: "/verification_url", for: caller, in: tx)
        let other = try await tx.ask(Citizens.active(with: email))
        if let other, other.id != owner.id {
            try await mail(.registrationAttempt, to: other, link: nil, in: tx, at: now)
        } else if try await mayMail(email, in: tx, at: now) {
            queue(.changeEmail, about: owner, to: email, link: credentials.verificationURL, in: tx, at: now)
        }
    }

    /// Sets the mailbox that the code confirms, and notifies the old mailbox. The citizen must be signed in, so that the owner of a
    /// mistyped mailbox cannot take over the account.
    /// - Throws: `Refusal.invalid` for a code that is unknown, used, expired, or another citizen's, and when another account has taken the
    ///   mailbox.
    package func confirmEmailChange(
        of citizen: SignedInCitizen, token text: String, by caller: Caller, repeating: Repeating<Citizen>? = nil
    ) async throws -> Once<Citizen> {
        let digest = try await tokenDigest(of: text, .changeEmail, owner: .citizen(citizen.citizen))
        guard let digest else { throw Self.codeRefused }
        do {
            return try await once(repeating, within: .everyCreditor) { tx, now in
                guard try await tx.ask(Citizens.lock(citizen.citizen)) == .active else {
                    throw Refusal.citizenTokenInvalid
                }
                guard let email = try await tx.spend(emailToken: digest, of: citizen.citizen, at: now) else {
                    throw Self.codeRefused
                }
                let old = try await me(citizen, in: tx)
                try await tx.change(citizen.citizen, email: email, at: now)
                // Every mail here needs a valid code, and codes are throttled, so this mail needs no throttle.
                if let former = old.email, former.mailbox != email.mailbox {
                    queue(.emailChanged, about: old, to: former, link: nil, in: tx, at: now)
                }
                tx.journal(JournalEntry(.emailChanged, by: .citizen(citizen.citizen, through: caller.key.id)), at: now)
                return try await me(citizen, in: tx)
            }
        } catch StorageError.constraint(.citizensEmail) {
            throw Self.codeRefused
        }
    }
}
