import Documents
import PagoPA
import Seals
import Storage

extension Intermediary {
    package static let verificationLifeSeconds = 86_400
    package static let passwordResetLifeSeconds = 3_600

    /// Queues a mail about an account, unless its mailbox has had too many of late; whoever asks is told neither.
    func mail(
        _ kind: NotificationKind, to citizen: Citizen, link: ReturnURL?, in tx: Transaction, at now: Instant
    ) async throws {
        guard let email = citizen.email, try await mayMail(email, in: tx, at: now) else { return }
        let id: Identifier<PagoPA.Notification> = newID()
        tx.insert([
            PagoPA.Notification(
                id: id, kind: kind, receipt: nil, position: nil, citizen: citizen.id, link: link?.text,
                recipient: email, language: citizen.language, state: .queued, attempts: 0, nextAttemptAt: now,
                sentAt: nil, lastError: nil, messageID: messageID(id), createdAt: now)
        ])
    }

    /// Counts one more mail to this mailbox.
    func mayMail(_ email: EmailAddress, in tx: Transaction, at now: Instant) async throws -> Bool {
        let subject = throttleSubject("mail", email.mailbox)
        guard let (throttle, _) = try await tx.throttles([subject], at: now).first,
            throttle.waitSeconds(at: now, .mail) == 0
        else { return false }
        tx.keep(throttle.counting(at: now, .mail), for: subject)
        return true
    }

    /// Digests keep what throttles are counted on from being read in the database.
    func throttleSubject(_ parts: String...) -> [UInt8] {
        SHA256.digest(Array(parts.joined(separator: "\n").utf8))
    }

    /// The mail as it goes out now. Its code is made here and kept as a digest only, so that a mail tried again bears another code;
    /// those of earlier tries stay valid, for one of them may have arrived.
    /// - Returns: nil when the account has no use for it any more.
    func citizenMessage(_ mail: PagoPA.Notification, about id: Identifier<Citizen>, to recipient: EmailAddress)
        async throws -> [UInt8]?
    {
        let now = clock()
        let wanted: CitizenStatus
        let lifeSeconds: Int
        switch mail.kind {
        case .verifyEmail: (wanted, lifeSeconds) = (.pending, Self.verificationLifeSeconds)
        case .passwordReset: (wanted, lifeSeconds) = (.active, Self.passwordResetLifeSeconds)
        case .registrationAttempt:
            return try message(mail, MailTexts.registrationAttempt(language: mail.language), to: recipient)
        case .receiptReady, .paymentFailed, .test: return nil
        }
        let token = try Token.make(.mail)
        let isWanted = try await store.transaction(within: .everyCreditor) { tx in
            guard try await tx.ask(Citizens.lock(id)) == wanted else { return false }
            tx.insert(mailToken: token.digest, of: mail.kind, for: id, until: now.adding(seconds: lifeSeconds))
            return true
        }
        guard isWanted else { return nil }
        // A fragment never leaves the browser: no server on the way, ours and the front end's included, logs the code.
        let link = mail.link.map { "\($0)#token=\(token.text)" }
        let text =
            mail.kind == .verifyEmail
            ? MailTexts.verifyEmail(code: token.text, link: link, hours: lifeSeconds / 3_600, language: mail.language)
            : MailTexts.passwordReset(
                code: token.text, link: link, hours: lifeSeconds / 3_600, language: mail.language)
        return try message(mail, text, to: recipient)
    }
}
