import Accounts
import Cryptography
import Documents
import PagoPA
import Storage

extension NotificationOperations {
    package static let verificationLifeSeconds = 86_400
    package static let passwordResetLifeSeconds = 3_600
    package static let changeEmailLifeSeconds = 3_600

    /// Builds the mail for this attempt. The token of the link and the code are generated here and only their digests are stored, so each retry carries new ones. Codes
    /// of earlier attempts stay valid, because one of those mails may have arrived.
    /// - Returns: `nil` when the account no longer needs the mail, or has another mailbox.
    func citizenMessage(_ mail: PagoPA.Notification, about id: CitizenID, to recipient: EmailAddress)
        async throws -> [UInt8]?
    {
        let now = clock()
        let language = mail.language
        let wanted: CitizenStatus
        let lifeSeconds: Int
        let write: (_ code: String, _ link: String?, _ hours: Int) -> MailText
        switch mail.kind {
        case .verifyEmail:
            (wanted, lifeSeconds) = (.pending, Self.verificationLifeSeconds)
            write = { MailTexts.verifyEmail(code: $0, link: $1, hours: $2, language: language) }
        case .passwordReset:
            (wanted, lifeSeconds) = (.active, Self.passwordResetLifeSeconds)
            write = { MailTexts.passwordReset(code: $0, link: $1, hours: $2, language: language) }
        case .changeEmail:
            (wanted, lifeSeconds) = (.active, Self.changeEmailLifeSeconds)
            write = { MailTexts.changeEmail(code: $0, link: $1, hours: $2, language: language) }
        case .registrationAttempt:
            return try message(mail, MailTexts.registrationAttempt(language: language), to: recipient)
        case .emailChanged: return try message(mail, MailTexts.emailChanged(language: language), to: recipient)
        case .smartCardProved: return try message(mail, MailTexts.smartCardProved(language: language), to: recipient)
        case .identityProved: return try message(mail, MailTexts.identityProved(language: language), to: recipient)
        case .receiptReady, .counterPayment, .paymentUnderReview, .doublePayment, .paymentFailed, .refundDecided,
            .newNotice, .dueReminder, .webhookPaused, .paymentNotice, .test:
            return nil
        }
        let token = try Token.make(.mail)
        let code = try MailCodes.make()
        let codeDigest = codes.digest(of: MailCodes.normalized(code) ?? [], mail.kind, for: id)
        let isWanted = try await store.transaction(within: .everyCreditor) { tx in
            guard try await tx.ask(Citizens.lock(id)) == wanted, try await tx.isWanted(mail) else { return false }
            // A code sent to a former mailbox would give its reader access to the account.
            let mailbox = try await tx.ask(Citizens.show(id))?.email?.mailbox
            guard mail.kind == .changeEmail || mailbox == recipient.mailbox else { return false }
            tx.insert(
                mailToken: token.digest, code: codeDigest, mailbox: recipient.mailbox, of: mail.kind, for: id,
                proving: mail.kind == .changeEmail ? recipient : nil,
                until: now.adding(seconds: lifeSeconds))
            return true
        }
        guard isWanted else { return nil }
        // Browsers never send the fragment, so no server, including ours and the front end's, logs the code.
        let link = mail.link.map { "\($0)#token=\(token.text)" }
        return try message(mail, write(code, link, lifeSeconds / 3_600), to: recipient)
    }
}
