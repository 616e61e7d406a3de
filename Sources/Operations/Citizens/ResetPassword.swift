import Accounts
import Cryptography
import PagoPA
import Requests
import Storage

extension CitizenOperations {
    /// Mails a code to the mailbox if it has an account. The response does not say whether it has one.
    package func requestPasswordReset(
        of email: EmailAddress, link: ReturnURL?, by caller: Caller, repeating: Repeating<Void>? = nil
    ) async throws -> Once<Void> {
        return try await once(repeating, within: .everyCreditor) { tx, now in
            try await demandAllowed(link, at: "/reset_url", for: caller, in: tx)
            if let citizen = try await tx.ask(Citizens.active(with: email)) {
                try await mail(.passwordReset, to: citizen, link: link, in: tx, at: now)
            } else {
                // Do the same work for a mailbox without an account, so that the response time is the same.
                _ = try await mayMail(email, in: tx, at: now)
            }
        }
    }

    /// Sets a new password with the code from the mail, and ends every session.
    /// - Throws: `Refusal.invalid` for a code that is unknown, used or expired, and for a password that is easily guessed; `.busy`.
    package func confirmPasswordReset(
        token text: String, mailbox: EmailAddress? = nil, password: Password, by caller: Caller,
        repeating: Repeating<Void>? = nil
    ) async throws -> Once<Void> {
        let general = password.faults(for: PasswordOwner()).map { Fault("/new_password", .tooWeak, $0) }
        guard general.isEmpty else {
            let isCode = Token(text, for: .mail) != nil || MailCodes.normalized(text) != nil
            throw Refusal.invalid(general + (isCode ? [] : Self.codeFaults))
        }
        let digest = try await tokenDigest(of: text, .passwordReset, owner: mailbox.map(MailCodeOwner.mailbox))
        guard let digest else { throw Self.codeRefused }
        let passwordHash = try await hash(of: password, for: caller)
        return try await once(repeating, within: .everyCreditor) { tx, now in
            guard let id = try await tx.spend(mailToken: digest, of: .passwordReset, at: now),
                try await tx.ask(Citizens.lock(id)) == .active, let citizen = try await tx.ask(Citizens.show(id))
            else { throw Self.codeRefused }
            // An error rolls the transaction back, so the citizen can use the code again with a better password.
            let faults = password.faults(for: citizen.owner).map { Fault("/new_password", .tooWeak, $0) }
            guard faults.isEmpty else { throw Refusal.invalid(faults) }
            tx.save(passwordHash: passwordHash, of: id)
            tx.endSessions(of: id, by: .passwordReset, at: now)
            tx.journal(JournalEntry(.passwordReset, by: .citizen(id, through: caller.key.id)), at: now)
        }
    }
}
